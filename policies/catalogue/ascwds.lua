-- ascwds.lua - what the Adult Social Care Workforce Data Set means to Cordon.
--
-- Scripts can name what stands here and nothing else. The file has five parts:
--   1. code lists     one CSV each in codes/; its README says where they come from
--   2. record types   the files, their columns, and who stands behind a row
--   3. dimensions     by what tables may be broken down, coarse level first
--   4. measures       the statistics, with the definitions of the data dictionary
--   5. fields         what lists of workplaces and of locations may show
-- In every file -1 or an empty cell means "not recorded" and -2 "don't know". Neither is ever
-- counted as an answer; 0 is a true zero. An impossible value is reported by `cordon load` and
-- read as "not recorded"; in a column that is `required` it excludes the row.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

catalogue "ascwds" {
  title  = "Adult Social Care Workforce Data Set",
  period = { "workplace", "period" },            -- MYYYYMM; the reference day is the month's last
  as_at  = { "workplace", "last_updated" },      -- the newest tells the week, for weekly feeds
}

-- ------------------------------------------------------------------------- 1. code lists
-- Answers that say "don't know" are not categories: they are read as -2.

codes "gender"               { dont_know = 3 }
codes "ethnicity"            { dont_know = 99 }
codes "nationality"          { dont_know = { 998, 999 } }
codes "recruitment_source"   { dont_know = 225 }
codes "qualification_levels" { dont_know = 10 }

codes "holds_qualification"  { { 1, "Yes" }, { 2, "No" }, { 3, "Don't know" }, dont_know = 3 }
codes "pay_interval"         { { 250, "Annual" }, { 252, "Hourly" } }
codes "location_types" {                         -- as the Care Quality Commission names them
  { "Social Care Org",               "Social care organisation" },
  { "NHS Healthcare Organisation",   "NHS healthcare organisation" },
  { "Independent Healthcare Org",    "Independent healthcare organisation" },
  { "Primary Medical Services",      "Primary medical services" },
  { "Primary Dental Care",           "Primary dental care" },
  { "Independent Ambulance",         "Independent ambulance" },
}

-- ------------------------------------------------------------------------- 2. record types

local location = record "location" {
  title  = "Location registered with the Care Quality Commission",
  file   = "cqc_locations.csv",
  key    = "location_id",
  public = true,                                 -- a public register
  keep   = col "type" :is "Social Care Org",     -- the denominator of coverage
  columns = {
    text   "location_id"        { "locationid", required = true },
    text   "provider_id"        { "providerid" },
    text   "name"               { "name" },
    text   "provider_name"      { "providername" },
    text   "registered_manager" { "registered_manager" },
    coded  "authority"          { "cssr", list = "local_authorities", required = true },
    coded  "type"               { "type", list = "location_types" },
    coded  "service"            { "service", list = "main_services" },
    coded  "rating"             { "rating_overall", list = "cqc_ratings" },
  },
  contributors = { unit = "location", holding_column = "provider_id" },
}

local workplace = record "workplace" {
  title = "Workplace: one establishment where care is given or organised",
  file  = "workplace.csv",
  key   = "workplace_id",
  -- Purged: not amended in the 24 months to the reference day.
  keep  = ~(months_since(col "last_updated") :above(24)),
  columns = {
    text    "period"             { "period", required = true },
    integer "workplace_id"       { "establishmentid", required = true, from = 1, to = 2000000000 },
    integer "organisation_id"    { "orgid", required = true, from = 1, to = 2000000000 },
    text    "location_id"        { "locationid" },
    text    "name"               { "establishmentname" },
    date    "last_updated"       { "mupddate" },
    coded   "la_permission"      { "lapermission", list = "permission" },
    coded   "cqc_permission"     { "cqcpermission", list = "permission" },
    coded   "establishment_type" { "esttype", list = "establishment_types" },
    coded   "authority"          { "cssr", list = "local_authorities", required = true },
    coded   "main_service"       { "mainstid", list = "main_services" },
    integer "total_staff"        { "totalstaff", from = 0, to = 99999 },
    integer "worker_records"     { "wkrrecs", from = 0, to = 99999 },
    integer "employees"          { "jr28emp", from = 0, to = 99999 },
    integer "total_starters"     { "totalstarters", from = 0, to = 99999 },
    integer "total_leavers"      { "totalleavers", from = 0, to = 99999 },
    integer "total_vacancies"    { "totalvacancies", from = 0, to = 99999 },
  },
  references = {
    to "provider" { by = "organisation_id", required = true },
    to "location" { by = "location_id" },
  },
  contributors = {
    workers = coalesce(col "worker_records", coalesce(col "total_staff", 0)),
    unit = "workplace", holding = "provider",
  },
  unread = { "nmdsid", "postcode", "providerid" },
}

