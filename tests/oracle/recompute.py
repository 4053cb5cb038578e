#!/usr/bin/python3
"""recompute.py - every published figure again, from the raw files, in exact fractions.

Usage: recompute.py --data DIR --codes DIR --release DIR --feed NAME

Exit 1 when a published figure differs from the definition and the policy's rounding, when a figure
that a rule forbids is published, or when a list has a row or a value that it should not have.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import argparse
import itertools
import sys
from collections import Counter

import definitions as d
import feeds
from data import Data
from figures import EMPTY_STATUSES, Book, read_release


class Findings:
    def __init__(self):
        self.wrong = []
        self.counts = Counter()

    def add(self, text):
        self.wrong.append(text)


def check_table_rows(book, name, findings):
    """Each key once, every combination of codes, and every code that has records."""
    spec, output = book.feed.tables[name], book.outputs[name]
    keys = [tuple(row[dim] for dim, _ in spec.dimensions) for row in output.rows]
    findings.counts["rows"] += len(keys)
    for key, times in Counter(keys).items():
        if times > 1:
            findings.add(f"{name}: key {'/'.join(key)} is there {times} times")
    columns = [set(column) for column in zip(*keys)]
    if len(keys) != len(set(itertools.product(*columns))):
        findings.add(f"{name}: not every combination of codes has a row")
    filters = book.feed.filters(book.data, spec)
    for (dim, levels), codes in zip(spec.dimensions, columns):
        dimension = book.dimensions[dim]
        allowed = filters.get(dimension.axis)
        if spec.totals != (d.TOTAL in codes):
            findings.add(f"{name}: totals of {dim} are not as the script says")
        for level in levels:
            for code, leaves in dimension.levels[level].items():
                inside = leaves if allowed is None else leaves & allowed
                if bool(inside) != (code in codes):
                    findings.add(f"{name}: {dim} {code} is {'missing' if inside else 'outside'}")
    for line, row in enumerate(output.rows, 2):
        if row["period"] != book.period:
            findings.add(f"{name}:{line}: period {row['period']}")
        for dim, _ in spec.dimensions:
            if not row[dim + "_label"]:
                findings.add(f"{name}:{line}: {dim} has no label")


def check_figure(book, figure, findings):
    if (figure.text == "") != (figure.status in EMPTY_STATUSES):
        findings.add(f"{figure!r}: value and status {figure.status!r} do not go together")
    if figure.unsafe:
        findings.counts["forbidden by a rule"] += 1
        for rule in figure.unsafe:
            findings.counts["rule " + rule] += 1
        if figure.published:
            findings.add(f"{figure!r}: published although a rule forbids it: {figure.unsafe}")
        return
    if not figure.published:
        findings.counts["withheld besides"] += 1
        return
    findings.counts["published"] += 1
    text, status = book.published(figure.measure, figure.cells)
    if (text, status) != (figure.text, figure.status):
        findings.add(f"{figure!r}: published {figure.text!r} {figure.status!r}, "
                     f"expected {text!r} {status!r}")


def row_expected(book, measure, workplace):
    """(text, status) of one measure of one workplace's own row."""
    if measure.gate and not (workplace["records"] is not None
                             and workplace["records"] == workplace["staff"]):
        return "", "x"
    population = book.data.populations[measure.parts[0].population]
    mine = population.of_workplace.get(workplace["id"], 0)

    def records(part):
        return book.part_cell(part, {}).bits & mine

    bits = [records(part) for part in measure.parts]
    if not any(bits):
        return "", "x"
    sums = [population.sum(b, part.value) for b, part in zip(bits, measure.parts)]
    if len(sums) > 1 and sums[1] == 0:
        return "", "z"
    behind = bits if measure.kind == "share" else bits[-1:]
    if any(b and population.worker_count(b) < d.MIN_ROW_WORKERS for b in behind):
        return "", "c"
    if measure.kind == "share":
        rest = records(measure.rest)
        if sums[0] in (0, sums[1]) or (rest and population.worker_count(rest) < d.MIN_ROW_WORKERS):
            return "", "c"
    return book.published(measure, [Slice(population, part.value, b)
                                    for part, b in zip(measure.parts, bits)])


class Slice:
    """What Book.published needs to know of a cell."""

    box = (("workplace", None),)

    def __init__(self, population, value, bits):
        self.population, self.value, self.bits = population, value, bits
        self.total = population.sum(bits, value)


def check_list(book, name, findings):
    spec, output = book.feed.lists[name], book.outputs[name]
    header = list(spec.fields) + ["period"]
    header += [c for m in spec.measures for c in (m, m + "_status")]
    if output.header != header:
        findings.add(f"{name}: header {output.header}, expected {header}")
        return
    found, left = spec.match(book.data, output.rows)
    for line, (row, record) in enumerate(zip(output.rows, found), 2):
        findings.counts["list rows"] += 1
        if record is None:
            findings.add(f"{name}:{line}: a row that should not be there, or a wrong field")
            continue
        for m in spec.measures:
            expected = row_expected(book, book.measures[m], record)
            if (row[m], row[m + "_status"]) != expected:
                findings.add(f"{name}:{line}: {m} is {row[m]!r} {row[m + '_status']!r}, "
                             f"expected {expected!r}")
            findings.counts["list figures " + (expected[1] or "shown")] += 1
    for record in left:
        findings.add(f"{name}: no row for {spec.record} {record['id']}")


def recompute(book):
    findings = Findings()
    for name in book.feed.tables:
        check_table_rows(book, name, findings)
    for figure in book.figures:
        check_figure(book, figure, findings)
    for name in book.feed.lists:
        check_list(book, name, findings)
    return findings


def report(findings, out):
    """Prints the findings; returns how many there are."""
    for text in findings.wrong[:20]:
        print("  " + text, file=out)
    counts = ", ".join(f"{n} {what}" for what, n in sorted(findings.counts.items()))
    print(f"{len(findings.wrong)} wrong; {counts}", file=out)
    return len(findings.wrong)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--data", "--codes", "--release", "--feed"):
        parser.add_argument(name, required=True)
    args = parser.parse_args()
    data = Data(args.data, args.codes)
    book = Book(data, feeds.FEEDS[args.feed], read_release(args.release))
    return 1 if report(recompute(book), sys.stdout) else 0


if __name__ == "__main__":
    sys.exit(main())
