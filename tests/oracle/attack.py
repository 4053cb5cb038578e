#!/usr/bin/python3
"""attack.py - an intruder with every published cell, consenting rows and public structure.

Usage: attack.py --data DIR --codes DIR --release DIR --feed NAME [--no-secondary]

Takes every published figure as exact, although it was rounded. Exit 1 when a confidential cell is
published or can be computed; 0 when none can. With --no-secondary only what a rule itself forbids
is withheld: on real data the intruder must then succeed.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import argparse
import sys

import feeds
import linear
from data import Data
from figures import Book, read_release
from system import System


def attack(system, published):
    """Confidential cells that the published figures give away, each "published" or "computed"."""
    book = system.book
    seen = {key for key in system.keys if book.cells[key].known}
    for figure in book.figures:
        if figure in published:
            cells = figure.cells[-1:] if figure.status == "z" else figure.cells
            seen.update(c.key for c in cells)
    targets = [book.cells[key] for key in sorted(system.keys, key=repr)
               if system.is_target(book.cells[key])]
    found = [(cell, "published") for cell in targets if cell.key in seen]
    number = {}
    equations = []
    for equation in system.equations:
        unknown = [(number.setdefault(c.key, len(number)), k) for c, k in equation
                   if c.key not in seen]
        if unknown:
            equations.append(unknown)
    hidden = {number[c.key]: c for c in targets if c.key in number}
    determined = linear.determined(equations, set(hidden))
    found += [(hidden[n], "computed") for n in sorted(determined)]
    return found, len(targets)


def pinned(system, published, sweeps=40):
    """Confidential cells whose value follows from what is published because no cell is negative and
    a withheld count is not 0 (zeros are published): bounds of each cell tightened along the
    equations until they stand still. Finds more than equations alone, less than a linear
    programme would."""
    book = system.book
    low, high = {}, {}
    for key in system.keys:
        cell = book.cells[key]
        low[key], high[key] = (cell.total, cell.total) if cell.known else (0, None)
    for figure in book.figures:
        if figure in published:
            for cell in figure.cells[-1:] if figure.status == "z" else figure.cells:
                low[cell.key] = high[cell.key] = cell.total
        elif figure.measure.kind == "count":
            low[figure.cells[0].key] = max(low[figure.cells[0].key], 1)
    equations = [[(c.key, k) for c, k in e] for e in system.equations
                 if any(low[c.key] != high[c.key] for c, _ in e)]
    for _ in range(sweeps):
        if not any([_tighten(equation, low, high) for equation in equations]):
            break
    return [book.cells[key] for key in sorted(system.keys, key=repr)
            if system.is_target(book.cells[key]) and low[key] == high[key]
            and book.cells[key].bits]


def _tighten(equation, low, high):
    """One equation, sum of k x = 0 with k = 1 or -1: each x is bounded by what the others allow."""
    bottom = sum(low[u] if k > 0 else 0 for u, k in equation)
    open_below = sum(k < 0 and high[u] is None for u, k in equation)
    bottom -= sum(high[u] for u, k in equation if k < 0 and high[u] is not None)
    top = -sum(low[u] for u, k in equation if k < 0)
    open_above = sum(k > 0 and high[u] is None for u, k in equation)
    top += sum(high[u] for u, k in equation if k > 0 and high[u] is not None)
    changed = False
    for u, k in equation:
        own_low, own_high = low[u], high[u]
        if own_low == own_high:
            continue
        # the others sum to -k x; their least and greatest sums
        if k > 0:
            least = bottom - own_low if not open_below else None
            most_open = open_above - (own_high is None)
            most = top - (own_high or 0) if not most_open else None
            new_low, new_high = (None if most is None else -most), (None if least is None
                                                                    else -least)
        else:
            least_open = open_below - (own_high is None)
            least = bottom + (own_high or 0) if not least_open else None
            most = top + own_low if not open_above else None
            new_low, new_high = least, most
        if new_low is not None and new_low > own_low:
            low[u], changed = new_low, True
        if new_high is not None and (own_high is None or new_high < own_high):
            high[u], changed = new_high, True
        if changed:
            return True  # sums are stale: this equation comes again in the next sweep
    return changed


def published_figures(book):
    return {f for f in book.figures if f.published}


def only_primaries_withheld(book):
    return {f for f in book.figures if not f.unsafe}


def secondaries(book):
    """Withheld although no rule forbids them: they protect others."""
    return [f for f in book.figures if not f.published and not f.unsafe]


def report(book, system, published, out):
    """Prints the result of an attack; returns how many confidential cells it found."""
    found, targets = attack(system, published)
    for cell, how in found[:10]:
        print(f"  {how}: {cell!r}", file=out)
    bound = pinned(system, published)
    print(f"{len(published)} of {len(book.figures)} figures published, {len(system.keys)} cells, "
          f"{targets} confidential, {len(found)} found out, {len(bound)} follow from bounds",
          file=out)
    for cell in bound[:5]:
        print(f"  bounded: {cell!r} {cell.total}", file=out)
    return len(found)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--data", "--codes", "--release", "--feed"):
        parser.add_argument(name, required=True)
    parser.add_argument("--no-secondary", action="store_true")
    args = parser.parse_args()
    data = Data(args.data, args.codes)
    book = Book(data, feeds.FEEDS[args.feed], read_release(args.release))
    system = System(book)
    published = only_primaries_withheld(book) if args.no_secondary else published_figures(book)
    return 1 if report(book, system, published, sys.stdout) else 0


if __name__ == "__main__":
    sys.exit(main())
