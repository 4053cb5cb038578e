#!/bin/sh
# docs.sh - the documentation is true: its commands run, its example is what the program does,
# its paths and links lead somewhere, and the manual page knows every command and option.
#
# In every page the blocks marked "sh" are run in order by one shell, in a fresh directory, with the
# program in PATH; a block marked "lua" whose first line is "-- scripts/NAME.lua - purpose" is saved
# under that name first. Blocks marked otherwise are for the eye.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

PATH=$(dirname "$cordon"):$PATH
export PATH

pages=$(cd "$root" && ls README.md CHANGELOG.md docs/*.md docs/decisions/*.md ./*/README.md \
    policies/catalogue/codes/README.md)

# --- blocks that run --------------------------------------------------------------------------------

# blocks PAGE: its blocks as one script
blocks() {
    awk '
        /^```/ {
            if (kind == "lua" && saving) print "CORDON_DOCS_END"
            kind = kind == "" ? ($0 == "```" ? "plain" : substr($0, 4)) : ""
            saving = 0
            first = 1
            next
        }
        kind == "sh" { print }
        kind == "lua" && first && /^-- scripts\/[a-z_]+\.lua - / {
            saving = 1
            print "cat >" $2 " <<\"CORDON_DOCS_END\""
        }
        kind == "lua" && saving { print }
        { first = 0 }' "$root/$1"
}

for page in $pages; do
    case=$page
    blocks "$page" >block
    [ -s block ] || continue
    rm -rf here
    mkdir here
    checks=$((checks + 1))
    if ! (cd here && sh -eux ../block) >said 2>why </dev/null; then
        fail "a block does not run as printed; the last commands:"
        tail -n 4 why
        continue
    fi
    [ "$page" = README.md ] || continue
    check "the tour verifies a package" grep -q '^verified: london_adass-' said
    check "the script is allowed" grep -q '^ok: boroughs$' said
    check "the recipient finds two approvals" grep -q '^OK: 2 approvals$' said
    mv here tour
done
check "the tour of README.md was run" [ -n "$(find tour -type d -name outbox)" ]

# --- the worked example of the methods page -----------------------------------------------------------

case="docs/methods.md"
must init example
must synth --out example/data --workers 100 --workplaces 10
python3 - example/data <<'PYTHON' || fail "the data"
import csv, os, sys

def rewrite(name, rows):
    """The rows under the header that is there."""
    path = os.path.join(sys.argv[1], name)
    with open(path, newline="") as file:
        header = next(csv.reader(file))
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

# workplace, provider, authority (702 Camden, 703 Greenwich), service (1 residential, 8 domiciliary)
PLACES = [(1, 11, 702, 1, 10), (2, 12, 702, 1, 10), (3, 12, 702, 1, 10), (4, 13, 702, 8, 12),
          (5, 14, 703, 1, 15), (6, 15, 703, 1, 15), (7, 16, 703, 1, 15),
          (8, 17, 703, 8, 7), (9, 18, 703, 8, 7), (10, 18, 703, 8, 7)]
rewrite("workplace.csv", [
    {"period": "M202608", "establishmentid": n, "orgid": provider, "cssr": area, "mainstid": service,
     "mupddate": "01/06/2026", "totalstaff": staff, "wkrrecs": staff}
    for n, provider, area, service, staff in PLACES])
rewrite("worker.csv", [
    {"period": "M202608", "establishmentid": place[0], "workerid": 100 * place[0] + i,
     "emplstat": 190, "mainjrid": 8} for place in PLACES for i in range(place[4])])
rewrite("cqc_locations.csv", [])
PYTHON
cat >example/scripts/example.lua <<'LUA'
local service = dim "service" :at "group"
feed "example" {
  title = "Worked example", agreement = "london-adass",
  where = dim "area" :within "London" & dim "area" :is { "Camden", "Greenwich" }
        & service :is { "Adult residential", "Adult domiciliary" },
  table "posts" { rows = { dim "area" :at "la" }, columns = { service },
                  measures = { measure "filled_posts" } },
}
LUA
must load --workspace example
in_ws example explain scripts/example.lua
exits 0 "withheld to protect others +3$"
check "one cell of nine to protect, six equations" \
    grep -q '^9 cells (0 of them hidden), 6 equations, 1 cells to protect' out
