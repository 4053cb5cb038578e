#!/usr/bin/env python3
"""The power fails at any moment: what can then be on the disk (disk.py), and what must hold of it.

Whole stories are recorded through the door, with processes killed on the way: releases from script
to delivery, with and without encryption, and a ledger by itself. At every change of a recording the
disk may hold any of many states; they are tried one by one, systematically first, then at random
from a fixed seed: the ledger must come up with all that was acknowledged and nothing rewritten, in
the eyes of SQLite and Python (judge.py) and of Cordon, and no package may be out without its
intent or by half. A sample of the states is gone on from, to a delivered package.

Then the proof that this can fail: with the syncs of one kind left out, a broken state is found.

  test_power.py [STATES [SEED]]     10,000 states, unless told otherwise; `make crash` tries more
SPDX-License-Identifier: GPL-3.0-or-later
"""
import copy
import os
import random
import subprocess
import sys

import disk
import judge
import scene

SINGLES = 12  # of the units at one moment, so many are lost, and so many kept, alone
SAMPLE = 20   # states gone on from, at most; more when more states are tried
NEW_KEY = "key approver --name {carys} --organisation Partner --no-passphrase"
RUBBISH = (b"\0", b"SQLite format 3\0\xa5rubbish")


class Recording:
    """What was done to a folder, line by line as the door saw it, and what was promised when."""

    def __init__(self, name, workspace, scratch):
        self.name, self.workspace, self.scratch = name, workspace, scratch
        self.log = os.path.join(scratch, "log")
        self.start = disk.Disk(workspace, judge.FOLDERS)
        self.owed = []  # (line, commands acknowledged, entries acknowledged), from that line on
        self.lines = []
        self.owe([])

    def door(self, plan="0:"):
        return {"CRASH_LOG": self.log, "CRASH_PLAN": plan}

    def owe(self, acknowledged):
        if os.path.exists(self.log):
            with open(self.log) as f:
                self.lines = f.read().split("\n")[:-1]
        self.entries = judge.read_ledger_of(judge.read_tree(self.workspace), self.scratch)
        self.owed.append((len(self.lines), acknowledged, len(self.entries)))

    def check_complete(self):
        """What went by another door than ours is missing here."""
        replayed = copy.deepcopy(self.start)
        for line in self.lines:
            replayed.apply(line)
        told, real = replayed.now(), judge.read_tree(self.workspace)
        judge.demand(told == real, "changes that did not pass the door:",
                     sorted(p for p in set(told) | set(real) if told.get(p) != real.get(p)))


def record_desk(place, seed):
    """From a key and a script to a delivery; each command is killed somewhere, once, and given
    again."""
    draw = random.Random(seed)
    judge.write_tree(place.workspace, place.bare)
    tape = Recording("encrypted desk" if place.encrypted else "desk", place.workspace,
                     os.path.join(place.folder, "tmp"))
    done = []
    key = ("key", "Carys Specimen", place.words(NEW_KEY))
    for kind, person, arguments in [key] + place.steps():
        last = 110 if kind in ("stage", "commit") else 28
        for plan in (f"{draw.randrange(3, last)}:kill", "0:"):
            code, said = place.run(*arguments, door=tape.door(plan))
            judge.demand(code == (0 if plan == "0:" else scene.KILLED), kind, code, said)
            if code == 0:
                done = done + [(kind, "" if kind == "key" else place.release, person)]
            tape.owe(done)
    return tape


def record_ledger(place, driver, seed):
    """Entries of many sizes, in processes of which most are killed."""
    draw = random.Random(seed)
    folder = os.path.join(place.folder, "alone")
    os.makedirs(os.path.join(folder, "ledger"))
    path = os.path.join(folder, judge.LEDGER)
    subprocess.run([driver, "add", path, "1", "1"], check=True, stdout=subprocess.DEVNULL)
    tape = Recording("ledger", folder, place.folder)
    first = 2
    for _ in range(8):
        door = dict(tape.door(f"{draw.randrange(30, 90)}:kill"), LD_PRELOAD=place.door,
                    CRASH_ROOT=folder)
        done = subprocess.run([driver, "add", path, str(first), str(first + 9)],
                              env=dict(place.environment, **door), stdout=subprocess.PIPE)
        first = max([first - 1] + [int(line) for line in done.stdout.split()]) + 1
        tape.owe([])
        judge.demand(tape.owed[-1][2] >= first, "an acknowledged entry is gone")
    return tape


