"""enumerate.py CORDON [TABLES [SEED]] - small tables of records, protected from the command line,
attacked by trying every whole number.

Each record belongs to a contributor. After `cordon protect`, neither an outsider nor a contributor
who is alone in some withheld cells may find that a sensitive cell (of somebody else) can have one
value only; and cells under other names get the same pattern. A failing table is made smaller by
leaving out records, and printed. SPDX-License-Identifier: GPL-3.0-or-later
"""
import itertools
import random
import subprocess
import sys

REACH = 6  # how far from the truth values are tried, by those who know no bounds
FAR = 60  # and above it by those who do
STEPS = 20000


class GaveUp(Exception):
    """Too many combinations."""


def make(sizes, records, threshold):
    """Cells of a table with totals (code 0): counts, who is alone in them, sensitive ones, rows."""
    keys = list(itertools.product(*(range(s + 1) for s in sizes)))
    inside = {k: [r for r in records
                  if all(c in (0, l) for c, l in zip(k, r[0]))] for k in keys}
    count = {k: len(inside[k]) for k in keys}
    owners = {k: {r[1] for r in inside[k]} for k in keys}
    holder = {k: min(owners[k]) if len(owners[k]) == 1 else "" for k in keys}
    sensitive = {k for k in keys if 0 < count[k] < threshold}
    rows = [[k] + [k[:d] + (c,) + k[d + 1:] for c in range(1, sizes[d] + 1)]
            for d in range(len(sizes)) for k in keys if k[d] == 0]
    return keys, count, holder, sensitive, rows


def write(table, names):
    keys, count, holder, sensitive, rows = table
    with open("cells.csv", "w") as file:
        file.write("cell_id,value,holder,status\n")
        for k in keys:
            file.write(f"{names[k]},{count[k]},{holder[k]},"
                       f"{'sensitive' if k in sensitive else 'free'}\n")
    with open("rows.csv", "w") as file:
        file.write("row_id,cell_id,coef\n")
        for i, row in enumerate(rows):
            for k in row:
                file.write(f"row {i},{names[k]},{-1 if k == row[0] else 1}\n")


def run(table, names, *options):
    """What the program says of each key."""
    write(table, names)
    done = subprocess.run([CORDON, "protect", "cells.csv", "rows.csv", "--out", "out.csv", *options],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"protect: exit {done.returncode}: {done.stderr}")
    with open("out.csv") as file:
        pattern = {line.split(",")[0]: line.rstrip("\n").split(",")[1:] for line in file}
    return {k: pattern[names[k]] for k in table[0]}


def protect(table, names):
    """The keys that the program withholds."""
    return {k for k, line in run(table, names).items() if line[0] == "suppressed"}


def narrow(rows, low, high):
    """Bounds carried through the rows; False: nothing fits."""
    changed = True
    while changed:
        changed = False
        for total, *parts in rows:
            lows, highs = sum(low[p] for p in parts), sum(high[p] for p in parts)
            for cell, least, most in [(total, lows, highs)] + \
                    [(p, low[total] - highs + high[p], high[total] - lows + low[p]) for p in parts]:
                if least > low[cell]:
                    low[cell], changed = least, True
                if most < high[cell]:
                    high[cell], changed = most, True
                if low[cell] > high[cell]:
                    return False
    return True


def fits(rows, low, high, steps):
    steps[0] -= 1
    if steps[0] < 0:
        raise GaveUp
    if not narrow(rows, low, high):
        return False
    open_cells = [c for c in low if low[c] < high[c]]
    if not open_cells:
        return True
    cell = min(open_cells, key=lambda c: high[c] - low[c])
    for value in range(low[cell], high[cell] + 1):
        if fits(rows, {**low, cell: value}, {**high, cell: value}, steps):
            return True
    return False


def learned(table, withheld, who):
    """Sensitive cells, not the attacker's own, that can have one value only."""
    keys, count, holder, sensitive, rows = table
    known = {k for k in keys if k not in withheld or who and holder[k] == who}
    low = {k: count[k] - (0 if k in known else REACH) for k in keys}
    high = {k: count[k] + (0 if k in known else REACH) for k in keys}
    steps = [STEPS]
    for k in sorted(sensitive):
        if who and holder[k] == who:
            continue
        if not any(fits(rows, {**low, k: count[k] + d}, {**high, k: count[k] + d}, steps)
                   for d in (1, -1, 2, -2, 3, -3, 4, -4)):
            return k
    return None


