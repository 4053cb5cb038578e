"""A disk that may lose power: what can be on it, given the changes that were made and synced.

The model is as weak as POSIX lets a file system be, with one exception, the last:

- Bytes written to a file reach the disk in sectors of 512, each whole, in any order or not at
  all, until the file is synced. A sector written several times may stay at any of these versions.
- A file is as long as it was, or as one of the changes since made it; what did not arrive within
  it is zeros or rubbish.
- A name (made, moved, removed) reaches the disk by itself, in any order, until its folder is
  synced. Syncing a file does not save its name.
- A rename leaves the file under the new name, the old one or both; never under neither. What a
  sync reported as done is done: disks that lie are not modelled.

Changes come as door.c writes them, one a line.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import collections
import os

SECTOR = 512
Unit = collections.namedtuple("Unit", "node what versions")  # 0..versions of its changes arrive


class File:
    def __init__(self, content=b""):
        self.durable = self.whole = content
        self.now = None  # as a bytearray, once it is changed
        self.pending = []  # (offset, bytes), or (length, None): cut or filled to that length

    def change(self, offset, data):
        if self.now is None:
            self.now = bytearray(self.whole)
        self.pending.append((offset, data))
        end = offset if data is None else offset + len(data)
        self.now.extend(bytes(max(0, end - len(self.now))))
        if data is None:
            del self.now[offset:]
        else:
            self.now[offset:end] = data
        self.whole = None

    def content(self):
        if self.whole is None:
            self.whole = bytes(self.now)
        return self.whole

    def sync(self):
        self.durable = self.content()
        self.pending = []

    def sectors(self):
        touched = collections.Counter()
        for offset, data in self.pending:
            if data:
                touched.update(range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1))
        return touched

    def units(self):
        units = [Unit(self, number, count) for number, count in sorted(self.sectors().items())]
        return units + [Unit(self, "length", len(self.pending))] * bool(self.pending)

    def crashed(self, choice, rubbish):
        if not self.pending:
            return self.durable
        lengths = [len(self.durable)]
        for offset, data in self.pending:
            lengths.append(offset if data is None else max(lengths[-1], offset + len(data)))
        content = bytearray(self.durable)
        content.extend((rubbish * (max(lengths) // len(rubbish) + 1))[len(content):max(lengths)])
        length = lengths[choice[Unit(self, "length", len(self.pending))]]
        seen = collections.Counter()
        sectors = self.sectors()
        for offset, data in self.pending:
            if not data:
                continue
            for number in range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1):
                seen[number] += 1
                if seen[number] > choice[Unit(self, number, sectors[number])]:
                    continue
                left = max(number * SECTOR, offset)
                right = min((number + 1) * SECTOR, offset + len(data))
                content[left:right] = data[left - offset:right - offset]
                length = max(length, right)  # what arrived lies within the file
        return bytes(content[:length])


class Change:
    """One name that is given (node) or taken away (None); `needs` is the other half of a rename."""

    def __init__(self, folder, name, node, needs=None):
        self.folder, self.name, self.node, self.needs = folder, name, node, needs
        self.durable = False

    def arrived(self, choice):
        return self.durable or (choice[Unit(self.folder, self, 1)] == 1 and
                                (self.needs is None or self.needs.arrived(choice)))

    def save(self, names):
        if self.node is None:
            names.pop(self.name, None)
        else:
            names[self.name] = self.node


class Folder:
    def __init__(self):
        self.durable, self.now, self.pending = {}, {}, []

    def change(self, name, node, needs=None):
        change = Change(self, name, node, needs)
        change.save(self.now)
        self.pending.append(change)
        return change

    def sync(self):
        for change in self.pending:
            change.durable = True
            if change.needs is not None and not change.needs.durable:
                change.needs.folder.sync()
            change.save(self.durable)
        self.pending = []

    def units(self):
        return [Unit(self, change, 1) for change in self.pending]

    def crashed(self, choice):
        names = dict(self.durable)
        for change in self.pending:
            if change.arrived(choice):
                change.save(names)
        return names


class Disk:
    def __init__(self, place, folders):
        """What is there now, below `place`; all of it durable."""
        self.root = Folder()
        self.nodes = {os.stat(place).st_ino: self.root}
        for folder in folders:
            self.load(self.root, os.path.join(place, folder), folder)

    def load(self, parent, path, name):
        if os.path.isdir(path):
            node = Folder()
            for inner in sorted(os.listdir(path)):
                self.load(node, os.path.join(path, inner), inner)
        elif os.path.exists(path):
            with open(path, "rb") as f:
                node = File(f.read())
        else:
            return
        parent.now[name] = parent.durable[name] = node
        self.nodes[os.stat(path).st_ino] = node

    def find(self, path):
        """The folder that holds a path, and the last name of it."""
        *folders, name = path.split("/")
        node = self.root
        for folder in folders:
            node = node.now[folder]
        return node, name

    def apply(self, line, syncs=True):
        word, _, rest = line.partition(" ")
        if word in ("create", "mkdir"):
            number, path = rest.split(" ", 1)
            folder, name = self.find(path)
            self.nodes[int(number)] = File() if word == "create" else Folder()
            folder.change(name, self.nodes[int(number)])
        elif word == "write":
            number, offset, data = rest.split(" ")
            self.nodes[int(number)].change(int(offset), bytes.fromhex(data))
        elif word == "truncate":
            number, length = rest.split(" ")
            self.nodes[int(number)].change(int(length), None)
        elif word == "sync" and syncs:
            self.nodes[int(rest)].sync()
        elif word in ("rename", "link"):
            source, target = (self.find(path) for path in rest.split("\t"))
            node = source[0].now[source[1]]
            needs = target[0].change(target[1], node)
            if word == "rename":
                source[0].change(source[1], None, needs)
        elif word == "unlink":
            folder, name = self.find(rest)
            folder.change(name, None)

    def places(self):
        """Every node that a crash may leave within reach, and a path of it."""
        places = {self.root: "."}
        queue = collections.deque([(self.root, "")])
        while queue:
            folder, path = queue.popleft()
            names = list(folder.durable.items()) + [(c.name, c.node) for c in folder.pending]
            for name, node in names:
                if node is not None and node not in places:
                    places[node] = path + name
                    if isinstance(node, Folder):
                        queue.append((node, path + name + "/"))
        return places

    def units(self):
        return [unit for node in self.places() for unit in node.units()]

    def describe(self, choice):
        """Which changes that were not synced are lost, and which arrived, for people."""
        places = self.places()
        for unit, count in choice.items():
            what = (f"name {unit.what.name} {'given' if unit.what.node else 'taken'}"
                    if isinstance(unit.what, Change) else f"{unit.what}")
            yield f"{places[unit.node]}: {what}: {count} of {unit.versions}"

    def crashed(self, choice, rubbish=b"\0"):
        """A tree as judge.py has it: choice is, for each unit, how many of its changes arrived."""
        tree = {}
        queue = [(self.root.crashed(choice), "")]
        while queue:
            names, path = queue.pop()
            for name, node in names.items():
                if isinstance(node, Folder):
                    tree[path + name] = None
                    queue.append((node.crashed(choice), path + name + "/"))
                else:
                    tree[path + name] = node.crashed(choice, rubbish)
        return tree

    def now(self):
        return self.crashed({unit: unit.versions for unit in self.units()})
