"""outside_attacker.py CORDON [TABLES [SEED]] - random small tables, against exact fractions.

For each table: a pattern that the program writes must keep every sensitive cell undetermined, must
publish what is always published, and without holders have no secondary that could go; a refusal must name
exactly the cells that nothing can protect, with rows that suffice; and the program's attack on a
random pattern must find the very cells that Gauss-Jordan elimination over fractions finds. In two
tables of three some cells have holders: each of these is an attacker too, who knows its own cells.
A failing table is printed whole. SPDX-License-Identifier: GPL-3.0-or-later
"""
import csv
import json
import random
import subprocess
import sys
from fractions import Fraction

STATUSES = ["free", "sensitive", "forced", "hidden", "structural"]


def grid(rng):
    """A table of two or three dimensions with totals."""
    sizes = [rng.randint(2, 4) for _ in range(rng.choice([2, 2, 3]))]
    if len(sizes) == 3:
        sizes = [min(s, 3) for s in sizes]
    keys = [()]
    for size in sizes:
        keys = [k + (c,) for k in keys for c in range(size + 1)]
    values = {}
    for key in sorted(keys, key=lambda k: k.count(0)):
        if 0 not in key:
            values[key] = draw(rng)
            continue
        d = key.index(0)
        values[key] = sum(values[key[:d] + (c,) + key[d + 1:]] for c in range(1, sizes[d] + 1))
    rows = []
    for d, size in enumerate(sizes):
        for key in keys:
            if key[d] == 0:
                rows.append([(key, -1)] + [(key[:d] + (c,) + key[d + 1:], 1)
                                           for c in range(1, size + 1)])
    name = {k: "c" + "".join(map(str, k)) for k in keys}
    return ({name[k]: values[k] for k in keys}, [[(name[k], a) for k, a in row] for row in rows])


def linked(rng):
    """Cells that are sums and differences of others, in any way."""
    values = {f"x{i}": draw(rng) for i in range(rng.randint(3, 6))}
    rows = []
    for i in range(rng.randint(2, 7)):
        parts = rng.sample(sorted(values), rng.randint(1, min(4, len(values))))
        row = [(p, rng.choice([1, 1, 1, 1, -1, 2])) for p in parts]
        values[f"y{i}"] = sum(values[p] * a for p, a in row)
        rows.append(row + [(f"y{i}", -1)])
    return values, rows


def draw(rng):
    if rng.random() < 0.2:
        return Fraction(0)
    return Fraction(rng.randint(-3, 40), rng.choice([1, 1, 4]))


def determined(rows, unknown):
    """The unknown cells that the rows determine: alone in a reduced row."""
    matrix = []
    for row in rows:
        line = {}
        for cell, a in row:
            if cell in unknown:
                line[cell] = line.get(cell, 0) + Fraction(a)
        if line:
            matrix.append(line)
    reduced = []
    for line in matrix:
        for pivot, other in reduced:
            factor = line.get(pivot, 0)
            if factor:
                for cell, a in other.items():
                    line[cell] = line.get(cell, 0) - factor * a
        line = {cell: a for cell, a in line.items() if a}
        if not line:
            continue
        pivot = min(line)
        line = {cell: a / line[pivot] for cell, a in line.items()}
        for i, (p, other) in enumerate(reduced):
            factor = other.get(pivot, 0)
            if factor:
                for cell, a in line.items():
                    other[cell] = other.get(cell, 0) - factor * a
                reduced[i] = (p, {cell: a for cell, a in other.items() if a})
        reduced.append((pivot, line))
    return {pivot for pivot, line in reduced if len(line) == 1}


def views(unknown, holders):
    """What each contributor does not know, and what is no secret to it."""
    for h in sorted(set(holders.values())):
        own = {c for c in holders if holders[c] == h}
        if own & unknown:
            yield unknown - own, own


def exposed(rows, unknown, sensitive, holders, structural):
    """The sensitive unknown cells that anybody, and that only contributors determine."""
    anybody = determined(rows, unknown) & sensitive
    insiders = set()
    everything = {c for row in rows for c, _ in row} - structural
    for left, own in views(unknown, holders):
        insiders |= determined(rows, left) & sensitive - determined(rows, everything - own)
    return anybody, insiders - anybody


def text(value):
    return str(value) if value.denominator == 1 else f"{float(value):.2f}"


