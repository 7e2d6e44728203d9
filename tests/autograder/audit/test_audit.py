"""``course audit``: what gets through the checks of a small chapter, and what it says of that."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.audit import commands
from autograder.audit.audit import AuditPlan, _automatic, _Exercise
from autograder.audit.exceptions import Exceptions
from autograder.audit.mutate import AutomaticMutant
from autograder.audit.rows import LEAST_TRIED, AuditRow
from autograder.audit.trial import Profile, Verdict
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

ROW = {
    "exercise", "handwritten", "handwritten_killed", "automatic", "automatic_killed", "equivalent", "alternatives",
    "alternatives_passed", "restylings", "restylings_passed", "blind_right", "blind_right_passed", "blind_wrong",
    "blind_wrong_caught", "false_fail_rate", "flake_rate", "lazy_score", "hint_accuracy", "leaks", "holds",
}  # fmt: skip
MUTANT = "_factor: arithmetic: 17 - 15 -> 17 + 15"
WEAK = ("values + values)", "values + values) if False else student.double(values)")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return make_checkout(tmp_path)


def audit(checkout: Checkout, *options: str, ok: int = 0) -> list[dict[str, Any]]:
    command = ("course", "audit", NAME, "--workers", "2", "--seconds", "6", "--json", *options)
    found: list[dict[str, Any]] = json.loads(checkout.run(*command, ok=ok).stdout)
    return found


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def checks(checkout: Checkout) -> Path:
    return checkout.project.checks / NAME / "test_numbers.py"


def test_good_checks_hold(checkout: Checkout) -> None:
    rows = {row["exercise"]: row for row in audit(checkout, ok=1)}
    assert all(row.keys() >= ROW for row in rows.values())
    assert {name: row["holds"] for name, row in rows.items()} == {"p.99.1": True, "p.99.2": False, "p.99.3": True}
    assert rows["p.99.2"]["lazy_score"] == 1.0  # who returns 0 has a mean of 0
    first = rows["p.99.1"]
    assert (first["handwritten"], first["handwritten_killed"], first["hint_accuracy"]) == (6, 6, 1.0)
    assert first["automatic"] == first["automatic_killed"] > 10
    assert (first["alternatives"], first["alternatives_passed"]) == (3, 3)
    assert first["restylings"] == first["restylings_passed"] >= 7
    assert first["false_fail_rate"] == first["flake_rate"] == first["lazy_score"] == first["leaks"] == 0
    assert first["false_fail_runs"] > 3 and first["flake_runs"] > 3
    assert rows["p.99.3"]["automatic"] >= 4  # a constant is changed, too


def test_what_gets_through_a_weak_check_is_named(checkout: Checkout) -> None:
    edit(checks(checkout), "student.double(values), values + values", "abs(student.double(values)), abs(values * 2)")
    (row,) = audit(checkout, "--exercise", "p.99.1", ok=1)
    assert not row["holds"] and row["handwritten_killed"] == 5
    said = checkout.run(
        "course", "audit", NAME, "--workers", "2", "--seconds", "9", "--exercise", "p.99.1", ok=1
    ).stdout
    assert "p.99.1: 1 written mutants pass" in said


def test_a_survivor_is_named_until_a_person_gives_a_reason(checkout: Checkout) -> None:
    edit(checkout.project.solutions / NAME / "numbers.py", "return 17 - 15", "return 2 + 0 * 1")
    (row,) = audit(checkout, "--exercise", "p.99.1", "--seconds", "60", ok=1)
    key = "_factor: arithmetic: 0 * 1 -> 0 / 1"
    assert key in [one["mutant"] for one in row["survivors"]]
    listed = checkout.project.mutants / NAME / "equivalent.toml"
    listed.write_text(
        f'[[equivalent]]\nexercise = "p.99.1"\nmutant = "{key}"\nreason = "Nothing divided is nothing."\n'
    )
    (again,) = audit(checkout, "--exercise", "p.99.1", "--seconds", "60", ok=1)
    assert again["equivalent"] == 1 and again["automatic"] == row["automatic"] - 1
    assert key not in [one["mutant"] for one in again["survivors"]]
    edit(checkout.project.solutions / NAME / "numbers.py", "return 2 + 0 * 1", "return 17 - 15")
    for words in ((), ("--exercise", "p.99.3")):  # whichever is to be tried
        done = checkout.run("course", "audit", NAME, *words, ok=1)
        assert "is no mutant (any longer)" in " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[equivalent", "can't be read"),
        ('[[equivalent]]\nexercise = "p.99.1"\nmutant = "a"\nreason = "no"\n', "at least 10 characters"),
        ('[[ruled_out]]\nexercise = "p.99.1"\nstyle = "list for arrays"\nreason = "It asks for an array."\n',
         "Did you mean 'lists for arrays'?"),
    ],
)  # fmt: skip
def test_a_list_that_is_no_list_is_the_authors_to_mend(checkout: Checkout, text: str, said: str) -> None:
    (checkout.project.mutants / NAME / "equivalent.toml").write_text(text)
    done = checkout.run("course", "audit", NAME, ok=1)
    assert said in " ".join((done.stdout + done.stderr).split())


def test_right_answers_that_fail_are_named(checkout: Checkout) -> None:
    path = checks(checkout)
    asked = "    found = student.double(values)\n    assert type(found) is np.ndarray and (found == 2 * values).all()\n"
    edit(path, "    np.testing.assert_array_equal(student.double(values), values + values)\n", asked)
    (row,) = audit(checkout, "--exercise", "p.99.1", ok=1)
    assert row["wronged"] == ["lists for arrays: test_doubles"]
    listed = checkout.project.mutants / NAME / "equivalent.toml"
    listed.write_text(
        '[[ruled_out]]\nexercise = "p.99.1"\nstyle = "lists for arrays"\nreason = "It asks for an array."\n'
    )
    (again,) = audit(checkout, "--exercise", "p.99.1")
    assert again["wronged"] == [] and again["restylings"] == row["restylings"] - 1


def test_a_draw_that_decides_is_found(checkout: Checkout) -> None:
    edit(checks(checkout), "values = rng.integers(-50, 50, 7)\n    np.testing.assert_allclose",
         "values = rng.integers(-50, 50, 7)\n    assert values[0] < 25\n    np.testing.assert_allclose")  # fmt: skip
    (row,) = audit(checkout, "--exercise", "p.99.1", ok=1)
    assert 0.001 < row["false_fail_rate"] < 1 and row["unsteady"] == ["test_halves"] and row["flake_rate"] == 0


def test_a_reference_that_fails_is_told_first(checkout: Checkout) -> None:
    edit(checks(checkout), "assert student.CORNERS == 4 + 4", "assert student.CORNERS == 9")
    (row,) = audit(checkout, "--exercise", "p.99.3", ok=1)
    assert row["broken"] == ["test_corners"] and row["automatic"] == 0


def test_it_goes_on_where_it_stopped_and_writes_a_page(checkout: Checkout) -> None:
    options = ("course", "audit", NAME, "--workers", "2", "--seconds", "1", "--resume", "--write")
    checkout.run(*options, ok=1)
    page = checkout.project.root / "docs" / "audit" / "ch99.md"
    text = page.read_text(encoding="utf-8")
    assert "| p.99.1 | 6/6 |" in text and "course audit ch99 --write" in text
    kept = checkout.project.build / "audit" / f"{NAME}.json"
    edit(kept, '"lazy_score": 0.0', '"lazy_score": 0.05')
    checkout.run(*options, ok=1)
    assert "| 5% |" in page.read_text(encoding="utf-8")  # nothing has changed, so nothing was tried again
    checkout.run("course", "audit", NAME, "--seconds", "1", "--exercise", "p.99.3")
    assert '"lazy_score": 0.05' in kept.read_text(encoding="utf-8")  # nor is what is known of others lost
    edit(checks(checkout), "4 + 4", "2 * 4")
    checkout.run(*options, ok=1)
    assert page.read_text(encoding="utf-8").count("| 5% |") == 1  # of another exercise's check p.99.1 does not depend
    edit(checks(checkout), "values + values)", "2 * values)")
    checkout.run(*options, ok=1)
    assert page.read_text(encoding="utf-8").count("| 5% |") == 0
    kept.write_text("{")
    checkout.run(*options, ok=1)


def test_so_many_are_tried_as_tell_something(checkout: Checkout) -> None:
    (row,) = audit(checkout, "--exercise", "p.99.1", "--seconds", "1", "--workers", "1")
    assert row["holds"] and row["automatic"] >= min(LEAST_TRIED, row["automatic_all"])
    few = AuditRow.model_validate({**row, "automatic": 3, "automatic_killed": 3, "automatic_all": 400})
    assert few.shortcomings == ("only 3 of 400 automatic mutants were tried",)


@pytest.mark.parametrize(("plan", "until", "tried"), [
    (AuditPlan(0.0, 1), math.inf, LEAST_TRIED),  # its seconds are over at once
    (AuditPlan(0.0, 1, least=0), math.inf, 0),
    (AuditPlan(600.0, 1), math.inf, 30),
    (AuditPlan(600.0, 1), -math.inf, 0),  # and so are all seconds
])  # fmt: skip
def test_neither_fewer_nor_more_are_tried(plan: AuditPlan, until: float, tried: int) -> None:
    trial = SimpleNamespace(exercise=SimpleNamespace(id="p.99.1"), wrong=lambda build, order: Verdict(by="test_a"))
    profile = [Profile("test_a", True, frozenset({"a"}), 0.1)]
    one = _Exercise(trial, plan, Exceptions(), {}, [], {}, profile, until)  # type: ignore[arg-type]
    pool = [AutomaticMutant(f"place {number}", "number", names=frozenset({"a"})) for number in range(30)]
    figures = _automatic(one, pool)
    assert (figures["automatic"], figures["automatic_all"]) == (tried, 30)


def test_the_seconds_for_all_are_shared_by_exercises() -> None:
    exercises = [
        SimpleNamespace(exercise=[SimpleNamespace(id=f"p.{one}.{n}") for n in range(one)]) for one in (3, 2, 5)
    ]
    first, second, third = (row[1:] for row in commands._in_turn(exercises, frozenset(), 1_000.0))  # type: ignore[arg-type]
    assert (len(first[0]), len(second[0]), len(third[0])) == (3, 2, 5)
    assert [first[1], second[1], third[1]] == pytest.approx([300, 1_000 * 2 / 7, 1_000], rel=0.01)  # nothing was used
    only = list(commands._in_turn(exercises, frozenset({"p.5.1"}), 1_000.0))  # type: ignore[arg-type]
    assert [(ids, round(share)) for _, ids, share in only] == [(["p.5.1"], 1_000)]


def test_what_a_statement_leaves_open_is_not_tried(checkout: Checkout) -> None:
    listed = checkout.project.mutants / NAME / "equivalent.toml"
    rule = '[[free]]\nexercise = "p.99.1"\nmutants = ["{}"]\nreason = "How to come by a factor is left open."\n'
    (before,) = audit(checkout, "--exercise", "p.99.1")
    listed.write_text(rule.format("_factor: *"))
    (after,) = audit(checkout, "--exercise", "p.99.1")
    assert before["free"] == 0 and after["free"] > 2
    assert after["automatic_all"] == before["automatic_all"] - after["free"]
    listed.write_text(rule.format("_factors: *"))
    done = checkout.run("course", "audit", NAME, ok=1)
    assert "'_factors: *' is no mutant (any longer)" in " ".join((done.stdout + done.stderr).split())
