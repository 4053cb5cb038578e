#!/bin/sh
# perturb.sh - rounding and noise for a table that did not come from Cordon.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

# policy METHOD COUNT_BASE [NOISE]
policy() {
    cat >"$1.lua" <<LUA
policy "$1" {
  title = "Values only",
  minimum = { workers = off, workplaces = off, providers = off, quantile_workers = off,
              quantile_side = off, row_workers = off },
  dominance = off, p_percent = off, request = off, waivers = false, negatives = "absolute",
  weights = "respondent", group_disclosure = false, k_disclosure = off, zeros = "safe",
  not_recorded = "safe", levels = off,
  insiders = { workers = false, workplaces = false, providers = false },
  history = { changes = { workers = off, workplaces = off, providers = off },
              concentration = false, collude = "none" },
  cost = "cells", total_weight = 1, manual = off,
  rounding = { method = "$1", count_base = $2, sum_base = 1, rate_decimals = 1,
               mean_decimals = 2, quantile_decimals = 2, public = true ${3:-} },
}
LUA
}

# A table of 8 by 6 with totals.
python3 - <<'PYTHON'
import random
random.seed(3)
inner = {(a, b): random.choice([0, 0, 1, 2, 3, 4, 7, 12, 40]) for a in range(8) for b in range(6)}
total = lambda a, b: sum(v for (x, y), v in inner.items() if a in (x, "T") and b in (y, "T"))
A, B = list(range(8)) + ["T"], list(range(6)) + ["T"]
with open("cells.csv", "w") as out:
    print("cell_id,value", file=out)
    for a in A:
        for b in B:
            print("%s.%s,%d" % (a, b, total(a, b)), file=out)
with open("rows.csv", "w") as out:
    print("row_id,cell_id,coef", file=out)
    for a in A:
        for b in B:
            print("r%s,%s.%s,%d" % (a, a, b, -1 if b == "T" else 1), file=out)
            print("c%s,%s.%s,%d" % (b, a, b, -1 if a == "T" else 1), file=out)
PYTHON

# adds_up FILE: each row of rows.csv
adds_up() {
    python3 - "$1" <<'PYTHON'
import collections, csv, sys
value = {r["cell_id"]: int(r["value"] or 0) for r in csv.DictReader(open(sys.argv[1]))}
sums = collections.Counter()
for row in csv.DictReader(open("rows.csv")):
    sums[row["row_id"]] += int(row["coef"]) * value[row["cell_id"]]
sys.exit(any(sums.values()))
PYTHON
}

# far FILE: the largest difference from the exact values
far() {
    paste -d, cells.csv "$1" | awk -F, 'NR > 1 { d = $4 - $2; d = d < 0 ? -d : d; if (d > m) m = d }
        END { print m + 0 }'
}

policy conventional 5
policy random 5
policy controlled 5
policy small_counts 5
policy midpoint 6
policy cell_key 1 ', noise = { deviation = 4, variance = 1.5, small = 1, contributors = 2, flex = 100,
    share_small = 0.2, share_large = 0.05, power = 3 }'

case="additive methods"
for name in controlled small_counts; do
    run perturb cells.csv rows.csv --policy $name.lua --out $name.csv
    exits 0 "every row adds up"
    check "$name adds up" adds_up $name.csv
done
check "controlled is close" [ "$(far controlled.csv)" -lt 5 ]
check "no small counts" awk -F, 'NR > 1 && $2 > 0 && $2 < 5 { exit 1 }' small_counts.csv
check "low is not 0" grep -q ',,low$' small_counts.csv

case="one by one"
run perturb cells.csv --policy midpoint.lua --out midpoint.csv
exits 0 "each changed by itself"
check "middles" awk -F, 'NR > 1 && $2 > 0 && $2 % 6 != 3 { exit 1 }' midpoint.csv
run perturb cells.csv --policy conventional.lua --out conventional.csv --json
exits 0
check "JSON" python3 -m json.tool out
check "close" [ "$(far conventional.csv)" = 2 ]

case="keys"
for name in random cell_key; do
    run perturb cells.csv --policy $name.lua --out $name.csv
    exits 1 "needs a perturbation key"
    check "nothing is written" [ ! -e $name.csv ]
done
(umask 077 && printf '%064d\n' 1 >one && printf '%064d\n' 2 >two)
for name in random cell_key; do
    for key in one two one; do
        run perturb cells.csv --policy $name.lua --key $key --out $name.$key.new
        exits 0 "^written: counts"
        [ ! -e $name.$key ] || check "the same again" cmp $name.$key $name.$key.new
        mv $name.$key.new $name.$key
    done
    check "another key, other values" sh -c "! cmp -s $name.one $name.two"
done
check "at most 4 away" [ "$(far random.one)" -le 4 ] && check "and noise too" [ "$(far cell_key.one)" -le 4 ]
check "no count of 1" awk -F, 'NR > 1 && $2 == 1 { exit 1 }' cell_key.one
case="the column key"
for n in 1 2 3 4 5 6 7 8 9; do echo "c$n,7,one"; done | sed '1i cell_id,value,key' >sevens.csv
run perturb sevens.csv --policy random.lua --key one --out sevens.out
exits 0
check "one text, one draw" [ "$(cut -d, -f2 sevens.out | sed 1d | sort -u | wc -l)" = 1 ]
cut -d, -f1,2 sevens.csv >ids.csv
run perturb ids.csv --policy random.lua --key one --out ids.out
check "nine ids, nine draws" [ "$(cut -d, -f2 ids.out | sed 1d | sort -u | wc -l)" = 2 ]
chmod 644 two
run perturb cells.csv --policy random.lua --key two --out no.csv
exits 1 "can be read by others"

case="every policy that is shipped"
for file in "$root"/policies/protection/*.lua; do
    run perturb cells.csv rows.csv --policy "$file" --key one --out shipped.csv
    exits 0 "^written: counts"
done

case="sums"
printf 'cell_id,value,top1,top2\na,1000.5,400,300\nb,0,0,0\n' >sums.csv
run perturb sums.csv --policy cell_key.lua --key one --out sums.out
exits 0 "^written: sums"
check "0 stays" grep -qx 'b,0,' sums.out
run perturb sums.csv --policy small_counts.lua --out no.csv
exits 1 "not counts"

case="bad files"
printf 'cell_id,value\na,1\na,2\n' >twice.csv
run perturb twice.csv --policy midpoint.lua --out no.csv
exits 3 "twice.csv:3:1: cell_id: the cell \"a\" is there already"
printf 'cell_id,value,top1,top2\na,5,1,2\n' >rising.csv
run perturb rising.csv --policy midpoint.lua --out no.csv
exits 3 "rising.csv:2:4: top2: expected contributions without sign, falling"
: >empty.csv
run perturb empty.csv --policy midpoint.lua --out no.csv
exits 3 "found an empty file"
printf 'cell_id,value\n' >header.csv
run perturb header.csv --policy midpoint.lua --out no.csv
exits 3 "header.csv:1: expected cells after the header, found none"
run perturb cells.csv --policy midpoint.lua --out cells.csv
exits 2 "the same file"
run perturb cells.csv --out no.csv
exits 2 "perturb needs"
check "nothing is written" [ ! -e no.csv ]

done_testing
