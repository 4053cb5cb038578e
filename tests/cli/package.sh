#!/bin/sh
# package.sh - packages under stock tools: verify.sh in dash, openssl, sha512sum, unzip.
#
# Stages and signs a made-up release, then damages it in every way that a recipient
# must notice; each damage must be refused by verify.sh and by cdn_package_verify,
# with the reason.
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
build=${BUILD:-$PWD/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
export TMPDIR="$work/tmp"
failures=0
checks=0

fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

sanitize=
[ "${FLAVOUR:-}" != asan ] || sanitize=-fsanitize=address,undefined
# shellcheck disable=SC2086
${CC:-gcc} -std=c11 -D_GNU_SOURCE -Iinclude -Ilib -Itests $sanitize -o "$work/driver" \
    tests/cli/package_driver.c tests/support/package_fixture.c "$build/libcordon.a" \
    -lcsv -ljansson -larchive -lsqlite3 -lcrypto -lpthread || exit 1
driver=$work/driver
crate=$PWD/tests/cli/crate.py
keys=$work/keys
trust=$work/trust
cd "$work" || exit 1

"$driver" keys "$keys" "$trust" "Ada King" "Bo Ito" 'Cy \ O'\''Roé' "Di Poe" "Ed Fox" >/dev/null ||
    fail "keys cannot be made"
"$driver" stage base || fail "the release cannot be staged"
cp -r base good
"$driver" sign "$keys" "$trust" good "Ada King" || fail "Ada cannot sign"
"$driver" sign "$keys" "$trust" good "Bo Ito" || fail "Bo cannot sign"

# try NAME: a fresh copy of the good package as $work/try
try() {
    name=$1
    rm -rf "$work/try" "$work/try.zip"
    cp -r good try
}

# expect LINE [C_TEXT]: verify.sh's first line, exactly; and what cdn_package_verify says of the
# folder (a part of it; the same as LINE when not given)
expect() {
    checks=$((checks + 1))
    said=$(cd try && dash ./verify.sh "$trust" 2>&1)
    code=$?
    first=$(printf '%s\n' "$said" | head -n 1)
    case $1 in
    OK*) want=0 ;;
    EXPIRED*) want=10 ;;
    "NOT YET"*) want=11 ;;
    *) want=1 ;;
    esac
    [ "$first" = "$1" ] || fail "$name: verify.sh says '$first', expected '$1'"
    [ "$code" = $want ] || fail "$name: verify.sh exits with $code, expected $want"
    said=$("$driver" verify try "$trust" 2>&1)
    code=$?
    [ "$code" = $want ] || fail "$name: verify exits with $code, expected $want"
    case $said in
    *"${2:-$1}"*) ;;
    *) fail "$name: verify says '$said', expected '${2:-$1}'" ;;
    esac
}

try "good"
expect "OK: 2 approvals" "2 of 2 approvals"
(cd try && sha512sum --strict --quiet -c tagmanifest-sha512.txt &&
    sha512sum --strict --quiet -c manifest-sha512.txt) || fail "sha512sum refuses the package"
(cd try && dash ./verify.sh "$trust" | grep -Fxq "  approved by Bo Ito") || fail "no names told"

"$driver" stage-plain plain && python3 "$crate" plain || fail "the crate of a package without its script"

