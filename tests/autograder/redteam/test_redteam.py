"""The red team: its corpus is complete and well formed, its chapter can't be had for nothing, its eyes are open."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from autograder.audit.lazy import LAZY
from autograder.engine.judging.judge import Seed, judge_exercise
from autograder.engine.wire.proxy import LocalSession
from autograder.engine.wire.server import Server, serve
from autograder.redteam import aftermath, hidden_checks, insider, reference, runner, target, technique, wrong
from autograder.redteam.canary import VARIABLE, Canaries
from autograder.redteam.runner import TechniqueRow, run
from autograder.redteam.technique import Technique, parse, techniques
from course.errors import AuthorError, SetupError
from hub_config.local import backup

# Every number of the published list of techniques that the corpus was made from, and the honest traps.
LISTED = """
    1 2 4 5 7 8 10 11 13
    14 16 17 19 20 22 23 25 26 28 29 31 32
    34 35 37 38 40 41 43 44
    46 47 49 50 52 53 55 56
    58 59 61 62 64 65 67
    68 70 71 73 74 76
    77 79 80 82 83 85
    86 88 89 91
    92 94 95 97 98 100 101 103 104 106 107 109
    110 112 113 115 116
    N1 N2 N3 N4 N5
"""
NUMBERS = LISTED.split()
OURS = 20  # additions at least
CORPUS = techniques()
READERS = frozenset({"056_other_submissions", "067_credentials"})  # of what a course and a hub keep to themselves
HEADER = '# /// technique\n# number = ["1"]\n# title = "t"\n# how = "h"\n# wanted = "0 points"\n# ///\n'
# One of each kind, none of which waits for a limit of time.
SHORT = frozenset(
    {
        "001_always_equal",
        "005_array_protocols",
        "014_assertion_helpers",
        "034_input_transformer",
        "041_locked_cells",
        "052_exception_text",
        "068_clean_exit",
        "070b_hard_exit_in_a_call",
        "076b_not_a_notebook",
        "094_row_order",
        "n1_standard_error",
        "n3_same_names",
        "x04_forged_reply",
        "x14_subclasses_of_plain_types",
        "x23_live_display",
    }
)


def test_every_known_technique_is_there() -> None:
    covered = [number for technique in CORPUS for number in technique.number]
    assert set(NUMBERS) <= set(covered)
    ours = {number for number in covered if number.startswith("X")}
    assert len(ours) >= OURS
    assert set(covered) - ours == set(NUMBERS)


def test_what_an_attack_looks_for_by_name_is_there() -> None:
    """An attack on a module, or on a class, of another name would hold whatever the grader does."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in technique.CORPUS.glob("*.py"))
    modules = set(re.findall(r"""sys\.modules\["(autograder[.\w]*)"\]""", texts))
    assert len(modules) > 2
    assert [name for name in sorted(modules) if importlib.util.find_spec(name) is None] == []
    classes = set(re.findall(r'type\(one\)\.__name__ == "(\w+)"', texts))
    assert classes
    assert [name for name in sorted(classes) if not hasattr(hidden_checks, name)] == []
    calls = set(re.findall(r"\.(do_\w+) = ", texts))
    assert {"do_call", "do_get", "do_watch"} <= calls
    assert [name for name in sorted(calls) if not hasattr(Server, name)] == []
    assert {"server"} <= set(serve.__code__.co_varnames), "which is looked for on the stack"


def test_names_are_unique_and_the_short_list_exists() -> None:
    names = [technique.name for technique in CORPUS]
    assert len(names) == len(set(names))
    assert set(names) >= SHORT


@pytest.mark.parametrize("technique", CORPUS, ids=lambda technique: technique.name)
def test_a_technique_is_described_and_attacks_an_exercise(technique: Technique) -> None:
    assert technique.title
    assert technique.how.endswith((".", ")"))
    assert set(technique.attacks) <= set(target.ANSWERS)
    attacked = {target.ANSWERS[exercise] for exercise in technique.attacks}
    assert set(technique.answers) <= attacked, "an answer that is not graded proves nothing"
    assert (technique.wanted == "full marks") == technique.name.startswith("n")
    for label, text in technique.cells:
        ast.parse(text)
        if label in ("edit", "collect"):
            assert f"def {label}(" in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("print(1)\n", "header"),
        (HEADER + "x = 1\n# %% span\n1\n", "before its first cell"),
        (HEADER + "# %% spam\n1\n", "no answer spam"),
        (HEADER, "either cells or a reason"),
        (HEADER.replace('"h"', '"h"\n# colour = "red"') + "# %% own\n1\n", "colour"),
        (HEADER.replace("0 points", "1 point") + "# %% own\n1\n", "wanted"),
    ],
)
def test_a_malformed_technique_is_refused(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=why):
        parse("x", text)
    (tmp_path / "x.py").write_text(text, encoding="utf-8")
    with pytest.raises(AuthorError, match=why):
        techniques(tmp_path)


