#!/usr/bin/python3
"""weeks.py - an attacker who holds all packages of all weeks and all partners.

Usage: weeks.py --codes DIR --data DIR ... --release WEEK=DIR ... [--most N | --least N]

Every --data is one week's, in order; a release names the week that it was made of, from 0. The
attacker takes each published number as exact, knows the code lists, that parts add up to wholes,
where there is nobody (but not where that is a secret, nor that all have answered a question), and
that who did not change counts the same in every week. The data serve
only to know which equations there are and whether what was found is true.

What must not be found out: a cell that a rule withholds, in any week; a part that cells which
overlap tell apart, when a rule would withhold it; a change of a cell between two weeks when fewer workers,
workplaces or providers stand behind it than the policy asks for; groups of those who were in a cell
in the same weeks, when they are few; and what is left of a cell less all rows that are known by
then or later, when a rule would withhold it.

Exit 1 when more than N are found (--most) or fewer than N (--least), or when one is wrong.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import argparse
import itertools
import sys
from collections import Counter, defaultdict

import definitions as d
import linear
from engine import ones
from weekly import Family, Records, Release, read_weeks


class Attack:
    """One system of equations over all weeks. An unknown is named by a tuple; `seen` has those
    whose value is published, `targets` what must stay unknown, its true value and why."""

    def __init__(self, weeks, releases):
        self.weeks, self.releases = weeks, releases
        self.records = {name: Records(weeks, name) for name in weeks[0].populations}
        self.cells = {}             # (population, value, week, box) -> Cell
        self.seen = {}
        self.targets = {}
        self.equations = []
        self.phantoms = defaultdict(set)    # (population, value) -> boxes not known to be empty
        self.shown = defaultdict(set)   # (population, value, week, own box) -> workplaces in rows
        for release in releases:
            self._read(release)
        self._remember_rows()
        self.own = set(self.cells)
        self._drop_shown()
        self._overlaps()
        self._changes()
        self._rests()
        self._families()
        self._sums()

    # ---- what is published, what a rule forbids

    def _read(self, release):
        book = release.book
        for figure in book.figures:
            rest = [figure.rest] if figure.rest else []
            for cell in figure.cells + figure.terms + rest:
                name = self._name(release.week, cell)
                self.cells[name] = cell
                if book.is_public(cell):
                    self.seen[name] = cell.total
                if cell.sensitive:
                    self._target(name, cell.total, f"withheld {cell!r}")
                if not cell.bits and (cell.sensitive or not figure.published):
                    self.phantoms[name[0], name[1]].add(cell.box)
            if figure.published:
                shown = figure.cells[-1:] if figure.status == "z" else figure.cells
                exact = figure.measure.kind in ("count", "sum") and figure.measure.unit == 1
                for cell in shown:
                    name = self._name(release.week, cell)
                    value = int(figure.text) if exact and figure.text else None
                    if cell.total == 0 and not cell.sensitive:
                        value = 0
                    if self.seen.get(name) is None:
                        self.seen[name] = value
                    elif value is not None:
                        assert self.seen[name] == value, f"{release.name}: {figure!r} differs"

        for place, measure, status, text in release.rows:
            self._read_row(release, place, measure, status, text)

    def _read_row(self, release, place, measure, status, text):
        """A row shows its workplace's cells; a workplace of too few workers is a secret."""
        parts = list(measure.parts) + ([measure.rest] if measure.rest else [])
        for part in parts + list(measure.terms):
            self.records[part.population].add_places()
            cell = release.book.part_cell(part, {"place": frozenset([place["id"]])})
            name = self._name(release.week, cell)
            self.cells[name] = cell
            population = cell.population
            if cell.bits and population.worker_count(cell.bits) < d.MIN_ROW_WORKERS and (
                    status == "c" or measure.kind == "share"):
                self._target(name, cell.total, f"row {cell!r}")
            if status in ("", "low") and cell.bits:
                if part in measure.parts:
                    exact = measure.kind in ("count", "sum") and measure.unit == 1 and text
                    self.seen[name] = int(text) if exact else self.seen.get(name)
                own = tuple(item for item in cell.box
                            if item[0] != "place" and item[0] not in population.unit_axes)
                self.shown[population.name, part.value, release.week, own].add(place["id"])

    def _remember_rows(self):
        """A row that is shown in one week shows those of the weeks in which it was the same."""
        for (population, value, week, own), places in list(self.shown.items()):
            records = self.records[population]
            for place, other in itertools.product(sorted(places), range(len(self.weeks))):
                box = tuple(sorted(own + (("place", frozenset([place])),),
                                   key=lambda item: item[0]))
                if other != week and not records.change(value, box, *sorted((week, other))).records:
                    self.shown[population, value, other, own].add(place)

    def _unshown(self, name):
        """The records of a cell that no row shows, of any week in which it says the same."""
        population, value, week, box = name
        of = self.weeks[week].populations[population]
        own = tuple(item for item in box if item[0] not in of.unit_axes)
        shown = 0
        for place in self.shown[population, value, week, own]:
            shown |= of.of_workplace.get(place, 0)
        bits = of.select(box)
        return bits & ~shown, bits & shown

    def _drop_shown(self):
        """What rows show, if in another week, is no secret of those who agreed to that, nor is it in a
        row itself: one that is too small is shown when it has grown, with vacancies that it had."""
        for name in list(self.targets):
            population, value, week, box = name
            of = self.weeks[week].populations[population]
            left, shown = self._unshown(name)
            if self._was_shown(name) if is_row(box) else (
                    shown and not self._is_unsafe(of, left, value)):
                del self.targets[name]

    def _was_shown(self, name):
        population, value, week, box = name
        records = self.records[population]
        return any((population, value, other, box) in self.seen
                   and not records.change(value, box, *sorted((other, week))).records
                   for other in range(len(self.weeks)))

    def _name(self, week, cell):
        return cell.population.name, cell.value, week, cell.box

    def _target(self, name, value, why):
        self.targets.setdefault(name, (value, why))

    # ---- differences of overlapping cells of one week

    def _overlaps(self):
        lines = defaultdict(set)
        for population, value, week, box in self.own:
            if is_row(box):
                continue    # a workplace that agreed to be shown
            for axis, leaves in box:
                others = tuple(item for item in box if item[0] != axis)
                lines[population, value, week, axis, others].add(leaves)
        for (population, value, week, axis, others), sets in lines.items():
            parts = defaultdict(set)    # what the cells of a line tell apart
            for leaf in frozenset().union(*sets):
                parts[tuple(s for s in sets if leaf in s)].add(leaf)
            for leaves in parts.values():
                self._part(population, value, week, others, axis, frozenset(leaves))

    def _part(self, population, value, week, others, axis, leaves):
        box = tuple(sorted(others + ((axis, leaves),), key=lambda item: item[0]))
        name = (population, value, week, box)
        if name in self.cells:
            return
        of = self.weeks[week].populations[population]
        if self._is_unsafe(of, self._unshown(name)[0], value):
            self.cells[name] = None
            self._target(name, of.sum(of.select(box), value), f"overlap {describe(name)}")

    @staticmethod
    def _is_unsafe(of, bits, value):
        return bits and (d.minimum_unsafe(of, bits)
                         or bool(value and d.concentration_unsafe(of, bits, value)))

    # ---- cells less rows

    def _rests(self):
        for name in sorted(self.own, key=repr):
            population, value, week, box = name
            of = self.weeks[week].populations[population]
            if is_row(box) or of.public:
                continue
            left, shown = self._unshown(name)
            if not shown or not self._is_unsafe(of, left, value):
                continue
            own = tuple(item for item in box if item[0] not in of.unit_axes)
            terms = [(("rest",) + name, -1), (name, 1)]
            for place in self.shown[population, value, week, own]:
                if of.of_workplace.get(place, 0) & shown:
                    row = (population, value, week, tuple(sorted(
                        own + (("place", frozenset([place])),), key=lambda item: item[0])))
                    self.cells.setdefault(row, None)
                    terms.append((row, -1))
            self.equations.append(terms)
            self._target(("rest",) + name, of.sum(left, value), f"rest {describe(name)}")

    # ---- changes

    def _changes(self):
        boxes = sorted({(p, v, box) for p, v, _, box in self.own}, key=repr)
        for population, value, box in boxes:
            records = self.records[population]
            row = is_row(box)
            totals = [p.sum(p.select(box), value) for p in records.populations]
            for before, after in itertools.combinations(range(len(self.weeks)), 2):
                shown = set() if row else self._left_out(population, value, box, before, after)
                change = records.change(value, box, before, after, shown)
                if not (change.is_sensitive_in_row(records.populations[0]) if row
                        else change.is_sensitive(records.populations[0], value)):
                    continue
                name = ("change", population, value, before, after, box)
                self.equations.append([(name, -1), ((population, value, after, box), 1),
                                       ((population, value, before, box), -1)])
                for week in (before, after):
                    self.cells.setdefault((population, value, week, box), None)
                self._target(name, totals[after] - totals[before],
                             f"{'row-' * row}change {describe((population, value, after, box))} "
                             f"since week {before}")

    def _left_out(self, population, value, box, *weeks):
        """Workplaces of which rows show all of a change: in both weeks, or in that one of the two in
        which they are where the cell is."""
        populations = self.records[population].populations
        unit_axes = populations[0].unit_axes
        own = tuple(item for item in box if item[0] not in unit_axes)
        where = tuple(item for item in box if item[0] in unit_axes)
        sets = [self.shown[population, value, week, own] for week in weeks]
        left_out = sets[0] & sets[1]
        for week, here, there in zip(weeks, sets, reversed(sets)):
            near = populations[week].select(where)
            left_out |= {place for place in there - here
                         if not populations[week].of_workplace.get(place, 0) & near}
        return left_out

    # ---- what adds up

    def _families(self):
        boxes = defaultdict(set)
        for population, value, _, box in self.cells:
            boxes[population, value].add(box)
        for (population, value), of in sorted(boxes.items(), key=repr):
            sets = {tuple(axis for axis, _ in box) for box in of}
            rows = {axes for axes in sets if "place" in axes}
            for axes in sorted(sets - rows) + sorted(rows - {a + ("place",) for a in sets}):
                if any(set(row) <= set(axes) | {"place"} for row in rows):
                    axes = tuple(sorted(set(axes) | {"place"}))
                inside = {b for b in of if {axis for axis, _ in b} <= set(axes)}
                self._family(population, value, axes, inside)

    def _family(self, population, value, axes, boxes):
        records = self.records[population]
        family = Family(records, value, axes, boxes)
        sums = {(week, box): [] for box in boxes for week in range(len(self.weeks))
                if (population, value, week, box) in self.cells}
        for hidden in self.phantoms[population, value]:
            empty = sum(1 << week for week, of in enumerate(records.populations)
                        if not of.select(hidden))
            for where in family.places_in(hidden):
                family.atoms.setdefault((where, empty), [])
        self._unanswered(population, value, family, boxes)
        groups = defaultdict(list)
        for number, ((where, weeks), members) in enumerate(sorted(family.atoms.items())):
            atom = ("atom", population, value, axes, number)
            for box in family.boxes_of(where):
                if box not in boxes:
                    continue
                for week in ones(weeks):
                    if (week, box) in sums:
                        sums[week, box].append((atom, 1))
                if members and {axis for axis, _ in box} | {"place"} == set(axes) | {"place"}:
                    groups[box, weeks].append((atom, members))
        for (week, box), terms in sums.items():
            self.equations.append([((population, value, week, box), -1)] + terms)
        self._groups(records, population, value, groups)

    def _unanswered(self, population, value, family, boxes):
        """That nobody left a question unanswered is no common knowledge, unless it is published."""
        there = defaultdict(int)
        for where, weeks in family.atoms:
            there[where] |= weeks
        for where in sorted({w for old in there for w in family.unanswered(old)}):
            empty = sum(1 << week for week in range(len(self.weeks))
                        if not there[where] >> week & 1
                        and not any(self.seen.get((population, value, week, box)) == 0
                                    for box in family.boxes_of(where) if box in boxes))
            if empty:
                family.atoms[where, empty] = []

    def _groups(self, records, population, value, groups):
        """Those who were in a cell in the same weeks, with the same to say."""
        everywhere = (1 << len(self.weeks)) - 1
        for (box, weeks), atoms in groups.items():
            if weeks == everywhere:
                continue
            week = weeks.bit_length() - 1
            of = records.populations[week]
            names = {name for _, members in atoms for name, _ in members}
            if not is_row(box):
                names -= self._rows_within(records, population, value, box, weeks, names)
            bits = sum(1 << i for i in ones(of.select(box)) if records.ids[week][i] in names)
            if not (of.counts_workers and of.worker_count(bits) < d.MIN_WORKERS if is_row(box)
                    else d.minimum_unsafe(of, bits)):
                continue
            name = ("group", population, value, box, weeks)
            total = sum(amount for _, members in atoms for _, amount in members)
            self.equations.append([(name, -1)] + [(atom, 1) for atom, _ in atoms])
            self._target(name, total,
                         f"{'row-' * is_row(box)}group {describe((population, value, week, box))} "
                         f"in weeks {','.join(map(str, ones(weeks)))} only")

    def _rows_within(self, records, population, value, box, weeks, names):
        """Of a group those of whom rows show all that were in the cell in one of its weeks."""
        own = tuple(item for item in box if item[0] not in records.populations[0].unit_axes)
        told = set()
        for week in ones(weeks):
            of = records.populations[week]
            inside = of.select(box)
            for place in self.shown[population, value, week, own]:
                bits = of.of_workplace.get(place, 0) & inside
                theirs = {records.ids[week][i] for i in ones(bits)}
                if theirs <= names:
                    told |= theirs
        return told

    def _sums(self):
        """employed_and_vacancies = employed + vacancies, for the same records."""
        for name in sorted(self.cells, key=repr):
            population, value, week, box = name
            if value == "employed_and_vacancies":
                self.equations.append([(name, -1)] + [((population, term, week, box), 1)
                                                      for term in ("employed", "vacancies")])

    # ---- the result

    def found(self, seen):
        """{target: value} that follow from what is seen ({unknown: value})."""
        number = {}
        equations = []
        for equation in self.equations:
            terms, side = [], 0
            for name, k in equation:
                if name in seen:
                    side -= k * seen[name]
                else:
                    terms.append((number.setdefault(name, len(number)), k))
            equations.append((terms, side))
        back = {number[t]: t for t in self.targets if t in number}
        solved = {back[n]: v for n, v in linear.solve(equations, set(back)).items()}
        solved.update({t: seen[t] for t in self.targets if t in seen})
        return solved


