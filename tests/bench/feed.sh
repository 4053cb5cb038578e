#!/bin/sh
# feed.sh - the main job at full size: seconds of CPU of each step against its limit.
#
# One line of JSON per step: {"step", "cpu_s", "limit_s", "ratio", "peak_mib"}. The data is 600,000
# workers at 20,000 workplaces; steps run as whole processes. Nothing fails when a limit is passed:
# a benchmark is read, not asserted.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$CORDON" init "$work/w" >/dev/null
python3 - "$CORDON" "$work/w" <<'PY'
import json, os, sys

cordon, workspace = sys.argv[1:3]
STEPS = [
    ("synth", 10, ["synth", "--workers", "600000", "--workplaces", "20000", "--seed", "1",
                   "--out", workspace + "/data"]),
    ("load", 6, ["load"]),
    ("check", 2, ["check", "scripts/london_adass.lua"]),
    ("run", 2, ["run", "scripts/london_adass.lua"]),
    ("run coverage", 2, ["run", "scripts/borough_coverage.lua"]),
    ("run icb", 2, ["run", "scripts/icb_area.lua"]),
]
for name, limit, arguments in STEPS:
    child = os.fork()
    if child == 0:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.execv(cordon, [cordon] + arguments + ["--workspace", workspace])
    _, status, usage = os.wait4(child, 0)
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"step": name, "exit": os.waitstatus_to_exitcode(status),
                      "cpu_s": round(cpu, 2), "limit_s": limit, "ratio": round(cpu / limit, 3),
                      "peak_mib": usage.ru_maxrss // 1024}))
PY
