#!/bin/sh
# load.sh - `cordon load`: what it keeps and says, recounted in Python; what it refuses.
#
# A refusal must leave the earlier snapshot as it was, and nothing that is
# printed may hold a cell of a file.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

case="dirty data"
must init ws
must synth --out ws/data --workers 4000 --workplaces 250 --seed 7
in_ws ws load --json
exits 0
cp out report.json
check "the counts, recounted" python3 - <<'PYTHON'
import collections, csv, datetime, json

def rows(name):
    with open("ws/data/" + name, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))

def codes(name):
    with open("ws/policies/catalogue/codes/" + name, newline="", encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file)}

def months_to_august_2026(text):
    day = datetime.datetime.strptime(text, "%d/%m/%Y")
    return (2026 - day.year) * 12 + 8 - day.month - (1 if day.day > 31 else 0)

areas, roles = codes("local_authorities.csv"), codes("job_roles.csv")
purged, workplaces = set(), {}
for row in rows("workplace.csv"):
    if row["mupddate"] and months_to_august_2026(row["mupddate"]) > 24:
        purged.add(row["establishmentid"])
    elif row["cssr"] in areas and row["establishmentid"] not in workplaces:
        workplaces[row["establishmentid"]] = row
count, kept, orgs = collections.Counter(), set(), {r["orgid"] for r in workplaces.values()}
retired = {"22", "41", "12", "13", "14", "18", "19", "20", "21"}
for row in rows("worker.csv"):
    if row["mainjrid"] not in roles | retired:
        count["unknown code"] += 1
    elif row["workerid"] in kept:
        count["duplicate key"] += 1
    else:
        kept.add(row["workerid"])
        if row["establishmentid"] in purged:
            count["workplace left out"] += 1
        elif row["establishmentid"] not in workplaces:
            count["unknown workplace"] += 1
        else:
            count["kept"] += 1
with open("report.json", encoding="utf-8") as file:
    report = json.load(file)
said = collections.Counter()
for item in report["excluded"]:
    if item["record"] == "worker":
        said[item["reason"]] += item["rows"]
said["kept"] = report["records"]["worker"]
assert +said == +count, (said, count)
assert count["duplicate key"] and count["unknown workplace"] and purged, count
assert report["records"]["workplace"] == len(workplaces), (report["records"], len(workplaces))
assert report["records"]["provider"] == len(orgs), (report["records"], len(orgs))
assert report["period"] == "2026-08"
PYTHON
check "problems name file, line and field" grep -q 'worker.csv:[0-9]*:[0-9]*: column' report.json
cp ws/data/snapshot.cdn first.cdn

case="again"
in_ws ws load
exits 0 "^loaded .*2026-08$"
check "the same snapshot" cmp first.cdn ws/data/snapshot.cdn
CORDON_THREADS=1
export CORDON_THREADS
in_ws ws load
exits 0
unset CORDON_THREADS
check "with one thread" cmp first.cdn ws/data/snapshot.cdn

case="CRLF and a byte order mark"
cp ws/data/worker.csv worker.csv
{ printf '\357\273\277'; sed 's/$/\r/' worker.csv; } >ws/data/worker.csv
in_ws ws load --json
exits 0
check "the same report" cmp report.json out
cp worker.csv ws/data/worker.csv
must load --workspace ws

script=scripts/london_adass.lua
[ -f "ws/$script" ] || cp "$root/$script" ws/scripts/

case="touched"
touch -d 2001-01-01 ws/data/worker.csv
in_ws ws check ws/$script
checks=$((checks + 1))
[ "$code" != 3 ] || { fail "refused data that did not change"; show; }

case="changed since"
sed '$ s/,.*//' worker.csv >ws/data/worker.csv
in_ws ws check ws/$script
exits 3 "stale: worker.csv changed since"
cp worker.csv ws/data/worker.csv

case="damaged"
head -c 100000 first.cdn >ws/data/snapshot.cdn
in_ws ws check ws/$script
exits 3 "damaged|not a snapshot"
cp first.cdn ws/data/snapshot.cdn

# refused FILE REGEX: the file as it now stands in ws/data is refused
refused() {
    in_ws ws load
    exits 3 "$2"
    check "the earlier snapshot stands" cmp first.cdn ws/data/snapshot.cdn
    rm -rf "ws/data/$1"
    cp "saved/$1" "ws/data/$1"
}
mkdir saved
cp ws/data/*.csv saved

case="missing file"
rm ws/data/cqc_locations.csv
refused cqc_locations.csv "cqc_locations.csv"

case="a directory in place of a file"
rm ws/data/worker.csv
mkdir ws/data/worker.csv
refused worker.csv "worker.csv: expected a regular file"

case="empty file"
: >ws/data/worker.csv
refused worker.csv "worker.csv:1: expected a header"

case="missing column"
sed '1 s/,age,/,aged,/' worker.csv >ws/data/worker.csv
refused worker.csv 'worker.csv:1: column "age": expected in the header'

case="duplicate column"
sed '1 s/,disabled,/,age,/' worker.csv >ws/data/worker.csv
refused worker.csv 'worker.csv:1:12: column "age": expected once'

case="NUL byte"
{ head -n 5 worker.csv; printf 'M202608,\0,\n'; } >ws/data/worker.csv
refused worker.csv 'worker.csv:6.*NUL'

case="a line of 10 MB"
{ head -n 5 worker.csv; head -c 10000000 /dev/zero | tr '\0' x; } >ws/data/worker.csv
refused worker.csv 'worker.csv:6.*limit'

case="open quote"
{ head -n 5 worker.csv; printf 'M202608,"never closed\n'; } >ws/data/worker.csv
refused worker.csv 'worker.csv:6'

case="no values"
{ head -n 1 worker.csv; head -n 3 worker.csv | tail -n 1 | sed 's/,[^,]\{1,\}/,SECRET/g'; } \
    >ws/data/worker.csv
in_ws ws load
exits 0
checks=$((checks + 1))
! grep -q SECRET out err || { fail "a value was printed"; show; }
checks=$((checks + 1))
! grep -qa SECRET ws/data/snapshot.cdn || fail "a value left out is in the snapshot"

done_testing
