#!/bin/sh
# canary.sh - values planted in the data are never seen: not in a message, a report or a package.
#
# Texts and numbers that stand nowhere else are put into good rows, broken rows and
# columns that nobody reads; then everything that the program says or writes (but
# the snapshot, which is data) is searched for them.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

case="plant"
must init ws
must synth --out plain --workers 20000 --workplaces 900
cat >plant.py <<'PYTHON'
"""plant.py FROM TO CODES: copies the data with canaries; the values into never, the names that may
be seen in a package's tables into shown."""
import csv, os, sys

source, target, codes = sys.argv[1:]
with open(os.path.join(codes, "local_authorities.csv"), encoding="utf-8") as f:
    london = {row["code"] for row in csv.DictReader(f) if row["region_label"] == "London"}
never, shown = [], []


def secret(value, *forms):
    never.extend([value, *forms])
    return value


def read(name):
    with open(os.path.join(source, name), newline="", encoding="utf-8") as f:
        rows = list(csv.reader(f))
    return rows[0], rows[1:]


def write(name, header, rows):
    with open(os.path.join(target, name), "w", newline="", encoding="utf-8") as f:
        csv.writer(f, lineterminator="\n").writerows([header] + rows)


# --- workplaces
header, workplaces = read("workplace.csv")
at = {name: i for i, name in enumerate(header)}
inside = [w for w in workplaces if w[at["cssr"]] in london and w[at["mupddate"]].endswith("/2026")]
open_ones = [w for w in inside if w[at["lapermission"]] == "1"]
closed = [w for w in inside if w[at["lapermission"]] != "1"]
assert len(open_ones) > 20 and len(closed) > 20
for i, w in enumerate(closed):
    w[at["establishmentname"]] = secret(f"CANARYCLOSED{i:03d} House")
    w[at["postcode"]] = secret(f"QX{i:03d} 7ZK")
    w[at["nmdsid"]] = secret(f"CANARYNMDS{i:03d}")
for i, w in enumerate(open_ones):
    w[at["establishmentname"]] = f"Shown Home {i:03d}"
    shown.append(w[at["establishmentname"]])
    w[at["postcode"]] = secret(f"QY{i:03d} 7ZK")
    w[at["nmdsid"]] = secret(f"CANARYNMDSO{i:03d}")
    w[at["providerid"]] = secret(f"CANARYPROV{i:03d}")
broken = list(closed[0])
for column, value in [("establishmentid", "CANARYID01"), ("nmdsid", "CANARYNMDSX")]:
    broken[at[column]] = secret(value)
workplaces.append(broken)
broken = list(closed[1])
broken[at["establishmentid"]] = "1973918461"
broken[at["cssr"]] = secret("CANARYCSSR")
broken[at["establishmentname"]] = secret("CANARYBROKEN name")
workplaces.append(broken)
workplaces.append(list(closed[2]))
workplaces[-1][at["establishmentname"]] = secret("CANARYDUPLICATE")
workplaces.append([secret("CANARYSHORT"), secret("8371946205")])
for i, (column, value) in enumerate([
        ("totalstaff", "73918462"), ("totalleavers", "CANARYLEAVERS"), ("mupddate", "31/02/7719"),
        ("mainstid", "CANARYSERVICE"), ("lapermission", "CANARYYES"), ("jr01emp", "83746193"),
        ("jr08vacy", "CANARYVACANCY"), ("esttype", "7391847"), ("wkrrecs", "-7391848"),
        ("orgid", "CANARYORG"), ("locationid", "1-CANARYLOCATION")]):
    closed[5 + i][at[column]] = secret(value)
open_ones[0][at["totalvacancies"]] = secret("CANARYOPENVACANCY")

# --- workers
header_w, workers = read("worker.csv")
aw = {name: i for i, name in enumerate(header_w)}
keys = {w[at["establishmentid"]] for w in inside}
own = [w for w in workers if w[aw["establishmentid"]] in keys]
assert len(own) > 1000
for i, w in enumerate(own):
    w[aw["wrkglbid"]] = secret(f"XCANARYWRK{i:06d}")
for i, (column, value) in enumerate([
        ("age", "7391849"), ("gender", "CANARYGENDER"), ("emplstat", "8823417"),
        ("strtdate", "30/02/7719"), ("hrlyrate", "61.7391847"), ("hrlyrate", "CANARYPAY"),
        ("salary", "48 CANARY"), ("salary", "739184620"), ("conthrs", "7391848.5"),
        ("mainjrid", "CANARYROLE"), ("establishmentid", "1973918462"), ("workerid", "CANARYWORKER"),
        ("establishmentid", "CANARYPLACE"), ("startsec", "CANARYYEAR"), ("ethnicity", "CANARYETHNIC"),
        ("nationality", "7739184"), ("zerohours", "CANARYZERO"), ("scerec", "CANARYSOURCE"), ("dayssick", "7391.84625"), ("levelscqheld", "CANARYLEVEL"),
        ("distwrkk", "7391.8463"), ("homecssrid", "CANARYHOMECSSR"), ("disabled", "CANARYDISABLED"),
        ("previous_pay", "CANARYPREVIOUS")]):
    own[10 * i][aw[column]] = secret(value)
