-- opensafely.lua - counts of up to 7 are withheld, and the rest rounded to 5.
--
-- Source: OpenSAFELY documentation, statistical disclosure control of outputs. A withheld count can
-- be anything from 0 to 7, so zeros are withheld too.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "opensafely" {
  title = "OpenSAFELY: at most 7, rounded to 5",
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
  zeros = "unsafe",
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