stage example scripts/example.lua
awk '/^```csv$/ { on = 1; next } /^```$/ { on = 0 } on' "$root/docs/methods.md" >printed.csv
check "the printed table is what the program publishes" \
    diff printed.csv "example/staging/$id/data/tables/posts.csv"

# --- paths, links, clauses ------------------------------------------------------------------------------

for page in $pages; do
    case=$page
    folder=$(dirname "$root/$page")
    grep -o '](\([^)#]*\)' "$root/$page" | sed 's/^](//' | grep -v '^https\{0,1\}:' >links
    while read -r link; do
        check "link $link" [ -e "$folder/$link" ]
    done <links
    # `path` in a folder of the checkout, or of the page; scripts that the page makes need not exist
    # shellcheck disable=SC2016
    grep -o '`[A-Za-z0-9_.][A-Za-z0-9_.*/-]*`' "$root/$page" | tr -d '`' | grep / | sort -u >paths
    while read -r path; do
        first=${path%%/*}
        [ "$first" = build ] && continue
        grep -q "^-- $path - " "$root/$page" && continue
        if [ -d "$root/$first" ] || [ -d "$folder/$first" ]; then
            # shellcheck disable=SC2086
            check "path $path" sh -c "ls -d $root/$path || ls -d $folder/$path"
        fi
    done <paths
    check "no path of somebody's machine" sh -c "! grep -nE '(^|[^a-z])/(home|work|root)/' '$root/$page'"
done

case="clauses"
grep -ohE 'CDN-R-[0-9]{3}' "$root/lib/rule/rules.c" "$root/policies/protection/standard.lua" |
    sort -u >clauses
check "some" [ "$(wc -l <clauses)" -ge 8 ]
while read -r clause; do
    check "$clause in docs/methods.md" grep -q "^| $clause |" "$root/docs/methods.md"
    check "$clause in policies/README.md" grep -q "^| $clause |" "$root/policies/README.md"
done <clauses

# threshold CLAUSE WORD: what the policy sets is what the page says
threshold() {
    value=$(sed -n "s/^ *$2 *= *[a-z_:(1)]*(\\([0-9]*\\)).*/\\1/p" "$root/policies/protection/standard.lua")
    check "$1 has $2 $value" grep -qE "^\| $1 .*= $value(,| )" "$root/docs/methods.md"
}
threshold CDN-R-001 workers
threshold CDN-R-002 workplaces
threshold CDN-R-003 providers
threshold CDN-R-005 p_percent
threshold CDN-R-008 quantile_workers
threshold CDN-R-008 quantile_side
threshold CDN-R-009 row_workers

case="decisions"
number=0
for page in "$root"/docs/decisions/*.md; do
    number=$((number + 1))
    name=$(basename "$page")
    check "$name is number $number" [ "${name%%-*}" = "$(printf '%04d' "$number")" ]
    check "$name says so" sh -c "head -n 1 '$page' | grep -q '^# $number\\. '"
    check "$name is listed" grep -q "(decisions/$name)" "$root/docs/README.md"
    for part in "Status: " "## Context" "## Decision" "## Consequences"; do
        check "$name has $part" grep -q "^$part" "$page"
    done
done

# --- the manual page --------------------------------------------------------------------------------------

case="cordon.1"
manual=$root/bin/cordon.1
sed 's/\\-/-/g; s/\\f[A-Z]//g' "$manual" >manual
"$cordon" help >help
grep -oE -e '--[a-z-]+' help | sort -u >options.help
grep -oE -e '--[a-z-]+' manual | sort -u >options.manual
check "the options of cordon help" diff options.help options.manual
sed -n 's/^  cordon \([a-z]*\).*/\1/p' help >commands
check "some commands" [ "$(wc -l <commands)" -ge 10 ]
while read -r command; do
    check "command $command" grep -qE "^\.B[IR]* \"?$command( |\$)" manual
done <commands
check "the version" grep -q "\"Cordon $("$cordon" --version | sed 's/^cordon //')\"" manual
if command -v groff >/dev/null 2>&1; then
    check "formatted without a warning" sh -c "[ -z \"\$(groff -man -ww -Tascii '$manual' 2>&1 >'$work/page')\" ]"
fi

done_testing
