-- icb_area.lua - an integrated care board's area: posts, vacancies, turnover, pay and people.
--
-- The board's area is the best fit of local authorities. Change the agreement and the name of the
-- board to use this for another one.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

local service = dim "service" :at "group"
local role    = dim "job_role" :at "group"
local sector  = dim "sector" :at "sector"

local posts = measure "filled_posts"
local flows = { posts, measure "vacancy_rate", measure "turnover_rate", measure "starter_rate" }

feed "icb_area" {
  title     = "Gloucestershire: adult social care workforce",
  agreement = "icb-gloucestershire",
  where     = dim "icb" :within "NHS Gloucestershire",

  table "by_service" {
    title    = "By main service",
    rows     = { dim "service" :levels("group", "service") },
    measures = flows,
  },

  table "by_role" {
    title    = "By the 15 published lines of job roles",
    rows     = { dim "published_role" :at "line" },
    measures = flows,
  },

  table "by_sector_and_service" {
    title    = "By sector and service",
    rows     = { sector },
    columns  = { service },
    measures = flows,
  },

  table "pay" {
    title    = "Hourly-equivalent pay by service and job role group",
    rows     = { service },
    columns  = { role },
    measures = { measure "mean_hourly_equivalent_pay", measure "lower_quartile_pay",
                 measure "median_pay", measure "upper_quartile_pay" },
  },

  table "conditions" {
    title    = "Conditions and experience by service",
    rows     = { service },
    measures = { measure "zero_hours_share", measure "fte_ratio", measure "mean_sickness_days",
                 measure "share_recruited_within_sector", measure "mean_experience_in_role",
                 measure "mean_experience_in_sector", measure "share_level_2_plus" },
  },

  table "age_and_gender" {
    title    = "People by age and gender",
    rows     = { dim "age_band" },
    columns  = { dim "gender" },
    measures = { posts },
  },

  table "age_55_by_role" {
    title    = "Aged 55 and over by job role group",
    rows     = { role },
    measures = { measure "share_55_plus" },
  },

  table "ethnicity" {
    title    = "People by ethnic group and job role group",
    rows     = { dim "ethnicity" :at "group" },
    columns  = { role },
    measures = { posts },
  },

  table "nationality" {
    title    = "People by nationality group and job role group",
    rows     = { dim "nationality" :at "group" },
    columns  = { role },
    measures = { posts },
  },

  table "coverage" {
    title    = "Registered locations and coverage by service",
    rows     = { service },
    measures = { measure "locations", measure "coverage" },
  },
}
