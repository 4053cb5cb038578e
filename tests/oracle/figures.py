"""figures.py - published outputs as figures over exact cells, and which cells are confidential.

Reads the CSV files of a release, gives every published or withheld number the cells that it is
made of, and judges each cell by the rules: what stands behind it once the published rows of
consenting workplaces are subtracted.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import csv
import os
from fractions import Fraction

import definitions as d
from data import UNKNOWN
from engine import box_key, decimal_text, quantile, round_half_away

WITHHELD = "c"
EMPTY_STATUSES = {"c", "x", "z", "u", "low"}


class OracleError(Exception):
    """The release is not what the scripts and definitions say it is."""


class Output:
    """One CSV file: header, rows, and which columns are dimensions or fields, and measures."""

    def __init__(self, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.path = path
        with open(path, newline="", encoding="utf-8") as f:
            reader = csv.reader(f)
            self.header = next(reader)
            self.rows = [dict(zip(self.header, r)) for r in reader if self._whole(r)]
        self.measures = [h[:-7] for h in self.header
                         if h.endswith("_status") and h[:-7] in self.header]
        self.dimensions = [h for h in self.header if h + "_label" in self.header]
        self.is_list = "period" not in self.header or not self.dimensions

    def _whole(self, row):
        if len(row) != len(self.header):
            raise OracleError(f"{self.path}: a row has {len(row)} fields, not {len(self.header)}")
        return True


def read_release(directory):
    tables = os.path.join(directory, "data", "tables")
    return {o.name: o for o in (Output(os.path.join(tables, name))
                                for name in sorted(os.listdir(tables)) if name.endswith(".csv"))}


class Cell:
    """A sum over the records of a box: identity is (population, value, box)."""

    __slots__ = ("population", "value", "box", "bits", "known", "sensitive")

    def __init__(self, population, value, box, bits):
        self.population, self.value, self.box, self.bits = population, value, box, bits
        self.known = False       # to everybody
        self.sensitive = False

    @property
    def key(self):
        return (self.population.name, self.value, self.box)

    @property
    def total(self):
        return self.population.sum(self.bits, self.value)

    def __repr__(self):
        where = " ".join(f"{axis}={'+'.join(sorted(map(str, leaves)))}" if len(leaves) < 4
                         else f"{axis}={len(leaves)} leaves" for axis, leaves in self.box)
        return f"<{self.population.name} {self.value or 'count'} {where or 'all'}>"


class Figure:
    """One number of one table."""

    def __init__(self, output, line, key, name, measure, status, text):
        self.output, self.line, self.key = output, line, key
        self.name, self.measure, self.status, self.text = name, measure, status, text
        self.cells = []
        self.rest = None
        self.terms = []
        self.unsafe = ()        # why it must be withheld

    @property
    def published(self):
        return self.status != WITHHELD

    def __repr__(self):
        return f"{self.output}:{self.line} {self.name} {'/'.join(self.key)}"


class Book:
    """A release against the data."""

    def __init__(self, data, feed, outputs):
        self.data, self.feed, self.outputs = data, feed, outputs
        self.dimensions = d.dimensions(data)
        self.measures = d.measures(data)
        self.cells = {}
        self.row_parts = []     # (population, value, worker-level box, records)
        self.revealed = {}      # population -> (axes, records): register lists
        missing = set(feed.tables) | set(feed.lists)
        if missing != set(outputs):
            raise OracleError(f"outputs {sorted(outputs)} are not those of the script: "
                              f"{sorted(missing)}")
        self.period = f"{data.period[1:5]}-{data.period[5:]}"
        self._lists()
        self.figures = [f for name in feed.tables for f in self._table(name)]
        self._judge()

    # ---- cells

    def cell(self, population, value, axes):
        """The cell of {axis: leaves or None}."""
        return self.cell_of_box(population, value, box_key(axes))

    def cell_of_box(self, population, value, box):
        key = (population.name, value, box)
        if key not in self.cells:
            self.cells[key] = Cell(population, value, box, population.select(box))
        return self.cells[key]

    def part_cell(self, part, axes):
        """The cell of a part at a key; `axes` {axis: leaves or None}."""
        population = self.data.populations[part.population]
        axes = dict(axes)
        for axis, leaves in part.inside.items():
            axes[axis] = leaves if axes.get(axis) is None else axes[axis] & leaves
        if part.mask:
            axes["usable"] = population.masks[part.mask]
        return self.cell(population, part.value, axes)

    def remaining(self, cell):
        """The records of a cell that published rows do not give away."""
        population = cell.population
        revealed = self.revealed.get(population.name)
        if revealed and cell.value is None and all(
                axis in revealed[0] or axis in population.public_axes for axis, _ in cell.box):
            return cell.bits & ~revealed[1]
        own = tuple((axis, leaves) for axis, leaves in cell.box
                    if axis not in population.unit_axes)
        bits = cell.bits
        for name, value, box, records in self.row_parts:
            if name == population.name and value == cell.value and box == own:
                bits &= ~records
        return bits

    def is_public(self, cell):
        return (cell.population.public and cell.value is None
                and all(axis in cell.population.public_axes for axis, _ in cell.box))

    def why_unsafe(self, cell):
        """Rules that the cell itself breaks."""
        if self.is_public(cell) or not cell.bits:
            return ()
        bits = self.remaining(cell)
        why = ()
        if d.minimum_unsafe(cell.population, bits):
            why += ("minimum",)
        if cell.value is not None and bits and d.concentration_unsafe(cell.population, bits,
                                                                     cell.value):
            why += ("concentration",)
        if cell.value is not None and bits and cell.population.sum(bits, cell.value) == 0:
            why += ("group",)   # nobody contributed anything: true of each of them
        return why

    # ---- lists

    def _lists(self):
        for name, spec in self.feed.lists.items():
            output = self.outputs[name]
            if spec.record == "workplace":
                self._workplace_rows(output, spec)
            else:
                self._register_rows(output, spec)

    def _workplace_rows(self, output, spec):
        """What the shown figures of consenting workplaces take out of every sum they are in."""
        for column in [c for m in spec.measures for c in (m, m + "_status")]:
            if column not in output.header:
                raise OracleError(f"{output.path}: no column {column}")
        found, _ = spec.match(self.data, output.rows)
        for measure_name in spec.measures:
            measure = self.measures[measure_name]
            if measure.kind == "quantile":
                continue
            shown = {w["id"] for w, row in zip(found, output.rows)
                     if w is not None and row[measure_name + "_status"] in ("", "low")}
            parts = list(measure.parts) + list(measure.terms)
            if measure.rest:
                parts.append(measure.rest)
            for part in parts:
                cell = self.part_cell(part, {})
                population = cell.population
                own = tuple(item for item in cell.box if item[0] not in population.unit_axes)
                records = 0
                for w in shown:
                    records |= population.of_workplace.get(w, 0)
                self.row_parts.append((population.name, part.value, own, records & cell.bits))

    def _register_rows(self, output, spec):
        population = self.data.populations[spec.record]
        place = {r["id"]: i for i, r in enumerate(population.rows)}
        records = 0
        for row in output.rows:
            if row["location_id"] in place:
                records |= 1 << place[row["location_id"]]
        self.revealed[population.name] = (spec.reveals, records)

    # ---- tables

    def _table(self, name):
        spec, output = self.feed.tables[name], self.outputs[name]
        expected = [c for dim, _ in spec.dimensions for c in (dim, dim + "_label")] + ["period"]
        expected += [c for m in spec.measures for c in (m, m + "_status")]
        if output.header != expected:
            raise OracleError(f"{output.path}: header {output.header}, expected {expected}")
        filters = self.feed.filters(self.data, spec)
        for line, row in enumerate(output.rows, 2):
            axes = dict(filters)
            key = tuple(row[dim] for dim, _ in spec.dimensions)
            for (dim, levels), code in zip(spec.dimensions, key):
                dimension = self.dimensions[dim]
                if code == d.TOTAL:
                    continue
                leaves = dimension.leaves(code, levels)
                if leaves is None:
                    raise OracleError(f"{output.path}:{line}: {dim} has no code {code}")
                allowed = filters.get(dimension.axis)
                axes[dimension.axis] = leaves if allowed is None else leaves & allowed
            for measure_name in spec.measures:
                measure = self.measures[measure_name]
                figure = Figure(name, line, key, measure_name, measure,
                                row[measure_name + "_status"], row[measure_name])
                figure.axes = axes
                figure.cells = [self.part_cell(p, axes) for p in measure.parts]
                figure.terms = [self.part_cell(p, axes) for p in measure.terms]
                figure.rest = measure.rest and self.part_cell(measure.rest, axes)
                yield figure

    # ---- judgement

    def _judge(self):
        for figure in self.figures:
            why = ()
            for cell in figure.cells:
                why += self.why_unsafe(cell)
            why += self._group(figure)
            if figure.measure.kind == "quantile":
                why += self._quantile(figure)
            for term in figure.terms:
                # a term alone is hidden; it is safe to hide, and must not be found out
                term.sensitive = term.sensitive or bool(self.why_unsafe(term))
            figure.unsafe = tuple(sorted(set(why)))
        for cell in list(self.cells.values()):
            self.judge_cell(cell)

    def judge_cell(self, cell):
        """Sensitive, or known to everybody: a public fact, or a cell of an output with nobody in
        it, because zeros are published."""
        cell.sensitive = cell.sensitive or bool(self.why_unsafe(cell))
        cell.known = not cell.sensitive and (not cell.bits or self.is_public(cell))

    def _group(self, figure):
        """A whole group has, or lacks, an attribute."""
        if figure.measure.kind == "share":
            part, whole = figure.cells
            if whole.total and self.remaining(whole):
                if part.total == 0:
                    part.sensitive = True
                    return ("group",)
                if part.total == whole.total:
                    figure.rest.sensitive = True
                    return ("group",)
        if figure.measure.kind == "count":
            spec = self.feed.tables[figure.output]
            for (dim, _), code in zip(spec.dimensions, figure.key):
                dimension = self.dimensions[dim]
                if not dimension.attribute or code in (d.TOTAL, UNKNOWN) or not spec.totals:
                    continue
                axes = dict(figure.axes)
                axes[dimension.axis] = self.feed.filters(self.data, spec).get(dimension.axis)
                whole = self.part_cell(figure.measure.parts[0], axes)
                if (whole.total and self.remaining(whole)
                        and figure.cells[0].total == whole.total):
                    figure.cells[0].sensitive = True
                    return ("group",)
        return ()

    def _quantile(self, figure):
        cell = figure.cells[0]
        name, q = figure.measure.q
        values = cell.population.list_values(cell.bits, name)
        if not values:
            return ()
        at = quantile(values, q)
        below = sum(v < at for v in values)
        above = sum(v > at for v in values)
        if len(values) < d.MIN_QUANTILE or below < d.MIN_SIDE or above < d.MIN_SIDE:
            return ("quantile",)
        return ()

    # ---- values

    def value(self, measure, cells):
        """The exact figure, or None when it has no base."""
        if measure.kind == "quantile":
            name, q = measure.q
            values = cells[0].population.list_values(cells[0].bits, name)
            return quantile(values, q) / measure.unit if values else None
        top = Fraction(cells[0].total, measure.unit)
        if measure.kind in ("count", "sum"):
            return top
        base = cells[1].total
        if base == 0:
            return None
        return top / base * (100 if measure.kind in ("ratio", "share") else 1)

    def published(self, measure, cells):
        """(text, status) as the policy rounds it, were it safe."""
        exact = self.value(measure, cells)
        if exact is None:
            return "", "z"
        places = d.PLACES[measure.kind]
        base = Fraction(1, 10**places)
        if measure.kind == "sum" or (measure.kind == "count" and not self.is_public(cells[0])):
            base = Fraction(d.COUNT_BASE)
        rounded = round_half_away(exact, base)
        if rounded == 0 and exact != 0:
            return "", "low"
        return decimal_text(rounded, places), ""
