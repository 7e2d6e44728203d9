"""``course calibrate``: what is measured is written, but for a bar that a naive rule reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.authoring.thresholds import calibration_path, load_calibrations
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

CHECKS = '''

@check("p.99.1", at_least=True)
def test_share(student, rng):
    """At least {threshold:.0%} of the values are doubled."""
    values = rng.integers(1, 50, 20)
    return float(np.mean(np.asarray(student.double(values)) == 2 * values)) + rng.normal(0, 0.01)


@check("p.99.1", at_most=True)
def test_noise(student, rng):
    """The figure is at most {threshold:.2f}."""
    student.double(np.ones(3))
    return rng.normal()
'''
MUTANTS = '''

@naive("p.99.1", replaces="double", fails=("test_share", "test_noise"))
def tens(values):
    """You double what is a multiple of ten only."""
    return np.where(np.asarray(values) % 10, values, 2 * np.asarray(values))
'''


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = make_checkout(tmp_path)
    checks = made.project.checks / NAME / "test_numbers.py"
    checks.write_text(checks.read_text() + CHECKS)
    mutants = made.project.mutants / NAME / "numbers.py"
    mutants.write_text(mutants.read_text().replace("alternative, mutant", "alternative, mutant, naive") + MUTANTS)
    return made


def test_a_bar_that_a_naive_rule_reaches_is_refused_and_the_others_are_written(checkout: Checkout) -> None:
    done = checkout.run("course", "calibrate", NAME, "--runs", "10", "--workers", "1", "--count-seconds", "0", ok=1)
    rows = load_calibrations(checkout.project.checks, NAME)
    assert set(rows) == {("test_share", "any")}
    row = rows["test_share", "any"]
    assert row.best_naive is not None and (row.best_naive.name, row.best_naive.runs) == ("tens", 10)
    assert 0.9 < row.threshold < 1
    # `by_product` is an alternative for `halve`, which the check does not ask for: it would only repeat the reference.
    assert [one.name for one in row.rivals if one.kind == "alternative"] == ["by_sum", "by_list"]
    said = " ".join((done.stdout + done.stderr).split())
    assert "test_noise (any): the naive rule `tens` reaches" in said and "in its best of 10 runs" in said
    assert str(calibration_path(checkout.project.checks, NAME)) in said.replace(" ", "")
    checkout.run("course", "calibrate", NAME, "--runs", "20", "--workers", "1", "--wrong-only", "--data", "stand-in")
    (again,) = load_calibrations(checkout.project.checks, NAME).values()
    assert (again.threshold, again.runs, again.rivals) == (row.threshold, row.runs, row.rivals)
    shown = checkout.run("course", "calibrate", NAME, "--show").stdout
    assert "best naive rule" in shown and f"tens {row.best_naive.mean:.4g}" in shown
