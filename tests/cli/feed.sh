#!/bin/sh
# feed.sh - regular releases: one for a period, taken up wherever a run ended, never back, no gaps.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

weekly=borough_coverage
monthly=london_adass

# feed WORKSPACE [ARG...]: runs the weekly feed
feed() {
    feed_ws=$1
    shift
    in_ws "$feed_ws" feed run $weekly "$@"
}

# waits [REGEX]: the last run ended because people must approve
waits() {
    checks=$((checks + 1))
    [ "$code" = 75 ] || { fail "exit $code, expected 75"; show; return; }
    [ ! -s err ] || { fail "said on standard error:"; show; }
    grep -Eq "^waiting: ${1:-.}" out || { fail "did not say '$1'"; show; }
}

# week WORKSPACE N: the files of that week in its data/
week() {
    cp "week$2"/*.csv "$1/data/"
}

# kinds: the ledger's entries about feeds and what left, in order
kinds() {
    "$cordon" ledger list --workspace "$1" | awk '$2 ~ /^(feed|intent|commit)$/ { print $2 }' | tr '\n' ' '
}

# outbox WORKSPACE: every byte in it
outbox() {
    (cd "$1/outbox" && find . -type f -exec sha512sum {} + | LC_ALL=C sort -k 2)
}

for n in 1 2 3; do
    must synth --out week$n --workers 3000 --workplaces 200 --week $n --clean
done
must init begun
week begun 1
must load --workspace begun
keys begun "Asha Example" "Bram Sample" "Carys Specimen"

# --- the week and the month of the data -----------------------------------------------------------------
# The newest amendment of a workplace, by Python's own calendar.
iso_week() {
    python3 - "$1/workplace.csv" <<'PYTHON'
import csv, datetime, sys
days = [datetime.datetime.strptime(row["mupddate"], "%d/%m/%Y") for row in csv.DictReader(open(sys.argv[1]))
        if row["mupddate"]]
print("%d-W%02d" % max(days).isocalendar()[:2])
PYTHON
}
case="the period is that of the data"
cp -rp begun ws
feed ws --json
[ "$code" = 75 ] || { fail "exit $code"; show; }
checks=$((checks + 1))
[ "$(member period)" = "$(iso_week week1)" ] || fail "$(member period), not $(iso_week week1)"
in_ws ws feed run $monthly --json
[ "$(member period)" = 2026-09 ] || fail "$(member period)"
in_ws ws feed list
exits 0 "^borough_coverage: every week, agreement london-adass$"
check "both feeds" grep -q "^london_adass: every month" out
case="by its script"
in_ws ws feed run ws/scripts/$weekly.lua
waits "borough_coverage-2026-09-"

# --- one period, step by step --------------------------------------------------------------------------
rm -rf ws
cp -rp begun ws
case="nothing was made yet"
in_ws ws feed status $weekly
exits 0 "next: $(iso_week week1)$"
case="made"
feed ws
waits "borough_coverage-2026-09-[0-9a-f]* needs 2 more; waits for Asha"
id=$(sed -n 's/^waiting: \([^ ]*\) .*/\1/p' out)
check "it is staged" [ -d "ws/staging/$id" ]
cp -rp ws made
case="again, while it waits"
before=$(state ws)
feed ws
waits "$id needs 2 more"
unchanged
must approve "$id" --as "Asha Example" --workspace ws
feed ws
waits "$id needs 1 more"
must approve "$id" --as "Bram Sample" --workspace ws
cp -rp ws ready
case="approved"
feed ws
exits 0 "^delivered: $id$"
[ "$(kinds ws)" = "feed intent commit " ] || fail "the ledger says $(kinds ws)"
cp -rp ws week1done
case="again, when it is out"
before=$(state ws)
for n in 1 2; do
    feed ws
    exits 0 "^nothing to do: $id was delivered$"
done
unchanged
in_ws ws feed status $weekly --json
exits 0
check "its state as JSON" python3 - "$id" "$(iso_week week1)" "$(iso_week week2)" <<'PYTHON'
import json, sys
feed, = json.load(open("out"))["feeds"]
period, = feed["periods"]
assert (period["release"], period["period"], period["state"]) == (*sys.argv[1:3], "delivered")
assert feed["next"] == sys.argv[3], feed["next"]
PYTHON

fresh "withdrawn since" week1done
must withdraw "$id" --reason "two boroughs were swapped" --as "Asha Example" --workspace ws
feed ws
exits 0 "^nothing to do: $id was delivered, and withdrawn by Asha Example: two boroughs were swapped$"
in_ws ws feed status $weekly
exits 0 " delivered  *$id  withdrawn by Asha Example: two boroughs were swapped$"

rm -rf ws
cp -rp week1done ws

# --- the next week ------------------------------------------------------------------------------------------
case="new files, not loaded"
week ws 2
feed ws
exits 3 "changed since"
case="new files"
feed ws --load
waits "borough_coverage-2026-09-.* needs 2 more"
second=$(sed -n 's/^waiting: \([^ ]*\) .*/\1/p' out)
[ "$second" != "$id" ] || fail "the same release"
cp -rp ws week2made
case="a third week while the second waits"
week ws 3
feed ws --load
waits "$second needs 2 more"
[ "$(find ws/staging -mindepth 1 -maxdepth 1 -type d | wc -l)" = 1 ] || fail "a third one was made"
case="then the second is rejected"
must reject "$second" --reason "a column is missing" --as "Asha Example" --workspace ws
feed ws
waits "borough_coverage-2026-09-.* needs 2 more"
fresh "then the second is approved" week2made
week ws 3
id=$second
approved ws
feed ws --load
checks=$((checks + 1))
[ "$code" = 75 ] || { fail "exit $code"; show; }
check "the second was delivered" grep -q "^delivered: $second$" out
check "and is in the outbox" [ -f "ws/outbox/$second.zip" ]
check "and the third waits" grep -q "^waiting: borough_coverage" out

case="a week does not replace another one of its month"
in_ws ws status --json
exits 0
check "both are active" python3 - "$second" <<'PYTHON'
import json, sys
text = open("out").read()
rows = json.loads(text)["releases"]
assert len(rows) == 2 and sys.argv[1] in text, rows
assert {row["status"] for row in rows} == {"active"}, rows
PYTHON

fresh "the agreement changed after one of two approved" made
id=$(basename made/staging/*_*-*[0-9a-f].json .json)
must approve "$id" --as "Asha Example" --workspace ws
sed -i 's/max_cells *= 500000/max_cells = 400000/' ws/policies/agreements/london-adass.lua
feed ws
checks=$((checks + 1))
[ "$code" = 75 ] || { fail "exit $code"; show; }
check "what became of the first" grep -q \
    "^left out: $id, agreement \"london-adass\" changed since the release was staged" out
check "another one waits" sh -c "grep '^waiting: ' out | grep -vq '$id'"

# --- no way back, no gap ----------------------------------------------------------------------------------------
fresh "older data" week2made
week ws 1
before=$(state ws)
feed ws --load
exits 1 "has run for .* already"
unchanged
fresh "a week left out" week1done
week ws 3
feed ws --load
exits 1 "periods between them have no release"
feed ws --skip
waits
payload ws feed >said
check "the ledger knows" grep -q '"skipped":true' said
fresh "a ledger with a hole" week1done
week ws 2
tamper ws "DELETE FROM entries WHERE kind = 'intent'"
before=$(state ws)
in_ws ws feed list
exits 1 "ledger"
feed ws --load
checks=$((checks + 1))
[ "$code" = 1 ] || { fail "exit $code"; show; }
check "nothing was made" [ -z "$(find ws/staging -mindepth 1)" ]

# --- runs that were killed -----------------------------------------------------------------------------------------
id=$(basename made/staging/*_*-*[0-9a-f].json .json)
fresh "killed after it was staged" begun
must run "scripts/$weekly.lua" --workspace ws
feed ws
waits "$id needs 2 more"
[ "$(kinds ws)" = "feed " ] || fail "the ledger says $(kinds ws)"
fresh "staging was cleared" made
rm -r "ws/staging/$id"*
in_ws ws feed status $weekly
exits 0 " gone  *$id"
feed ws
waits "$id needs 2 more"
[ "$(kinds ws)" = "feed " ] || fail "the ledger says $(kinds ws)"
case="killed in the middle of its delivery"
# without the commit, and with the note that a delivery takes away last
cut() {
    rm -rf ws
    cp -rp ready ws
    must deliver "$id" --workspace ws
    cp "ready/staging/$id.json" "ws/staging/"
    uncommitted ws
}
cut
outbox ws >whole
feed ws
exits 0 "^delivered: $id$"
outbox ws | cmp -s - whole || fail "another outbox"
check "it is committed" sh -c "'$cordon' ledger list --workspace ws | grep -q ' commit '"
case="killed in the middle of its delivery, and a week passed"
cut
week ws 2
feed ws --load
checks=$((checks + 1))
[ "$code" = 75 ] || { fail "exit $code"; show; }
check "the first was finished" grep -q "^delivered: $id$" out
fresh "killed at any time" begun
for n in 1 2 4 8 12 16 20 24 30 40 60 90 120 180; do
    timeout -s KILL "$(printf '0.%03d' "$n")" "$cordon" feed run $weekly --workspace ws >out 2>err </dev/null
done
feed ws
waits "$id needs 2 more"
approved ws
for n in 1 2 4 8 12 16 20 24 30 40 60 90 120 180; do
    timeout -s KILL "$(printf '0.%03d' "$n")" "$cordon" feed run $weekly --workspace ws >out 2>err </dev/null
done
feed ws
exits 0 "^(delivered: $id|nothing to do: $id was delivered)$"
in_ws ws ledger verify
exits 0 "the chain holds"
check "the package is whole" "$cordon" verify "ws/outbox/$id.zip" --trust ws/trust
check "the same bytes were signed" cmp "ws/outbox/$id/tagmanifest-sha512.txt" \
    "made/staging/$id/tagmanifest-sha512.txt"

# --- what is refused ------------------------------------------------------------------------------------------------
case="a feed that no agreement makes regularly"
in_ws begun feed run icb_area
exits 1 "does not say how often|not valid"
sed -i 's/cadence = .*/cadence = {},/' begun/policies/agreements/london-adass.lua
feed begun
exits 1 "does not say how often feed borough_coverage is made"
in_ws begun feed status $weekly
exits 1 "no agreement has a cadence"
case="words"
for words in "feed run" "feed list x" "feed status" "feed nosuch x" "feed run x y"; do
    # shellcheck disable=SC2086
    in_ws begun $words
    exits 2
done
in_ws begun feed run ../x
exits 3
in_ws begun feed run nosuch
exits 3 "nosuch.lua"

# --- a terminal sees how far it is, a log does not ---------------------------------------------------------------------
fresh "progress" week1done
check "on a terminal only" python3 - "$cordon" <<'PYTHON'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["cordon", "feed", "run", "borough_coverage", "--workspace", "ws"])
said = b""
try:
    while True:
        more = os.read(fd, 1024)
        if not more:
            break
        said += more
except OSError:
    pass
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, said
assert b"] data" in said and b"nothing to do" in said, said
PYTHON

# --- systemd ------------------------------------------------------------------------------------------------------------
case="the unit files"
if command -v systemd-analyze >/dev/null; then
    mkdir units
    sed "s|@PREFIX@/bin/cordon|$cordon|" "$root/share/systemd/cordon-feed@.service.in" \
        >units/cordon-feed@.service
    cp "$root/share/systemd/cordon-feed@.timer" units/
    check "systemd finds nothing wrong" systemd-analyze verify --man=no units/cordon-feed@x.service \
        units/cordon-feed@x.timer
    check "waiting is no failure" grep -qx "SuccessExitStatus=75" units/cordon-feed@.service
fi

done_testing
