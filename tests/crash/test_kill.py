#!/usr/bin/env python3
"""Every command that writes, stopped or refused at each of its changes to files, one after another.

For each command on the way from a script to a delivered package (with and without encryption), and
for each change N that it makes (door.c): killed before N, killed in the middle of N, N refused once
(EIO, ENOSPC, EINTR), a short write at N, every change refused from N on. After each: what judge.py
demands; success is reported only of what was done; then everything is done again, and must end in
one delivered package with nothing left over. Equal states are gone on from once.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import judge
import scene

HOWS = ("kill", "torn", "EIO", "ENOSPC", "EINTR", "short", "ENOSPC+", "EIO+")
HARMLESS = ("EINTR", "short")


class Hunt:
    def __init__(self, place):
        self.place = place
        self.seen = set()
        self.stops = 0
        self.acknowledged = []

    def judge(self, step, code, said):
        """The state as it is now, and what comes of it."""
        command, person, _ = step
        tree = judge.read_tree(self.place.workspace)
        entries = judge.read_ledger_of(tree, self.place.folder)
        done = self.acknowledged + ([(command, self.place.release, person)] if code == 0 else [])
        judge.check(tree, entries, done)
        judge.demand(code in (0, scene.KILLED) or "cordon: " in said, "exit", code, "with no reason")
        judge.demand(code in (0, 1, 3, 4, scene.KILLED), "exit", code)
        state = judge.digest(tree, entries)
        if state not in self.seen:
            self.seen.add(state)
            self.place.finish()

    def stop_everywhere(self, step, before):
        server = scene.Server(self.place, step[2])
        changes = None  # known when it is not stopped any more
        for how in HOWS:
            at = 0
            while changes is None or at < changes:
                at += 1
                judge.write_tree(self.place.workspace, before)
                code, said = server.run(f"{at}:{how}")
                try:
                    self.judge(step, code, said)
                except judge.Broken as broken:
                    scene.fail_with(f"{step[0]}, change {at}, {how}: {broken}\n{said}")
                if how == "kill" and code == 0:
                    changes = at - 1
            self.stops += at
        server.close()
        return changes

    def whole_way(self, stopped):
        """Each step once; those that are called for, stopped everywhere first."""
        before = self.place.bare
        for step in self.place.steps():
            if step[0] in stopped:
                stops = self.stops
                changes = self.stop_everywhere(step, before)
                print(f"{step[0]}: {changes} changes, stopped {self.stops - stops} times")
                judge.write_tree(self.place.workspace, before)
            self.place.must(*step[2])
            self.acknowledged.append((step[0], self.place.release, step[1]))
            before = judge.read_tree(self.place.workspace)


def main():
    for encrypted, stopped in ((False, ("run", "approve", "deliver")), (True, ("deliver",))):
        place = scene.Scene(encrypted)
        hunt = Hunt(place)
        hunt.whole_way(stopped)
        print(f"{'encrypted' if encrypted else 'open'}: {hunt.stops} stops, "
              f"{len(hunt.seen)} states gone on from")
        judge.demand(hunt.stops > 500, "too few stops")
        place.close()


if __name__ == "__main__":
    main()
