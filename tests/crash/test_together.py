#!/usr/bin/env python3
"""Several processes at once on one ledger and one workspace, some of them killed: nobody is in the way.

On the ledger: writers add entries as fast as they can and are killed at random moments; whatever
they reported is there, in one chain, and no writer or reader is ever told that it is busy.
On the desk: the same command in several processes, one of which may be killed: it is done once.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import random
import subprocess
import time

import judge
import scene

SECONDS = 4
WRITERS = 4
ROUNDS = 6


class Writer:
    """A process that adds numbered entries until it is killed; others follow it."""

    def __init__(self, driver, path, environment, number):
        self.command = [driver, "add", path]
        self.environment = environment
        self.number = number * 1000000
        self.acknowledged = []
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command + [str(self.number), str(self.number + 100000)], env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self):
        self.process.kill()
        said, problems = self.process.communicate()
        judge.demand(self.process.returncode == scene.KILLED and not problems,
                     "a writer failed:", problems)
        # a line may have been cut: what is not a whole line was not told
        self.acknowledged += [int(line) for line in said.split("\n")[:-1]]
        self.number = max(self.acknowledged + [self.number]) + 2


def hammer_ledger(place, driver, draw):
    folder = os.path.join(place.folder, "hammered")
    os.makedirs(os.path.join(folder, "ledger"))
    path = os.path.join(folder, judge.LEDGER)
    subprocess.run([driver, "add", path, "1", "1"], check=True, stdout=subprocess.DEVNULL)
    writers = [Writer(driver, path, place.environment, i + 1) for i in range(WRITERS)]
    reader = subprocess.Popen([driver, "judge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    until = time.monotonic() + SECONDS
    kills = sizes = 0
    while time.monotonic() < until:
        time.sleep(draw.random() / 20)
        writer = draw.choice(writers)
        writer.end()
        writer.start()
        kills += 1
        if kills % 8 > 0:
            continue
        reader.stdin.write(path + "\n")
        reader.stdin.flush()
        said = reader.stdout.readline().split()
        judge.demand(said and said[0].isdigit() and int(said[0]) >= sizes, "the reader is told", said)
        sizes = int(said[0])
    for writer in writers:
        writer.end()
    reader.stdin.close()
    reader.wait()
    entries = judge.read_ledger(path)
    told = {json.loads(entry.payload).get("number") for entry in entries}
    for writer in writers:
        lost = set(writer.acknowledged) - told
        judge.demand(not lost, "acknowledged and lost:", sorted(lost)[:5])
    acknowledged = sum(len(writer.acknowledged) for writer in writers)
    print(f"{len(entries)} entries of {WRITERS} writers, {acknowledged} acknowledged, {kills} kills")
    judge.demand(acknowledged >= 20 and all(w.acknowledged for w in writers), "too little was done")


def at_once(place, arguments, count, draw):
    """The same command in some processes, one of them perhaps killed: (code, said) of the others."""
    running = [subprocess.Popen(place.command(arguments), env=place.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True) for _ in range(count)]
    if draw.random() < 0.7:
        time.sleep(draw.random() / 4)
        draw.choice(running).kill()
    ended = [(process.communicate(timeout=60)[0], process.returncode) for process in running]
    return [(code, said) for said, code in ended if code != scene.KILLED]


def crowd_desk(place, draw):
    for _ in range(ROUNDS):
        judge.write_tree(place.workspace, place.bare)
        for command, person, arguments in place.steps():
            ended = at_once(place, arguments, 3, draw)
            done = [said for code, said in ended if code == 0]
            for code, said in ended:
                judge.demand(code in (0, 1) and "busy" not in said and "locked" not in said,
                             command, code, said)
            if command != "stage":
                judge.demand(len(done) <= 1, command, "was done more than once")
            if not done:
                place.run(*arguments)
        place.finish()
        kinds = [e.kind for e in place.ledger() if e.release_id == place.release]
        judge.demand(kinds.count("approve") == 2 and kinds.count("commit") == 1,
                     "something was done twice:", kinds)
    print(f"{ROUNDS} releases, each by processes in a crowd")


def main():
    place = scene.Scene()
    draw = random.Random(1)
    hammer_ledger(place, scene.ledger_driver(place.folder), draw)
    crowd_desk(place, draw)


if __name__ == "__main__":
    main()
