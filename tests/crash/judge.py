"""What must hold of a workspace at every moment, whatever stopped Cordon: judged without Cordon.

A tree is a dict: path below the workspace -> bytes of a file, or None for a folder; scripts/ and
policies/ are not in it. The ledger is read through Python's sqlite3 (the
same as any reader: an unfinished transaction is rolled back), its chain recomputed as ledger.c
documents it, packages checked by their own manifests.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import collections
import functools
import hashlib
import io
import json
import os
import sqlite3
import zipfile

FOLDERS = ("staging", "outbox", "delivered", "ledger", "trust", "keys", "data")
DONE = (0, 75)  # 75: done, and waits for people
LEDGER = "ledger/ledger.sqlite"
SIDE = ("-journal", "-wal")
Entry = collections.namedtuple(
    "Entry", "previous_hash sequence kind release_id salt payload hash")


class Broken(Exception):
    """An invariant does not hold."""


def demand(holds, *what):
    if not holds:
        raise Broken(" ".join(str(part) for part in what))


@functools.lru_cache(8192)
def sha256(content):
    return hashlib.sha256(content).hexdigest()


@functools.lru_cache(8192)
def sha512(content):
    return hashlib.sha512(content).hexdigest()


def read_tree(workspace):
    tree = {folder: None for folder in FOLDERS if os.path.isdir(os.path.join(workspace, folder))}
    for folder in FOLDERS:
        for place, folders, files in os.walk(os.path.join(workspace, folder)):
            here = os.path.relpath(place, workspace)
            tree.update((os.path.join(here, name), None) for name in folders)
            for name in files:
                with open(os.path.join(place, name), "rb") as f:
                    tree[os.path.join(here, name)] = f.read()
    return tree


def write_tree(workspace, tree):
    """What is there already is kept and written over: a program may hold it open."""
    for folder in FOLDERS:
        for place, folders, files in os.walk(os.path.join(workspace, folder), topdown=False):
            here = os.path.relpath(place, workspace)
            for name in files:
                if tree.get(os.path.join(here, name)) is None:
                    os.unlink(os.path.join(place, name))
            for name in folders:
                if os.path.join(here, name) not in tree:
                    os.rmdir(os.path.join(place, name))
    delivered = os.path.join(workspace, "delivered")
    if "delivered" not in tree and os.path.isdir(delivered):
        os.rmdir(delivered)
    for path in sorted(tree):
        whole = os.path.join(workspace, path)
        if tree[path] is None:
            os.makedirs(whole, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "wb") as f:
                f.write(tree[path])
            os.chmod(whole, 0o600 if path.startswith("keys/") else 0o644)


# --- the ledger -----------------------------------------------------------------------------------

def told(*fields):
    return b"".join(b"%d:%s\n" % (len(field), field)
                    for field in (str(field).encode() for field in fields))


def check_chain(rows):
    previous = "0" * 64
    for number, entry in enumerate(rows, 1):
        demand(entry.previous_hash == previous and entry.sequence == number,
               "entry", number, "does not follow the one before")
        demand(entry.hash == hashlib.sha256(told(*entry[:-1])).hexdigest(),
               "entry", number, "has another hash")
        previous = entry.hash


def read_ledger(path):
    """The entries, in order."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        demand(database.execute("PRAGMA integrity_check").fetchall() == [("ok",)],
               "SQLite finds damage in the ledger")
        rows = [Entry(*row) for row in database.execute(
            "SELECT previous_hash, sequence, kind, release_id, salt, payload, hash FROM entries"
            " ORDER BY sequence")]
        counted = database.execute("SELECT seq FROM sqlite_sequence").fetchone()
    except sqlite3.DatabaseError as error:
        raise Broken(f"the ledger cannot be read: {error}") from None
    finally:
        database.close()
    demand(counted == (len(rows),), "the ledger lost its end")
    check_chain(rows)
    return rows


def root(rows):
    """RFC 6962, level by level."""
    level = [hashlib.sha256(b"\0" + bytes.fromhex(entry.hash)).digest() for entry in rows]
    while len(level) > 1:
        level = [hashlib.sha256(b"\1" + b"".join(level[i:i + 2])).digest()
                 if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0].hex()


