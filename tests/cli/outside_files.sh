#!/bin/sh
# outside_files.sh - every kind of bad file is refused at its line and field, and no value is told.
#
# The value 8675309 stands for all that must not be printed.
# shellcheck disable=SC2059
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

good_cells='cell_id,value,status
a,3,sensitive
b,8675306,free
t,8675309,free'
good_rows='row_id,cell_id,coef
r,a,1
r,b,1
r,t,-1'

# bad PLACE REGEX: protect of c.csv and k.csv is refused there
bad() {
    run protect c.csv k.csv --out o.csv ${policy:+--policy "$policy"}
    exits 3 "^cordon: $1: .*$2"
    ! grep -q '867530' err || fail "tells a value"
    [ ! -e o.csv ] || fail "left a file"
}

# cells NAME PLACE REGEX TEXT: the cells file, with the escapes of printf
cells() {
    case="cells: $1"
    printf "$4" >c.csv
    printf '%s\n' "$good_rows" >k.csv
    bad "c.csv:$2" "$3"
}

# rows NAME PLACE REGEX TEXT: the constraints file
rows() {
    case="constraints: $1"
    printf '%s\n' "$good_cells" >c.csv
    printf "$4" >k.csv
    bad "k.csv:$2" "$3"
}

# cell NAME COLUMN REGEX HEADER LINE [GOOD LINE]: the third line is bad
cell() {
    cells "$1" "3:$2" "$3" "$4\n${6:-b,8675309}\n$5\n"
}

# hints WORD: the last error suggested it
hints() {
    grep -q "hint: did you mean \"$1\"" err || fail "does not suggest $1"
}

# --- the cells file ----------------------------------------------------------------------------------
cells "empty" 1 "expected a header" ''
cells "no cells" 1 "found none" 'cell_id,value\n'
cells "no value column" 1 'no column "value"' 'cell_id,status\n'
cells "no header" 1:1 "unknown column" 'a,8675309\n'
cells "unknown column" 1:2 "unknown column" 'cell_id,valu\n'
hints value
cells "row numbers" 1:1 "unknown column" '"",cell_id,value\n'
grep -q "hint: leave out row numbers" err || fail "no hint"
for separator in ';' '\t'; do
    cells "another separator" 1:1 "unknown column" "cell_id${separator}value\n"
    grep -q "hint: .* commas" err || fail "no hint"
done
cells "column twice" 1:3 "twice" 'cell_id,value,value\n'
cell "too few fields" 2 "expected 2 fields as in the header, found 1" cell_id,value a
cell "too many fields" 3 "expected 2 fields as in the header, found 3" cell_id,value a,1,2
cell "no id" 1 "cell_id: expected an id, found nothing" cell_id,value ,8675309
cell "id twice" 1 '"b" is there already' cell_id,value b,8675309
cell "id of other bytes" 1 "found other bytes" cell_id,value 'a\377,1'
cell "id with an overlong character" 1 "found other bytes" cell_id,value 'a\340\200\200,1'
cell "id with a control character" 1 "found other bytes" cell_id,value 'a\033[2J,1'
cell "id with a C1 character" 1 "found other bytes" cell_id,value 'a\302\233,1'
cell "id that is too long" 1 "at most 256 bytes" cell_id,value "$(printf '%0257d' 0),1"
cell "no value" 2 "value: expected a decimal number.* found nothing" cell_id,value a,
cell "text" 2 "found text" cell_id,value a,NA
cell "exponent" 2 "found a number with an exponent" cell_id,value a,8.675309e6
cell "seven places" 2 "at most 6 places, found more places" cell_id,value a,0.8675309
cell "too large" 2 "found a number that is too large" cell_id,value a,8675309000000000
cell "no digits" 2 "without digits on one side" cell_id,value a,8675309.
cell "thousands" 2 "found text" cell_id,value 'a,"8,675,309"'
cell "a blank" 2 "found text" cell_id,value 'a, 8675309'
cell "status" 3 "status: expected one of free, .* found something else" cell_id,value,status \
    a,1,sensitiv b,1,