# good, and the only ones of their kind
for i, (column, value, *forms) in enumerate([
        ("salary", "247391.84", "24739184", "247391"), ("hrlyrate", "173.9184", "173.91"),
        ("hrlyrate", "183.77", "18377"), ("averagehours", "87.37")]):
    own[500 + 10 * i][aw[column]] = value
    if column == "salary":
        own[500 + 10 * i][aw["salaryint"]] = "250"
    never.extend([value, *forms])
workers.append([secret("CANARYSHORTWORKER"), secret("9173918462")])
workers.append(list(own[700]) + [secret("CANARYLONG")])
again = list(own[701])
again[aw["wrkglbid"]] = secret("XCANARYAGAIN")
workers.append(again)
header_w.append("CANARYHEADER")
never.append("CANARYHEADER")
for i, w in enumerate(workers):
    if len(w) == len(header_w) - 1:
        w.append(f"CANARYCELL{i}" if i % 100 == 0 else "")
never.append("CANARYCELL")

# --- the public register
header_l, locations = read("cqc_locations.csv")
al = {name: i for i, name in enumerate(header_l)}
for i, row in enumerate(locations):
    if row[al["cssr"]] in london:
        row[al["postcode"]] = secret(f"QZ{i:04d} 7ZK")
broken = list(locations[0])
broken[al["locationid"]] = ""
broken[al["name"]] = secret("CANARYREGISTER")
locations.append(broken)
for i, (column, value) in enumerate([("service", "CANARYSERVICEL"), ("rating_overall", "CANARYRATING"),
                                     ("cssr", "CANARYCSSRL"), ("type", "CANARYTYPE")]):
    locations[7 * i + 7][al[column]] = secret(value)

write("workplace.csv", header, workplaces)
write("worker.csv", header_w, workers)
write("cqc_locations.csv", header_l, locations)
for name, values in (("never", never), ("shown", shown)):
    with open(name, "w", encoding="utf-8") as f:
        f.write("".join(value + "\n" for value in sorted(set(values))))
PYTHON
python3 plant.py plain ws/data "$root/policies/catalogue/codes" || exit 1
check "enough was planted" [ "$(wc -l <never)" -ge 500 ]
check "the data hold them" sh -c "grep -qFf never ws/data/worker.csv && grep -qFf never ws/data/workplace.csv"

# unseen FILE...: none of the planted values, nor a name that only a package may show
unseen() {
    checks=$((checks + 1))
    if grep -aFf never "$@" >hits || grep -aFf shown "$@" >>hits; then
        fail "a planted value is in $*"
        cut -c 1-300 hits | head -n 3
    fi
}

# say ARG...: as it is and with --json; all that it says is searched
say() {
    case="cordon $1"
    in_ws ws "$@"
    exits 0
    unseen out err
    [ "$1" = approve ] || [ "$1" = deliver ] || {
        in_ws ws "$@" --json
        exits 0
        unseen out err
        check "JSON" python3 -m json.tool out
    }
}

say load
case="cordon load"
for kind in "expected a date DD/MM/YYYY" "an unknown code" "out of range" "duplicate key" \
    "unknown workplace" "fields, found" "something else"; do
    in_ws ws load
    check "it reports: $kind" grep -q "$kind" out
done
say catalogue
keys ws "Asha Example" "Bram Sample"
for script in london_adass borough_coverage; do
    say check "$root/scripts/$script.lua"
    say explain "$root/scripts/$script.lua"
    case="run $script"
    in_ws ws run "$root/scripts/$script.lua"
    exits 0
    unseen out err
    id=$(sed -n 's/^staged: //p' out)
    say run "$root/scripts/$script.lua"
    for name in "Asha Example" "Bram Sample"; do
        say approve "$id" --as "$name"
    done
    say deliver "$id"
    say verify "ws/outbox/$id" --trust ws/trust
    say verify "ws/outbox/$id.zip" --trust ws/trust
done
say ledger list
say ledger verify

