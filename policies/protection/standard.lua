-- standard.lua - the standard protection of published workforce tables.
--
-- Every parameter and every comparison of the rules stands here; the program has no defaults. A
-- threshold says when a figure is unsafe: fewer_than(10) withholds 9 and publishes 10.
-- Clauses (CDN-R-...) are those that `cordon explain` and the release notes print. Sources:
--   [H]    Handbook on Statistical Disclosure Control, 2nd edition, Eurostat CoE on SDC
--   [TA]   tau-Argus user manual 4.1: the comparisons and the usual parameters
--   [NMDS] the public workforce dashboards: fewer than 10 workers are not shown (2018)
--
-- SPDX-License-Identifier: GPL-3.0-or-later

policy "standard" {
  title = "Standard protection of workforce tables",

  minimum = {
    -- CDN-R-001: workers behind a cell.  [NMDS]; [H] 4.2.1, minimum frequency
    workers = fewer_than(10),
    -- CDN-R-002: workplaces behind a cell. With two, each knows the other.  [H] 4.2.1
    workplaces = fewer_than(3),
    -- CDN-R-003: providers behind a cell: workplaces of one organisation are one holding.  [H] 4.2.1
    providers = fewer_than(2),
    -- CDN-R-008: worker records under a median or quantile, and strictly on each side of it: a
    -- position statistic is somebody's value.  [H] 5.7
    quantile_workers = fewer_than(20),
    quantile_side = fewer_than(5),
    -- CDN-R-009: worker records behind one figure of a consenting provider's row. The provider may
    -- agree to be shown; its workers were not asked.  [H] 4.2.1
    row_workers = fewer_than(10),
  },

  -- CDN-R-004: (n,k) rule on sums, n = 1, k = 80: one provider is most of the cell.
  --            [H] 4.2.2; [TA] 2.2, strictly more than
  dominance = largest(1):share(more_than(80)),

  -- CDN-R-005: p% rule on sums: the second largest provider can estimate the largest to within
  --            10 %: what the others add is less than 10 % of the largest.  [H] 4.2.2; [TA] 2.2
  p_percent = less_than(10),

  -- CDN-R-006: shares of 0 % and 100 %: all of a group has an attribute, or none of it.  [H] 5.2.2
  group_disclosure = true,

  -- CDN-R-007: a cell with no records is published as 0: absence of a role or service in an area
  --            is not confidential.  [H] 4.2.1
  zeros = "safe",

  -- CDN-R-010: how many did not answer is not confidential.
  not_recorded = "safe",

  -- CDN-R-011: among ways to complete the pattern, withhold the cells of the fewest workers.
  --            [H] 4.2.4, information loss
  cost = "workers",

  -- CDN-R-012: rounding, after protection.  [H] 5.4.2, conventional rounding
  rounding = {
    count_base        = 5,      -- counts of workers, workplaces, providers
    sum_base          = 5,      -- sums, in whole units
    rate_decimals     = 1,      -- ratios and shares, in per cent
    mean_decimals     = 2,
    quantile_decimals = 2,
    public            = false,  -- counts of public registers stay as they are
  },
}
