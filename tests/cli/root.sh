#!/bin/sh
# root.sh - the root is replaced before it ends: old and new packages, for those who knew the old one.
#
# Twelve years in one test: packages under three roots, recipients with the trust
# folder of before, and a thief with the first root's key.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"
. "$root/tests/support/clock.sh"

# version FOLDER: of its status list
version() {
    sed -n 's/^  "version": \([0-9]*\).*/\1/p' "$1/status.json"
}
# day OFFSET: as the answers write it
day() {
    date -u -d "$1 days" +%F
}
# renew_all: new certificates, a list of revoked ones and a status list of that day, sent
renew_all() {
    must key crl --workspace ws
    for name in "Asha Example" "Bram Sample" "Carys Specimen"; do
        must key renew --name "$name" --no-passphrase --workspace ws
    done
    must status --as "Asha Example" --workspace ws
    publish
}

# --- the first root, eleven years ago --------------------------------------------------------------
past -4000d
must init ws
sed -i "s/from = \"[^\"]*\"/from = \"2010-01-01\"/; s/ to = \"[^\"]*\"/ to = \"2099-12-31\"/" \
    ws/policies/agreements/*.lua
must synth --out ws/data --workers 1200 --workplaces 120
must load --workspace ws
keys ws "Asha Example" "Bram Sample" "Carys Specimen"
release "$root/scripts/borough_coverage.lua"
oldest=$package
must status --as "Asha Example" --workspace ws
publish
cp -rp ws/keys/root.key first.key
case="good, on the day"
answers 0 "OK: 2 approvals" -4000d

case="nothing lasts longer than the root"
past -500d
cp -rp ws kept
renew_all
answers 0 "OK: 2 approvals" -500d
past -370d
renew_all
answers 0 "OK: 2 approvals" -348d
answers 15 "STALE: the trust folder was good until $(day -347); get the current one" -346d
in_ws ws status
exits 0 "^note: the root ended on $(day -347): .cordon key rotate-root. replaces it"
past -340d
in_ws ws key renew --name "Asha Example" --no-passphrase
exits 1 "the root's certificate has ended; .cordon key rotate-root. replaces it"
rm -rf ws
mv kept ws

# --- the second root ---------------------------------------------------------------------------------
case="rotated"
past -500d
renew_all
cp -rp trust trust1
past -480d
in_ws ws key rotate-root --no-passphrase
exits 0 "^root replaced; send the trust folder"
must status --as "Asha Example" --workspace ws
publish
cp -rp trust trust2
check "the ledger has it" sh -c "sqlite3 ws/ledger/ledger.sqlite \
    \"SELECT payload FROM entries WHERE kind = 'key'\" | grep -Fx '{\"event\":\"rotate\",\"name\":\"root\"}'"
check "another key" sh -c "! cmp -s first.key ws/keys/root.key && [ \$(ls ws/keys | wc -l) = 4 ]"
case="an old package, by a stranger who knows the new root"
answers 0 "OK: 2 approvals" -479d
case="and by one who knew the old"
answers 0 "OK: 2 approvals" -479d trust "" trust1
case="the new folder is older than the newest"
answers 1 "REFUSED: root.pem is not the root you know, nor certified by it" -479d trust1 "" trust2
case="a new package by people with certificates of the old root"
past -479d
release "$root/scripts/icb_area.lua"
second=$package
must status --as "Bram Sample" --workspace ws
publish
answers 0 "OK: 2 approvals" -478d trust "" trust1
checks=$((checks + 1))
(cd "$second" && cat "$work/trust/root.pem" "$work/trust/earlier-1.pem" "$work/trust/crl.pem" >"$work/ca.pem" &&
    at -478d openssl cms -verify -binary -cades -inform PEM -in signatures/approver-1.p7s \
        -content tagmanifest-sha512.txt -CAfile "$work/ca.pem" -crl_check -no-CApath -no-CAstore \
        -nointern -certfile "$work/trust/approvers.pem" -out /dev/null 2>"$work/log") ||
    fail "openssl by hand: $(cat log)"
check "openssl knows where the new root comes from" at -478d openssl verify -CAfile trust1/root.pem \
    -no-CApath -no-CAstore -purpose crlsign -untrusted trust/handover.pem trust/handover.pem

# --- lists of before ---------------------------------------------------------------------------------
case="an older status list"
answers 15 "STALE: the status list is number $(version trust2), \
and you had number $(version trust); get the current one" \
    -478d trust2 "" trust
answers 0 "OK: 2 approvals" -478d trust2 "" trust2
case="no status list any more"
cp -rp trust bare
rm bare/status.json*
answers 15 "STALE: the status list is missing, and you had number \
$(version trust); get the current one" -478d bare "" trust
answers 0 "OK: 2 approvals" -478d trust "" bare
case="an older list of revoked certificates"
past -478d
must key crl --workspace ws
publish trust3
answers 15 "STALE: the list of revoked certificates is number 3, and you had number 4; get the current one" \
    -477d trust "" trust3
answers 0 "OK: 2 approvals" -477d trust3 "" trust
case="the list of before is no list"
cp -rp trust odd
sed -i 's/"version": .*/"version": "x",/' odd/status.json
answers 1 "REFUSED: the status.json that you had is not a status list" -477d trust "" odd