hints sensitive
cell "records" 3 "records: expected a whole number, found a fraction" cell_id,value,records \
    a,1,1.5 b,1,1
cell "negative records" 3 "whole number from 0" cell_id,value,records a,1,-1 b,1,1
cell "contributors" 1 "contributors: expected a whole number, found nothing" \
    contributors,cell_id,value ,a,1 1,b,1
cell "top1" 3 "top1: expected a contribution" cell_id,value,top1 a,1,-8675309 b,1,1
cell "top2 over top1" 4 "top2: expected" cell_id,value,top1,top2 a,1,3,8675309 b,1,1,0
cell "top5 over top4" 4 "to that of top4" cell_id,value,top4,top5 a,1,3,8675309 b,1,1,0
cell "cost 0" 3 "cost: expected a number greater than 0" cell_id,value,cost a,1,0 b,1,1
cell "cost in words" 3 "cost: expected a decimal number" cell_id,value,cost a,1,dear b,1,1
holder=cell_id,value,holder
cell "holder 0" 3 "found 0" $holder a,1,0 b,1,
cell "holder NA" 3 "found 0 or NA" $holder a,1,NA b,1,
cell "holder with a blank" 3 "blank at an end" $holder 'a,1,P ' b,1,P
cell "holder of other bytes" 3 "found other bytes" $holder 'a,1,\001' b,1,
cell "holder of nothing" 3 "without contributors" $holder,records a,0,P,0 b,1,P,1
cell "holder among nobody" 3 "without contributors" $holder,contributors a,0,P,0 b,1,P,1
cell "open quote" 2 "quoted field is not closed" cell_id,value 'a,"1'
cell "quote inside" 1 "quote in the wrong place" cell_id,value 'a"b,1'
cell "NUL byte" 1 "NUL" cell_id,value '\000,1'

case="cells: missing file"
rm -f c.csv
bad c.csv ""

# --- the constraints file ----------------------------------------------------------------------------
header='row_id,cell_id,coef\n'
rows "empty" 1 "expected a header" ''
rows "no coef column" 1 'no column "coef"' 'row_id,cell_id\n'
rows "unknown column" 1:2 "unknown column" 'row_id,cell,coef\n'
rows "column twice" 1:3 "twice" 'row_id,cell_id,row_id\n'
rows "too few fields" 2:3 "found 2" "${header}r,a\n"
rows "no row id" 2:1 "row_id: expected an id" "$header,a,1\n"
rows "no cell id" 2:2 "cell_id: expected an id" "${header}r,,1\n"
rows "unknown cell" 2:3 '"z" is not in the cells file' 'coef,row_id,cell_id\n1,r,z\n'
rows "coefficient 0" 2:3 "found 0" "${header}r,a,0\n"
rows "no whole digit" 2:3 "coef: expected a whole number" "${header}r,a,.5\n"
rows "half" 2:3 "found a fraction" "${header}r,a,1.5\n"
rows "coefficient too large" 2:3 "whole number from" "${header}r,a,2147483648\n"
rows "cell twice" 5:2 '"a" stands twice in the row "r"' "$good_rows\nr,a,1\n"
rows "no zero sum" 5:1 'row "q" does not add up' "$good_rows\nq,a,1\nq,b,1\n"
rows "no zero sum, entries apart" 2:1 'row "q" does not add up' \
    "${header}q,t,-1\nr,a,1\nr,b,1\nr,t,-1\nq,b,1\n"

case="constraints: off by a millionth"
printf 'cell_id,value\na,0.1\nb,0.2\nt,0.300001\n' >c.csv
printf '%s\n' "$good_rows" >k.csv
bad k.csv:2:1 "does not add up"
case="constraints: decimals are exact"
printf 'cell_id,value\na,0.1\nb,0.2\nt,0.300000\n' >c.csv
run protect c.csv k.csv --out o.csv
exits 0 "^written"

