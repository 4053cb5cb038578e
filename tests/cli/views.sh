#!/bin/sh
# views.sh - a share of some job roles is linked to counts of all of them.
#
# The share of qualified workers is about care-providing roles. Beside a table of qualified workers
# in all roles its parts give away, by subtraction, how many of the other roles are qualified: often
# few, and of one workplace. So the two together must withhold more than each does alone.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$CORDON")/.." 2>/dev/null || true
"$CORDON" init "$work/w" >/dev/null
"$CORDON" synth --workers 20000 --workplaces 900 --seed 1 --out "$work/w/data" >/dev/null
"$CORDON" load --workspace "$work/w" >/dev/null

script() { # NAME TABLES
    cat >"$work/w/scripts/$1.lua" <<LUA
local la = dim "area" :at "la"
feed "$1" {
  title = "Views", agreement = "london-adass", where = dim "area" :within "London",
  $2
}
LUA
}
a='table "a" { title = "A", rows = { la }, measures = { measure "share_level_2_plus" } },'
b='table "b" { title = "B", rows = { la }, columns = { dim "level_2_plus" }, measures = { measure "filled_posts" } },'
script alone_a "$a"
script alone_b "$b"
script both "$a $b"

withheld() { # SCRIPT: figures withheld in all its outputs
    "$CORDON" check "scripts/$1.lua" --workspace "$work/w" --json |
        python3 -c 'import json,sys; print(sum(o["withheld"] for o in json.load(sys.stdin)["outputs"]))'
}
one=$(withheld alone_a)
two=$(withheld alone_b)
both=$(withheld both)
echo "withheld: a alone $one, b alone $two, together $both"
if [ "$one" -eq 0 ] || [ "$both" -le $((one + two)) ]; then
    echo "FAIL: a share of some roles is not protected together with counts of all roles"
    exit 1
fi
