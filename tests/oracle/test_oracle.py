"""test_oracle.py - the oracle itself, on data small enough to do by hand.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import tempfile
import unittest
from fractions import Fraction

import attack
import data as cleaning
import engine
import feeds
import fixture
import recompute
from system import System

CODES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "policies",
                     "catalogue", "codes")


class Small(unittest.TestCase):
    def test_numbers(self):
        number = cleaning.number
        self.assertEqual(number("12.50", 0, 100, 2), 1250)
        self.assertEqual(number("12.5", 0, 100, 2), 1250)
        self.assertEqual(number("12.500", 0, 100, 2), 1250)
        self.assertIsNone(number("12.505", 0, 100, 2))
        self.assertIsNone(number("101", 0, 100))
        for text in ("", "-1", "-2", "x", "1e2", "+1", "1.", " 1"):
            self.assertIsNone(number(text, -5, 100), text)

    def test_dates_and_months(self):
        self.assertEqual(cleaning.date("29/02/2024"), (2024, 2, 29))
        self.assertEqual(cleaning.date("2024-02-29"), (2024, 2, 29))
        self.assertIsNone(cleaning.date("29/02/2023"))
        self.assertEqual(cleaning.months_between((2024, 8, 31), (2026, 8, 31)), 24)
        self.assertEqual(cleaning.months_between((2024, 7, 31), (2026, 8, 31)), 25)
        self.assertEqual(cleaning.months_between((2026, 2, 28), (2026, 8, 27)), 5)

    def test_bands(self):
        self.assertEqual(cleaning.band(13, cleaning.AGES), "_U")
        self.assertEqual(cleaning.band(24, cleaning.AGES), "under_25")
        self.assertEqual(cleaning.band(65, cleaning.AGES), "65_plus")

    def test_quantiles_and_rounding(self):
        self.assertEqual(engine.quantile([1, 2, 3, 10], Fraction(1, 2)), Fraction(5, 2))
        self.assertEqual(engine.quantile([1, 2, 3, 10], Fraction(1, 4)), Fraction(7, 4))
        self.assertEqual(engine.round_half_away(Fraction(25, 2), Fraction(5)), 15)
        self.assertEqual(engine.round_half_away(Fraction(12), Fraction(5)), 10)
        self.assertEqual(engine.round_half_away(Fraction(-1, 2), Fraction(1)), -1)
        self.assertEqual(engine.decimal_text(Fraction(-105, 100), 2), "-1.05")

    def test_sums_by_bit_planes(self):
        p = engine.Population("x", [0] * 5, [1, 1, 2, 3, None], [7, 7, 7, 8, None], [1] * 5)
        p.add_value("v", [5, 0, None, 1000, 3])
        self.assertEqual(p.sum(0b11011, "v"), 1008)
        self.assertEqual(p.sum(0b00101, None), 2)
        self.assertEqual(p.workplace_count(p.all, 9), 4)
        self.assertEqual(p.provider_count(p.all, 9), 3)
        self.assertEqual(p.provider_sums(p.all, "v"), [1000, 5, 3])


def place(number, provider, area, service, staff, **more):
    return {"establishmentid": number, "orgid": provider, "cssr": area, "mainstid": service,
            "establishmentname": f"Workplace {number}", "locationid": f"1-{number}",
            "totalstaff": staff, "wkrrecs": staff, **more}


def staff(places, **more):
    number = 0
    for p in places:
        for _ in range(p["totalstaff"]):
            number += 1
            yield {"establishmentid": p["establishmentid"], "workerid": number, "emplstat": 190,
                   "mainjrid": 8, **more}


# 702 and 703 are London boroughs; services 1 residential, 8 domiciliary.
PLACES = [
    place(1, 11, 702, 1, 10), place(2, 12, 702, 1, 10), place(3, 12, 702, 1, 10),
    place(4, 13, 702, 8, 12),
    place(5, 14, 703, 1, 15), place(6, 15, 703, 1, 15), place(7, 16, 703, 1, 15),
    place(8, 17, 703, 8, 7), place(9, 18, 703, 8, 7), place(10, 18, 703, 8, 7),
]


def posts_feed():
    feed = feeds.Feed("region", "3", {"posts": feeds.Table([feeds.LA, feeds.SERVICE],
                                                           ["filled_posts"])}, {})
    return feed


class Tables(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def read(self, places, workers, locations=()):
        path = os.path.join(self.dir.name, "data")
        fixture.write_data(path, places, workers, locations)
        return cleaning.Data(path, CODES)

    def release(self):
        return os.path.join(self.dir.name, "release")

    def found(self, book):
        system = System(book)
        cells, _ = attack.attack(system, attack.published_figures(book))
        return {(how, dict(c.box).get("area", "T") if "area" not in dict(c.box)
                 else "+".join(sorted(dict(c.box)["area"]))[:7],
                 "+".join(sorted(dict(c.box).get("service", ["T"])))[:7]) for c, how in cells}

    def test_who_is_left_out(self):
        workers = list(staff(PLACES))
        workers += [dict(workers[0]),                                  # a key twice
                    {**workers[0], "workerid": 900, "establishmentid": 999},
                    {**workers[0], "workerid": 901, "mainjrid": 33},
                    {**workers[0], "workerid": 902, "mainjrid": ""},
                    {**workers[0], "workerid": 903, "mainjrid": 22}]   # retired, read as 27
        places = PLACES + [place(20, 20, 702, 1, 5, mupddate="31/07/2024"),
                           place(21, 21, 702, 1, 5, mupddate="31/08/2024"),
                           place(1, 22, 702, 1, 5)]
        data = self.read(places, workers)
        self.assertEqual(len(data.workplaces), 11)
        self.assertEqual(len(data.workers), 108 + 1)
        self.assertEqual(data.workers[903]["job_role"], "27")

    def test_pay_and_hours(self):
        workers = list(staff(PLACES[:1]))
        workers[0].update(salaryint=250, salary=19500, conthrs=37.5)
        workers[1].update(salaryint=250, salary=19500, averagehours=37.5, zerohours=1, conthrs=10)
        workers[2].update(salaryint=252, hrlyrate="12.21", salary=1)
        workers[3].update(salaryint=252, hrlyrate="2.49")
        workers[4].update(emplstat=193, salaryint=250, salary=19500, conthrs=30, averagehours=20)
        made = list(self.read(PLACES, workers).workers.values())
        self.assertEqual([w["hourly_pay"] for w in made[:6]], [1000, 1000, 1221, None, 1875, None])
        self.assertEqual([w["fte"] for w in made[:2]], [10000, 10000])
        self.assertEqual(made[4]["fte"], 5405)   # 20 / 37

    def test_what_a_rule_forbids_is_found_by_hand_counts(self):
        data = self.read(PLACES, staff(PLACES))
        book = fixture.publish(self.release(), data, posts_feed())
        unsafe = {f.key for f in book.figures if f.unsafe}
        # one workplace of 12 in 702 domiciliary; everything else is large enough or empty
        self.assertEqual(unsafe, {("702", "adult_domiciliary")})
        texts = {f.key: f.text for f in book.figures}
        self.assertEqual(texts["702", "_T"], "40")       # 42
        self.assertEqual(texts["703", "adult_residential"], "45")
        self.assertEqual(texts["_T", "adult_domiciliary"], "35")  # 33
        self.assertEqual(texts["704", "_T"], "0")
        self.assertEqual(recompute.recompute(book).wrong, [])

    def test_a_lone_secret_is_computed_and_four_hide_it(self):
        data = self.read(PLACES, staff(PLACES))
        book = fixture.publish(self.release(), data, posts_feed())
        self.assertEqual({how for how, _, _ in self.found(book)}, {"computed"})
        corner = {("702", "adult_domiciliary"), ("702", "adult_residential"),
                  ("703", "adult_domiciliary"), ("703", "adult_residential")}
        book = fixture.publish(self.release(), data, posts_feed(), lambda f: f.key in corner)
        self.assertEqual(self.found(book), set())
        row = {("702", "adult_domiciliary"), ("702", "adult_residential")}
        book = fixture.publish(self.release(), data, posts_feed(), lambda f: f.key in row)
        self.assertEqual({how for how, _, _ in self.found(book)}, {"computed"})
        book = fixture.publish(self.release(), data, posts_feed(), lambda f: False)
        self.assertEqual({how for how, _, _ in self.found(book)}, {"published"})
        self.assertTrue(recompute.recompute(book).wrong)

    def test_two_tables_are_attacked_together(self):
        # 702 domiciliary is hidden in the first table; the second gives it by another total
        data = self.read(PLACES, staff(PLACES))
        feed = feeds.Feed("region", "3", {
            "one": feeds.Table([feeds.LA, feeds.SERVICE], ["filled_posts"]),
            "two": feeds.Table([feeds.LA, ("service", ["service"])], ["filled_posts"])}, {})
        corner = {("702", "adult_domiciliary"), ("702", "adult_residential"),
                  ("703", "adult_domiciliary"), ("703", "adult_residential")}
        book = fixture.publish(self.release(), data, feed, lambda f: f.key in corner)
        self.assertIn("published", {how for how, _, _ in self.found(book)})
        both = corner | {("702", "8"), ("702", "1"), ("703", "8"), ("703", "1")}
        book = fixture.publish(self.release(), data, feed, lambda f: f.key in both)
        self.assertEqual(self.found(book), set())

    def test_published_rows_leave_what_is_not_shown(self):
        more = dict(totalvacancies=4, jr28emp=10, jr08emp=10, jr08strt=1, jr08stop=2, jr08vacy=4)
        places = [place(n, 10 + n, 702, 1, 10, **more) for n in range(1, 6)]
        feed = feeds.Feed("region", "3", {
            "rates": feeds.Table([feeds.LA], ["vacancy_rate"])},
            {"rows": feeds.List("workplace", {
                "location_id": lambda w: w["location_id"]}, ["vacancy_rate"], consent="1")})
        for consenting, unsafe in ((0, False), (2, False), (3, True), (4, True), (5, False)):
            for n, p in enumerate(places):
                p["lapermission"] = "1" if n < consenting else "0"
            data = self.read(places, staff(places))
            book = fixture.publish(self.release(), data, feed)
            figure = next(f for f in book.figures if f.key == ("702",))
            self.assertEqual(bool(figure.unsafe), unsafe, consenting)
            self.assertEqual(recompute.recompute(book).wrong, [])
            if not unsafe:
                self.assertEqual(figure.text, "28.6")    # 20 / 70

    def test_a_share_of_everybody_is_withheld_and_its_complement_protected(self):
        workers = list(staff(PLACES, zerohours=0))
        data = self.read(PLACES, workers)
        feed = feeds.Feed("region", "3", {"z": feeds.Table([feeds.LA], ["zero_hours_share"])}, {})
        book = fixture.publish(self.release(), data, feed)
        self.assertEqual({f.key: f.unsafe for f in book.figures if f.unsafe},
                         {("702",): ("group",), ("703",): ("group",), ("_T",): ("group",)})

    def test_concentration(self):
        p = engine.Population("x", [0] * 4, [1, 2, 3, 4], [1, 2, 3, 4], [10] * 4)
        from definitions import concentration_unsafe
        for values, unsafe in (([80, 10, 10, 0], False), ([81, 9, 9, 1], True),
                               ([50, 45, 5, 0], False), ([51, 44, 5, 0], True),
                               ([0, 0, 0, 0], False), ([7, 0, 0, 0], True)):
            p.add_value("v", values)
            self.assertEqual(concentration_unsafe(p, p.all, "v"), unsafe, values)


if __name__ == "__main__":
    unittest.main()
