"""A class's hub with Unix accounts, made whole for a test: accounts, a closed checkout, an environment, a hub."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

from autograder.engine.gpu import nvml
from course.errors import SetupError
from hub_config.local import fitness, start
from hub_config.local.assembly import Place
from hub_config.local.environment import Environment
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.folders import open_folder

# Names that nobody has, and no other run of the tests.
SERVICES, COURSE, TEACHER, JOBS = (f"tst{os.getpid()}-{name}" for name in ("hub", "ml", "grace", "gpu"))
STUDENTS = (f"tst{os.getpid()}-ada", f"tst{os.getpid()}-ben")
HUB = """
port = {port}
accounts = "unix"
limits = "if possible"
services_user = "{services}"
gpu_jobs = {{user = "{jobs}", minutes = 5}}
[[device]]
auto = true
"""
CARD = {"uuid": "GPU-a1", "name": "NVIDIA H200", "minor": 0, "mb": 140_000}
COURSES = """
[[course]]
id = "ml"
title = "Machine learning"
user = "{course}"
graders = ["{teacher}"]
students = ["{students[0]}", "{students[1]}"]

[course.feedback]
instant = true
"""


def why_not() -> str:
    """Why a hub with Unix accounts can't be tried on this machine; empty where it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux may make accounts"
    if not shutil.which("useradd"):
        return "this machine has no useradd"
    try:
        base = Environment(Path("/nowhere"), ROOT)._base()
    except SetupError as error:
        return str(error)
    same = subprocess.run(
        [base, "-c", "import sys, venv; print(sys.version_info[:2])"], capture_output=True, text=True
    )  # fmt: skip
    return "" if same.stdout.strip() == str(sys.version_info[:2]) else f"{base} can't use our environment's packages"


@contextlib.contextmanager
def accounts(*names: str) -> Iterator[None]:
    """Make Unix accounts with homes, each in its own group and that of `SERVICES` where it is a course's."""
    made: list[str] = []
    try:
        for name in names:
            groups = ["--groups", SERVICES] if name in (COURSE, JOBS) else []
            shell = "/bin/sh" if name in (*STUDENTS, TEACHER) else "/usr/sbin/nologin"
            subprocess.run(
                ["useradd", "--user-group", "--create-home", "--shell", shell, *groups, name],
                check=True, capture_output=True,
            )  # fmt: skip
            made.append(name)
        yield
    finally:
        for name in reversed(made):
            uid = pwd.getpwnam(name).pw_uid
            left = [one for one in psutil.process_iter(["uids"]) if one.info["uids"] and uid in one.info["uids"]]
            for one in left:
                with contextlib.suppress(psutil.Error):
                    one.kill()
            psutil.wait_procs(left, timeout=10)
            subprocess.run(["userdel", "--force", "--remove", name], check=True, capture_output=True)


def closed_checkout(folder: Path) -> Checkout:
    """Return a checkout as an operator leaves it: root's, readable by the services' group, its build the course's."""
    folder.mkdir()
    checkout = make_checkout(folder)
    shutil.copytree(ROOT / "hub_config", folder / "hub_config", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("constraints.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    stub = folder / "tests" / "support" / "fake_nvml.py"  # this machine has a GPU, as far as the hub can tell
    stub.parent.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "support" / "fake_nvml.py", stub)
    subprocess.run(["chown", "-R", f"root:{SERVICES}", str(folder)], check=True)
    subprocess.run(["chmod", "-R", "u+rwX,g+rX-w,o-rwx", str(folder)], check=True)
    subprocess.run(["install", "-d", "-o", COURSE, "-m", "700", str(checkout.project.build)], check=True)
    return checkout


def link_packages(folder: Path, wheel: Path) -> None:
    """Fill an environment without a network: the packages of the tests' own, and the wheel."""
    ours, name = Path(sys.prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    for part in (f"lib/{name}/site-packages", "share", "etc"):
        if (ours / part).exists():
            shutil.rmtree(folder / part, ignore_errors=True)
            _link(ours / part, folder / part)
    packages = folder / "lib" / name / "site-packages"
    for left in (*packages.glob("__editable__*"), *packages.glob("handson_course*"), *packages.glob("course-*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    shutil.rmtree(folder / "share" / "jupyter" / "kernels" / "course-warm", ignore_errors=True)
    for script in (ours / "bin").iterdir():
        text = script.read_bytes() if script.is_file() and not script.is_symlink() else b""
        if text.startswith(f"#!{ours}/bin/python".encode()):
            rest = text.partition(b"\n")[2]
            (folder / "bin" / script.name).write_bytes(f"#!{folder}/bin/python\n".encode() + rest)
            (folder / "bin" / script.name).chmod(0o755)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--no-deps", "--force-reinstall", str(wheel)], check=True, capture_output=True)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["cp", "-al", str(source), str(target)], capture_output=True)
    if done.returncode:  # another file system
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)


@dataclass(frozen=True)
class UnixHub:
    """A hub that runs."""

    running: start.Running
    place: Place
    checkout: Checkout
    people: Environment
    mirror: Path

    def looked_at(self) -> fitness.Class:
        """What the hub looks at before it starts."""
        return replace(self.place.class_of(*self.place.load()), mirror=self.mirror)


def make_place(folder: Path, checkout: Checkout) -> Place:
    """Write the hub's files into `folder`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "hub.toml").write_text(HUB.format(port=start.free_ports(8, 27_000), services=SERVICES, jobs=JOBS))
    (folder / "courses.toml").write_text(COURSES.format(course=COURSE, teacher=TEACHER, students=STUDENTS))
    shutil.copy(ROOT / "hub_config" / "profiles.yaml", folder)
    return Place(folder, folder, checkout.root)


def run_as(name: str, command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a Unix account, in its home."""
    who = pwd.getpwnam(name)
    found: Mapping[str, str] = {"HOME": who.pw_dir, "USER": name, "PATH": os.defpath, **environment}
    return subprocess.run(
        command, user=who.pw_uid, group=who.pw_gid, extra_groups=os.getgrouplist(name, who.pw_gid), cwd=who.pw_dir,
        env=dict(found), capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@contextlib.contextmanager
def unix_hub() -> Iterator[UnixHub]:
    """Run a hub with Unix accounts, a course without a release, and a folder of data sets."""
    with (
        accounts(SERVICES, COURSE, JOBS, TEACHER, *STUDENTS),
        open_folder() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        checkout = closed_checkout(folder / "checkout")
        mirror = folder / "datasets"
        (mirror / "a-data-set").mkdir(parents=True)
        (mirror / "a-data-set" / "rows.csv").write_text("here\n")
        subprocess.run(["chmod", "-R", "a+rX", str(mirror)], check=True)
        patch.setenv("COURSE_DATA_MIRROR", str(mirror))
        (folder / "machine.json").write_text(json.dumps({"driver": "580.1", "cards": [CARD]}))
        (folder / "machine.json").chmod(0o644)
        patch.setenv(nvml.MODULE, f"tests.support.fake_nvml:{folder / 'machine.json'}")
        patch.delenv("COURSE_BUILD", raising=False)
        place = make_place(folder / "hub", checkout)
        people = place.environment(place.load()[0])
        place.state.chmod(0o711)
        people.make(link_packages)
        try:
            with start.running(place, log=place.state / "hub.log") as running:
                yield UnixHub(running, place, checkout, people, mirror)
        except BaseException:
            print((place.state / "hub.log").read_text()[-20_000:])  # pytest shows it
            raise
