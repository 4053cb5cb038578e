#!/bin/sh
# rounding.sh - every method of rounding and noise, from the policy to a verified package.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

workspace ws 2000 120
policy=ws/policies/protection/standard.lua
cp $policy standard.lua
cat >ws/scripts/posts.lua <<'LUA'
feed "posts" {
  title = "Posts", agreement = "london-adass", where = dim "area" :within "London",
  table "posts" { rows = { dim "area" :at "la" }, columns = { dim "service" :at "group" },
                  totals = "all", measures = { measure "filled_posts" } },
}
LUA

# method NAME [NOISE]: the standard policy with another method, and nothing withheld, so that the
# sums of whole tables can be looked at
method() {
    python3 -c '
import re, sys
text = open("standard.lua").read()
text = text.replace("method            = \"conventional\"",
                    "method = \"%s\"%s" % (sys.argv[1], sys.argv[2]))
text = re.sub(r"fewer_than\(\d+\)", "off", text)
text = re.sub(r"(?m)^  (dominance|p_percent) = .*$", r"  \1 = off,", text)
text = re.sub(r"(?ms)^  levels = \{.*?^  \},$", "  levels = off,", text)
text = re.sub(r"(?ms)^  insiders = .*?\},$",
              "  insiders = { workers = false, workplaces = false, providers = false },", text)
text = text.replace("group_disclosure = true", "group_disclosure = false")
if sys.argv[1] in ("midpoint", "cell_key"):
    text = re.sub(r"count_base *= 5", "count_base = %d" % (6 if sys.argv[1] == "midpoint" else 1),
                  text)
sys.stdout.write(text)' "$1" "${2:-}" >$policy || fail "the policy"
}

# table RELEASE: its counts, "area service value" a line; a low figure is 0
table() {
    python3 - "ws/staging/$1/data/tables/posts.csv" <<'PYTHON'
import csv, sys
for row in csv.DictReader(open(sys.argv[1], newline="")):
    assert row["filled_posts_status"] in ("", "low"), row
    print(row["area"], row["service"], row["filled_posts"] or 0)
PYTHON
}

# adds_up FILE: all sums over the services and over the areas
adds_up() {
    python3 - "$1" <<'PYTHON'
import collections, sys
rows, columns = collections.Counter(), collections.Counter()
for line in open(sys.argv[1]):
    area, service, value = line.split()
    rows[area] += int(value) * (1 if service != "_T" else -1)
    columns[service] += int(value) * (1 if area != "_T" else -1)
sys.exit(any(rows.values()) or any(columns.values()))
PYTHON
}

# told RELEASE PYTHON: a fact about method.json
told() {
    check "method.json: $2" python3 -c "
import json, sys
m = json.load(open('ws/staging/$1/data/method.json'))
counts = m['changes'][0]
assert counts['figures'] == 'counts'
assert $2"
}

case="exact values"
method midpoint
sed -i 's/method = "midpoint"/method = "conventional"/; s/count_base = 6/count_base = 1/' $policy
stage ws scripts/posts.lua
table "$id" >exact
check "exact values add up" adds_up exact

case=conventional
method conventional
stage ws scripts/posts.lua
told "$id" "counts['bias'] == '0' and counts['variance'] == '2' and counts['largestChange'] == '2'"
told "$id" "not counts['addsUp']"

case="no key"
noise=', noise = { deviation = 5, variance = 2, small = 2, contributors = 2, flex = 100,
    share_small = 0.1, share_large = 0.02, power = 3 }'
for name in random cell_key; do
    [ $name = cell_key ] && method $name "$noise" || method $name
    before=$(state ws)
    in_ws ws run scripts/posts.lua
    exits 1 "needs a perturbation key"
    check "a hint" grep -q 'cordon key perturbation' err
    check "nothing is staged" [ "$(state ws)" = "$before" ]
