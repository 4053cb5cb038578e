"""linear.py - which unknowns do linear equations determine, and to what? Exact, modulo one large
prime.

An unknown is determined when its unit vector lies in the row space of the equations. Equations are
lists of (unknown, coefficient). Written for the tests alone; shares nothing with the program.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import heapq
from collections import defaultdict

PRIME = 2**89 - 1


def _peel(rows, where, right, targets, found):
    """Solves equations with one unknown; drops equations that only serve to define an unknown
    that nobody asks for and nothing else mentions. Changes rows, where and right in place."""
    queue = list(rows)
    while queue:
        r = queue.pop()
        row = rows.get(r)
        if row is None:
            continue
        if len(row) == 1:
            ((unknown, coefficient),) = row.items()
            value = right[r] * pow(coefficient, PRIME - 2, PRIME) % PRIME
            found[unknown] = value
            for other in where.pop(unknown):
                right[other] = (right[other] - rows[other].pop(unknown) * value) % PRIME
                if rows[other]:
                    queue.append(other)
                else:
                    del rows[other]
            continue
        for unknown in row:
            if unknown not in targets and len(where[unknown]) == 1:
                break
        else:
            continue
        del rows[r]
        for unknown in row:
            where[unknown].discard(r)
            if where[unknown]:
                queue.extend(where[unknown] if len(where[unknown]) == 1 else ())
            else:
                del where[unknown]


def _forward(rows, where, right):
    """Pivot steps: (pivot, row without it, right side), in order; later pivots may occur in earlier
    rows, never the other way round."""
    steps = []
    heap = [(len(where[u]), u) for u in where]
    heapq.heapify(heap)
    while heap:
        count, unknown = heapq.heappop(heap)
        holders = where.get(unknown)
        if not holders:
            continue
        if len(holders) != count:
            heapq.heappush(heap, (len(holders), unknown))
            continue
        pivot_row = min(holders, key=lambda r: (len(rows[r]), r))
        pivot = rows.pop(pivot_row)
        for u in pivot:
            where[u].discard(pivot_row)
        scale = pow(pivot.pop(unknown), PRIME - 2, PRIME)
        pivot = {u: c * scale % PRIME for u, c in pivot.items()}
        side = right[pivot_row] * scale % PRIME
        del where[unknown]
        for r in holders:
            row = rows[r]
            factor = row.pop(unknown)
            right[r] = (right[r] - factor * side) % PRIME
            for u, c in pivot.items():
                value = (row.get(u, 0) - factor * c) % PRIME
                if value:
                    if u not in row:
                        where[u].add(r)
                    row[u] = value
                elif u in row:
                    del row[u]
                    where[u].discard(r)
            if not row:
                del rows[r]
        for u in pivot:
            if where[u]:
                heapq.heappush(heap, (len(where[u]), u))
        steps.append((unknown, pivot, side))
    return steps


def _backward(steps, targets):
    """The targets among the pivots that depend on no free unknown, with their values."""
    position = {unknown: i for i, (unknown, _, _) in enumerate(steps)}
    needed = set()
    for i, (unknown, row, _) in enumerate(steps):
        if unknown in targets or i in needed:
            needed.add(i)
            needed.update(position[u] for u in row if u in position)
    reduced = {}
    found = {}
    for i in range(len(steps) - 1, -1, -1):
        if i not in needed:
            continue
        unknown, row, value = steps[i]
        total = defaultdict(int)  # unknown = value + sum of total over free unknowns
        for u, c in row.items():
            if u in position:
                free_of, value_of = reduced[u]
                value -= c * value_of
                for free, d in free_of.items():
                    total[free] -= c * d
            else:
                total[u] -= c
        reduced[unknown] = {u: t % PRIME for u, t in total.items() if t % PRIME}, value % PRIME
        if not reduced[unknown][0] and unknown in targets:
            found[unknown] = value % PRIME
    return found


def determined(equations, targets):
    """The targets (a set of comparable, hashable unknowns) that the equations determine."""
    return set(solve(((equation, 0) for equation in equations), targets))


def solve(equations, targets):
    """{target: value} of the targets that equations (terms, right side) determine: integers whose
    size is below half of the prime."""
    rows, where, right = {}, defaultdict(set), {}
    for number, (equation, side) in enumerate(equations):
        row = defaultdict(int)
        for unknown, coefficient in equation:
            row[unknown] += coefficient
        row = {u: c % PRIME for u, c in row.items() if c % PRIME}
        if row:
            rows[number] = row
            right[number] = side % PRIME
            for unknown in row:
                where[unknown].add(number)
    found = {}
    _peel(rows, where, right, targets, found)
    found = {u: v for u, v in found.items() if u in targets}
    found.update(_backward(_forward(rows, where, right), targets))
    return {u: v if v <= PRIME // 2 else v - PRIME for u, v in found.items()}