case="a pipe in place of the hand-over"
cp -rp trust piped
rm piped/handover.pem
mkfifo piped/handover.pem
answers 1 "REFUSED: handover.pem is not a plain file" -477d piped "handover.pem: expected a plain file" trust1
case="the list of before is a pipe"
rm odd/status.json
mkfifo odd/status.json
answers 1 "REFUSED: status.json is not a plain file" -477d trust "status.json: expected a regular file" odd
case="nothing was before"
mkdir nothing
answers 1 "REFUSED: the trust folder that you had must hold root.pem" -477d trust "root.pem: cannot be opened" \
    nothing

# --- who else could hand over? ------------------------------------------------------------------------
case="an approver makes a root of the own key"
cp -rp trust rogue
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n' \
    >ca.cnf
openssl req -new -key ws/keys/asha-example.key -subj "/O=Data owner/CN=Cordon root" -out rogue.csr
at -478d openssl x509 -req -in rogue.csr -signkey ws/keys/asha-example.key -days 3000 -sha256 \
    -extfile ca.cnf -out rogue/root.pem 2>/dev/null
: >index.txt
echo 99 >crlnumber
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\n' >ca.conf
at -478d openssl ca -config ca.conf -gencrl -keyfile ws/keys/asha-example.key -cert rogue/root.pem \
    -crldays 100 -md sha256 -out rogue/crl.pem 2>log || fail "no rogue list"
awk '/BEGIN/ { n++ } n == 4' ws/trust/approvers.pem >rogue/handover.pem
check "it is Asha's, by the first root" openssl verify -CAfile trust1/root.pem -no_check_time \
    rogue/handover.pem
answers 1 "REFUSED: root.pem is not the root you know, nor certified by it" -477d rogue "" trust1
case="nothing is handed over"
rm rogue/handover.pem
answers 1 "REFUSED: root.pem is not the root you know, nor certified by it" -477d rogue "" trust1
case="an earlier root that this one did not certify"
cp -rp trust1 uncertified
cp rogue/root.pem rogue/crl.pem uncertified/
cp trust1/root.pem uncertified/earlier-1.pem
answers 1 "REFUSED: signatures/approver-1.p7s is not a valid approval" -477d uncertified "approver-1.p7s: "
case="two roots in one file"
cp -rp trust1 two
cat rogue/root.pem >>two/root.pem
answers 1 "REFUSED: root.pem must hold one certificate" -477d two
answers 1 "REFUSED: root.pem must hold one certificate" -477d trust "" two
case="the right hand-over, another root"
cp trust/handover.pem rogue/
answers 1 "REFUSED: root.pem is not the root you know, nor certified by it" -477d rogue "" trust1

# --- today: the first root has ended, a third is there ---------------------------------------------------
case="the first root has ended"
now
renew_all
package=$oldest
answers 0 "OK: 2 approvals"
answers 0 "OK: 2 approvals" "" trust "" trust2
sed 's/^feed/-- once more\nfeed/; s/title *= "/&Again: /' "$root/scripts/icb_area.lua" >again.lua
release again.lua
third=$package
must status --as "Asha Example" --workspace ws
publish
answers 0 "OK: 2 approvals"
case="who only knew the first must ask again"
answers 1 "REFUSED: root.pem is not the root you know, nor certified by it" "" trust "" trust1
case="a third root"
in_ws ws key rotate-root --no-passphrase
exits 0 "^root replaced"
renew_all
answers 0 "OK: 2 approvals" "" trust "" trust2
package=$oldest
answers 0 "OK: 2 approvals"
case="two steps at once"
cp -rp ws kept
must key rotate-root --no-passphrase --workspace ws
must status --as "Asha Example" --workspace ws
publish
answers 0 "OK: 2 approvals" "" trust "" trust2
case="revoked under an earlier root, refused under this one"
must key revoke --name "Bram Sample" --reason "laptop stolen" --workspace ws
must status --as "Asha Example" --workspace ws
publish
answers 14 "REVOKED: the certificate of Bram Sample is revoked"

# The first root's key was not destroyed. Its thief makes an approver, whose certificate is to last,
# and a status list by that approver with a time of then.
case="a thief with the key of a root that has ended"
rm -rf ws
mv kept ws
publish
openssl ecparam -name prime256v1 -genkey -noout -out thief.key
openssl req -new -key thief.key -subj "/O=Data owner/CN=Asha Example" -out thief.csr
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always\n' >thief.cnf
at -500d openssl x509 -req -in thief.csr -CA trust1/root.pem -CAkey first.key -days 3000 -sha256 \
    -extfile thief.cnf -set_serial 71 -out thief.pem 2>/dev/null
cat thief.pem >>trust/approvers.pem
sed -i "s/\"issued\": \"[^\"]*\"/\"issued\": \"$(day -400)T00:00:00Z\"/" trust/status.json
at -400d openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha256 \
    -in trust/status.json -signer thief.pem -inkey thief.key -out trust/status.json.p7s ||
    fail "openssl cannot sign"
answers 1 "REFUSED: the certificate that signed the status list has expired" "" "" \
    "the certificate of Asha Example has expired"
case="and a package"
publish
rm trust/status.json*
cat thief.pem >>trust/approvers.pem
rm -rf forged
cp -rp "$third" forged
package=$work/forged
for n in 1 2; do
    at -400d openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha256 \
        -in forged/tagmanifest-sha512.txt -signer thief.pem -inkey thief.key \
        -out "forged/signatures/approver-$n.p7s" || fail "openssl cannot sign"
done
cp "$third/signatures/approver-2.p7s" forged/signatures/
answers 10 "EXPIRED: the certificate of Asha Example ended on $(day -347), and no status list vouches \
for the release" "" "" "the certificate of Asha Example ended on $(day -347)"
now
done_testing
