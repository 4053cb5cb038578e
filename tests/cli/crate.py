# crate.py PACKAGE [PROGRAM] - the RO-Crate of a package against its files, its release.json and
# the program that made it.
#
# Structure as RO-Crate 1.1 demands it (descriptor, root, flat graph, every reference
# resolves, every file of the payload is a part with its size and digest), and the
# Five Safes actions. Written from the specifications, apart from the program.
# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import json
import pathlib
import sys

data = pathlib.Path(sys.argv[1]) / "data"
crate = json.loads((data / "ro-crate-metadata.json").read_text("utf-8"))
assert set(crate) == {"@context", "@graph"}
assert crate["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
assert all(v.startswith("https://") for v in crate["@context"][1].values())
entities = {}
for one in crate["@graph"]:
    assert one["@id"] not in entities, one["@id"]
    assert "@type" in one
    entities[one["@id"]] = one


def as_list(value):
    return value if isinstance(value, list) else [value]


used = set()
for one in crate["@graph"]:
    for key, value in one.items():
        for item in as_list(value):
            if isinstance(item, dict):  # flat: nothing but references inside an entity
                assert set(item) == {"@id"}, (one["@id"], key)
                used.add(item["@id"])
            else:
                assert isinstance(item, str), (one["@id"], key)
outside = {"https://w3id.org/ro/crate/1.1"}
assert used - outside <= set(entities), used - outside - set(entities)
assert set(entities) - used == {"ro-crate-metadata.json"}, set(entities) - used

descriptor, root = entities["ro-crate-metadata.json"], entities["./"]
assert descriptor["@type"] == "CreativeWork" and descriptor["about"] == {"@id": "./"}
assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
assert root["@type"] == "Dataset" and root["conformsTo"] == {"@id": "https://w3id.org/5s-crate/0.4"}
assert all(root[k] for k in ("name", "description", "datePublished", "license"))

statement = json.loads((data / "release.json").read_text("utf-8"))["predicate"]
assert root["identifier"] == statement["releaseId"] and root["name"] == statement["title"]
files = {p.relative_to(data).as_posix() for p in data.rglob("*") if p.is_file()}
parts = {p["@id"] for p in root["hasPart"]}
assert parts == files - {"ro-crate-metadata.json"}, parts ^ files
for path in parts:
    assert "File" in as_list(entities[path]["@type"])
    raw = (data / path).read_bytes()
    if path != "release.json":
        assert entities[path]["contentSize"] == str(len(raw)), path
        assert entities[path]["sha512"] == hashlib.sha512(raw).hexdigest(), path

program = entities["#cordon"]
assert program["@type"] == "SoftwareApplication"
assert {"version": program["softwareVersion"], "sha256": program["sha256"]} == statement["program"]
if len(sys.argv) > 2:
    assert program["sha256"] == hashlib.sha256(pathlib.Path(sys.argv[2]).read_bytes()).hexdigest()

actions = {a["@id"]: entities[a["@id"]] for a in root["mentions"]}


def names(action, key):
    return [entities[r["@id"]]["name"] for r in as_list(action[key])]


run = actions["#run"]
assert run["@type"] == "CreateAction" and run["actionStatus"].endswith("/CompletedActionStatus")
assert {r["@id"] for r in run["result"]} == {p for p in parts if p.startswith(("tables/", "codes/"))}
assert names(run, "agent") == statement["approvals"]["authors"]
assert run["instrument"] == root["mainEntity"]
people = actions["#disclosure-check"]
assert people["@type"] == "AssessAction" and people["actionStatus"].endswith("/PotentialActionStatus")
assert people["additionalType"] == {"@id": "https://w3id.org/shp#DisclosureCheck"}
assert names(people, "agent") == statement["approvals"]["approvers"]
assert str(statement["approvals"]["threshold"]) in people["name"]
attack = actions["#disclosure-attack"]
assert str(statement["cellsTested"]) in attack["name"]
assert actions["#sign-off"]["additionalType"] == {"@id": "https://w3id.org/shp#SignOff"}
assert actions["#sign-off"]["object"] == root["mainEntity"]
assert names(entities["#permission"], "grantee") == statement["recipients"]
for id, key in (("#plan", "plan"), ("#policy", "policy"), ("#catalogue", "catalogue"),
                ("#agreement", "agreement")):
    assert entities[id]["sha256"] == statement[key]["sha256"], id
assert entities["#input-digest"]["value"] == statement["snapshot"]["hmacSha256"]
script = entities[root["mainEntity"]["@id"]]
assert "SoftwareSourceCode" in as_list(script["@type"])
if "File" in as_list(script["@type"]):
    assert hashlib.sha256((data / script["@id"]).read_bytes()).hexdigest() == statement["script"]["sha256"]
else:
    assert script["sha256"] == statement["script"]["sha256"]
assert entities["#cordon"]["softwareVersion"]
