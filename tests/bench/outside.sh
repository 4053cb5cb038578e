#!/bin/sh
# outside.sh - reading a table of 605,880 cells and 2,000,000 constraint entries, in CPU seconds.
#
# Nothing in it is sensitive, so that the attack is over when the files are read. Two orders: the
# regular one of most tools, and entries shuffled (for comparison, without a limit).
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cordon=${CORDON:-build/cordon}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$cordon" "$work" <<'EOF2'
import random
import resource
import subprocess
import sys

cordon, work = sys.argv[1:]
sizes = [153, 20, 33, 6]
ENTRIES, LIMIT = 2000000, 1.5
strides = [20 * 33 * 6, 33 * 6, 6, 1]
count = sizes[0] * strides[0]
ids = [f"A{a:03d}|S{b:02d}|R{c:02d}|{d}" for a in range(153) for b in range(20)
       for c in range(33) for d in range(6)]
values = [0] * count  # leaves first, then each dimension's totals (code 0)
generator = random.Random(1)
for c in range(count):
    if all(c // st % s for st, s in zip(strides, sizes)):
        values[c] = generator.randrange(1000)
for st, s in zip(strides, sizes):
    for c in range(count):
        code = c // st % s
        if code:
            values[c - code * st] += values[c]
lines = []
for d, (st, s) in enumerate(zip(strides, sizes)):
    for c in range(count):
        if c // st % s == 0 and len(lines) + s <= ENTRIES:
            lines += [f"{d}/{ids[c]},{ids[c + j * st]},{1 if j else -1}\n" for j in range(s)]
with open(f"{work}/cells.csv", "w") as file:
    file.write("cell_id,value\n")
    file.writelines(f"{i},{v}\n" for i, v in zip(ids, values))
with open(f"{work}/out.csv", "w") as file:
    file.write("cell_id,status\n")
    file.writelines(f"{i},published\n" for i in ids)


def measure(order):
    with open(f"{work}/rows.csv", "w") as file:
        file.write("row_id,cell_id,coef\n")
        file.writelines(lines)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([cordon, "attack", "--cells", f"{work}/cells.csv", "--constraints",
                    f"{work}/rows.csv", "--pattern", f"{work}/out.csv"], check=True,
                   stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"outside order={order} cells={count} entries={len(lines)} cpu_seconds={seconds:.2f} "
          f"peak_kib={after.ru_maxrss}", flush=True)
    return seconds


regular = measure("regular")
generator.shuffle(lines)
measure("shuffled")
if regular > LIMIT:
    sys.exit(f"reading takes longer than {LIMIT} s")
EOF2
