#!/bin/sh
# proof.sh - exports and proofs of the ledger, checked by strangers: the page's own lines, and Python.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

# told ID: the root in its package, as SIZE:HEX
told() {
    python3 -c 'import json, sys
told = json.load(open(sys.argv[1]))["predicate"]["ledger"]
print("%d:%s" % (told["entries"], told["root"]))' "ws/outbox/$1/data/release.json"
}

workspace ws 3000 200
keys ws "Asha Example" "Bram Sample" "Carys Specimen"
delivered ws "$root/scripts/london_adass.lua"
one=$id
stage ws "$root/scripts/borough_coverage.lua" # and never left
must reject "$id" --as "Carys Specimen" --reason "a secret of the reviewers" --workspace ws
delivered ws "$root/scripts/icb_area.lua"
two=$id
now=$("$cordon" ledger verify --workspace ws | sed -n 's/^root //p')
case="roots"
in_ws ws ledger verify
exits 0 "the roots of 2 releases are its own"
check "another in each package" [ "$(told "$one")" != "$(told "$two")" ]
for head in "$(told "$one")" "$(told "$two")" "$now"; do
    in_ws ws ledger verify --root "$head"
    exits 0 "are those of the root"
done

# --- exports ---------------------------------------------------------------------------------------------
case="export"
sed -n '/^```python$/,/^```$/p' "$root/docs/ledger.md" | sed '/^```/d' >page.py
check "the page has a program" [ "$(wc -l <page.py)" -gt 20 ]
in_ws ws ledger export --out all.jsonl
exits 0 "^${now%%:*} entries written to all.jsonl"
check "the root of all" sh -c "python3 page.py all.jsonl | grep -qx '$now'"
for release in "$one" "$two"; do
    head=$(told "$release")
    check "the root in a package" sh -c "python3 page.py all.jsonl ${head%%:*} | grep -qx '$head'"
done
in_ws ws ledger export
check "the same on standard output" cmp out all.jsonl
check "all entries in full" [ "$(grep -c '"salt"' all.jsonl)" = "${now%%:*}" ]
for change in 's/Asha Example/Asha Exbmple/' '3s/"kind":"[a-z]*"/"kind":"void"/' \
    's/"salt":"[0-9a-f]/"salt":"g/' '4d' '4p'; do
    sed "$change" all.jsonl >changed.jsonl
    check "something was changed by $change" sh -c "! cmp -s all.jsonl changed.jsonl"
    check "found: $change" sh -c "! python3 page.py changed.jsonl 2>/dev/null"
done

case="export for a partner"
in_ws ws ledger export --agreement london-adass --out london.jsonl
exits 0
check "the same root" sh -c "python3 page.py london.jsonl | grep -qx '$now'"
check "its release" grep -q "\"release\":\"$one\"" london.jsonl
check "all about it" [ "$(grep -c '"salt"' london.jsonl)" = \
    "$("$cordon" ledger list --workspace ws | grep -c " $one ")" ]
for secret in "$two" "$id" gloucestershire borough_coverage reviewers reject Carys '"sequence":1}.*salt'; do
    check "not $secret" sh -c "! grep -q '$secret' london.jsonl"
done
sed 's/"london-adass"/"somebody"/' ws/policies/agreements/london-adass.lua \
    >ws/policies/agreements/somebody.lua
in_ws ws ledger export --agreement somebody --out nothing.jsonl
exits 0
check "nothing in full" sh -c "! grep -q salt nothing.jsonl"
in_ws ws ledger export --agreement nobody --out nobody.jsonl
exits 3 'there is no agreement "nobody"'
check "nothing is written" [ ! -e nobody.jsonl ]
mv ws/policies/agreements/london-adass.lua ended.lua
in_ws ws ledger export --agreement london-adass
check "of an agreement whose file is gone" cmp out london.jsonl
mv ended.lua ws/policies/agreements/london-adass.lua

# --- proofs ------------------------------------------------------------------------------------------------
cat >stranger.py <<'PYTHON'
"""stranger.py PROOF RELEASE_JSON [SIZE:HEX]: by the definitions of RFC 6962, from the top down."""
import hashlib, json, sys

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def half(count):
    return 1 << (count - 1).bit_length() - 1

def included(leaf, index, count, path):
    if count == 1:
        assert not path
        return leaf
    *path, last = path
    k = half(count)
    if index < k:
        return sha(b"\1", included(leaf, index, k, path), last)
    return sha(b"\1", last, included(leaf, index - k, count - k, path))

def grown(earlier, count, path, old, whole=True):
    """(root of the first `earlier`, root of all) as the path tells them."""
    if earlier == count:
        if whole:
            assert not path
            return old, old
        (only,) = path
        return only, only
    *path, last = path
    k = half(count)
    if earlier <= k:
        before, now = grown(earlier, k, path, old, whole)
        return before, sha(b"\1", now, last)
    before, now = grown(earlier - k, count - k, path, old, False)
    return sha(b"\1", last, before), sha(b"\1", last, now)

proof = json.load(open(sys.argv[1]))
package = json.load(open(sys.argv[2]))["predicate"]
entry, ledger, earlier = proof["entry"], proof["ledger"], proof["earlier"]
fields = [entry["previous"], str(entry["sequence"]), entry["kind"], entry["release"], entry["salt"],
          entry["payload"]]
hash = sha(*(b"%d:%s\n" % (len(field.encode()), field.encode()) for field in fields))
assert proof["format"] == "cordon-proof/1" and entry["kind"] == "intent"
assert entry["release"] == package["releaseId"] and entry["hash"] == hash.hex()
root = included(sha(b"\0", hash), entry["sequence"] - 1, ledger["entries"],
                [bytes.fromhex(text) for text in proof["inclusion"]])
