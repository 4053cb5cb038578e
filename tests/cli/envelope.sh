#!/bin/sh
# envelope.sh - packages for named recipients: sealed at delivery, opened by them and nobody else.
#
# Recipients make their keys with openssl; what Cordon sealed, openssl opens too.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

# key_pair FILE NAME USAGE ALGORITHM...: FILE.key and FILE.pem, self-signed
key_pair() {
    pair=$1
    pair_name=$2
    usage=$3
    shift 3
    (umask 077 && openssl req -x509 -newkey "$@" -nodes -keyout "$pair.key" -out "$pair.pem" \
        -subj "/O=Partner/CN=$pair_name" -days 30 -addext basicConstraints=critical,CA:FALSE \
        -addext "keyUsage=critical,$usage" 2>/dev/null) || fail "openssl req"
}

# try OUT ARG...: opens the delivered package
try() {
    try_out=$1
    shift
    rm -f "$try_out"
    run open "$sealed" --trust trust --out "$try_out" "$@"
}

# packager_signs FILE: FILE.p7s, with our packager's own key
packager_signs() {
    openssl cms -sign -binary -cades -nosmimecap -nocerts -keyid -in "$1" -outform PEM -out "$1.p7s" \
        -signer ws/trust/packager.pem -inkey ws/keys/cordon-packager.key || fail "openssl cms -sign"
}

refused() {
    exits "$1" "$2"
    checks=$((checks + 1))
    [ ! -e "$try_out" ] && [ ! -e "$try_out.part" ] || fail "something was left behind"
}

workspace ws 4000 400
agreement=ws/policies/agreements/london-adass.lua
sed -i 's/encrypted *= false/encrypted = true/' "$agreement"
keys ws "Asha Example" "Bram Sample"
key_pair analyst "ADASS London analysts" keyAgreement ec -pkeyopt ec_paramgen_curve:P-256
key_pair other "Somebody Else" keyAgreement ec -pkeyopt ec_paramgen_curve:P-256
stage ws "$root/scripts/borough_coverage.lua"
for name in "Asha Example" "Bram Sample"; do
    in_ws ws approve "$id" --as "$name"
    exits 0
done

case="nobody to seal it for"
before=$(state ws)
in_ws ws deliver "$id"
exits 1 "ADASS London analysts has no certificate"
mkdir ws/trust/recipients
cp other.pem ws/trust/recipients/
in_ws ws deliver "$id"
exits 1 "ADASS London analysts has no certificate"
cp analyst.pem ws/trust/recipients/
case="nobody to sign it"
in_ws ws deliver "$id"
exits 3 "packager"
in_ws ws key approver --name "Cordon packager" --organisation "Data owner" --no-passphrase
exits 2 "that of the key for envelopes"
[ -z "$(ls ws/outbox)" ] || fail "something is in the outbox: $(ls ws/outbox)"
in_ws ws key packager --organisation "Data owner"
exits 0

