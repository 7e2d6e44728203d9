"""What a student is told of an error: helpful, and never a hidden input, by whatever way it is sent."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.judging.checks import Answers, ChapterChecks, Check
from autograder.engine.judging.judge import Examiner, Seed, judge_exercise
from autograder.engine.result import ExerciseResult, Outcome, Result, Status
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.submission.faults import ADVICE, Words
from autograder.engine.wire.proxy import Session
from autograder.feedback.instant import verdict_of
from autograder.feedback.page import render_feedback
from autograder.testing.marks import check, check_of
from course.syllabus import Exercise, Limits

LIMITS = Limits(cell_seconds=10, wall_seconds=60, memory_mb=1500)
WORD, NUMBER = "zanzibarquux", 8_765_432
SENT = f"{WORD}{NUMBER}"

CHANNELS = """
import builtins, sys, warnings
import numpy as np, pandas as pd

def in_the_message(hidden):
    raise ValueError(hidden)

def as_a_class(hidden):
    raise type(hidden, (Exception,), {})

def as_a_known_class_of_its_own(hidden):
    raise type("ValueError", (Exception,), {"__str__": lambda self: hidden, "name": hidden})

def as_a_function(hidden):
    exec(compile(f"def {hidden}():\\n    1 / 0\\n{hidden}()", "/tmp/ipykernel_1/1.py", "exec"), {})

def as_a_line(hidden):
    text = "\\n" * 8765 + "def as_a_line():\\n" + "\\n" * 4321 + "    1 / 0\\nas_a_line()"
    exec(compile(text, "/tmp/ipykernel_1/1.py", "exec"), {})

def as_a_file(hidden):
    exec(compile("1 / 0", f"/tmp/ipykernel_1/{hidden}.py", "exec"), {})

def as_a_name(hidden):
    eval(hidden)

def as_a_key(hidden):
    {}[hidden]

def as_an_attribute(hidden):
    getattr(np, hidden)

def as_a_module(hidden):
    __import__(hidden)

def as_a_name_of_its_own(hidden):
    raise NameError(hidden, name=hidden)

def as_a_cause(hidden):
    try:
        raise KeyError(hidden)
    except KeyError as error:
        error.add_note(hidden)
        raise RuntimeError("x") from error

def as_a_path(hidden):
    open("/" + hidden)

def as_broken_python(hidden):
    raise SyntaxError(hidden, (hidden, 8765, 1, hidden))

def as_a_warning(hidden):
    warnings.simplefilter("error")
    warnings.warn(hidden, type(hidden, (UserWarning,), {}))

def on_paper(hidden):
    print(hidden); print(hidden, file=sys.stderr); display(hidden)
    raise ValueError

def as_a_type(hidden):
    return type(hidden, (), {"__repr__": lambda self: hidden})()

def as_a_column(hidden):
    return pd.DataFrame({hidden: [1]})

def as_a_dtype(hidden):
    return np.zeros(1, dtype=[(hidden, "f8")])

def as_a_text(hidden):
    return hidden

def as_a_text_of_its_own(hidden):
    return type(hidden, (str,), {})(hidden)

def as_an_exit(hidden):
    sys.exit(hidden)

def as_what_is_not_begun(hidden):
    raise NotImplementedError(hidden)

def as_a_group(hidden):
    raise ExceptionGroup(hidden, [ValueError(hidden)])

def as_a_pandas_mask(hidden):
    pd.DataFrame({"a": [1]})[hidden]

def as_what_the_shim_says(hidden):
    end = sys.modules["autograder.engine.wire.server"]
    said = dict.fromkeys(("type", "text", "function", "name", "advice", "line", hidden), hidden)
    there, end.describe = end.describe, lambda error: (setattr(end, "describe", there), {**said, "line": 8765432})[1]
    raise ValueError

def as_a_known_error_of_the_shim(hidden):
    end = sys.modules["autograder.engine.wire.server"]
    said = {"type": "NameError", "text": hidden, "function": hidden, "name": [hidden], "advice": {"gpu": hidden}}
    there, end.describe = end.describe, lambda error: (setattr(end, "describe", there), {**said, "line": True})[1]
    raise ValueError
