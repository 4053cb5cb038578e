#!/bin/sh
# clock.sh - packages made a year ago, verified today by a stranger with stock tools.
#
# A change of the root over the years: root.sh.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"
. "$root/tests/support/clock.sh"

# --- 400 days ago ------------------------------------------------------------------------------------
past -400d
must init ws
last=$(date -u -d '+30 days' +%F)
sed -i "s/from = \"[^\"]*\"/from = \"2020-01-01\"/; s/ to = \"[^\"]*\"/ to = \"$last\"/" \
    ws/policies/agreements/london-adass.lua
must synth --out ws/data --workers 1200 --workplaces 120
must load --workspace ws
keys ws "Asha Example" "Bram Sample" "Carys Specimen"
must key packager --organisation "Data owner" --workspace ws
release "$root/scripts/borough_coverage.lua"
old=$id
must status --as "Asha Example" --workspace ws
publish
case="good, on the day"
answers 0 "OK: 2 approvals" -400d
case="the same trust folder 50 days later"
answers 15 "STALE: the trust folder was good until $(date -u -d '-360 days' +%F); get the current one" \
    -350d

# --- a year later: certificates have ended, the data owner has gone on ---------------------------------
case="today, with the trust folder of then"
now
checks=$((checks + 1))
(cd "$package" && dash ./verify.sh "$work/trust") | grep -q '^STALE: ' || fail "not stale"
must key crl --workspace ws
for name in "Asha Example" "Bram Sample" "Carys Specimen"; do
    must key renew --name "$name" --no-passphrase --workspace ws
done
case="certificates ended, the status list is of then"
publish
rm trust/status.json*
answers 10 "EXPIRED: the certificate of Asha Example ended on $(date -u -d '-4 days' +%F), and no \
status list vouches for the release"
must status --as "Bram Sample" --workspace ws
publish
case="good, after the certificates have ended"
answers 0 "OK: 2 approvals"
check "the list says so" grep -q '^status: active (list ' out
# What was sealed then, and lay in a mailbox for a year: who sealed it has no certificate in force.
# seal OFFSET: the old package for the analysts, signed outside by the packager at that time
seal() {
    at "$1" openssl cms -sign -binary -cades -nosmimecap -nocerts -keyid -in sealed.p7m -outform PEM \
        -out sealed.p7m.p7s -signer ws/trust/packager.pem -inkey ws/keys/cordon-packager.key ||
        fail "openssl cannot sign"
}
open_it() {
    rm -f opened.zip
    run open sealed.p7m --key analyst.key --certificate analyst.pem --trust trust --out opened.zip
}
case="an envelope of then"
(umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout analyst.key \
    -out analyst.pem -subj "/O=Partner/CN=ADASS London analysts" -days 30 \
    -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,keyAgreement 2>/dev/null) ||
    fail "openssl req"
openssl cms -encrypt -binary -aes-256-gcm -in "$package.zip" -outform DER -out sealed.p7m \
    -recip analyst.pem -keyopt ecdh_kdf_md:sha256 || fail "openssl cms -encrypt"
seal -399d
check "the packager's certificate has ended" sh -c \
    "! openssl x509 -in ws/trust/packager.pem -noout -checkend 0"
