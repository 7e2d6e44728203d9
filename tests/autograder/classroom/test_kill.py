"""A run that is killed at any moment and run again gives the grades of an undisturbed one, and judges nothing twice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.engine.warm.zygote import NAME as ZYGOTE
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the run's processes by /proc")

ORPHANS_SECONDS = 20
MARK = "COURSE_RUN"  # in the environment of every process of a run, also of those that lose their parent


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("kill"))
    made.hand_in_mixed_class(right=3)
    made.hand_in("raises", made.answered(p_99_1_double="def double(values):\n    raise ValueError"))
    return made


@pytest.fixture(scope="module")
def undisturbed(checkout: Checkout) -> tuple[dict[str, Any], dict[str, Any], float]:
    """The grades of a run that nobody disturbs, what it leaves in the gradebook, and its seconds."""
    start = time.monotonic()
    grades = checkout.grade("--workers", "2")
    seconds = time.monotonic() - start
    found = gradebook_rows(checkout)
    reset(checkout)
    return grades, found, seconds


def reset(checkout: Checkout) -> None:
    """Forget all grades, but not the release."""
    build = checkout.project.build
    for name in ("results", "autograded"):
        shutil.rmtree(build / name, ignore_errors=True)


def gradebook_rows(checkout: Checkout) -> dict[str, Any]:
    import sqlite3

    query = """SELECT s.student_id, c.name, g.auto_score, g.needs_manual_grade FROM grade g
               JOIN base_cell c ON c.id = g.cell_id JOIN submitted_notebook n ON n.id = g.notebook_id
               JOIN submitted_assignment s ON s.id = n.assignment_id"""
    with contextlib.closing(sqlite3.connect(checkout.project.build / "gradebook.db")) as connection:
        return {f"{student} {cell}": rest for student, cell, *rest in connection.execute(query)}


def start(checkout: Checkout, token: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(checkout.root), "HOME": str(checkout.root / "home"), MARK: token}
    command = [sys.executable, "-m", "course", "grade", NAME, "--workers", "2", "--json"]
    return subprocess.Popen(
        command, cwd=checkout.root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def processes(token: str) -> list[psutil.Process]:
    """All processes of a run that still run, by the mark in their environment or in that of what began them."""
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == token:
                for one in (process, *process.children(recursive=True)):
                    found.setdefault(one.pid, one)
    return [one for one in found.values() if runs(one)]


def runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def is_kernel(process: psutil.Process) -> bool:
    """Whether it is what a student's code runs in: that one can end itself, so its end says nothing about others."""
    with contextlib.suppress(psutil.Error):
        parents = process.parents()
        # a zygote, and the three it forks for a submission: supervisor, init, kernel
        return len(parents) > 2 and all(one.name() == ZYGOTE for one in (process, *parents[:3]))
    return False


def stored(checkout: Checkout) -> dict[str, tuple[str, int]]:
    """Each stored result that is whole, with its text and the time it was written."""
    found = {}
    for path in (checkout.project.build / "results" / NAME).glob("*/result.json"):
        text = path.read_text(encoding="utf-8")
        if json.loads(text)["result"]["status"] != "not judged":
            found[path.parent.name] = (text, path.stat().st_mtime_ns)
    return found


def drafts(checkout: Checkout) -> list[Path]:
    """Unfinished files that were left anywhere in the build folder."""
    build = checkout.project.build
    known = {".lock"}
    return [path for path in build.rglob(".*") if path.name not in known] + list(build.glob("autograded-drafts"))


def kill_at(checkout: Checkout, moment: float, random_state: random.Random) -> str:
    """Start a run, kill one of its processes after `moment` seconds, wait for the end; say which it was."""
    token = f"{os.getpid()}-{random_state.random()}"
    run = start(checkout, token)
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.wait(timeout=moment)
    alive = processes(token)
    killed = "nothing"
    if alive:
        # The main process as often as all others together.
        victim = next((one for one in alive if one.pid == run.pid and random_state.random() < 0.5), None)
        victim = victim or random_state.choice([one for one in alive if not is_kernel(one)])
        with contextlib.suppress(psutil.Error):
            killed = f"{victim.name()} {command_of(victim)[-60:]}"
            victim.kill()
    run.wait(timeout=300)
    until = time.monotonic() + ORPHANS_SECONDS
    while (left := [*filter(runs, alive), *processes(token)]) and time.monotonic() < until:
        time.sleep(0.2)
    commands = [command_of(one) for one in left if runs(one)]
    for one in left:
        with contextlib.suppress(psutil.Error):
            one.kill()
    assert commands == [], f"left running after the end of {killed}"
    return killed


def killed_and_run_again(
    checkout: Checkout, undisturbed: tuple[dict[str, Any], dict[str, Any], float], seed: int
) -> None:
    random_state = random.Random(seed)
    grades, book, seconds = undisturbed
    reset(checkout)
    killed = kill_at(checkout, random_state.uniform(0.2, 1.1 * seconds), random_state)
    before = stored(checkout)
    assert checkout.grade("--workers", "2") == grades, f"after the end of {killed}"
    assert gradebook_rows(checkout) == book
    after = stored(checkout)
    assert sorted(after) == sorted(grades)
    assert {student: after[student] for student in before} == before, "judged twice"
    assert drafts(checkout) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_goes_on(
    checkout: Checkout, undisturbed: tuple[dict[str, Any], dict[str, Any], float], seed: int
) -> None:
    killed_and_run_again(checkout, undisturbed, seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 220))
def test_a_killed_run_goes_on_whenever_it_is_killed(
    checkout: Checkout, undisturbed: tuple[dict[str, Any], dict[str, Any], float], seed: int
) -> None:
    killed_and_run_again(checkout, undisturbed, seed)
