"""Small workspaces, the commands that change them, and the program behind the door (door.c).

SPDX-License-Identifier: GPL-3.0-or-later
"""
import atexit
import dataclasses
import os
import select
import shlex
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
SCRIPT = """feed "%s" {
  title = "Posts by borough", agreement = "london-adass",
  where = dim "area" :within "London",
  table "by_borough" { rows = { dim "area" :at "la" }, measures = { measure "filled_posts" } },
}
"""

# From a script to a delivered package: the entry in the ledger, whose, the command.
WAY = (("stage", None, "run {script}"),
       ("approve", PEOPLE[0], "approve {id} --as {asha}"),
       ("approve", PEOPLE[1], "approve {id} --as {bram}"),
       ("commit", None, "deliver {id}"))

# Moments of a workspace: the moment before, and what was done since. "cut" before a command: it is
# killed when it is about to put something into outbox/.
MOMENTS = {
    "staged": ("bare", WAY[0][2]),
    "approved": ("staged", WAY[1][2], WAY[2][2]),
    "delivered": ("approved", WAY[3][2]),
    "begun": ("approved", "cut " + WAY[3][2]),
    "half void": ("begun", "void {id} --as {asha} --reason 'it never left'"),
    "renewed": ("staged", "key approver --name {carys} --organisation Partner --no-passphrase",
                "key renew --name {carys} --no-passphrase"),
    "replaceable": ("delivered", "run {other}", "approve {other_id} --as {asha}",
                    "approve {other_id} --as {bram}", "deliver {other_id}"),
}


@dataclasses.dataclass
class Act:
    """A command to be stopped at each of its changes, and what is then demanded of it."""
    moment: str
    command: str
    entry: str = ""         # the kind of its entry in the ledger
    person: str = None      # who is named there
    hows: str = "turns"     # "all": stopped in every way at each change; "turns": killed, and one other
    every: int = 1          # stopped at each so many-th change only
    again: str = "$^"       # what it may say when it is given again, having been done
    mend: str = ""          # what then does the rest
    proof: str = ""         # what must work in the end, "CODE: command" for another exit than 0
    goes_on: bool = True    # then the release is brought to its end

    def __str__(self):
        return f"{self.command} ({self.moment})"


