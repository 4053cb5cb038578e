-- nhs.lua - counts from 1 to 7 are withheld, and the rest rounded to 5, as in hospital statistics.
--
-- Source: NHS England, disclosure control of Hospital Episode Statistics since 2018: sub-national
-- counts of 1 to 7 are shown as a star, others to the nearest 5; a mean or median over 1 to 7 is
-- not shown. Secondary cells are withheld here as well, which those publications leave to rounding.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "nhs" {
  title = "NHS: 1 to 7, nearest 5",
  minimum = {
    workers = at_most(7),
    workplaces = off,
    providers = off,
    quantile_workers = at_most(7),
    quantile_side = off,
    row_workers = at_most(7),
  },
  dominance = off,
  p_percent = off,
  request = off,
  waivers = false,
  negatives = "absolute",
  weights = "respondent",
  group_disclosure = false,
  k_disclosure = off,
  zeros = "safe",  -- shown
  not_recorded = "unsafe",
  levels = off,
  insiders = { workers = false, workplaces = false, providers = false },
  history = {
    changes = { workers = off, workplaces = off, providers = off },
    concentration = false,
    collude = "none",
  },
  cost = "cells",
  total_weight = 1,
  manual = off,
  rounding = {
    method = "conventional", count_base = 5, sum_base = 5,
    rate_decimals = 1, mean_decimals = 2, quantile_decimals = 2,
    public = false,
  },
}
