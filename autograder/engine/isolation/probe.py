"""Finds out what isolation this machine offers, by trying it: ``python -m autograder.engine.isolation.probe``.

Run in a process of its own with one thread, because it forks and a process can't leave a namespace again.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import socket
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.engine.isolation import cgroup, linux, seccomp
from autograder.engine.isolation.sandbox import LANDLOCK, Box
from autograder.engine.isolation.supervisor import Launch, supervise
from autograder.engine.isolation.tiers import Tier

_PROBE_SECONDS = 20
_SEEN = 3  # exit status of a probe that saw what it must not


@dataclass(frozen=True)
class Report:
    """What a machine offers.

    Attributes
    ----------
    tier : the best one that works.
    refused : why each better one does not, in the system's words.
    missing : what an operator can do about it, a sentence each.
    facts : what was found: kernel, versions, control groups.
    """

    tier: Tier
    refused: dict[Tier, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def probe() -> Report:
    """Try the tiers from the best on; the first that holds a trial submission in is the machine's."""
    refused: dict[Tier, str] = {}
    grouped = False
    for tier in (Tier.T1, Tier.T2, Tier.T3):
        refusal, grouped = attempt(tier)
        if not refusal:
            return Report(tier, refused, _missing(tier, grouped), _facts(grouped))
        refused[tier] = refusal
    return Report(Tier.T4, refused, _missing(Tier.T4, grouped), _facts(grouped))


def attempt(tier: Tier) -> tuple[str, bool]:
    """Shut a trial process in; return why that failed (empty: it holds), and whether it had a control group."""
    if sys.platform != "linux":
        return f"{platform.system()} has none of this", False
    if tier is Tier.T1 and os.geteuid() != 0:
        return "the grader is not root", False
    if not seccomp.available():
        return "libseccomp is missing", False
    folder = tempfile.mkdtemp(prefix="course-probe-")
    os.chmod(folder, 0o711)
    inside = f"{folder}/inside"
    os.mkdir(inside)
    secret = Path(folder, "secret")
    secret.write_text("of another submission", encoding="utf-8")
    if tier is Tier.T3:
        os.chmod(inside, 0o700)
    ours, theirs = socket.socketpair()
    launch = Launch(f"{os.getpid()}-probe", tier, Box(uid=200_000 if tier is Tier.T1 else 0), inside, _PROBE_SECONDS)
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            filter_ = seccomp.program(network=tier is not Tier.T3)
            supervise(launch, theirs, (), filter_, lambda: os._exit(_look_around(str(secret))))
        finally:
            os._exit(0)
    theirs.close()
    try:
        return _verdict(ours)
    finally:
        ours.close()
        with contextlib.suppress(OSError):
            os.waitpid(pid, 0)
        shutil.rmtree(folder, ignore_errors=True)


def _look_around(secret: str) -> int:
    """Try what must fail; run inside."""
    for path in (secret, __file__):
        with contextlib.suppress(OSError), open(path, encoding="utf-8"):
            return _SEEN
    return 0


def _verdict(connection: socket.socket) -> tuple[str, bool]:
    connection.settimeout(_PROBE_SECONDS)
    text = b""
    try:
        while part := connection.recv(4096):
            text += part
    except OSError as error:
        return f"no answer: {error}", False
    messages = [json.loads(line) for line in text.splitlines()]
    grouped = any(message.get("group") for message in messages)
    for message in messages:
        if "refused" in message:
            return str(message["refused"]), grouped
        if message.get("exit") == _SEEN:
            return "a trial submission saw another's file", grouped
        if "exit" in message:
            return ("" if message["exit"] == 0 else f"a trial submission ended with {message['exit']}"), grouped
    return "no answer", grouped


def _missing(tier: Tier, grouped: bool) -> list[str]:
    found: list[str] = []
    if sys.platform != "linux":
        return ["Isolation needs Linux: grade a class in a Linux virtual machine or container."]
    if not seccomp.available():
        found.append("seccomp: install the C library libseccomp (Debian and Ubuntu: libseccomp2), then run again.")
    version = linux.landlock_version()
    if version < LANDLOCK:
        found.append(
            f"Landlock: version {version} is here; {LANDLOCK} is needed (Linux 6.12 or later, with landlock in `lsm=`)."
        )
    if tier is not Tier.T1:
        found.append(
            "T1 (a user and a memory limit per submission): run the grader as root, or in a privileged container."
        )
    if tier > Tier.T2:
        found.append(
            "T2 (namespaces): allow user namespaces, by `sysctl user.max_user_namespaces=10000` and, on Ubuntu, "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in Kubernetes, by `hostUsers: false`."
        )
    if not grouped:
        found.append(
            "Control groups with memory and pids: let this user write to them (`systemd-run --user --scope "
            "-p Delegate=yes …`); until then a watchdog looks a few times a second."
        )
    return found


def _facts(grouped: bool) -> dict[str, str]:
    groups = "none"
    with contextlib.suppress(OSError):
        groups = f"version {2 if (cgroup.ROOT / 'cgroup.controllers').exists() else 1}" if grouped else "not writable"
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "user": "root" if hasattr(os, "geteuid") and os.geteuid() == 0 else "not root",
        "Landlock": f"version {linux.landlock_version()}" if sys.platform == "linux" else "none",
        "seccomp": "libseccomp" if seccomp.available() else "none",
        "control groups": groups,
    }


if __name__ == "__main__":
    print(json.dumps(asdict(probe())))
