"""engine.py - records as bit sets: exact statistics of any set of records, asked for one by one.

A population is one record type. Each axis maps every record to a leaf; a box is a choice of leaves
per axis, and its records are an intersection of bit sets, so a statistic of a box needs no tables,
no totals and no order of work. Sums use bit planes: a sum is popcounts weighted by powers of two.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import functools
from fractions import Fraction


def planes(values):
    """Bit planes of non-negative integers (None counts as 0): planes[k] has bit i when value i has
    bit k."""
    depth = max((v for v in values if v is not None), default=0).bit_length()
    text = []
    for k in range(depth):
        bits = bytearray((len(values) + 7) // 8)
        for i, v in enumerate(values):
            if v is not None and v >> k & 1:
                bits[i >> 3] |= 1 << (i & 7)
        text.append(int.from_bytes(bits, "little"))
    return text


def bitset(flags):
    """An int whose bit i is set when flags[i] is true."""
    bits = bytearray((len(flags) + 7) // 8)
    for i, flag in enumerate(flags):
        if flag:
            bits[i >> 3] |= 1 << (i & 7)
    return int.from_bytes(bits, "little")


def ones(bits):
    """Positions of the set bits, ascending."""
    digits = bin(bits)[:1:-1]
    i = digits.find("1")
    while i >= 0:
        yield i
        i = digits.find("1", i + 1)


def remembered(function):
    """What is asked of a population again for each spoilt copy of a release: worked out once."""
    @functools.wraps(function)
    def answer(population, *what):
        key = function.__name__, *what
        if key not in population.answers:
            population.answers[key] = function(population, *what)
        return population.answers[key]

    return answer


class Population:
    """Records of one type. `workplaces` and `providers` name each record's contributors (None: the
    record stands for itself); `workers` is how many workers a record stands for."""

    def __init__(self, name, rows, workplaces, providers, workers, public=False):
        self.name = name
        self.rows = rows
        self.count = len(rows)
        self.all = (1 << self.count) - 1
        self.public = public
        self.counts_workers = True  # the record type says how many workers a record stands for
        self.public_axes = set()    # of a public register: what the register itself says
        self.unit_axes = set()      # all records of one workplace have one leaf on these
        self.workers = planes(workers)
        self.workplaces = [w if w is not None else ("row", i) for i, w in enumerate(workplaces)]
        self.providers = [p if p is not None else ("row", i) for i, p in enumerate(providers)]
        self.of_workplace = self._group(self.workplaces)
        self.of_provider = self._group(self.providers)
        self.axes = {}      # axis -> {leaf: bit set}
        self.values = {}    # name -> planes
        self.known = {}     # name -> bit set of records that have the value
        self.raw = {}       # name -> list of values
        self.answers = {}   # see remembered

    def _group(self, names):
        members = {}
        for i, name in enumerate(names):
            members.setdefault(name, []).append(i)
        return {name: sum(1 << i for i in rows) for name, rows in members.items()}

    def add_axis(self, axis, leaves):
        self.answers.clear()
        members = {}
        for i, leaf in enumerate(leaves):
            members.setdefault(leaf, []).append(i)
        self.axes[axis] = {leaf: self._bits(rows) for leaf, rows in members.items()}

    def set_masks(self, masks):
        """Which records are usable for what; becomes the axis "usable", whose leaves are the sets
        of masks that a record passes."""
        names = sorted(masks)
        leaves = [frozenset(n for n in names if masks[n][i]) for i in range(self.count)]
        self.add_axis("usable", leaves)
        self.masks = {n: frozenset(leaf for leaf in self.axes["usable"] if n in leaf)
                      for n in names}

    def _bits(self, rows):
        bits = bytearray((self.count + 7) // 8)
        for i in rows:
            bits[i >> 3] |= 1 << (i & 7)
        return int.from_bytes(bits, "little")

    def add_value(self, name, values):
        self.answers.clear()
        assert all(v is None or (isinstance(v, int) and v >= 0) for v in values), name
        self.raw[name] = values
        self.values[name] = planes(values)
        self.known[name] = bitset([v is not None for v in values])

    @remembered
    def select(self, box):
        """The records in a box: {axis: frozenset of leaves}, axes left out mean everything."""
        bits = self.all
        for axis, leaves in box:
            members = self.axes[axis]
            part = 0
            for leaf in leaves:
                part |= members.get(leaf, 0)
            bits &= part
            if not bits:
                break
        return bits

    def sum(self, bits, value):
        """Sum of a value over records; None counts them."""
        if value is None:
            return bits.bit_count()
        return sum((bits & plane).bit_count() << k for k, plane in enumerate(self.values[value]))

    def worker_count(self, bits):
        return sum((bits & plane).bit_count() << k for k, plane in enumerate(self.workers))

    def distinct(self, bits, names, groups, most):
        """How many different names occur, counted up to `most`."""
        found = 0
        while bits and found < most:
            first = (bits & -bits).bit_length() - 1
            bits &= ~groups[names[first]]
            found += 1
        return found

    def workplace_count(self, bits, most):
        return self.distinct(bits, self.workplaces, self.of_workplace, most)

    def provider_count(self, bits, most):
        return self.distinct(bits, self.providers, self.of_provider, most)

    def provider_sums(self, bits, value):
        """Contribution of each provider, largest first."""
        sums = []
        while bits:
            first = (bits & -bits).bit_length() - 1
            group = self.of_provider[self.providers[first]]
            sums.append(self.sum(bits & group, value))
            bits &= ~group
        return sorted(sums, reverse=True)

    @remembered
    def list_values(self, bits, value):
        column = self.raw[value]
        return sorted(column[i] for i in ones(bits) if column[i] is not None)


def box_key(axes):
    """Canonical form of {axis: leaves or None}: sorted, without "everything"."""
    return tuple(sorted((axis, frozenset(leaves)) for axis, leaves in axes.items()
                        if leaves is not None))


def quantile(values, q):
    """Quantile by linear interpolation between order statistics (Hyndman and Fan 1996, type 7) of
    sorted values, exact."""
    place = Fraction(q) * (len(values) - 1)
    below = place.numerator // place.denominator
    rest = place - below
    if rest == 0:
        return Fraction(values[below])
    return values[below] + rest * (values[below + 1] - values[below])


def round_half_away(value, base=Fraction(1)):
    """Nearest multiple of base; halves go away from zero."""
    quotient = Fraction(value) / base
    sign = -1 if quotient < 0 else 1
    whole = (abs(quotient) * 2 + 1) // 2
    return sign * whole * base


def decimal_text(value, places):
    """A fraction that is a multiple of 10^-places, as the CSV writes it."""
    scaled = value * 10**places
    assert scaled.denominator == 1
    number = abs(scaled.numerator)
    sign = "-" if scaled < 0 else ""
    if places == 0:
        return f"{sign}{number}"
    return f"{sign}{number // 10**places}.{number % 10**places:0{places}d}"
