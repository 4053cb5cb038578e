# package.py PACKAGE ROWS - recomputes what a package says of itself, with Python's own library.
#
# Digests and sizes in datapackage.json and release.json, Payload-Oxum, the last day
# of the period, and for each table: keys, codes, decimals, values against statuses.
# Writes the row counts by resource to ROWS for datapackage.js.
# SPDX-License-Identifier: GPL-3.0-or-later
import calendar
import csv
import hashlib
import json
import pathlib
import re
import sys

package = pathlib.Path(sys.argv[1])
data = package / "data"
files = sorted(p.relative_to(package).as_posix() for p in data.rglob("*") if p.is_file())


def digest(path, kind):
    return hashlib.new(kind, path.read_bytes()).hexdigest()


statement = json.loads((data / "release.json").read_text("utf-8"))
assert statement["_type"] == "https://in-toto.io/Statement/v1"
subjects = {s["name"]: s["digest"] for s in statement["subject"]}
assert sorted(subjects) == [f for f in files if f != "data/release.json"]
for name, digests in subjects.items():
    assert digests == {k: digest(package / name, k) for k in ("sha256", "sha512")}, name

info = [line.split(": ", 1) for line in (package / "bag-info.txt").read_text("utf-8").splitlines()]
tags = dict(info)
size = sum((package / f).stat().st_size for f in files)
assert tags["Payload-Oxum"] == f"{size}.{len(files)}"
predicate = statement["predicate"]
year, month = map(int, predicate["period"].split("-"))
assert tags["Bagging-Date"] == f"{predicate['period']}-{calendar.monthrange(year, month)[1]}"
assert tags["Cordon-Not-After"] == predicate["notAfter"]
people = predicate["approvals"]
assert int(tags["Cordon-Approvals-Required"]) == people["threshold"]
assert [v for k, v in info if k == "Cordon-Approver"] == \
    [a for a in people["approvers"] if a not in people["authors"]]

rows = {}
tables = {}
descriptor = json.loads((data / "datapackage.json").read_text("utf-8"))
for resource in descriptor["resources"]:
    path = data / resource["path"]
    raw = path.read_bytes()
    assert resource["bytes"] == len(raw)
    assert resource["hash"] == "sha512:" + digest(path, "sha512")
    assert b"\r\n" not in raw and not raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\n")
    with open(path, newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream, strict=True)
        tables[resource["name"]] = table = list(reader)
    assert reader.fieldnames == [f["name"] for f in resource["schema"]["fields"]]
    assert all(None not in row and None not in row.values() for row in table)
    rows[resource["name"]] = len(table)
    key = resource["schema"].get("primaryKey")
    if key:
        assert len({tuple(row[k] for k in key) for row in table}) == len(table), path
    types = {f["name"]: f["type"] for f in resource["schema"]["fields"]}
    for status in [n for n in reader.fieldnames if n.endswith("_status") and n[:-7] in types]:
        measure = status[:-7]
        pattern = r"-?\d+" if types[measure] == "integer" else r"-?\d+\.\d+"
        places = {len(r[measure].partition(".")[2]) for r in table if r[measure]}
        assert len(places) <= 1, (path, measure)
        for row in table:
            assert row[status] in ("", "c", "low", "x", "z"), (path, measure)
            assert (row[measure] == "") == (row[status] != ""), (path, measure)
            assert row[measure] == "" or re.fullmatch(pattern, row[measure]), (path, measure)
for resource in descriptor["resources"]:
    for foreign in resource["schema"].get("foreignKeys", []):
        codes = {row["code"] for row in tables[foreign["reference"]["resource"]]}
        assert all(row[foreign["fields"][0]] in codes for row in tables[resource["name"]])
for output in predicate["outputs"]:
    assert rows[output["name"]] == output["rows"]
pathlib.Path(sys.argv[2]).write_text(json.dumps(rows))
print(rows)