# --- every file: a byte in its middle, and gone -----------------------------------------------------
(cd good && find . -type f | LC_ALL=C sort | sed 's|^\./||') >files
[ "$(wc -l <files)" -ge 16 ] || fail "the package has too few files to test"
while read -r file; do
    try "a byte of $file changed"
    at=$(($(wc -c <"good/$file") / 2))
    byte=$(dd if="good/$file" bs=1 skip=$at count=1 2>/dev/null)
    new=X
    [ "$byte" != X ] || new=Y
    printf %s "$new" | dd of="try/$file" bs=1 seek=$at conv=notrunc 2>/dev/null
    case $file in
    signatures/*) expect "REFUSED: $file is not a valid approval" "REFUSED: $file" ;;
    data/* | VERIFY.txt | bag-info.txt | bagit.txt) expect "REFUSED: changed $file" ;;
    verify.sh) # the damaged script is not run: a kept copy is
        "$driver" verify try "$trust" | grep -Fxq "REFUSED: changed verify.sh" ||
            fail "$name: not noticed"
        (cd try && dash ../good/verify.sh "$trust") | grep -Fxq "REFUSED: changed verify.sh" ||
            fail "$name: a kept verify.sh does not notice"
        ;;
    *)
        (cd try && dash ./verify.sh "$trust") | grep -q '^REFUSED: ' || fail "$name: not noticed"
        "$driver" verify try "$trust" | grep -q '^REFUSED: ' || fail "$name: not noticed"
        ;;
    esac
    try "$file removed"
    rm "try/$file"
    case $file in
    signatures/*) expect "REFUSED: 1 of 2 approvals" ;;
    verify.sh) "$driver" verify try "$trust" | grep -Fxq "REFUSED: missing verify.sh" ||
        fail "$name: not noticed" ;;
    *) expect "REFUSED: missing $file" ;;
    esac
done <files

# --- approvals --------------------------------------------------------------------------------------
try "approval copied"
cp try/signatures/approver-1.p7s try/signatures/approver-2.p7s
expect "REFUSED: 1 of 2 approvals"

try "same person twice"
rm try/signatures/approver-2.p7s
"$driver" sign "$keys" "$trust" try "Ada King"
cmp -s try/signatures/approver-1.p7s try/signatures/approver-2.p7s && fail "$name: same bytes"
expect "REFUSED: 1 of 2 approvals"

try "no approvals"
rm -r try/signatures
expect "REFUSED: 0 of 2 approvals"

try "three approvals"
"$driver" sign "$keys" "$trust" try 'Cy \ O'\''Roé'
expect "OK: 3 approvals" "3 of 2 approvals"

try "an author approves"
rm try/signatures/approver-2.p7s
"$driver" sign "$keys" "$trust" try "Di Poe"
expect "REFUSED: Di Poe is not an approver of this release" "REFUSED: Di Poe is an author"

try "a stranger of the roster approves"
"$driver" sign "$keys" "$trust" try "Ed Fox"
expect "REFUSED: Ed Fox is not an approver of this release"

try "two signers in one file"
for who in ada-king bo-ito; do
    # certificates of the roster, one file each
    awk -v n=$([ $who = ada-king ] && echo 1 || echo 2) '/BEGIN/ { c++ } c == n' \
        "$trust/approvers.pem" >$who.pem
done
openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -in try/tagmanifest-sha512.txt \
    -signer ada-king.pem -inkey "$keys/ada-king.key" -signer bo-ito.pem -inkey "$keys/bo-ito.key" \
    -out try/signatures/approver-1.p7s || fail "$name: openssl cannot sign"
rm try/signatures/approver-2.p7s
expect "REFUSED: signatures/approver-1.p7s has more than one signer" "exactly one signer"

try "a weak digest"
openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha1 \
    -in try/tagmanifest-sha512.txt -signer ada-king.pem -inkey "$keys/ada-king.key" \
    -out try/signatures/approver-1.p7s 2>/dev/null || fail "$name: openssl cannot sign"
expect "REFUSED: signatures/approver-1.p7s uses a weak digest" "weaker than SHA-256"

try "an approval by openssl itself"
openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha256 \
    -in try/tagmanifest-sha512.txt -signer ada-king.pem -inkey "$keys/ada-king.key" \
    -out try/signatures/approver-1.p7s || fail "$name: openssl cannot sign"
expect "OK: 2 approvals" "2 of 2 approvals"

# Bytes beside the message: another reader could take them for the message.
while IFS= read -r change; do
    try "an approval in another form: $change"
    (cd try/signatures && eval "$change")
    cmp -s good/signatures/approver-1.p7s try/signatures/approver-1.p7s && fail "nothing was changed"
    expect "REFUSED: signatures/approver-1.p7s is not a valid approval" "expected one CMS message in PEM"
done <<'FORMS'
echo >>approver-1.p7s
truncate -s -1 approver-1.p7s
sed -i '3s/$/\n/' approver-1.p7s
sed -i 's/$/\r/' approver-1.p7s
sed -i '1i From: me' approver-1.p7s
sed -i '2i From: me\n' approver-1.p7s
sed -i 's/CMS-/PKCS7-/' approver-1.p7s
cat approver-2.p7s >>approver-1.p7s
sed -n '$p' approver-2.p7s >>approver-1.p7s
FORMS
try "an approval without end"
truncate -s 1M try/signatures/approver-1.p7s
expect "REFUSED: approver-1.p7s is too large" "approver-1.p7s: the signature is larger"

# Certificates by the root itself that nobody may sign with, and messages of another kind.
# certified SUBJECT EXTENSIONS [OPTION...]: Ada's approval, with a certificate for odd.key
certified() {
    printf '%b\n' "$2" >odd.cnf
    openssl req -new -key odd.key -subj "$1" -out odd.csr 2>/dev/null
    openssl x509 -req -in odd.csr -CA "$trust/root.pem" -CAkey "$keys/root.key" -days 30 -sha256 \
        -extfile odd.cnf -set_serial 9 -out odd.pem 2>/dev/null || fail "$name: openssl cannot certify"
    rm -rf "$work/odd" && cp -r "$trust" odd && cat odd.pem >>odd/approvers.pem
    shift 2
    openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha256 \
        -in try/tagmanifest-sha512.txt -signer odd.pem -inkey odd.key "$@" \
        -out try/signatures/approver-1.p7s || fail "$name: openssl cannot sign"
}
kept=$trust
signing='keyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash'
ada="/O=Test Org/CN=Ada King"
signature=signatures/approver-1.p7s
# odd_expect REFUSAL C_TEXT
odd_expect() {
    trust=$work/odd
    expect "$1" "$2"
    trust=$kept
}
openssl ecparam -name prime256v1 -genkey -noout -out odd.key
try "a certificate for a new key"
certified "$ada" "$signing"
odd_expect "OK: 2 approvals" "2 of 2 approvals"
try "a certificate of no organisation"
certified "/CN=Ada King" "$signing"
odd_expect "REFUSED: the certificate of $signature must name one person and one organisation" \
    "must name one person and one organisation"
try "a certificate of two people"
certified "$ada/CN=Bo Ito" "$signing"
odd_expect "REFUSED: the certificate of $signature must name one person and one organisation" \
    "must name one person and one organisation"
try "a certificate that does not say what it is for"
certified "$ada" "subjectKeyIdentifier=hash"
odd_expect "REFUSED: the certificate of $signature is not for signing" "is not for signing"
try "a certificate for promises only"
certified "$ada" "keyUsage=critical,nonRepudiation\nsubjectKeyIdentifier=hash"
odd_expect "REFUSED: the certificate of $signature is not for signing" "is not for signing"
try "a signature with what it signs"
certified "$ada" "$signing" -nodetach
odd_expect "REFUSED: $signature is not a detached signature" "expected a detached signature over data"
try "a signature over something of another kind"
certified "$ada" "$signing" -econtent_type 1.2.3.4
odd_expect "REFUSED: $signature is not a detached signature" "expected a detached signature over data"
for weak in "ecparam -name prime192v1 -genkey -noout" "genrsa 1024"; do
    try "a weak key: $weak"
    # shellcheck disable=SC2086
    openssl $weak >odd.key 2>/dev/null
    certified "$ada" "$signing"
    odd_expect "REFUSED: $signature was made with a weak key" "the signer's key is too weak"
done
try "a key of another kind"
openssl genrsa 2048 >odd.key 2>/dev/null
certified "$ada" "$signing"
odd_expect "OK: 2 approvals" "2 of 2 approvals"

# Two certificates, one key: another person's name over Ada's key.
try "one key, two people"
openssl req -new -key "$keys/ada-king.key" -subj "/O=Test Org/CN=Bo Ito" -out twin.csr 2>/dev/null
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\n' \
    >twin.cnf
openssl x509 -req -in twin.csr -CA "$trust/root.pem" -CAkey "$keys/root.key" -days 30 -sha256 \
    -extfile twin.cnf -set_serial 7 -out twin.pem 2>/dev/null || fail "$name: openssl cannot certify"
cp -r "$trust" trust2
cat twin.pem ada-king.pem >trust2/approvers.pem
openssl cms -sign -binary -cades -nosmimecap -nocerts -outform PEM -md sha256 \
    -in try/tagmanifest-sha512.txt -signer twin.pem -inkey "$keys/ada-king.key" \
    -out try/signatures/approver-2.p7s || fail "$name: openssl cannot sign"
openssl cms -sign -binary -cades -nosmimecap -nocerts -outform PEM -md sha256 \
    -in try/tagmanifest-sha512.txt -signer ada-king.pem -inkey "$keys/ada-king.key" \
    -out try/signatures/approver-1.p7s || fail "$name: openssl cannot sign"
kept=$trust
trust=$work/trust2
expect "REFUSED: 1 of 2 approvals"
name="one key, written in two ways"
openssl ec -in "$keys/ada-king.key" -conv_form compressed -out short.key 2>/dev/null
openssl req -new -key short.key -subj "/O=Test Org/CN=Bo Ito" -out twin.csr 2>/dev/null
openssl x509 -req -in twin.csr -CA "$trust/root.pem" -CAkey "$keys/root.key" -days 30 -sha256 \
    -extfile twin.cnf -set_serial 8 -out twin.pem 2>/dev/null || fail "$name: openssl cannot certify"
cat twin.pem ada-king.pem >trust2/approvers.pem
openssl cms -sign -binary -cades -nosmimecap -nocerts -outform PEM -md sha256 \
    -in try/tagmanifest-sha512.txt -signer twin.pem -inkey "$keys/ada-king.key" \
    -out try/signatures/approver-2.p7s || fail "$name: openssl cannot sign"
expect "REFUSED: 1 of 2 approvals"
trust=$kept

# --- approved, but what was approved does not hold together ------------------------------------------
# reseal: right digests and two good signatures over whatever is in try now
reseal() {
    (cd try && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
        sha512sum VERIFY.txt bag-info.txt bagit.txt manifest-sha512.txt verify.sh \
            >tagmanifest-sha512.txt)
    rm -rf try/signatures
    "$driver" sign "$keys" "$trust" try "Ada King" && "$driver" sign "$keys" "$trust" try "Bo Ito"
}
try "sealed again"
reseal
expect "OK: 2 approvals" "2 of 2 approvals"
try "the release asks for three"
sed -i 's/^Cordon-Approvals-Required: 2$/Cordon-Approvals-Required: 3/' try/bag-info.txt
sed -i 's/"threshold": 2/"threshold": 3/' try/data/release.json
reseal
expect "REFUSED: 2 of 3 approvals"
try "the release asks for one"
sed -i 's/^Cordon-Approvals-Required: 2$/Cordon-Approvals-Required: 1/' try/bag-info.txt
sed -i 's/"threshold": 2/"threshold": 1/' try/data/release.json
reseal
rm try/signatures/approver-2.p7s
expect "REFUSED: 1 of 2 approvals"
try "the release asks for a word"
sed -i 's/^Cordon-Approvals-Required: 2$/Cordon-Approvals-Required: all/' try/bag-info.txt
sed -i 's/"threshold": 2/"threshold": "all"/' try/data/release.json
reseal
expect "REFUSED: the number of approvals is not a number" "number of approvals is not a number"
try "past its last day"
sed -i 's/9999-12-31/2020-01-01/' try/bag-info.txt try/data/release.json
reseal
expect "EXPIRED: the release could be used until 2020-01-01"
try "before its first day"
sed -i 's/2024-10-04/9998-12-31/' try/bag-info.txt try/data/release.json
reseal
expect "NOT YET: the release may be used from 9998-12-31"
try "its first day is today"
sed -i "s/2024-10-04/$(date -u +%Y-%m-%d)/" try/bag-info.txt try/data/release.json
reseal
expect "OK: 2 approvals" "2 of 2 approvals"
try "its last day is today"
sed -i "s/9999-12-31/$(date -u +%Y-%m-%d)/" try/bag-info.txt try/data/release.json
reseal
expect "OK: 2 approvals" "2 of 2 approvals"
# From here on verify.sh, which reads no JSON, has nothing to see.
statement_expect() {
    checks=$((checks + 1))
    reseal
    said=$("$driver" verify try "$trust" 2>&1)
    case $said in
    *"$1"*) ;;
    *) fail "$name: verify says '$said', expected '$1'" ;;
    esac
}
for edit in '1s/$/x/' '1i Contact-Name: x' '2i External-Identifier: other' '2i Cordon-Not-After: 9999-12-31' \
    '3i Cordon-Approver: Di Poe' '3i Cordon-One-Per-Organisation: yes' '3i Cordon-Role-Required: x 1' \
    's/^\(Cordon-Not-After: \).*/\12030-01-01/' 's/^\(Cordon-Not-Before: \).*/\12020-01-01/' \
    's/^\(Cordon-Approvals-Required: \).*/\10/' '$d' '$a Cordon-Approver: Di Poe' '$a x: y' \
    '/^Cordon-Approvals-Required/d' '/^Cordon-Approver: Cy /d'; do
    try "bag-info.txt says other than release.json: $edit"
    sed -i "$edit" try/bag-info.txt
    cmp -s try/bag-info.txt good/bag-info.txt && fail "nothing was changed"
    statement_expect "REFUSED: bag-info.txt says something else than data/release.json"
