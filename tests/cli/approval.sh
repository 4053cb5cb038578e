#!/bin/sh
# approval.sh - who is waited for, in which role; rejection, one changed byte, void; passphrases.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

agreement=policies/agreements/london-adass.lua
script=$root/scripts/borough_coverage.lua

# say VERB NAME [ARG...]: about the release $id
say() {
    say_verb=$1
    say_as=$2
    shift 2
    in_ws ws "$say_verb" "$id" --as "$say_as" "$@"
}

voids="SELECT count(*) FROM entries WHERE kind = 'void'"

workspace staged 1500 100
# Two statisticians and an owner; the second statistician is of the partner.
sed -i -e 's/approvals = 2,/approvals = 2, roles = { statistician = 1, owner = 1 },/' \
    -e 's/\("Asha Example".*organisation = "Data owner"\)/\1, role = "statistician"/' \
    -e 's/\("Bram Sample".*organisation = "Data owner"\)/\1, role = "owner"/' \
    -e 's/\("Carys Specimen".*organisation = "ADASS London"\)/\1, role = "statistician"/' \
    "staged/$agreement"
keys staged "Asha Example" "Bram Sample" "Zed Stranger"
must key approver --name "Carys Specimen" --organisation "ADASS London" --no-passphrase \
    --workspace staged
cp -rp staged empty
stage staged "$script"

# --- what waits, and for whom ------------------------------------------------------------------------
fresh "an empty desk" empty
in_ws ws review
exits 0 "^nothing waits$"
fresh "a release that waits" staged
in_ws ws review
exits 0 "^$id  waiting, 0 of 2 approvals$"
check "what it needs" grep -q "needs 2 more: 1 as owner, 1 as statistician; waits for Asha" out
in_ws ws review --json
is releases[0].state waiting
is releases[0].waitsFor '["Asha Example","Bram Sample","Carys Specimen"]'
in_ws ws review --as "Zed Stranger"
exits 0 "^nothing waits for Zed Stranger$"
in_ws ws review "$id"
exits 0 "purpose: Market shaping"
check "counts of the outputs" grep -Eq "^  [a-z_]+: [0-9]+ published, [0-9]+ withheld$" out
unchanged
case="somebody looked at it"
in_ws ws review "$id" --as "Asha Example" --json
exits 0
is page "ws/staging/$id.review.html"
is reviewedBy "Asha Example"
checks=$((checks + 1))
signed=$(sha256sum <"ws/staging/$id/tagmanifest-sha512.txt" | cut -d' ' -f1)
page=$(sha256sum <"ws/staging/$id.review.html" | cut -d' ' -f1)
payload ws review >said
grep -q "\"name\":\"Asha Example\",\"reviewPage\":\"$page\",\"signedBytes\":\"$signed\"" said ||
    fail "the ledger says $(cat said)"
case="somebody of no roster looked at it"
in_ws ws review "$id" --as "Zed Stranger"
exits 1 "not an approver"

# --- roles ---------------------------------------------------------------------------------------------
fresh "the roles stand in the package before anyone signs" staged
check "in release.json" python3 - "ws/staging/$id" <<'PYTHON'
import json, sys
approvals = json.load(open(sys.argv[1] + "/data/release.json"))["predicate"]["approvals"]
roles = {role["role"]: (role["atLeast"], role["people"]) for role in approvals["roles"]}
assert roles == {"owner": (1, ["Bram Sample"]),
                 "statistician": (1, ["Asha Example", "Carys Specimen"])}, roles
PYTHON
check "in bag-info.txt" grep -q "^Cordon-Role-Required: statistician 1$" \
    "ws/staging/$id/bag-info.txt"
case="two statisticians and no owner"
say approve "Asha Example"
exits 0 "1 of 2 approvals"
check "what is still needed" grep -q "^still needed: 1 more: 1 as owner$" out
say approve "Carys Specimen"
exits 0 "2 of 2 approvals"
check "enough people, not enough roles" grep -q "^still needed: 1 as owner$" out
in_ws ws review --json
is releases[0].state waiting
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "0 of 1 approvals as owner"
unchanged
in_ws ws verify "ws/staging/$id" --trust ws/trust
exits 1 "0 of 1 approvals as owner"
(cd "ws/staging/$id" && sh verify.sh ../../trust) >out 2>err
check "verify.sh says the same" grep -q "^REFUSED: 0 of 1 approvals as owner$" out
say approve "Bram Sample"
exits 0 "3 of 2 approvals"
in_ws ws review --json
is releases[0].state approved
(cd "ws/staging/$id" && sh verify.sh ../../trust) >out 2>err
check "verify.sh agrees" grep -q "^OK: 3 approvals$" out
in_ws ws deliver "$id"
exits 0 "^delivered: $id$"
in_ws ws review
exits 0 "^nothing waits$"

