#!/bin/sh
# status.sh - releases withdrawn and replaced: the ledger first, then the list; nobody else may.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

list=ws/trust/status.json
# about RELEASE MEMBER: what the list says, by Python
about() {
    python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["releases"].get(sys.argv[2], {}).get(sys.argv[3], ""))' \
        "$list" "$1" "$2"
}
# verdict CODE TEXT [PACKAGE]: of both tools
verdict() {
    checks=$((checks + 1))
    said=$(cd "${3:-$package}" && dash ./verify.sh "$work/ws/trust")
    code=$?
    [ "$code" = "$1" ] && printf '%s\n' "$said" | grep -Fq -- "$2" ||
        fail "verify.sh exits with $code, says '$said', expected $1, '$2'"
    run verify "${3:-$package}" --trust ws/trust
    words=$(printf '%s' "${2#REFUSED: }" | sed 's/[(]/[(]/g')
    exits "$1" "$words"
}
# deliver SCRIPT: its id in $id, the folder in $package
deliver() {
    delivered ws "$1"
    package=$work/ws/outbox/$id
}

workspace ws 3000 200
keys ws "Asha Example" "Bram Sample"
cp -p "$root/scripts/borough_coverage.lua" first.lua
deliver first.lua
first=$id
case="no list yet"
verdict 0 "status: not known, the trust folder has no status list"
in_ws ws status
exits 0 "there is no status list"

case="the first list"
in_ws ws status --as "Asha Example"
size=$(sqlite3 ws/ledger/ledger.sqlite "SELECT count(*) FROM entries")
exits 0 "^status list $size of .*, signed by Asha Example"
verdict 0 "status: active (list $size of $(date -u +%F)"
check "the digest is that of the signed bytes" \
    [ "$(about "$first" signedBytes)" = "$(sha256sum "$package/tagmanifest-sha512.txt" | cut -c1-64)" ]
check "openssl verifies it" sh -c "cat ws/trust/root.pem ws/trust/crl.pem >ca.pem && openssl cms -verify \
    -binary -cades -inform PEM -in $list.p7s -content $list -CAfile ca.pem -crl_check -nointern \
    -certfile ws/trust/approvers.pem -out /dev/null"
checked=$(python3 -c 'import json; print(json.load(open("ws/trust/status.json"))["ledger"])')
in_ws ws ledger verify --root "$checked"
exits 0 "its first $size entries are those of the root"

# --- replaced by itself: the same feed and period again -------------------------------------------------
case="the same feed and period again"
sed 's/^feed/-- once more\nfeed/; s/title *= "/&Again: /' "$root/scripts/borough_coverage.lua" >second.lua
deliver second.lua
second=$id
check "another release" [ "$first" != "$second" ]
in_ws ws status
exits 0 "the signed list does not say so yet"
must status --as "Bram Sample" --workspace ws
check "the earlier one is superseded" [ "$(about "$first" status) $(about "$first" by)" = "superseded $second" ]
verdict 13 "SUPERSEDED: by $second" "ws/outbox/$first"
verdict 0 "status: active"
case="another feed of the period is not replaced"
deliver "$root/scripts/icb_area.lua"
third=$id
case="each package has a crate of its files and actions"
for release in "$first" "$second" "$third"; do
    check "$release" python3 "$root/tests/cli/crate.py" "ws/outbox/$release" "$cordon"
done
must status --as "Bram Sample" --workspace ws
verdict 0 "status: active" "ws/outbox/$second"
verdict 0 "status: active"

# --- who and what ---------------------------------------------------------------------------------------
case="refused"
before=$(state ws)
in_ws ws withdraw "$second" --reason "x" --as "Nobody Here"
exits 1 "Nobody Here has no certificate in force"
in_ws ws withdraw "$second" --reason "x"
exits 2 "withdraw needs"
in_ws ws withdraw "$second" --as "Asha Example"
exits 2 "withdraw needs"
in_ws ws withdraw "${second%?}_" --reason "x" --as "Asha Example"
exits 1 "no release .* was delivered"
for reason in "" 'a "quote"' 'a \ slash' "two
lines" "$(printf '%501s' x)"; do
    in_ws ws withdraw "$second" --reason "$reason" --as "Asha Example"
    exits 2 "a reason is one line"
done
in_ws ws supersede "$second" --by "$second" --as "Asha Example"
exits 1 "was not delivered after"
in_ws ws supersede "$third" --by "$second" --as "Asha Example"
exits 1 "was not delivered after"
in_ws ws supersede "$first" --by "${third%?}_" --as "Asha Example"
exits 1 "no release .* was delivered"
unchanged
case="somebody whose key has another's certificate"
cp -p ws/keys/asha-example.key kept.key
cat ws/keys/bram-sample.key >ws/keys/asha-example.key
before=$(state ws)
in_ws ws withdraw "$second" --reason "x" --as "Asha Example"
exits 1 "does not belong"
in_ws ws status --as "Asha Example"
exits 1 "does not belong"
unchanged
cat kept.key >ws/keys/asha-example.key

# --- withdrawn --------------------------------------------------------------------------------------------
case="withdrawn"
cp -p ws/ledger/ledger.sqlite before.sqlite
in_ws ws withdraw "$second" --reason "the wrong month's file" --as "Asha Example"
exits 0 "^withdrawn: $second"
verdict 12 "WITHDRAWN: the wrong month's file" "ws/outbox/$second"
run verify "ws/outbox/$second.zip" --trust ws/trust
exits 12 "WITHDRAWN: the wrong month's file"
verdict 0 "status: active"
check "the ledger has who and why" sh -c "sqlite3 ws/ledger/ledger.sqlite \
    \"SELECT payload FROM entries WHERE kind = 'withdraw'\" | grep -Fx \
    '{\"name\":\"Asha Example\",\"reason\":\"the wrong month'\\''s file\"}'"
