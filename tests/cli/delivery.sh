#!/bin/sh
# delivery.sh - who may approve, what is delivered when, and a ledger that tells of every change.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

# approve WORKSPACE NAME [ARG...]: of the release $id
approve() {
    approve_ws=$1
    approve_as=$2
    shift 2
    in_ws "$approve_ws" approve "$id" --as "$approve_as" "$@"
}

# kinds WORKSPACE: the ledger's entries about $id, in order
kinds() {
    "$cordon" ledger list --workspace "$1" | awk -v id="$id" '$3 == id { print $2 }' | tr '\n' ' '
}

# fresh NAME: a copy of the workspace as staged, with nothing approved
fresh() {
    case=$1
    rm -rf ws
    cp -rp staged ws
    before=$(state ws)
}

workspace staged 20000 900
keys staged "Asha Example" "Bram Sample" "Carys Specimen" "Dara Placeholder" "Zed Stranger"
cp -p staged/ledger/ledger.sqlite fresh_ledger
stage staged "$root/scripts/london_adass.lua"
note=staging/$id.json
package=staging/$id
check "the note is private to staging" [ -f "staged/$note" ]

# --- who may approve ------------------------------------------------------------------------------------
fresh "a name that no roster has"
approve ws "Nobody Here"
exits 1 "Nobody Here is not an approver of agreement"
unchanged
case="a person with a key who is not on the roster"
approve ws "Zed Stranger"
exits 1 "Zed Stranger is not an approver of agreement"
unchanged
case="the author"
approve ws "Dara Placeholder"
exits 1 "Dara Placeholder is not an approver|is an author"
unchanged
case="nearly a name"
approve ws "asha example"
exits 1 "is not an approver"
approve ws "Asha Example "
exits 1 "is not an approver"
approve ws ""
exits 1 "is not an approver"
unchanged
case="somebody of the roster without a key"
rm ws/keys/carys-specimen.key
before=$(state ws)
approve ws "Carys Specimen"
checks=$((checks + 1))
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "exit $code"
unchanged
case="a release that is not staged"
in_ws ws approve london_adass-2026-08-000000000000 --as "Asha Example"
exits 1 "no release .* is staged"
in_ws ws deliver london_adass-2026-08-000000000000
exits 1 "no release .* is staged"
unchanged

fresh "another's key under one's own name"
cp ws/keys/bram-sample.key ws/keys/asha-example.key
before=$(state ws)
approve ws "Asha Example"
checks=$((checks + 1))
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "exit $code"
unchanged

fresh "an agreement in which an approver is an author"
sed -i 's/authors *= { "Dara Placeholder" }/authors = { "Bram Sample" }/' \
    ws/policies/agreements/london-adass.lua
in_ws ws run "$root/scripts/london_adass.lua"
exits 3 "Bram Sample.* is an author, and may not approve"
unchanged

# --- what may be approved ---------------------------------------------------------------------------------
(cd "staged/$package" && find . -type f | LC_ALL=C sort) >files
while read -r file; do
    fresh "a byte of the staged $file changed"
    python3 - "ws/$package/$file" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as f:
    byte = f.read(1)[0]
    f.seek(0)
    f.write(bytes([byte ^ 1]))
PYTHON
    before=$(state ws)
    approve ws "Asha Example"
    exits 1
    unchanged
done <files
fresh "a file added to the staged package"
echo x >"ws/$package/data/extra.csv"
before=$(state ws)
approve ws "Asha Example"
exits 1 "unlisted data/extra.csv"
unchanged
# Right digests all the way up: only what the note of the staging says tells the difference.
fresh "a staged package made again with other figures"
echo x >>"ws/$package/data/notes.md"
(cd "ws/$package" && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
    sha512sum VERIFY.txt bag-info.txt bagit.txt manifest-sha512.txt verify.sh >tagmanifest-sha512.txt)
