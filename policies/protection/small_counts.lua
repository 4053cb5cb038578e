-- small_counts.lua - counts of up to 3 are withheld, zeros included.
--
-- Source: R package GaussSuppression 1.2, SuppressSmallCounts: maxN = 3, protectZeros = TRUE. Who
-- is alone in a cell is an attacker (singletons).
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "small_counts" {
  title = "Small counts: at most 3, zeros too",
  minimum = {
    workers = at_most(3),
    workplaces = off,
    providers = off,
    quantile_workers = off,
    quantile_side = off,
    row_workers = at_most(3),
  },
  dominance = off,
  p_percent = off,
  request = off,
  waivers = false,
  negatives = "absolute",
  weights = "respondent",
  group_disclosure = false,
  k_disclosure = off,
  zeros = "unsafe",  -- as sensitive as a 1
  not_recorded = "unsafe",
  levels = off,
  insiders = { workers = true, workplaces = false, providers = false },
  history = {
    changes = { workers = off, workplaces = off, providers = off },
    concentration = false,
    collude = "none",
  },
  cost = "workers",
  total_weight = 1,
  manual = off,
  rounding = {
    method = "conventional", count_base = 1, sum_base = 1,
    rate_decimals = 1, mean_decimals = 2, quantile_decimals = 2,
    public = false,
  },
}
