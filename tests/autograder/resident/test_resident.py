"""A resident serves what a command of its own would have given, and whatever becomes of it, commands go on."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.resident.server import Resident
from course import resident
from tests.support import deadlines
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
SECONDS = 120
SECRET = "5e" * 32
WARM = "from autograder.resident.commands import warm; import typer; app = typer.Typer(); app.command()(warm); app()"
SLOW = "import time\n\ndef double(values):\n    time.sleep(600)\n"
wait_until = functools.partial(deadlines.wait_until, seconds=SECONDS)


def variables(checkout: Checkout, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COURSE_ROOT", "XDG_RUNTIME_DIR")}
    places = {"PYTHONPATH": str(checkout.root), "HOME": str(checkout.root / "home"), "COLUMNS": "200"}
    return {**kept, **places, resident.SWITCH: "1", "COURSE_RUN": str(checkout.root), **more}


def run(checkout: Checkout, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command, environment = [sys.executable, "-m", *words], variables(checkout, **more)
    return subprocess.run(command, cwd=checkout.root, env=environment, capture_output=True, text=True, timeout=400)


def begun(checkout: Checkout, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", *words]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # tests in the background ignore it
    return subprocess.Popen(command, cwd=checkout.root, env=variables(checkout), text=True, preexec_fn=heed, **pipes)


def warm(checkout: Checkout, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-c", WARM, *words, "--json"]
    done = subprocess.run(command, cwd=checkout.root, env=variables(checkout), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def grade(checkout: Checkout, *words: str, **more: str) -> list[dict[str, Any]]:
    done = run(checkout, "course", "grade", NAME, "--json", *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def child_of(pid: int) -> psutil.Process:
    """The one command that a resident runs."""
    wait_until(lambda: [one for one in psutil.Process(pid).children() if one.status() != psutil.STATUS_ZOMBIE])
    return psutil.Process(pid).children()[0]


def named(checkout: Checkout, name: str) -> list[psutil.Process]:
    """The processes of that name which belong to this checkout's resident."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if one.name() == name and one.environ().get("COURSE_RUN") == str(checkout.root):
                found.append(one)
    return found