case="one approval from an organisation"
rm -rf ws
cp -rp empty ws
sed -i 's/roles = { statistician = 1, owner = 1 }/one_per_organisation = true/' "ws/$agreement"
stage ws "$script"
one=$id
say approve "Asha Example"
exits 0
say approve "Bram Sample"
exits 1 "Asha Example approved for Data owner already"
in_ws ws review --json
is releases[0].waitsFor '["Carys Specimen"]'
# What a desk without that rule would have sent: a second signature of the organisation.
awk -v n=2 '/BEGIN/ { i++ } i == n' ws/trust/approvers.pem >bram.pem
check "stock tools sign" openssl cms -sign -binary -cades -keyid -nosmimecap -md sha256 \
    -outform PEM -signer bram.pem -inkey ws/keys/bram-sample.key \
    -in "ws/staging/$id/tagmanifest-sha512.txt" -out "ws/staging/$id/signatures/approver-2.p7s"
in_ws ws verify "ws/staging/$id" --trust ws/trust
exits 1 "two approvals by one organisation"
(cd "ws/staging/$id" && sh verify.sh ../../trust) >out 2>err
check "verify.sh says the same" grep -q "^REFUSED: two approvals by one organisation$" out
rm "ws/staging/$id/signatures/approver-2.p7s"
say approve "Carys Specimen"
exits 0 "2 of 2 approvals"
(cd "ws/staging/$id" && sh verify.sh ../../trust) >out 2>err
check "verify.sh agrees" grep -q "^OK: 2 approvals$" out
in_ws ws deliver "$id"
exits 0
case="a certificate of another organisation than the roster's"
rm -rf ws
cp -rp empty ws
sed -i -e 's/roles = { statistician = 1, owner = 1 }/one_per_organisation = true/' \
    -e 's/organisation = "ADASS London"/organisation = "Somebody Else"/' "ws/$agreement"
stage ws "$script"
say approve "Carys Specimen"
exits 1 "not of the organisation in the roster"