before=$(state ws)
approve ws "Asha Example"
exits 1 "not the one that was staged"
unchanged
fresh "a note without what it should say"
echo '{}' >"ws/$note"
before=$(state ws)
approve ws "Asha Example"
exits 1 "damaged"
unchanged
fresh "a package without a note"
rm "ws/$note"
before=$(state ws)
approve ws "Asha Example"
exits 1 "no release .* is staged"
unchanged
fresh "the agreement changed after staging"
sed -i 's/max_cells *= 500000/max_cells = 400000/' ws/policies/agreements/london-adass.lua
approve ws "Asha Example"
exits 1 "agreement \"london-adass\" changed since"
unchanged
fresh "only a comment of the agreement changed"
echo '-- looked through' >>ws/policies/agreements/london-adass.lua
approve ws "Asha Example"
exits 0 "1 of 2 approvals"
fresh "the agreement is gone"
rm ws/policies/agreements/london-adass.lua
approve ws "Asha Example"
exits 3 "london-adass.lua"
unchanged

# --- two people -----------------------------------------------------------------------------------------------
fresh "no approval"
in_ws ws deliver "$id"
exits 1 "0 of 2 approvals"
unchanged
case="one approval"
approve ws "Asha Example"
exits 0 "^approved by Asha Example: 1 of 2 approvals$"
[ "$(kinds ws)" = "stage approve " ] || fail "the ledger says $(kinds ws)"
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "1 of 2 approvals"
unchanged
case="twice the same person"
approve ws "Asha Example"
exits 1 "Asha Example approved this release already"
unchanged
case="one approval, copied as another"
cp "ws/$package/signatures/approver-1.p7s" "ws/$package/signatures/approver-2.p7s"
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "1 of 2 approvals"
unchanged
rm "ws/$package/signatures/approver-2.p7s"
case="a run again between approvals"
in_ws ws run "$root/scripts/london_adass.lua"
exits 0 "^unchanged, already staged: $id$"
check "the approval stays" [ -f "ws/$package/signatures/approver-1.p7s" ]
case="two approvals"
approve ws "Carys Specimen"
exits 0 "2 of 2 approvals"
rm -rf approved
cp -rp ws approved

# --- what is looked at again -------------------------------------------------------------------------------------
# again NAME: a copy of the workspace with two approvals
again() {
    case=$1
    rm -rf ws
    cp -rp approved ws
    before=$(state ws)
}
again "a byte changed after approval"
printf x >>"ws/$package/data/tables/borough_summary.csv"
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "changed data/tables/borough_summary.csv"
unchanged
again "the agreement changed after approval"
sed -i 's/max_cells *= 500000/max_cells = 400000/' ws/policies/agreements/london-adass.lua
in_ws ws deliver "$id"
exits 1 "changed since"
unchanged
again "the agreement is withdrawn"
sed -i 's/to = "2027-12-31"/to = "2026-01-31"/' ws/policies/agreements/london-adass.lua
in_ws ws deliver "$id"
exits 1 "changed since|not valid"
unchanged
again "an approver is taken off the trust folder"
awk '/BEGIN/ { n++ } n != 3' approved/trust/approvers.pem >ws/trust/approvers.pem
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "approver-2.p7s"
unchanged
again "the trust folder asks for three"
echo 3 >ws/trust/threshold
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "2 of 3 approvals"
unchanged

# consent KEY VALUE: what the workplace of that key answers about local authorities
consent() {
    python3 - ws/data/workplace.csv "$1" "$2" <<'PYTHON'
import csv, sys
path, key, value = sys.argv[1:]
with open(path, newline="", encoding="utf-8") as f:
    rows = list(csv.reader(f))
at, flag = rows[0].index("establishmentid"), rows[0].index("lapermission")
changed = 0
for row in rows[1:]:
    if row[at] == key:
        row[flag] = value
        changed += 1
assert changed == 1, changed
with open(path, "w", newline="", encoding="utf-8") as f:
    csv.writer(f, lineterminator="\n").writerows(rows)
PYTHON
}
shown=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["consent"][0])' "approved/$note")
for answer in 0 -1 ''; do
    again "consent withdrawn: '$answer'"
    consent "$shown" "$answer" || fail "the data cannot be changed"
    in_ws ws deliver "$id"
    exits 3 "load"
    unchanged
    must load --workspace ws
    in_ws ws deliver "$id"
    exits 1 "1 of the providers shown no longer consent"
    check "told without a name" sh -c "! grep -q '$shown' err"
    unchanged
    [ "$(kinds ws)" = "stage approve approve " ] || fail "the ledger says $(kinds ws)"