"""
NAMES = [line[4:].partition("(")[0] for line in CHANNELS.splitlines() if line.startswith("def ")]


def made(name: str) -> Check:
    def test(student: Any, rng: Any) -> None:
        """The answer is a number."""
        assert getattr(student, name)(SENT) == 1.5

    found = check_of(check("p.99.1", core=True)(test))
    assert found is not None
    return found


def judged(session: Session, checks: tuple[Check, ...], reference: Callable[..., Any]) -> ExerciseResult:
    module = types.ModuleType("reference")
    vars(module).update(dict.fromkeys(NAMES, reference))
    examiner = Examiner(ChapterChecks("ch99_mini", checks, lambda: Answers(vars(module), ())), {})
    exercise = Exercise(id="p.99.1", kind="code", title="Leaks")
    return judge_exercise(exercise, 4.0, examiner, lambda: session, Seed("key", "ada", "1"))


@pytest.fixture(scope="module")
def leaky() -> Iterator[NotebookSession]:
    notebook: NotebookNode = new_notebook(cells=[new_code_cell(CHANNELS)])
    with NotebookSession(notebook, LIMITS, check_seconds=30) as session:
        session.start()
        yield session


@pytest.mark.parametrize("name", NAMES)
def test_no_hidden_input_reaches_a_page(leaky: NotebookSession, name: str) -> None:
    leaky.begin_check()
    row = judged(leaky, (made(name),), lambda hidden: 1.5)
    assert row.checks[0].outcome is Outcome.FAILED, row
    result = Result(chapter="ch99_mini", student="ada", status=Status.GRADED, exercises=(row,))
    shown = [
        result.model_dump_json(),
        verdict_of(result, "1").model_dump_json(),
        render_feedback(result, leaky.notebook, chapter_title="Leaks").replace(CHANNELS, ""),
        " ".join(leaky.run.notes),
    ]
    for text in shown:
        for leak in (WORD, str(NUMBER), "8765", "4321"):
            assert leak not in text


def test_the_words_are_ours_or_the_notebooks_whatever_is_claimed() -> None:
    """The rule itself: nothing of a claim is repeated that is not known beforehand."""
    words = Words(new_notebook(cells=[new_code_cell("def f(x):\n    return helper[x]")]))
    for key in ("type", "text", "function", "name", "advice", "line"):
        for claim in (SENT, [SENT], {SENT: SENT}, 10**30, -1, None, True, b"x", float("nan"), ("f", SENT)):
            error = {"type": "KeyError", "function": "f", "line": 2, "name": "helper", "advice": "gpu", key: claim}
            sentence = words.describe(error) + words.cause(error) + words.not_begun(error, None, "p.99.1")
            assert WORD not in sentence and str(10**30) not in sentence


def test_what_stands_in_the_notebook_is_told() -> None:
    words = Words(new_notebook(cells=[new_code_cell("def f(x):\n    return helper[x]['Age']\n\n\nimport seaborn")]))
    at = {"function": "f", "line": 2}
    assert words.describe({"type": "NameError", "name": "helper", **at}) == (
        "Your code raised NameError in line 2 of `f`: `helper` is not defined."
    )
    assert words.describe({"type": "KeyError", "name": "Age", **at}).endswith("in line 2 of `f`: there is no `Age`.")
    assert words.describe({"type": "ModuleNotFoundError", "name": "seaborn"}).endswith(
        "no module `seaborn` where this is graded."
    )
    assert words.describe({"type": "ValueError", "advice": "spawn"}).endswith(ADVICE["spawn"])
    assert words.describe({"type": "Mine", **at}) == "Your code raised an error of its own kind in line 2 of `f`."


def test_the_innermost_line_of_the_notebook_is_named_also_in_a_comprehension() -> None:
    cell = """import numpy as np
def outer(rows):
    x = 1
    return [
        missing for row in rows
    ]
def library(x):
    return np.zeros(3).reshape(x)
"""
    with NotebookSession(new_notebook(cells=[new_code_cell(cell)]), LIMITS, check_seconds=10) as session:
        session.start()
        session.begin_check()
        row = judged(session, (calling("outer", [1]), calling("library", (7, 7))), lambda x: 1)
    assert [one.detail for one in row.checks] == [
        "Your code raised NameError in line 3 of `outer`: `missing` is not defined.",
        "Your code raised ValueError in line 2 of `library`.",
    ]
    assert row.checks[0].cause and not row.checks[0].hint


def calling(name: str, argument: object) -> Check:
    def test(student: Any, rng: Any) -> None:
        """It returns 1."""
        assert getattr(student, name)(argument) == 1

    found = check_of(check("p.99.1", core=True, hint="Look again at what you return.")(test))
    assert found is not None
    return found


def test_a_student_sees_the_line_at_once(leaky: NotebookSession) -> None:
    leaky.begin_check()
    row = judged(leaky, (made("as_a_key"),), lambda hidden: 1.5)
    result = Result(chapter="ch99_mini", student="ada", status=Status.GRADED, exercises=(row,))
    assert verdict_of(result, "1").exercises[0].sentence == "Your code raised KeyError in line 2 of `as_a_key`."