done
try "another statement"
sed -i 's|cordon.example/release/v1|cordon.example/release/v2|' try/data/release.json
statement_expect "REFUSED: data/release.json is not a release statement"
try "a statement that is no JSON"
echo '{' >try/data/release.json
statement_expect "REFUSED: data/release.json:"
try "a file that the statement does not name"
echo x >try/data/extra.txt
statement_expect "REFUSED: data/release.json does not cover all files"
try "a file that is not as the statement says"
echo x >>try/data/notes.md
statement_expect "REFUSED: data/release.json: subject"

# --- the trust folder ---------------------------------------------------------------------------------
try "own threshold of three"
cp -r "$trust" trust3
echo 3 >trust3/threshold
trust=$work/trust3
expect "REFUSED: 2 of 3 approvals"
name="a threshold of one is two"
echo 1 >trust3/threshold
expect "OK: 2 approvals" "2 of 2 approvals"
name="an empty threshold"
: >trust3/threshold
expect "REFUSED: the number of approvals is not a number" "number of approvals is not a number"
name="a threshold of four digits"
echo 0002 >trust3/threshold
expect "REFUSED: the number of approvals is not a number" "number of approvals is not a number"
name="a threshold of words"
echo two >trust3/threshold
expect "REFUSED: the number of approvals is not a number" "number of approvals is not a number"
rm trust3/threshold
name="an approver is taken off the list"
cp bo-ito.pem trust3/approvers.pem
expect "REFUSED: signatures/approver-1.p7s is not a valid approval" "REFUSED: signatures/approver-1.p7s"
name="another root"
rm -rf keys4 trust4
"$driver" keys keys4 trust4 "Ada King" "Bo Ito"
cp "$kept/approvers.pem" trust4/approvers.pem
trust=$work/trust4
expect "REFUSED: signatures/approver-1.p7s is not a valid approval" "REFUSED: signatures/approver-1.p7s"
trust=$kept