done
again "a workplace that is gone"
sed -i "/^M202608,$shown,/d" ws/data/workplace.csv
must load --workspace ws
in_ws ws deliver "$id"
exits 1 "1 of the providers shown no longer consent"
unchanged
again "consent withdrawn and given again"
consent "$shown" 0
must load --workspace ws
consent "$shown" 1
must load --workspace ws
in_ws ws deliver "$id"
exits 0 "^delivered: $id$"
again "the files that were loaded are gone"
cp -r ws/data elsewhere
must load elsewhere --workspace ws
before=$(state ws)
rm -r elsewhere
in_ws ws deliver "$id"
exits 1 "files that were loaded are gone"
unchanged
again "no data"
rm ws/data/snapshot.cdn
in_ws ws deliver "$id"
exits 3 "load"
unchanged
again "the list of who is shown cut from the note"
python3 - "ws/$note" <<'PYTHON'
import json, sys
note = json.load(open(sys.argv[1]))
del note["consent"]
json.dump(note, open(sys.argv[1], "w"))
PYTHON
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "damaged"
unchanged

case="another approved release in its place"
rm -rf ws
cp -rp approved ws
right=$id
in_ws ws run "$root/scripts/borough_coverage.lua"
exits 0
id=$(sed -n 's/^.*staged: //p' out)
approve ws "Asha Example"
exits 0
approve ws "Bram Sample"
exits 0
rm -r "ws/staging/$right"
mv "ws/staging/$id" "ws/staging/$right"
rm "ws/staging/$id.json"
id=$right
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "not the one that was staged"
unchanged

# killed POINT: ws as if its delivery had been killed there, after its intent; what would be out in
# `whole`
killed() {
    again "killed $1"
    must deliver "$id" --workspace ws
    find ws/outbox -type f -exec sha512sum {} + | sort -k 2 >whole
    cp "approved/$note" "ws/$note"
    [ "$1" = "at its end" ] || {
        uncommitted ws
        [ "$1" = "before its commit" ] || mv "ws/outbox/$id.zip" "ws/staging/$id.zip"
    }
    [ "$1" != "before the folder is out" ] || mv "ws/outbox/$id" "ws/staging/$id"
}
# A delivery that was killed is taken up again. First the folder goes out, then the zip, then the
# note is taken away.
for point in "before the folder is out" "before the zip is out" "before its commit" "at its end"; do
    killed "$point"
    in_ws ws deliver "$id"
    exits 0 "^delivered: $id$"
    checks=$((checks + 1))
    find ws/outbox -type f -exec sha512sum {} + | sort -k 2 | cmp -s - whole || fail "another outbox"
    check "nothing stays in staging" [ -z "$(find ws/staging -mindepth 1)" ]
    in_ws ws ledger verify
    exits 0 "the chain holds"
    case $(kinds ws) in
    *"intent commit ") ;;
    *) fail "the ledger says $(kinds ws)" ;;
    esac
done
# What is out may have been taken: nothing that happened since keeps it from being finished.
for point in "before the zip is out" "before its commit"; do
    killed "$point"
    case="$case, and what it relied on ended"
    consent "$shown" 0
    must load --workspace ws
    must key revoke --name "Carys Specimen" --reason "lost" --workspace ws
    sed -i 's/max_cells *= 500000/max_cells = 400000/; s/encrypted *= false/encrypted = true/' \
        ws/policies/agreements/london-adass.lua
    in_ws ws deliver "$id"
    exits 0 "^delivered: $id$"
    checks=$((checks + 1))
    find ws/outbox -type f -exec sha512sum {} + | sort -k 2 | cmp -s - whole || fail "another outbox"
    check "nothing stays in staging" [ -z "$(find ws/staging -mindepth 1)" ]
    [ "$(ledger ws "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM entries WHERE
        kind IN ('intent', 'commit') ORDER BY sequence)")" = "intent commit" ] || fail "the ledger"