def write_table(rng, values, rows, status, holders):
    header = ["cell_id", "value", "status", "holder"][:4 if holders else 3]
    cells = [[c, text(values[c]), status[c], holders.get(c, "")][:len(header)] for c in values]
    entries = [[f"r{i}", c, str(a)] for i, row in enumerate(rows) for c, a in row]
    rng.shuffle(cells)
    rng.shuffle(entries)
    for path, header, lines in (("cells.csv", header, cells),
                                ("rows.csv", ["row_id", "cell_id", "coef"], entries)):
        order = rng.sample(range(len(header)), len(header))
        with open(path, "w", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            for line in [header] + lines:
                out.writerow([line[i] for i in order])
    return [line[0] for line in cells]


def run(*arguments):
    done = subprocess.run([CORDON, *arguments, "--json"], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def attack(withheld, order):
    with open("try.csv", "w") as file:
        file.write("cell_id,status\n")
        for c in order:
            file.write(f"{c},{'suppressed' if c in withheld else 'published'}\n")
    return run("attack", "--cells", "cells.csv", "--constraints", "rows.csv", "--pattern", "try.csv")


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def check_culprits(report, rows, unknown, holders):
    """Each cell that a contributor gives away comes with a cell of that contributor."""
    for c in report["exposedCells"]:
        if c["how"] == "contributor":
            own = {o for o in holders if holders[o] == holders[c["aloneIn"]]}
            expect(c["cell"] in determined(rows, unknown - own), "the wrong contributor is named")


def check_pattern(rows, sensitive, fixed, hidden, order, holders, structural):
    with open("out.csv", newline="") as file:
        lines = list(csv.reader(file))
    expect(lines[0] == ["cell_id", "status"], "header")
    expect([line[0] for line in lines[1:]] == order, "cells in the order of the file")
    withheld = {c for c, s in lines[1:] if s == "suppressed"}
    expect(not withheld & fixed, "a cell that is always published was withheld")
    expect(sensitive <= withheld and hidden <= withheld, "a sensitive or hidden cell was published")
    expect(exposed(rows, withheld, sensitive, holders, structural) == (set(), set()), "a cell is determined")
    for c in withheld - sensitive - hidden if not holders else ():
        expect(exposed(rows, withheld - {c}, sensitive, holders, structural) != (set(), set()),
               f"{c} need not have been withheld")
    expect(attack(withheld, order)[0] == 0, "the program's own attack refuses the pattern")
    return len(withheld - sensitive - hidden)


def check_conflict(report, values, rows, sensitive, fixed, holders, structural):
    unknown = set(values) - fixed
    lost = set().union(*exposed(rows, unknown, sensitive, holders, structural))
    expect({c["cell"] for c in report["conflicts"]} == lost, f"conflicts: expected {sorted(lost)}")
    for c in report["conflicts"]:
        named = [rows[int(r[1:])] for r in c["rows"]]
        own = set()
        if "aloneIn" in c:
            own = {o for o in holders if holders[o] == holders[c["aloneIn"]]}
        expect(c["cell"] in determined(named, unknown - own), f"the rows do not give {c['cell']}")
        expect(set(c["published"]) <= fixed | own, "a cell that may be withheld is named")


def check_table(rng, values, rows):
    weights = rng.choice([(8, 3, 0, 0, 0), (8, 3, 1, 1, 1), (5, 2, 2, 1, 0)])
    status = {c: rng.choices(STATUSES, weights)[0] for c in values}
    people = rng.choice([0, 1, 3])
    holders = {c: f"P{rng.randint(1, people)}" for c in values if people and rng.random() < 0.4}
    order = write_table(rng, values, rows, status, holders)
    sensitive = {c for c in values if status[c] == "sensitive"}
    hidden = {c for c in values if status[c] == "hidden"}
    structural = {c for c in values if status[c] == "structural"}
    known = {c for c in values if status[c] in ("forced", "structural")}
    fixed = known | {c for c in values if status[c] == "free" and values[c] == 0}
    code, report = run("protect", "cells.csv", "rows.csv", "--out", "out.csv")
    expect(code in (0, 1), f"protect: exit {code}")
    secondary = 0
    lost = any(exposed(rows, set(values) - fixed, sensitive, holders, structural))
    expect((code == 1) == lost, f"protect: exit {code}, impossible: {lost}")
    if code == 0:
        secondary = check_pattern(rows, sensitive, fixed, hidden, order, holders, structural)
        expect(report["secondary"] == secondary, "the count of secondaries")
    else:
        check_conflict(report, values, rows, sensitive, fixed, holders, structural)
    withheld = {c for c in values if rng.random() < 0.5 or c in sensitive and rng.random() < 0.8}
    anybody, insiders = exposed(rows, withheld - known, sensitive, holders, structural)
    seen = anybody | insiders | sensitive - withheld
    code, report = attack(withheld, order)
    expect(code == (1 if seen else 0), f"attack: exit {code}, exposed: {sorted(seen)}")
    expect({c["cell"] for c in report["exposedCells"]} == seen, f"exposed: {sorted(seen)}")
    expect({c["cell"] for c in report["exposedCells"] if c["how"] == "contributor"} == insiders,
           f"exposed to contributors: {sorted(insiders)}")
    check_culprits(report, rows, withheld - known, holders)
    return lost, bool(seen), secondary, bool(insiders)


CORDON = sys.argv[1]
TABLES = int(sys.argv[2]) if len(sys.argv) > 2 else 300
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
totals = [0, 0, 0, 0]
for number in range(TABLES):
    generator = random.Random(SEED * 1000003 + number)
    table = (grid if number % 2 == 0 else linked)(generator)
    try:
        for i, happened in enumerate(check_table(generator, *table)):
            totals[i] += happened
    except AssertionError as error:
        print(f"table {number} of seed {SEED}: {error}")
        for path in ("cells.csv", "rows.csv", "out.csv", "try.csv"):
            try:
                print(f"--- {path}\n{open(path).read()}")
            except FileNotFoundError:
                pass
        sys.exit(1)
print(f"{TABLES} tables: {totals[0]} impossible, {totals[1]} random patterns exposed, "
      f"{totals[2]} secondaries, {totals[3]} exposed to contributors")
if min(totals) < TABLES // 10 or totals[0] > TABLES // 2:
    sys.exit("the tables do not try everything")