# --- files that are not listed, links, other manifests ---------------------------------------------------
for extra in data/extra.csv data/tables/a.csv extra.txt signatures/note.txt signatures/approver-0.p7s \
    .hidden; do
    try "extra $extra"
    echo x >"try/$extra"
    expect "REFUSED: unlisted $extra"
done
try "a link to a file"
rm try/data/notes.md
ln -s ../VERIFY.txt try/data/notes.md
expect "REFUSED: a link or device: ./data/notes.md" "REFUSED: "
try "an unlisted link"
ln -s /etc/passwd try/data/extra
expect "REFUSED: a link or device: ./data/extra" "REFUSED: "
for huge in data/notes.md data/extra manifest-sha512.txt signatures/approver-1.p7s; do
    try "no end of $huge"
    truncate -s 1T "try/$huge"
    expect "REFUSED: the package is larger than 1 GiB"
done
try "a folder with nothing in it says nothing, whatever its name"
mkdir "try/data/a b"
expect "OK: 2 approvals" "2 of 2 approvals"
try "a name that a terminal would obey"
ln -s /etc/passwd "$(printf 'try/data/\033[2K')"
expect "REFUSED: a link or device: ./data/??2K" "data/?"
try "a name with a blank"
echo x >"try/data/a b"
expect "REFUSED: a file name with unusual characters" "unusual characters"
try "a name with a line end"
echo x >"try/data/a
b"
expect "REFUSED: a file name with unusual characters" "unusual characters"
try "a manifest twice as long"
cat good/manifest-sha512.txt good/manifest-sha512.txt >try/manifest-sha512.txt
expect "REFUSED: a manifest out of order" "REFUSED: "
try "a new manifest of both kinds" # all digests right, the signatures are not over it
echo x >>try/data/notes.md
(cd try && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
    sha512sum VERIFY.txt bag-info.txt bagit.txt manifest-sha512.txt verify.sh >tagmanifest-sha512.txt)
