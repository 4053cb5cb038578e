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
    """Confidential cells that the published figures give away: (cell, "published" or "computed")."""
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


def published_figures(book):
    return {f for f in book.figures if f.published}


def only_primaries_withheld(book):
    return {f for f in book.figures if not f.unsafe}


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
    found, targets = attack(system, published)
    for cell, how in found[:10]:
        print(f"  {how}: {cell!r}", file=sys.stderr)
    print(f"attack {args.feed}: {len(published)} of {len(book.figures)} figures published, "
          f"{len(system.keys)} cells, {targets} confidential, {len(found)} found out")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
