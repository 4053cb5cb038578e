#!/bin/sh
# demo.sh - the whole way, then a recipient's tools on the package, whole and damaged.
#
# Every damage must be refused by the package's own verify.sh, and by `cordon
# verify` on the folder and on a zip made again of it.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

case="demo"
run demo demo --workers 20000 --workplaces 900
[ "$code" = 0 ] || { fail "exit $code"; show; exit 1; }
id=$(sed -n 's/^verified: //p' out)
check "one line 'verified: <id>'" [ "$(grep -c '^verified: [a-z0-9_-]*$' out)" = 1 ]
outbox=$work/demo/outbox
trust=$work/demo/trust
check "outbox holds the folder" [ -d "$outbox/$id" ]
check "outbox holds the zip" [ -f "$outbox/$id.zip" ]
check "and nothing else" [ "$(find "$outbox" -mindepth 1 -maxdepth 1 | wc -l)" = 2 ]
check "staging is empty" [ -z "$(find demo/staging -mindepth 1)" ]
check "private keys are private" [ -z "$(find demo/keys -perm /077)" ]
check "verify.sh ../../trust" sh -c "cd '$outbox/$id' && sh verify.sh ../../trust >'$work/said'"
check "two approvals" [ "$(head -n 1 said)" = "OK: 2 approvals" ]
check "the names" grep -qx '  approved by Asha Example' said
check "the sums" sh -c "cd '$outbox/$id' && sha512sum --strict --quiet -c tagmanifest-sha512.txt &&
    sha512sum --strict --quiet -c manifest-sha512.txt"
check "unzip" unzip -q "$outbox/$id.zip" -d unzipped
check "the zip holds the folder's bytes" diff -r "$outbox/$id" "unzipped/$id"
check "and no other top folder" [ "$(find unzipped -mindepth 1 -maxdepth 1 | wc -l)" = 1 ]
run verify "$outbox/$id" --trust "$trust"
exits 0 "^verified: $id$"
run verify "$outbox/$id.zip" --trust "$trust"
exits 0 "^verified: $id$"
in_ws demo ledger verify
exits 0 "the chain holds: [0-9]+ entries"
in_ws demo ledger list
exits 0 "commit +$id"
check "one intent" [ "$(grep -c ' intent ' out)" = 1 ]

case="demo again"
before=$(state demo)
run demo demo --workers 20000 --workplaces 900
exits 1 "not empty"
check "nothing was changed" [ "$(state demo)" = "$before" ]

# damage NAME: a fresh copy in try/<id>
damage() {
    case=$1
    rm -rf try
    mkdir try
    cp -r "$outbox/$id" "try/$id"
    at=try/$id
}

rezip() {
    rm -f try.zip
    python3 - "$work/try" "$id" <<'PYTHON'
import os, stat, sys, zipfile
os.chdir(sys.argv[1])
with zipfile.ZipFile("../try.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for folder, folders, files in os.walk(sys.argv[2]):
        for name in sorted(files + [f for f in folders if os.path.islink(os.path.join(folder, f))]):
            path = os.path.join(folder, name)
            if os.path.islink(path):
                info = zipfile.ZipInfo(path)
                info.create_system = 3
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                out.writestr(info, os.readlink(path))
            else:
                out.write(path)
PYTHON
}

# refused [REASON]: by the kept verify.sh (a damaged copy cannot vouch for itself), by the program
refused() {
    checks=$((checks + 1))
    (cd "$at" && sh "$work/unzipped/$id/verify.sh" "$trust") >said 2>&1 &&
        fail "verify.sh accepts it"
    head -n 1 said | grep -q "^REFUSED: ${1:-}" || fail "verify.sh said: $(head -n 1 said)"
    run verify "$at" --trust "$trust"
    exits 1 "${1:-}"
    rezip
    run verify try.zip --trust "$trust"
    exits 1
}

damage "nothing damaged"
rezip
run verify try.zip --trust "$trust"
exits 0 "^verified: $id$"
(cd "$at" && sh verify.sh "$trust") >said || fail "verify.sh refuses a copy"

find "$outbox/$id/data" -type f | LC_ALL=C sort | sed "s|^$outbox/$id/||" >files
check "all kinds of files" [ "$(wc -l <files)" -ge 15 ]
while read -r file; do
    damage "a byte of $file changed"
    size=$(wc -c <"$at/$file")
    python3 - "$at/$file" $((size * 2 / 3)) <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    byte = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([byte ^ 1]))
