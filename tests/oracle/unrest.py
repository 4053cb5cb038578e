#!/usr/bin/python3
"""unrest.py - what happens to workplaces from week to week that the generator leaves out.

Usage: unrest.py DATA WEEK

Rewrites the files of a week in place. Of ten workplaces one agrees to be shown from the start, one more
from each week on, one in weeks 0, 1, 4 and 5, one never, and of two it is as the data says. Every week
one in 37 of those without a parent comes into the hands of another's owner, and one in 41 moves to
where some London workplace is. All follows from the identifiers, so that a week has all that was new
in the weeks before.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import csv
import sys

ID, AREA, OWNER = "establishmentid", ("cssr", "regionid", "lauthid"), ("orgid", "parentid")
LONDON = "3"


class File:
    """A CSV file whose rows are dicts."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8", newline="") as f:
            reader = csv.DictReader(f)
            self.rows, self.columns = list(reader), reader.fieldnames

    def set(self, place_of, changes):
        """Overwrites, in rows of these workplaces, the columns that the file has."""
        for row in self.rows:
            new = changes.get(row[place_of], {})
            row.update((name, value) for name, value in new.items() if name in self.columns)

    def write(self):
        with open(self.path, "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


def consents(places, week):
    """{workplace: {column: value}}"""
    kinds = {place: int(place) % 10 for place in places}
    return {place: {"lapermission": str(int(kind <= week if kind < 6
                                            else kind == 6 and week not in (2, 3)))}
            for place, kind in kinds.items() if kind < 8}


def owners(places, week):
    ids = sorted(places)
    return {place: {name: places[ids[int(place) * 7 % len(ids)]][name] for name in OWNER}
            for place, row in places.items() if int(place) % 37 < week and not row["parentid"]}


def moves(places, week):
    areas = {place: {name: row[name] for name in AREA}
             for place, row in places.items()}
    london = sorted({tuple(area.items()) for area in areas.values()
                     if area["regionid"] == LONDON})
    return {place: dict(london[int(place) % len(london)]) for place in places
            if int(place) % 41 < week}


def main():
    directory, week = sys.argv[1], int(sys.argv[2])
    workplaces, workers = (File(f"{directory}/{name}.csv") for name in ("workplace", "worker"))
    places = {row[ID]: row for row in workplaces.rows}
    for happen in (consents, owners, moves):
        changes = happen(places, week)
        for file in (workplaces, workers):
            file.set(ID, changes)
    for file in (workplaces, workers):
        file.write()


if __name__ == "__main__":
    main()
