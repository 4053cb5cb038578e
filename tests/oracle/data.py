"""data.py - the input files as the catalogue documents them, read without the program.

What counts as an answer, which rows are left out, and how values are derived is written here from
the definitions in policies/catalogue/ascwds.lua and its code lists, in plain Python.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import calendar
import csv
import os
from fractions import Fraction

from engine import Population

UNKNOWN = "_U"


def code_list(codes_dir, name):
    with open(os.path.join(codes_dir, name + ".csv"), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def rows_of(path):
    """Rows as dicts of trimmed text; a row with another number of fields than the header is left
    out."""
    with open(path, newline="", encoding="utf-8-sig") as f:
        reader = csv.reader(f)
        header = [h.strip(" \t") for h in next(reader)]
        for fields in reader:
            if len(fields) == len(header):
                yield {h: v.strip(" \t") for h, v in zip(header, fields)}


def answered(text):
    return text not in ("", "-1", "-2")


def number(text, low, high, places=0):
    """Scaled integer, or None when not answered, malformed or out of range."""
    if not answered(text):
        return None
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, dot, part = digits.partition(".")
    if not (whole.isascii() and whole.isdigit()) or (dot and places == 0):
        return None
    if dot and not (part.isascii() and part.isdigit()):
        return None
    if part[places:].strip("0"):
        return None
    value = sign * int(whole + part[:places].ljust(places, "0"))
    scale = 10**places
    return value if low * scale <= value <= high * scale else None


def date(text):
    """(year, month, day) of DD/MM/YYYY or YYYY-MM-DD, or None."""
    if len(text) == 10 and text[2] == text[5] == "/":
        parts = (text[6:], text[3:5], text[:2])
    elif len(text) == 10 and text[4] == text[7] == "-":
        parts = (text[:4], text[5:7], text[8:])
    else:
        return None
    if not all(p.isascii() and p.isdigit() for p in parts):
        return None
    year, month, day = (int(p) for p in parts)
    if not 1 <= month <= 12 or year < 1 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return year, month, day


def months_between(start, reference):
    """Whole months from a date to the reference day, by the calendar."""
    months = (reference[0] - start[0]) * 12 + reference[1] - start[1]
    return months - (1 if reference[2] < start[2] else 0)


def divide(numerator, denominator, places):
    """Quotient scaled by 10^places, rounded half away from zero; None when it has none."""
    if numerator is None or denominator is None or denominator == 0:
        return None
    top, bottom = 2 * numerator * 10**places, 2 * denominator
    whole = (abs(top) + abs(denominator)) // abs(bottom)
    return whole if (top < 0) == (bottom < 0) else -whole


def band(value, starts):
    """The last band that starts at or below the value."""
    found = UNKNOWN
    if value is not None:
        for start, code in starts:
            if value >= start:
                found = code
    return found


SIZES = [(0, "under_10"), (10, "10_49"), (50, "50_249"), (250, "250_plus")]
AGES = [(14, "under_25"), (25, "25_34"), (35, "35_44"), (45, "45_54"), (55, "55_59"),
        (60, "60_64"), (65, "65_plus")]
EXPERIENCE = [(0, "under_1"), (1, "1_2"), (3, "3_9"), (10, "10_plus")]
DONT_KNOW = {"gender": {"3"}, "ethnicity": {"99"}, "nationality": {"998", "999"},
             "recruitment_source": {"225"}, "qualification_levels": {"10"}}
RETIRED_ROLES = {"22": "27", "41": "40", **{c: "42" for c in
                                            ("12", "13", "14", "18", "19", "20", "21")}}


class Data:
    """The cleaned records and the populations made of them."""

    def __init__(self, data_dir, codes_dir):
        self.codes = {}
        self.codes_dir = codes_dir
        self.dir = data_dir
        self._locations()
        self._workplaces()
        self._roles()
        self._workers()
        self.populations = {
            "location": self._location_population(),
            "workplace": self._workplace_population(),
            "workplace_role": self._role_population(),
            "worker": self._worker_population(),
        }

    def list_of(self, name):
        """code -> row of a code list, without the codes that mean "don't know"."""
        if name not in self.codes:
            omit = DONT_KNOW.get(name, ())
            self.codes[name] = {r["code"]: r for r in code_list(self.codes_dir, name)
                                if r["code"] not in omit}
        return self.codes[name]

    def coded(self, text, name):
        """The code, or None when it is no answer."""
        return text if text in self.list_of(name) else None

    # ---- records

    def _locations(self):
        self.locations = {}
        for r in rows_of(os.path.join(self.dir, "cqc_locations.csv")):
            key = r["locationid"]
            authority = self.coded(r["cssr"], "local_authorities")
            if r["type"] != "Social Care Org" or not answered(key) or authority is None:
                continue
            if key in self.locations:
                continue
            self.locations[key] = {
                "id": key, "name": r["name"] if answered(r["name"]) else "",
                "provider": r["providerid"] if answered(r["providerid"]) else None,
                "provider_name": r["providername"] if answered(r["providername"]) else "",
                "registered_manager":
                    r["registered_manager"] if answered(r["registered_manager"]) else "",
                "area": authority,
                "service": self.coded(r["service"], "main_services") or UNKNOWN,
                "cqc_rating": self.coded(r["rating_overall"], "cqc_ratings") or UNKNOWN,
                "has_account": "no", "workplaces": []}

    def _workplaces(self):
        self.workplaces = {}
        self.period = None
        rows = list(rows_of(os.path.join(self.dir, "workplace.csv")))
        for r in rows:
            period = r["period"]
            if len(period) == 7 and period[0] == "M" and period[1:].isdigit():
                self.period = period
                break
        year, month = int(self.period[1:5]), int(self.period[5:])
        self.reference = (year, month, calendar.monthrange(year, month)[1])
        for r in rows:
            self._workplace(r)

    def _workplace(self, r):
        updated = date(r["mupddate"]) if answered(r["mupddate"]) else None
        if updated and months_between(updated, self.reference) > 24:
            return
        key = number(r["establishmentid"], 1, 2000000000)
        organisation = number(r["orgid"], 1, 2000000000)
        authority = self.coded(r["cssr"], "local_authorities")
        if key is None or organisation is None or authority is None or not answered(r["period"]):
            return
        if key in self.workplaces:
            return
        sizes = {name: number(r[header], 0, 99999) for name, header in (
            ("staff", "totalstaff"), ("records", "wkrrecs"), ("employees", "jr28emp"),
            ("starters", "totalstarters"), ("leavers", "totalleavers"),
            ("vacancies", "totalvacancies"))}
        location = self.locations.get(r["locationid"])
        w = {"id": key, "provider": organisation, "raw": r, "updated": updated, **sizes,
             "name": r["establishmentname"] if answered(r["establishmentname"]) else "",
             "location_id": r["locationid"] if answered(r["locationid"]) else "",
             "location": location, "area": authority,
             "sector": self.coded(r["esttype"], "establishment_types") or UNKNOWN,
             "service": self.coded(r["mainstid"], "main_services") or UNKNOWN,
             "workplace_size": band(sizes["staff"], SIZES),
             "permission": self.coded(r["lapermission"], "permission") or UNKNOWN,
             "cqc_rating": location["cqc_rating"] if location else UNKNOWN,
             "has_account": "yes" if location else UNKNOWN}
        self.workplaces[key] = w
        if location:
            location["has_account"] = "yes"
            location["workplaces"].append(w)

    def _roles(self):
        """One record per workplace and job role of which any number is answered and not 0."""
        self.roles = []
        for w in self.workplaces.values():
            for code in self.list_of("job_roles"):
                prefix = "jr%02d" % int(code)
                if prefix + "emp" not in w["raw"]:
                    continue
                texts = [w["raw"][prefix + suffix] for suffix in ("emp", "strt", "stop", "vacy")]
                if not any(answered(t) and t != "0" for t in texts):
                    continue
                limits = (99999, 998, 998, 998)
                emp, strt, stop, vacy = (number(t, 0, high) for t, high in zip(texts, limits))
                self.roles.append({"workplace": w, "job_role": code,
                                   "employed": emp or 0, "starters": strt or 0,
                                   "leavers": stop or 0, "vacancies": vacy or 0})

    def _workers(self):
        self.workers = {}
        for r in rows_of(os.path.join(self.dir, "worker.csv")):
            key = number(r["workerid"], 1, 2000000000)
            place = number(r["establishmentid"], 1, 2000000000)
            role = RETIRED_ROLES.get(r["mainjrid"], r["mainjrid"])
            role = None if role == "33" else self.coded(role, "job_roles")
            if key is None or place is None or role is None or key in self.workers:
                continue
            self.workers[key] = {"place": place, "job_role": role, "raw": r}
        self.workers = {k: {**w, "workplace": self.workplaces[w["place"]]}
                        for k, w in self.workers.items() if w["place"] in self.workplaces}
        for w in self.workers.values():
            self._worker(w, w["raw"])

    def _worker(self, w, r):
        w["employment_status"] = self.coded(r["emplstat"], "employment_status") or UNKNOWN
        w["zero_hours"] = self.coded(r["zerohours"], "yes_no") or UNKNOWN
        w["age_band"] = band(number(r["age"], 14, 100), AGES)
        for axis, header, name in (("gender", "gender", "gender"),
                                   ("ethnicity", "ethnicity", "ethnicity"),
                                   ("nationality", "nationality", "nationality"),
                                   ("recruitment_source", "scerec", "recruitment_source"),
                                   ("qualification_level", "levelscqheld",
                                    "qualification_levels")):
            w[axis] = self.coded(r[header], name) or UNKNOWN
        level = w["qualification_level"]
        w["level_2_plus"] = UNKNOWN
        if r["scqheld"] == "2":
            w["level_2_plus"] = "no"
        elif r["scqheld"] == "1" and level != UNKNOWN:
            w["level_2_plus"] = self.list_of("qualification_levels")[level]["level_2_plus"]
        started = date(r["strtdate"]) if answered(r["strtdate"]) else None
        months = months_between(started, self.reference) if started else None
        w["experience_in_role"] = band(None if months is None else months // 12, EXPERIENCE)
        w["months_in_role"] = divide(months, 12, 2)
        joined = number(r["startsec"], 1940, 2100)
        years = None if joined is None else self.reference[0] - joined
        w["experience_in_sector"] = band(years, EXPERIENCE)
        w["years_in_sector"] = years
        w["days_sick"] = number(r["dayssick"], 0, 366, 1)
        self._pay(w, r)

    def _pay(self, w, r):
        status = self.list_of("employment_status").get(w["employment_status"])
        guaranteed = (status is not None and status["directly_employed"] == "yes"
                      and w["zero_hours"] != "1")
        average = number(r["averagehours"], 0, 100, 2)
        contracted = number(r["conthrs"], 0, 100, 2)
        first, second = (contracted, average) if guaranteed else (average, contracted)
        hours = first if first is not None else second      # hundredths
        w["hourly_rate"] = number(r["hrlyrate"], Fraction(5, 2), 200, 2)
        w["annual_pay"] = number(r["salary"], 500, 250000, 2)
        hourly, annually = r["salaryint"] == "252", r["salaryint"] == "250"
        w["paid_hourly"], w["paid_annually"] = hourly, annually
        pay = None
        if hourly:
            pay = w["hourly_rate"]
        elif annually and hours is not None and 0 < hours <= 10000:
            pay = divide(w["annual_pay"], 52 * hours, 2) if w["annual_pay"] is not None else None
        w["hourly_pay"] = pay
        w["fte"] = None
        if hours is not None:
            w["fte"] = 10000 if hours >= 3700 else divide(hours, 3700, 4)
        w["fte_known"] = hours is not None and 0 <= hours <= 10000

    # ---- populations

    def _axes(self, population, rows, axes, through=None):
        for axis in axes:
            population.add_axis(axis, [(through(r) if through else r)[axis] for r in rows])

    def _location_population(self):
        rows = list(self.locations.values())
        p = Population("location", rows, [None] * len(rows), [r["provider"] for r in rows],
                       [0] * len(rows), public=True)
        p.counts_workers = False
        p.public_axes = {"area", "service", "cqc_rating"}
        p.unit_axes = {"area", "service", "cqc_rating", "has_account"}
        self._axes(p, rows, ["area", "service", "cqc_rating", "has_account"])
        p.set_masks({})
        return p

    def _workplace_population(self):
        rows = list(self.workplaces.values())
        workers = [w["records"] if w["records"] is not None else w["staff"] or 0 for w in rows]
        p = Population("workplace", rows, [w["id"] for w in rows], [w["provider"] for w in rows],
                       workers)
        p.unit_axes = set(WORKPLACE_AXES)
        self._axes(p, rows, WORKPLACE_AXES)
        p.set_masks({})
        return p

    def _role_population(self):
        rows = self.roles
        p = Population("workplace_role", rows, [r["workplace"]["id"] for r in rows],
                       [r["workplace"]["provider"] for r in rows], [r["employed"] for r in rows])
        self._axes(p, rows, WORKPLACE_AXES, lambda r: r["workplace"])
        self._axes(p, rows, ["job_role"])
        for name in ("employed", "starters", "leavers", "vacancies"):
            p.add_value(name, [r[name] for r in rows])
        p.add_value("employed_and_vacancies", [r["employed"] + r["vacancies"] for r in rows])
        p.unit_axes = set(WORKPLACE_AXES) | {"usable"}

        def plausible(name):
            def test(r):
                w = r["workplace"]
                return (w[name] is not None and w["employees"] is not None and w["employees"] > 0
                        and w[name] * 100 <= 995 * w["employees"])
            return test

        def stated(name):
            return lambda r: r["workplace"][name] is not None

        p.set_masks({
            "turnover": [plausible("leavers")(r) for r in rows],
            "starting": [plausible("starters")(r) for r in rows],
            "vacancy": [stated("vacancies")(r) and (r["workplace"]["employees"] or 0) > 0
                        for r in rows],
            "leavers_stated": [stated("leavers")(r) for r in rows],
            "starters_stated": [stated("starters")(r) for r in rows],
            "vacancies_stated": [stated("vacancies")(r) for r in rows],
        })
        return p

    def _worker_population(self):
        rows = list(self.workers.values())
        p = Population("worker", rows, [w["workplace"]["id"] for w in rows],
                       [w["workplace"]["provider"] for w in rows], [1] * len(rows))
        self._axes(p, rows, WORKPLACE_AXES, lambda w: w["workplace"])
        self._axes(p, rows, WORKER_AXES)
        p.unit_axes = set(WORKPLACE_AXES)
        for name in ("hourly_rate", "annual_pay", "hourly_pay", "days_sick", "fte"):
            p.add_value(name, [w[name] for w in rows])
        for name in ("months_in_role", "years_in_sector"):
            p.add_value(name, [w[name] if w[name] is None or w[name] >= 0 else None for w in rows])
        care = self.list_of("job_roles")
        p.set_masks({
            "hourly": [w["paid_hourly"] and w["hourly_rate"] is not None for w in rows],
            "annual": [w["paid_annually"] and w["annual_pay"] is not None for w in rows],
            "pay": [w["hourly_pay"] is not None and 250 <= w["hourly_pay"] <= 20000
                    for w in rows],
            "sick": [w["days_sick"] is not None for w in rows],
            "fte": [w["fte_known"] for w in rows],
            "care": [care[w["job_role"]]["care_providing"] == "yes" for w in rows],
            "in_role": [w["months_in_role"] is not None and w["months_in_role"] >= 0
                        for w in rows],
            "in_sector": [w["years_in_sector"] is not None and w["years_in_sector"] >= 0
                          for w in rows],
        })
        return p


WORKPLACE_AXES = ["area", "sector", "service", "workplace_size", "permission", "cqc_rating",
                  "has_account"]
WORKER_AXES = ["job_role", "employment_status", "zero_hours", "age_band", "gender", "ethnicity",
               "nationality", "recruitment_source", "qualification_level", "level_2_plus",
               "experience_in_role", "experience_in_sector"]
