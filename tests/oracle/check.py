#!/usr/bin/python3
"""check.py - both oracles over staged releases, and proof that they can fail.

Usage: check.py --data DIR --codes DIR FEED=RELEASE_DIR...

For each release: every figure recomputed, the attack, and for a sample of secondaries whether
they are needed. Then the oracles are tried on spoilt copies: a figure changed, a forbidden figure
published, a protecting figure published, a row of a workplace that did not consent, and, on the
same data, primaries withheld alone. Each must be noticed. Exit 1 when anything is not as it
should be.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import argparse
import csv
import os
import shutil
import sys
import tempfile

import attack
import feeds
import recompute
from data import Data
from figures import Book, read_release
from system import System

SAMPLE = 8


class Trial:
    """One release, and whether all went as it should."""

    def __init__(self, data, name, release):
        self.data, self.name, self.release = data, name, release
        self.feed = feeds.FEEDS[name]
        self.book = Book(data, self.feed, read_release(release))
        self.system = System(self.book)
        self.failed = 0

    def expect(self, holds, text):
        print(f"  {'ok  ' if holds else 'FAIL'} {self.name}: {text}")
        self.failed += not holds

    def oracles(self):
        print(f"{self.name}: recomputed: ", end="")
        wrong = recompute.report(recompute.recompute(self.book), sys.stdout)
        self.expect(wrong == 0, "every figure equals its recomputation")
        print(f"{self.name}: attacked: ", end="")
        found = attack.report(self.book, self.system, attack.published_figures(self.book),
                              sys.stdout)
        self.expect(found == 0, "no confidential cell is found out")

    def is_found(self, published):
        return attack.attack(self.system, published)[0]

    def is_needed(self, figure, bounds):
        """Publishing it gives a confidential cell away, by equations or at least by bounds."""
        if self.is_found(attack.published_figures(self.book) | {figure}):
            return True
        return len(bounds.with_published(figure).pinned()) > len(bounds.pinned())

    def secondaries(self):
        all_of_them = attack.secondaries(self.book)
        if not all_of_them:
            return
        sample = all_of_them[::max(1, len(all_of_them) // SAMPLE)]
        bounds = attack.Bounds(self.system, attack.published_figures(self.book))
        needless = sum(not self.is_needed(f, bounds) for f in sample)
        # Contributors as attackers and protection levels, which this attacker does not know, need
        # some of them; that no secondary is idle is shown on systems (tests/unit/protect).
        self.expect(needless < len(sample),
                    f"{needless} of {len(sample)} tried secondaries (of {len(all_of_them)}) "
                    "could be published as far as outsiders can tell")
        found = self.is_found(attack.only_primaries_withheld(self.book))
        self.expect(found, f"with primaries withheld alone the attack finds {len(found)} cells")

    # ---- spoilt copies

    def spoil(self, output, change):
        """A copy of the release with change(header, rows) done to one table; its book."""
        with tempfile.TemporaryDirectory() as scratch:
            copy = os.path.join(scratch, "release")
            shutil.copytree(os.path.join(self.release, "data", "tables"),
                            os.path.join(copy, "data", "tables"))
            path = os.path.join(copy, "data", "tables", output + ".csv")
            with open(path, newline="", encoding="utf-8") as f:
                header, *rows = csv.reader(f)
            change(header, rows)
            with open(path, "w", newline="", encoding="utf-8") as f:
                csv.writer(f, lineterminator="\n").writerows([header] + rows)
            return Book(self.data, self.feed, read_release(copy))

    def spoil_figure(self, figure, text, status):
        def change(header, rows):
            place = header.index(figure.name)
            rows[figure.line - 2][place:place + 2] = [text, status]

        return self.spoil(figure.output, change)

    def attacked(self, book):
        return attack.attack(System(book), attack.published_figures(book))[0]

    def spoilt_copies(self):
        shown = [f for f in self.book.figures if f.status == "" and float(f.text)]
        for figure in shown[::max(1, len(shown) // 3)]:
            places = len(figure.text.partition(".")[2])
            other = f"{float(figure.text) + (0.1 ** places if places else 5):.{places}f}"
            book = self.spoil_figure(figure, other, "")
            self.expect(recompute.recompute(book).wrong,
                        f"a changed figure is noticed ({figure!r})")
        forbidden = [f for f in self.book.figures if f.unsafe]
        for figure in forbidden[:1]:
            text, status = self.book.published(figure.measure, figure.cells)
            book = self.spoil_figure(figure, text, status)
            self.expect(recompute.recompute(book).wrong, "a forbidden figure is noticed")
            self.expect(self.attacked(book), "and the attack sees it")
        published = attack.published_figures(self.book)
        for figure in attack.secondaries(self.book):
            if not self.is_found(published | {figure}):
                continue
            book = self.spoil_figure(figure, *self.book.published(figure.measure, figure.cells))
            self.expect(not recompute.recompute(book).wrong and self.attacked(book),
                        "a protecting figure that is published gives a confidential one away")
            break
        for name, spec in self.feed.lists.items():
            if spec.consent is not None:
                self.spoilt_list(name, spec)

    def spoilt_list(self, name, spec):
        others = [w for w in self.data.workplaces.values()
                  if w["area"] in self.feed.areas(self.data) and w["permission"] != spec.consent]

        def add_row(header, rows):
            row = [max(t) if isinstance(t, set) else t
                   for t in (f(others[0]) for f in spec.fields.values())]
            rows.append((row + [self.book.period] + ["", "x"] * len(spec.measures))[:len(header)])

        def show_withheld(header, rows):
            for row in rows:
                if "c" in row:
                    place = row.index("c")
                    row[place - 1:place + 1] = ["12.3", ""]
                    return

        for change, text in ((add_row, "a row without consent is noticed"),
                             (show_withheld, "a row's withheld figure is noticed")):
            self.expect(recompute.recompute(self.spoil(name, change)).wrong, text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--codes", required=True)
    parser.add_argument("releases", nargs="+", metavar="FEED=RELEASE_DIR")
    args = parser.parse_args()
    data = Data(args.data, args.codes)
    failed = protected = 0
    for item in args.releases:
        name, _, release = item.partition("=")
        trial = Trial(data, name, release)
        trial.oracles()
        trial.secondaries()
        trial.spoilt_copies()
        failed += trial.failed
        protected += len(attack.secondaries(trial.book))
    if not protected:
        print("  FAIL no release needed a secondary: the data is too easy to prove anything")
        failed += 1
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