expect "REFUSED: signatures/approver-1.p7s is not a valid approval" "REFUSED: "
try "a tag manifest with fewer files"
(cd try && grep -v verify.sh ../good/tagmanifest-sha512.txt >tagmanifest-sha512.txt)
expect "REFUSED: the tag manifest must list VERIFY.txt bag-info.txt bagit.txt manifest-sha512.txt verify.sh" \
    "REFUSED: "

# --- same bytes again, whatever the time zone ---------------------------------------------------------------
TZ=Asia/Tokyo "$driver" stage again && mkdir other && mv again other/base
diff -r base other/base || fail "staging twice gives other bytes"
"$driver" zip good good.zip || fail "no zip"
mkdir elsewhere && cp -r good elsewhere/good && find elsewhere -exec touch -d 2001-01-01 {} +
TZ=America/New_York "$driver" zip elsewhere/good elsewhere/good.zip
cmp good.zip elsewhere/good.zip || fail "zipping twice gives other bytes"
unzip -tq good.zip >/dev/null || fail "unzip refuses the zip"
mkdir unzipped && (cd unzipped && TZ=UTC unzip -q ../good.zip)
diff -r good unzipped/good || fail "the zip holds other bytes"
[ "$(TZ=UTC stat -c %y unzipped/good/bagit.txt)" = "2026-08-31 00:00:00.000000000 +0000" ] ||
    fail "the zip has another time"
