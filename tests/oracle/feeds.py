"""feeds.py - what the three scripts in scripts/ ask for, written again by hand.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from data import UNKNOWN


class Table:
    """`dimensions`: (dimension, levels) for each key column, rows first."""

    def __init__(self, dimensions, measures, totals=True):
        self.dimensions, self.measures, self.totals = dimensions, measures, totals


class List:
    """`fields`: {column: function of a record giving the text, or a set of acceptable texts}.
    `reveals`: of a public register, the axes that the fields show for every listed record."""

    def __init__(self, record, fields, measures=(), reveals=(), consent=None):
        self.record, self.fields, self.measures = record, fields, measures
        self.reveals = set(reveals)
        self.consent = consent
        self.scope = None

    def due(self, data):
        """The records that the list must have."""
        records = data.workplaces if self.record == "workplace" else data.locations
        return [r for r in records.values()
                if r["area"] in self.scope(data)
                and (self.consent is None or r["permission"] == self.consent)]

    def match(self, data, rows):
        """The record of each row, None for a row that is not due; and the records left over."""
        due = {}
        for record in self.due(data):
            due.setdefault(record[self.key], []).append(record)
        found = []
        for row in rows:
            waiting = due.get(row["location_id"], [])
            place = next((i for i, r in enumerate(waiting) if self._same(r, row)), None)
            found.append(None if place is None else waiting.pop(place))
        return found, [r for waiting in due.values() for r in waiting]

    @property
    def key(self):
        return "location_id" if self.record == "workplace" else "id"

    def _same(self, record, row):
        for column, text in self.fields.items():
            expected = text(record)
            if row[column] not in (expected if isinstance(expected, set) else {expected}):
                return False
        return True


class Feed:
    """`area`: the areas that everything is about, as a column of the list of authorities and its
    value."""

    def __init__(self, column, value, tables, lists):
        self.column, self.value = column, value
        self.tables, self.lists = tables, lists
        for spec in lists.values():
            spec.scope = self.areas

    def areas(self, data):
        return frozenset(code for code, row in data.list_of("local_authorities").items()
                         if row[self.column] == self.value)

    def filters(self, data, table):
        return {"area": self.areas(data)}


def answer(name):
    """A code, blank when not recorded."""
    return lambda record: "" if record[name] == UNKNOWN else record[name]


def iso(updated):
    return "%04d-%02d-%02d" % updated if updated else ""


def register_updated(location):
    """The date of the consenting workplace behind a location; blank when none consents."""
    texts = {iso(w["updated"]) for w in location["workplaces"] if w["permission"] == "1"}
    if len(location["workplaces"]) != 1:
        texts.add("")
    return texts or {""}


LA = ("area", ["la"])
SERVICE = ("service", ["group"])
ROLE = ("job_role", ["group"])
POSTS = ["filled_posts"]
LONDON_FLOWS = ["filled_posts", "turnover_rate", "vacancy_rate", "starter_rate"]
ICB_FLOWS = ["filled_posts", "vacancy_rate", "turnover_rate", "starter_rate"]

FEEDS = {
    "london_adass": Feed("region", "3", {
        "borough_summary": Table([LA, SERVICE], LONDON_FLOWS + [
            "zero_hours_share", "mean_hourly_pay_care_worker", "median_pay"]),
        "borough_roles": Table([LA, ROLE], LONDON_FLOWS + ["median_pay"]),
        "region_summary": Table([SERVICE, ROLE], LONDON_FLOWS + ["median_pay"]),
        "age_and_gender": Table([("age_band", ["band"]), ("gender", ["gender"])], POSTS),
    }, {
        "provider_metrics": List("workplace", {
            "location_id": lambda w: w["location_id"],
            "name": lambda w: w["name"],
            "la": lambda w: w["area"],
            "service": answer("service"),
            "total_staff_band": answer("workplace_size"),
            "rating": answer("cqc_rating"),
            "last_updated": lambda w: iso(w["updated"]),
        }, ["vacancy_rate", "turnover_rate", "starter_rate", "permanent_share",
            "temporary_share", "zero_hours_share", "mean_hourly_pay_care_worker",
            "share_level_2_plus"], consent="1"),
    }),
    "borough_coverage": Feed("region", "3", {
        "coverage_by_borough": Table([LA], ["locations", "coverage"]),
        "coverage_by_service": Table([LA, SERVICE], ["locations", "coverage"]),
        "ratings_by_borough": Table([LA], ["good_or_outstanding_share"]),
    }, {
        "locations_by_borough": List("location", {
            "location_id": lambda r: r["id"],
            "name": lambda r: r["name"],
            "provider_name": lambda r: r["provider_name"],
            "la": lambda r: r["area"],
            "service": answer("service"),
            "registered_manager": lambda r: r["registered_manager"],
            "has_account": lambda r: "Y" if r["has_account"] == "yes" else "N",
            "last_updated": register_updated,
        }, reveals=("area", "service", "has_account")),
    }),
    "icb_area": Feed("icb", "E54000043", {
        "by_service": Table([("service", ["group", "service"])], ICB_FLOWS),
        "by_role": Table([("published_role", ["line"])], ICB_FLOWS),
        "by_sector_and_service": Table([("sector", ["sector"]), SERVICE], ICB_FLOWS),
        "pay": Table([SERVICE, ROLE], ["mean_hourly_equivalent_pay", "lower_quartile_pay",
                                       "median_pay", "upper_quartile_pay"]),
        "conditions": Table([SERVICE], [
            "zero_hours_share", "fte_ratio", "mean_sickness_days",
            "share_recruited_within_sector", "mean_experience_in_role",
            "mean_experience_in_sector", "share_level_2_plus"]),
        "age_and_gender": Table([("age_band", ["band"]), ("gender", ["gender"])], POSTS),
        "age_55_by_role": Table([ROLE], ["share_55_plus"]),
        "ethnicity": Table([("ethnicity", ["group"]), ROLE], POSTS),
        "nationality": Table([("nationality", ["group"]), ROLE], POSTS),
        "coverage": Table([SERVICE], ["locations", "coverage"]),
    }, {}),
}
