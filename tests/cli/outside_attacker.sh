#!/bin/sh
# outside_attacker.sh - protect and attack on random small tables, against exact fractions.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

case="random tables"
check "the program and the fractions agree" \
    python3 "$root/tests/cli/outside_attacker.py" "$cordon" "${TABLES:-200}" "${SEED:-1}"
done_testing
