#!/bin/sh
# outside.sh - tables from the literature, protected and attacked from the command line.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

# grid ROW_LETTERS COLUMN_LETTERS: rows of numbers on standard input become c.csv and k.csv; ids are
# row and column letter, T for totals; the cells named in $sensitive are sensitive, likewise $forced
grid() {
    awk -v rows="$1" -v columns="$2" -v sensitive="$sensitive" -v forced="$forced" '
        function status(id) {
            if (index(" " sensitive " ", " " id " "))
                return "sensitive"
            return index(" " forced " ", " " id " ") ? "forced" : "free"
        }
        function cell(id, value) { print id "," value "," status(id) > "c.csv" }
        BEGIN { print "cell_id,value,status" > "c.csv"; print "row_id,cell_id,coef" > "k.csv" }
        {
            r = substr(rows, NR, 1)
            for (i = 1; i <= NF; i++) {
                c = substr(columns, i, 1)
                cell(r c, $i); sum += $i; down[c] += $i; all += $i
                print "row " r "," r c ",1" > "k.csv"
                print "column " c "," r c ",1" > "k.csv"
            }
            cell(r "T", sum); sum = 0
            print "row " r "," r "T,-1" > "k.csv"
            print "row T," r "T,1" > "k.csv"
        }
        END {
            for (i = 1; i <= length(columns); i++) {
                c = substr(columns, i, 1)
                cell("T" c, down[c])
                print "column " c ",T" c ",-1" > "k.csv"
                print "column T,T" c ",1" > "k.csv"
            }
            cell("TT", all)
            print "row T,TT,-1" > "k.csv"
            print "column T,TT,-1" > "k.csv"
        }'
}

protect() {
    run protect c.csv k.csv --out o.csv "$@"
}

attack() {
    run attack --cells c.csv --constraints k.csv --pattern "$@"
}

# withheld IDS: exactly these, in the order of the file
withheld() {
    checks=$((checks + 1))
    got=$(sed -n 's/,suppressed$//p' o.csv | tr '\n' ' ')
    [ "$got" = "$1 " ] || fail "withheld $got, expected $1"
}

# exposed IDS: exit 1, and the last attack named exactly these
exposed() {
    checks=$((checks + 1))
    [ "$code" = 1 ] || { fail "exit $code, expected 1"; show; }
    got=$(sed -n 's/^exposed: "\(.*\)" (.*)$/\1/p' out | tr '\n' ' ')
    [ "$got" = "$1 " ] || fail "exposed $got, expected $1"
    grep -q '^cordon: .*exposed' err || fail "no word on standard error"
}

# --- the 5 x 5 table of sdcTable's tests ---------------------------------------------------------------
# Nine cells, two or more in every line; yet (w,b) is rows w, x less columns a, c: 236 - 189 = 47.
case="5 x 5"
sensitive='wa wb wc xa xc yb yd zb zd' forced=
table5() {
    grid wxyz abcd <<'TABLE'
30 47 64 89
90 124 5 31
92 100 59 85
800 991 651 685
TABLE
}
table5
awk -F, 'NR == 1 { print "cell_id,status"; next }
         { print $1 "," ($3 == "sensitive" ? "suppressed" : "published") }' c.csv >primary.csv
attack primary.csv
exposed wb
grep -q '(computed)' out || fail "it was not published"
protect
exits 0 "^written"
withheld "wa wb wc wd xa xc yb yd zb zd"
attack o.csv
exits 0 "^safe"

case="5 x 5, a tampered pattern"
sed 's/^zb,.*/zb,published/' o.csv >t.csv
attack t.csv
exposed "zb zd"
grep -q '"zb" (published)' out && grep -q '"zd" (computed)' out || fail "not why"

case="5 x 5, every other cell forced"
forced='wd xb xd ya yc za zc wT xT yT zT Ta Tb Tc Td TT'
table5
rm -f o.csv
protect
checks=$((checks + 1))
[ "$code" = 1 ] || { fail "exit $code, expected 1"; show; }
grep -q '^conflict: "wb" is' out || { fail "names no cell"; show; }
for row in 'row w' 'row x' 'column a' 'column c'; do
    grep '^    rows' out | grep -q "\"$row\"" || fail "does not name $row"