def put_ledger(tree, scratch):
    for ending in ("",) + SIDE:
        path = os.path.join(scratch, "ledger.sqlite" + ending)
        content = tree.get(LEDGER + ending)
        if content is not None:
            with open(path, "wb") as f:
                f.write(content)
        elif os.path.exists(path):
            os.unlink(path)


def read_ledger_of(tree, scratch):
    """The ledger of a tree, after recovery, by way of files in the folder `scratch`."""
    demand(LEDGER in tree, "there is no ledger")
    put_ledger(tree, scratch)
    return read_ledger(os.path.join(scratch, "ledger.sqlite"))


# --- packages -------------------------------------------------------------------------------------

def check_manifest(files, name):
    for line in files[name].decode().splitlines():
        digest, path = line.split("  ", 1)
        demand(path in files, path, "of", name, "is missing")
        demand(sha512(files[path]) == digest, path, "is another than in", name)
    return {line.split("  ", 1)[1] for line in files[name].decode().splitlines()}


def check_package(files, signed):
    """files: path -> bytes, of one package. Whole, nothing more, and signed when it left."""
    for name in ("tagmanifest-sha512.txt", "manifest-sha512.txt"):
        demand(name in files, name, "is missing: half a package")
    listed = check_manifest(files, "tagmanifest-sha512.txt")
    listed |= check_manifest(files, "manifest-sha512.txt") | {"tagmanifest-sha512.txt"}
    extra = {path for path in files if not path.startswith("signatures/")} - listed
    demand(not extra, "not listed in the package:", sorted(extra))
    signatures = [path for path in files if path.endswith(".p7s")]
    demand(not signed or len(signatures) >= 2, "a package left with", len(signatures), "signatures")
    for path in signatures:
        demand(files[path].rstrip().endswith(b"-----END CMS-----"), path, "is half a signature")


def files_below(tree, folder):
    return {path[len(folder) + 1:]: content for path, content in tree.items()
            if path.startswith(folder + "/") and content is not None}


def is_hidden(path):
    return any(part.startswith(".") for part in path.split("/"))


def top_names(tree, folder):
    return sorted({path.split("/")[1] for path in tree
                   if path.startswith(folder + "/") and not path.split("/")[1].startswith(".")})


def check_zip(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            demand(archive.testzip() is None, "a damaged zip")
            files = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError) as error:
        raise Broken(f"half a zip: {error}") from None
    check_package(files, True)


ENDINGS = (".zip.p7m.p7s", ".zip.p7m", ".zip", ".json", ".review.html", ".void")


def split_name(name):
    for ending in ENDINGS:
        if name.endswith(ending):
            return name[:-len(ending)], ending
    return name, ""


def check_out(tree, entries):
    """Nothing left without its intent, and what left is whole."""
    for folder in ("outbox", "delivered"):
        for name in top_names(tree, folder):
            release, ending = split_name(name)
            path = f"{folder}/{name}"
            intents = [json.loads(entry.payload) for entry in entries
                       if entry.kind == "intent" and entry.release_id == release]
            demand(intents, path, "is there without an intent in the ledger")
            if ending == "":
                check_package({inner: content for inner, content in
                               files_below(tree, path).items()}, True)
                continue
            digest = sha256(tree[path] or b"")
            if ending in (".zip", ".zip.p7m"):
                demand(any(intent["zip"] == digest for intent in intents),
                       path, "is not what an intent announced")
            if ending == ".zip":
                check_zip(tree[path])
            if ending == ".zip.p7m":
                demand(path + ".p7s" in tree, path, "left without the packager's signature")


def check_staged(tree, entries):
    """What waits for approval is whole and recorded."""
    for name in top_names(tree, "staging"):
        release, ending = split_name(name)
        if ending == "":
            demand(any(e.kind == "stage" and e.release_id == release for e in entries),
                   "a release is staged that the ledger does not have")
            check_package({inner: content for inner, content in
                           files_below(tree, "staging/" + name).items() if not is_hidden(inner)},
                          False)
        elif ending in (".json", ".void"):
            try:
                json.loads(tree["staging/" + name])
            except ValueError:
                raise Broken(f"staging/{name} is half of it") from None


