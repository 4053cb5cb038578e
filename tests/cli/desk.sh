#!/bin/sh
# desk.sh - loading and its problems, JSON of every command, help and version, workspaces.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

# json: what the last run said is JSON
json() {
    check "JSON" python3 -m json.tool out
}

# --- help ------------------------------------------------------------------------------------------
case="help"
run help
exits 0 "usage: cordon COMMAND"
cp out help
for command in init demo synth load catalogue check explain run review approve reject deliver void feed verify key ledger; do
    check "help names $command" grep -q "^  cordon $command" help
    run $command --help
    exits 0 "^usage: cordon $command"
done
check "help names the exit codes" grep -q "0 done, 1 refused, 2 usage, 3 bad input, 4 internal" help
run --help
exits 0 "usage: cordon COMMAND"
for word in version --version; do
    run $word
    exits 0 '^cordon [0-9]+\.[0-9]+\.[0-9]+$'
done
# --- a workspace -------------------------------------------------------------------------------------
case="init"
run init ws --json
exits 0
json
for folder in data policies/catalogue/codes policies/agreements policies/protection scripts trust \
    keys ledger staging outbox; do
    check "it has $folder/" [ -d "ws/$folder" ]
done
check "the ledger is begun" [ -s ws/ledger/ledger.sqlite ]
check "keys/ is private" [ -z "$(find ws/keys -maxdepth 0 -perm /077)" ]
in_ws ws ledger verify
exits 0 "the chain holds: 1 entries"
run init ws
exits 1 "not empty"
mkdir half
touch half/file
run init half
exits 1 "not empty"
check "nothing was added" [ "$(find half -mindepth 1 | wc -l)" = 1 ]
mkdir empty
run init empty
exits 0
case="the workspace of the folder"
(cd ws && "$cordon" ledger verify) >out 2>err
code=$?
exits 0 "the chain holds"
case="a workspace in part"
for folder in data policies scripts trust keys ledger staging outbox; do
    rm -rf part
    cp -rp ws part
    rm -r part/$folder
    in_ws part catalogue
    exits 3 "not a workspace: it has no folder $folder/"
done

case="a full disk under the report"
checks=$((checks + 1))
"$cordon" catalogue --workspace ws >/dev/full 2>err
said=$?
[ "$said" = 4 ] || fail "exit $said"

# --- before data ---------------------------------------------------------------------------------------
case="no data"
script=$root/scripts/london_adass.lua
in_ws ws check "$script"
exits 0 "no data is loaded: plan and permissions hold"
in_ws ws check "$script" --json
exits 0
json
in_ws ws explain "$script"
exits 0 "^feed london_adass: "
in_ws ws run "$script"
exits 3 "no data is loaded"
check "what to do" grep -q 'hint: .*cordon load' err
in_ws ws load
exits 3 "csv"
in_ws ws load nosuch
exits 3 "nosuch"
check "no snapshot came of it" [ ! -e ws/data/snapshot.cdn ]

case="synth: a seed beyond 64 bits"
run synth --out plain --workers 10 --workplaces 5 --seed 18446744073709551616
exits 2 "expected a whole number for --seed"