case="an older copy of the ledger does not undo it"
cp -rp ws again
cp -p before.sqlite again/ledger/ledger.sqlite
before=$(state again)
for command in "status" "withdraw $third --reason x"; do
    # shellcheck disable=SC2086
    in_ws again $command --as "Asha Example"
    exits 1 "the ledger has [0-9]+ entries, and the status list in trust/ is of [0-9]+"
done
checks=$((checks + 1))
[ "$(state again)" = "$before" ] || fail "something was changed"
rm -rf again
case="nothing is undone"
verdict 13 "SUPERSEDED: by $second" "ws/outbox/$first"
in_ws ws withdraw "$second" --reason "again" --as "Asha Example"
exits 1 "withdrawn already"
in_ws ws supersede "$first" --by "$second" --as "Asha Example"
exits 1 "is withdrawn itself"
in_ws ws supersede "$first" --by "$third" --as "Asha Example"
exits 0 "^superseded: $first"
case="a withdrawn release is still one that was released"
in_ws ws run second.lua
exits 0 "already delivered: $second"

case="a withdrawn release is not made again, wherever its package went"
cp -rp ws again
rm -r again/outbox/"$second"*
in_ws again run second.lua
exits 0 "already delivered: $second"
must status --as "Asha Example" --workspace again
check "the list says so" sh -c "grep -A 4 '$second\": {' again/trust/status.json | grep -q withdrawn"

# --- a crash between the ledger and the list ---------------------------------------------------------------
case="the list lost"
cp "$list" kept.json
cp "$list.p7s" kept.p7s
rm "$list" "$list.p7s"
must status --as "Bram Sample" --workspace ws
check "made again from the ledger" python3 - <<'PYTHON'
import json
old, new = json.load(open("kept.json")), json.load(open("ws/trust/status.json"))
assert old["releases"] == new["releases"] and new["version"] > old["version"]
PYTHON
case="half of the list"
cp "$list" new.json
cp kept.json "$list"
verdict 1 "status.json.p7s"
in_ws ws status
exits 0 "the status list is no good"
cp new.json "$list"
case="an older list, whole"
cp kept.json "$list"
cp kept.p7s "$list.p7s"
verdict 0 "status: active (list $(python3 -c 'import json; print(json.load(open("kept.json"))["version"])')"

# --- what is no file, or has no end -------------------------------------------------------------------------
cp -rp ws/trust whole
while read -r kind file; do
    case="$kind for $file"
    rm -rf ws/trust
    cp -rp whole ws/trust
    rm -f "ws/trust/$file"
    case $kind in
    pipe) mkfifo "ws/trust/$file" ;;
    device) ln -s /dev/zero "ws/trust/$file" ;;
    nowhere) ln -s nowhere "ws/trust/$file" ;;
    folder) mkdir "ws/trust/$file" ;;
    large) truncate -s 17M "ws/trust/$file" ;;
    esac
    checks=$((checks + 1))
    said=$(cd "ws/outbox/$third" && timeout 10 dash ./verify.sh "$work/ws/trust" 2>&1)
    code=$?
    { [ "$code" = 1 ] && printf '%s\n' "$said" | grep -q '^REFUSED: '; } ||
        fail "verify.sh exits with $code, says '$said'"
    run verify "ws/outbox/$third" --trust ws/trust
    exits 1 "$file"
done <<'ODD'
pipe root.pem
device crl.pem
large crl.pem
large approvers.pem
device approvers.pem
pipe status.json
nowhere status.json
large status.json
pipe status.json.p7s
device threshold
nowhere threshold
folder earlier-1.pem
nowhere earlier-1.pem
ODD
rm -rf ws/trust
mv whole ws/trust

# --- forged lists -------------------------------------------------------------------------------------------
must status --as "Bram Sample" --workspace ws
package=$work/ws/outbox/$second
case="a list changed by hand"
cp "$list" new.json
sed -i 's/"withdrawn"/"active"/' "$list"
verdict 1 "status.json.p7s"
case="a list signed by a stranger"
must init other
keys other "Asha Example"
sign_list() { # CERTIFICATES KEY
    openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha256 -in "$list" \
        -signer "$1" -inkey "$2" -out "$list.p7s" || fail "openssl cannot sign"
}
sign_list other/trust/approvers.pem other/keys/asha-example.key
verdict 1 "status.json.p7s"
case="a list signed by the packager"
must key packager --organisation "Data owner" --workspace ws
sign_list ws/trust/packager.pem ws/keys/cordon-packager.key
verdict 1 "status.json.p7s"
case="a list without its signature"
rm "$list.p7s"
checks=$((checks + 1))
(cd "$package" && dash ./verify.sh "$work/ws/trust") | grep -q '^REFUSED: the status list is not signed' ||
    fail "verify.sh"
run verify "$package" --trust ws/trust
exits 1 "status.json.p7s"
cp new.json "$list"
# from here on an approver is in league with the forger: the form alone speaks
for change in 's/"version": [0-9]*/"version": 0/' 's/"releases"/"release"/' 's/^    "/   "/' \
    's/"nextUpdate": "[^"]*"/"nextUpdate": "soon"/' 's/"issued": "..../"issued": "2999/' \
    's/"status": "withdrawn"/"status": "fine"/' 's/"signedBytes": "[0-9a-f]/&0/'; do
    case="a signed list of another form: $change"
    sed "$change" new.json >"$list"
    cmp -s new.json "$list" && fail "nothing was changed"
    sign_list ws/trust/approvers.pem ws/keys/asha-example.key
    verdict 1 "status"
done
done_testing
