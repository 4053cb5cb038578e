"""fixture.py - small hand-made data and the release that a correct program would make of it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import csv
import itertools
import os

import definitions as d
import recompute
from data import UNKNOWN
from figures import Book, read_release

WORKPLACE = ["period", "establishmentid", "orgid", "locationid", "establishmentname", "mupddate",
             "lapermission", "cqcpermission", "esttype", "cssr", "mainstid", "totalstaff",
             "wkrrecs", "totalstarters", "totalleavers", "totalvacancies", "jr28emp",
             "jr08emp", "jr08strt", "jr08stop", "jr08vacy"]
WORKER = ["establishmentid", "workerid", "emplstat", "mainjrid", "strtdate", "age", "gender",
          "ethnicity", "nationality", "scerec", "startsec", "dayssick", "zerohours",
          "averagehours", "conthrs", "salaryint", "salary", "hrlyrate", "scqheld", "levelscqheld"]
LOCATION = ["locationid", "providerid", "name", "providername", "registered_manager", "cssr",
            "type", "service", "rating_overall"]


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([row.get(h, "") for h in header] for row in rows)


def write_data(directory, workplaces, workers, locations=()):
    """`workplaces`, `workers`, `locations`: dicts of the columns that matter."""
    os.makedirs(directory, exist_ok=True)
    base = {"period": "M202608", "mupddate": "01/06/2026", "lapermission": "0",
            "cqcpermission": "0", "esttype": "6"}
    write_csv(os.path.join(directory, "workplace.csv"), WORKPLACE,
              [{**base, **w} for w in workplaces])
    write_csv(os.path.join(directory, "worker.csv"), WORKER, workers)
    write_csv(os.path.join(directory, "cqc_locations.csv"), LOCATION, locations)


def columns(data, feed, spec):
    """Codes of each key column, as the definitions have them."""
    made = d.dimensions(data)
    filters = feed.filters(data, spec)
    for dim, levels in spec.dimensions:
        dimension = made[dim]
        allowed = filters.get(dimension.axis)
        codes = [code for level in levels for code, leaves in dimension.levels[level].items()
                 if allowed is None or leaves & allowed]
        if dimension.axis not in ("area", "job_role"):
            codes.append(UNKNOWN)
        yield codes + ([d.TOTAL] if spec.totals else [])


def write_release(directory, data, feed, value, row_value):
    """Every output of a feed; value(table, line, measure) and row_value(measure, record) give
    (text, status)."""
    tables = os.path.join(directory, "data", "tables")
    os.makedirs(tables, exist_ok=True)
    period = f"{data.period[1:5]}-{data.period[5:]}"
    for name, spec in feed.lists.items():
        header = list(spec.fields) + ["period"]
        header += [c for m in spec.measures for c in (m, m + "_status")]
        rows = []
        for record in spec.due(data):
            texts = [f(record) for f in spec.fields.values()]
            row = [max(t) if isinstance(t, set) else t for t in texts] + [period]
            rows.append(row + [x for m in spec.measures for x in row_value(m, record)])
        write_csv(os.path.join(tables, name + ".csv"), header,
                  [dict(zip(header, row)) for row in rows])
    for name, spec in feed.tables.items():
        header = [c for dim, _ in spec.dimensions for c in (dim, dim + "_label")] + ["period"]
        header += [c for m in spec.measures for c in (m, m + "_status")]
        rows = []
        for line, key in enumerate(itertools.product(*columns(data, feed, spec)), 2):
            row = [x for code in key for x in (code, "Label of " + code)] + [period]
            rows.append(row + [x for m in spec.measures for x in value(name, line, m)])
        write_csv(os.path.join(tables, name + ".csv"), header,
                  [dict(zip(header, row)) for row in rows])


def publish(directory, data, feed, withhold=None):
    """A release in which `withhold(figure)` decides; by default what a rule forbids. Rows first,
    because what they show changes what the rules see."""
    def withheld(*_):
        return "", "c"

    write_release(directory, data, feed, withheld, withheld)
    book = Book(data, feed, read_release(directory))

    def row_value(measure, record):
        return recompute.row_expected(book, book.measures[measure], record)

    write_release(directory, data, feed, withheld, row_value)
    book = Book(data, feed, read_release(directory))
    texts = {}
    for figure in book.figures:
        hide = bool(figure.unsafe) if withhold is None else withhold(figure)
        texts[figure.output, figure.line, figure.name] = \
            ("", "c") if hide else book.published(figure.measure, figure.cells)
    write_release(directory, data, feed, lambda *key: texts[key], row_value)
    return Book(data, feed, read_release(directory))
