"""weekly.py - a run of releases, week after week: what was asked, what was published, who changed.

A script's plan travels in its package and says what each figure is about, so that any script can be
read here. Records are followed from week to week by their identifiers.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import itertools
import json
import os
from collections import defaultdict

import definitions as d
from data import UNKNOWN, Data
from engine import ones
from feeds import List, Table
from figures import Book, read_release


class PlanFeed:
    """What a plan asks for; of lists, those of workplaces."""

    def __init__(self, plan, dimensions):
        self.name = plan["name"]
        self.lists = {}
        for rows in plan["lists"]:
            self.lists[rows["name"]] = List(
                "workplace", {"location_id": lambda w: w["location_id"],
                              "name": lambda w: w["name"]}, rows["measures"], consent="1")
            areas = self._filters(rows["where"], dimensions)["area"]
            self.lists[rows["name"]].scope = lambda data, areas=areas: areas
        self.tables = {}
        self.where = {}
        for table in plan["tables"]:
            columns = [(c["dim"], self._levels(dimensions[c["dim"]], c))
                       for c in table["rows"] + table["columns"]]
            self.tables[table["name"]] = Table(columns, table["measures"], table["totals"])
            self.where[table["name"]] = self._filters(table["where"], dimensions)

    def _levels(self, dimension, column):
        names = list(dimension.levels)
        return names[names.index(column["from"]):names.index(column["to"]) + 1]

    def _filters(self, where, dimensions):
        allowed = {}
        for item in where:
            dimension = dimensions[item["dim"]]
            level = dimension.levels[item["level"]]
            leaves = frozenset().union(*(level[c] for c in item["codes"]))
            before = allowed.get(dimension.axis)
            allowed[dimension.axis] = leaves if before is None else leaves & before
        return allowed

    def filters(self, data, table):
        return next(self.where[name] for name, spec in self.tables.items() if spec is table)


class Release:
    """One package: whose data it is made of (`week`), and its figures against that data."""

    def __init__(self, week, data, directory):
        self.week = week
        with open(os.path.join(directory, "data", "request", "plan.json"), encoding="utf-8") as f:
            plan = json.load(f)["feed"]
        self.feed = PlanFeed(plan, d.dimensions(data))
        self.name = f"{self.feed.name} of week {week}"
        outputs = read_release(directory)
        self.book = Book(data, self.feed, outputs)
        self.rows = list(self._rows())

    def _rows(self):
        """(workplace, measure, status, text) of each figure of a list, but positions and empty ones."""
        for name, spec in self.feed.lists.items():
            output = self.book.outputs[name]
            for place, row in zip(spec.match(self.book.data, output.rows)[0], output.rows):
                assert place is not None, f"{self.name}: {name} has a row that is not due"
                for measure in spec.measures:
                    if self.book.measures[measure].kind != "quantile":
                        yield (place, self.book.measures[measure], row[measure + "_status"],
                               row[measure])

    def shares(self):
        """(published, all), of figures of tables behind which there is somebody."""
        based = [f for f in self.book.figures if any(c.bits for c in f.cells)]
        return sum(f.published for f in based), len(based)


def read_weeks(directories, codes):
    """The data of each week, whose sets of usable records have the same names in all of them."""
    weeks = [Data(path, codes) for path in directories]
    for name in weeks[0].populations:
        leaves = set().union(*(w.populations[name].axes["usable"] for w in weeks))
        for week in weeks:
            population = week.populations[name]
            population.masks = {m: frozenset(leaf for leaf in leaves if m in leaf)
                                for m in population.masks}
    return weeks


class Records:
    """The records of one population in all weeks, by identifier."""

    def __init__(self, weeks, name):
        self.populations = [w.populations[name] for w in weeks]
        self.ids = [self._ids(w, name) for w in weeks]
        self.weights = [self._weights(p, name) for p in self.populations]
        self.leaves = {}
        self.asked, self.answers = None, {}     # the contributions asked for last

    def _ids(self, week, name):
        if name == "workplace_role":
            return [(r["workplace"]["id"], r["job_role"]) for r in week.roles]
        return list({"worker": week.workers, "workplace": week.workplaces,
                     "location": week.locations}[name])

    def _weights(self, population, name):
        """How many workers stand behind a record."""
        if name == "worker":
            return [1] * population.count
        return [population.worker_count(1 << i) for i in range(population.count)]

    def leaf(self, week, axis):
        """The leaf of each record on an axis."""
        if (week, axis) not in self.leaves:
            population = self.populations[week]
            column = [None] * population.count
            for leaf, bits in population.axes[axis].items():
                for i in ones(bits):
                    column[i] = leaf
            self.leaves[week, axis] = column
        return self.leaves[week, axis]

    def add_places(self):
        """Each workplace becomes a leaf of an axis of its own."""
        for population in self.populations:
            if "place" not in population.axes:
                population.add_axis("place", population.workplaces)

    def contributions(self, week, value, box):
        """{identifier: position} of the records that have something to say in a cell, and what."""
        if self.asked != (value, box):
            self.asked, self.answers = (value, box), {}
        if week not in self.answers:
            self.answers[week] = self._contributions(week, value, box)
        return self.answers[week]

    def _contributions(self, week, value, box):
        population = self.populations[week]
        column = population.raw[value] if value else None
        found = {}
        for i in ones(population.select(box)):
            amount = 1 if column is None else column[i]
            if amount is not None:
                found[self.ids[week][i]] = i, amount
        return found

    def change(self, value, box, before, after, shown=()):
        """What stands behind the difference of a cell between two weeks, but for workplaces that are
        shown: every record that is in it in one of them only, or has something else to say."""
        change = Change()
        old, new = (self.contributions(w, value, box) for w in (before, after))
        for name in old.keys() | new.keys():
            if name in old and name in new and old[name][1] == new[name][1]:
                continue
            sides = [(sign, self.populations[week], *side[name])
                     for sign, week, side in ((-1, before, old), (1, after, new)) if name in side]
            if all(of.workplaces[i] in shown for _, of, i, _ in sides):
                continue
            change.records += 1
            change.workers += max(self.weights[week][side[name][0]]
                                  for week, side in ((before, old), (after, new)) if name in side)
            for sign, of, i, amount in sides:
                change.workplaces.add(of.workplaces[i])
                change.providers[of.providers[i]] += sign * amount
        return change


class Change:
    """Who came, went or changed: records, their workers, workplaces, {provider: net amount}."""

    def __init__(self):
        self.records = self.workers = 0
        self.workplaces, self.providers = set(), defaultdict(int)

    def is_sensitive(self, population, value):
        """The policy's clause on earlier releases protects it."""
        if not self.records:
            return False
        if population.counts_workers and self.workers < d.MIN_WORKERS:
            return True
        if len(self.workplaces) < d.MIN_WORKPLACES or len(self.providers) < d.MIN_PROVIDERS:
            return True
        return value is not None and d.concentrated(
            sorted(map(abs, self.providers.values()), reverse=True))

    def is_sensitive_in_row(self, population):
        """The same of a workplace that agreed to be shown: its workers did not."""
        return self.records > 0 and population.counts_workers and self.workers < d.MIN_WORKERS


