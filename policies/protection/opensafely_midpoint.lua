-- opensafely_midpoint.lua - counts are rounded to the midpoints of bands of six.
--
-- Source: OpenSAFELY documentation, "midpoint 6 rounding": 1 to 6 become 3, 7 to 12 become 9, and
-- so on; 0 stays. Nothing is withheld for being small.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "opensafely_midpoint" {
  title = "OpenSAFELY: midpoint rounding of base 6",
  minimum = {
    workers = off,
    workplaces = off,
    providers = off,
    quantile_workers = off,
    quantile_side = off,
    row_workers = off,
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
    method = "midpoint", count_base = 6, sum_base = 1,
    rate_decimals = 1, mean_decimals = 2, quantile_decimals = 2,
    public = false,
  },
}
