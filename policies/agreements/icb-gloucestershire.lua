-- icb-gloucestershire.lua - what NHS Gloucestershire may have, for what, and until when.
--
-- People and addresses here are made up. The lists of fields that are never shared are about local
-- authorities and the Care Quality Commission; for an integrated care board the agreement decides.
-- This one allows ethnicity and nationality in groups, and nothing about a single provider.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

agreement "icb-gloucestershire" {
  title       = "Workforce data for Gloucestershire",
  partner     = "NHS Gloucestershire Integrated Care Board",
  purpose     = "Joint workforce planning of health and adult social care in Gloucestershire",
  legal_basis = "Public task: Health and Care Act 2022, section 25",
  contact     = "Data owner's desk, data.sharing@skills.example",
  policy      = "standard",
  valid       = { from = "2026-01-01", to = "2027-03-31" },

  scope = { dim "icb" :within "NHS Gloucestershire" },

  dimensions = {
    icb                  = "icb",
    area                 = "la",
    sector               = "sector",
    service              = "service",
    workplace_size       = "band",
    cqc_rating           = "rating",
    has_account          = "answer",
    job_role             = "role",
    published_role       = "line",
    employment_status    = "status",
    zero_hours           = "answer",
    age_band             = "band",
    age_55               = "side",
    gender               = "gender",
    ethnicity            = "group",
    nationality          = "group",
    recruitment_source   = "source",
    qualification_level  = "level",
    level_2_plus         = "answer",
    experience_in_role   = "band",
    experience_in_sector = "band",
  },

  measures = {
    "filled_posts", "workplaces", "locations",
    "turnover_rate", "vacancy_rate", "starter_rate",
    "leavers", "starters", "vacancies", "employed",
    "mean_hourly_pay_care_worker", "mean_hourly_pay_senior_care_worker",
    "mean_annual_pay_registered_nurse", "mean_hourly_equivalent_pay",
    "median_pay", "lower_quartile_pay", "upper_quartile_pay",
    "mean_sickness_days", "zero_hours_share", "permanent_share", "temporary_share",
    "fte", "fte_ratio", "share_level_2_plus", "share_recruited_within_sector",
    "mean_experience_in_role", "mean_experience_in_sector",
    "share_10_years_in_role", "share_10_years_in_sector", "share_55_plus",
    "good_or_outstanding_share", "coverage",
  },

  forbidden = {
    "worker.worker_id", "worker.wrkglbid", "worker.isbritish", "worker.borninuk",
    "worker.yearofentry",
  },

  -- Two people, one of them an owner of the data and one a statistician.
  approvals = 2,
  roles     = { owner = 1, statistician = 1 },
  approvers = {
    approver "Asha Example"   { organisation = "Data owner", role = "owner" },
    approver "Bram Sample"    { organisation = "Data owner", role = "statistician" },
    approver "Edda Stand-In"  { organisation = "NHS Gloucestershire", role = "statistician" },
  },
  authors    = { "Farid Mock" },
  recipients = { "NHS Gloucestershire workforce team" },

  max_cells      = 200000,
  encrypted      = false,
  script_travels = true,
}
