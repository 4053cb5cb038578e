#!/bin/sh
# margins.sh - tables without totals are still linked by the margins that both add up to.
#
# Two tables of one count by different dimensions, neither with totals: what is withheld in one must
# not be the difference between the other's sum and the rest. Alone, the first table withholds what
# the rules say; beside the second it must withhold more, or the second must.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$CORDON")/.." 2>/dev/null || true
"$CORDON" init "$work/w" >/dev/null
"$CORDON" synth --workers 40000 --workplaces 1300 --seed 3 --out "$work/w/data" >/dev/null
"$CORDON" load --workspace "$work/w" >/dev/null

script() { # NAME TABLES
    cat >"$work/w/scripts/$1.lua" <<LUA
local la = dim "area" :at "la"
feed "$1" {
  title = "Margins", agreement = "london-adass", where = dim "area" :within "London",
  $2
}
LUA
}
a='table "a" { rows = { la }, columns = { dim "service" :at "group" }, totals = "none", measures = { measure "filled_posts" } },'
b='table "b" { rows = { la }, columns = { dim "job_role" :at "group" }, totals = "none", measures = { measure "filled_posts" } },'
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
    echo "FAIL: tables without totals are not protected together"
    exit 1
fi
