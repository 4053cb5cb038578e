"""definitions.py - dimensions, measures and rules, written again from their documentation.

Sources: policies/catalogue/ascwds.lua (definitions), policies/protection/standard.lua (rules).
A part of a measure is a sum (or a count) over the records of a population that pass a mask and lie
in chosen leaves of some axes.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from fractions import Fraction

from data import AGES, EXPERIENCE, SIZES, UNKNOWN
from engine import remembered

TOTAL = "_T"

# ---- rules of the standard policy

MIN_WORKERS = 10
MIN_WORKPLACES = 3
MIN_PROVIDERS = 2
MIN_QUANTILE = 20
MIN_SIDE = 5
MIN_ROW_WORKERS = 10
DOMINANCE_PERCENT = 80
P_PERCENT = 10
COUNT_BASE = 5
PLACES = {"count": 0, "sum": 0, "ratio": 1, "share": 1, "mean": 2, "quantile": 2}


@remembered
def minimum_unsafe(population, bits):
    """Too few workers, workplaces or providers stand behind these records."""
    if not bits:
        return False
    if population.counts_workers and population.worker_count(bits) < MIN_WORKERS:
        return True
    return (population.workplace_count(bits, MIN_WORKPLACES) < MIN_WORKPLACES
            or population.provider_count(bits, MIN_PROVIDERS) < MIN_PROVIDERS)


@remembered
def concentration_unsafe(population, bits, value):
    """One provider has more than 80 % of a sum, or can be estimated to within 10 % by the next."""
    return concentrated(population.provider_sums(bits, value))


def concentrated(sums):
    """The same of the providers' sums, largest first."""
    total = sum(sums)
    if total == 0:
        return False
    second = sums[1] if len(sums) > 1 else 0
    return (100 * sums[0] > DOMINANCE_PERCENT * total
            or 100 * (total - sums[0] - second) < P_PERCENT * sums[0])


# ---- dimensions

class Dimension:
    def __init__(self, name, axis, levels, attribute=False):
        self.name, self.axis, self.levels, self.attribute = name, axis, levels, attribute

    def leaves(self, code, levels):
        """The leaves of a code, looked up in the levels that a table uses; None when unknown."""
        if code == UNKNOWN:
            return frozenset([UNKNOWN])
        for level in levels:
            if code in self.levels[level]:
                return self.levels[level][code]
        return None


def by_column(data, name, column=None):
    """Level of a code list: its codes, or the codes of one of its columns."""
    level = {}
    for code, row in data.list_of(name).items():
        key = row[column] if column else code
        if key:
            level.setdefault(key, set()).add(code)
    return {k: frozenset(v) for k, v in level.items()}


def bands(starts):
    return {code: frozenset([code]) for _, code in starts}


def dimensions(data):
    made = {}

    def add(name, axis, levels, attribute=False):
        made[name] = Dimension(name, axis, levels, attribute)

    add("area", "area", {"region": by_column(data, "local_authorities", "region"),
                         "la": by_column(data, "local_authorities")})
    add("icb", "area", {"icb": by_column(data, "local_authorities", "icb")})
    add("sector", "sector", {"sector": by_column(data, "establishment_types", "sector"),
                             "type": by_column(data, "establishment_types")})
    add("service", "service", {"group": by_column(data, "main_services", "group"),
                               "service": by_column(data, "main_services")})
    add("workplace_size", "workplace_size", {"band": bands(SIZES)})
    add("job_role", "job_role", {"group": by_column(data, "job_roles", "group"),
                                 "role": by_column(data, "job_roles")})
    add("published_role", "job_role", {"line": by_column(data, "job_roles", "published_role")})
    add("employment_status", "employment_status", {"status": by_column(data, "employment_status")})
    add("zero_hours", "zero_hours", {"answer": by_column(data, "yes_no")})
    add("age_band", "age_band", {"band": bands(AGES)}, True)
    add("age_55", "age_band", {"side": {"under_55": UNDER_55, "55_plus": OVER_55}}, True)
    add("gender", "gender", {"gender": by_column(data, "gender")}, True)
    add("ethnicity", "ethnicity", {"group": by_column(data, "ethnicity", "group"),
                                   "ethnicity": by_column(data, "ethnicity")}, True)
    add("nationality", "nationality", {"group": by_column(data, "nationality", "group"),
                                       "nationality": by_column(data, "nationality")}, True)
    add("recruitment_source", "recruitment_source",
        {"source": by_column(data, "recruitment_source")}, True)
    add("qualification_level", "qualification_level",
        {"level": by_column(data, "qualification_levels")}, True)
    add("level_2_plus", "level_2_plus", {"answer": {"no": frozenset(["no"]),
                                                    "yes": frozenset(["yes"])}}, True)
    add("experience_in_role", "experience_in_role", {"band": bands(EXPERIENCE)}, True)
    add("experience_in_sector", "experience_in_sector", {"band": bands(EXPERIENCE)}, True)
    add("cqc_rating", "cqc_rating", {"rating": by_column(data, "cqc_ratings")})
    add("permission", "permission", {"answer": by_column(data, "permission")})
    add("has_account", "has_account", {"answer": {"no": frozenset(["no"]),
                                                  "yes": frozenset(["yes"])}})
    return made