python3 - good.zip <<'PY' || fail "the zip's entries are not as promised"
import sys, zipfile
entries = zipfile.ZipFile(sys.argv[1]).infolist()
names = [e.filename for e in entries]
assert names == sorted(names, key=str.encode) and all(n.startswith("good/") for n in names)
assert all(e.date_time == (2026, 8, 31, 0, 0, 0) for e in entries)  # the DOS time
assert all(e.external_attr >> 16 == 0o100644 for e in entries)
raw = open(sys.argv[1], "rb").read()
for e in entries:
    assert raw[e.header_offset + 10:e.header_offset + 14] == b"\0\0\x1f\x5d"  # 46 << 9 | 8 << 5 | 31
PY
"$driver" verify good.zip "$trust" | head -n 1 | grep -Fq "2 of 2 approvals" || fail "the zip is refused"

# --- zips from outside ------------------------------------------------------------------------------------
python3 - good.zip <<'PY' || fail "python3 cannot make the zips"
import stat, sys, zipfile
good = {i.filename: zipfile.ZipFile(sys.argv[1]).read(i) for i in zipfile.ZipFile(sys.argv[1]).infolist()}

def make(name, extra, base=True, mode=0o100644):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as out:
        for path, content in (good.items() if base else ()):
            out.writestr(path, content)
        for path, content in extra:
            info = zipfile.ZipInfo(path)
            info.external_attr = mode << 16
            info.create_system = 3
            out.writestr(info, content)