def whole_somewhere(tree, release):
    return any(f"{folder}/{release}" in tree for folder in ("staging", "outbox", "delivered"))


def is_whole_pem(content):
    lines = content.decode(errors="replace").splitlines()
    begins = [line for line in lines if line.startswith("-----BEGIN ")]
    return bool(begins) and lines[-1].startswith("-----END ") and content.endswith(b"\n") and \
        begins == [line.replace("-----END ", "-----BEGIN ") for line in lines
                   if line.startswith("-----END ")]


def check_trust(tree):
    """Keys and certificates are whole."""
    for folder in ("trust", "keys"):
        for name in top_names(tree, folder):
            content = tree[f"{folder}/{name}"]
            demand(content is None or not name.endswith((".pem", ".key")) or is_whole_pem(content) or
                   name == "perturbation.key" and len(content) == 65,
                   f"{folder}/{name} is half a file")


def told_of(entry):
    """An entry in short: its kind, the release, the person."""
    return entry.kind, entry.release_id, json.loads(entry.payload).get("name")


def check_acknowledged(tree, entries, acknowledged):
    """acknowledged: what was reported, as told_of has it."""
    there = [told_of(entry) for entry in entries]
    for kind, release, person in acknowledged:
        demand((kind, release, person) in there, kind, "was acknowledged, and is not in the ledger")
        demand(kind not in ("stage", "commit") or whole_somewhere(tree, release),
               kind, "was acknowledged, and no package is there")
        if kind == "commit":
            demand(any(f"outbox/{release}{ending}" in tree for ending in (".zip", ".zip.p7m")),
                   "delivery was acknowledged, and outbox/ has no file to send")


def check(tree, entries, acknowledged):
    check_trust(tree)
    check_out(tree, entries)
    check_staged(tree, entries)
    check_acknowledged(tree, entries, acknowledged)


def check_keys(tree, entries):
    """Each certificate has its entry, and the other way round."""
    made = sum(entry.kind == "key" and json.loads(entry.payload)["event"] in
               ("made", "renew", "rotate") for entry in entries)
    there = sum(content.count(b"BEGIN CERTIFICATE") for path, content in tree.items()
                if path in ("trust/root.pem", "trust/approvers.pem", "trust/packager.pem"))
    there += sum(path.startswith("trust/earlier-") for path in tree)
    there += "keys/perturbation.key" in tree
    demand(made == there, there, "certificates, and entries of", made)


def check_once(entries):
    """What can only be done once is told once."""
    once = [told_of(entry) for entry in entries if entry.kind in
            ("approve", "reject", "void", "withdraw", "commit")]
    demand(len(once) == len(set(once)), "entered twice:", once)


def check_clear(tree):
    left = [path for path in tree if is_hidden(path) or path == LEDGER + SIDE[0]]
    demand(not left, "left behind:", left)


def check_finished(tree, entries, release, people):
    """After all has been done that was begun: delivered once, approved by all, nothing left over."""
    check(tree, entries, [("stage", release, None), ("commit", release, None)])
    kinds = [e.kind for e in entries if e.release_id == release]
    demand(kinds[-1] == "commit", "the last entry is no commit:", kinds)
    names = {json.loads(e.payload)["name"] for e in entries
             if e.kind == "approve" and e.release_id == release}
    demand(names >= set(people), "approvals without an entry:", sorted(set(people) - names))
    check_clear(tree)
    left = [path for path in tree if path.startswith("staging/")]
    demand(not left, "left behind:", left)


def swept(tree):
    """Where something lies that is swept anyhow."""
    return frozenset(path[:("/" + path).index("/.")] for path in tree if is_hidden(path))


def gist(path, content):
    """What a file says, without salts, times and signatures."""
    if content is None or path.endswith((".p7s", ".zip", ".p7m")):
        return None
    if path.startswith(("ledger/", "trust/", "keys/")):
        return content.count(b"-----BEGIN"), path.endswith(".json") and len(content)
    return sha256(content)


def digest(tree, entries):
    """Equal for states that differ only in what is swept anyhow, in random salts and signatures."""
    return repr(([told_of(entry) for entry in entries],
                 sorted((path, gist(path, content)) for path, content in tree.items()
                        if not is_hidden(path))))