done
grep -Eq '^    cells .*"wd" \(forced\)' out || fail "does not name the forced cells"
[ ! -e o.csv ] || fail "a pattern was written"
run protect c.csv k.csv --out o.csv --json
python3 -c 'import json, sys
report = json.load(open("out"))
sys.exit(report["conflictCount"] != 1 or report["conflicts"][0]["cell"] != "wb" or
         sorted(report["conflicts"][0]["rows"]) != ["column a", "column c", "row w", "row x"])' ||
    fail "the JSON says something else"

# --- paris2025: nation within continent, by age (GaussSuppression) ------------------------------------
# Frequencies below 3 but not 0. The answer is unique but for the partner of each column's Denmark.
case="paris2025, counts up to 2"
forced=
cat >c.csv <<'CELLS'
status,cell_id,value
sensitive,Denmark-old,1
sensitive,Denmark-young,1
sensitive,Denmark-T,2
free,France-old,6
sensitive,France-young,2
free,France-T,8
free,USA-old,3
free,USA-young,4
free,USA-T,7
free,Europe-old,7
free,Europe-young,3
free,Europe-T,10
free,America-old,3
free,America-young,4
free,America-T,7
free,T-old,10
free,T-young,7
free,T-T,17
CELLS
{
    echo row_id,cell_id,coef
    for age in old young T; do
        for pair in Europe:Denmark Europe:France America:USA T:Europe T:America; do
            echo "${pair%:*} $age,${pair#*:}-$age,1"
        done
        for parent in Europe America T; do
            echo "$parent $age,$parent-$age,-1"
        done
    done
    for place in Denmark France USA Europe America T; do
        printf '%s\n' "$place,$place-old,1" "$place,$place-young,1" "$place,$place-T,-1"
    done
} >k.csv
protect
exits 0 "^sensitive  *4$"
withheld "Denmark-old Denmark-young Denmark-T France-old France-young France-T"
attack o.csv
exits 0 "^safe"

# --- Geurts 3 x 3: one cell needs three more -----------------------------------------------------------
case="Geurts"
sensitive=aa
grid abc abc <<'TABLE'
20 50 10
8 19 22
17 32 12
TABLE
protect
exits 0 "secondary  *3$"
attack o.csv
exits 0 "^safe"
for id in $(sed -n 's/,suppressed$//p' o.csv); do
    sed "s/^$id,.*/$id,published/" o.csv >t.csv
    attack t.csv
    exposed aa
done

case="zeros are published, hidden cells never are"
cat >c.csv <<'CELLS'
cell_id,value,status
a,4,sensitive
b,0,free
h,7,hidden
d,9,free
T,20,free
CELLS
printf 'row_id,cell_id,coef\nr,a,1\nr,b,1\nr,h,1\nr,d,1\nr,T,-1\n' >k.csv
protect
exits 0 "secondary  *0$"
withheld "a h"
sed 's/h,suppressed/h,published/' o.csv >t.csv
attack t.csv
exposed a

# Two tables with one figure in common, signs, decimals, a zero, a cell in no row: b and x are needed.
case="linked tables"
cat >c.csv <<'CELLS'
cell_id,value,status
1a,-3.25,sensitive
1b,2.125,free
1c,0,free
1T,-1.125,free
2a,-3.25,free
2x,1.000001,free
2T,-2.249999,free
lone,5,sensitive
other,5,free
CELLS
{
    printf 'row_id,cell_id,coef\nr,1a,1\nr,1b,1\nr,1c,1\nr,1T,-1\n'
    printf 'q,2a,1\nq,2x,1\nq,2T,-1\nsame,1a,1\nsame,2a,-1\n'
} >k.csv
protect
exits 0 "secondary  *3$"
sed -n 's/,suppressed$//p' o.csv | tr '\n' ' ' | grep -Eq '^1a (1b|1T) 2a (2x|2T) lone $' || fail "others"
attack o.csv
exits 0 "^safe"

case="a cost column decides, without it the number of cells"
cat >c.csv <<'CELLS'
cell_id,value,status
a,4,sensitive
b,100,free
d,1,free
T,105,free
CELLS
printf 'row_id,cell_id,coef\nr,a,1\nr,b,1\nr,d,1\nr,T,-1\n' >k.csv
protect
exits 0 "secondary  *1$"
sed -e '1s/$/,cost/' -e '/^b/s/$/,0.5/' -e '/^[adT]/s/$/,7/' c.csv >c2.csv
mv c2.csv c.csv
protect
withheld "a b"
sed -e 's/,0.5$/,7.000001/' -e '/^d/s/,7$/,6.999999/' c.csv >c2.csv
mv c2.csv c.csv
protect
withheld "a d"

