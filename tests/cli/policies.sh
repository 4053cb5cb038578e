#!/bin/sh
# policies.sh - the policies that other tools' examples use, each on a small table.
#
# Cells stand alone, so that exactly those are withheld that a rule withholds, at both sides of each
# boundary.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

tried=
echo "row_id,cell_id,coef" >k.csv

# counts NUMBERS: a cell for each, of as many records and contributors
counts() {
    echo "cell_id,value,records,contributors" >c.csv
    for n; do
        echo "$n,$n,$n,$n" >>c.csv
    done
}

# sums NAME:TOP1:TOP2:TOTAL ...: cells of 20 records and contributors
sums() {
    echo "cell_id,value,records,contributors,top1,top2" >c.csv
    for cell; do
        echo "$cell" | awk -F: '{ print $1 "," $4 ",20,20," $2 "," $3 }' >>c.csv
    done
}

# withholds POLICY IDS: the policy withholds exactly these, in the order of the file
withholds() {
    case="$1"
    rm -f o.csv
    run protect c.csv k.csv --out o.csv --policy "$root/policies/protection/$1.lua"
    exits 0
    got=$(sed -n 's/,suppressed$//p' o.csv | tr '\n' ' ')
    check "withheld: $got, expected: $2" [ "$got" = "${2:+$2 }" ]
    tried="$tried $1"
}

counts 0 1 2 3 4 7 8 9 10
withholds standard "1 2 3 4 7 8 9"
withholds acro "0 1 2 3 4 7 8 9"
withholds opensafely "0 1 2 3 4 7"
withholds opensafely_midpoint ""
withholds nhs "1 2 3 4 7"
withholds datashield "1 2"
withholds ons_cell_key "1 2 3 4 7 8 9"
withholds small_counts "0 1 2 3"
withholds tau_argus "1 2"

# (1,85), strictly more; p% = 10: what the two largest leave is less than 10 % of the largest
sums at85:85:1:100 over85:86:1:100 at10:60:34:100 under10:60:35:100
withholds tau_argus "over85 under10"
# (2,90), at least
sums at90:50:40:100 under90:50:39:100
withholds acro "at90"

case="every policy there is"
for file in "$root"/policies/protection/*.lua; do
    name=$(basename "$file" .lua)
    check "$name was tried" sh -c "case '$tried ' in *' $name '*) ;; *) exit 1 ;; esac"
    check "$name says where it comes from" grep -qE '^-- (Source|Every)' "$file"
done

done_testing
