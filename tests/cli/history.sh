#!/bin/sh
# history.sh - what an audience holds: which releases count, what is kept of them, and what is refused.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

london=$root/scripts/london_adass.lua
borough=$root/scripts/borough_coverage.lua
icb=$root/scripts/icb_area.lua

# copy NAME FROM: a workspace of its own
copy() {
    case=$1
    rm -rf ws
    cp -rp "$2" ws
}

# bytes WORKSPACE ID: what approvers sign
bytes() {
    find "$1" -path "*/$2/tagmanifest-sha512.txt" -exec sha512sum {} + | cut -d ' ' -f 1
}

# kept WORKSPACE ID MEMBER: what is kept of a release
kept() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' \
        "$1/ledger/releases/$2.json" "$3"
}

workspace first 3000 200
keys first "Asha Example" "Bram Sample"
cp -rp first bare
stage first "$borough"
staged_first=$id
approved first "$staged_first"
delivered first "$london"
one=$id

case="what is kept"
check "the release" [ -f "first/ledger/releases/$one.json" ]
check "by the digest that the ledger has" grep -q \
    "$(sha256sum "first/ledger/releases/$one.json" | cut -d ' ' -f 1)" first/ledger/ledger.sqlite
check "its data" cmp first/data/snapshot.cdn "first/ledger/snapshots/$(kept first "$one" snapshot).cdn"
check "nothing of it travels" sh -c "! grep -rq '$(kept first "$one" snapshot)' first/outbox"
# which figures were published, as the package tells it: statuses of the tables, measure by measure,
# and how many of the rows, which the package has in another order
check "which figures were published" python3 - "first/ledger/releases/$one.json" \
    "first/outbox/$one/data" <<'PYTHON'
import csv, json, sys
kept = json.load(open(sys.argv[1]))
told = []
for table in kept["plan"]["feed"]["tables"]:
    rows = list(csv.DictReader(open(f"{sys.argv[2]}/tables/{table['name']}.csv", encoding="utf-8")))
    for measure in table["measures"]:
        told += [row[measure["name"] + "_status"] != "c" for row in rows]
shown = []
for rows in kept["plan"]["feed"]["lists"]:
    for row in csv.DictReader(open(f"{sys.argv[2]}/tables/{rows['name']}.csv", encoding="utf-8")):
        shown += [row[measure["name"] + "_status"] in ("", "low") for measure in rows["measures"]]
bits = "".join(f"{int(digit, 16):04b}" for digit in kept["figures"]["published"])
assert kept["figures"]["count"] == len(told) + len(shown)
assert told.count(False) > 0 and shown.count(True) > 0
assert [bit == "1" for bit in bits[:len(told)]] == told
assert bits[len(told):].count("1") == shown.count(True)
PYTHON

case="run again"
before=$(state first)
in_ws first run "$london"
exits 0 "^unchanged, already delivered: $one$"
[ "$(state first)" = "$before" ] || fail "something was changed"

case="a release that was staged before another one was delivered"
before=$(state first)
in_ws first approve "$staged_first" --as "Asha Example"
exits 1 "the release $one went to this audience after"
in_ws first deliver "$staged_first"
exits 1 "the release $one went to this audience after"
check "with what to do" grep -q "run the script again" err
[ "$(state first)" = "$before" ] || fail "something was changed"
stage first "$borough"
two=$id
check "another release" [ "$two" != "$staged_first" ]
check "that relies on the first" [ "$(kept first "$two" history)" = "['$one']" ]
check "the other relied on none" [ "$(kept first "$staged_first" history)" = "[]" ]
approved first "$two"
in_ws first deliver "$two"
exits 0 "^delivered: $two$"

case="run again, with a longer history"
before=$(state first)
for round in 1 2; do
    in_ws first run "$london"
    exits 0 "^unchanged, already delivered: $one$"
    in_ws first run "$borough"
    exits 0 "^unchanged, already delivered: $two$"
done
in_ws first check "$london"
exits 0
[ "$(state first)" = "$before" ] || fail "something was changed"

case="the same request without a history has the same name everywhere"
cp -rp bare again
stage again "$london"
check "the name" [ "$id" = "$one" ]
stage again "$borough"
check "the name of the other" [ "$id" = "$staged_first" ]

