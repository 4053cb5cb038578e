"""Small workspaces, the commands that change them, and the program behind the door (door.c).

SPDX-License-Identifier: GPL-3.0-or-later
"""
import atexit
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

import judge

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build"))
CORDON = os.path.abspath(os.environ.get("CORDON", os.path.join(BUILD, "cordon")))
PEOPLE = ("Asha Example", "Bram Sample")
SCRIPT = """feed "tiny" {
  title = "Posts by borough", agreement = "london-adass",
  where = dim "area" :within "London",
  table "by_borough" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
"""


def compiled(name, folder, *arguments):
    """A program or shared object made from tests/crash/<name>.c, in the folder."""
    out = os.path.join(folder, name)
    source = os.path.join(ROOT, "tests/crash", name + ".c")
    subprocess.run([os.environ.get("CC", "gcc"), "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall",
                    "-Wextra", "-Werror", "-I", os.path.join(ROOT, "include"), "-I",
                    os.path.join(ROOT, "lib"), "-o", out, source, *arguments], check=True)
    return out


def ledger_driver(folder):
    return compiled("ledger", folder, os.path.join(BUILD, "libcordon.a"), "-lcsv", "-ljansson",
                    "-larchive", "-lsqlite3", "-lcrypto", "-lpthread")


class Scene:
    """A workspace in a temporary folder, and what was done in it."""

    def __init__(self, encrypted=False):
        self.encrypted = encrypted
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = tempfile.mkdtemp(prefix="crash-", dir=memory)
        self.workspace = os.path.join(self.folder, "ws")
        self.out = os.path.join(self.folder, "out")
        atexit.register(shutil.rmtree, self.folder, True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        os.mkdir(os.path.join(self.folder, "tmp"))
        self.environment = dict(os.environ, CORDON_THREADS="1",
                                TMPDIR=os.path.join(self.folder, "tmp"))
        self.door = compiled("door", self.folder, "-fPIC", "-shared")
        self.script = os.path.join(self.folder, "tiny.lua")
        with open(self.script, "w") as f:
            f.write(SCRIPT)
        self.must("init", self.workspace, workspace=False)
        self.must("synth", "--out", os.path.join(self.workspace, "data"), "--workers", "3000",
                  "--workplaces", "200", "--clean", workspace=False)
        self.must("load")
        self.must("key", "root", "--organisation", "Data owner", "--no-passphrase")
        for name in PEOPLE:
            self.must("key", "approver", "--name", name, "--organisation", "Data owner",
                      "--no-passphrase")
        if encrypted:
            self.encrypt()
        self.bare = judge.read_tree(self.workspace)
        self.must("run", self.script)
        self.release = next(n for n in judge.top_names(judge.read_tree(self.workspace), "staging")
                            if not n.endswith(".json"))
        judge.write_tree(self.workspace, self.bare)

    def encrypt(self):
        agreement = os.path.join(self.workspace, "policies/agreements/london-adass.lua")
        with open(agreement) as f:
            text = f.read().replace("encrypted      = false", "encrypted      = true")
        assert "= true" in text
        with open(agreement, "w") as f:
            f.write(text)
        self.must("key", "packager", "--organisation", "Data owner")
        recipients = os.path.join(self.workspace, "trust/recipients")
        os.mkdir(recipients)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        os.path.join(self.folder, "key.pem"), "-out",
                        os.path.join(recipients, "a.pem"), "-subj", "/CN=ADASS London analysts",
                        "-days", "30", "-addext", "basicConstraints=critical,CA:FALSE", "-addext",
                        "keyUsage=critical,keyAgreement"], check=True, capture_output=True)

    def steps(self):
        """(command, person, arguments) from a script to a delivered package."""
        return ([("run", None, ["run", self.script])] +
                [("approve", name, ["approve", self.release, "--as", name]) for name in PEOPLE] +
                [("deliver", None, ["deliver", self.release])])

    def side_steps(self):
        """What else is written: (before which step of those, command, person, arguments)."""
        return [("approve", "key", "Carys Specimen",
                 ["key", "approver", "--name", "Carys Specimen", "--organisation", "ADASS London",
                  "--no-passphrase"]),
                ("deliver", "reject", PEOPLE[0],
                 ["reject", self.release, "--reason", "a test", "--as", PEOPLE[0]]),
                (None, "withdraw", PEOPLE[0],
                 ["withdraw", self.release, "--reason", "a test", "--as", PEOPLE[0]])]

    def command(self, arguments, workspace=True):
        return [CORDON, *arguments] + (["--workspace", self.workspace] if workspace else [])

    def run(self, *arguments, workspace=True, door=None):
        """Exit code and all that was said."""
        environment = dict(self.environment)
        if door is not None:
            environment.update(door, LD_PRELOAD=self.door, CRASH_ROOT=self.workspace)
        done = subprocess.run(self.command(arguments, workspace), env=environment, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode()

    def must(self, *arguments, workspace=True):
        code, said = self.run(*arguments, workspace=workspace)
        if code != 0:
            raise SystemExit(f"cordon {' '.join(arguments)}: exit {code}\n{said}")

    def ledger(self):
        return judge.read_ledger(os.path.join(self.workspace, judge.LEDGER))

    def put(self, path, content):
        with open(os.path.join(self.workspace, path), "wb") as f:
            f.write(content)

    def finish(self):
        """Does everything again: each command works, or is refused because it was done before."""
        for command, person, arguments in self.steps():
            code, said = self.run(*arguments)
            judge.demand(code == 0 or (code in (1, 3) and "cordon: " in said),
                         f"{command} after the crash: exit {code}: {said}")
        code, said = self.run("ledger", "verify")
        judge.demand(code == 0, "ledger verify:", said)
        judge.check_finished(judge.read_tree(self.workspace), self.ledger(), self.release, PEOPLE)


class Server:
    """One command, run up to its first change (or the desk's lock); each plan then ends
    differently, from there."""

    def __init__(self, scene, arguments, at_lock=False):
        self.said = os.path.join(scene.folder, "said")
        plans, self.plans = os.pipe()
        self.answers, answers = os.pipe()
        environment = dict(scene.environment, LD_PRELOAD=scene.door, CRASH_ROOT=scene.workspace,
                           CRASH_SERVE=f"{plans}:{answers}:{int(at_lock)}")
        with open(self.said, "ab") as said:
            self.process = subprocess.Popen(scene.command(arguments), env=environment,
                                            pass_fds=(plans, answers), stdin=subprocess.DEVNULL,
                                            stdout=said, stderr=said)
        os.close(plans)
        os.close(answers)

    def run(self, plan):
        """Exit code, or minus the signal; what was said."""
        os.truncate(self.said, 0)
        os.write(self.plans, plan.encode())
        ready, _, _ = select.select([self.answers], [], [], 60)
        answer = os.read(self.answers, 4) if ready else b""
        with open(self.said, errors="replace") as f:
            said = f.read()
        if len(answer) != 4:
            raise SystemExit(f"the program did not answer to {plan}: {said}")
        status = struct.unpack("i", answer)[0]
        return os.waitstatus_to_exitcode(status), said

    def close(self):
        os.close(self.plans)
        self.process.wait(60)
        os.close(self.answers)


KILLED = -signal.SIGKILL


def fail_with(message):
    print("FAIL:", message)
    sys.exit(1)
