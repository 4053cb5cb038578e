#!/usr/bin/env python3
"""Every command that writes, stopped or refused at each of its changes to files, one after another.

For each command on the way from a script to a delivered package, and for each change N that it
makes (door.c): killed before N, killed in the middle of N, N refused once (EIO, ENOSPC, EINTR), a
short write at N, no room from N on. After each: what judge.py demands; success is reported only of
what was done, and never when a sync failed; then everything is done again, and must end in one
delivered package with nothing left over. Equal states are gone on from once.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re

import judge
import scene

# What is tried, and on which changes, by the door's words for them; None: on all.
HOWS = (("kill", None), ("torn", ("write",)), ("short", ("write",)),
        ("EINTR", ("write", "create")), ("EIO", ("write", "sync")),
        ("ENOSPC", ("write", "create", "mkdir", "rename")), ("ENOSPC+", None))
QUICK = ("kill", "ENOSPC+")


class Hunt:
    def __init__(self, place):
        self.place = place
        self.seen = set()
        self.stops = 0
        self.acknowledged = []
        self.beside = []

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
            self.finish(step)

    def finish(self, step):
        if step in self.place.steps():
            self.place.finish()
            return
        command, person, arguments = step
        code, said = self.place.run(*arguments)
        done = code == 0 or (command != "key" and re.search("already|rejected this release", said))
        judge.demand(done or re.search("already has a certificate|hint: move the old one", said),
                     command, "again:", code, said)
        tree = judge.read_tree(self.place.workspace)
        judge.check(tree, self.place.ledger(),
                    [(command, self.place.release, person)] if done else [])
        judge.demand(not any(map(judge.is_hidden, tree)), "left behind:",
                     [path for path in tree if judge.is_hidden(path)])

    def changes_of(self, step, before):
        """The door's words for the changes that a step makes."""
        log = os.path.join(self.place.folder, "log")
        open(log, "w").close()
        judge.write_tree(self.place.workspace, before)
        code, said = self.place.run(*step[2], door={"CRASH_LOG": log})
        judge.demand(code == 0, step[0], "does not even work:", said)
        with open(log) as f:
            return [line.split(" ") for line in f.read().split("\n")[:-1]]

    def may_fail_silently(self, changes, at):
        """SQLite takes no notice when the folder of its fresh journal cannot be synced; that alone
        loses nothing, a power failure right after it could."""
        folder = os.stat(os.path.join(self.place.workspace, "ledger")).st_ino
        before = changes[at - 2]
        return changes[at - 1] == ["sync", str(folder)] and before[0] == "sync"

    def stop_everywhere(self, step, before, quick):
        changes = self.changes_of(step, before)
        stops = self.stops
        in_ledger = "ledger.sqlite" in changes[0][-1]
        server = scene.Server(self.place, step[2], in_ledger)
        for how, words in HOWS:
            for at, change in enumerate(changes, 1):
                if (words is not None and change[0] not in words) or (quick and how not in QUICK):
                    continue
                judge.write_tree(self.place.workspace, before)
                code, said = server.run(f"{at}:{how}")
                self.stops += 1
                try:
                    self.judge(step, code, said)
                    judge.demand(code != 0 or how != "EIO" or change[0] != "sync" or
                                 self.may_fail_silently(changes, at), "a sync failed, and",
                                 step[0], "reports success")
                except judge.Broken as broken:
                    scene.fail_with(f"{step[0]}, change {at} ({change[0]}), {how}: {broken}\n{said}")
        server.close()
        print(f"{step[0]}: {len(changes)} changes, stopped {self.stops - stops} times", flush=True)

    def aside(self, step, before):
        """A command beside the way, each once."""
        for at, *beside in self.place.side_steps():
            if at == step and beside[0] not in self.beside:
                self.beside.append(beside[0])
                self.stop_everywhere(tuple(beside), before, True)
                judge.write_tree(self.place.workspace, before)

    def whole_way(self, stopped, quick):
        """Each step once; those that are called for, stopped everywhere first."""
        before = self.place.bare
        for step in self.place.steps():
            if not quick:
                self.aside(step[0], before)
            if step[0] in stopped:
                stopped.remove(step[0])
                self.stop_everywhere(step, before, quick)
                judge.write_tree(self.place.workspace, before)
            self.place.must(*step[2])
            self.acknowledged.append((step[0], self.place.release, step[1]))
            before = judge.read_tree(self.place.workspace)
        if not quick:
            self.aside(None, before)


def main():
    for encrypted, stopped in ((False, ["run", "approve", "deliver"]), (True, ["deliver"])):
        hunt = Hunt(scene.Scene(encrypted))
        hunt.whole_way(stopped, encrypted)
        print(f"{'encrypted' if encrypted else 'open'}: {hunt.stops} stops, "
              f"{len(hunt.seen)} states gone on from")
        judge.demand(hunt.stops > 250, "too few stops")


if __name__ == "__main__":
    main()
