#!/bin/sh
# oracle_enumerate.sh - small tables of records and contributors, attacked by trying every number.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/../support/cli.sh"

case="random tables"
check "nobody finds a sensitive cell of somebody else" \
    python3 "$root/tests/oracle/enumerate.py" "$cordon" "${TABLES:-150}" "${SEED:-1}"
done_testing
