-- tau_argus.lua - magnitudes as in the examples of tau-Argus: (n,k) and p%, by holding.
--
-- Source: tau-Argus user manual 4.1, 2.2 (rules, strict comparisons) and 3.1 (holdings, safety
-- ranges). The parameters are an example: offices keep theirs confidential.
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "tau_argus" {
  title = "tau-Argus style: (1,85), p% = 10, three holdings",
  minimum = {
    workers = off,
    workplaces = off,
    providers = fewer_than(3),  -- frequency of holdings
    quantile_workers = off,
    quantile_side = off,
    row_workers = off,
  },
  dominance = largest(1):share(more_than(85)),
  p_percent = less_than(10),
  request = off,
  waivers = false,
  negatives = "absolute",
  weights = "respondent",
  group_disclosure = false,
  k_disclosure = off,
  zeros = "safe",
  not_recorded = "safe",  -- "missing is safe"
  -- a safety range of 30 % for cells of too few; by formula for the others
  levels = { minimum = { percent = 30, width = 1 }, by_rule = true, zero_above = 0, limit = 2000 },
  insiders = { workers = false, workplaces = false, providers = true },  -- singletons
  history = {
    changes = { workers = off, workplaces = off, providers = off },
    concentration = false,
    collude = "none",
  },
  cost = "value",
  total_weight = 1,
  manual = off,
  rounding = {
    method = "conventional", count_base = 1, sum_base = 1,
    rate_decimals = 1, mean_decimals = 2, quantile_decimals = 2,
    public = false,
  },
}
