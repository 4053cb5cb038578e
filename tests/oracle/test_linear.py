"""test_linear.py - the oracle's linear algebra against hand examples and fractions.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import random
import unittest
from fractions import Fraction

import linear


def by_fractions(equations, count):
    """Determined unknowns among 0..count-1 by dense reduction over the rationals."""
    rows = []
    for equation in equations:
        row = [Fraction(0)] * count
        for unknown, coefficient in equation:
            row[unknown] += coefficient
        rows.append(row)
    done = 0
    for column in range(count):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        lead = rows[done][column]
        rows[done] = [x / lead for x in rows[done]]
        for r, row in enumerate(rows):
            if r != done and row[column]:
                factor = row[column]
                rows[r] = [x - factor * y for x, y in zip(row, rows[done])]
        done += 1
    found = set()
    for row in rows[:done]:
        support = [c for c, x in enumerate(row) if x]
        if len(support) == 1:
            found.add(support[0])
    return found


class Linear(unittest.TestCase):
    def test_one_unknown_is_solved_two_are_not(self):
        self.assertEqual(linear.determined([[(1, 1)]], {1}), {1})
        self.assertEqual(linear.determined([[(1, 1), (2, 1)]], {1, 2}), set())

    def test_sum_and_difference_give_both(self):
        equations = [[(1, 1), (2, 1)], [(1, 1), (2, -1)]]
        self.assertEqual(linear.determined(equations, {1, 2}), {1, 2})
        self.assertEqual(linear.determined(equations, {2}), {2})

    def test_five_by_five_of_the_literature(self):
        # sdcTable's example: w{a,b,c} x{a,c} y{b,d} z{b,d}; w|b = 236 - 189 = 47
        withheld = ["wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd"]

        def lines(cells):
            for row in "wxyz":
                yield [(c, 1) for c in cells if c[0] == row]
            for column in "abcd":
                yield [(c, 1) for c in cells if c[1] == column]

        self.assertEqual(linear.determined(lines(withheld), set(withheld)), {"wb"})
        more = withheld + ["xd"]
        self.assertEqual(linear.determined(lines(more), set(more)), set())

    def test_values_are_those_that_made_the_right_sides(self):
        solved = 0
        for seed in range(400):
            rng = random.Random(seed)
            count = rng.randint(2, 9)
            truth = [rng.randint(-50, 50) for _ in range(count)]
            equations = []
            for _ in range(rng.randint(1, 9)):
                terms = [(u, rng.choice([-2, -1, 1, 3])) for u in range(count)
                         if rng.random() < 0.4]
                equations.append((terms, sum(truth[u] * c for u, c in terms)))
            found = linear.solve(equations, set(range(count)))
            self.assertEqual(found, {u: truth[u] for u in found}, seed)
            self.assertEqual(set(found), by_fractions([e for e, _ in equations], count), seed)
            solved += len(found)
        self.assertGreater(solved, 500)

    def test_agrees_with_fractions(self):
        exposed = safe = 0
        for seed in range(1500):
            rng = random.Random(seed)
            count = rng.randint(2, 10)
            equations = [[(u, rng.choice([-2, -1, 1, 1, 3])) for u in range(count)
                          if rng.random() < rng.choice([0.2, 0.5])]
                         for _ in range(rng.randint(1, 8))]
            truth = by_fractions(equations, count)
            targets = {u for u in range(count) if rng.random() < 0.6}
            self.assertEqual(linear.determined(equations, targets), truth & targets, seed)
            exposed += len(truth & targets)
            safe += len(targets - truth)
        self.assertGreater(exposed, 500)
        self.assertGreater(safe, 500)


if __name__ == "__main__":
    unittest.main()
