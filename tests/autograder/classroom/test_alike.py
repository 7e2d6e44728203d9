"""What is worth a look: copies under another name, never answers that suggest themselves or differ honestly."""

from __future__ import annotations

import random
from typing import Any

import pytest

from autograder.classroom import alike as module
from autograder.classroom.alike import Alike, Reader, alike

GIVEN = 'def smooth(values, width):\n    """Return the moving averages."""\n    raise NotImplementedError\n'
STRAIGHT = """def smooth(values, width):
    padded = [values[0]] * (width // 2) + list(values) + [values[-1]] * (width // 2)
    result = []
    for start in range(len(values)):
        window = padded[start : start + width]
        result.append(sum(window) / len(window))
    if len(result) != len(values):
        raise ValueError("the window is longer than the series")
    return np.array(result)
"""
# The same with other names, remarks, layout and a docstring.
DISGUISED = '''def smooth(values, width):
    """My own idea."""
    extended = [values[0]]*(width//2) + list(values) + [values[-1]]*(width//2)   # first and last again
    out = []

    for i in range(len(values)):
        part = extended[i : i + width]
        out.append(sum(part) / len(part))   # the mean
    if len(out) != len(values):
        raise ValueError("the window is longer than the series")
    return np.array(out)
'''
EDITED = DISGUISED.replace("np.array(out)", "np.asarray(out, dtype=float)")
HONEST = [
    "def smooth(values, width):\n    kernel = np.ones(width) / width\n    edge = width // 2\n"
    '    return np.convolve(np.pad(values, edge, mode="edge"), kernel, mode="valid")\n',
    "def smooth(values, width):\n    total = np.cumsum(np.pad(values, (width // 2 + 1, width // 2), mode='edge'))\n"
    "    return (total[width:] - total[:-width]) / width\n",
    "def smooth(values, width):\n    s = pd.Series(values)\n    s = s.rolling(width, center=True, min_periods=1)\n"
    "    return s.mean().to_numpy()\n",
    "def smooth(values, width):\n    half = width // 2\n    out = np.empty(len(values))\n"
    "    for i in range(len(values)):\n        low, high = max(0, i - half), min(len(values), i + half + 1)\n"
    "        out[i] = np.mean(values[low:high])\n    return out\n",
    "def smooth(values, width):\n    views = np.lib.stride_tricks.sliding_window_view(values, width)\n"
    "    return views.mean(axis=1)\n",
]
TEXT = (
    "The wider the window is, the less the curve follows a single outlier, but a real jump in the series is then "
    "spread over many days, so for daily counts I would take seven, which also hides the rhythm of the week. At the "
    "edges there is less to average, and I would rather leave these days out than repeat the first value, because a "
    "reader takes a flat beginning for a fact."
)


def cell(name: str, source: str, *, prose: bool = False) -> dict[str, Any]:
    mark = {"grade_id": name, "solution": True}
    kind = "markdown" if prose else "code"
    exercise = ".".join(name.split("-")[:3])
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": mark, "course": {"exercise": exercise}}}


def notebook(code: str = GIVEN, text: str = "YOUR ANSWER HERE", corners: str = "CORNERS = None") -> dict[str, Any]:
    imports = {"cell_type": "code", "source": "import numpy as np\nimport pandas as pd", "metadata": {}}
    answers = [cell("p-99-1-smooth", code), cell("p-99-2", text, prose=True), cell("p-99-3-CORNERS", corners)]
    return {"cells": [imports, *answers]}


def found(hand_ins: dict[str, dict[str, Any]]) -> list[Alike]:
    reader = Reader(notebook())
    return alike([reader.answered(name, each) for name, each in hand_ins.items()], reader.known)


def named(hand_ins: dict[str, dict[str, Any]]) -> list[tuple[tuple[str, ...], str, str]]:
    return [(one.students, one.exercise, one.how) for one in found(hand_ins)]