case="what was written"
check "two packages" [ "$(ls ws/outbox | wc -l)" = 4 ]
for zip in ws/outbox/*.zip; do
    unzip -q "$zip" -d unzipped
done
find ws unzipped -type f ! -path 'ws/data/*' ! -path 'unzipped/*/data/tables/*' \
    ! -path 'ws/outbox/*/data/tables/*' ! -path 'ws/policies/*' ! -path 'ws/scripts/*' \
    ! -path 'ws/ledger/snapshots/*' ! -name '*.review.html' >written
check "all of it" [ "$(wc -l <written)" -ge 60 ]
while read -r file; do
    unseen "$file"
done <written
case="tables, and the pages that show them"
check "a page for each release" [ "$(find ws/delivered -name '*.review.html' | wc -l)" -ge 2 ]
for file in ws/outbox/*/data/tables/*.csv ws/delivered/*.review.html; do
    checks=$((checks + 1))
    grep -aFf never "$file" >hits && { fail "a planted value is in $file"; head -n 3 hits; }
done
check "who agreed is shown" grep -qFf shown ws/outbox/london_adass-*/data/tables/provider_metrics.csv
check "and no workplace on another page" sh -c \
    "! grep -lFf shown ws/delivered/*.review.html | grep -v london_adass"
check "and in no other file" sh -c \
    "! grep -lFf shown ws/outbox/*/data/tables/*.csv | grep -v provider_metrics"
cat >rows.py <<'PYTHON'
"""rows.py DATA OUTBOX: only rows of workplaces that agreed, and their dates only."""
import csv, glob, sys

data, outbox = sys.argv[1:]
with open(data + "/workplace.csv", newline="", encoding="utf-8") as f:
    workplaces = [w for w in csv.DictReader(f) if w["lauthid"] is not None]
agreed = {w["establishmentname"] for w in workplaces if w["lapermission"] == "1"}
dates = {w["locationid"] for w in workplaces if w["lapermission"] == "1"}
rows = list(csv.DictReader(open(glob.glob(outbox + "/london_adass-*/data/tables/provider_metrics.csv")[0],
                                newline="", encoding="utf-8")))
assert len(rows) > 50, len(rows)
assert all(row["name"] in agreed for row in rows)
rows = list(csv.DictReader(open(glob.glob(outbox + "/borough_coverage-*/data/tables/locations_by_borough.csv")[0],
                                newline="", encoding="utf-8")))
assert len(rows) > 50, len(rows)
told = [row for row in rows if row["last_updated"]]
assert len(told) > 5, len(told)
assert all(row["location_id"] in dates for row in told)
PYTHON
check "rows of those who agreed only" python3 rows.py ws/data ws/outbox

# --- files that cannot be loaded at all -----------------------------------------------------------------
must init bad
printf 'CANARYWHOLE\n' >>never
# broken NAME FILE SED: one file changed so that nothing can be loaded
broken() {
    case="load: $1"
    cp plain/*.csv bad/data/
    sed -i "$3" "bad/data/$2"
    for option in "" --json; do
        # shellcheck disable=SC2086
        in_ws bad load $option
        exits 3 "$2"
        unseen out err
    done
}
broken "not UTF-8" workplace.csv '5s/Synthetic/CANARYWHOLE\xff\xfe/'
broken "a NUL byte" worker.csv '9s/,/,CANARYWHOLE\x00/3'
broken "another period" worker.csv '5s/^M202608,/CANARYWHOLE,/'
broken "a header of data" worker.csv '1s/.*/CANARYWHOLE,1,2/'
broken "a column twice" workplace.csv '1s/jr27vacy/totalstaff/'
broken "a column gone" worker.csv '1s/hrlyrate/CANARYWHOLE/'
broken "nothing but a name" cqc_locations.csv '1,$d' # an empty file
case="load: a quote that never ends"
cp plain/*.csv bad/data/
printf '"CANARYWHOLE' >>bad/data/worker.csv
in_ws bad load
unseen out err
case="load: a long line"
cp plain/*.csv bad/data/
python3 -c 'print("CANARYWHOLE" * 1000000)' >>bad/data/worker.csv
in_ws bad load
unseen out err

case="a name that is a formula"
cp plain/*.csv bad/data/
python3 - bad/data/workplace.csv "$root/policies/catalogue/codes/local_authorities.csv" <<'PYTHON'
import csv, sys
with open(sys.argv[2], encoding="utf-8") as f:
    london = {row["code"] for row in csv.DictReader(f) if row["region_label"] == "London"}
with open(sys.argv[1], newline="", encoding="utf-8") as f:
    rows = list(csv.reader(f))
at = {name: i for i, name in enumerate(rows[0])}
for row in rows[1:]:
    if row[at["cssr"]] in london and row[at["lapermission"]] == "1":
        row[at["establishmentname"]] = "=CANARYWHOLE()"
with open(sys.argv[1], "w", newline="", encoding="utf-8") as f:
    csv.writer(f, lineterminator="\n").writerows(rows)
PYTHON
must load --workspace bad
in_ws bad run "$root/scripts/london_adass.lua"
exits 1 "formula"
unseen out err
check "nothing is staged" [ -z "$(find bad/staging -mindepth 1)" ]
in_ws bad check "$root/scripts/london_adass.lua"
unseen out err

done_testing