# --- loading ---------------------------------------------------------------------------------------------
case="synth"
run synth --out plain --workers 3000 --workplaces 200 --json
exits 0
json
case="load"
cp plain/*.csv ws/data/
in_ws ws load
exits 0 "data as at 2026-08"
check "it counts records" grep -Eq '^  worker +[0-9]+$' out
check "it says what it left out" grep -q '^left out:' out
in_ws ws load --json
exits 0
json
check "records, period, problems, exclusions" python3 - <<'PYTHON'
import json
report = json.load(open("out"))
assert report["period"] == "2026-08"
assert report["records"]["worker"] > 2000
assert report["problems"].count("\n") >= 3
assert any(e["reason"] == "duplicate key" and e["rows"] > 0 for e in report["excluded"])
PYTHON
case="load from elsewhere"
in_ws empty load plain
exits 0 "data as at 2026-08"
in_ws empty check "$script"
exits 0 "^ok: london_adass"
(cd plain && "$cordon" check "$script" --workspace ../empty) >out 2>err
code=$?
exits 0 "^ok: london_adass"
check "nothing was copied" [ ! -e empty/data/worker.csv ]

# faulty NAME REGEX: loading ws fails so; the snapshot from before stays as it was
faulty() {
    case="load: $1"
    for option in "" --json; do
        # shellcheck disable=SC2086
        in_ws ws load $option
        exits 3 "$2"
    done
    check "the earlier snapshot stays" cmp ws/data/snapshot.cdn kept
    check "nothing else is there" [ -z "$(find ws/data -mindepth 1 ! -name '*.csv' \
        ! -name snapshot.cdn ! -name source.txt)" ]
    rm -rf ws/data/*.csv
    cp plain/*.csv ws/data/
}
cp ws/data/snapshot.cdn kept
sed -i '1s/,hrlyrate,/,hrlyrat,/' ws/data/worker.csv
faulty "a column missing" '^cordon: .*worker.csv:1:.*hrlyrate'
sed -i '1s/,distwrkk,/,age,/' ws/data/worker.csv
faulty "a column twice" '^cordon: .*worker.csv:1:[0-9]+: .*age'
sed -i '1s/,jr08vacy,/,jr08vacx,/' ws/data/workplace.csv
faulty "one of many columns missing" '^cordon: .*workplace.csv:1:.*jr08vacy'
rm ws/data/cqc_locations.csv
faulty "a file missing" '^cordon: .*cqc_locations.csv'
: >ws/data/worker.csv
faulty "an empty file" '^cordon: .*worker.csv'
rm ws/data/worker.csv
mkdir ws/data/worker.csv
faulty "a folder in place of a file" '^cordon: .*worker.csv'
sed -i '1d' ws/data/workplace.csv
faulty "no header" '^cordon: .*workplace.csv:1:'
python3 - <<'PYTHON'
data = open("ws/data/worker.csv", "rb").read().split(b"\n")
data[20] = data[20].replace(b",", b",\x00", 1)
open("ws/data/worker.csv", "wb").write(b"\n".join(data))
PYTHON
faulty "a NUL byte" '^cordon: .*worker.csv:21:'
python3 -c 'print("x" * 10000000)' >>ws/data/worker.csv
case="load: a line of 10 MB"
in_ws ws load
checks=$((checks + 1))
[ "$code" = 0 ] || [ "$code" = 3 ] || fail "exit $code"
check "its line is named" grep -Eq 'worker.csv:[0-9]+' out err
cp plain/*.csv ws/data/
mkfifo fifo
rm ws/data/worker.csv
ln -s "$work/fifo" ws/data/worker.csv
limit=10
faulty "a pipe in place of a file" '^cordon: .*worker.csv'
limit=60
must load --workspace ws

case="load: harmless differences"
expected=$(must load --workspace ws --json && python3 -c 'import json; print(json.load(open("out"))["records"])')
for kind in crlf bom quoted columns; do
    cp plain/*.csv ws/data/
    python3 - $kind <<'PYTHON'
import csv, sys
kind = sys.argv[1]
path = "ws/data/worker.csv"
text = open(path, encoding="utf-8", newline="").read()
if kind == "crlf":
    text = text.replace("\n", "\r\n")
elif kind == "bom":
    text = "\ufeff" + text
else:
    rows = list(csv.reader(text.splitlines()))
    if kind == "columns": # another order, more of them, and a quoted newline
        rows = [row[::-1] + ["a\nb" if i else "unknown"] if len(row) > 5 else row
                for i, row in enumerate(rows)]
    import io
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    text = out.getvalue()
open(path, "w", encoding="utf-8", newline="").write(text)
PYTHON
    must load --workspace ws --json
    check "the same records: $kind" \
        [ "$(python3 -c 'import json; print(json.load(open("out"))["records"])')" = "$expected" ]
done
cp plain/*.csv ws/data/
must load --workspace ws
cp ws/data/snapshot.cdn kept

# --- a snapshot that does not fit --------------------------------------------------------------------------
# unfit NAME: check, explain and run say so and what to do
unfit() {
    for command in check explain run; do
        case="$1 ($command)"
        in_ws ws $command "$script"
        exits 3
        check "what to do" grep -Eq 'hint: .*cordon load' err
        check "nothing is staged" [ -z "$(find ws/staging -mindepth 1)" ]
    done
    must load --workspace ws
}
for file in worker workplace cqc_locations; do
    sed -i '5s/1/2/' ws/data/$file.csv
    unfit "$file.csv changed after loading"
done
cp plain/*.csv ws/data/
must load --workspace ws
touch -r ws/data/worker.csv stamp
python3 - <<'PYTHON'
data = bytearray(open("ws/data/worker.csv", "rb").read())
at = data.rindex(b"1")
data[at] = ord("2")
open("ws/data/worker.csv", "wb").write(data)
PYTHON
touch -r stamp ws/data/worker.csv
unfit "worker.csv changed, of the same size and age"
cp plain/*.csv ws/data/
must load --workspace ws
sed -i 's/^  title  = "Adult.*/  title = "Another",/' ws/policies/catalogue/ascwds.lua
unfit "the catalogue changed after loading"
cp "$root/policies/catalogue/ascwds.lua" ws/policies/catalogue/ascwds.lua
must load --workspace ws
echo '45_,Newer,1' >>ws/policies/catalogue/codes/regions.csv
case="a code list changed after loading"
in_ws ws run "$script"
exits 3
cp "$root/policies/catalogue/codes/regions.csv" ws/policies/catalogue/codes/
must load --workspace ws

