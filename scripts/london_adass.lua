-- london_adass.lua - the London ADASS feed: consenting workplaces, and tables for 33 boroughs.
--
-- Copy this file and change it. A script says what it wants; it never sees a value. Names come from
-- `cordon catalogue`; try it with `cordon check FILE`, which also tells how many cells protection
-- would withhold. Without `period` a feed is about the month of the data that is loaded.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

local borough    = dim "area" :at "la"
local service    = dim "service" :at "group"
local role_group = dim "job_role" :at "group"

-- Asked for in every table that has no breakdown by job role, and in those that have.
local posts, turnover = measure "filled_posts", measure "turnover_rate"
local vacancy, starter = measure "vacancy_rate", measure "starter_rate"
local median_pay = measure "median_pay"

feed "london_adass" {
  title     = "London: adult social care workforce",
  agreement = "london-adass",
  where     = dim "area" :within "London",

  -- One row per workplace that shares its data with local authorities.
  providers "provider_metrics" {
    title    = "Workplaces that agreed to be shown",
    fields   = { "location_id", "name", "la", "service", "total_staff_band", "rating",
                 "last_updated" },
    measures = { vacancy, turnover, starter,
                 measure "permanent_share", measure "temporary_share",
                 measure "zero_hours_share", measure "mean_hourly_pay_care_worker",
                 measure "share_level_2_plus" },
  },

  -- All workplaces, agreed or not, in groups that protect them.
  table "borough_summary" {
    title    = "Boroughs by service",
    rows     = { borough },
    columns  = { service },
    measures = { posts, turnover, vacancy, starter, measure "zero_hours_share",
                 measure "mean_hourly_pay_care_worker", median_pay },
  },

  table "borough_roles" {
    title    = "Boroughs by job role group",
    rows     = { borough },
    columns  = { role_group },
    measures = { posts, turnover, vacancy, starter, median_pay },
  },

  table "region_summary" {
    title    = "London by service and job role group",
    rows     = { service },
    columns  = { role_group },
    measures = { posts, turnover, vacancy, starter, median_pay },
  },

  table "age_and_gender" {
    title    = "London by age and gender",
    rows     = { dim "age_band" },
    columns  = { dim "gender" },
    measures = { posts },
  },
}
