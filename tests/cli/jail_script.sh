#!/bin/sh
# jail_script.sh - what the words of a script put into the plan.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
here=$(cd "$(dirname "$0")" && pwd)
helper=${BUILD:-build}/cordon-script
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# has NAME TEXT...: the plan of the script on stdin holds each TEXT; "!TEXT" = must not
has()
{
    name=$1
    shift
    cat >"$work/script.lua"
    timeout -s KILL 60 "$helper" script chunk <"$work/script.lua" 3<"$here/jail/names.json" \
        4>"$work/answer"
    for text; do
        case $text in
        !*) grep -qF -- "${text#!}" "$work/answer" || continue ;;
        *) grep -qF -- "$text" "$work/answer" && continue ;;
        esac
        echo "jail_script: $name: wanted $text in $(cat "$work/answer")"
        failures=$((failures + 1))
    done
}

has filters '"where":[{"codes":["E12000007"],"dim":"area","level":"region","line":3},{"codes":["8"],"dim":"job_role","level":"role","line":4}]' <<'EOF'
feed "f" {
  title = "T", agreement = "a",
  where = dim "area":within "London" &
    dim "job_role":is "Care worker",
  table "t" { measures = { measure "filled_posts" } },
}
EOF
has filter_list '"where":[{"codes":["E09000002","E09000001"],"dim":"area","level":"la","line":3},{"codes":["1"],"dim":"job_role","level":"group","line":4}]' <<'EOF'
local m = { measure "filled_posts" }
feed "f" { title = "T", agreement = "a", table "t" { measures = m, where = {
  dim "area":at "la":is { "Barking and Dagenham", "E09000001" },
  dim "job_role":at "group":is "Direct care" } } }
EOF
has is_not '"codes":["E09000002"]' <<'EOF'
feed "f" { title = "T", agreement = "a", where = dim "area":is_not "City of London",
  table "t" { measures = { measure "filled_posts" } } }
EOF
has levels '"rows":[{"dim":"area","from":"region","line":2,"to":"la"}]' \
    '"columns":[{"dim":"job_role","from":"role","line":3,"to":"role"}]' '"totals":false' \
    '"note":"n","rows"' '"title":"t title"' '"period":""' <<'EOF'
feed "f" { title = "T", agreement = "a", table "t" {
  rows = { dim "area":levels("region", "la") },
  columns = { dim "job_role" },
  totals = "none", title = "t title", note = "n", measures = { measure "filled_posts" } } }
EOF
has lists '"lists":[{"fields":[{"line":3,"name":"location_id"}],"line":2,"measures":[],"name":"l","note":"","record":"location","title":"","where":[]}]' \
    '"tables":[]' <<'EOF'
feed "f" { title = "T", agreement = "a",
  list "l" { of = "location",
    fields = { "location_id" } } }
EOF
has order '"tables":[{"columns":[],"line":1,"measures":[{"line":1,"name":"filled_posts"}],"name":"b"' <<'EOF'
local b = table "b" { measures = { measure "filled_posts" } }
local a = table "a" { measures = { measure "median_pay" } }
feed "f" { title = "T", agreement = "a", b, a }
EOF
has table_library '"name":"t3"' '"name":"t1"' '!"name":"t4"' <<'EOF'
local items = {}
for i = 1, 3 do
  table.insert(items, table("t" .. i) { measures = { measure "filled_posts" } })
end
local body = { title = "T", agreement = "a" }
for _, item in ipairs(items) do body[#body + 1] = item end
feed "f" (body)
EOF
has text '"title":"T \"x\" \\ é 3 a-b"' <<'EOF'
local name = string.format("T %s \\ é %d ", '"x"', 3) .. table.concat({ "a", "b" }, "-")
feed "f" { title = name, agreement = "a", table "t" { measures = { measure "filled_posts" } } }
EOF
has returned '{"ok":' '"line":2,"lists"' <<'EOF'

return feed "f" { title = "T", agreement = "a", table "t" { measures = { measure "filled_posts" } } }
EOF

[ "$failures" -eq 0 ] && echo "jail_script: every word does what it says"
[ "$failures" -eq 0 ]