import warnings
warnings.simplefilter("ignore")
make("z-same.zip", [])
make("z-climb.zip", [("good/../../evil", b"x")])
make("z-absolute.zip", [("/tmp/evil", b"x")])
make("z-link.zip", [("good/data/link", b"/etc/passwd")], mode=stat.S_IFLNK | 0o777)
make("z-twice.zip", [("good/data/notes.md", b"x")])
make("z-case.zip", [("good/data/NOTES.md", b"x")])
make("z-tops.zip", [("other/file", b"x")])
make("z-outside.zip", [("good2", b"x")])
make("z-backslash.zip", [("good/data\\evil", b"x")])
make("z-extra.zip", [("good/data/extra.csv", b"x")])
make("z-many.zip", [("good/data/%d" % n, b"") for n in range(10001)])
make("z-empty.zip", [], base=False)
open("z-text.zip", "w").write("not a zip\n")
raw = open(sys.argv[1], "rb").read()
open("z-cut.zip", "wb").write(raw[:3000])
open("z-short.zip", "wb").write(raw[:-1])
open("z-more.zip", "wb").write(raw + b"x")
open("z-before.zip", "wb").write(b"PK\3\4" + raw)
open("z-other.zip", "wb").write(open("z-extra.zip", "rb").read() + raw)
open("z-comment.zip", "wb").write(raw[:-2] + b"\1\0x")
open("z-disks.zip", "wb").write(raw[:-18] + b"\1" + raw[-17:])
PY
zip_expect() {
    checks=$((checks + 1))
    said=$("$driver" verify "$1" "$trust" 2>&1)
    case $said in
    *"$2"*) ;;
    *) fail "$1: verify says '$said', expected '$2'" ;;
    esac
}
zip_expect z-same.zip "2 of 2 approvals"
zip_expect z-climb.zip "REFUSED: the zip holds a name that"
zip_expect z-absolute.zip "REFUSED: the zip holds a name that"
zip_expect z-link.zip "REFUSED: the zip holds a link"
zip_expect z-twice.zip "REFUSED: the zip holds one name twice"
zip_expect z-case.zip "REFUSED: the zip holds one name twice"
zip_expect z-tops.zip "REFUSED: the zip has more than one top folder"
zip_expect z-outside.zip "REFUSED: the zip "
zip_expect z-backslash.zip "REFUSED: the zip holds a name that"
zip_expect z-extra.zip "REFUSED: unlisted data/extra.csv"
zip_expect z-many.zip "REFUSED: the zip holds more than 10000"
zip_expect z-empty.zip "expected a package folder or a zip"
zip_expect z-text.zip "expected a package folder or a zip"
for odd in cut short more before other comment disks; do
    zip_expect z-$odd.zip "REFUSED: the zip is cut off, or something follows it"
done
mkfifo z-pipe.zip
checks=$((checks + 1))
timeout 10 "$driver" verify z-pipe.zip "$trust" | grep -Fq "z-pipe.zip: expected a regular file" ||
    fail "a pipe in place of a zip"
[ -z "$(ls "$TMPDIR")" ] || fail "a verified package leaves files behind: $(find "$TMPDIR" | head -n 5)"

echo "$checks damages tried, $failures failures"
[ "$failures" -eq 0 ]