def is_row(box):
    """The box of one workplace that agreed to be shown: its workers did not."""
    return any(axis == "place" for axis, _ in box)


def describe(name):
    population, value, week, box = name
    where = " ".join(f"{axis}={'+'.join(sorted(map(str, leaves)))}" if len(leaves) < 4
                     else f"{axis}={len(leaves)} leaves" for axis, leaves in box)
    return f"<{population} {value or 'count'} {where or 'all'}> in week {week}"


def report(attack, out):
    """Prints what the attacker finds; returns (found, recovered values that are true, wrong)."""
    structural = attack.found({name: value or 0 for name, value in attack.seen.items()})
    exact = {name: value for name, value in attack.seen.items() if value is not None}
    values = attack.found(exact)
    wrong = [t for t, v in values.items() if v != attack.targets[t][0]]
    kinds = Counter(attack.targets[t][1].split(" ")[0] for t in structural)
    for target in sorted(structural, key=repr)[:12]:
        value = f" = {values[target]}" if target in values else ""
        print(f"  found: {attack.targets[target][1]}{value}", file=out)
    for target in wrong[:5]:
        print(f"  WRONG: {attack.targets[target][1]}", file=out)
    known = sum(v is not None for v in attack.seen.values())
    print(f"{len(attack.seen)} cells published in {len(attack.releases)} packages ({known} exact), "
          f"{len(attack.targets)} secrets, {len(structural)} found "
          f"({', '.join(f'{n} {k}' for k, n in sorted(kinds.items())) or 'nothing'}), "
          f"{len(values)} values computed, {len(wrong)} of them wrong", file=out)
    return len(structural), len(values) - len(wrong), len(wrong)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--codes", required=True)
    parser.add_argument("--data", action="append", required=True)
    parser.add_argument("--release", action="append", required=True)
    parser.add_argument("--most", type=int)
    parser.add_argument("--least", type=int)
    args = parser.parse_args()
    weeks = read_weeks(args.data, args.codes)
    releases = []
    for text in args.release:
        week, _, directory = text.partition("=")
        releases.append(Release(int(week), weeks[int(week)], directory))
    for release in releases:
        published, based = release.shares()
        print(f"{release.name}: {published} of {based} figures published")
    found, true, wrong = report(Attack(weeks, releases), sys.stdout)
    failed = wrong > 0 or (args.most is not None and found > args.most) or (
        args.least is not None and true < args.least)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
