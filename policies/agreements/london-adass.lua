-- london-adass.lua - what the London branch of ADASS may have, for what, and until when.
--
-- People and addresses here are made up. What this file does not grant is refused, and a forbidden
-- column takes with it every dimension, measure and field that is built on it.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

agreement "london-adass" {
  title       = "Workforce data for the London boroughs",
  partner     = "Association of Directors of Adult Social Services, London branch",
  purpose     = "Market shaping and workforce planning by the 33 London boroughs",
  legal_basis = "Public task: Care Act 2014, section 5",
  contact     = "Data owner's desk, data.sharing@skills.example",
  policy      = "standard",
  valid       = { from = "2026-01-01", to = "2027-12-31" },

  -- Every table and every list lies inside this.
  scope = { dim "area" :within "London" },

  -- Each dimension with its finest level; coarser levels are included.
  dimensions = {
    area                 = "la",
    sector               = "sector",
    service              = "service",
    workplace_size       = "band",
    cqc_rating           = "rating",
    permission           = "answer",
    has_account          = "answer",
    job_role             = "role",
    published_role       = "line",
    employment_status    = "status",
    zero_hours           = "answer",
    age_band             = "band",
    age_55               = "side",
    gender               = "gender",
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
    "mean_annual_pay_registered_nurse", "mean_annual_pay_registered_manager",
    "mean_hourly_equivalent_pay", "median_pay", "lower_quartile_pay", "upper_quartile_pay",
    "mean_sickness_days", "zero_hours_share", "permanent_share", "temporary_share",
    "fte", "fte_ratio", "share_level_2_plus", "share_recruited_within_sector",
    "mean_experience_in_role", "mean_experience_in_sector",
    "share_10_years_in_role", "share_10_years_in_sector", "share_55_plus",
    "good_or_outstanding_share", "coverage",
  },

  -- A workplace's own row needs its agreement: PERMLA, "may be shared with local authorities".
  -- Not answered is no. It is looked up at the reference date and again at release.
  consent = { record = "workplace", column = "la_permission", yes = "Yes" },

  rows = {
    rows "workplace" {
      consent  = true,
      fields   = { "location_id", "name", "la", "service", "service_group", "sector",
                   "total_staff_band", "rating", "last_updated" },
      measures = { "vacancy_rate", "turnover_rate", "starter_rate", "permanent_share",
                   "temporary_share", "zero_hours_share", "mean_hourly_pay_care_worker",
                   "share_level_2_plus" },
    },
    -- The public register, with one thing that is not public: who has an account.
    rows "location" {
      consent = false,
      fields  = { "location_id", "name", "provider_name", "la", "service", "service_group",
                  "rating", "registered_manager", "has_account", "last_updated" },
    },
  },

  -- Never shared with local authorities.
  forbidden = {
    "worker.worker_id", "worker.wrkglbid", "worker.ethnicity", "worker.nationality",
    "worker.isbritish", "worker.borninuk", "worker.yearofentry",
  },

  -- Two people of this list, who are not authors of the script, approve the exact bytes.
  approvals = 2,
  approvers = {
    approver "Asha Example"   { organisation = "Data owner" },
    approver "Bram Sample"    { organisation = "Data owner" },
    approver "Carys Specimen" { organisation = "ADASS London" },
  },
  authors    = { "Dara Placeholder" },
  recipients = { "ADASS London analysts" },

  -- How often each feed is made: `cordon feed run`.
  cadence = { borough_coverage = "week", london_adass = "month" },

  max_cells      = 500000,     -- in one release
  encrypted      = false,     -- true: outbox/ gets it for the keys in trust/recipients only
  script_travels = true,       -- the package carries the script and its plan
}