-- The provider is the organisation: a parent with its subsidiaries, or a workplace on its own.
record "provider" {
  title = "Provider: the organisation that workplaces belong to",
  group = { of = workplace, by = "organisation_id" },
  contributors = { unit = "provider", holding = "provider" },
}

-- One record per workplace and job role, from the columns jr01perm, jr01temp, ... of the
-- workplace file; the roll-ups jr28 to jr32 are in no code list and so are not read twice.
local workplace_role = record "workplace_role" {
  title   = "Job role at a workplace",
  unpivot = { of = workplace, headers = "jr%02d", list = "job_roles" },
  columns = {
    coded   "role"      { "code", list = "job_roles" },
    integer "employed"  { "emp",  from = 0, to = 99999 },     -- permanent and temporary
    integer "starters"  { "strt", from = 0, to = 998 },       -- in the last 12 months
    integer "leavers"   { "stop", from = 0, to = 998 },       -- in the last 12 months
    integer "vacancies" { "vacy", from = 0, to = 998 },       -- now
  },
  contributors = {
    workers = coalesce(col "employed", 0), unit = "workplace", holding = "provider",
  },
}

local worker = record "worker" {
  title = "Worker record: one job held by one person at one workplace",
  file  = "worker.csv",
  key   = "worker_id",
  columns = {
    text    "period"             { "period", required = true },
    integer "worker_id"          { "workerid", required = true, from = 1, to = 2000000000 },
    integer "workplace_id"       { "establishmentid", required = true, from = 1, to = 2000000000 },
    coded   "employment_status"  { "emplstat", list = "employment_status" },
    coded   "job_role"           { "mainjrid", list = "job_roles", required = true,
                                   merge = {                  -- retired roles, read as
                                     [27] = 22,
                                     [40] = 41,
                                     [42] = { 12, 13, 14, 18, 19, 20, 21 },
                                   },
                                   not_recorded = 33 },       -- personal assistants: left out
    date    "started_role"       { "strtdate" },
    integer "age"                { "age", from = 14, to = 100 },
    coded   "gender"             { "gender", list = "gender" },
    coded   "ethnicity"          { "ethnicity", list = "ethnicity" },
    coded   "nationality"        { "nationality", list = "nationality" },
    coded   "recruitment_source" { "scerec", list = "recruitment_source" },
    integer "year_joined_sector" { "startsec", from = 1940, to = 2100 },
    decimal "days_sick"          { "dayssick", places = 1, from = 0, to = 366 },
    coded   "zero_hours"         { "zerohours", list = "yes_no" },
    decimal "average_hours"      { "averagehours", places = 2, from = 0, to = 100 },
    decimal "contracted_hours"   { "conthrs", places = 2, from = 0, to = 100 },
    coded   "pay_interval"       { "salaryint", list = "pay_interval" },
    decimal "annual_pay"         { "salary", places = 2, from = 500, to = 250000 },
    decimal "hourly_rate"        { "hrlyrate", places = 2, from = 2.50, to = 200 },
    coded   "care_qualification" { "scqheld", list = "holds_qualification" },
    coded   "care_level"         { "levelscqheld", list = "qualification_levels" },
  },
  references = {
    to "workplace" { by = "workplace_id", required = true },
  },
  contributors = { workers = 1, unit = "workplace", holding = "provider" },
  -- Never read: identifiers, or no measure needs them. Agreements can forbid them by name.
  unread = { "wrkglbid", "isbritish", "borninuk", "yearofentry", "homecssrid",
             "distwrkk", "disabled" },
}

-- ------------------------------------------------------------------------- 3. dimensions
-- `from` says where a record type has the answer; others get it by reference (a worker has the
-- area of its workplace). `like` makes another view of the same classification, so that tables by
-- either are known to overlap. `attribute` marks what describes people.

