# clock.sh - what the tests with a moved clock share: living at another time, and both verifiers.
#
# Source it after cli.sh. The clock is moved with faketime, for our program and for
# openssl alike. Each package is looked at by verify.sh under dash, which knows
# openssl and sha512sum only, and by `cordon verify`; both must give the same answer
# and exit code.
# shellcheck shell=sh disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
if [ "${FLAVOUR:-}" = asan ]; then
    echo "skipped: faketime and the sanitizers both want to be loaded first"
    exit 0
fi
program=$cordon
printf '#!/bin/sh\nNO_FAKE_STAT=1 exec faketime -f "$CLOCK" "%s" "$@"\n' "$program" >then
chmod +x then

# at OFFSET COMMAND...: with the clock moved, e.g. -400d; times of files stay as they are
at() {
    at_offset=$1
    shift
    NO_FAKE_STAT=1 faketime -f "$at_offset" "$@"
}

# past OFFSET: from here on our program lives then; now: today
past() {
    CLOCK=$1
    export CLOCK
    cordon=$work/then
}
now() {
    cordon=$program
    CLOCK=+0
}

# answers CODE LINE [OFFSET [TRUST [WORDS [KNOWN]]]]: what both tools say of the package in
# $package; WORDS where `cordon verify` uses others
answers() {
    checks=$((checks + 1))
    answers_at=${3:-+0}
    answers_trust=$work/${4:-trust}
    answers_known=${6:+$work/$6}
    said=$(cd "$package" &&
        at "$answers_at" timeout 20 dash ./verify.sh "$answers_trust" ${answers_known:+"$answers_known"} 2>&1)
    code=$?
    first=$(printf '%s\n' "$said" | head -n 1)
    [ "$first" = "$2" ] || fail "verify.sh says '$first', expected '$2'"
    [ "$code" = "$1" ] || fail "verify.sh exits with $code, expected $1"
    past "$answers_at"
    run verify "$package" --trust "$answers_trust" ${answers_known:+--known "$answers_known"}
    now
    [ "$code" = "$1" ] || { fail "verify exits with $code, expected $1"; show; }
    case $2 in
    OK*) grep -q '^verified: ' out || fail "verify does not say verified" ;;
    *) grep -Fq -- "${5:-${2#REFUSED: }}" err || { fail "verify does not say '$2'"; show; } ;;
    esac
}

# publish [FOLDER]: the trust folder of the desk goes to the stranger
publish() {
    rm -rf "${1:-trust}"
    mkdir "${1:-trust}"
    cp ws/trust/*.pem ws/trust/status.json* "${1:-trust}/"
}

# release SCRIPT [BY...]: staged, approved by two, delivered; its folder in $package
release() {
    stage ws "$1"
    shift
    [ $# -gt 0 ] || set -- "Asha Example" "Bram Sample"
    for release_by; do
        must approve "$id" --as "$release_by" --workspace ws
    done
    must deliver "$id" --workspace ws
    package=$work/ws/outbox/$id
}