OVER_55 = frozenset(["55_59", "60_64", "65_plus"])
UNDER_55 = frozenset(code for _, code in AGES) - OVER_55


# ---- measures

class Part:
    """`value` None counts records; `mask` None takes all; `inside` {axis: leaves}."""

    def __init__(self, population, value=None, mask=None, inside=None):
        self.population, self.value, self.mask = population, value, mask
        self.inside = inside or {}


class Measure:
    def __init__(self, kind, *parts, terms=(), rest=None, unit=1, q=None, gate=False):
        self.kind = kind
        self.parts = parts      # what a published figure gives away
        self.terms = terms      # of a sum below the line: hidden
        self.rest = rest        # a share's complement: hidden
        self.unit = unit        # the value's scale
        self.q = q
        self.gate = gate        # a row shows it only when records and stated staff agree


def measures(data):
    made = {}

    def rate(name, above, below, mask, terms=()):
        made[name] = Measure("ratio", Part("workplace_role", above, mask),
                             Part("workplace_role", below, mask),
                             terms=[Part("workplace_role", t, mask) for t in terms], gate=True)

    def share(name, axis, inside, known, mask=None, population="worker"):
        inside, known = frozenset(inside), frozenset(known)
        made[name] = Measure("share", Part(population, None, mask, {axis: inside}),
                             Part(population, None, mask, {axis: known}),
                             rest=Part(population, None, mask, {axis: known - inside}))

    def mean(name, value, mask, unit, inside=None):
        made[name] = Measure("mean", Part("worker", value, mask, inside),
                             Part("worker", None, mask, inside), unit=unit)

    def total(name, value, mask, population="workplace_role", unit=1):
        made[name] = Measure("sum", Part(population, value, mask), unit=unit)

    for name, population in (("filled_posts", "worker"), ("workplaces", "workplace"),
                             ("locations", "location")):
        made[name] = Measure("count", Part(population))
    rate("turnover_rate", "leavers", "employed", "turnover")
    rate("starter_rate", "starters", "employed", "starting")
    rate("vacancy_rate", "vacancies", "employed_and_vacancies", "vacancy",
         ("employed", "vacancies"))
    total("leavers", "leavers", "leavers_stated")
    total("starters", "starters", "starters_stated")
    total("vacancies", "vacancies", "vacancies_stated")
    total("employed", "employed", None)
    for name, role, value, mask in (
            ("mean_hourly_pay_care_worker", "8", "hourly_rate", "hourly"),
            ("mean_hourly_pay_senior_care_worker", "7", "hourly_rate", "hourly"),
            ("mean_annual_pay_registered_nurse", "16", "annual_pay", "annual"),
            ("mean_annual_pay_registered_manager", "4", "annual_pay", "annual")):
        mean(name, value, mask, 100, {"job_role": frozenset([role])})
    mean("mean_hourly_equivalent_pay", "hourly_pay", "pay", 100)
    for name, q in (("median_pay", Fraction(1, 2)), ("lower_quartile_pay", Fraction(1, 4)),
                    ("upper_quartile_pay", Fraction(3, 4))):
        made[name] = Measure("quantile", Part("worker", None, "pay"), unit=100,
                             q=("hourly_pay", q))
    mean("mean_sickness_days", "days_sick", "sick", 10)
    share("zero_hours_share", "zero_hours", ["1"], data.list_of("yes_no"))
    share("permanent_share", "employment_status", ["190"], data.list_of("employment_status"))
    share("temporary_share", "employment_status", ["191"], data.list_of("employment_status"))
    total("fte", "fte", "fte", "worker", 10000)
    mean("fte_ratio", "fte", "fte", 10000)
    share("share_level_2_plus", "level_2_plus", ["yes"], ["yes", "no"], "care")
    share("share_recruited_within_sector", "recruitment_source", ["210", "211"],
          data.list_of("recruitment_source"))
    mean("mean_experience_in_role", "months_in_role", "in_role", 100)
    mean("mean_experience_in_sector", "years_in_sector", "in_sector", 1)
    share("share_10_years_in_role", "experience_in_role", ["10_plus"],
          [c for _, c in EXPERIENCE])
    share("share_10_years_in_sector", "experience_in_sector", ["10_plus"],
          [c for _, c in EXPERIENCE])
    share("share_55_plus", "age_band", OVER_55, [c for _, c in AGES])
    share("good_or_outstanding_share", "cqc_rating", ["Good", "Outstanding"],
          ["Outstanding", "Good", "Requires improvement", "Inadequate"], None, "location")
    # every location has an account or not, so the base of coverage is the public register
    account = {answer: Part("location", inside={"has_account": frozenset([answer])})
               for answer in ("yes", "no")}
    made["coverage"] = Measure("share", account["yes"], Part("location"), rest=account["no"])
    return made
