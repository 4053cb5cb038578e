#!/bin/sh
# run.sh - the three scripts on synthetic data, recomputed and attacked by the Python oracle.
#
# ORACLE_WORKERS, ORACLE_WORKPLACES and ORACLE_SEED change the data. Everything happens in a
# temporary workspace, which is removed.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cordon=$root/build/cordon
export PYTHONDONTWRITEBYTECODE=1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
space=$scratch/workspace

"$cordon" init "$space"
"$cordon" synth --workers "${ORACLE_WORKERS:-20000}" --workplaces "${ORACLE_WORKPLACES:-900}" \
    --seed "${ORACLE_SEED:-7}" --out "$space/data"
"$cordon" load --workspace "$space" >"$scratch/load.log" 2>&1 || {
    cat "$scratch/load.log"
    exit 1
}

set --
for feed in london_adass borough_coverage icb_area; do
    "$cordon" run "$root/scripts/$feed.lua" --workspace "$space"
    release=
    for directory in "$space/staging/$feed"-*/; do
        [ -z "$release" ] || { echo "more than one release of $feed"; exit 1; }
        release=${directory%/}
    done
    [ -d "$release/data/tables" ] || { echo "no release of $feed in staging"; exit 1; }
    set -- "$@" "$feed=$release"
done
/usr/bin/python3 "$here/check.py" --data "$space/data" --codes "$root/policies/catalogue/codes" "$@"