class Family:
    """The records of a population split by all that cells on some axes tell apart, weeks included:
    an atom is (place on each axis, the weeks in which records were there with the same value)."""

    def __init__(self, records, value, axes, boxes):
        self.axes = axes
        self.choices = {axis: self._choices(axis, boxes) for axis in axes}
        self.atoms = defaultdict(list)     # (places, weeks) -> [(identifier, amount)]
        self._split(records, value)

    def _choices(self, axis, boxes):
        """The different sets of leaves that cells ask for on an axis."""
        return sorted({leaves for box in boxes for name, leaves in box if name == axis},
                      key=lambda s: (len(s), sorted(map(str, s))))

    def _split(self, records, value):
        self.places = places = {axis: {} for axis in self.axes}    # leaf -> choices that contain it
        lives = defaultdict(int)
        for week, population in enumerate(records.populations):
            columns = [records.leaf(week, axis) for axis in self.axes]
            amounts = population.raw[value] if value else None
            for i, name in enumerate(records.ids[week]):
                amount = 1 if amounts is None else amounts[i]
                if amount is None:
                    continue
                where = []
                for axis, column in zip(self.axes, columns):
                    place = places[axis].get(column[i])
                    where.append(self._place(axis, column[i]) if place is None else place)
                lives[name, tuple(where), amount] |= 1 << week
        for (name, where, amount), weeks in lives.items():
            self.atoms[where, weeks].append((name, amount))

    def _place(self, axis, leaf):
        """Which choices contain a leaf."""
        place = tuple(n for n, s in enumerate(self.choices[axis]) if leaf in s)
        return self.places[axis].setdefault(leaf, place)

    def places_in(self, box):
        """The places of a box, whether or not anybody is there."""
        leaves = dict(box)
        if not set(leaves) <= set(self.axes):
            return []
        return itertools.product(*(
            sorted({self._place(axis, leaf) for leaf in leaves[axis]} if axis in leaves
                   else set(self.places[axis].values())) for axis in self.axes))

    def unanswered(self, where):
        """Places that differ from one in that something is not known there."""
        for n, axis in enumerate(self.axes):
            if axis == "usable":
                missing = {p for p in self.places[axis].values()
                           if len(p) < len(self.choices[axis])}
            else:
                missing = {self._place(axis, UNKNOWN)}
            for place in missing - {where[n]}:
                yield where[:n] + (place,) + where[n + 1:]

    def boxes_of(self, where):
        """All boxes that hold an atom's place: any choice, or none, on each axis."""
        boxes = [()]
        for axis, place in zip(self.axes, where):
            boxes = [box + more for box in boxes
                     for more in [()] + [((axis, self.choices[axis][n]),) for n in place]]
        return boxes
