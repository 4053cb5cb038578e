#!/bin/sh
# groups.sh - a whole group in one category is seen through filters too.
#
# Posts by borough and job role group, and the same for women only: where all are women the second
# table says of everybody in the first what a table by gender would not be allowed to say.
#
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"
workspace w 20000 900
script() { # NAME TABLES
    cat >"w/scripts/$1.lua" <<LUA
local by = { dim "area" :at "la" }
local role = { dim "job_role" :at "group" }
feed "$1" {
  title = "Groups", agreement = "london-adass", where = dim "area" :within "London",
  $2
}
LUA
}
all='table "everybody" { rows = by, columns = role, measures = { measure "filled_posts" } },'
women='table "women" { rows = by, columns = role, where = dim "gender" :is "Female", measures = { measure "filled_posts" } },'
script alone "$all"
script both "$all $women"

bound() { # SCRIPT OUTPUT: figures that the rule on groups binds
    "$cordon" explain "scripts/$1.lua" --workspace w --json | python3 -c '
import json, sys
for o in json.load(sys.stdin)["outputs"]:
    if o["name"] == sys.argv[1]:
        print(o["rules"].get("CDN-R-006", 0))' "$2"
}
case="everybody alone"
check "no group is looked for" [ "$(bound alone everybody)" = 0 ]
case="beside the women"
check "whole groups of women are found" [ "$(bound both women)" -gt 0 ]

# Nobody of the care workers of a borough is on zero hours, which must not be said. Then it must not be
# said either that nobody is in all boroughs of a board: a cell that only a table of that area makes.
case="areas that overlap"
sed -i 's/^ *area  *= "la",/area = "la", icb = "icb",/' w/policies/agreements/london-adass.lua
script shares 'table "roles" { rows = by, columns = role, measures = { measure "filled_posts", measure "zero_hours_share" } },'
script board 'table "roles" { rows = by, columns = role, measures = { measure "filled_posts", measure "zero_hours_share" } },
  table "board" { rows = { dim "service" :at "group" }, columns = role, measures = { measure "filled_posts" },
    where = dim "icb" :within "NHS North East London" },'
must synth --out w/data --workers 3000 --workplaces 200 --clean
must load --workspace w
must run w/scripts/shares.lua --workspace w
must run w/scripts/board.lua --workspace w
done_testing
