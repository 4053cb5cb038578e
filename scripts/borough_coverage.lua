-- borough_coverage.lua - which registered locations have an account, and what part of a borough's.
--
-- The weekly list is made of the public register of the Care Quality Commission, one yes or no per
-- location, and, for workplaces that agreed to be shown, when they last amended their data.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

local borough = dim "area" :at "la"

feed "borough_coverage" {
  title     = "London: registered locations in the data set",
  agreement = "london-adass",
  where     = dim "area" :within "London",

  list "locations_by_borough" {
    title  = "Registered locations, and whether they are in the data set",
    of     = "location",
    fields = { "location_id", "name", "provider_name", "la", "service", "registered_manager",
               "has_account", "last_updated" },
  },

  table "coverage_by_borough" {
    title    = "Coverage by borough",
    rows     = { borough },
    measures = { measure "locations", measure "coverage" },
  },

  table "coverage_by_service" {
    title    = "Coverage by borough and service",
    rows     = { borough },
    columns  = { dim "service" :at "group" },
    measures = { measure "locations", measure "coverage" },
  },

  table "ratings_by_borough" {
    title    = "Locations rated good or outstanding by borough",
    rows     = { borough },
    measures = { measure "good_or_outstanding_share" },
  },
}