case="constraints: too large for intervals, not without"
printf 'cell_id,value\na,2000000000000.000001\nb,0\nt,2000000000000.000001\n' >c.csv
run protect c.csv k.csv --out o.csv
exits 0 "^written"
rm o.csv
run protect c.csv k.csv --out o.csv --intervals
exits 3 '^cordon: a number of the cell "a" is too large for intervals'

# --- the pattern -------------------------------------------------------------------------------------
printf '%s\n' "$good_cells" >c.csv
good_pattern='cell_id,status\na,suppressed\nb,suppressed\nt,published\n'

# pattern NAME PLACE REGEX SED: the good pattern, changed
pattern() {
    case="pattern: $1"
    printf "$good_pattern" | sed -e "$4" >o.csv
    run attack --cells c.csv --constraints k.csv --pattern o.csv
    exits 3 "^cordon: o.csv$2: .*$3"
}
pattern "empty" :1 "expected a header" d
pattern "unknown column" :1:2 "unknown column" s/status/state/
pattern "a cell is missing" "" 'found 1 missing, the first of them "b"' /^b/d
pattern "unknown cell" :3:1 '"z" is not in the cells file' s/^b/z/
pattern "a cell twice" :3:1 '"a" is there already' s/^b/a/
pattern "unknown status" :4:2 "expected one of published, suppressed" s/published/x/
pattern "no status" :4:2 "found nothing" s/,published/,/
case="pattern: missing file"
run attack --cells c.csv --constraints k.csv --pattern none.csv
exits 3 "^cordon: none.csv: "
case="pattern: with bounds"
printf "$good_pattern" | sed -e '1s/$/,lower,upper/' -e '1!s/$/,,/' >o.csv
run attack --cells c.csv --constraints k.csv --pattern o.csv
exits 0 "^safe"
rm o.csv

# --- what a policy's rules need ----------------------------------------------------------------------
policy=standard
needs="needs the column"
cells "no records" 1 "CDN-R-001 .*$needs \"records\"" \
    'cell_id,value,contributors,top1,top2\na,50,20,9,2\n'
cells "no contributors" 1 "CDN-R-002 .*$needs \"contributors\"" \
    'cell_id,value,records,top1,top2\na,50,20,9,2\n'
cells "no top1" 1 "CDN-R-004 .*$needs \"top1\"" \
    'cell_id,value,records,contributors,top2\na,50,20,9,2\n'
cells "no top2" 1 "CDN-R-005 .*$needs \"top2\"" \
    'cell_id,value,records,contributors,top1\na,50,20,9,9\n'
columns=cell_id,value,records,contributors,top1,top2
cells "records 0" 2:3 "0 in a cell that is not empty" "$columns\na,50,0,0,9,2\n"
cells "contributors 0" 2:4 "0 in a cell that is not empty" "$columns\na,50,9,0,9,2\n"
cells "only a largest contribution" 2:3 "0 in a cell that is not empty" "$columns\na,0,0,0,9,2\n"
other() { # SED: the standard policy, changed
    sed -e "$1" "$root/policies/protection/standard.lua" >mine.lua
}
policy=./mine.lua
other 's/less_than(10)/less_than(10):coalition(3)/'
cells "a coalition of three" 1 "CDN-R-005 .*$needs \"top4\"" \
    "$columns,top3\na,50,20,9,9,3,3\n"
other 's/request = off/request = { when = largest(1):share(more_than(50)), providers = fewer_than(5) }/'
cells "a rule on request" 1 "CDN-R-013 .*who asked" "$columns\na,50,20,9,9,3\n"
policy=
case="policy: unknown name"
run protect c.csv k.csv --out o.csv --policy none
exits 2 'there is no policy "none"'
done_testing
