#!/usr/bin/env python3
"""A ledger that is torn or changed, a full disk, a disk of another machine: refused, in plain words.

The ledger is cut at every 512 bytes, filled up with zeros from there, and has a byte changed, all
over: then every command that needs it ends with exit 1 or 3 and a reason, nothing is written, and
it is never begun anew. A changed byte may go unnoticed where no entry is (in the free space of a
page): then the Merkle root is that of before.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import os

import judge
import scene

LEDGER = judge.LEDGER


def damages(content):
    """(what, bytes) of each damaged ledger."""
    for at in range(0, len(content), 512):
        yield f"cut to {at} bytes", content[:at]
        yield f"zeros from byte {at} on", content[:at] + bytes(len(content) - at)
    for at in range(0, len(content), 97):
        yield f"byte {at} changed", content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1:]
    yield "another file", b"no database\n"
    yield "a page twice", content[:4096] + content[:4096] + content[8192:]


def check_torn(place):
    for step in place.steps()[:3]:
        place.must(*step[2])
    sound = judge.read_tree(place.workspace)
    known = place.ledger()
    place.must("ledger", "verify")
    refused = unnoticed = 0
    for what, content in damages(sound[LEDGER]):
        place.put(LEDGER, content)
        code, said = place.run("ledger", "verify")
        if code == 0:
            unnoticed += 1
            judge.demand(judge.root(known) in said, what, "tells another story:", said)
            judge.demand("changed" in what, what, "and not refused")
            continue
        refused += 1
        judge.demand(code in (1, 3) and "cordon: " in said and "ledger" in said, what, code, said)
        with open(os.path.join(place.workspace, LEDGER), "rb") as f:
            judge.demand(f.read() == content, what, "was written to")
    print(f"{refused} damaged ledgers refused, {unnoticed} told the same")
    for what, content in list(damages(sound[LEDGER]))[:40:4]:
        place.put(LEDGER, content)
        for command, _, arguments in place.steps():
            code, said = place.run(*arguments)
            judge.demand(code in (1, 3), what, command, code, said)
        judge.write_tree(place.workspace, dict(sound, **{LEDGER: content}))
    judge.write_tree(place.workspace, sound)


def check_disk(place):
    """What the system tells of the disk, through the door."""
    before = judge.read_tree(place.workspace)
    mib = 1 << 20
    for disk, words in ((f"6969:{100 * mib}", "network file system (NFS)"),
                        (f"ff534d42:{100 * mib}", "network file system (CIFS)"),
                        (f"ef53:{63 * mib}", "less than 64 MiB free, found 63 MiB"),
                        ("ef53:0", "found 0 MiB")):
        code, said = place.run(*place.steps()[3][2], door={"CRASH_DISK": disk})
        judge.demand(code == 1 and words in said, disk, code, said)
        judge.demand(judge.read_tree(place.workspace) == before, disk, "something was changed")
    code, said = place.run(*place.steps()[3][2], door={"CRASH_DISK": f"ef53:{64 * mib}"})
    judge.demand(code == 0, "64 MiB are enough:", said)


def main():
    place = scene.Scene()
    check_torn(place)
    check_disk(place)


if __name__ == "__main__":
    main()
