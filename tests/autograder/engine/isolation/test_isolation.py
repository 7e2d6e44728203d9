"""What a submission can see and do from inside, tier by tier."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation import cgroup, seccomp
from autograder.engine.isolation.probe import LANDLOCK, Report
from autograder.engine.isolation.tiers import Tier
from autograder.engine.result import Status
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings, load_settings
from autograder.engine.wire.proxy import Student, StudentRaised
from course.errors import EngineError, SetupError
from course.syllabus import Limits
from tests.support.checkout import ROOT

USER = 31_337  # of nobody
LIMITS = Limits(cell_seconds=20, wall_seconds=60, memory_mb=600, processes=64, disk_mb=16, file_mb=8, cpu_seconds=60)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")

CELL = '''
import ctypes, os, signal, socket, subprocess, sys, time

def attempt(function, *arguments):
    """Return "done", or the name of the error."""
    try:
        function(*arguments)
    except BaseException as error:
        return type(error).__name__
    return "done"

def reads(path):
    return attempt(lambda: open(path, "rb").read(1))

def lists(path):
    return attempt(os.listdir, path)

def writes(path):
    return attempt(lambda: open(path, "w").write("x"))

def connects(family, address):
    def connect():
        with socket.socket(family) as made:
            made.settimeout(2)
            made.connect(tuple(address) if isinstance(address, list) else address)
    return attempt(connect)

def signals(number):
    return attempt(os.kill, number, 0)

def system_call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    return "done" if libc.syscall(number, *arguments) >= 0 else os.strerror(ctypes.get_errno())

def status():
    lines = open("/proc/self/status").read().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

def whoami():
    return os.getuid(), os.getpid(), os.getcwd(), dict(os.environ)

def uses_workers():
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    data = TensorDataset(torch.arange(8.0))
    return sum(float(batch[0].sum()) for batch in DataLoader(data, batch_size=2, num_workers=2))

def uses_a_shell():
    return subprocess.run("echo hello", shell=True, capture_output=True, text=True).stdout

def fills(path):
    written = 0
    try:
        for number in range(64):
            with open(f"{path}/{number}", "wb") as file:
                written += file.write(b"x" * (1 << 20))
    except OSError as error:
        return written >> 20, type(error).__name__
    return written >> 20, "done"

def many_processes():
    made = []
    try:
        while len(made) < 300:
            made.append(subprocess.Popen(["sleep", "20"]))
    except OSError as error:
        return len(made), type(error).__name__
    finally:
        for process in made:
            process.kill()
            process.wait()
    return len(made), "done"

def keeps_processes():
    made = [subprocess.Popen(["sleep", "20"]) for _ in range(150)]
    time.sleep(5)
    return len(made)

def loaded(name, source):
    import warnings
    from course.datasets import load
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = load(name, source=source)
    return found.source, found.label, [str(one.message) for one in said]

def random_numbers():
    import random, numpy, torch
    return random.random(), float(numpy.random.rand()), float(torch.rand(1))
'''


def opened(tier: Tier, seed: str = "") -> NotebookSession:
    made = new_notebook(cells=[new_code_cell(CELL)])
    session = NotebookSession(made, LIMITS, 60, Settings(tier=tier, minimum_tier=tier), seed)
    session.start()
    return session


@pytest.fixture(scope="module", params=[Tier.T1, Tier.T2, Tier.T3])
def inside(request: pytest.FixtureRequest, data_sets: list[Path]) -> Iterator[tuple[Tier, NotebookSession]]:
    tier = request.param
    try:
        session = opened(tier)
    except EngineError as error:
        pytest.skip(f"{tier} is not to be had here: {error}")
    with session:
        yield tier, session


@pytest.fixture
def student(inside: tuple[Tier, NotebookSession]) -> Student:
    inside[1].begin_check()
    return Student(inside[1])


def test_the_tier_is_what_was_asked_for(inside: tuple[Tier, NotebookSession]) -> None:
    assert inside[1].tier is inside[0]


@pytest.mark.parametrize(
    "path",
    [
        "autograder/testing/chapter.py",
        "solutions/ch03_classification/digits.py",
        "tests/autograder/engine/isolation/test_isolation.py",
    ],
)
def test_the_checkout_is_out_of_sight(student: Student, path: str) -> None:
    assert (ROOT / path).exists()
    assert student.reads(str(ROOT / path)) in ("FileNotFoundError", "PermissionError")


def test_files_of_others_are_out_of_sight(student: Student, tmp_path: Path) -> None:
    other = tmp_path / "of_another_submission"
    other.write_text("secret")
    tmp_path.chmod(0o755)
    assert student.reads(str(other)) in ("FileNotFoundError", "PermissionError")
    assert student.writes(str(other)) in ("FileNotFoundError", "PermissionError")
    assert student.lists(str(tmp_path)) in ("FileNotFoundError", "PermissionError")
    assert other.read_text() == "secret"


PLANTED = Path(tempfile.gettempdir()) / f"data-sets-{os.getpid()}"  # known before the kernels are started


@pytest.fixture(scope="module")
def data_sets() -> Iterator[list[Path]]:
    """A cache and a mirror of data sets, as a grader has them."""
    files = [PLANTED / place / "titanic" / name for place in ("cache", "mirror") for name in ("train.csv", "test.csv")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("PassengerId,Survived\n1,1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_DATA_CACHE", str(PLANTED / "cache"))
        patch.setenv("COURSE_DATA_MIRROR", str(PLANTED / "mirror"))
        yield files
    shutil.rmtree(PLANTED)


def test_public_rows_are_out_of_sight(data_sets: list[Path], student: Student) -> None:
    """Hidden checks ask about the rows of public data sets: neither files nor variables lead there."""
    for file in data_sets:
        assert student.reads(str(file)) in ("FileNotFoundError", "PermissionError")
    variables = student.whoami()[3]
    assert not any(str(PLANTED) in value for value in variables.values())


@pytest.mark.parametrize("tier", list(Tier))
def test_an_own_cell_that_loads_a_data_set_gets_a_labelled_stand_in(data_sets: list[Path], tier: Tier) -> None:
    """Also where submissions are not isolated, and could read the files if they knew where to look."""
    try:
        session = opened(tier)
    except EngineError as error:
        pytest.skip(f"{tier} is not to be had here: {error}")
    with session:
        session.begin_check()
        student = Student(session)
        source, label, said = student.loaded("titanic", "auto")
        assert source == "stand-in" and "stand-in" in label
        assert len(said) == 1 and "a notebook that is graded does not see them" in said[0]
        with pytest.raises(StudentRaised, match="DataError"):
            student.loaded("titanic", "real")


def test_the_interpreter_can_be_read_and_not_written(student: Student) -> None:
    assert student.reads(os.__file__) == "done"
    assert student.writes(str(Path(os.__file__).parent / "planted.py")) in ("OSError", "PermissionError")


def test_nobody_outside_can_be_signalled_or_looked_at(student: Student) -> None:
    for number in (os.getpid(), os.getppid()):
        assert student.signals(number) in ("ProcessLookupError", "PermissionError")
        assert student.reads(f"/proc/{number}/environ") in ("FileNotFoundError", "PermissionError")


def test_no_network(student: Student) -> None:
    """A listener on this machine hears nothing, over the internet's protocol or an abstract Unix socket."""
    abstract = f"\0course-test-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_INET) as internet, socket.socket(socket.AF_UNIX) as unix:
        internet.bind(("127.0.0.1", 0))
        unix.bind(abstract)
        for listener in (internet, unix):
            listener.listen()
            listener.setblocking(False)
        refused = ("ConnectionRefusedError", "PermissionError", "OSError")
        assert student.connects(int(socket.AF_INET), list(internet.getsockname())) in refused
        assert student.connects(int(socket.AF_UNIX), abstract) in refused
        for listener in (internet, unix):
            with pytest.raises(BlockingIOError):
                listener.accept()