local area = dimension "area" {
  title  = "Area",
  from   = { workplace.authority, location.authority },
  list   = "local_authorities",
  levels = { level "region" { by = "region", list = "regions" }, level "la" {} },
}

dimension "icb" {
  title  = "Integrated care board: best fit of the local authority, boards to 31 March 2026",
  like   = area,
  levels = { level "icb" { by = "icb", list = "icbs" } },
}

local sector = dimension "sector" {
  title  = "Sector",
  from   = workplace.establishment_type,
  list   = "establishment_types",
  levels = { level "sector" { by = "sector", list = "sectors" }, level "type" {} },
}

local service = dimension "service" {
  title  = "Main service",
  from   = { workplace.main_service, location.service },
  list   = "main_services",
  levels = { level "group" { by = "group", list = "service_groups" }, level "service" {} },
}

local workplace_size = dimension "workplace_size" {
  title  = "Size of workplace: its staff as stated",
  from   = workplace.total_staff,
  bands  = { {   0, "under_10", "Fewer than 10" },
             {  10, "10_49",    "10 to 49" },
             {  50, "50_249",   "50 to 249" },
             { 250, "250_plus", "250 or more" } },
  levels = { level "band" {} },
}

local job_role = dimension "job_role" {
  title  = "Job role",
  from   = { worker.job_role, workplace_role.role },
  list   = "job_roles",
  levels = { level "group" { by = "group", list = "job_groups" }, level "role" {} },
}

dimension "published_role" {
  title  = "Job role: the 15 lines of published tables",
  like   = job_role,
  levels = { level "line" { by = "published_role", list = "published_job_roles" } },
}

local employment_status = dimension "employment_status" {
  title     = "Employment status",
  attribute = true,
  from      = worker.employment_status,
  list      = "employment_status",
  levels    = { level "status" {} },
}

local zero_hours = dimension "zero_hours" {
  title     = "On a zero-hours contract",
  attribute = true,
  from      = worker.zero_hours,
  list      = "yes_no",
  levels    = { level "answer" {} },
}

local age_band = dimension "age_band" {
  title     = "Age band",
  attribute = true,
  from      = worker.age,
  bands     = { { 14, "under_25", "Under 25" },
                { 25, "25_34",    "25 to 34" },
                { 35, "35_44",    "35 to 44" },
                { 45, "45_54",    "45 to 54" },
                { 55, "55_59",    "55 to 59" },
                { 60, "60_64",    "60 to 64" },
                { 65, "65_plus",  "65 and over" } },
  levels    = { level "band" {} },
}

local age_55 = dimension "age_55" {
  title     = "Aged 55 and over",
  attribute = true,
  like      = age_band,
  levels    = { level "side" { groups = {
    { "under_55", "Under 55",    { "under_25", "25_34", "35_44", "45_54" } },
    { "55_plus",  "55 and over", { "55_59", "60_64", "65_plus" } },
  } } },
}

dimension "gender" {
  title     = "Gender",
  attribute = true,
  from      = worker.gender,
  list      = "gender",
  levels    = { level "gender" {} },
}

dimension "ethnicity" {
  title     = "Ethnicity",
  attribute = true,
  from      = worker.ethnicity,
  list      = "ethnicity",
  levels    = { level "group" { by = "group", list = "ethnicity_groups" }, level "ethnicity" {} },
}

dimension "nationality" {
  title     = "Nationality",
  attribute = true,
  from      = worker.nationality,
  list      = "nationality",
  levels    = { level "group" { by = "group", list = "nationality_groups" },
                level "nationality" {} },
}

local recruitment_source = dimension "recruitment_source" {
  title     = "Source of recruitment",
  attribute = true,
  from      = worker.recruitment_source,
  list      = "recruitment_source",
  levels    = { level "source" {} },
}