case="sealed"
cp "ws/staging/$id.json" note.json
in_ws ws deliver "$id"
exits 0 "delivered"
check "only the envelope leaves" [ "$(ls ws/outbox)" = "$id.zip.p7m
$id.zip.p7m.p7s" ]
check "the package stays" [ -f "ws/delivered/$id/tagmanifest-sha512.txt" ]
check "nothing stays in staging" [ -z "$(ls ws/staging)" ]
"$cordon" ledger list --workspace ws | awk -v id="$id" '$3 == id { print $2 }' >kinds
check "the ledger knows" [ "$(tr '\n' ' ' <kinds)" = "stage approve approve intent commit " ]
! grep -q "$(head -c 20 "ws/delivered/$id/data/tables/"*.csv | tail -n 1)" "ws/outbox/$id.zip.p7m" ||
    fail "the envelope can be read"

case="killed before its last entry, and the agreement changed since"
rm -rf killed
cp -rp ws killed
uncommitted killed
cp note.json "killed/staging/$id.json"
sed -i 's/encrypted *= true/encrypted = false/' "killed/policies/agreements/london-adass.lua"
in_ws killed deliver "$id"
exits 0 "^delivered: $id$"
check "the same envelope" diff -r ws/outbox killed/outbox
check "nothing stays in staging" [ -z "$(ls killed/staging)" ]
uncommitted killed
cp note.json "killed/staging/$id.json"
flip "killed/outbox/$id.zip.p7m"
in_ws killed deliver "$id"
exits 1 "agreement .* changed since the release was staged"

# the recipient has two files, a trust folder, a key
mkdir -p trust mail
cp ws/trust/*.pem trust/
cp ws/outbox/* mail/
sealed=mail/$id.zip.p7m

case="opened"
try opened.zip --key analyst.key --certificate analyst.pem
exits 0 "opened and verified: $id, 2 approvals"
check "whether it is good is not known" grep -q '^status: not known' out
run verify opened.zip --trust trust
exits 0 "verified: $id"
unzip -q opened.zip -d opened
check "the same package" diff -r "opened/$id" "ws/delivered/$id"
case="it is not replaced"
run open "$sealed" --trust trust --out opened.zip --key analyst.key --certificate analyst.pem
exits 1 "exists and is not replaced"

case="a killed one left something"
echo "half of something" >again.zip.part
try again.zip --key analyst.key --certificate analyst.pem
exits 0 "opened and verified: $id"
check "the same bytes" cmp again.zip opened.zip
check "nothing else is left" [ "$(ls -A | grep -c again)" = 1 ]
case="another one is making it"
exec 8>held.zip.part
flock 8
try held.zip --key analyst.key --certificate analyst.pem
exits 1 "held.zip.part: another process is making it"
check "it has no name" [ ! -e held.zip ]
check "and it is left alone" [ -e held.zip.part ]
exec 8>&-
rm held.zip.part
case="a link in its place"
ln -s "$work/elsewhere" link.zip.part
try link.zip --key analyst.key --certificate analyst.pem
exits 4 "link.zip.part"
check "nothing is written there" [ ! -e elsewhere ]
rm link.zip.part

case="with stock tools"
cat trust/root.pem trust/crl.pem >ca.pem
check "the packager's signature" openssl cms -verify -binary -cades -inform PEM -in "$sealed.p7s" \
    -content "$sealed" -CAfile ca.pem -crl_check -no-CApath -no-CAstore -nointern \
    -certfile trust/packager.pem -out /dev/null
check "decrypted" sh -c "openssl cms -decrypt -binary -inform DER -in '$sealed' -recip analyst.pem \
    -inkey analyst.key -out stock.tmp && mv stock.tmp stock.zip"
check "the same bytes" cmp stock.zip opened.zip

case="another's key"
try x.zip --key other.key --certificate other.pem
refused 1 "not for this key"
try x.zip --key other.key --certificate analyst.pem
refused 1 "not that of the key"
case="a key that others can read"
cp analyst.key loose.key
chmod 644 loose.key
try x.zip --key loose.key --certificate analyst.pem
refused 1 "loose.key"

case="a changed envelope"
cp "$sealed" kept
printf '\1' | dd of="$sealed" bs=1 seek=2000 conv=notrunc 2>/dev/null
try x.zip --key analyst.key --certificate analyst.pem
refused 1 "signature does not verify"
cp kept "$sealed"
case="no signature outside"
mv "$sealed.p7s" aside
try x.zip --key analyst.key --certificate analyst.pem
refused 3 "p7s"
case="an approver's signature outside"
mkdir one
cp "opened/$id/signatures/approver-1.p7s" "$sealed.p7s"
try x.zip --key analyst.key --certificate analyst.pem
refused 1 "signature does not verify"
mv aside "$sealed.p7s"

# The analyst seals our package for another, and even gets our packager to sign it.
case="passed on"
openssl cms -encrypt -binary -aes-256-gcm -in opened.zip -outform DER -out passed.p7m \
    -recip other.pem -keyopt ecdh_kdf_md:sha256 || fail "openssl cms -encrypt"
packager_signs passed.p7m
sealed=passed.p7m
try x.zip --key other.key --certificate other.pem
refused 1 "was not made for Somebody Else"

# Whatever our own packager signed: no crash, nothing left behind.
intact=mail/$id.zip.p7m
size=$(wc -c <"$intact")
openssl cms -encrypt -binary -aes-256-cbc -in opened.zip -outform DER -out cbc.p7m -recip analyst.pem \
    -keyopt ecdh_kdf_md:sha256 || fail "openssl cms -encrypt"
openssl cms -encrypt -binary -aes-256-gcm -in "$agreement" -outform DER -out words.p7m \
    -recip analyst.pem -keyopt ecdh_kdf_md:sha256 || fail "openssl cms -encrypt"
openssl cms -sign -binary -nodetach -in opened.zip -outform DER -out signed.p7m \
    -signer ws/trust/packager.pem -inkey ws/keys/cordon-packager.key || fail "openssl cms -sign"
: >empty.p7m
printf '\060\204\377\377\377\377\006\011' >endless.p7m
head -c 4000 "$agreement" >text.p7m
head -c $((size / 2)) "$intact" >half.p7m
head -c $((size - 16)) "$intact" >tagless.p7m
for bad in cbc signed empty endless text half tagless; do
    case="malformed: $bad"
    sealed=$bad.p7m
    packager_signs "$sealed"
    try x.zip --key analyst.key --certificate analyst.pem
    refused 1 "expected a message in CMS|was changed on its way"
done
case="malformed: not a package"
sealed=words.p7m
packager_signs "$sealed"
try x.zip --key analyst.key --certificate analyst.pem
refused 3 "expected a package folder or a zip"
case="malformed: a byte anywhere"
for at in 1 5 20 40 80 160 320 $((size / 3)) $((size - 400)) $((size - 17)) $((size - 1)); do
    cp "$intact" flipped.p7m
    byte=$(od -An -tu1 -j "$at" -N 1 flipped.p7m)
    printf "\\$(printf %03o $((byte ^ 64)))" | dd of=flipped.p7m bs=1 seek="$at" conv=notrunc 2>/dev/null
    packager_signs flipped.p7m
    sealed=flipped.p7m
    try x.zip --key analyst.key --certificate analyst.pem
    refused 1 "expected a message in CMS|was changed on its way"
done

sealed=passed.p7m
case="words"
run open "$sealed" --trust trust --out x.zip --key other.key
exits 2 "open needs"
done_testing