case="an unfinished intent counts"
copy "$case" bare
stage ws "$london"
approved ws "$id"
cp -rp ws/staging kept_staging
must deliver "$id" --workspace ws
uncommitted ws
rm -r ws/staging ws/outbox/* ws/delivered/*
mv kept_staging ws/staging
in_ws ws run "$london"
exits 0 "^unchanged, its delivery is to be finished: $id$"
unfinished=$id
stage ws "$borough"
check "it is relied on" [ "$(kept ws "$id" history)" = "['$unfinished']" ]
check "the same release came before" [ "$unfinished" = "$one" ]
in_ws ws deliver "$unfinished"
exits 0 "^delivered: $unfinished$"
check "what was staged in between may go" [ "$(kept ws "$id" history)" = "['$unfinished']" ]
approved ws "$id"
in_ws ws deliver "$id"
exits 0

# --- who may pool what they hold --------------------------------------------------------------------------
case="another audience of the same data"
copy "$case" first
stage ws "$icb"
check "all may collude" [ "$(kept ws "$id" history)" = "['$one', '$two']" ]
check "nothing of them travels" sh -c "! grep -rqE '$one|$two' 'ws/staging/$id'"
copy "nobody colludes" first
sed -i 's/collude = "all"/collude = "none"/' ws/policies/protection/standard.lua
stage ws "$icb"
check "its own releases only" [ "$(kept ws "$id" history)" = "[]" ]
copy "a set" first
sed -i 's/collude = "all"/collude = { { "icb-gloucestershire", "london-adass" } }/' \
    ws/policies/protection/standard.lua
stage ws "$icb"
check "those of the set" [ "$(kept ws "$id" history)" = "['$one', '$two']" ]
copy "another set" first
sed -i 's/collude = "all"/collude = { { "icb-gloucestershire", "another" } }/' \
    ws/policies/protection/standard.lua
line=$(grep -n '"another"' ws/policies/protection/standard.lua | cut -d: -f1)
in_ws ws run "$icb"
exits 3 "protection/standard.lua:$line: there is no agreement \"another\""
sed 's/"london-adass"/"another"/' ws/policies/agreements/london-adass.lua \
    >ws/policies/agreements/another.lua
stage ws "$icb"
check "not of another set" [ "$(kept ws "$id" history)" = "[]" ]
copy "the policy changed since" first
stage ws "$icb"
must approve "$id" --as "Asha Example" --workspace ws
must approve "$id" --as "Bram Sample" --workspace ws
sed -i 's/collude = "all"/collude = "none"/' ws/policies/protection/standard.lua
in_ws ws deliver "$id"
exits 1 "policy \"standard\" changed since"

# --- what is lost stops the audience ------------------------------------------------------------------------
case="later data"
must synth --out first/data --workers 3000 --workplaces 200 --week 1
must load --workspace first
for command in check explain; do
    in_ws first $command "$london"
    exits 0 "^together with 2 earlier releases of this audience$"
    check "which one bound where" grep -qE "^  borough_summary +[0-9]+ withheld because of $one, table [a-z_]+$" out
done
in_ws first check "$london" --json
check "the same as JSON" python3 -c 'import json, sys
history = json.load(open("out"))["history"]
assert history["releases"] == sys.argv[1:] and history["conflicts"] >= 0, history
assert any(w["output"] == "borough_summary" and w["release"] == sys.argv[1] and w["figures"] > 0
           for w in history["withheld"])' "$one" "$two"
data=first/ledger/snapshots/$(kept first "$one" snapshot).cdn
in_ws first run "$london"
exits 0 "^staged: "
check "the data of the past is still there" [ -f "$data" ]
check "and that of now" [ "$(find first/ledger/snapshots -type f | wc -l)" = 2 ]
must run "$london" --workspace first
# refuses FILE [TEXT]
refuses() {
    before=$(state ws)
    for command in check run explain; do
        in_ws ws $command "$borough"
        exits 1 "${2:-missing}"
        check "names the release" grep -q "against the release $one" err
        check "names the file" grep -q "$1" err
        check "and what to do" grep -q "restore the file from a copy" err
    done
    [ "$(state ws)" = "$before" ] || fail "something was changed"
}
copy "the data of an earlier release is gone" first
rm "ws/ledger/snapshots/$(basename "$data")"
refuses "$(basename "$data")"
copy "other data in its place" first
cp ws/data/snapshot.cdn "ws/ledger/snapshots/$(basename "$data")"
refuses "$(basename "$data")" "other data"
copy "its data cut short" first
truncate -s -100 "ws/ledger/snapshots/$(basename "$data")"
refuses "$(basename "$data")" damaged
copy "a byte of a column that is read late" first
size=$(stat -c %s "ws/ledger/snapshots/$(basename "$data")")
for at in 2 3 4; do
    printf '\377' | dd of="ws/ledger/snapshots/$(basename "$data")" bs=1 seek=$((size * at / 6)) \
        conv=notrunc 2>/dev/null
done
before=$(state ws)
in_ws ws run "$borough"
exits 3 "$(basename "$data"): the snapshot is damaged: a column"
check "and what to do" grep -q "restore the file from a copy" err
[ "$(state ws)" = "$before" ] || fail "something was changed"
copy "what was published of an earlier release is gone" first
rm "ws/ledger/releases/$one.json"
refuses "$one.json"
copy "what was published of an earlier release is changed" first
sed -i 's/"published":"./"published":"0/' "ws/ledger/releases/$one.json"
sed -i '1s/$/ /' "ws/ledger/releases/$one.json"
refuses "$one.json" changed
# --- another catalogue -------------------------------------------------------------------------------------
catalogue=policies/catalogue/ascwds.lua
copy "a catalogue with more in it" first
cat >>ws/$catalogue <<'LUA'

measure "more_posts" {
  title = "More posts", unit = "posts", places = 0, definition = "Another name for filled posts.",
  of = worker, count = "records",
}
LUA
sed -i 's/title = "Filled posts"/title = "Posts that are filled"/' ws/$catalogue
must load --workspace ws
stage ws "$london"
check "with the past" [ "$(kept ws "$id" history)" = "['$one', '$two']" ]
check "both are kept" [ "$(find ws/ledger/catalogues -type f | wc -l)" = 2 ]
check "by their digests" sh -c "cd ws/ledger/catalogues && for f in *; do
    echo \"\$(basename \$f .txt)  \$f\"; done | sha256sum --strict --quiet -c"
cp -rp ws more
# changed WHAT FILE SED: a catalogue that says something else
changed() {
    copy "a catalogue: $1" first
    sed -i "$3" "ws/policies/catalogue/$2"
    ! cmp -s "ws/policies/catalogue/$2" "first/policies/catalogue/$2" || fail "nothing was changed"
    must load --workspace ws
    before=$(state ws)
    for command in check run; do
        in_ws ws $command "$borough"
        exits 1 "catalogue no longer says what it said when $one was made"
        check "and what to do" grep -q "take back what was changed" err
    done
    [ "$(state ws)" = "$before" ] || fail "something was changed"
}
changed "another measure" ascwds.lua '/^measure "workplaces" {/,/^}/s/of = workplace/of = worker/'
changed "another definition" ascwds.lua '/^measure "workplaces" {/,/^}/s/24 months/12 months/'
changed "another code list" codes/job_roles.csv '2s/$/ (new)/'
copy "what is kept of a catalogue is gone" more
rm "ws/ledger/catalogues/$(kept ws "$one" catalogue).txt"
in_ws ws check "$borough"
exits 1 "missing; without it nothing can be checked against the release $one"
copy "what is kept of a catalogue is changed" more
sed -i 's/places/Places/' "ws/ledger/catalogues/$(kept ws "$one" catalogue).txt"
in_ws ws check "$borough"
exits 1 "changed; without it nothing can be checked against the release $one"

# --- records that nothing needs any more --------------------------------------------------------------------
rm -rf ws
workspace ws 3000 200
keys ws "Asha Example" "Bram Sample"
# rejected SCRIPT: staged and rejected; how many copies of records are kept then
rejected() {
    stage ws "$1"
    must reject "$id" --reason "no" --as "Asha Example" --workspace ws
    kept=$(find ws/ledger/snapshots -name '*.cdn' | wc -l)
}
for n in 1 2 3 4; do
    sed "s/title *= \"/&$n: /" "$root/scripts/borough_coverage.lua" >"script$n.lua"
done
case="data of a rejected release alone"
rejected script1.lua
check "does not stay" [ "$kept" = 0 ]
in_ws ws run script1.lua
exits 0 "^unchanged, already staged"
case="data that another release needs"
stage ws script2.lua
rejected script3.lua
check "stays" [ "$kept" = 1 ]
case="data of a release that has left"
stage ws script2.lua
for name in "Asha Example" "Bram Sample"; do
    must approve "$id" --as "$name" --workspace ws
done
must deliver "$id" --workspace ws
must synth --out ws/data --workers 3000 --workplaces 200 --seed 2
must load --workspace ws
rejected script3.lua
check "stays, and no other" [ "$kept" = 1 ]
in_ws ws check script4.lua
exits 0
case="in doubt"
stage ws script4.lua
echo >>"ws/ledger/releases/$id.json"
must synth --out ws/data --workers 3000 --workplaces 200 --seed 3
must load --workspace ws
rejected script1.lua
check "nothing goes" [ "$kept" = 3 ]
done_testing