# --- contributors who know their own cells ---------------------------------------------------------------
# Two withheld cells in a row, one of them a single provider's: it subtracts itself.
case="a contributor reads its neighbour"
cat >c.csv <<'CELLS'
cell_id,value,status,holder
a,4,sensitive,
b,100,free,Sole Ltd
d,30,free,
T,134,free,
CELLS
printf 'row_id,cell_id,coef\nr,a,1\nr,b,1\nr,d,1\nr,T,-1\n' >k.csv
pattern() {
    awk -F, -v withheld=" $* " 'NR == 1 { print "cell_id,status"; next }
        { print $1 "," (index(withheld, " " $1 " ") ? "suppressed" : "published") }' c.csv >t.csv
}
pattern a b
attack t.csv
exposed a
grep -q '^exposed: "a" (computed by the contributor alone in "b")$' out || { fail "not by whom"; show; }
grep -q '0 to anybody, 1 to a contributor only' err || fail "not how many"
! grep -q Sole out err || fail "names the contributor"
pattern a d
attack t.csv
exits 0 "^safe: .* nor by a contributor"
protect
exits 0 "^written.* nor by a contributor"
attack o.csv
exits 0 "^safe"
case="a contributor whom no pattern can stop"
cp c.csv c2.csv
sed -i '/^[dT]/s/free/forced/' c.csv
rm o.csv
protect
[ "$code" = 1 ] && [ ! -e o.csv ] || { fail "not refused"; show; }
grep -q '^conflict: "a" .* and known to the contributor alone in "b"$' out || fail "not by whom"
grep -q "^    cells \"b\" (the contributor's own) \"d\" (forced) \"T\" (forced)$" out ||
    { fail "not from what"; show; }
! grep -q Sole out err || fail "names the contributor"
mv c2.csv c.csv
case="a contributor reads its neighbour"
pattern a b d
attack t.csv
exits 0 "^safe"
case="one contributor in several cells knows them all"
sed -i '/^d/s/$/Sole Ltd/' c.csv
attack t.csv
exposed a
pattern a b d T
attack t.csv
exits 0 "^safe"
sed -i '/^d/s/Sole/Other/' c.csv
pattern a b d
attack t.csv
exits 0 "^safe"
case="what anybody can tell comes first"
sed -i -e 's/,free,/,sensitive,/' c.csv
pattern a b
attack t.csv --json
[ "$code" = 1 ] || { fail "exit $code, expected 1"; show; }
python3 -c 'import json, sys
report = json.load(open("out"))
sys.exit([(c["cell"], c["how"], c.get("aloneIn")) for c in report["exposedCells"]] !=
         [("d", "published", None), ("T", "published", None), ("a", "contributor", "b")] or
         (report["exposed"], report["exposedToAnybody"], report["exposedToContributors"]) !=
         (3, 2, 1) or not report["insidersChecked"])' || { fail "the JSON says something else"; show; }
case="a contributor is not protected from itself"
sed -i -e '/^a/s/$/Sole Ltd/' -e '/^[dT]/s/sensitive/free/' c.csv
pattern a b
attack t.csv
exits 0 "^safe"
case="without names"
printf 'cell_id,value,contributors\na,9,1\nb,30,5\nT,39,6\n' >c.csv
printf 'row_id,cell_id,coef\nr,a,1\nr,b,1\nr,T,-1\n' >k.csv
protect
exits 0 "^note: 1 cells have one contributor"

# --- the rules of a policy ----------------------------------------------------------------------------
# standard: workers < 10, contributors < 3, (1,80), p 10 %.
case="standard policy"
cat >c.csv <<'CELLS'
cell_id,value,records,contributors,top1,top2
few,100.5,9,5,30,30
two,100,10,2,50,50
big,100,10,5,80.000001,1
close,100,10,5,79,14
fine,100,10,5,79,13
zero,0,0,0,0,0
T,500.5,49,9,100,90
CELLS
printf 'row_id,cell_id,coef\nr,T,-1\n' >k.csv
for id in few two big close fine zero; do echo "r,$id,1" >>k.csv; done
protect --policy standard
exits 0 "sensitive  *4$"
withheld "few two big close"
for count in 001:1 002:1 004:1 005:2; do # "two" has nobody besides its two
    grep -q "CDN-R-${count%:*} .* ${count#*:}\$" out || fail "not counted: CDN-R-$count"