done
killed "before its commit"
case="$case, and somebody cleared staging/"
rm -r ws/staging/*
in_ws ws deliver "$id"
exits 0 "^delivered: $id$"
[ "$(kinds ws)" = "stage approve approve intent commit " ] || fail "the ledger says $(kinds ws)"
killed "before the folder is out"
case="$case, and somebody cleared staging/"
rm -r ws/staging/*
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "the delivery of $id began, and its note is gone"
unchanged
killed "before the zip is out"
case="$case, and another byte is in the folder"
flip "ws/outbox/$id/data/notes.md"
before=$(state ws)
in_ws ws deliver "$id"
exits 1
unchanged
killed "before the folder is out"
case="$case, and the agreement changed"
sed -i 's/max_cells *= 500000/max_cells = 400000/' ws/policies/agreements/london-adass.lua
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "agreement .* changed since the release was staged"
check "what to do" grep -q '^  hint: its delivery began .* `cordon void` it$' err
unchanged

# --- delivery ---------------------------------------------------------------------------------------------------------
again "delivered"
in_ws ws deliver "$id"
exits 0 "^delivered: $id$"
check "a folder" [ -d "ws/outbox/$id" ]
check "a zip" [ -f "ws/outbox/$id.zip" ]
check "nothing stays in staging" [ -z "$(find ws/staging -mindepth 1)" ]
[ "$(kinds ws)" = "stage approve approve intent commit " ] || fail "the ledger says $(kinds ws)"
in_ws ws ledger verify
exits 0 "the chain holds: [0-9]+ entries"
before=$(state ws)
case="delivered again"
in_ws ws deliver "$id"
exits 1 "^cordon: $id was delivered already$"
unchanged
case="approved after delivery"
approve ws "Bram Sample"
exits 1 "^cordon: $id was delivered already$"
unchanged
case="run after delivery"
in_ws ws run "$root/scripts/london_adass.lua"
exits 0 "^unchanged, already delivered: $id$"
unchanged

case="an older copy of the ledger"
for there in outbox delivered; do
    rm -rf older
    cp -rp ws older
    cp -p approved/ledger/ledger.sqlite older/ledger/
    [ "$there" = outbox ] || rm -r "older/outbox/$id" "older/outbox/$id.zip"
    [ "$there" = delivered ] || rm -r older/delivered
    for command in "run $root/scripts/borough_coverage.lua" "check $root/scripts/borough_coverage.lua" \
        "ledger verify" review; do
        # shellcheck disable=SC2086
        in_ws older $command
        exits 1 "$id has left, and the ledger does not know of it"
    done
done
rm -r older/delivered
mkdir -p older/outbox/mail-2026-11-abcdefabcdef0 older/outbox/notes
in_ws older ledger verify
exits 0
mkdir older/outbox/mail-2026-11-abcdefabcdef
in_ws older ledger verify
exits 1 "mail-2026-11-abcdefabcdef has left, and the ledger does not know of it"

# --- two at once --------------------------------------------------------------------------------------
# at_once FIRST SECOND: two commands side by side; their exit codes, in order, in $codes
at_once() {
    checks=$((checks + 1))
    (sh -c "$1" >out1 2>&1; echo $? >code1) &
    (sh -c "$2" >out2 2>&1; echo $? >code2)
    wait
    codes=$(cat code1 code2 | sort | tr '\n' ' ')
}
for round in 1 2 3; do
    case="staged by two, round $round"
    rm -rf both
    cp -rp staged both
    rm -r both/staging/* both/ledger/*
    cp -p fresh_ledger both/ledger/ledger.sqlite
    at_once "'$cordon' run '$root/scripts/london_adass.lua' --workspace both" \
        "'$cordon' run '$root/scripts/london_adass.lua' --workspace both"
    [ "$codes" = "0 0 " ] || fail "exit $codes: $(cat out1 out2)"
    check "one staged, the other found it" sh -c \
        "cat out1 out2 | grep -c -e '^staged: $id' -e '^unchanged, already staged: $id' | grep -qx 2"
    [ "$(kinds both)" = "stage " ] || fail "the ledger says $(kinds both)"
    check "the package and its note" diff -r staged/staging both/staging
    case="approved by two, round $round"
    at_once "'$cordon' approve $id --as 'Asha Example' --workspace both" \
        "'$cordon' approve $id --as 'Bram Sample' --workspace both"
    [ "$codes" = "0 0 " ] || fail "exit $codes: $(cat out1 out2)"
    check "two signatures" [ "$(ls "both/$package/signatures" | wc -l)" = 2 ]
    case="delivered by two, round $round"
    at_once "'$cordon' deliver $id --workspace both" "'$cordon' deliver $id --workspace both"
    [ "$codes" = "0 1 " ] || fail "exit $codes: $(cat out1 out2)"
    [ "$(kinds both)" = "stage approve approve intent commit " ] ||
        fail "the ledger says $(kinds both)"
done
case="approved twice at once by one person"
rm -rf both
cp -rp staged both
at_once "'$cordon' approve $id --as 'Asha Example' --workspace both" \
    "'$cordon' approve $id --as 'Asha Example' --workspace both"
[ "$codes" = "0 1 " ] || fail "exit $codes: $(cat out1 out2)"

# --- the ledger -----------------------------------------------------------------------------------------------------------
# tampered NAME SQL: with the triggers out of the way, as somebody who knows would do it
tampered() {
    case="ledger: $1"
    rm -rf tampered
    cp -rp ws tampered
    sqlite3 tampered/ledger/ledger.sqlite "$(sqlite3 ws/ledger/ledger.sqlite \
        "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema WHERE type = 'trigger'") $2" ||
        fail "sqlite3"
    in_ws tampered ledger verify
    exits 1 "ledger"
    in_ws tampered ledger list
    exits 1 "ledger"
}
tampered "a payload changed" "UPDATE entries SET payload = replace(payload, 'Carys', 'Bram') WHERE kind = 'approve'"
tampered "a kind changed" "UPDATE entries SET kind = 'reject' WHERE sequence = 3"
tampered "a release's id changed" "UPDATE entries SET release_id = 'x' WHERE sequence = 3"
tampered "an entry deleted" "DELETE FROM entries WHERE sequence = 4"
tampered "the last entry deleted" "DELETE FROM entries
    WHERE sequence = (SELECT max(sequence) FROM entries)"
tampered "all entries deleted" "DELETE FROM entries"
tampered "two entries exchanged" "UPDATE entries SET sequence = 30 WHERE sequence = 9;
    UPDATE entries SET sequence = 9 WHERE sequence = 10; UPDATE entries SET sequence = 10 WHERE sequence = 30"
case="ledger: triggers"
for sql in "UPDATE entries SET kind = 'reject' WHERE sequence = 9" "DELETE FROM entries"; do
    checks=$((checks + 1))
    sqlite3 ws/ledger/ledger.sqlite "$sql" 2>/dev/null && fail "sqlite3 may: $sql"
done
in_ws ws ledger verify
exits 0 "the chain holds: [0-9]+ entries"
case="ledger: a root of another day"
merkle=$("$cordon" ledger verify --workspace ws | sed -n 's/^root //p')
size=${merkle%%:*}
[ "$size" = "$(sqlite3 ws/ledger/ledger.sqlite 'SELECT count(*) FROM entries')" ] ||
    fail "no root: $merkle"
in_ws ws ledger verify --root "$merkle"
exits 0 "its first $size entries are those of the root"
cp -rp ws grown
in_ws grown run "$root/scripts/icb_area.lua"
in_ws grown ledger verify --root "$merkle"
exits 0 "its first $size entries are those of the root"
exits 0 "the chain holds: $((size + 3)) entries" # an agreement, a plan, a release
in_ws both ledger verify --root "$merkle" # a sound chain, of another history
exits 1 "ledger"
for text in "" 6 "6:" "6:${merkle#*:}0" "0:${merkle#*:}" "-6:${merkle#*:}" \
    "99999999999999999999:${merkle#*:}"; do
    in_ws ws ledger verify --root "$text"
    exits 2 "expected a root"
done

for damage in gone empty other; do
    case="ledger: $damage"
    rm -rf tampered
    cp -rp ws tampered
    rm tampered/ledger/ledger.sqlite
    [ $damage = gone ] || : >tampered/ledger/ledger.sqlite
    [ $damage != other ] || echo "no database" >tampered/ledger/ledger.sqlite
    for words in "ledger verify" "ledger list"; do
        # shellcheck disable=SC2086
        in_ws tampered $words
        exits 3 "ledger"
    done
    rm -rf tampered/outbox/*
    in_ws tampered run "$root/scripts/london_adass.lua"
    exits 3 "ledger"
    check "nothing is staged" [ -z "$(find tampered/staging -mindepth 1)" ]
done

# --- passphrases ---------------------------------------------------------------------------------------------------------------
case="passphrases"
rm -rf ws
cp -rp staged ws
rm ws/keys/* ws/trust/*
printf 'root words here\n' >root.txt
printf 'asha words here\n' >asha.txt
printf 'other words here\n' >wrong.txt
: >none.txt
in_ws ws key root --organisation "Data owner" --passphrase-file root.txt
exits 1 "readable by nobody else: root.txt"
check "no key came of it" [ ! -e ws/keys/root.key ]
chmod 600 root.txt asha.txt wrong.txt none.txt
in_ws ws key root --organisation "Data owner" --passphrase-file root.txt
exits 0
in_ws ws key approver --name "Asha Example" --organisation "Data owner" --passphrase-file asha.txt
checks=$((checks + 1))
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "the root signs without its passphrase: exit $code"
in_ws ws key approver --name "Asha Example" --organisation "Data owner" \
    --passphrase-file asha.txt --root-passphrase-file wrong.txt
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "the root signs with a wrong passphrase: exit $code"
check "no certificate came of it" [ ! -s ws/trust/approvers.pem ]
in_ws ws key approver --name "Asha Example" --organisation "Data owner" \
    --passphrase-file asha.txt --root-passphrase-file root.txt
exits 0
check "the key is encrypted" grep -q 'BEGIN ENCRYPTED PRIVATE KEY' ws/keys/asha-example.key
check "the root's key is encrypted" grep -q 'BEGIN ENCRYPTED PRIVATE KEY' ws/keys/root.key
check "keys are private" [ -z "$(find ws/keys -perm /077)" ]
before=$(state ws)
approve ws "Asha Example"
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "it signs without the passphrase: exit $code"
unchanged
approve ws "Asha Example" --passphrase-file wrong.txt
[ "$code" = 1 ] || [ "$code" = 3 ] || fail "it signs with a wrong passphrase: exit $code"
unchanged
for file in none.txt nosuch.txt .; do
    approve ws "Asha Example" --passphrase-file $file
    exits 2 "passphrase file"
done
unchanged
approve ws "Asha Example" --passphrase-file asha.txt
exits 0 "1 of 2 approvals"
check "no passphrase is kept" sh -c "! grep -rq 'words here' ws"
case="keys that are there already"
in_ws ws key root --organisation "Data owner" --no-passphrase
exits 1 "root exists"
in_ws ws key approver --name "Asha Example" --organisation "Data owner" --no-passphrase \
    --root-passphrase-file root.txt
exits 1 "already has a certificate"

done_testing