# A damaged byte is refused, or stands where this script does not look: then the release is the same.
case="a damaged snapshot"
cp -rp ws sound
stage sound "$script"
sound=$id
rm -rf sound
cp ws/data/snapshot.cdn kept
size=$(wc -c <kept)
refused=0
for place in 0 8 12 16 24 32 40 60 71 72 80 127 128 135 150 183 $((size - 1)) $((size - 500)) \
    $(awk -v size="$size" 'BEGIN { for (i = 1; i < 24; i++) print int(size * i / 24) }'); do
    cp kept ws/data/snapshot.cdn
    python3 - ws/data/snapshot.cdn "$place" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte ^ 0x41]))
PYTHON
    case="the snapshot's byte $place changed"
    in_ws ws run "$script"
    if [ "$code" = 0 ] && [ "$place" -gt 200 ] && [ "$place" -lt $((size - 500)) ]; then
        exits 0 "^staged: $sound$"
        rm -r ws/staging/*
    else
        refused=$((refused + 1))
        exits 3
        check "what to do" grep -Eq 'hint: .*cordon load' err
        check "nothing is staged" [ -z "$(find ws/staging -mindepth 1)" ]
    fi
done
case="a damaged snapshot"
check "most bytes are looked at: $refused" [ "$refused" -ge 25 ]
for cut in 0 1 100 $((size / 2)) $((size - 1)); do
    head -c "$cut" kept >ws/data/snapshot.cdn
    case="the snapshot cut to $cut bytes"
    in_ws ws run "$script"
    exits 3
    check "what to do" grep -Eq 'hint: .*cordon load' err
done
case="a snapshot that is longer"
must load --workspace ws
echo x >>ws/data/snapshot.cdn
in_ws ws run "$script"
exits 3
case="a snapshot that is a folder"
rm ws/data/snapshot.cdn
mkdir ws/data/snapshot.cdn
in_ws ws run "$script"
exits 3
in_ws ws load
checks=$((checks + 1))
[ "$code" = 3 ] || [ "$code" = 4 ] || fail "exit $code"
rmdir ws/data/snapshot.cdn
case="the note of what was loaded is gone"
must load --workspace ws
rm ws/data/source.txt
in_ws ws run "$script"
exits 3
: >ws/data/source.txt
in_ws ws run "$script"
exits 3 "source.txt"
case="moved"
must load --workspace ws
mv ws moved
in_ws moved check "$script"
exits 0 "^ok: "
sed -i '5s/1/2/' moved/data/worker.csv
in_ws moved check "$script"
exits 3 "load"
mv moved ws
cp plain/*.csv ws/data/
must load --workspace ws

# --- JSON of every command ------------------------------------------------------------------------------------
case="JSON"
keys ws "Asha Example" "Bram Sample"
in_ws ws key approver --name "Carys Specimen" --organisation "ADASS London" --no-passphrase --json
exits 0
json
in_ws ws catalogue --json
exits 0
json
check "the catalogue has everything" python3 - <<'PYTHON'
import json
catalogue = json.load(open("out"))
assert len(catalogue["dimensions"]) >= 15 and len(catalogue["measures"]) >= 25
assert all(m["definition"] and m["unit"] for m in catalogue["measures"])
assert {"name": "area", "levels": ["region", "la"], "title": "Area"} in catalogue["dimensions"]
assert any(f["record"] == "workplace" and f["name"] == "name" for f in catalogue["fields"])
PYTHON
for command in check explain; do
    in_ws ws $command "$script" --json
    exits 0
    json
    check "$command: outputs and counts" python3 - <<'PYTHON'
import json
report = json.load(open("out"))
assert report["ok"] is True and report["feed"] == "london_adass"
assert len(report["outputs"]) == 5
for output in report["outputs"]:
    assert output["figures"] == output["published"] + output["withheld"] + output["notApplicable"]
assert any(output["rules"] for output in report["outputs"])
PYTHON
    [ "$command" = explain ] && check "each withheld figure has its reason" python3 - <<'PYTHON'
import json
report = json.load(open("out"))
withheld = report["withheld"]
assert len(withheld) == sum(output["withheld"] for output in report["outputs"])
assert any(w["rules"] == [] for w in withheld) and any("CDN-R-001" in w["rules"] for w in withheld)
assert any("CDN-R-009" in w["rules"] and w["key"].startswith("row ") for w in withheld)
PYTHON
    [ "$command" = check ] && check "no figure is named" python3 -c '
import json
assert "withheld" not in json.load(open("out"))'
    check "$command leaves nothing" [ -z "$(find ws/staging -mindepth 1)" ]
done
in_ws ws run "$script" --json
exits 0
json
id=$(python3 -c 'import json; print(json.load(open("out"))["release"])')
for name in "Asha Example" "Bram Sample"; do
    in_ws ws approve "$id" --as "$name" --json
    exits 0
    json
done
in_ws ws deliver "$id" --json
exits 0
json
check "delivered" [ "$(python3 -c 'import json; print(json.load(open("out"))["outcome"])')" = delivered ]
run verify "ws/outbox/$id.zip" --trust ws/trust --json
exits 0
json
for words in "ledger list" "ledger verify"; do
    # shellcheck disable=SC2086
    in_ws ws $words --json
    exits 0
    json
done
case="scripts by name"
in_ws ws check scripts/icb_area.lua # of the workspace
exits 0 "^ok: icb_area"
case="other scripts"
in_ws ws run scripts/borough_coverage.lua
exits 0 "^staged: borough_coverage-2026-08-"
in_ws ws run scripts/icb_area.lua
exits 0 "^staged: icb_area-2026-08-"
case="an option before its time"
run --workspace ws ledger verify
exits 2

case="verify: what is no package"
run verify nosuch --trust ws/trust
exits 3
run verify "$root/scripts/london_adass.lua" --trust ws/trust
checks=$((checks + 1))
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "exit $code"
run verify ws --trust ws/trust
exits 1
run verify "ws/outbox/$id" --trust nosuch
checks=$((checks + 1))
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "exit $code"

done_testing