ACTS = (
    Act("bare", WAY[0][2], "stage"),
    Act("staged", WAY[1][2], "approve", PEOPLE[0], "all", again="approved this release already"),
    Act("approved", WAY[3][2], "commit", hows="all", again="was delivered already"),
    Act("bare", "feed run {script}", "feed", every=8),
    Act("staged", "feed run {script}", "feed", every=4),
    Act("approved", "feed run {script}", "commit", every=8),
    Act("bare", "load {data}"),
    Act("staged", "review {id} --as {asha}", "review", PEOPLE[0], every=2),
    Act("approved", "reject {id} --as {asha} --reason test", "reject", PEOPLE[0],
        every=2, again="rejected this release", goes_on=False),
    Act("begun", "void {id} --as {asha} --reason 'it never left'", again="said so already"),
    Act("half void", "void {id} --as {bram} --reason 'it never left'", "void", every=2,
        again="nothing to void"),
    Act("delivered", "withdraw {id} --as {asha} --reason test", "withdraw", PEOPLE[0],
        again="hint: .*cordon status", mend="status --as {asha}",
        proof="12: verify {package} --trust {trust}", goes_on=False),
    Act("replaceable", "supersede {id} --by {other_id} --as {asha}", "supersede", PEOPLE[0],
        mend="status --as {asha}", proof="13: verify {package} --trust {trust}", goes_on=False),
    Act("delivered", "status --as {bram}", "status", PEOPLE[1],
        proof="verify {package} --trust {trust}", goes_on=False),
    Act("delivered", "ledger export --out {export}", proof="review", goes_on=False),
    Act("no keys", "key root --organisation Owner --no-passphrase", "key", "root",
        again="a root exists", proof="key approver --name {asha} --organisation Owner "
        "--no-passphrase", goes_on=False),
    Act("staged", "key approver --name {carys} --organisation Partner --no-passphrase", "key",
        "Carys Specimen", again="already has a certificate", proof="reject {id} --as {carys} --reason test", goes_on=False),
    Act("bare", "key packager --organisation 'Data owner'", "key", "Cordon packager",
        again="already has a certificate", proof="key renew --name 'Cordon packager'"),
    Act("staged", "key renew --name {asha} --no-passphrase", "key", PEOPLE[0]),
    Act("renewed", "key revoke --name {carys} --reason lost", "key", "Carys Specimen",
        again="no certificate that could be revoked"),
    Act("staged", "key crl", "key", "root"),
    Act("staged", "key rotate-root --no-passphrase", "key", "root"),
    Act("bare", "key perturbation", "key", "perturbation", again="hint: move the old one"),
)
ENCRYPTED_ACTS = (Act("approved", WAY[3][2], "commit", again="was delivered already"),)


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
        atexit.register(shutil.rmtree, self.folder, True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        self.workspace = self.path("ws")
        os.mkdir(self.path("tmp"))
        self.environment = dict(os.environ, CORDON_THREADS="1", TMPDIR=self.path("tmp"))
        self.door = compiled("door", self.folder, "-fPIC", "-shared")
        self.names = {"asha": PEOPLE[0], "bram": PEOPLE[1], "carys": "Carys Specimen",
                      "data": self.path("data"), "trust": self.path("ws/trust"),
                      "export": self.path("ws/ledger/export.jsonl")}
        self.ended = set()  # states from which all was done again
        self.prepare()
        self.moments = {"no keys": judge.read_tree(self.workspace)}
        self.must("key", "root", "--organisation", "Data owner", "--no-passphrase")
        for name in PEOPLE:
            self.must("key", "approver", "--name", name, "--organisation", "Data owner",
                      "--no-passphrase")
        if encrypted:
            self.encrypt()
        self.bare = self.moments["bare"] = judge.read_tree(self.workspace)
        self.must("run", self.names["script"])
        self.release = judge.top_names(judge.read_tree(self.workspace), "staging")[0]
        self.names["id"] = self.release
        self.names["package"] = self.path(f"ws/outbox/{self.release}.zip")
        judge.write_tree(self.workspace, self.bare)

    def path(self, name):
        return os.path.join(self.folder, name)

    def prepare(self):
        """Scripts, and a workspace with data from elsewhere."""
        for name, feed in (("script", "tiny"), ("other", "other")):
            self.names[name] = self.path(feed + ".lua")
            with open(self.names[name], "w") as f:
                f.write(SCRIPT % feed)
        self.must("init", self.workspace, workspace=False)
        self.must("synth", "--out", self.names["data"], "--workers", "600", "--workplaces", "60",
                  "--clean", workspace=False)
        self.change_agreement("cadence = {", 'cadence = { tiny = "week",')
        self.must("load", self.names["data"])

    def change_agreement(self, old, new):
        agreement = self.path("ws/policies/agreements/london-adass.lua")
        with open(agreement) as f:
            text = f.read()
        assert old in text
        with open(agreement, "w") as f:
            f.write(text.replace(old, new))

    def encrypt(self):
        self.change_agreement("encrypted      = false", "encrypted      = true")
        self.must("key", "packager", "--organisation", "Data owner")
        recipients = os.path.join(self.workspace, "trust/recipients")
        os.mkdir(recipients)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        os.path.join(self.folder, "key.pem"), "-out",
                        os.path.join(recipients, "a.pem"), "-subj", "/CN=ADASS London analysts",
                        "-days", "30", "-addext", "basicConstraints=critical,CA:FALSE", "-addext",
                        "keyUsage=critical,keyAgreement"], check=True, capture_output=True)

    def words(self, command):
        return shlex.split(command.format_map({k: shlex.quote(v) for k, v in self.names.items()}))

    def steps(self):
        """(entry, person, arguments) from a script to a delivered package."""
        return [(entry, person, self.words(command)) for entry, person, command in WAY]

    def moment(self, name):
        """The tree of it; made when it is needed first."""
        if name not in self.moments:
            before, *commands = MOMENTS[name]
            judge.write_tree(self.workspace, self.moment(before))
            for command in commands:
                cut, command = command.startswith("cut "), command.removeprefix("cut ")
                if cut:
                    self.cut(self.words(command))
                else:
                    self.must(*self.words(command))
                staged = judge.top_names(judge.read_tree(self.workspace), "staging")
                self.names.update(("other_id", n) for n in staged[:1] if n.startswith("other"))
            self.moments[name] = judge.read_tree(self.workspace)
        return self.moments[name]

    def cut(self, arguments):
        before = judge.read_tree(self.workspace)
        changes = self.changes_of(arguments)
        at = next(i for i, change in enumerate(changes, 1) if "outbox/" in change[-1])
        judge.write_tree(self.workspace, before)
        code, said = self.run(*arguments, door={"CRASH_PLAN": f"{at}:kill"})
        judge.demand(code == KILLED, "not killed:", said)

    def changes_of(self, arguments):
        """The door's words for the changes that a command makes."""
        log = self.path("log")
        open(log, "w").close()
        code, said = self.run(*arguments, door={"CRASH_LOG": log})
        judge.demand(code in judge.DONE, *arguments, "does not even work:", said)
        with open(log) as f:
            return [line.split(" ") for line in f.read().split("\n")[:-1]]

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
        for _, _, arguments in self.steps():
            code, said = self.run(*arguments)
            judge.demand(code == 0 or (code in (1, 3) and "cordon: " in said),
                         f"{arguments[0]} after the crash: exit {code}: {said}")
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
