"""test_weeks.py - the attacker over weeks, on data small enough to do by hand.

A borough with three services. Each week is a dict {workplace: (service, workers)}; workers keep
their identifiers, the first ones of a workplace stay and the last ones leave.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import io
import json
import os
import tempfile
import unittest
from unittest import mock

import definitions as d
import fixture
import weeks as attacker
from weekly import Change, PlanFeed, Records, Release, read_weeks

CODES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "policies",
                     "catalogue", "codes")
CARE_HOME, HOME_CARE, DAY = "2", "8", "6"
BOROUGH = {"codes": ["702"], "dim": "area", "level": "la"}
FIRST = {1: (CARE_HOME, 12), 2: (CARE_HOME, 13), 3: (CARE_HOME, 11),
         4: (HOME_CARE, 20), 5: (HOME_CARE, 15), 6: (HOME_CARE, 14),
         7: (DAY, 3), 8: (DAY, 2)}


def plan(dimension, to, name="posts"):
    column = {"dim": dimension, "from": to, "to": to}
    return {"name": name, "lists": [], "tables": [{
        "name": name, "rows": [column], "columns": [], "measures": ["filled_posts"],
        "totals": True, "where": [BOROUGH]}]}


class Weeks(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        exact = mock.patch.object(d, "COUNT_BASE", 1)
        exact.start()
        self.addCleanup(exact.stop)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def data(self, weeks):
        for number, week in enumerate(weeks):
            places = [{"establishmentid": 100 + w, "orgid": 100 + w, "cssr": "702",
                       "establishmentname": f"Place {w}", "lapermission": "1" if w < 3 else "0",
                       "mainstid": service, "totalstaff": count, "wkrrecs": count,
                       "jr28emp": count} for w, (service, count) in week.items()]
            workers = [{"establishmentid": 100 + w, "workerid": 1000 * w + i, "mainjrid": "8",
                        "emplstat": "190", "age": 30, "gender": 1 + i % 2}
                       for w, (_, count) in week.items() for i in range(count)]
            fixture.write_data(self.path(str(number)), places, workers)
        return read_weeks([self.path(str(n)) for n in range(len(weeks))], CODES)

    def release(self, data, week, request, hidden=()):
        """What a program would publish that withholds the figures of these codes."""
        directory = self.path(f"release{week}{request['name']}")
        os.makedirs(os.path.join(directory, "data", "request"), exist_ok=True)
        with open(os.path.join(directory, "data", "request", "plan.json"), "w",
                  encoding="utf-8") as f:
            json.dump({"feed": request}, f)
        feed = PlanFeed(request, d.dimensions(data[week]))
        fixture.publish(directory, data[week], feed, lambda figure: figure.key[0] in hidden)
        return Release(week, data[week], directory)

    def attack(self, weeks, *hidden):
        """By service, with what each week withholds."""
        data = self.data(weeks)
        return attacker.Attack(data, [self.release(data, n, plan("service", "group"), codes)
                                      for n, codes in enumerate(hidden)])

    def found(self, attack):
        values = attack.found({k: v for k, v in attack.seen.items() if v is not None})
        for target, value in values.items():
            self.assertEqual(value, attack.targets[target][0])
        return {attack.targets[t][1].split(" ")[0]: v for t, v in sorted(values.items(), key=repr)}

    def test_one_release_that_withholds_two_figures_is_safe(self):
        self.assertEqual(self.found(self.attack([FIRST], {"adult_day", "adult_residential"})), {})

    def test_a_lone_withheld_figure_is_total_less_the_rest(self):
        self.assertEqual(self.found(self.attack([FIRST], {"adult_day"})), {"withheld": 5})

    def test_a_withheld_zero_tells_nothing(self):
        only = {1: (CARE_HOME, 3), 2: (CARE_HOME, 2), **{w: FIRST[w] for w in (4, 5, 6)}}
        self.assertEqual(self.found(self.attack([only], {"adult_residential"})), {"withheld": 5})
        self.assertEqual(self.found(self.attack([only], {"adult_residential", "adult_day"})), {})

    def test_the_same_data_again_tell_nothing_when_the_same_is_withheld(self):
        hidden = {"adult_day", "adult_residential"}
        self.assertEqual(self.found(self.attack([FIRST, FIRST], hidden, hidden)), {})

    def test_another_pattern_on_the_same_data_tells_what_was_withheld(self):
        # home care is shown in the first week, care homes in the second: day care is what is left
        found = self.found(self.attack([FIRST, FIRST], {"adult_day", "adult_residential"},
                                       {"adult_day", "adult_domiciliary"}))
        self.assertEqual(found, {"withheld": 5})

    def test_a_joiner_is_the_change_of_a_figure(self):
        second = {**FIRST, 4: (HOME_CARE, 21)}
        hidden = {"adult_day", "adult_residential"}
        found = self.found(self.attack([FIRST, second], hidden, hidden))
        self.assertEqual(found, {"change": 1, "group": 1})

    def test_a_change_of_many_at_many_workplaces_tells_nobody(self):
        second = {**FIRST, 4: (HOME_CARE, 26), 5: (HOME_CARE, 17), 6: (HOME_CARE, 17)}
        hidden = {"adult_day", "adult_residential"}
        self.assertEqual(self.found(self.attack([FIRST, second], hidden, hidden)), {})

    def test_a_change_of_many_at_two_workplaces_is_theirs(self):
        second = {**FIRST, 4: (HOME_CARE, 26), 5: (HOME_CARE, 20)}
        hidden = {"adult_day", "adult_residential"}
        self.assertEqual(self.found(self.attack([FIRST, second], hidden, hidden))["change"], 11)

    def test_two_large_changes_can_have_a_small_difference(self):
        # eleven join in week 1 and stay; one more joins in week 2: weeks 1 and 2 tell
        second = {**FIRST, 4: (HOME_CARE, 24), 5: (HOME_CARE, 19), 6: (HOME_CARE, 17)}
        third = {**second, 4: (HOME_CARE, 25)}
        hidden = {"adult_day", "adult_residential"}
        found = self.found(self.attack([FIRST, second, third], hidden, hidden, hidden))
        self.assertEqual(found, {"change": 1, "group": 1})

    def test_a_later_release_can_tell_an_earlier_change(self):
        # week 0 shows all, week 1 home care: three more at care homes stay hidden. In week 2 twelve
        # join home care, and the care homes, as they were in week 1, are shown
        first = {w: FIRST[w] for w in range(1, 7)}
        second = {**first, 1: (CARE_HOME, 15)}
        third = {**second, 4: (HOME_CARE, 24), 5: (HOME_CARE, 19), 6: (HOME_CARE, 18)}
        residential, home_care = "adult_residential", "adult_domiciliary"
        hidden = [{residential, home_care}, {residential, d.TOTAL}, {home_care, d.TOTAL}]
        self.assertEqual(self.found(self.attack([first, second], *hidden[:2])), {})
        attack = self.attack([first, second, third], *hidden)
        self.assertEqual(self.found(attack)["change"], 3)
        self.assertTrue(any(t[0] == "change" and t[3:5] == (0, 1) for t in attack.found(
            {k: v for k, v in attack.seen.items() if v is not None})))

    def test_withheld_changes_stay_withheld(self):
        second = {**FIRST, 4: (HOME_CARE, 21), 1: (CARE_HOME, 13)}
        everything = {"adult_day", "adult_residential", "adult_domiciliary", d.TOTAL}
        hidden = {"adult_day", "adult_residential"}
        self.assertEqual(self.found(self.attack([FIRST, second], hidden, everything)), {})

    def test_a_finer_table_of_the_same_records_takes_the_coarser_one_apart(self):
        data = self.data([{**FIRST, 7: ("7", 3)}])     # two kinds of day care
        coarse = self.release(data, 0, plan("service", "group"), {"adult_day", "adult_residential"})
        fine = self.release(data, 0, plan("service", "service", "fine"), {CARE_HOME, "6", "7"})
        self.assertEqual(self.found(attacker.Attack(data, [coarse, fine])), {})
        fine = Release(0, data[0], self.path("release0fine"))
        for figure in fine.book.figures:
            if figure.key[0] == CARE_HOME:
                figure.status, figure.text = "", "36"
        self.assertEqual(self.found(attacker.Attack(data, [coarse, fine])), {"withheld": 5})

    def rows(self, weeks, *hidden):
        """What rows of workplaces 1 and 2 tell, of which each week withholds some."""
        request = {"name": "rows", "tables": [], "lists": [
            {"name": "rows", "measures": ["filled_posts"], "where": [BOROUGH]}]}
        data = self.data(weeks)
        releases = [self.release(data, n, request) for n in range(len(weeks))]
        for release, places in zip(releases, hidden):
            release.rows = [(place, measure, "c" if place["id"] - 100 in places else status, text)
                            for place, measure, status, text in release.rows]
        attack = attacker.Attack(data, releases)
        found = attack.found({name: value or 0 for name, value in attack.seen.items()})
        return sorted(attack.targets[t][1].split(" ")[0] for t in found)

    def test_a_joiner_is_the_change_of_a_row(self):
        second = {**FIRST, 1: (CARE_HOME, 13)}
        self.assertEqual(self.rows([FIRST, second], (), ()), ["row-change", "row-group"])
        self.assertEqual(self.rows([FIRST, second], (), (1,)), [])
        self.assertEqual(self.rows([FIRST, second], (1,), ()), [])
        self.assertEqual(self.rows([FIRST, FIRST], (), ()), [])

    def test_a_row_is_found_over_the_week_that_withheld_it(self):
        third = {**FIRST, 1: (CARE_HOME, 15)}
        second = {**FIRST, 1: (CARE_HOME, 13)}
        self.assertEqual(self.rows([FIRST, second, third], (), (1,), ()), ["row-change"])

    def test_a_workplace_agreed_for_itself_and_not_for_few_of_its_workers(self):
        second = {**FIRST, 1: (CARE_HOME, 22)}
        self.assertEqual(self.rows([FIRST, second], (), ()), [])

    def beside_rows(self, weeks, hidden=(), measure="filled_posts"):
        """What a table by service tells with the rows of workplaces 1 and 2, both in all weeks."""
        data = self.data(weeks)
        request = {"name": "rows", "tables": [], "lists": [
            {"name": "rows", "measures": [measure], "where": [BOROUGH]}]}
        releases = [self.release(data, n, plan("service", "group"), hidden)
                    for n in range(len(weeks))]
        releases += [self.release(data, n, request) for n in range(len(weeks))]
        attack = attacker.Attack(data, releases)
        found = attack.found({name: value or 0 for name, value in attack.seen.items()})
        return sorted({attack.targets[t][1].split(" ")[0] for t in found})

    def test_a_change_that_a_row_shows_is_no_secret(self):
        # workplace 1, or 3, opens with its workers; of these only the first agreed to be shown
        full = {**FIRST, 9: (CARE_HOME, 14), 10: (CARE_HOME, 15), 11: (CARE_HOME, 16)}
        shown, not_shown = ({w: of for w, of in full.items() if w != new} for new in (1, 3))
        hidden = {"adult_day", "adult_domiciliary"}
        self.assertEqual(self.beside_rows([shown, full], hidden), [])
        self.assertEqual(self.beside_rows([not_shown, full], hidden), ["change", "group"])
        self.assertEqual(self.beside_rows([not_shown, full], hidden | {"adult_residential", d.TOTAL}),
                         [])
        others = {**full, 3: (CARE_HOME, 12)}   # one joins beside the workplace that opens
        self.assertEqual(self.beside_rows([shown, others], hidden), ["change", "group"])

    def test_vacancies_that_a_row_shows_in_another_week_are_no_secret(self):
        # nine workers are too few for a row of their own, and ten are not
        for staff, secrets in (([10, 9], []), ([9, 10], []), ([9, 8], [0, 1])):
            attack = self.vacancies(staff)
            self.assertEqual(sorted(t[2] for t, (_, why) in attack.targets.items()
                                    if why.startswith("row ")), secrets)

    def vacancies(self, staff):
        """Rows of a workplace with two vacancies all along."""
        request = {"name": "rows", "tables": [], "lists": [
            {"name": "rows", "measures": ["vacancies"], "where": [BOROUGH]}]}
        for number, count in enumerate(staff):
            fixture.write_data(self.path(str(number)), [
                {"establishmentid": 101, "orgid": 101, "cssr": "702", "establishmentname": "Place",
                 "lapermission": "1", "mainstid": CARE_HOME, "totalstaff": count,
                 "wkrrecs": count, "jr28emp": count, "totalvacancies": 2, "jr08emp": count,
                 "jr08vacy": 2}],
                [{"establishmentid": 101, "workerid": i, "mainjrid": "8", "emplstat": "190",
                  "age": 30, "gender": 1} for i in range(count)])
        data = read_weeks([self.path(str(n)) for n in range(len(staff))], CODES)
        return attacker.Attack(data, [self.release(data, n, request) for n in range(len(staff))])

    def test_who_is_behind_a_change(self):
        data = self.data([FIRST, {**FIRST, 4: (HOME_CARE, 18), 1: (CARE_HOME, 14)}])
        records = Records(data, "worker")
        box = (("area", frozenset(["702"])),)
        change = records.change(None, box, 0, 1)
        self.assertEqual((change.records, change.workers), (4, 4))
        self.assertEqual(change.workplaces, {101, 104})
        self.assertEqual(change.providers, {101: 2, 104: -2})
        change = records.change(None, box, 0, 1, shown={101})
        self.assertEqual((change.records, change.workplaces), (2, {104}))

    def test_which_changes_are_sensitive(self):
        (data,) = self.data([FIRST])
        change = Change()
        workers = data.populations["worker"]
        self.assertFalse(change.is_sensitive(workers, None))
        change.records = change.workers = 10
        change.workplaces, change.providers = {1, 2, 3}, {1: 5, 2: -4}
        self.assertFalse(change.is_sensitive(workers, None))
        self.assertFalse(change.is_sensitive(data.populations["workplace"], None))
        self.assertTrue(change.is_sensitive(workers, "hourly_rate"))    # nobody but two
        change.providers = {1: 5, 2: -4, 3: 1}
        self.assertFalse(change.is_sensitive(workers, "hourly_rate"))
        change.workers = 9
        self.assertTrue(change.is_sensitive(workers, None))
        change.workers, change.workplaces = 10, {1, 2}
        self.assertTrue(change.is_sensitive(workers, None))
        change.workplaces, change.providers = {1, 2, 3}, {1: 10}
        self.assertTrue(change.is_sensitive(workers, None))

    def test_the_report_counts_true_values(self):
        attack = self.attack([FIRST], {"adult_day"})
        out = io.StringIO()
        self.assertEqual(attacker.report(attack, out), (1, 1, 0))
        self.assertIn("1 found (1 withheld), 1 values computed, 0 of them wrong", out.getvalue())


if __name__ == "__main__":
    unittest.main()