-- 0 without a qualification, else one more than its level; an unknown level is no answer.
local holds = worker.care_qualification:is "Yes"
local qualification_level = dimension "qualification_level" {
  title     = "Highest social care qualification held: level",
  attribute = true,
  from      = when(worker.care_qualification:is "No", 0,
                   holds & worker.care_level:is "Entry level",      1,
                   holds & worker.care_level:is "Level 1",          2,
                   holds & worker.care_level:is "Level 2",          3,
                   holds & worker.care_level:is "Level 3",          4,
                   holds & worker.care_level:is "Level 4",          5,
                   holds & worker.care_level:is "Level 5",          6,
                   holds & worker.care_level:is "Level 6",          7,
                   holds & worker.care_level:is "Level 7",          8,
                   holds & worker.care_level:is "Level 8 or above", 9),
  bands     = { { 0, "none", "No qualification" }, { 1, "entry", "Entry level" },
                { 2, "level_1", "Level 1" }, { 3, "level_2", "Level 2" },
                { 4, "level_3", "Level 3" }, { 5, "level_4", "Level 4" },
                { 6, "level_5", "Level 5" }, { 7, "level_6", "Level 6" },
                { 8, "level_7", "Level 7" }, { 9, "level_8_plus", "Level 8 or above" } },
  levels    = { level "level" {} },
}

local level_2_plus = dimension "level_2_plus" {
  title     = "Holds a social care qualification of level 2 or above",
  attribute = true,
  like      = qualification_level,
  levels    = { level "answer" { groups = {
    { "no",  "No",  { "none", "entry", "level_1" } },
    { "yes", "Yes", { "level_2", "level_3", "level_4", "level_5", "level_6", "level_7",
                      "level_8_plus" } },
  } } },
}

-- Whole years to the reference day; the sector's start is known by year only.
local years_in_sector = reference_year() - worker.year_joined_sector

local experience_bands = {
  {  0, "under_1", "Less than 1 year" },
  {  1, "1_2",     "1 to 2 years" },
  {  3, "3_9",     "3 to 9 years" },
  { 10, "10_plus", "10 years or more" },
}

local experience_in_role = dimension "experience_in_role" {
  title     = "Experience in the role",
  attribute = true,
  from      = years_since(worker.started_role),
  bands     = experience_bands,
  levels    = { level "band" {} },
}

local experience_in_sector = dimension "experience_in_sector" {
  title     = "Experience in adult social care",
  attribute = true,
  from      = years_in_sector,
  bands     = experience_bands,
  levels    = { level "band" {} },
}

local cqc_rating = dimension "cqc_rating" {
  title  = "Overall rating by the Care Quality Commission, current at the reference day",
  from   = location.rating,
  list   = "cqc_ratings",
  levels = { level "rating" {} },
}

dimension "permission" {
  title  = "Permission to share with local authorities",
  from   = workplace.la_permission,
  list   = "permission",
  levels = { level "answer" {} },
}

local has_account = dimension "has_account" {
  title  = "Location with a workplace in the data set that is not purged",
  of     = location,
  from   = linked(workplace),
  bands  = { { 0, "no", "No" }, { 1, "yes", "Yes" } },
  levels = { level "answer" {} },
}

-- ------------------------------------------------------------------------- 4. measures
-- A rate is a ratio of sums, never a mean of rates, and has the same usable workplaces above and
-- below the line. `row_gate` says at which single workplaces a provider row may show a measure.

-- -- how many

measure "filled_posts" {
  title = "Filled posts", unit = "posts", places = 0,
  definition = "Worker records: jobs held at workplaces in the data set. A person with two jobs "
            .. "counts twice. Not an estimate for the whole sector.",
  of = worker, count = "records",
}

measure "workplaces" {
  title = "Workplaces", unit = "workplaces", places = 0,
  definition = "Workplaces in the data set that were amended in the 24 months to the reference day.",
  of = workplace, count = "records",
}

measure "providers" {
  title = "Providers", unit = "providers", places = 0,
  definition = "Organisations with at least one workplace in the data set. A provider can work in "
            .. "several areas and services, so this is known for the whole data set only.",
  of = "provider", count = "records",
}

measure "locations" {
  title = "Registered locations", unit = "locations", places = 0,
  definition = "Social care locations on the register of the Care Quality Commission.",
  of = location, count = "records",
}

-- -- starters, leavers, vacancies (M1 to M3)

-- A role without a figure has none, provided the workplace stated its total.
local employed  = coalesce(workplace_role.employed, 0)
local starters  = coalesce(workplace_role.starters, 0)
local leavers   = coalesce(workplace_role.leavers, 0)
local vacancies = coalesce(workplace_role.vacancies, 0)

-- A rate of more than 9.95 is a mistake in the return, not a fact about the workplace.
local turnover_usable = workplace.total_leavers:known() & workplace.employees:above(0)
                      & workplace.total_leavers:at_most(9.95 * workplace.employees)
