-- amhp.lua - a second data set, of another shape: a survey of councils about their approved mental
-- health professionals. Only here to show that the program knows no data set.
catalogue "amhp" {
  title  = "Survey of approved mental health professionals",
  period = { "council", "wave" },
}

codes "profession" { { "sw", "Social worker" }, { "nurse", "Nurse" }, { "ot", "Occupational therapist" },
                     { "dk", "Not said" }, dont_know = "dk" }

codes "answer" { { 1, "Yes" }, { 2, "No" } }

local council = record "council" {
  title   = "Council that answered",
  file    = "councils.csv",
  key     = "id",
  columns = {
    text    "wave"      { "wave", required = true },
    text    "id"        { "council", required = true },
    coded   "region"    { "region", list = "areas", required = true },
    integer "vacancies" { "vacant", from = 0, to = 999 },
    coded   "open"      { "open_data", list = "answer" },
  },
  contributors = { unit = "council", holding = "council", waiver = col "open" :is "Yes" },
}

local amhp = record "amhp" {
  title   = "Professional",
  file    = "amhps.csv",
  key     = "number",
  columns = {
    integer "number"     { "no", required = true, from = 1, to = 99999 },
    text    "council"    { "council", required = true },
    coded   "profession" { "profession", list = "profession" },
    decimal "fte"        { "fte", places = 2, from = 0, to = 1 },
  },
  references   = { to "council" { by = "council", required = true } },
  contributors = { workers = 1, unit = "council", holding = "council" },
}

local region = dimension "region" {
  title = "Region", from = council.region, list = "areas",
  levels = { level "part" { by = "part", list = "parts" }, level "region" {} },
}

local fte_band = dimension "fte_band" {
  title = "Working time", attribute = true, from = amhp.fte,
  bands = { { 0, "low", "Under 0.3" }, { 0.3, "mid", "0.3 to 0.69" }, { 0.7, "high", "0.7 and over" } },
  levels = { level "band" {} },
}

local profession = dimension "profession" {
  title = "Profession", attribute = true, from = amhp.profession, list = "profession",
  levels = { level "profession" {} },
}

measure "professionals" {
  title = "Professionals", definition = "Approved professionals.", unit = "people", places = 0,
  of = amhp, count = "records",
}

measure "nurses" {
  title = "Nurses", definition = "Nurses of those with a known profession.", unit = "%", places = 1,
  of = amhp, share = profession.profession "Nurse",
}

measure "mean_fte" {
  title = "Mean working time", definition = "Mean full-time equivalent.", unit = "FTE", places = 2,
  of = amhp, mean = amhp.fte,
}

fields "council" {
  field "region" { title = "Region", shows = region.region },
}
