#!/bin/sh
# history.sh - the weekly feed at full size: seconds of CPU of a run for each number of earlier weeks.
#
# One line of JSON per week: {"step", "earlier", "cpu_s", "limit_s", "ratio", "peak_mib", "figures",
# "published"}, rows of lists included. The data is 600,000 workers at 20,000 workplaces, each week's with a
# week more of news; every release is approved and delivered. WEEKS (7) and WORKERS say otherwise.
# Nothing fails when a limit is passed: a benchmark is read, not asserted.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$CORDON" init "$work/w" >/dev/null
"$CORDON" key root --organisation "Data owner" --no-passphrase --workspace "$work/w" >/dev/null
for name in "Asha Example" "Bram Sample"; do
    "$CORDON" key approver --name "$name" --organisation "Data owner" --no-passphrase \
        --workspace "$work/w" >/dev/null
done
python3 - "$CORDON" "$work/w" "${WEEKS:-7}" "${WORKERS:-600000}" <<'PY'
import csv, glob, json, os, re, subprocess, sys

cordon, workspace, weeks, workers = sys.argv[1:5]


def do(*arguments):
    return subprocess.run([cordon, *arguments, "--workspace", workspace], check=True, text=True,
                          capture_output=True).stdout


def timed(*arguments):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write, 1)
        os.execv(cordon, [cordon, *arguments, "--workspace", workspace])
    os.close(write)
    with os.fdopen(read) as said:
        text = said.read()
    _, status, usage = os.wait4(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, arguments
    return text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def count(release):
    statuses = []
    for path in glob.glob(f"{workspace}/staging/{release}/data/tables/*.csv"):
        with open(path, encoding="utf-8") as table:
            for row in csv.DictReader(table):
                statuses += [row[name] for name in row if name.endswith("_status")]
    statuses = [status for status in statuses if status != "z"]
    return len(statuses), sum(status != "c" for status in statuses)


for week in range(int(weeks)):
    subprocess.run([cordon, "synth", "--workers", workers, "--workplaces",
                    str(max(1, int(workers) // 30)), "--seed", "1", "--week", str(week), "--out",
                    workspace + "/data"], check=True, stdout=subprocess.DEVNULL)
    do("load")
    text, cpu, peak = timed("run", "scripts/london_adass.lua")
    release = re.search("staged: (.*)", text)[1]
    figures, published = count(release)
    limit = 2 + 0.5 * week
    print(json.dumps({"step": "run weekly", "earlier": week, "cpu_s": round(cpu, 2),
                      "limit_s": limit, "ratio": round(cpu / limit, 3), "peak_mib": peak,
                      "figures": figures, "published": published}), flush=True)
    for name in ("Asha Example", "Bram Sample"):
        do("approve", release, "--as", name)
    do("deliver", release)
PY