def test_rights_are_gone(inside: tuple[Tier, NotebookSession], student: Student) -> None:
    status = student.status()
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    uid, pid, _, environment = student.whoami()
    assert uid == os.getuid() if inside[0] is not Tier.T1 else uid >= 200_000
    assert pid < 10 or inside[0] is Tier.T3
    assert not {"COURSE_KEY", "COURSE_ZYGOTE", "COURSE_DB_URL"} & environment.keys()


@pytest.mark.parametrize(("name", "number"), [("unshare", 272), ("ptrace", 101), ("bpf", 321), ("io_uring_setup", 425)])
def test_ways_out_are_refused(student: Student, name: str, number: int) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers are x86-64's")
    assert student.system_call(number, 0x10000000, 0, 0, 0) == "Operation not permitted", name


def test_what_honest_work_needs_is_there(student: Student) -> None:
    assert student.uses_workers() == 28
    assert student.uses_a_shell() == "hello\n"


def test_disk_is_bounded(inside: tuple[Tier, NotebookSession], student: Student) -> None:
    megabytes, error = student.fills(".")
    if inside[0] is Tier.T3:
        assert megabytes == 64  # a limit of this tier: each file is bounded, all together are not
    else:
        assert (megabytes <= LIMITS.disk_mb, error) == (True, "OSError")