local starters_usable = workplace.total_starters:known() & workplace.employees:above(0)
                      & workplace.total_starters:at_most(9.95 * workplace.employees)
local vacancy_usable  = workplace.total_vacancies:known() & workplace.employees:above(0)

local records_complete = workplace.worker_records:equals(workplace.total_staff)

measure "turnover_rate" {
  title = "Turnover rate", unit = "%", places = 1,
  definition = "Leavers in the last 12 months as a percentage of directly employed staff "
            .. "(permanent and temporary), over workplaces that stated their leavers and have "
            .. "employees; workplaces with a rate above 995% are left out. May exceed 100%.",
  of = workplace_role, ratio = { leavers, employed },
  usable = turnover_usable, row_gate = records_complete,
}

measure "starter_rate" {
  title = "Starter rate", unit = "%", places = 1,
  definition = "Starters in the last 12 months as a percentage of directly employed staff, over "
            .. "workplaces that stated their starters and have employees; workplaces with a rate "
            .. "above 995% are left out.",
  of = workplace_role, ratio = { starters, employed },
  usable = starters_usable, row_gate = records_complete,
}

measure "vacancy_rate" {
  title = "Vacancy rate", unit = "%", places = 1,
  definition = "Vacant posts as a percentage of directly employed staff and vacant posts together, "
            .. "over workplaces that stated their vacancies and have employees.",
  of = workplace_role, ratio = { vacancies, employed + vacancies },
  usable = vacancy_usable, row_gate = records_complete,
}

measure "leavers" {
  title = "Leavers", unit = "people", places = 0,
  definition = "Directly employed staff who left in the last 12 months, at workplaces that stated "
            .. "their leavers.",
  of = workplace_role, sum = leavers, usable = workplace.total_leavers:known(),
}

measure "starters" {
  title = "Starters", unit = "people", places = 0,
  definition = "Directly employed staff who started in the last 12 months, at workplaces that "
            .. "stated their starters.",
  of = workplace_role, sum = starters, usable = workplace.total_starters:known(),
}

measure "vacancies" {
  title = "Vacancies", unit = "posts", places = 0,
  definition = "Vacant posts at workplaces that stated their vacancies.",
  of = workplace_role, sum = vacancies, usable = workplace.total_vacancies:known(),
}

measure "employed" {
  title = "Directly employed staff", unit = "people", places = 0,
  definition = "Permanent and temporary staff as workplaces stated them by job role.",
  of = workplace_role, sum = employed,
}

-- -- pay (M5, M6, M13, M14)

local paid_hourly   = worker.pay_interval:is "Hourly"
local paid_annually = worker.pay_interval:is "Annual"

measure "mean_hourly_pay_care_worker" {
  title = "Mean hourly pay of care workers", unit = "GBP/hour", places = 2,
  definition = "Mean hourly rate of care workers who are paid by the hour. Annual salaries are not "
            .. "converted. Rates outside 2.50 to 200 pounds are left out.",
  of = worker, mean = worker.hourly_rate, usable = paid_hourly,
  where = job_role.role "Care worker",
}

measure "mean_hourly_pay_senior_care_worker" {
  title = "Mean hourly pay of senior care workers", unit = "GBP/hour", places = 2,
  definition = "Mean hourly rate of senior care workers who are paid by the hour. Annual salaries "
            .. "are not converted. Rates outside 2.50 to 200 pounds are left out.",
  of = worker, mean = worker.hourly_rate, usable = paid_hourly,
  where = job_role.role "Senior care worker",
}

measure "mean_annual_pay_registered_nurse" {
  title = "Mean annual pay of registered nurses", unit = "GBP/year", places = 0,
  definition = "Mean salary of registered nurses who are paid by the year, not scaled to full time.",
  of = worker, mean = worker.annual_pay, usable = paid_annually,
  where = job_role.role "Registered nurse",
}

measure "mean_annual_pay_registered_manager" {
  title = "Mean annual pay of registered managers", unit = "GBP/year", places = 0,
  definition = "Mean salary of registered managers who are paid by the year, not scaled to full "
            .. "time. A location has one registered manager, so a provider's figure is one "
            .. "person's pay.",
  of = worker, mean = worker.annual_pay, usable = paid_annually,
  where = job_role.role "Registered manager",
}

