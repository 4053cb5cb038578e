"""test_system.py - the equations of system.py against the other way of seeing the same thing.

There: unknown cells and equations between them. Here: unknown inner groups (one for each
combination of leaves), of which every cell is a sum; a cell is known when it is a combination of
published cells. Both views must agree.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import itertools
import random
import unittest
from fractions import Fraction
from types import SimpleNamespace

import linear
from engine import Population, box_key
from figures import Cell
from system import ELSE, System

LEAVES = {"a": "pqr", "b": "stu", "c": "vw"}
ATOMS = list(itertools.product(*LEAVES.values()))


class StubBook:
    """Tables without data: only what System asks for."""

    def __init__(self, tables):
        self.population = Population("p", ATOMS, [None] * len(ATOMS), [None] * len(ATOMS),
                                     [1] * len(ATOMS))
        for i, axis in enumerate(LEAVES):
            self.population.add_axis(axis, [atom[i] for atom in ATOMS])
        self.data = SimpleNamespace(populations={"p": self.population})
        self.cells = {}
        self.feed = SimpleNamespace(tables={})
        self.figures = []
        for table in tables:
            for choice in itertools.product(*table.values()):
                axes = {axis: leaves for axis, leaves in zip(table, choice)
                        if leaves is not None}
                self.figures.append(SimpleNamespace(
                    cells=[self.cell_of_box(self.population, None, box_key(axes))], terms=[],
                    rest=None, measure=None))

    def cell_of_box(self, population, value, box):
        key = (population.name, value, box)
        if key not in self.cells:
            self.cells[key] = Cell(population, value, box, population.select(box))
        return self.cells[key]

    def judge_cell(self, cell):
        pass


def in_span(vectors, wanted):
    """Which of the wanted vectors are combinations of the given ones (exact)."""
    basis = {}

    def reduce(vector):
        vector = [Fraction(x) for x in vector]
        for lead, row in basis.items():
            if vector[lead]:
                factor = vector[lead]
                vector = [x - factor * y for x, y in zip(vector, row)]
        return vector

    for vector in vectors:
        rest = reduce(vector)
        lead = next((i for i, x in enumerate(rest) if x), None)
        if lead is not None:
            basis[lead] = [x / rest[lead] for x in rest]
    return [not any(reduce(v)) for v in wanted]


def vector_of(cell):
    return [cell.bits >> i & 1 for i in range(len(ATOMS))]


def random_column(rng, leaves):
    """Codes of one level, their total, and sometimes a filter that both lie in."""
    inside = [leaf for leaf in leaves if rng.random() < 0.9] or list(leaves)
    groups = {}
    for leaf in inside:
        groups.setdefault(rng.randrange(3), set()).add(leaf)
    total = None if len(inside) == len(leaves) else frozenset(inside)
    return [frozenset(g) for g in groups.values()] + [total]


class BothViews(unittest.TestCase):
    def test_equations_and_inner_groups_agree(self):
        known = unknown = 0
        for seed in range(400):
            rng = random.Random(seed)
            tables = []
            for _ in range(rng.randint(1, 3)):
                axes = rng.sample(sorted(LEAVES), rng.randint(1, 2))
                tables.append({axis: random_column(rng, LEAVES[axis]) for axis in axes})
            book = StubBook(tables)
            system = System(book)
            cells = {f.cells[0].key: f.cells[0] for f in book.figures}
            published = {key for key in cells if rng.random() < 0.5}
            hidden = [cells[key] for key in sorted(cells, key=repr) if key not in published]
            names = {}
            equations = []
            for equation in system.equations:
                equations.append([(names.setdefault(c.key, len(names)), k) for c, k in equation
                                  if c.key not in published
                                  and not any(leaves == {ELSE} for _, leaves in c.box)])
            found = linear.determined(equations, set(names.values()))
            mine = [names.get(c.key) in found for c in hidden]
            truth = in_span([vector_of(cells[k]) for k in sorted(published, key=repr)],
                            [vector_of(c) for c in hidden])
            self.assertEqual(mine, truth, (seed, tables, hidden))
            known += sum(truth)
            unknown += len(truth) - sum(truth)
        self.assertGreater(known, 200)
        self.assertGreater(unknown, 200)


if __name__ == "__main__":
    unittest.main()
