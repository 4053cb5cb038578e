-- standard.lua - the standard protection of published workforce tables.
--
-- Every parameter and every comparison of the rules stands here; the program has no defaults. A
-- threshold says when a figure is unsafe: fewer_than(10) withholds 9 and publishes 10.
-- Clauses (CDN-R-...) are those that `cordon explain` prints; the table of all of them is in
-- policies/README.md. Sources:
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

  -- CDN-R-013: confidentiality on request: nobody may ask; everybody is protected.  [TA] 2.2
  request = off,

  -- CDN-R-014: what a provider waived does not need protection. Nobody may waive.  [H] 4.2.2
  waivers = false,

  -- CDN-R-015: contributions below 0 count by their size.  [H] 4.2.2
  negatives = "absolute",

  -- CDN-R-016: with survey weights: the largest as they are, of a total that is weighted. It is
  --            the respondent who can be attacked.  [H] 4.2.2
  weights = "respondent",

  -- CDN-R-006: shares of 0 % and 100 %: all of a group has an attribute, or none of it.  [H] 5.2.2
  group_disclosure = true,

  -- CDN-R-017: k-disclosure: a coalition of k of a group that is in one category but for k. Off:
  --            a group of one knows only itself, and CDN-R-001 takes small groups.  [H] 5.2.2
  k_disclosure = off,

  -- CDN-R-007: a cell with no records is published as 0: absence of a role or service in an area
  --            is not confidential.  [H] 4.2.1
  zeros = "safe",

  -- CDN-R-010: how many did not answer is not confidential.
  not_recorded = "safe",

  -- CDN-R-018: how far what can be inferred of a withheld value must reach: no value is certain,
  --            and sums are as uncertain, above and below, as CDN-R-004 and 005 ask.  [H] 4.2.2
  levels = {
    minimum = { percent = 0, width = 1 },  -- of cells of too few: nothing on either side, in all 1
    by_rule = true,                        -- of dominated cells: by the formula of their rule
    zero_above = 0,                        -- zeros are not withheld
    limit = 2000,                          -- thousands of steps; what is not decided is unsafe
  },

  -- CDN-R-019: who is alone in a withheld cell knows it, and must not learn another.  [H] 4.3
  insiders = { workers = true, workplaces = true, providers = true },

  -- CDN-R-021: what earlier releases tell. The records that joined, left or changed since one are a
  --            group like any other, and a change of a figure shows them. Every partner is taken to
  --            see the releases of all others; else list the agreements that may pool what they
  --            hold: { { "agreement-a", "agreement-b" }, ... }, or "none".  [H] 4.2.1
  history = {
    changes = { workers = fewer_than(10), workplaces = fewer_than(3), providers = fewer_than(2) },
    concentration = true,  -- CDN-R-004, 005 and 013 hold for changes of sums too
    collude = "all",
  },

  -- CDN-R-011: among ways to complete the pattern, withhold the cells of the fewest workers.
  --            [H] 4.2.4, information loss
  cost = "workers",
  total_weight = 1,  -- a total costs so many times more for each dimension that it sums

  -- CDN-R-020: cells that are decided by hand, with reasons: none.  [TA] 4.3, a priori information
  manual = off,

  -- CDN-R-012: rounding, after protection.  [H] 5.4.2, conventional rounding
  rounding = {
    method            = "conventional",
    count_base        = 5,      -- counts of workers, workplaces, providers
    sum_base          = 5,      -- sums, in whole units
    rate_decimals     = 1,      -- ratios and shares, in per cent
    mean_decimals     = 2,
    quantile_decimals = 2,
    public            = false,  -- counts of public registers stay as they are
  },
}