def stop(checkout: Checkout) -> None:
    warm(checkout, "--stop")
    wait_until(lambda: not named(checkout, "course-resident"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    made = make_checkout(tmp_path_factory.mktemp("warm"))
    made.hand_in_mixed_class(right=1)
    made.project.work.mkdir()
    (made.project.work / f"{NAME}.ipynb").write_text(json.dumps(made.notebook("source")), encoding="utf-8")
    yield made
    warm(made, "--stop")


@pytest.fixture
def pid(checkout: Checkout) -> int:
    found = warm(checkout, "--start")
    assert found["runs"], found
    return int(found["pid"])


def test_a_class_gets_the_same_grades(checkout: Checkout, pid: int) -> None:
    cold = grade(checkout, "--fresh", COURSE_WARM="0")
    served = warm(checkout)["served"]
    assert grade(checkout, "--fresh") == cold
    assert grade(checkout) == cold
    assert warm(checkout)["served"] == served + 2
    assert len(cold) == 4


def test_a_learner_reads_the_same(checkout: Checkout, pid: int) -> None:
    served = warm(checkout)["served"]
    for words in ((), ("-k", "p.99.1"), ("-k", "nothing_like_it"), ("--nonsense",), ("--submission", "solutions")):
        told = [run(checkout, "pytest", "autograder", "-p", "no:cacheprovider", *words, COURSE_WARM=on) for on in "01"]
        first, second = (re.sub(r"in [\d.]+s", "", one.stdout + one.stderr) for one in told)
        assert first == second
        assert told[0].returncode == told[1].returncode
    assert warm(checkout)["served"] == served + 4  # pytest itself refuses an option that nobody knows


def test_it_has_no_secret_of_who_started_it(checkout: Checkout) -> None:
    stop(checkout)
    run(checkout, "course", "feedback", NAME, COURSE_KEY=SECRET)
    wait_until(lambda: warm(checkout)["runs"])
    pid = warm(checkout)["pid"]
    assert SECRET not in Path(f"/proc/{pid}/environ").read_text(encoding="utf-8")
    zygotes = named(checkout, "course-zygote")
    assert zygotes
    assert not any(SECRET in str(one.environ()) for one in zygotes)


def test_it_is_the_same_for_all_names_of_an_environments_python() -> None:
    """A command's script begins with one of them, and who types `python -m pytest` takes another."""
    told = "import sys; from pathlib import Path; from course.resident import surroundings; print(surroundings(Path()))"
    names = sorted(Path(sys.executable).parent.glob("python*"))
    said = {subprocess.run([name, "-c", told], capture_output=True, text=True, check=True).stdout for name in names}
    assert len(names) > 1 and len(said) == 1


def test_it_serves_no_more_once_its_files_have_changed(checkout: Checkout, pid: int) -> None:
    path = checkout.root / "autograder" / "engine" / "judging" / "judge.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n# another\n", encoding="utf-8")
    try:
        assert len(grade(checkout)) == 4
        wait_until(lambda: not psutil.pid_exists(pid) or warm(checkout).get("pid") != pid)
        assert warm(checkout, "--start")["served"] == 0
    finally:
        path.write_text(text, encoding="utf-8")


def test_a_command_that_is_killed_says_so_and_is_run_again(checkout: Checkout, pid: int) -> None:
    cold = grade(checkout, "--fresh")
    folder = checkout.hand_in("slow", checkout.answered(p_99_1_double=SLOW))
    try:
        client = begun(checkout, "course", "grade", NAME, "--json", "--fresh", "--workers", "1")
        time.sleep(1)
        child_of(pid).kill()
        _, said = client.communicate(timeout=SECONDS)
        assert client.returncode == 128 + signal.SIGKILL
        assert "run the command again" in said
    finally:
        for path in sorted(folder.parent.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        folder.parent.rmdir()
    assert grade(checkout) == cold
    assert warm(checkout)["pid"] == pid


def test_a_resident_that_is_killed_takes_its_command_along_and_leaves_a_socket(checkout: Checkout, pid: int) -> None:
    client = begun(checkout, "course", "grade", NAME, "--json", "--fresh")
    child = child_of(pid)
    os.kill(pid, signal.SIGKILL)
    _, said = client.communicate(timeout=SECONDS)
    assert "run the command again" in said
    wait_until(lambda: not child.is_running())
    assert not warm(checkout)["runs"]
    assert len(grade(checkout)) == 4  # by itself
    assert warm(checkout, "--start")["pid"] != pid  # in the place of what was left over


def test_an_interrupt_is_passed_on(checkout: Checkout, pid: int) -> None:
    with begun(checkout, "course", "grade", NAME, "--json", "--fresh") as client:
        child = child_of(pid)
        while client.poll() is None:  # Python loses one that comes while it frees an object; a person presses again
            client.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.communicate(timeout=0.2)
    assert client.returncode not in (0, 128 + signal.SIGKILL)
    wait_until(lambda: not child.is_running())
    assert len(grade(checkout)) == 4


def test_a_command_whose_asker_is_gone_ends(checkout: Checkout, pid: int) -> None:
    client = begun(checkout, "course", "grade", NAME, "--json", "--fresh")
    child = child_of(pid)
    client.kill()
    client.communicate()
    wait_until(lambda: not child.is_running())
    wait_until(lambda: warm(checkout)["running"] == 0)


def test_two_at_once_are_served_by_one(checkout: Checkout, pid: int) -> None:
    served = warm(checkout)["served"]
    words = ("pytest", "autograder", "-p", "no:cacheprovider", "-q", "-k", "p.99.1")
    clients = [begun(checkout, *words), begun(checkout, *words)]
    assert [one.wait(SECONDS) for one in clients] == [0, 0]
    for one in clients:
        one.communicate()
    assert warm(checkout, "--start") | {"seconds": 0, "ends_in": 0} == warm(checkout) | {"seconds": 0, "ends_in": 0}
    assert warm(checkout)["served"] == served + 2
    assert warm(checkout)["pid"] == pid


def test_a_grader_whose_parent_of_kernels_is_killed_starts_another(checkout: Checkout, pid: int) -> None:
    cold = grade(checkout, "--fresh")
    for one in named(checkout, "course-zygote"):
        one.kill()
    assert grade(checkout, "--fresh") == cold
    wait_until(lambda: not psutil.pid_exists(pid))  # it can't do what it is there for


def test_it_is_gone_when_nobody_has_asked_for_long(checkout: Checkout, pid: int) -> None:
    stop(checkout)  # that one, which has come up: one that is on its way would not be told
    run(checkout, "course", "feedback", NAME, COURSE_WARM_IDLE="1")
    logs = checkout.root / "home" / ".local" / "state" / "handson-course"
    wait_until(lambda: any("idle for long" in log.read_text() for log in logs.glob(f"*/{resident.LOG}")))
    wait_until(lambda: not named(checkout, "course-resident"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this process's resident, with nobody in it."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    os.close(resident.folder(tmp_path, create=True))
    return next((tmp_path / "handson-course").iterdir())


GROWING = iter([500, 5000])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"idle": -1.0}, "it was idle for long"),
        ({"fresh": lambda: False}, "its files have changed"),
        ({"megabytes": lambda: next(GROWING)}, "its memory has grown"),
    ],
)
def test_it_leaves(change: dict[str, Any], why: str, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    usual: dict[str, Any] = {"fresh": lambda: True, "megabytes": lambda: 500, "idle": 600.0}
    with ours, theirs, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        made = Resident("surroundings", "key", "address", ours.fileno(), **{**usual, **change})
        server.bind(str(tmp_path / resident.SOCKET))
        server.listen(1)
        assert made.serve(server, os.open(tmp_path, os.O_RDONLY)) is None
    assert made.leaving == why
    assert not (tmp_path / resident.SOCKET).exists()


def test_who_does_not_know_the_key_is_refused(checkout: Checkout, pid: int) -> None:
    """A submission at T3 runs as the same user, and can connect to a socket whose path it knows."""
    (place,) = [path.parent for path in checkout.root.glob(f"home/.local/state/*/*/{resident.SOCKET}")]
    surroundings = next(one for one in Path(f"/proc/{pid}/cmdline").read_text().split("\0") if place.name in one)
    served = warm(checkout)["served"]
    question = {"do": "run", "kind": "pytest", "words": [], "surroundings": surroundings}
    for guess in ({}, {"key": ""}, {"key": "0" * 64}):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(place / resident.SOCKET))
            socket.send_fds(connection, [json.dumps(question | guess).encode() + b"\n"], [0, 1, 2, 0])
            assert resident.line(connection) in ("it wants its key", "it does not understand ('key')")
    assert (place / resident.KEY).stat().st_mode & 0o077 == 0
    assert warm(checkout)["served"] == served


def test_a_folder_that_others_can_enter_is_not_used(place: Path, tmp_path: Path) -> None:
    place.chmod(0o755)
    with pytest.raises(resident.Unusable, match="not this user's alone"):
        resident.asked(tmp_path, {"do": "status"})


@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="has a socket of another user's made")
def test_another_users_socket_is_not_talked_to(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.chmod(0o777)  # for as long as the other puts it there
    monkeypatch.chdir(place)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        os.seteuid(65534)
        try:
            server.bind(resident.SOCKET)
            server.listen(1)  # whose it is, is settled now
        finally:
            os.seteuid(0)
        place.chmod(0o700)
        (place / resident.KEY).write_text("key")
        with pytest.raises(resident.Unusable, match="another user answers"):
            resident.asked(tmp_path, {"do": "status"})


def test_what_nobody_answers_on_is_no_resident(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)  # a whole path may be too long for a socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(resident.SOCKET)
    with pytest.raises(resident.Unusable, match="none answers"):
        resident.asked(tmp_path, {"do": "status"})
