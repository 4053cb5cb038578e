#!/usr/bin/env python3
"""Every command that writes, stopped or refused at each of its changes to files, one after another.

For each command of scene.ACTS, from the moment that it says, and for each change N that it makes
(door.c): killed before N; killed in the middle of N, N refused once (EIO, ENOSPC, EINTR), a short
write at N, no room from N on: all of these, or one of them by turns. After each: what judge.py
demands; earlier entries are as they were, success is reported only of what was done, and never when
a sync failed; then it is given again and must end well, once, with nothing left over, and the
release be brought to its end. Of equal states, one is gone on from.

  test_kill.py [WORD]     only the commands that contain the word
SPDX-License-Identifier: GPL-3.0-or-later
"""
import itertools
import os
import re
import sys

import judge
import scene

# What is tried, and on which changes, by the door's words for them; None: on all.
HOWS = (("kill", None), ("torn", ("write",)), ("short", ("write",)),
        ("EINTR", ("write", "create")), ("EIO", ("write", "sync")),
        ("ENOSPC", ("write", "create", "mkdir", "rename")), ("ENOSPC+", None))
WHOLE = ("data/", "ledger/export")  # as before the command or as after it, never between


class Hunt:
    """One act, stopped everywhere."""

    def __init__(self, place, act):
        self.place, self.act = place, act
        self.before = place.moment(act.moment)
        self.arguments = place.words(act.command)
        self.known = judge.read_ledger_of(self.before, place.folder)
        self.seen = set()
        self.states = self.stops = 0

    def owed(self, done):
        """What was acknowledged: before, and by the act."""
        owed = [judge.told_of(entry) for entry in self.known]
        if done and self.act.entry:
            named = self.act.entry not in ("key", "feed", "status")
            owed.append((self.act.entry, self.place.release if named else "", self.act.person))
        return owed

    def look(self):
        tree = judge.read_tree(self.place.workspace)
        return tree, judge.read_ledger_of(tree, self.place.folder)

    def judge(self, code, said):
        """The state as it is now, and what comes of it."""
        tree, entries = self.look()
        judge.demand(entries[:len(self.known)] == self.known, "earlier entries are others now")
        judge.check(tree, entries, self.owed(code in judge.DONE))
        judge.demand(code in judge.DONE + (1, 3, 4, scene.KILLED), "exit", code)
        judge.demand(code in judge.DONE + (scene.KILLED,) or "cordon: " in said,
                     "exit", code, "with no reason")
        for path, content in tree.items():
            judge.demand(not path.startswith(WHOLE) or judge.is_hidden(path) or
                         content in (self.before.get(path), self.after.get(path)),
                         path, "is neither the old one nor the new one")
        # what is swept makes no other state, but each kind of it must be swept once
        keys = {judge.digest(tree, entries), judge.swept(tree)}
        if not keys <= self.seen:
            self.seen |= keys
            self.states += 1
            self.finish()

    def finish(self):
        act, place = self.act, self.place
        code, said = place.run(*self.arguments)
        done = code in judge.DONE
        judge.demand(done or re.search(act.again, said), "again: exit", code, said)
        if not done and act.mend:
            place.must(*place.words(act.mend))
        tree, entries = self.look()
        judge.check(tree, entries, self.owed(True))
        judge.check_once(entries)
        judge.check_keys(tree, entries)
        if act.proof:
            wanted, _, command = act.proof.rpartition(": ")
            code, said = place.run(*place.words(command))
            judge.demand(code == int(wanted or 0), command, "exit", code, said)
        judge.check_clear(self.look()[0])
        state = judge.digest(*self.look())
        if act.goes_on and state not in place.ended:
            place.ended.add(state)
            place.finish()

    def may_fail_silently(self, at):
        """SQLite takes no notice when the folder of its fresh journal cannot be synced; that alone
        loses nothing, a power failure right after it could."""
        folder = os.stat(os.path.join(self.place.workspace, "ledger")).st_ino
        return self.changes[at - 1] == ["sync", str(folder)] and self.changes[at - 2][0] == "sync"

    def plans(self):
        """(change, how) of each stop."""
        turn = itertools.count()
        for at in range(1, len(self.changes) + 1, self.act.every):
            word = self.changes[at - 1][0]
            hows = [how for how, words in HOWS if words is None or word in words]
            if self.act.hows == "turns":
                hows = [hows[0], hows[1 + next(turn) % (len(hows) - 1)]]
            yield from ((at, how) for how in hows)

    def stop(self, server, at, how):
        judge.write_tree(self.place.workspace, self.before)
        code, said = server.run(f"{at}:{how}")
        self.stops += 1
        word = self.changes[at - 1][0]
        try:
            self.judge(code, said)
            judge.demand(code not in judge.DONE or how != "EIO" or word != "sync" or
                         self.may_fail_silently(at), "a sync failed, and success is reported")
        except judge.Broken as broken:
            scene.fail_with(f"{self.act}, change {at} ({word}), {how}: {broken}\n{said}")

    def stop_everywhere(self):
        judge.write_tree(self.place.workspace, self.before)
        self.changes = self.place.changes_of(self.arguments)
        self.after, _ = self.look()
        judge.write_tree(self.place.workspace, self.before)
        server = scene.Server(self.place, self.arguments, "ledger.sqlite" in self.changes[0][-1])
        for at, how in self.plans():
            self.stop(server, at, how)
        server.close()
        print(f"{self.act}: {len(self.changes)} changes, stopped {self.stops} times, "
              f"{self.states} states gone on from", flush=True)


def main(word=""):
    stops = 0
    for encrypted, acts in ((False, scene.ACTS), (True, scene.ENCRYPTED_ACTS)):
        place = scene.Scene(encrypted)
        for act in (act for act in acts if word in act.command):
            hunt = Hunt(place, act)
            hunt.stop_everywhere()
            stops += hunt.stops
    judge.demand(word or stops > 2500, "too few stops:", stops)


if __name__ == "__main__":
    main(*sys.argv[1:])