@pytest.mark.parametrize("others", [0, 2, 5])
@pytest.mark.parametrize(("copy", "how"), [(DISGUISED, "equal"), (EDITED, "nearly equal")])
def test_a_copy_is_named_under_other_names_and_layout(copy: str, how: str, others: int) -> None:
    honest = {f"honest-{number}": notebook(code) for number, code in enumerate(HONEST[:others])}
    copied = {"ada": notebook(STRAIGHT), "ben": notebook(copy, text="Because.")}
    assert named({**honest, **copied}) == [(("ada", "ben"), "p.99.1", how)]


def test_honest_answers_are_not_named() -> None:
    assert named({f"honest-{number}": notebook(code) for number, code in enumerate([*HONEST, STRAIGHT])}) == []


@pytest.mark.parametrize("size", [2, 4, 30])
def test_short_answers_that_all_write_alike_do_not_count(size: int) -> None:
    short = "def smooth(values, width):\n    return pd.Series(values).rolling(width).mean().to_numpy()\n"
    same = notebook(short, text="It hides the rhythm of the week.", corners="CORNERS = 8")
    assert named({f"student-{number}": same for number in range(size)}) == []


def test_what_most_of_a_class_has_written_does_not_count() -> None:
    hand_ins = {f"s{number:02}": notebook(STRAIGHT, text=f"My own {number} words.") for number in range(30)}
    assert named(hand_ins) == []


def test_a_long_answer_that_a_group_shares_is_named_once() -> None:
    group = {f"group-{number}": notebook(STRAIGHT, text=f"My own {number} words.") for number in range(7)}
    rest = {f"s{number:02}": notebook(HONEST[number % 5], text=f"Mine {number}.") for number in range(20)}
    names = [one.students for one in found({**group, **rest}) if one.exercise == "p.99.1"]
    assert tuple(sorted(group)) in names
    assert sum(name.startswith("group") for each in names for name in each) == len(group)


def test_texts_are_compared_too() -> None:
    other = (
        "I would choose seven days: a shorter window shows the weekend as a dip every time, and a longer one is late "
        "to tell that the numbers have begun to rise, which is what we look at the curve for in the first place."
    )
    assert named({"ada": notebook(text=TEXT), "ben": notebook(text=other)}) == []
    copied = TEXT.replace("the less the curve follows", "the less it follows").upper()
    assert named({"ada": notebook(text=TEXT), "cleo": notebook(text=copied), "ben": notebook(text=other)}) == [
        (("ada", "cleo"), "p.99.2", "nearly equal")
    ]


def test_a_replayed_notebook_is_named_as_a_whole() -> None:
    same = notebook(STRAIGHT, text=TEXT, corners="CORNERS = 8")
    assert named({"ada": same, "ben": same, "cleo": notebook(HONEST[0])}) == [(("ada", "ben"), "", "the same notebook")]
    assert named({"ada": notebook(), "ben": notebook()}) == [], "nobody has begun"
    begun = notebook(corners="CORNERS = 8")
    assert named({"ada": begun, "ben": begun}) == [], "one number, which both got right"


def test_the_work_grows_with_the_class_and_not_with_its_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: each fingerprint is compared among the few who have it."""
    rng = random.Random(7)
    hand_ins = {}
    for number in range(600):
        lines = [f"    v = values[{rng.randrange(99)}] * {rng.randrange(99)}" for _ in range(20)]
        code = "def smooth(values, width):\n" + "\n".join(lines) + "\n    return values\n"
        hand_ins[f"s{number:03}"] = notebook(code)
    hand_ins["s599"] = hand_ins["s000"]
    most: list[int] = []
    before = module._shared

    def counted(holders: Any, weights: Any) -> Any:
        most.append(max(len(holders[mark]) for mark in weights))
        return before(holders, weights)

    monkeypatch.setattr(module, "_shared", counted)
    assert named(hand_ins) == [(("s000", "s599"), "", "the same notebook")]
    assert len(most) == 1 and most[0] <= 15


@pytest.mark.parametrize("code", ["", "'''", '"""' * 3, "\ud800 = (((", "x = 'a\n" * 99, "é" * 500, "\x00\x1f"])
def test_any_text_can_be_read(code: str) -> None:
    reader = Reader(notebook())
    assert reader.answered("ada", notebook(code)).student == "ada"
    assert named({"ada": notebook(code), "ben": notebook(code)}) in ([], [(("ada", "ben"), "", "the same notebook")])