done
in_ws ws key perturbation
exits 0 "^key made: perturbation"
check "only its owner reads it" [ "$(stat -c %a ws/keys/perturbation.key)" = 600 ]
check "64 digits" grep -Eqx '[0-9a-f]{64}' ws/keys/perturbation.key
check "never printed" sh -c "! grep -q \"\$(cat ws/keys/perturbation.key)\" out err"
in_ws ws key perturbation
exits 1 "exists and is not replaced"

# close FILE FAR: no value is further than that from the exact one, and zeros stay
close() {
    paste exact "$1" | awk -v far="$2" '
        $1 != $4 || $2 != $5 || ($3 == 0 && $6 != 0) || $3 - $6 > far || $6 - $3 > far { bad = 1 }
        END { exit bad || NR < 100 }'
}

for name in random controlled small_counts midpoint cell_key; do
    case=$name
    [ $name = cell_key ] && method $name "$noise" || method $name
    stage ws scripts/posts.lua
    table "$id" >$name
    cp -r "ws/staging/$id" first
    in_ws ws run scripts/posts.lua
    exits 0 "^unchanged, already staged: $id$"
    rm -r "ws/staging/$id" "ws/staging/$id.json"
    stage ws scripts/posts.lua
    check "the same bytes again" diff -r first "ws/staging/$id"
    rm -r first
    case $name in
    random)
        check "close" close $name 4
        check "multiples of 5" awk '$3 % 5 { exit 1 }' $name
        told "$id" "counts['bias'] == '0' and counts['variance'] == '4' and counts['largestChange'] == '4'"
        ;;
    controlled)
        check "close" close $name 4
        check "multiples of 5" awk '$3 % 5 { exit 1 }' $name
        check "tables add up" adds_up $name
        told "$id" "counts['addsUp'] and counts['largestChange'] == '4'"
        ;;
    small_counts)
        check "no count from 1 to 4" awk '$3 > 0 && $3 < 5 { exit 1 }' $name
        check "tables add up" adds_up $name
        told "$id" "counts['addsUp']"
        ;;
    midpoint)
        check "close" close $name 3
        check "middles of bands" awk '$3 > 0 && $3 % 6 != 3 { exit 1 }' $name
        told "$id" "counts['bias'] == '-0.5' and counts['largestChange'] == '3'"
        ;;
    cell_key)
        check "close" close $name 5
        check "no count of 1 or 2" awk '$3 > 0 && $3 < 3 { exit 1 }' $name
        told "$id" "counts['bias'] == '0' and counts['variance'] == '2'"
        told "$id" "len(m['noiseTable']['sha256']) == 64"
        ;;
    esac
    check "not as exact" sh -c "! cmp -s exact $name"
done

case="a verified package"
keys ws "Asha Example" "Bram Sample"
must approve "$id" --as "Asha Example" --workspace ws
must approve "$id" --as "Bram Sample" --workspace ws
must deliver "$id" --workspace ws
run verify "ws/outbox/$id.zip" --trust ws/trust
exits 0 "^verified: $id"
check "the key is nowhere in it" sh -c "! grep -rq \"\$(cat ws/keys/perturbation.key)\" ws/outbox"

case="another key"
mv ws/keys/perturbation.key kept
must key perturbation --workspace ws
stage ws scripts/posts.lua
table "$id" >other
check "other values" sh -c "! cmp -s cell_key other"
check "close" close other 5
chmod 644 ws/keys/perturbation.key
in_ws ws run scripts/posts.lua
exits 1 "can be read by others"
chmod 600 ws/keys/perturbation.key
echo short >ws/keys/perturbation.key
in_ws ws run scripts/posts.lua
exits 3 "expected 64 digits"

case="noise that cannot be"
mv kept ws/keys/perturbation.key
method cell_key ', noise = { deviation = 5, variance = 0.5, small = 3, contributors = 2, flex = 100,
    share_small = 0.1, share_large = 0.02, power = 3 }'
in_ws ws run scripts/posts.lua
exits 1 "there is no noise for true counts of 1"

done_testing
