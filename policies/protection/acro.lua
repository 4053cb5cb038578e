-- acro.lua - the checks of ACRO for outputs of researchers.
--
-- Source: ACRO 1.0.1, default parameters: safe_threshold 10, safe_nk_n 2 with safe_nk_k 0.9 (fails
-- at or above), safe_pratio_p 0.1, zeros_are_disclosive, safe_round_base 5.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "acro" {
  title = "ACRO defaults: fewer than 10, (2,90), p-ratio 10",
  minimum = {
    workers = fewer_than(10),
    workplaces = off,
    providers = off,
    quantile_workers = fewer_than(10),
    quantile_side = off,
    row_workers = fewer_than(10),
  },
  dominance = largest(2):share(at_least(90)),
  p_percent = less_than(10),
  request = off,
  waivers = false,
  negatives = "absolute",
  weights = "respondent",
  group_disclosure = false,
  k_disclosure = off,
  zeros = "unsafe",  -- a cell without records is disclosive
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
    method = "conventional", count_base = 5, sum_base = 1,
    rate_decimals = 1, mean_decimals = 2, quantile_decimals = 2,
    public = false,
  },
}
