"""What a submission can see and do from inside, tier by tier."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation.tiers import Tier
from autograder.engine.result import Status
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings, load_settings
from autograder.engine.wire.proxy import Student, StudentRaised
from course.errors import EngineError, SetupError
from tests.support.checkout import ROOT
from tests.support.deadlines import soon
from tests.support.folders import open_folder
from tests.support.inside import LIMITS, opened

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")


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


def test_files_of_others_are_out_of_sight(student: Student) -> None:
    """Also where the machine would let any user of its own write to them."""
    with open_folder() as folder:
        other = folder / "of_another_submission"
        other.write_text("secret")
        other.chmod(0o666)
        assert student.reads(str(other)) in ("FileNotFoundError", "PermissionError")
        assert student.writes(str(other)) in ("FileNotFoundError", "PermissionError")
        assert student.lists(str(folder)) in ("FileNotFoundError", "PermissionError")
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


def test_what_interfaces_there_are_can_be_asked_and_nothing_else(
    inside: tuple[Tier, NotebookSession], student: Student
) -> None:
    """Libraries look for the loopback by netlink's routes (0); firewalls, audits, devices and the rest stay closed, and
    routes can't be changed."""
    shut = inside[0] is Tier.T3
    assert student.opens(int(socket.AF_NETLINK), 0) == ("PermissionError" if shut else "done")
    for protocol in (4, 6, 9, 12, 15, 16):
        assert student.opens(int(socket.AF_NETLINK), protocol) == "PermissionError"
    if not shut:
        assert student.adds_an_address() == "Operation not permitted"


def test_processes_of_a_submission_form_a_group(inside: tuple[Tier, NotebookSession], student: Student) -> None:
    """torch.distributed works over the submission's own loopback; at T3, which has none, it is refused."""
    assert student.sums_in_a_group(2) == ([] if inside[0] is Tier.T3 else [3.0, 3.0])


@pytest.mark.parametrize("tier", [Tier.T1, Tier.T2])
def test_a_group_that_is_left_ends_with_its_submission(tier: Tier) -> None:
    name = f"rank{secrets.token_hex(5)}"
    try:
        session = opened(tier)
    except EngineError as error:
        pytest.skip(f"{tier} is not to be had here: {error}")
    until = soon()
    with session:
        session.begin_check()
        assert Student(session).sums_in_a_group(2, name) == [3.0, 3.0]
        while _called(name) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert _called(name) == 2
    until = soon()
    while _called(name) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _called(name)


def _called(name: str) -> int:
    """How many processes of this machine have a name."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found += (entry / "comm").read_text().strip() == name
    return found


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
