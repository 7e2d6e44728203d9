"""Automatic mutants: one place of an answer changed, and habits around a whole one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from autograder.audit.habits import HABITS
from autograder.audit.mutate import AutomaticMutant, mutants_of, mutants_of_alternative

SOURCE = '''
"""A module of answers."""

import numpy as np

SHARE: float = 0.5
KINDS = {"sepal": "a", "petal": "b"}


def _twice(values: np.ndarray, times: int = 2) -> np.ndarray:
    """Twice 2."""
    return values * times


def double(values):
    total = _twice(values)
    total[0] += 1
    return f"{total[0]:.2f}" and total


def _marked(other):
    return lambda function: function


@_marked(double)
def unrelated(values):
    return values + 1


def mirrored(values):
    double = [-one for one in values]  # a variable of its own
    return double + [one for one in double if one > SHARE]


def settings(values):
    return np.round(values, decimals=0) + np.std(values, ddof=0, axis=None) + np.std(values, ddof=1)
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = tmp_path / "answers_of_a_test.py"
    path.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"autograder.mutants.{path.stem}", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, made)
    spec.loader.exec_module(made)
    return made


def changes(module: ModuleType, *names: str) -> dict[str, AutomaticMutant]:
    found = mutants_of({name: getattr(module, name) for name in names}, [module])
    assert len({one.key for one in found}) == len(found)
    return {one.key: one for one in found if one.operator not in HABITS}


def test_a_slip_in_a_helper_is_one_of_the_answer(module: ModuleType) -> None:
    found = changes(module, "double")
    one = found["_twice: arithmetic: values * times -> values / times"]
    assert one.names == {"double"}
    assert one.build()["double"](np.array([2.0, 4.0])).tolist() == [2.0, 2.0]
    assert module.double(np.array([2.0, 4.0])).tolist() == [5.0, 8.0]


def test_a_variable_of_the_same_name_is_no_call_of_another_answer(module: ModuleType) -> None:
    assert {one.place for one in changes(module, "mirrored").values()} == {"mirrored", "SHARE"}


def test_a_statement_can_be_left_out(module: ModuleType) -> None:
    one = changes(module, "double")["double: statement left out: total[0] += 1 -> (left out)"]
    assert one.build()["double"](np.array([2.0])).tolist() == [4.0]


def test_what_no_check_could_see_is_left_alone(module: ModuleType) -> None:
    places = {one.place for one in changes(module, "double").values()}
    assert places == {"double", "_twice"}
    befores = {one.before for one in changes(module, "double").values()}
    assert not befores & {"2", "'Twice 2.'"}  # a default value; what stands in a docstring or an f-string


def test_constants_are_changed_too(module: ModuleType) -> None:
    found = changes(module, "SHARE", "KINDS")
    assert found["SHARE: number: 0.5 -> 1.0"].build() == {"SHARE": 1.0}
    key = "KINDS: choice: {'sepal': 'a', 'petal': 'b'} -> {'sepal': 'b', 'petal': 'b'}"
    assert found[key].build() == {"KINDS": {"sepal": "b", "petal": "b"}}


def test_a_mutant_has_the_future_of_its_own_module_only(module: ModuleType) -> None:
    built = changes(module, "double")["_twice: arithmetic: values * times -> values / times"].build()["double"]
    assert built.__globals__["__annotations__"] == {"SHARE": float}  # not the text, as with ours


def test_an_alternative_answers_for_another_name(module: ModuleType) -> None:
    answers = {"double": module.unrelated, "halve": module.double, "P": [1, 2], "norm": np.linalg.norm}
    found = {one.key: one for one in mutants_of_alternative(answers)}
    one = found["unrelated: arithmetic: values + 1 -> values - 1"]
    assert one.names == {"double"} and one.build()["double"](3) == 2
    other = found["_twice: arithmetic: values * times -> values / times"]
    assert other.names == {"halve"} and other.build().keys() == {"halve"}


def test_what_decorates_an_answer_is_no_part_of_it(module: ModuleType) -> None:
    assert {one.place for one in mutants_of_alternative({"double": module.unrelated})} == {"unrelated"}


def test_an_argument_that_says_the_default_may_go(module: ModuleType) -> None:
    found = [one.after for one in changes(module, "settings").values() if one.operator == "argument"]
    assert [one for one in found if one.startswith("np.std")] == ["np.std(values)"]  # without the last ddof alone


def test_long_places_are_shown_where_they_change() -> None:
    before = f"fit({', '.join('abcdefghijklmnopqrstuvwxyz')})"
    one = AutomaticMutant("place", "argument", before, before.replace("m, n", "n, m"))
    assert one.key == "place: argument: …h, i, j, k, l, m, n, o, p, q, r, s… -> …h, i, j, k, l, n, m, o, p, q, r, s…"


@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_notes_whether_it_has_made_a_difference(habit: str) -> None:
    idle = HABITS[habit](lambda values: 1)
    idle(3)
    assert not idle.applied
    model = SimpleNamespace(predict=lambda X: np.array([1, 1, 2]))

    def answer(values: np.ndarray) -> object:
        return model if habit in ("says the most frequent", "labels change places") else np.array([0.123, 4.0]) * values

    busy = HABITS[habit](answer)
    values = np.array([1.0, 2.0])
    for _ in range(2):
        found = busy(values)
    said = np.asarray(found.predict(None) if hasattr(found, "predict") else found).tolist()
    assert busy.applied
    assert (
        said
        == {
            "first answer again": [0.123, 8.0],
            "changes what it is given": [0.246, 8.0],
            "rounds to one decimal": [0.1, 8.0],
            "turned round": [8.0, 0.123],
            "says the most frequent": [1, 1, 1],
            "labels change places": [2, 2, 1],
        }[habit]
    )
    assert values.tolist() == ([3.0, 2.0] if habit == "changes what it is given" else [1.0, 2.0])
