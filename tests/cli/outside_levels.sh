#!/bin/sh
# outside_levels.sh - a forced cell is the release's doing: it lowers no protection level.
#
# 9 + 2 = 11. Both parts are of too few and must be able to be 100 % off; with 11 published neither
# can. Forced, that is refused; as common knowledge it is nobody's doing.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

cat >policy.lua <<'LUA'
policy "wide" {
  title = "Cells of fewer than 10 are 100 % off",
  minimum = { workers = fewer_than(10), workplaces = off, providers = off, quantile_workers = off,
              quantile_side = off, row_workers = off },
  dominance = off, p_percent = off, request = off, waivers = false, negatives = "absolute",
  weights = "respondent", group_disclosure = false, k_disclosure = off, zeros = "safe",
  not_recorded = "safe",
  levels = { minimum = { percent = 100, width = 1 }, by_rule = true, zero_above = 0, limit = 2000 },
  insiders = { workers = false, workplaces = false, providers = false },
  history = { changes = { workers = off, workplaces = off, providers = off },
              concentration = false, collude = "none" },
  cost = "cells", total_weight = 1, manual = off,
  rounding = { method = "conventional", count_base = 5, sum_base = 5, rate_decimals = 1,
               mean_decimals = 2, quantile_decimals = 2, public = true },
}
LUA
printf 'row_id,cell_id,coef\nr,a,1\nr,b,1\nr,t,-1\n' >rows.csv

protect() {
    case=$1
    rm -f out.csv
    printf 'cell_id,value,records,status\na,9,9,free\nb,2,2,free\nt,11,11,%s\n' "$1" >cells.csv
    run protect cells.csv rows.csv --policy ./policy.lua --intervals --out out.csv
}
protect forced
exits 1 "cannot be given a wide enough interval"
check "nothing is written" [ ! -e out.csv ]
protect structural
exits 0 "wide enough"
protect free
exits 0 "wide enough"
check "the total goes too" grep -q '^t,suppressed' out.csv
done_testing