PYTHON
    check "same size" [ "$(wc -c <"$at/$file")" = "$size" ]
    refused "changed $file"
done <files

damage "an approval removed"
rm "$at/signatures/approver-2.p7s"
refused "1 of 2 approvals"
damage "one approval over the other"
cp "$at/signatures/approver-1.p7s" "$at/signatures/approver-2.p7s"
refused "1 of 2 approvals"
damage "the first approval removed, the second copied as a third"
rm "$at/signatures/approver-1.p7s"
cp "$at/signatures/approver-2.p7s" "$at/signatures/approver-3.p7s"
refused "1 of 2 approvals"
damage "both approvals removed"
rm -r "$at/signatures"
refused "0 of 2 approvals"
damage "one approval of another release"
printf 'other bytes\n' >other
openssl cms -sign -binary -cades -keyid -nosmimecap -nocerts -outform PEM -md sha256 -in other \
    -signer "$(awk '/BEGIN/ { n++ } n == 1' "$trust/approvers.pem" >one.pem && echo one.pem)" \
    -inkey demo/keys/asha-example.key -out "$at/signatures/approver-1.p7s" || fail "openssl"
refused "signatures/approver-1.p7s"

# Two people stay two when an approval is copied, and nobody has a reason to copy one.
damage "one approval copied as a third"
cp "$at/signatures/approver-2.p7s" "$at/signatures/approver-3.p7s"
refused "an approval is there twice"
cp -r "$trust" three
echo 3 >three/threshold
(cd "$at" && sh verify.sh "$work/three") >said 2>&1 && fail "verify.sh takes it for a third person"
check "verify.sh says why" grep -q '^REFUSED: 2 of 3 approvals' said
run verify "$at" --trust three
exits 1 "2 of 3 approvals"

damage "a file added under data/"
echo x >"$at/data/tables/extra.csv"
refused "unlisted data/tables/extra.csv"
damage "a file added at the top"
echo x >"$at/README.txt"
refused "unlisted README.txt"
damage "a file added to the signatures"
echo x >"$at/signatures/notes.txt"
refused "unlisted signatures/notes.txt"
damage "a file listed by hand"
echo x >"$at/data/tables/zextra.csv"
(cd "$at" && sha512sum data/tables/zextra.csv >>manifest-sha512.txt)
refused "changed manifest-sha512.txt"
damage "a link added"
ln -s notes.md "$at/data/link.md"
refused
damage "a file replaced by a link to the same bytes"
rm "$at/data/notes.md"
ln -s "$outbox/$id/data/notes.md" "$at/data/notes.md"
refused
damage "a folder replaced by a link to the same bytes"
rm -r "$at/data/codes"
ln -s "$outbox/$id/data/codes" "$at/data/codes"
refused
damage "a file removed"
rm "$at/data/method.json"
refused "missing data/method.json"
damage "a manifest line removed"
sed -i '/data\/notes.md$/d' "$at/manifest-sha512.txt"
refused
damage "a file and its manifest line removed"
sed -i '/data\/notes.md$/d' "$at/manifest-sha512.txt"
rm "$at/data/notes.md"
refused "changed manifest-sha512.txt"
damage "a tag manifest line removed"
sed -i '/bag-info.txt$/d' "$at/tagmanifest-sha512.txt"
refused
damage "verify.sh changed"
sed -i 's/^need=2$/need=0/' "$at/verify.sh"
refused "changed verify.sh"

damage "another sender's trust"
must init other_ws
keys other_ws "Asha Example" "Bram Sample"
(cd "$at" && sh verify.sh "$work/other_ws/trust") >said 2>&1 && fail "verify.sh accepts it"
check "verify.sh says why" grep -q '^REFUSED: signatures/approver-1.p7s' said
run verify "$at" --trust other_ws/trust
exits 1 "signatures/approver-1.p7s"
run verify "$outbox/$id.zip" --trust other_ws/trust
exits 1

done_testing