done
grep -q 'note: CDN-R-006' out || fail "does not say what it cannot see"
grep -q 'note: CDN-R-019 .* needs the column "holder"' out || fail "does not say who is missing"
attack o.csv --policy standard
exits 0 "^safe"
sed 's/^close,.*/close,published/' o.csv >t.csv
attack t.csv --policy standard
exposed close
attack t.csv
exits 0 "^safe"

case="a policy as a file"
sed 's/workers = fewer_than(10)/workers = fewer_than(11)/' \
    "$root/policies/protection/standard.lua" >mine.lua
protect --policy mine.lua
withheld "few two big close fine"

# (3,60) of 100: 30 + 20 + 10 is not more, 30 + 20 + 11 is; (3,60) of -100 as of 100
case="a rule on the three largest"
sed -e 's/largest(1):share(more_than(80))/largest(3):share(more_than(60))/' \
    -e 's/ *p_percent = less_than(10),/p_percent = off,/' \
    "$root/policies/protection/standard.lua" >three.lua
cp c.csv c2.csv
cp k.csv k2.csv
cat >c.csv <<'CELLS'
cell_id,value,records,contributors,top1,top2,top3
a,100,10,5,30,20,10
b,100,10,5,30,20,11
c,-100,10,5,30,20,10.000001
T,100,30,9,11,11,11
CELLS
printf 'row_id,cell_id,coef\nr,T,-1\nr,a,1\nr,b,1\nr,c,1\n' >k.csv
protect --policy three.lua
exits 0 "CDN-R-004 .* 2\$"
withheld "b c"
cut -d, -f1-6 c.csv >c3.csv
mv c3.csv c.csv
protect --policy three.lua
exits 3 '^cordon: c.csv:1: .*CDN-R-004 .*needs the column "top3"'
mv c2.csv c.csv
mv k2.csv k.csv

case="a policy of a workspace, by name"
mkdir -p ws/policies/protection
mv mine.lua ws/policies/protection
protect --policy mine
exits 2 'there is no policy "mine"'
rm o.csv
protect --policy mine --workspace ws
withheld "few two big close fine"

case="counts need no largest contributors"
printf 'cell_id,value,records,contributors\na,9,9,5\nb,30,30,5\nT,39,39,5\n' >c.csv
printf 'row_id,cell_id,coef\nr,a,1\nr,b,1\nr,T,-1\n' >k.csv
protect --policy standard
exits 0 "^note: every value"
withheld "a b"

case="forced against a rule"
sed -e '1s/$/,status/' -e '/^a/s/$/,forced/' -e '/^[bT]/s/$/,/' c.csv >c2.csv
mv c2.csv c.csv
protect --policy standard
[ "$code" = 1 ] && grep -q '^conflict: "a" is forced' out || { fail "not refused"; show; }
case="structural is nobody's secret"
sed 's/forced/structural/' c.csv >c2.csv
mv c2.csv c.csv
protect --policy standard
exits 0 "withheld  *0$"

# --- the command ------------------------------------------------------------------------------------
case="same bytes again, and in JSON no clock"
sensitive='wa wb wc xa xc yb yd zb zd' forced=
table5
protect --json
cp o.csv first.csv
cp out first.json
sleep 1
protect --json
cmp -s o.csv first.csv || fail "another pattern"
cmp -s out first.json || fail "another report"
python3 -m json.tool out >/dev/null || fail "not JSON"

case="ids are quoted where they must be"
printf 'cell_id,value\n"a, ""b""",1\n" c",2\n' >c.csv
echo row_id,cell_id,coef >k.csv
protect
printf 'cell_id,status\n"a, ""b""",published\n" c",published\n' | cmp -s - o.csv || fail "not quoted"
attack o.csv
exits 0 "^safe"

case="usage"
run protect c.csv k.csv
exits 2 "--out FILE"
run protect c.csv --out o.csv
exits 2 "usage"
run attack --cells c.csv
exits 2 "--pattern FILE"
run protect c.csv k.csv --out c.csv
exits 2 "same file"
run protect c.csv k.csv --out ./k.csv
exits 2 "same file"
run protect c.csv k.csv --out none/o.csv
exits 4 "none/o.csv"
run protect c.csv k.csv --out o.csv --pattern o.csv
exits 2 "unknown option"

case="a failure leaves the old pattern"
cp o.csv before.csv
echo 'a,b' >>k.csv
protect
exits 3
cmp -s o.csv before.csv || fail "it was touched"
[ -z "$(ls -A | grep -v '^[a-z]' )" ] || fail "something is left"
done_testing