def test_processes_are_bounded(inside: tuple[Tier, NotebookSession], student: Student) -> None:
    count, error = student.many_processes()
    assert count <= LIMITS.processes
    assert error == "BlockingIOError"


def test_random_numbers_depend_on_the_submission_alone() -> None:
    drawn: list[Any] = []
    for seed in ("one", "one", "another"):
        try:
            with opened(load_settings().tier or Tier.T1, seed) as session:
                session.begin_check()
                drawn.append(Student(session).random_numbers())
        except EngineError as error:
            pytest.skip(str(error))
    assert drawn[0] == drawn[1]
    assert all(a != b for a, b in zip(drawn[0], drawn[2], strict=True))


def test_below_the_minimum_nothing_is_graded() -> None:
    made = new_notebook(cells=[new_code_cell("answer = 42")])
    session = NotebookSession(made, LIMITS, 5, Settings(tier=Tier.T3, minimum_tier=Tier.T2))
    with session, pytest.raises(EngineError, match=r"isolation T3 .* `course doctor`"):
        session.start()


def test_a_cold_kernel_is_not_isolated_and_only_started_where_that_is_allowed() -> None:
    made = new_notebook(cells=[new_code_cell("answer = 42")])
    refused = NotebookSession(made, LIMITS, 5, Settings(tier=Tier.T4, minimum_tier=Tier.T3))
    with refused, pytest.raises(EngineError, match="COURSE_MINIMUM_TIER=T4"):
        refused.start()
    with NotebookSession(made, LIMITS, 5, Settings(tier=Tier.T4, minimum_tier=Tier.T4)) as session:
        session.start()
        session.begin_check()
        assert Student(session).answer == 42
        assert session.tier is Tier.T4
        assert "not isolated: for your own work only" in session.tier.meaning


def test_cpu_time_is_bounded() -> None:
    made = new_notebook(cells=[new_code_cell("while True:\n    pass")])
    limits = LIMITS.model_copy(update={"cpu_seconds": 2, "cell_seconds": 30})
    try:
        with NotebookSession(made, limits, 5) as session:
            session.start()
    except EngineError as error:
        pytest.skip(str(error))
    assert session.run.status in (Status.TIMED_OUT, Status.CRASHED)
    assert not session.alive


def test_settings_that_are_wrong_name_the_line_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_MINIMUM_TIER", "T9")
    with pytest.raises(SetupError, match=r"minimum_tier in .*grading\.toml \(or COURSE_MINIMUM_TIER\)"):
        load_settings()


