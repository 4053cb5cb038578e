"""system.py - what public structure says about the cells of a release.

Every pair of cells that differ on one axis only lies on a line: all cells with the same leaves on
every other axis. On a line the leaves are split into the finest groups that the cells tell apart;
each cell is the sum of its groups. Groups that nobody publishes become unknowns of their own, which
is how differences of overlapping tables come in. Sums of columns and complements of shares add
their own equations.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from collections import defaultdict

from data import UNKNOWN
from engine import remembered

PASSES = 6
ELSE = "~"  # a leaf that nobody has, so that "everything" is never the same as a list of leaves


class System:
    """Equations [(cell, coefficient), ...] that hold exactly, and all cells in them."""

    def __init__(self, book):
        self.book = book
        self.own = set()        # cells that a figure names: published, withheld or its hidden parts
        self.equations = []
        for figure in book.figures:
            self.own.update(c.key for c in figure.cells + figure.terms)
            if figure.rest:
                self.own.add(figure.rest.key)
            self._figure_equations(figure)
        self._margins()
        self._sums()
        self._lines()
        self._sums()
        for key in self.keys:
            book.judge_cell(book.cells[key])
        self._forget_hidden_empties()
        self._targets = None

    def _figure_equations(self, figure):
        if figure.rest:
            part, whole = figure.cells
            self.equations.append([(whole, -1), (part, 1), (figure.rest, 1)])

    def _margins(self):
        """Totals over the dimensions of every table, published or not."""
        self.keys = set(self.own)
        for name, spec in self.book.feed.tables.items():
            if spec.totals:
                continue
            filters = self.book.feed.filters(self.book.data, spec)
            for figure in self.book.figures:
                if figure.output != name:
                    continue
                axes = [self.book.dimensions[dim].axis for dim, _ in spec.dimensions]
                for subset in range(1, 1 << len(axes)):
                    wider = dict(figure.axes)
                    for i, axis in enumerate(axes):
                        if subset >> i & 1:
                            wider[axis] = filters.get(axis)
                    for part in list(figure.measure.parts) + list(figure.measure.terms):
                        self.keys.add(self.book.part_cell(part, wider).key)

    def _universe(self, population, axis, boxes):
        leaves = set(population.axes[axis]) | {ELSE}
        for box in boxes:
            for name, own in box:
                if name == axis:
                    leaves |= own
        return frozenset(leaves)

    def _lines(self):
        variables = defaultdict(set)
        for population, value, box in self.keys:
            variables[population, value].add(box)
        for (name, value), boxes in sorted(variables.items(), key=lambda v: (v[0][0],
                                                                              v[0][1] or "")):
            population = self.book.data.populations[name]
            boxes, unions = split_lines(population, frozenset(boxes))
            self.keys.update((name, value, box) for box in boxes)
            cell = self.book.cell_of_box
            self.equations.extend([(cell(population, value, box), k) for box, k in union]
                                  for union in unions)

    def _sums(self):
        """employed_and_vacancies = employed + vacancies, for the same records."""
        both = [key for key in self.keys if key[1] == "employed_and_vacancies"]
        for name, value, box in sorted(both, key=repr):
            population = self.book.data.populations[name]
            terms = [self.book.cell_of_box(population, term, box)
                     for term in ("employed", "vacancies")]
            self.keys.update(t.key for t in terms)
            self.equations.append([(self.book.cells[name, value, box], -1)]
                                  + [(t, 1) for t in terms])

    def _forget_hidden_empties(self):
        """An attacker is taken to know which cells of no output are empty, with one exception: that
        nobody left a question unanswered, where there is no output that says so, or that there is
        nobody at all (an empty cell that differs on one axis; others follow from equations)."""
        boxes, wider = set(), defaultdict(list)
        for key in self.own:
            cell = self.book.cells[key]
            if not cell.bits:
                boxes.add(key)
                for axis, leaves in cell.box:
                    wider[self._without(cell, axis), axis].append(leaves)
        for key in self.keys - self.own:
            cell = self.book.cells[key]
            if cell.bits or not cell.known or not self._counts_missing(cell):
                continue
            cell.known = any(
                leaves == {ELSE} or self._without(cell, axis) in boxes
                or any(leaves <= wide for wide in wider[self._without(cell, axis), axis])
                for axis, leaves in cell.box)

    def _without(self, cell, axis):
        """The cell's identity with everything on one axis."""
        return (cell.population.name, cell.value,
                tuple(item for item in cell.box if item[0] != axis))

    def _counts_missing(self, cell):
        """How many gave no answer, or none that can be used: not confidential by the policy."""
        return cell.value is None and any(axis == "usable" or leaves - {ELSE} == {UNKNOWN}
                                          for axis, leaves in cell.box)

    def is_target(self, cell):
        """A cell that must not be found out."""
        return cell.sensitive and (cell.key in self.own or not self._counts_missing(cell))

    def targets(self):
        """All such cells, in an order."""
        if self._targets is None:
            cells = (self.book.cells[key] for key in self.keys)
            self._targets = sorted((c for c in cells if self.is_target(c)),
                                   key=lambda c: repr(c.key))
        return self._targets


@remembered
def split_lines(population, boxes):
    """The boxes of cells and of their groups, and which is the sum of which: [(box, coefficient)]."""
    boxes, unions = set(boxes), []
    axes = sorted({axis for box in boxes for axis, _ in box})
    universe = {axis: _universe(population, axis, boxes) for axis in axes}
    seen = {}
    for _ in range(PASSES):
        new = _pass(boxes, axes, universe, seen, unions)
        if not new - boxes:
            return boxes, unions
        boxes |= new
    raise AssertionError("differences of differences do not end")


def _universe(population, axis, boxes):
    leaves = set(population.axes[axis]) | {ELSE}
    for box in boxes:
        for name, own in box:
            if name == axis:
                leaves |= own
    return frozenset(leaves)


def _pass(boxes, axes, universe, seen, unions):
    new = set()
    for axis in axes:
        lines = defaultdict(set)
        for box in boxes:
            others = tuple(item for item in box if item[0] != axis)
            own = next((leaves for name, leaves in box if name == axis), universe[axis])
            lines[others].add(own)
        for others, sets in lines.items():
            if len(sets) < 2 or seen.get((axis, others)) == sets:
                continue
            atoms = _split(axis, others, sets, universe[axis], unions)
            seen[axis, others] = sets | set(atoms)
            new |= set(atoms.values())
    return new


def _split(axis, others, sets, universe, unions):
    """Writes the unions of one line; returns {group: box}."""
    ordered = sorted(sets, key=lambda s: (len(s), sorted(map(str, s))))
    groups = defaultdict(set)
    for leaf in universe:
        where = tuple(i for i, s in enumerate(ordered) if leaf in s)
        if where:
            groups[where].add(leaf)
    atoms = {where: frozenset(leaves) for where, leaves in groups.items()}

    def box(leaves):
        if leaves == universe:
            return others
        return tuple(sorted(others + ((axis, leaves),), key=lambda item: item[0]))

    for i, leaves in enumerate(ordered):
        inside = [atom for where, atom in atoms.items() if i in where]
        if inside != [leaves]:
            unions.append([(box(leaves), -1)] + [(box(atom), 1) for atom in inside])
    return {atom: box(atom) for atom in atoms.values()}