def scores(names: dict[str, object]) -> dict[str, float | None]:
    examiner = target.examiner()
    return {
        exercise.id: judge_exercise(
            exercise, target.POINTS, examiner, lambda: LocalSession(names), Seed("key", "ada", "1")
        ).score
        for exercise in target.CHAPTER.exercise
    }


@pytest.mark.parametrize(("module", "points"), [(reference, target.POINTS), (wrong, 0.0)])
def test_the_honest_answers_get_all_and_the_wrong_ones_nothing(module: ModuleType, points: float) -> None:
    assert scores(vars(module)) == dict.fromkeys(target.ANSWERS, points)


@pytest.mark.parametrize("lazy", LAZY.values(), ids=LAZY.keys())
def test_no_lazy_answer_earns_a_point(lazy: Callable[..., dict[str, object]]) -> None:
    if lazy is LAZY["examples by heart"]:
        answers = lazy({name: value for name, value in answers_of(reference).items() if not callable(value)}, {})
    else:
        answers = lazy(answers_of(reference), {})
    assert scores({**vars(wrong), **answers}) == dict.fromkeys(target.ANSWERS, 0.0)


def answers_of(module: ModuleType) -> dict[str, object]:
    return {name: vars(module)[name] for name in target.ANSWERS.values()}


# These lie about values in ways that do no harm to the process they run in.
VALUES = [one for one in CORPUS if one.answers and not one.of("first") and one.number[0] in NUMBERS[:9]]


@pytest.mark.parametrize("technique", VALUES, ids=lambda technique: technique.name)
def test_a_value_that_lies_earns_nothing_in_one_process_either(technique: Technique) -> None:
    names = dict(vars(wrong))
    for text in technique.answers.values():
        exec(compile(text, technique.name, "exec"), names)  # noqa: S102  # our own text, harmless here
    assert scores(names) == dict.fromkeys(target.ANSWERS, 0.0)


def test_the_chapter_is_in_no_syllabus() -> None:
    syllabus = Path(runner.__file__).parents[2] / "course" / "syllabus.toml"
    assert target.CHAPTER.name not in syllabus.read_text(encoding="utf-8")


def test_the_first_cell_knows_where_things_are_and_no_secret() -> None:
    with Canaries() as canaries:
        secret = canaries.secret("the course key")
        cell = target.insider_cell({**canaries.known, "mark": "rtmark"})
        assert str(canaries.root) in cell
        assert not list(canaries.leaked(cell))
        assert list(canaries.leaked(f"… {secret} …")) == ["the course key"]
        compile(cell, "cell", "exec")
        json.dumps(canaries.known)


def test_all_that_a_course_would_not_do_without_is_planted_and_looked_for() -> None:
    with Canaries() as canaries:
        files = canaries.known["files"]
        planted = {path.name for path in (canaries.root / "build").iterdir()}
    assert planted >= set(backup.OF_THE_COURSE)
    texts = "".join(text for technique in CORPUS for _, text in technique.cells)
    assert [what for what in files if f'"{what}"' not in texts] == []


def test_what_is_planted_is_read_where_nothing_hides_it() -> None:
    """So that it says something where the same is not found, below."""
    rows = list(run("T4", only=READERS))[1:-1]
    assert [row.holds for row in rows] == [False, False]
    found = "; ".join(row.got for row in rows)
    for what in (
        "the key for a learning platform", "what a learning platform was sent", "the hub's cookie secret",
        "the regrade requests", "the course key",
    ):  # fmt: skip
        assert f"read {what}" in found


