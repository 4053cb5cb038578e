#!/usr/bin/python3
"""attack.py - an intruder with every published cell, consenting rows and public structure.

Usage: attack.py --data DIR --codes DIR --release DIR --feed NAME [--no-secondary]

Takes every published figure as exact, although it was rounded. Exit 1 when a confidential cell is
published or can be computed; 0 when none can. With --no-secondary only what a rule itself forbids
is withheld: on real data the intruder must then succeed.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import argparse
import collections
import copy
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
    targets = system.targets()
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


class Bounds:
    """What follows from what is published because no cell is negative and a withheld count is not 0
    (zeros are published): least and largest values of the cells, tightened along the equations
    until they stand still. Finds more than equations alone, less than a linear programme would."""

    VISITS = 40  # of an equation: more tighten next to nothing

    def __init__(self, system, published):
        self.system = system
        cells = [system.book.cells[key] for key in system.keys]
        self.number = {cell.key: n for n, cell in enumerate(cells)}
        self.low = [cell.total if cell.known else 0 for cell in cells]
        self.high = [cell.total if cell.known else None for cell in cells]
        for figure in system.book.figures:
            if figure in published:
                self._show(figure)
            elif figure.measure.kind == "count":
                n = self.number[figure.cells[0].key]
                self.low[n] = max(self.low[n], 1)
        self.equations = [[(self.number[c.key], k) for c, k in e] for e in system.equations]
        self.equations_of = [[] for _ in cells]
        for e, equation in enumerate(self.equations):
            for n, _ in equation:
                self.equations_of[n].append(e)
        self._settle(range(len(self.equations)))

    def _show(self, figure):
        """The numbers of the cells that it tells of."""
        shown = []
        for cell in figure.cells[-1:] if figure.status == "z" else figure.cells:
            n = self.number[cell.key]
            self.low[n] = self.high[n] = cell.total
            shown.append(n)
        return shown

    def with_published(self, figure):
        """The same with one more figure: what was tight stays so."""
        other = copy.copy(self)
        other.low, other.high = list(self.low), list(self.high)
        other._settle([e for n in other._show(figure) for e in self.equations_of[n]])
        return other

    def _settle(self, numbers):
        queue = collections.deque(dict.fromkeys(numbers))
        waits, visits = set(queue), collections.Counter()
        while queue:
            e = queue.popleft()
            waits.discard(e)
            visits[e] += 1
            for n in _tighten(self.equations[e], self.low, self.high):
                for again in self.equations_of[n]:
                    if again not in waits and visits[again] < self.VISITS:
                        waits.add(again)
                        queue.append(again)

    def pinned(self):
        """Confidential cells with one value left."""
        numbers = ((cell, self.number[cell.key]) for cell in self.system.targets())
        return [cell for cell, n in numbers if self.low[n] == self.high[n] and cell.bits]


def _tighten(equation, low, high):
    """One equation, sum of k x = 0 with k = 1 or -1: each x is bounded by what the others allow.
    Those whose bounds moved."""
    bottom = top = open_below = open_above = 0
    for u, k in equation:
        least, most = (low[u], high[u]) if k > 0 else (high[u], low[u])
        if k > 0:
            bottom += least
            if most is None:
                open_above += 1
            else:
                top += most
        else:
            top -= most
            if least is None:
                open_below += 1
            else:
                bottom -= least
    changed = []
    for u, k in equation:
        own_low, own_high = low[u], high[u]
        if own_low == own_high:
            continue
        # the others sum to -k x; their least and greatest sums
        if k > 0:
            least = None if open_below else bottom - own_low
            most = None if open_above - (own_high is None) else top - (own_high or 0)
            new_low, new_high = None if most is None else -most, None if least is None else -least
        else:
            least = None if open_below - (own_high is None) else bottom + (own_high or 0)
            new_low, new_high = least, None if open_above else top + own_low
        if new_low is not None and new_low > own_low:
            low[u] = new_low
        if new_high is not None and (own_high is None or new_high < own_high):
            high[u] = new_high
        if (low[u], high[u]) != (own_low, own_high):
            changed.append(u)
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
    bound = Bounds(system, published).pinned()
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