-- Weekly hours: contracted, else average, for direct employees with guaranteed hours; average,
-- else contracted, for everybody else. None, or more than 100, are no hours.
local guaranteed = worker.employment_status:where("directly_employed", "yes")
                 & ~worker.zero_hours:is "Yes"
local stated_hours = when(guaranteed,
                          coalesce(worker.contracted_hours, worker.average_hours),
                          coalesce(worker.average_hours, worker.contracted_hours))
local hours_known = stated_hours:above(0) & stated_hours:at_most(100)

local hourly_equivalent = when(paid_hourly, worker.hourly_rate,
                               paid_annually & hours_known,
                               divide(worker.annual_pay, 52 * stated_hours, 2))

-- Bounds of plausibility for converted pay are those of hourly rates.
local pay_plausible = hourly_equivalent:at_least(2.50) & hourly_equivalent:at_most(200)

measure "mean_hourly_equivalent_pay" {
  title = "Mean hourly-equivalent pay", unit = "GBP/hour", places = 2,
  definition = "Mean of hourly rates and of annual salaries divided by 52 weeks and by weekly "
            .. "hours. Pay outside 2.50 to 200 pounds an hour is left out.",
  of = worker, mean = hourly_equivalent, usable = pay_plausible,
}

measure "median_pay" {
  title = "Median hourly-equivalent pay", unit = "GBP/hour", places = 2,
  definition = "Interpolated median of hourly rates and of annual salaries divided by 52 weeks and "
            .. "by weekly hours. Pay outside 2.50 to 200 pounds an hour is left out.",
  of = worker, quantile = hourly_equivalent, at = 0.5, usable = pay_plausible,
}

measure "lower_quartile_pay" {
  title = "Lower quartile of hourly-equivalent pay", unit = "GBP/hour", places = 2,
  definition = "A quarter of worker records with known pay earn less than this; as median_pay.",
  of = worker, quantile = hourly_equivalent, at = 0.25, usable = pay_plausible,
}

measure "upper_quartile_pay" {
  title = "Upper quartile of hourly-equivalent pay", unit = "GBP/hour", places = 2,
  definition = "A quarter of worker records with known pay earn more than this; as median_pay.",
  of = worker, quantile = hourly_equivalent, at = 0.75, usable = pay_plausible,
}

-- -- conditions (M7, M9, M10, M12)

measure "mean_sickness_days" {
  title = "Mean sickness days", unit = "days", places = 1,
  definition = "Mean days lost to sickness in the last 12 months, over worker records with an "
            .. "answer; none counts as 0.",
  of = worker, mean = worker.days_sick,
}

measure "zero_hours_share" {
  title = "On a zero-hours contract", unit = "%", places = 1,
  definition = "Worker records on a zero-hours contract as a percentage of those with an answer. "
            .. "Agency and pool staff differ much from employees.",
  of = worker, share = zero_hours.answer "Yes",
}

measure "permanent_share" {
  title = "Permanent staff", unit = "%", places = 1,
  definition = "Permanent worker records as a percentage of those with a known employment status.",
  of = worker, share = employment_status.status "Permanent",
}

measure "temporary_share" {
  title = "Temporary staff", unit = "%", places = 1,
  definition = "Temporary worker records as a percentage of those with a known employment status.",
  of = worker, share = employment_status.status "Temporary",
}

local fte = when(stated_hours:at_least(37), 1, divide(stated_hours, 37, 4))
local fte_known = stated_hours:at_least(0) & stated_hours:at_most(100)

measure "fte" {
  title = "Full-time equivalents", unit = "FTE", places = 0,
  definition = "Sum over worker records with known hours of weekly hours divided by 37, at most 1 "
            .. "each.",
  of = worker, sum = fte, usable = fte_known,
}

measure "fte_ratio" {
  title = "Full-time equivalent per filled post", unit = "FTE/post", places = 2,
  definition = "Full-time equivalents (weekly hours divided by 37, at most 1) divided by the worker "
            .. "records with known hours.",
  of = worker, mean = fte, usable = fte_known,
}

-- -- people (M8, M15 to M17)

