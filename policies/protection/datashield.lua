-- datashield.lua - no table with a cell of fewer than three, as between federated studies.
--
-- Source: dsBase 6.3, nfilter.tab = nfilter.subset = 3.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "datashield" {
  title = "DataSHIELD: fewer than 3",
  minimum = {
    workers = fewer_than(3),
    workplaces = off,
    providers = off,
    quantile_workers = fewer_than(3),
    quantile_side = off,
    row_workers = fewer_than(3),
  },
  dominance = off,
  p_percent = off,
  request = off,
  waivers = false,
  negatives = "absolute",
  weights = "respondent",
  group_disclosure = false,
  k_disclosure = off,
  zeros = "safe",
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
    method = "conventional", count_base = 1, sum_base = 1,
    rate_decimals = 1, mean_decimals = 2, quantile_decimals = 2,
    public = false,
  },
}
