#!/bin/sh
# by_hand.sh - the commands of VERIFY.txt as they stand: they say what both verifiers say.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

workspace ws 1500 150
keys ws "Asha Example" "Bram Sample" "Carys Specimen"
delivered ws "$root/scripts/borough_coverage.lua"
package=$work/ws/outbox/$id
must status --as "Asha Example" --workspace ws
cp -rp ws/trust known
must key crl --workspace ws
must key rotate-root --no-passphrase --workspace ws
must status --as "Bram Sample" --workspace ws
cp -rp ws/trust trust
cp -rp "$package" good

# its commands, one a line; those about an earlier root, which are said to count, before the others
awk '/^    / { line = line substr($0, 5); if (sub(/\\$/, "", line)) next; print line; line = "" }' \
    good/VERIFY.txt | grep -v '^sh verify.sh' >all
{
    sed -n '1,/>>$mine/p' all
    grep 'earlier-1' all
    sed '1,/>>$mine/d; /earlier-1/d' all
} >commands
check "VERIFY.txt has commands" [ "$(wc -l <commands)" -ge 15 ]
success=$(sed -n 's/.*must print "\(.*\)" for each.*/\1/p' good/VERIFY.txt)

# by_hand N: all of them, in the package `try`, for signature N; what was said and how each ended
by_hand() {
    sed -e "s|TRUST|$work/trust|g; s|KNOWN|$work/known|g; s|approver-1|approver-$1|g" commands |
        while IFS= read -r command; do
            printf '{ %s\n} 2>&1\necho "ended with $?: %s"\n' "$command" "${command%%[ =]*}"
        done >script
    rm -rf hand && mkdir hand
    (cd try && TMPDIR=$work/hand sh "$work/script" </dev/null) >said
}
# says N TEXT: a line of it so often
says() {
    checks=$((checks + 1))
    said=$(grep -c -e "$2" said)
    [ "$said" = "$1" ] || { fail "'$2' was said $said times, expected $1"; sed 's/^/    /' said; }
}
# afresh NAME: a copy of the good package and trust folder
afresh() {
    case=$1
    rm -rf try trust
    cp -rp good try
    cp -rp ws/trust trust
}
# answers CODE: of both tools
answers() {
    checks=$((checks + 1))
    (cd try && dash "$work/good/verify.sh" "$work/trust" "$work/known") >out
    code=$?
    [ "$code" = "$1" ] || { fail "verify.sh exits with $code, expected $1"; show; }
    run verify try --trust trust --known known
    [ "$code" = "$1" ] || { fail "verify exits with $code, expected $1"; show; }
}

afresh "good"
answers 0
by_hand 1
says 2 "^$success\$"
says 1 "^subject=.*CN = Asha Example\$"
says 1 "^crlNumber=0x03\$"
says 1 "earlier-1.pem: OK\$"
says 1 "handover.pem: OK\$"
says 2 "BEGIN PUBLIC KEY"
check "the last two print the same" [ "$(sed -n '/BEGIN PUBLIC/,/END PUBLIC/p' said | sort | uniq -u)" = "" ]
check "the digest is that of the list" \
    grep -q "$(sed -n 's/^SHA.*= //p' said)" trust/status.json
says 0 "ended with [^0]"
by_hand 2
says 1 "^subject=.*CN = Bram Sample\$"
says 2 "^$success\$"

afresh "a changed byte"
flip try/data/notes.md
answers 1
by_hand 1
says 1 "^data/notes.md: FAILED"
afresh "a changed file, and its digest"
flip try/data/notes.md
(cd try && find data -type f | LC_ALL=C sort | xargs sha512sum >manifest-sha512.txt &&
    sha512sum VERIFY.txt bag-info.txt bagit.txt manifest-sha512.txt verify.sh >tagmanifest-sha512.txt)
answers 1
by_hand 1
says 1 "^$success\$" # of the status list
says 0 "FAILED"
afresh "a file more"
echo x >try/data/extra.csv
answers 1
by_hand 1
says 1 "^data/extra.csv\$"
afresh "a link"
ln -s notes.md try/data/link
answers 1
by_hand 1
says 1 "^./data/link\$"
afresh "another list"
flip trust/status.json
answers 1
by_hand 1
says 1 "^$success\$" # of the approval
afresh "a hand-over of somebody else"
must init other
keys other "Asha Example"
cp other/trust/root.pem trust/handover.pem
answers 1
by_hand 1
says 0 "handover.pem: OK\$"
case="revoked"
cp -rp ws kept
must key revoke --name "Asha Example" --reason "lost" --workspace ws
afresh "revoked"
answers 14
by_hand 1
says 1 "certificate revoked"
done_testing
