"""What the contract's tests do not judge again, and commands that are forked: the outcome is that of doing it all."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.engine.judging.checks import Check
from autograder.engine.judging.judge import Memory, run_check
from autograder.engine.result import CheckResult, Outcome
from autograder.engine.wire.proxy import LocalSession
from course.syllabus import load_syllabus
from tests.support.chapters import PROJECT, checks_of, examiner_of
from tests.support.checkout import _run
from tests.support.command_server import CommandServer, fits
from tests.support.judged_once import SEED, LikeTheReference, Transcripts, answer_of, judged_once

CHAPTER = load_syllabus(PROJECT.syllabus).find("ch01")


def judged(check: Check, namespace: dict[str, object], memory: Memory | None = None) -> CheckResult:
    session = LocalSession(namespace)
    result = run_check(check, replace(examiner_of(CHAPTER), memory=memory), lambda: session, SEED)
    return result.model_copy(update={"seconds": 0.0})


def test_a_check_that_asks_for_nothing_else_has_the_references_result() -> None:
    checks, recalled = checks_of(CHAPTER), 0
    for variant in (*checks.alternatives, *checks.mutants):
        memory = LikeTheReference(CHAPTER, variant.answers)
        for check in checks.of(variant.exercise):
            known = memory.recall(check)
            if known is not None:
                recalled += 1
                assert judged(check, checks.namespace(variant)) == known.model_copy(update={"seconds": 0.0})
    assert recalled > 10


def test_a_mutant_is_told_from_its_rivals_as_if_each_was_tried_again() -> None:
    checks, transcripts = checks_of(CHAPTER), Transcripts()
    spared = 0
    for mutant in checks.mutants:
        namespace = checks.namespace(mutant)
        (check,) = (check for check in checks.of(mutant.exercise) if check.name == mutant.fails)
        transcripts.answer = answer_of(namespace, checks.reference)
        with judged_once(CHAPTER, transcripts) as known:
            once = judged(check, namespace, transcripts)
        spared += len(known)
        assert once == judged(check, namespace)
        assert once.outcome is Outcome.FAILED
    assert spared > 10


PROGRAM = """
import os, sys
print(sys.argv[1:], os.getcwd(), os.environ["WORD"], "PYTHONPATH" in os.environ, __name__, sys.path[0] == os.getcwd())
print("a word", file=sys.stderr)
import atexit
atexit.register(print, "at the end")
sys.exit(3)
"""


def test_a_forked_command_is_like_one_of_its_own_process(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    variables = {"WORD": "here", "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    server = CommandServer()
    try:
        forked = server.run(["program", "one", "two"], tmp_path, variables, 60)
        with pytest.raises(subprocess.TimeoutExpired):
            server.run(["timeit", "-s", "import time", "time.sleep(60)"], tmp_path, variables, 0.5)
        assert server.run(["program"], tmp_path, variables, 60).returncode == 3, "it goes on after that"
    finally:
        server.close()
    own = subprocess.run(
        [sys.executable, "-m", "program", "one", "two"], cwd=tmp_path, env=variables, capture_output=True, text=True
    )
    assert (forked.returncode, forked.stdout, forked.stderr) == (own.returncode, own.stdout, own.stderr)
    assert forked.returncode == 3
    assert "at the end" in forked.stdout


def test_what_python_reads_at_its_start_is_not_forked(tmp_path: Path) -> None:
    assert not fits({"PYTHONHASHSEED": "7"})
    shown = _run(("this",), tmp_path, {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(tmp_path)})
    assert "Zen of Python" in shown.stdout