open_it
exits 0 "^opened and verified: $old, 2 approvals"
check "the bytes that were sealed" cmp opened.zip "$package.zip"
case="sealed after the certificate had ended"
seal -2d
open_it
exits 1 "signature does not verify"
case="an envelope of then, and no list vouches for what is inside"
seal -399d
mkdir kept.list
mv trust/status.json* kept.list/
open_it
exits 10 "EXPIRED: the certificate of Asha Example ended"
mv kept.list/* trust/
case="an envelope of a packager who was revoked since"
cp -rp ws kept
must key revoke --name "Cordon packager" --reason "stolen" --workspace ws
cp ws/trust/crl.pem trust/
open_it
exits 1 "the certificate of Cordon packager is revoked"
check "nothing is left" [ ! -e opened.zip ] && [ ! -e opened.zip.part ]
rm -rf ws
mv kept ws
publish

case="good, with a new release beside it"
release "$root/scripts/icb_area.lua"
must status --as "Asha Example" --workspace ws
publish
new=$id
answers 0 "OK: 2 approvals"
package=$work/ws/outbox/$old
answers 0 "OK: 2 approvals"

# --- forged --------------------------------------------------------------------------------------------
# forge NAME: a copy of the old package as $package
forge() {
    case=$1
    rm -rf forged
    cp -rp "ws/outbox/$old" forged
    package=$work/forged
}
reseal() {
    (cd forged && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
        sha512sum VERIFY.txt bag-info.txt bagit.txt manifest-sha512.txt verify.sh \
            >tagmanifest-sha512.txt)
}
# sign OFFSET FILE CERTIFICATE KEY: by openssl, at another time
sign() {
    at "$1" openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha256 \
        -in forged/tagmanifest-sha512.txt -signer "$3" -inkey "$4" -out "forged/signatures/$2" ||
        fail "openssl cannot sign"
}
forge "a figure changed"
file=$(cd forged && find data/tables -type f | head -n 1)
sed -i '$s/.$/&1/' "forged/$file"
answers 1 "REFUSED: changed $file"
forge "one signature stripped"
rm forged/signatures/approver-2.p7s
answers 1 "REFUSED: 1 of 2 approvals"

# The keys of both approvers of then fall into other hands. What they sign now, under certificates
# that have ended, with a time of then, is new bytes that no status list knows.
awk '/BEGIN/ { n++ } n == 1' ws/trust/approvers.pem >asha.pem
case="the keys of then are gone"
openssl pkey -in ws/keys/asha-example.key -pubout >asha.pub
check "renewal replaced them" sh -c "! openssl x509 -in asha.pem -noout -pubkey | cmp -s - asha.pub"
# certify FILE NAME SERIAL: another certificate that was in force then, and its key
certify() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    openssl req -new -key "$1.key" -subj "/O=Data owner/CN=$2" -out "$1.csr"
    printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\n' \
        >"$1.cnf"
    at -410d openssl x509 -req -in "$1.csr" -CA ws/trust/root.pem -CAkey ws/keys/root.key -days 396 \
        -sha256 -extfile "$1.cnf" -set_serial "$3" -out "$1.pem" 2>/dev/null
}
certify asha2 "Asha Example" 71
certify bram2 "Bram Sample" 72
cat asha2.pem bram2.pem >>trust/approvers.pem
forge "stolen keys, signed with a time of then: the bytes of a release that the list has"
echo "One more line." >>forged/data/notes.md
sed -i "s/\"sha512\": \"$(cd "ws/outbox/$old" && sha512sum data/notes.md | cut -c1-128)\"/\"sha512\": \"$(
    sha512sum forged/data/notes.md | cut -c1-128)\"/; s/\"sha256\": \"$(
    cd "ws/outbox/$old" && sha256sum data/notes.md | cut -c1-64)\"/\"sha256\": \"$(
    sha256sum forged/data/notes.md | cut -c1-64)\"/" forged/data/release.json
reseal
sign -399d approver-1.p7s asha2.pem asha2.key
sign -399d approver-2.p7s bram2.pem bram2.key
answers 1 "REFUSED: the status list has other bytes for this release"
case="stolen keys, another name of the release"
sed -i "s/$old/${old%?}x/" forged/bag-info.txt forged/data/release.json
reseal
sign -399d approver-1.p7s asha2.pem asha2.key
sign -399d approver-2.p7s bram2.pem bram2.key
answers 10 "EXPIRED: the certificate of Asha Example ended on $(date -u -d '-14 days' +%F), and no \
status list vouches for the release"
case="a time of signing when the certificate had ended"
sign -5d approver-1.p7s asha2.pem asha2.key
answers 1 "REFUSED: signatures/approver-1.p7s is not a valid approval" "" "" "approver-1.p7s: "
case="a time of signing that is to come"
sign +2d approver-1.p7s asha2.pem asha2.key
answers 1 "REFUSED: signatures/approver-1.p7s is not a valid approval" "" "" "approver-1.p7s: "
publish

# --- revoked ---------------------------------------------------------------------------------------------
case="revoked today"
cp -rp ws kept
must key revoke --name "Bram Sample" --reason "laptop stolen" --workspace ws
publish
package=$work/ws/outbox/$new
answers 14 "REVOKED: the certificate of Bram Sample is revoked"
case="revoked today, signed by the certificate before"
package=$work/ws/outbox/$old
answers 14 "REVOKED: the certificate of Bram Sample is revoked"
case="the revoked cannot sign the list"
in_ws ws status --as "Bram Sample"
exits 1 "revoked"
case="another key for the same person"
in_ws ws key approver --name "Bram Sample" --organisation "Data owner" --no-passphrase
exits 1 "bram-sample.key exists and is not replaced"
check "which command makes it" grep -q '^  hint: `cordon key renew`' err
in_ws ws key renew --name "Bram Sample" --no-passphrase
exits 0 "^key renewed: Bram Sample; what was signed before is refused: approve and deliver it again$"
in_ws ws key renew --name "Bram Sample" --no-passphrase
exits 0 "^key renewed: Bram Sample; what was signed before stays good$"
case="an old list hides it only until it is stale"
cp kept/trust/crl.pem trust/crl.pem
answers 0 "OK: 2 approvals"
answers 15 "STALE: the trust folder was good until $(date -u -d '+200 days' +%F); get the current one" +300d
rm -rf ws
cp -rp kept ws

# --- withdrawn and superseded ------------------------------------------------------------------------------
case="withdrawn"
must withdraw "$old" --reason "a wrong month" --as "Carys Specimen" --workspace ws
publish
package=$work/ws/outbox/$old
answers 12 "WITHDRAWN: a wrong month"
case="the other one is as good as before"
package=$work/ws/outbox/$new
answers 0 "OK: 2 approvals"

# --- days of use -----------------------------------------------------------------------------------------
case="past the agreement's last day"
rm -rf ws
cp -rp kept ws
publish
package=$work/ws/outbox/$old
answers 0 "OK: 2 approvals" +29d
answers 10 "EXPIRED: the release could be used until $last" +32d
case="before its first day"
days=$((($(date -u +%s) - $(date -u -d 2026-08-31 +%s)) / 86400 + 10))
sed -i "s/^  valid .*/&\n  embargo_days = $days,/" ws/policies/agreements/icb-gloucestershire.lua
stage ws "$root/scripts/icb_area.lua"
in_ws ws review "$id"
exits 0 "^  notBefore: $(date -u -d '+10 days' +%F)$"
release "$root/scripts/icb_area.lua"
must status --as "Asha Example" --workspace ws
publish
answers 11 "NOT YET: the release may be used from $(date -u -d '+10 days' +%F)"
answers 0 "OK: 2 approvals" +11d

# --- what the data owner is told in time -------------------------------------------------------------------
case="notes"
past +11d
in_ws ws status
! grep -q '^note:' out || { fail "a note too early"; show; }
past +31d
in_ws ws status
exits 0 "^note: the status list ends on $(date -u -d '+40 days' +%F)"
past +175d
in_ws ws status
exits 0 "^note: the root's list of revoked certificates ends on $(date -u -d '+200 days' +%F)"
exits 0 "^note: the status list ended on"
past +380d
must key crl --workspace ws
sed -i 's/ to = "[^"]*"/ to = "2099-12-31"/' ws/policies/agreements/icb-gloucestershire.lua
stage ws "$root/scripts/icb_area.lua"
in_ws ws approve "$id" --as "Asha Example"
exits 0 "^note: the certificate of Asha Example ends on $(date -u -d '+396 days' +%F)"
past +400d
in_ws ws approve "$id" --as "Bram Sample"
exits 1 "the certificate of Asha Example has expired"
now
done_testing