assert root.hex() == ledger["root"]
assert earlier == package["ledger"] and earlier["entries"] < entry["sequence"]
before, after = grown(earlier["entries"], ledger["entries"],
                      [bytes.fromhex(text) for text in proof["consistency"]],
                      bytes.fromhex(earlier["root"]))
assert before.hex() == earlier["root"] and after.hex() == ledger["root"]
assert len(sys.argv) < 4 or sys.argv[3] == "%d:%s" % (ledger["entries"], ledger["root"])
PYTHON
for release in "$one" "$two"; do
    case="a proof about $release"
    in_ws ws ledger prove "$release"
    exits 0
    cp out proof
    check "it holds" python3 stranger.py proof "ws/outbox/$release/data/release.json" "$now"
    in_ws ws ledger prove "$release" --json
    check "the same" python3 -c 'import json; assert json.load(open("out")) == json.load(open("proof"))'
    check "nothing of others" sh -c "! grep -q \
        '$([ "$release" = "$one" ] && echo gloucestershire || echo london)' proof"
done
case="a proof for the root in a later package"
head=$(told "$two")
in_ws ws ledger prove "$one" --root "$head"
exits 0
cp out proof
check "it holds" python3 stranger.py proof "ws/outbox/$one/data/release.json" "$head"
in_ws ws ledger prove "$two" --root "$head"
exits 1 "do not have entry"
in_ws ws ledger prove "$one" --root "${head%%:*}:$(printf %064d 0)"
exits 1 "not those of that root"
in_ws ws ledger prove "$one" --root "9999:${head#*:}"
exits 1 "fewer than the 9999"
in_ws ws ledger prove "$id-x"
exits 1 "has left"
in_ws ws ledger prove "$one" --root nonsense
exits 2 "expected a root"
case="a proof that is none"
for member in inclusion consistency; do
    python3 - proof $member >changed <<'PYTHON'
import json, sys
proof = json.load(open(sys.argv[1]))
last = proof[sys.argv[2]][0]
proof[sys.argv[2]][0] = ("1" if last[0] == "0" else "0") + last[1:]
json.dump(proof, sys.stdout)
PYTHON
    check "refused: $member" sh -c \
        "! python3 stranger.py changed 'ws/outbox/$one/data/release.json' 2>/dev/null"
done

# --- a ledger that was rewritten, chain and all ------------------------------------------------------------
# rewrite WORKSPACE SQL: changes entries, and then makes the chain anew
rewrite() {
    python3 - "$1/ledger/ledger.sqlite" "$2" <<'PYTHON'
import hashlib, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
for name, _ in triggers:
    database.execute("DROP TRIGGER " + name)
assert database.execute(sys.argv[2]).rowcount > 0
previous = "0" * 64
for row in database.execute("SELECT sequence, kind, release_id, salt, payload FROM entries"
                            " ORDER BY sequence").fetchall():
    fields = [str(field).encode() for field in (previous, *row)]
    told = b"".join(b"%d:%s\n" % (len(field), field) for field in fields)
    old, previous = previous, hashlib.sha256(told).hexdigest()
    database.execute("UPDATE entries SET previous_hash = ?, hash = ? WHERE sequence = ?",
                     (old, previous, row[0]))
for _, sql in triggers:
    database.execute(sql)
database.commit()
PYTHON
}
for sql in "UPDATE entries SET payload = replace(payload, 'Asha', 'Zed') WHERE sequence < 10" \
    "UPDATE entries SET salt = '00000000000000000000000000000000' WHERE sequence = 1"; do
    case="rewritten: $sql"
    rm -rf tampered
    cp -rp ws tampered
    rewrite tampered "$sql" || fail "cannot rewrite"
    in_ws tampered ledger list
    exits 0 # the chain holds
    in_ws tampered ledger verify
    exits 1 "not those of (london_adass|icb_area)-"
    in_ws tampered ledger verify --root "$now"
    exits 1
    in_ws tampered ledger prove "$two"
    exits 1 "rewritten|not those of"
done
case="another package in outbox/"
rm -rf tampered
cp -rp ws tampered
sed -i 's/"root": "[0-9a-f]/"root": "/; s/"root": "\([0-9a-f]*\)"/"root": "\10"/' \
    "tampered/outbox/$one/data/release.json"
in_ws tampered ledger verify
exits 1 "not those of .*$one/data/release.json"

# --- for people --------------------------------------------------------------------------------------------
case="show"
in_ws ws ledger show "$one"
exits 0 "^$one: delivered$"
for line in "  staged" "  approved" "  about to leave" "  delivered" "name +Bram Sample"; do
    check "$line" grep -qE "$line" out
done
in_ws ws ledger show "$two"
check "with what it was protected" grep -q "^  protected with $one$" out
in_ws ws ledger show 1
exits 0 "the ledger was begun"
in_ws ws ledger show 99
exits 1 "no entry 99"
in_ws ws ledger show "$one-x"
exits 1 "knows no release"
in_ws ws ledger show "../../etc"
exits 2 "a release id"
in_ws ws ledger show "$one" --json
check "JSON" python3 -c 'import json; o = json.load(open("out")); assert o["delivered"]
assert [e["kind"] for e in o["entries"]] == ["stage", "approve", "approve", "intent", "commit"]'
case="usage"
for words in "list --root $now" "list $one" "show" "prove" "verify $one" "verify --out x" "nonsense" \
    "show $one --agreement a"; do
    # shellcheck disable=SC2086
    in_ws ws ledger $words
    exits 2
done

done_testing