measure "share_level_2_plus" {
  title = "Qualified to level 2 or above", unit = "%", places = 1,
  definition = "Workers in care-providing roles with a social care qualification of level 2 or "
            .. "above, as a percentage of those with a known level or without a qualification.",
  -- Roles as a part of the classification by roles, not as a condition of use: so the base is
  -- known to overlap with tables by role, and with counts of all roles.
  of = worker, share = level_2_plus.answer "Yes",
  where = job_role.role { 4, 5, 7, 8, 9, 23, 45, 52 },     -- care_providing in the code list
}

measure "share_recruited_within_sector" {
  title = "Recruited from within adult social care", unit = "%", places = 1,
  definition = "Worker records recruited from the adult care sector (local authority, private or "
            .. "voluntary) as a percentage of those with a known source.",
  of = worker, share = recruitment_source.source { 210, 211 },
}

measure "mean_experience_in_role" {
  title = "Mean experience in the role", unit = "years", places = 1,
  definition = "Mean time since the start in the role, to the reference day, in whole months "
            .. "counted as years.",
  of = worker, mean = divide(months_since(worker.started_role), 12, 2),
  usable = months_since(worker.started_role):at_least(0),
}

measure "mean_experience_in_sector" {
  title = "Mean experience in adult social care", unit = "years", places = 1,
  definition = "Mean of the year of the reference day less the year of joining the sector.",
  of = worker, mean = years_in_sector, usable = years_in_sector:at_least(0),
}

measure "share_10_years_in_role" {
  title = "10 or more years in the role", unit = "%", places = 1,
  definition = "Worker records with 10 or more whole years in the role as a percentage of those "
            .. "with a known start.",
  of = worker, share = experience_in_role.band "10_plus",
}

measure "share_10_years_in_sector" {
  title = "10 or more years in adult social care", unit = "%", places = 1,
  definition = "Worker records with 10 or more years in the sector as a percentage of those with a "
            .. "known start.",
  of = worker, share = experience_in_sector.band "10_plus",
}

measure "share_55_plus" {
  title = "Aged 55 and over", unit = "%", places = 1,
  definition = "Worker records of people aged 55 and over as a percentage of those with a known age.",
  of = worker, share = age_55.side "55_plus",
}

-- -- the register (M20, M21)

measure "good_or_outstanding_share" {
  title = "Rated good or outstanding", unit = "%", places = 1,
  definition = "Locations rated good or outstanding overall as a percentage of rated locations.",
  of = location, share = cqc_rating.rating { "Good", "Outstanding" },
  among = cqc_rating.rating { "Outstanding", "Good", "Requires improvement", "Inadequate" },
}

measure "coverage" {
  title = "Coverage", unit = "%", places = 1,
  definition = "Registered locations with a workplace in the data set that is not purged, as a "
            .. "percentage of registered locations.",
  of = location, share = has_account.answer "Yes",
}

-- ------------------------------------------------------------------------- 5. fields
-- `consent`: comes from the data set, so even the list of a public register shows it only for
-- workplaces that agreed.

fields "workplace" {
  field "location_id"      { title = "CQC location id", shows = workplace.location_id },
  field "name"             { title = "Workplace", shows = workplace.name },
  field "region"           { title = "Region", shows = area.region },
  field "la"               { title = "Local authority", shows = area.la },
  field "sector"           { title = "Sector", shows = sector.sector },
  field "service_group"    { title = "Main service group", shows = service.group },
  field "service"          { title = "Main service", shows = service.service },
  field "total_staff_band" { title = "Staff", shows = workplace_size.band },
  field "rating"           { title = "CQC overall rating", shows = cqc_rating.rating },
  field "last_updated"     { title = "Last updated", shows = workplace.last_updated },
}

fields "location" {
  field "location_id"        { title = "CQC location id", shows = location.location_id },
  field "name"               { title = "Location", shows = location.name },
  field "provider_name"      { title = "Provider", shows = location.provider_name },
  field "region"             { title = "Region", shows = area.region },
  field "la"                 { title = "Local authority", shows = area.la },
  field "service_group"      { title = "Service group", shows = service.group },
  field "service"            { title = "Service", shows = service.service },
  field "rating"             { title = "CQC overall rating", shows = cqc_rating.rating },
  field "registered_manager" { title = "Registered manager", shows = location.registered_manager },
  field "has_account"        { title = "In the data set", shows = linked(workplace) },
  field "last_updated"       { title = "Last updated in the data set",
                               shows = workplace.last_updated, consent = true },
}
