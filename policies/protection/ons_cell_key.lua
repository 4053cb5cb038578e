-- ons_cell_key.lua - counts are perturbed by cell keys, small ones are withheld.
--
-- Source: ONS cell-key-perturbation 3.1 (threshold 10); noise of maximum entropy with deviation 5
-- and variance 3, no perturbed count of 1 or 2: Giessing 2016, as in the R package ptable. It needs
-- the data owner's key.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "ons_cell_key" {
  title = "Cell key: deviation 5, variance 3, fewer than 10 withheld",
  minimum = {
    workers = fewer_than(10),
    workplaces = off,
    providers = off,
    quantile_workers = fewer_than(10),
    quantile_side = off,
    row_workers = fewer_than(10),
  },
  dominance = off,
  p_percent = off,
  request = off,
  waivers = false,
  negatives = "absolute",
  weights = "respondent",
  group_disclosure = false,
  k_disclosure = off,
  zeros = "safe",  -- stay as they are
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
    method = "cell_key", count_base = 1, sum_base = 1,
    rate_decimals = 1, mean_decimals = 2, quantile_decimals = 2,
    public = false,
    noise = { deviation = 5, variance = 3, small = 2, contributors = 1, flex = 1000,
              share_small = 0.25, share_large = 0.05, power = 3 },
  },
}