class Player:
    """Plays recordings on disks that lose power, and judges what is left."""

    def __init__(self, driver, scratch):
        self.scratch = scratch
        self.seen = set()
        self.ledgers = {}
        self.classes = {}
        self.cordon = subprocess.Popen([driver, "judge"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def read_ledger(self, tree):
        """The entries, as SQLite and Python see them; Cordon must see the same."""
        key = hash(tuple(tree.get(judge.LEDGER + ending) for ending in ("",) + judge.SIDE))
        if key not in self.ledgers:
            entries = judge.read_ledger_of(tree, self.scratch)
            judge.put_ledger(tree, self.scratch)
            self.cordon.stdin.write(os.path.join(self.scratch, "ledger.sqlite") + "\n")
            self.cordon.stdin.flush()
            said = self.cordon.stdout.readline().strip()
            judge.demand(said == f"{len(entries)} {judge.root(entries)}", "Cordon says:", said)
            self.ledgers[key] = entries
        return self.ledgers[key]

    def judge(self, tape, tree, owed):
        _, acknowledged, count = owed
        entries = self.read_ledger(tree)
        judge.demand(len(entries) >= count, f"{count} entries were acknowledged,",
                     f"{len(entries)} are there")
        judge.demand(entries == tape.entries[:len(entries)], "the ledger tells another story")
        judge.check(tree, entries, acknowledged)
        if acknowledged or "desk" in tape.name:
            self.classes.setdefault((tape.name, judge.digest(tree, entries)), tree)

    def choices(self, units, draw, quota):
        """Which of the changes that were not synced arrived: all, none, one less, one, at random."""
        yield {unit: unit.versions for unit in units}
        if not units:
            return
        yield {unit: 0 for unit in units}
        for unit in draw.sample(units, min(SINGLES, len(units))):
            yield {other: 0 if other is unit else other.versions for other in units}
            yield {other: other.versions if other is unit else 0 for other in units}
        for _ in range(quota):
            odds = draw.random()
            yield {unit: draw.randint(0, unit.versions) if draw.random() < odds else
                   draw.choice((0, unit.versions)) for unit in units}

    def play(self, tape, draw, quota, left_out=None):
        """left_out(place, node): a sync of it that only seems to be done."""
        now = copy.deepcopy(tape.start)
        owed = 0
        for at in range(len(tape.lines) + 1):
            while owed + 1 < len(tape.owed) and tape.owed[owed + 1][0] <= at:
                owed += 1
            units = now.units()
            for choice in self.choices(units, draw, quota):
                tree = now.crashed(choice, draw.choice(RUBBISH))
                key = hash(frozenset(tree.items()))
                if key in self.seen:
                    continue
                self.seen.add(key)
                try:
                    self.judge(tape, tree, tape.owed[owed])
                except judge.Broken as broken:
                    broken.recipe = (tape.name, at, tape.lines[at - 1][:80], tree,
                                     list(now.describe(choice)))
                    raise
            if at < len(tape.lines):
                line = tape.lines[at]
                sync = left_out is not None and line.startswith("sync ")
                if sync and left_out(now.places().get(now.nodes[int(line[5:])], "")):
                    continue
                now.apply(line)


def show(broken, seed):
    name, at, line, tree, units = broken.recipe
    folder = os.path.join(scene.BUILD, "crash/state")
    judge.write_tree(folder, {})
    judge.write_tree(folder, tree)
    print(f"FAIL: {broken}\n  recording {name}, seed {seed}, after change {at}: {line}\n  the files "
          f"are in {folder}; of what was not synced, this arrived:")
    print("\n".join("    " + unit for unit in units))
    sys.exit(1)


# What is not synced in each of these worlds; in each, something that matters must be lost, in the
# story of that name.
WORLDS = (
    ("the ledger", "ledger", lambda path: path == judge.LEDGER),
    ("its journal", "ledger", lambda path: path == judge.LEDGER + "-journal"),
    ("the ledger's folder", "ledger", lambda path: path == "ledger"),
    ("the folders of packages", "desk", lambda path: path in ("staging", "outbox")),
    ("notes of releases", "desk",
     lambda path: path.startswith("staging/") and ".json" in path),
    ("packages", "desk", lambda path: path.startswith("staging/") and ".json" not in path),
)


def check_worlds(player, tapes, seed):
    stories = {tape.name: tape for tape in tapes}
    for name, story, left_out in WORLDS:
        player.seen.clear()
        try:
            player.play(stories[story], random.Random(seed), 4, left_out)
        except judge.Broken as broken:
            print(f"without syncing {name}: {broken}")
        else:
            scene.fail_with(f"without syncing {name}, all is well: this test cannot fail")


def go_on(player, places, most):
    """To the end, with Cordon, from a sample of the states."""
    states = sorted(player.classes.items(), key=lambda item: repr(item[0]))
    step = -(-len(states) // most)
    for (name, _), tree in states[::step]:
        place = places[name]
        judge.write_tree(place.workspace, tree)
        place.finish()
    print(f"gone on from {len(states[::step])} of {len(states)} kinds of states")


def main(states=10000, seed=1):
    places = {("encrypted desk" if encrypted else "desk"): scene.Scene(encrypted)
              for encrypted in (False, True)}
    driver = scene.ledger_driver(places["desk"].folder)
    tapes = [record_desk(place, seed) for place in places.values()]
    tapes.append(record_ledger(places["desk"], driver, seed))
    for tape in tapes:
        tape.check_complete()
        print(f"{tape.name}: {len(tape.lines)} changes, {len(tape.entries)} entries")
    player = Player(driver, os.path.join(places["desk"].folder, "tmp"))
    draw = random.Random(seed)
    try:
        while len(player.seen) < states:
            for tape in tapes:
                player.play(tape, draw, 1 + states // 4000)
    except judge.Broken as broken:
        show(broken, seed)
    print(f"{len(player.seen)} states of the disk, {len(player.ledgers)} of the ledger")
    go_on(player, places, max(SAMPLE, states // 500))
    check_worlds(player, tapes, seed)
    player.cordon.stdin.close()
    player.cordon.wait()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