def test_control_groups_of_version_2_are_laid_out_as_the_kernel_wants(tmp_path: Path) -> None:
    """On a made-up tree, because no kernel offers both versions: a limit goes into the one folder there is."""
    (tmp_path / "cgroup.controllers").write_text("memory pids cpu\n")
    (tmp_path / "cgroup.subtree_control").write_text("memory pids\n")
    folder = tmp_path / "course-1-2"
    folder.mkdir()
    for name in ("memory.max", "pids.max", "cgroup.procs", "memory.swap.max", "memory.oom.group"):
        (folder / name).write_text("")
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (folder / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    group = cgroup.make("1-2", root=tmp_path)
    group.limit(100, 64)
    assert (folder / "memory.max").read_text() == str(100 << 20)
    assert (folder / "pids.max").read_text() == "64"
    assert group.cpu_seconds() == 2.5
    assert group.out_of_memory()


def test_no_control_groups_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no control groups"):
        cgroup.make("1-1", root=tmp_path)


def test_the_filter_is_made_for_both_kinds_of_network() -> None:
    if not seccomp.available():
        pytest.skip("libseccomp is missing")
    assert len(seccomp.program(network=False)) > len(seccomp.program(network=True)) > 0


def test_what_is_missing_is_said_in_words_an_operator_can_act_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.engine.isolation import probe

    monkeypatch.setattr(probe.linux, "landlock_version", lambda: 3)
    monkeypatch.setattr(probe.seccomp, "available", lambda: False)
    monkeypatch.setattr(probe, "attempt", lambda tier: (f"{tier} is refused", False))
    report = probe.probe()
    assert isinstance(report, Report)
    assert report.tier is Tier.T4
    assert report.refused == {tier: f"{tier} is refused" for tier in (Tier.T1, Tier.T2, Tier.T3)}
    text = "\n".join(report.missing)
    for words in (
        "libseccomp2",
        f"{LANDLOCK} is needed (Linux 6.12",
        "as root",
        "user.max_user_namespaces",
        "Delegate",
    ):
        assert words in text


AS_ANOTHER = """
import os, sys
sys.path.insert(0, sys.argv[1])
from tests.autograder.engine.isolation.test_isolation import LIMITS, opened
from autograder.engine.isolation.tiers import Tier
from autograder.engine.wire.proxy import SessionDied, Student

with opened(Tier(sys.argv[2])) as session:
    session.begin_check()
    student = Student(session)
    assert student.reads(os.path.join(sys.argv[1], "autograder", "api.py")) in ("FileNotFoundError", "PermissionError")
    assert student.signals(os.getpid()) in ("ProcessLookupError", "PermissionError")
    assert student.uses_workers() == 28
    uid, _, _, _ = student.whoami()
    assert uid == os.getuid() != 0
    if session.tier is Tier.T2:
        count, error = student.many_processes()
        assert count <= LIMITS.processes and error == "BlockingIOError", (count, error)
    else:  # the watchdog needs a moment
        try:
            raise AssertionError(student.keeps_processes())
        except SessionDied:
            assert "more processes" in session.run.notes[0], session.run
    print(session.tier, session.kind)
"""


@pytest.mark.parametrize("tier", [Tier.T2, Tier.T3])
def test_a_grader_that_is_not_root(tier: Tier) -> None:
    """Most of these tests run as root with rights given up; this is what an ordinary user gets."""
    if os.getuid() != 0:
        pytest.skip("the other tests are run by an ordinary user already")
    home = Path(tempfile.mkdtemp(prefix="not-root-"))
    os.chown(home, USER, USER)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(home)}
    as_user: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": [], "cwd": home, "env": environment}
    try:
        reachable = (
            subprocess.run([sys.executable, "-c", f"open({__file__!r})"], check=False, **as_user).returncode == 0
        )
    except PermissionError:
        reachable = False
    if not reachable:
        pytest.skip("this Python, or the checkout, is in a folder that only root can enter")
    command = [sys.executable, "-c", AS_ANOTHER, str(ROOT), str(tier)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **as_user)
    shutil.rmtree(home, ignore_errors=True)
    if "NotIsolated" in done.stderr:
        pytest.skip(f"{tier} is not to be had here by an ordinary user: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tier), "warm"]
