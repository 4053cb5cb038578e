#!/bin/sh
# consistency.sh - the same cell of the same data gets the same answer in every feed of an audience.
#
# Two feeds share a table, and one has more tables, so that protected apart they
# withhold other cells of it: the test first sees that. Then each comes first once.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

shared='  table "shared" { rows = { dim "area" :at "la" }, columns = { dim "service" :at "service" },
    measures = { measure "filled_posts" } },'
for feed in one two; do
    {
        echo "feed \"$feed\" {"
        echo '  title = "T", agreement = "london-adass", where = dim "area" :within "London",'
        echo "$shared"
        [ $feed = one ] || for other in area:la service:service; do
            echo "  table \"by_${other%:*}\" { rows = { dim \"${other%:*}\" :at \"${other#*:}\" },"
            echo '    columns = { dim "job_role" :at "group" }, measures = { measure "filled_posts" } },'
        done
        echo "}"
    } >$feed.lua
done

# differ FILE FILE: in how many cells of the shared table
cat >differ.py <<'PYTHON'
import csv, sys
def cells(path):
    return {(row["area"], row["service"]): (row["filled_posts"], row["filled_posts_status"])
            for row in csv.DictReader(open(path, encoding="utf-8"))}
one, two = map(cells, sys.argv[1:])
assert one.keys() == two.keys() and any(status == "c" for _, status in one.values())
print(sum(one[key] != two[key] for key in one))
PYTHON

workspace bare 3000 200
keys bare "Asha Example" "Bram Sample"
# few rules, so that most of what is withheld is a choice
sed -i 's/^    workplaces = fewer_than(3),/    workplaces = off,/; s/^    providers = fewer_than(2),/    providers = off,/
    s/^    workers = fewer_than(10),/    workers = fewer_than(5),/; s/^  dominance = .*/  dominance = off,/
    s/^  p_percent = .*/  p_percent = off,/; s/^  group_disclosure = true/  group_disclosure = false/' \
    bare/policies/protection/standard.lua

case="protected apart"
cp -rp bare apart
stage apart one.lua
first=$id
stage apart two.lua
second=$id
table=data/tables/shared.csv
apart=$(python3 differ.py "apart/staging/$first/$table" "apart/staging/$second/$table")
check "they would withhold other cells" [ "${apart:-0}" -gt 0 ]

# after FIRST SECOND: FIRST is delivered, then SECOND is made
after() {
    case="$2 after $1"
    rm -rf ws
    cp -rp bare ws
    stage ws "$1.lua"
    first=$id
    must approve "$first" --as "Asha Example" --workspace ws
    must approve "$first" --as "Bram Sample" --workspace ws
    must deliver "$first" --workspace ws
    stage ws "$2.lua"
    check "the same answers" [ "$(python3 differ.py "ws/outbox/$first/$table" \
        "ws/staging/$id/$table")" = 0 ]
    must approve "$id" --as "Asha Example" --workspace ws
    must approve "$id" --as "Bram Sample" --workspace ws
    must deliver "$id" --workspace ws
    for script in one two; do
        in_ws ws run "$script.lua"
        exits 0 "^unchanged, already delivered: $script-"
    done
}
after one two
after two one

done_testing
