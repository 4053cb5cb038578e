# cli.sh - what the end-to-end tests share: a place to work, running the program, judging it.
#
# Source it first: `. "$(dirname "$0")/../support/cli.sh"`. It changes into a
# temporary directory ($work) that is gone at the end; $TMPDIR is inside it, so
# that `done_testing` sees whatever the program left there.
# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 2
cordon=${CORDON:-$root/build/cordon}
case $cordon in
/*) ;;
*) cordon=$PWD/$cordon ;;
esac
[ -x "$cordon" ] || { echo "no program: $cordon" >&2; exit 2; }
work=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
TMPDIR=$work/tmp
export TMPDIR
unset CORDON_THREADS
mkdir "$TMPDIR"
cd "$work" || exit 2
failures=0
checks=0
case=start

fail() {
    printf 'FAIL: %s: %s\n' "$case" "$*"
    failures=$((failures + 1))
}

# check WHAT COMMAND...: the command must succeed
check() {
    checks=$((checks + 1))
    check_what=$1
    shift
    "$@" >"$work/check.log" 2>&1 || {
        fail "$check_what"
        head -n 20 "$work/check.log"
    }
}

# run ARG...: the program; its exit code in $code, what it said in $work/out and $work/err
run() {
    timeout -k 1 "${limit:-60}" "$cordon" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# in_ws WORKSPACE ARG...
in_ws() {
    in_workspace=$1
    shift
    run "$@" --workspace "$in_workspace"
}

show() {
    sed 's/^/    out: /' "$work/out" | head -n 5
    sed 's/^/    err: /' "$work/err" | head -n 5
}

# exits CODE [REGEX]: the last run's code, and a line of what it said. What fails says why on
# standard error, in the form "cordon: ...", and nothing on standard output.
exits() {
    checks=$((checks + 1))
    if [ "$code" != "$1" ]; then
        fail "exit $code, expected $1"
        show
        return
    fi
    if [ "$1" = 0 ]; then
        exits_in=$work/out
        [ ! -s "$work/err" ] || { fail "done, but said on standard error:"; show; }
    else
        exits_in=$work/err
        [ ! -s "$work/out" ] || { fail "failed, but wrote to standard output:"; show; }
        grep -q '^cordon: .' "$work/err" || { fail "no reason given"; show; }
    fi
    [ $# -lt 2 ] || grep -Eq -e "$2" "$exits_in" || { fail "did not say '$2'"; show; }
}

# must ARG...: a step that the rest needs; the test ends when it fails
must() {
    run "$@"
    [ "$code" = 0 ] && return
    fail "cordon $*: exit $code"
    show
    exit 1
}

# workspace DIR [WORKERS WORKPLACES [SEED]]: a workspace with synthetic data, loaded
workspace() {
    must init "$1"
    must synth --out "$1/data" --workers "${2:-3000}" --workplaces "${3:-150}" --seed "${4:-1}"
    must load --workspace "$1"
}

# keys DIR NAME...: a root and approvers, without passphrases
keys() {
    keys_of=$1
    shift
    must key root --organisation "Data owner" --no-passphrase --workspace "$keys_of"
    for keys_name; do
        must key approver --name "$keys_name" --organisation "Data owner" \
            --no-passphrase --workspace "$keys_of"
    done
}

# stage DIR SCRIPT: runs the script; the release's id in $id
stage() {
    must run "$2" --workspace "$1"
    id=$(sed -n 's/^.*staged: //p' "$work/out")
    [ -n "$id" ] || { fail "run names no release"; show; exit 1; }
}

# approved DIR [ID]: $id, or another release, by two people
approved() {
    for approved_by in "Asha Example" "Bram Sample"; do
        must approve "${2:-$id}" --as "$approved_by" --workspace "$1"
    done
}

# delivered DIR SCRIPT: staged, approved, delivered; the release's id in $id
delivered() {
    stage "$1" "$2"
    approved "$1"
    must deliver "$id" --workspace "$1"
}

# fresh CASE FROM: ws is a copy of a workspace; its state in $before
fresh() {
    case=$1
    rm -rf ws
    cp -rp "$2" ws
    before=$(state ws)
}

# unchanged: ws is as it was when $before was taken
unchanged() {
    checks=$((checks + 1))
    [ "$(state ws)" = "$before" ] || fail "something was changed"
}

# member PATH: a member of the last run's JSON, like releases[0].state
member() {
    sqlite3 :memory: "SELECT json_extract(readfile('$work/out'), '\$.$1')"
}

# is PATH VALUE: what that member is
is() {
    checks=$((checks + 1))
    is_found=$(member "$1")
    [ "$is_found" = "$2" ] || { fail "$1 is $is_found, expected $2"; show; }
}

# ledger DIR QUERY: asks it by SQL
ledger() {
    sqlite3 "$1/ledger/ledger.sqlite" "$2"
}

# payload DIR KIND: of the newest entry of that kind
payload() {
    ledger "$1" "SELECT payload FROM entries WHERE kind = '$2' ORDER BY sequence DESC LIMIT 1"
}

# tamper DIR SQL: changes the ledger, with its triggers out of the way meanwhile
tamper() {
    tamper_triggers=$(ledger "$1" "SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'")
    ledger "$1" "$(ledger "$1" "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema
        WHERE type = 'trigger'") $2; $tamper_triggers" || fail "sqlite3"
}

# uncommitted DIR: as if the delivery of its release had been killed before its last entry
uncommitted() {
    tamper "$1" "DELETE FROM entries WHERE kind = 'commit';
        UPDATE sqlite_sequence SET seq = (SELECT max(sequence) FROM entries)"
}

# flip FILE: one bit in the middle of it
flip() {
    flip_at=$(($(wc -c <"$1") / 2))
    flip_byte=$(od -An -tu1 -j "$flip_at" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\$(printf %03o $((flip_byte ^ 1)))" |
        dd of="$1" bs=1 seek="$flip_at" conv=notrunc status=none
}

# state DIR: everything that a refusal must leave alone, as text
state() {
    (cd "$1" && find . -type f ! -path './data/*' ! -path './scripts/*' ! -path './policies/*' \
        -exec sha512sum {} + | LC_ALL=C sort -k 2 && find staging outbox trust keys | LC_ALL=C sort)
}

done_testing() {
    case=end
    left=$(find "$TMPDIR" -mindepth 1 | head -n 3)
    [ -z "$left" ] || fail "temporary files are left: $left"
    echo "$checks checks, $failures failures"
    [ "$failures" -eq 0 ]
    exit
}