def test_the_canaries_notice_what_is_done_to_them() -> None:
    with Canaries() as canaries:
        assert not list(canaries.harmed())
        known = canaries.known
        assert os.environ[VARIABLE] == canaries.secret("the grader's environment")
        (canaries.root / "build" / "gradebook.db").unlink()
        (canaries.root / "started").touch()
        os.kill(int(str(known["sentinel"])), 9)
        with contextlib.suppress(subprocess.TimeoutExpired):
            canaries._sentinel.wait(timeout=10)
        assert list(canaries.harmed()) == ["changed build/gradebook.db", "changed started", "ended another process"]
        assert not list(canaries.harmed())
    assert VARIABLE not in os.environ
    assert not canaries.root.exists()


@pytest.mark.parametrize("kind", ["tcp", "unix", "abstract"])
def test_the_canaries_notice_who_connects(kind: str) -> None:
    import socket
    import time

    with Canaries() as canaries:
        address = canaries.known.get(kind)
        if address is None:
            pytest.skip(f"no {kind} sockets on this system")
        family = socket.AF_INET if kind == "tcp" else socket.AF_UNIX
        with socket.socket(family) as connection:
            connection.connect(address)
        until = time.monotonic() + 10
        while not (found := list(canaries.harmed())) and time.monotonic() < until:
            time.sleep(0.02)
        assert found == [f"reached the grader's {kind} socket"]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)", "rtmarked"]) as started:
        yield started
        started.kill()


def test_what_outlives_a_submission_is_found_and_ended(process: subprocess.Popen[bytes]) -> None:
    assert [one.pid for one in aftermath.survivors("rtmarked", patience=0)] == [process.pid]
    aftermath.kill_marked("rtmarked")
    assert process.wait(timeout=10)
    assert not aftermath.survivors("rtmarked")


def test_what_is_left_in_temporary_folders_is_found_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "rtmark-file").touch()
    (tmp_path / "course-x" / "work").mkdir(parents=True)
    (tmp_path / "course-x" / "work" / "rtmark").touch()
    found = list(aftermath.leftovers("rtmark"))
    assert [path.name for path in found] == ["rtmark-file", "rtmark"]
    assert not list(aftermath.leftovers("rtmark"))


def test_a_breach_is_said_such_that_the_runner_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    insider.attempt("read it", lambda: True)
    insider.attempt("write it", lambda: False)
    insider.attempt("run it", lambda: 1 / 0)
    said = capsys.readouterr().out
    assert [match[1] for match in runner._BREACH.finditer(said)] == ["read it"]
    assert "refused: run it: ZeroDivisionError" in said
    assert not runner._BREACH.search(target.insider_cell({"mark": "m"}))


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>text</p><a href='https://example.org'>x</a><img src='data:image/png;base64,AA'>", []),
        ("<script>1</script>", ["<script> in the feedback"]),
        ("<p onclick='x'>", ["onclick= in the feedback"]),
        ("<a href='javascript:x'>", ["href= in the feedback"]),
        ("<img src='http://127.0.0.1/'>", ["src= in the feedback"]),
        ("\x1b[31m", ["control characters in the feedback"]),
    ],
)
def test_a_page_that_acts_is_noticed(page: str, found: list[str]) -> None:
    assert runner._Live.found(page) == found


def test_a_tier_that_is_not_there_is_the_operators_business() -> None:
    with pytest.raises(SetupError, match="T9"):
        next(run("T9"))


def failed(rows: list[TechniqueRow]) -> list[str]:
    return [f"{row.technique} [{row.tier}]: wanted {row.wanted}, got {row.got}" for row in rows if broken(row)]


def broken(row: TechniqueRow) -> bool:
    return row.holds is False and row.promised


def test_a_short_form_of_the_corpus_holds() -> None:
    rows = list(run(only=SHORT | READERS))
    assert len(rows) == len(SHORT | READERS) + 2
    assert not failed(rows)
    # None of the others needs isolation: they hold without it as well.
    assert all(row.holds for row in rows if row.technique.partition(":")[0] not in READERS)


@pytest.mark.full
def test_the_whole_corpus_holds() -> None:
    rows = list(run())
    assert len(rows) == len(CORPUS) + 2
    assert not failed(rows)


def test_a_row_that_is_no_submission_says_why() -> None:
    [row] = [row for row in run(only=frozenset({"55"})) if row.technique.startswith("055")]
    assert row.holds is None
    assert row.got.startswith("not a submission: ")