# --- reject -----------------------------------------------------------------------------------------------
id=$(basename staged/staging/*_*-*[0-9a-f].json .json)
fresh "rejected" staged
say reject "Carys Specimen" --reason "Table 2 shows last month's figures"
exits 0 "^rejected by Carys Specimen: "
payload ws reject >said.json
check "the reason and a signature with the person's key" python3 - "$id" "$signed" <<'PYTHON'
import json, subprocess, sys
said = json.load(open("said.json"))
statement = {"action": "reject", "reason": "Table 2 shows last month's figures",
             "release": sys.argv[1], "signedBytes": sys.argv[2]}
open("statement", "w").write(json.dumps(statement, sort_keys=True, separators=(",", ":")))
open("statement.p7s", "w").write(said["signature"])
assert said["name"] == "Carys Specimen"
subprocess.run("openssl cms -verify -binary -cades -inform PEM -in statement.p7s -content statement"
               " -CAfile ws/trust/root.pem -nointern -certfile ws/trust/approvers.pem"
               " -signer who.pem -out /dev/null", shell=True, check=True)
subject = subprocess.run("openssl x509 -in who.pem -noout -subject", shell=True, check=True,
                         capture_output=True, text=True).stdout
assert "Carys Specimen" in subject
PYTHON
before=$(state ws)
for name in "Asha Example" "Carys Specimen"; do
    say approve "$name"
    exits 1 "Carys Specimen rejected this release: Table 2 shows"
done
say reject "Asha Example" --reason "twice"
exits 1 "Carys Specimen rejected"
unchanged
in_ws ws review --json
is releases[0].state rejected
fresh "rejected after all approved" staged
say approve "Asha Example"
say approve "Bram Sample"
cp -rp ws approved
say reject "Carys Specimen" --reason "wrong"
exits 0
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "Carys Specimen rejected"
unchanged
in_ws ws run "$script"
exits 0 "^unchanged, already staged: $id$"
in_ws ws deliver "$id"
exits 1 "Carys Specimen rejected"
fresh "who may not reject" staged
say reject "Zed Stranger" --reason "x"
exits 1 "not an approver"
say reject "Dara Placeholder" --reason "x"
exits 1 "not an approver"
say reject "Asha Example" --reason " "
exits 2 "one line of text"
say reject "Asha Example" --reason "a
b"
exits 2 "one line of text"
mv ws/keys/carys-specimen.key ws/keys/asha-example.key
before=$(state ws)
say reject "Carys Specimen" --reason "x"
[ "$code" != 0 ] || fail "rejected without a key"
say reject "Asha Example" --reason "x"
[ "$code" != 0 ] || fail "rejected with another's key"
unchanged

# --- one changed byte drops the approvals ----------------------------------------------------------------------
rm -rf ws
cp -rp staged ws
say approve "Asha Example"
cp -rp ws half
fresh "flipped" half
(cd "ws/staging/$id" && find . -type f | LC_ALL=C sort) >files
while read -r file; do
    case="a bit of $file flipped after one approval"
    flip "ws/staging/$id/$file"
    say approve "Carys Specimen"
    exits 1
    flip "ws/staging/$id/$file"
done <files
unchanged
fresh "flipped" approved
(cd "ws/staging/$id" && find . -type f | LC_ALL=C sort) >files
while read -r file; do
    case="a bit of $file flipped after two approvals"
    flip "ws/staging/$id/$file"
    in_ws ws review --json
    exits 0
    is releases[0].state invalid
    is releases[0].approvals 0
    in_ws ws deliver "$id"
    exits 1
    flip "ws/staging/$id/$file"
done <files
unchanged
check "many files were tried" [ "$(wc -l <files)" -gt 12 ]

fresh "an approver's key revoked since" half
must key revoke --name "Asha Example" --reason "a lost laptop" --workspace ws
say approve "Carys Specimen"
exits 1 "the certificate of Asha Example is revoked"
check "what to do" grep -qx "  hint: take staging/$id away and run the script again" err
rm -r "ws/staging/$id"
must run "$script" --workspace ws
for name in "Bram Sample" "Carys Specimen"; do
    say approve "$name"
    exits 0
done
in_ws ws deliver "$id"
exits 0 "^delivered: $id$"
fresh "another agreement since" approved
sed -i 's/approvals = 2/approvals = 3/' "ws/$agreement"
in_ws ws review
exits 0 "^$id  invalid$"
check "it says why" grep -Eq "^    .*(agreement|london-adass)" out

# --- what the audience got since ------------------------------------------------------------------------------
fresh "another release left after this one was staged" approved
first=$id
stage ws "$root/scripts/london_adass.lua"
say approve "Asha Example"
exits 0
must deliver "$first" --workspace ws
in_ws ws review --json
is releases[0].state invalid
check "it says which" sh -c "grep -q 'the release $first went to this audience' out"
before=$(state ws)
say approve "Bram Sample"
exits 1 "the release $first went to this audience"
unchanged
id=$first

# --- void -------------------------------------------------------------------------------------------------------
# A delivery with its commit taken out of the ledger, as if it had been killed before.
fresh "a delivery that was killed" approved
cp -rp ws whole
must deliver "$id" --workspace whole
rm -rf ws
cp -rp whole ws
uncommitted ws
cp "approved/staging/$id.json" "ws/staging/$id.json"
case="a delivery that reached the outbox"
in_ws ws review --json
is releases[0].state unfinished
say approve "Carys Specimen"
exits 1 "its delivery began"
say reject "Carys Specimen" --reason "too late"
exits 1 "its delivery began"
say void "Asha Example" --reason "the power went"
exits 1 "may have been taken"
mv "ws/outbox/$id" "ws/staging/$id"
say void "Asha Example" --reason "the power went"
exits 1 "may have been taken"
case="a delivery that did not"
rm "ws/outbox/$id.zip"
say void "Zed Stranger" --reason "the power went"
exits 1 "not an approver"
say void "Asha Example" --reason "the power went"
exits 0 "a second one must"
checks=$((checks + 1))
[ "$(ledger ws "$voids")" = 0 ] || fail "one person alone"
in_ws ws review --json
is releases[0].state unfinished
say void "Asha Example" --reason "really"
exits 1 "it takes a second person"
cp -rp ws first
say void "Bram Sample" --reason "I looked in the outbox"
exits 0 "^void: "
checks=$((checks + 1))
[ "$(ledger ws "$voids")" = 1 ] || fail "no entry"
payload ws void >said
check "both are in it" grep -q '"Asha Example".*"Bram Sample"' said
check "staging is clear" [ ! -e "ws/staging/$id.void" ]
in_ws ws review --json
is releases[0].state approved
say void "Carys Specimen" --reason "again"
exits 1 "nothing to void"
in_ws ws deliver "$id"
exits 0 "^delivered: $id$"
case="withdrawn meanwhile"
rm -rf ws
cp -rp first ws
say withdraw "Carys Specimen" --reason "two boroughs were swapped"
exits 0 "^withdrawn: $id"
in_ws ws review --json
is releases[0].state unfinished
say void "Bram Sample" --reason "I looked in the outbox"
exits 0 "^void: "
in_ws ws review --json
is releases[0].state rejected
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "Carys Specimen rejected this release: two boroughs were swapped"
unchanged
case="a statement that nobody signed"
rm -rf ws
cp -rp first ws
sed -i 's/the power went/the power came/' "ws/staging/$id.void"
say void "Bram Sample" --reason "I looked"
exits 0 "a second one must"
checks=$((checks + 1))
[ "$(ledger ws "$voids")" = 0 ] || fail "one person alone"
case="nothing to void"
fresh "nothing to void" approved
say void "Asha Example" --reason "x"
exits 1 "nothing to void"
unchanged

# --- passphrases ------------------------------------------------------------------------------------------------
fresh "a key without a passphrase is meant" staged
rm -r ws/keys/* ws/trust/*
in_ws ws key approver --name "Asha Example" --organisation "Data owner" --no-passphrase
exits 1 "there is no root key"
check "what to do first" grep -q '^  hint: `cordon key root`' err
in_ws ws key root --organisation "Data owner"
exits 2 "needs a passphrase"
check "how to do without" grep -q "hint: .*--no-passphrase" err
must key root --organisation "Data owner" --no-passphrase --workspace ws
in_ws ws key approver --name "Asha Example" --organisation "Data owner"
exits 2 "needs a passphrase"
check "no certificate" [ ! -s ws/trust/approvers.pem ]
case="from a descriptor"
"$cordon" key approver --name "Asha Example" --organisation "Data owner" --passphrase-fd 3 \
    --workspace ws 3<<'LINE' >out 2>err || fail "no key"
a line with blanks
another line
LINE
check "the key is encrypted" grep -q "BEGIN ENCRYPTED PRIVATE KEY" ws/keys/asha-example.key
check "stock tools open it" openssl pkey -in ws/keys/asha-example.key \
    -passin "pass:a line with blanks" -noout
printf 'a line with blanks' >secret
chmod 600 secret
say approve "Asha Example"
exits 1 "the key is encrypted, no passphrase given"
check "how to give one" grep -q '^  hint: --passphrase-file or --passphrase-fd gives it' err
say approve "Asha Example" --passphrase-fd 9
exits 2 "descriptor"
say approve "Asha Example" --passphrase-fd x
exits 2 "number of an open descriptor"
say approve "Asha Example" --passphrase-fd 3 --passphrase-file secret
exits 2 "from a file or from a descriptor"
case="files that are not private"
for mode in 640 604 644; do
    chmod $mode secret
    say approve "Asha Example" --passphrase-file secret
    exits 1 "readable by nobody else"
done
chmod 600 secret
ln -s secret link
say approve "Asha Example" --passphrase-file link
exits 2 "passphrase file"
say approve "Asha Example" --passphrase-file secret
exits 0 "1 of 2"
case="at a terminal"
rm -rf "ws/staging/$id/signatures"
check "asked without echo" python3 - "$cordon" "$id" <<'PYTHON'
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["cordon", "approve", sys.argv[2], "--as", "Asha Example",
                           "--workspace", "ws"])
said = b""
while b": " not in said:
    said += os.read(fd, 1024)
assert b"Passphrase of your key" in said, said
os.write(fd, b"a line with blanks\n")
rest = b""
try:
    while True:
        more = os.read(fd, 1024)
        if not more:
            break
        rest += more
except OSError:
    pass
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, rest
assert b"1 of 2 approvals" in rest and b"blanks" not in rest, rest
PYTHON
check "nothing secret is kept" sh -c "! grep -rq 'line with blanks' ws"

done_testing
