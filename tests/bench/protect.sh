#!/bin/sh
# protect.sh [--all | TABLE OPTION...] - times secondary suppression; see protect.c.
#
# Each table and mode is a process of its own, so that peak memory is its own. Without arguments:
# the tables of 340, 5,168 and 94,214 cells, public attackers. --all (`make bench-protect`): all five
# tables and all attackers, with what it should take at most in CPU seconds, and what other tools
# took on tables of these sizes (CPU seconds of the whole process; they are named where they finished;
# times of ours leave out making the table). Exit 1 when an attack finds something, or a table is not
# done within $PATIENCE seconds (900).
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
build=${BUILD:-build}
mkdir -p "$build/bench"
${CC:-gcc} -std=c11 -O2 -D_GNU_SOURCE -Iinclude -Ilib -Itests -o "$build/bench/protect" \
    tests/bench/protect.c "$build/libcordon.a" -lglpk -lm -lpthread
failed=0

run() {
    peers=$1
    shift
    code=0
    line=$(timeout "${PATIENCE:-900}" "$build/bench/protect" "$@") || code=$?
    [ "$code" = 0 ] || failed=1
    [ "$code" != 124 ] || line="table=$(echo "$*" | tr ' ' ,) unfinished_after=${PATIENCE:-900}"
    [ -z "$line" ] || echo "protect $line${peers:+ peers=$peers}"
}

# all LIMIT PEERS TABLE PROVIDERS GREEDY
all() {
    four=$(awk -v limit="$1" 'BEGIN { print 4 * limit }')
    # shellcheck disable=SC2086
    run "$2" "$3" --limit "$1" $5
    # shellcheck disable=SC2086
    run "$2" "$3" --limit "$1" --count $5
    run "" "$3" --limit "$four" --holders
    run "" "$3" --limit "$four" --holders --providers "$4"
    run "" "$3" --limit "$four" --intervals
}

case ${1:-} in
--all)
    all 0.02 "" 340 2000 --greedy
    all 0.02 GaussSuppression:13.2,GaussSuppression-extend0-off:5.2,sdcTable-simple:4.5,sdcTable-hypercube:37.6 5168 20000 --greedy
    all 0.5 GaussSuppression-extend0-off:318,sdcTable-simple:10.7 94214 20000 --greedy
    all 8 "" 565284 20000 ""
    all 25 "" 1130568 20000 ""
    ;;
"")
    for table in 340 5168 94214; do
        run "" "$table"
    done
    ;;
*)
    run "" "$@"
    ;;
esac
exit $failed