def narrower(table, names):
    """What is wrong with the bounds of `--intervals`, for a reader who knows that a withheld count
    is at least 1, for zeros are published; in tables of two dimensions the ends of an interval can
    be had."""
    keys, count, holder, sensitive, rows = table
    told = run(table, names, "--intervals")
    hidden = {k for k in keys if told[k][0] == "suppressed"}
    steps = [STEPS]

    def possible(k, v):
        low = {k: 1 if k in hidden else count[k] for k in keys}
        high = {k: count[k] + (FAR if k in hidden else 0) for k in keys}
        return low[k] <= v <= high[k] and fits(rows, {**low, k: v}, {**high, k: v}, steps)

    for k in sorted(sensitive):
        if k not in hidden:
            return f"{k} is published"
        least = int(told[k][1] or 0)
        most = int(told[k][2]) if told[k][2] else None
        if not any(possible(k, count[k] + d) for d in (1, -1, 2, -2, 3, -3, 4, -4)):
            return f"{k} can have one value only, for a reader with bounds"
        if possible(k, least - 1) or most is not None and possible(k, most + 1):
            return f"{k} can be outside its interval"
        if len(keys[0]) == 2 and most is not None and \
                not (possible(k, least) and possible(k, most)):
            return f"{k} cannot be at an end of its interval"
    return None


def problem(table):
    """What is wrong with the program's pattern, or None."""
    names = {k: "c" + "".join(map(str, k)) for k in table[0]}
    withheld = protect(table, names)
    if not table[3] <= withheld:
        return "a sensitive cell is published"
    for who in [""] + sorted(set(table[2].values()) - {""}):
        cell = learned(table, withheld, who)
        if cell is not None:
            return f"{cell} can have one value only; attacker: {who or 'an outsider'}"
    found = narrower(table, names) if HAS_INTERVALS else None
    if found is not None:
        return found
    renamed = {k: f"{(7919 * i) % 1009:x}-{i}" for i, k in enumerate(table[0])}
    if protect(table, renamed) != withheld:
        return "other names, another pattern"
    return None


def draw(rng):
    sizes = [rng.randint(2, 4) for _ in range(2)] if rng.random() < 0.6 else [2, 2, rng.randint(2, 3)]
    shares = [[rng.random() ** 2 + 0.05 for _ in range(s)] for s in sizes]
    owners = [f"p{i}" for i in range(rng.randint(2, 12))]
    records = [(tuple(rng.choices(range(1, s + 1), w)[0] for s, w in zip(sizes, shares)),
                rng.choice(owners)) for _ in range(rng.randint(6, 50))]
    return sizes, records, rng.randint(2, 5)


def shrink(sizes, records, threshold):
    again = True
    while again:
        again = False
        for i in range(len(records)):
            fewer = records[:i] + records[i + 1:]
            try:
                if problem(make(sizes, fewer, threshold)):
                    records, again = fewer, True
                    break
            except GaveUp:
                continue
    return records


CORDON = sys.argv[1]
TABLES = int(sys.argv[2]) if len(sys.argv) > 2 else 150
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
HAS_INTERVALS = "--intervals" in subprocess.run([CORDON, "protect", "--help"], capture_output=True,
                                                text=True).stdout
tried = 0
for number in range(TABLES):
    generator = random.Random(SEED * 1000003 + number)
    sizes, records, threshold = draw(generator)
    try:
        found = problem(make(sizes, records, threshold))
    except GaveUp:
        continue
    tried += 1
    if found:
        records = shrink(sizes, records, threshold)
        table = make(sizes, records, threshold)
        print(f"table {number} of seed {SEED}: {found}; made smaller: {problem(table)}")
        for path in ("cells.csv", "rows.csv", "out.csv"):
            print(f"--- {path}\n{open(path).read()}")
        sys.exit(1)
print(f"{tried} of {TABLES} tables tried, intervals {'too' if HAS_INTERVALS else 'not'}")
if tried < TABLES // 2:
    sys.exit("too many tables were too much")
