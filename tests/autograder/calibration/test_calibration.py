"""Thresholds: the file they are kept in, and the limit they follow from."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from autograder.calibration import calibrate
from autograder.calibration.calibrate import CalibrationPlan, refusals, summarise, tolerance_limit
from autograder.engine.judging.checks import Check
from course.authoring.thresholds import Calibration, Rival, calibration_path, dump_calibrations, load_calibrations
from course.errors import AuthorError
from course.project import Project
from tests.support.checkout import ROOT


def row(check: str = "test_a", data: str = "real", **changes: object) -> Calibration:
    rival = Rival(name="by_hand", kind="alternative", runs=4, mean=0.5, worst=0.25)
    fields = {"threshold": 0.9123, "runs": 100, "mean": 0.95, "sd": 0.01, "worst": 0.92, "best": 0.97,
              "false_fail": 0.001, "method": "m", "rivals": (rival,)}  # fmt: skip
    return Calibration.model_validate({"check": check, "data": data, **fields, **changes})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    rows = [row("test_b"), row(), row(data="stand-in", threshold=-3e-7, rivals=()), row("test_inf", best=math.inf),
            row("test_odd", method='"quoted" \\ back\nslash — é 😀'),
            *(row(f"test_{code:02}", method=f"a{chr(code)}b") for code in (*range(32), 127, 0x85, 0x2028))]  # fmt: skip
    path = calibration_path(tmp_path, "ch99")
    path.parent.mkdir()
    path.write_text(dump_calibrations(rows, "ch99"), encoding="utf-8")
    assert load_calibrations(tmp_path, "ch99") == {(one.check, one.data): one for one in rows}


def test_the_file_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    rows = [row("test_b"), row(), row(data="stand-in")]
    assert dump_calibrations(rows, "ch99") == dump_calibrations(rows[::-1], "ch99")


@pytest.mark.parametrize("path", sorted((ROOT / "autograder" / "checks").glob("*/thresholds.toml")), ids=str)
def test_what_is_committed_would_be_written_again(path: Path) -> None:
    rows = load_calibrations(path.parents[1], path.parent.name).values()
    assert dump_calibrations(rows, path.parent.name.split("_")[0]) == path.read_text(encoding="utf-8")


def test_a_chapter_may_have_no_thresholds(tmp_path: Path) -> None:
    assert load_calibrations(tmp_path, "ch99") == {}


GOOD = dump_calibrations([row()], "ch99")


@pytest.mark.parametrize(
    "text",
    [b"[[calibration", b"\xff\xfe\x00", b"calibration = 3", b"calibration = 'text'", b"[calibration]\ncheck = 1",
     b"[[calibrations]]\ncheck = 'a'", GOOD.replace("threshold = 0.9123", "threshold = 'high'").encode(),
     GOOD.replace("sd = ", "sdd = ").encode(), GOOD.replace("threshold = 0.9123\n", "").encode(),
     GOOD.replace("worst = 0.25 }", "worst = 0.25, more = 1 }").encode()],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_a_malformed_file_is_the_authors_to_mend(tmp_path: Path, text: bytes) -> None:
    path = calibration_path(tmp_path, "ch99")
    path.parent.mkdir()
    path.write_bytes(text)
    with pytest.raises(AuthorError) as caught:
        load_calibrations(tmp_path, "ch99")
    assert caught.value.problems[0].path == path and caught.value.problems[0].chapter == "ch99"


# One-sided normal tolerance factors as published (e.g. Hahn & Meeker, table of g'): 95% confidence.
@pytest.mark.parametrize(
    ("content", "n", "factor"),
    [(0.99, 10, 3.981), (0.99, 20, 3.295), (0.99, 100, 2.684), (0.95, 10, 2.911), (0.9, 10, 2.355)],
)
def test_the_limit_has_the_published_factors(
    monkeypatch: pytest.MonkeyPatch, content: float, n: int, factor: float
) -> None:
    monkeypatch.setattr(calibrate, "FALSE_FAIL", 1 - content)
    values = np.random.default_rng(0).normal(5, 2, n)
    assert (values.mean() - tolerance_limit(values)) / values.std(ddof=1) == pytest.approx(factor, abs=6e-4)


def test_the_limit_keeps_its_promise_in_a_simulation() -> None:
    """In 95 of 100 calibrations, at most one right answer in a thousand lies below the limit."""
    rng, lowest = np.random.default_rng(1), -3.0902  # the 0.001 quantile of a standard normal
    kept = np.mean([tolerance_limit(rng.normal(size=40)) <= lowest for _ in range(2000)])
    assert abs(kept - 0.95) < 0.02


def check(bound: str) -> Check:
    return Check("p.99.1", "test_a", "s", lambda student, rng: 0.0, bound=bound)  # type: ignore[arg-type]


FIGURES = {"": np.random.default_rng(2).normal(0.95, 0.01, 50).tolist()}


def test_the_threshold_is_never_stricter_than_the_worst_right_answer() -> None:
    for alternative in ([0.9, 0.9, 0.9], [0.5, 0.9, 0.99]):
        found = summarise(
            check("at_least"), "any", {**FIGURES, "alt": alternative, "bad": [0.1, 0.2]}, {"bad": "mutant"}
        )
        assert found.threshold <= min(alternative) and found.threshold <= found.worst
        assert [(rival.name, rival.kind, rival.worst) for rival in found.rivals] == [
            ("alt", "alternative", min(alternative)),
            ("bad", "mutant", 0.2),
        ]


def test_a_bound_from_above_mirrors_one_from_below() -> None:
    below = summarise(check("at_least"), "any", FIGURES, {})
    above = summarise(check("at_most"), "any", {"": [-value for value in FIGURES[""]]}, {})
    assert above.threshold == -below.threshold and above.worst == -below.worst and above.mean == -below.mean
    assert above.threshold >= above.worst


@given(st.floats(1e-9, 1e9), st.sampled_from(["at_least", "at_most"]))
def test_rounding_makes_no_threshold_stricter_nor_much_more_lenient(scale: float, bound: str) -> None:
    values = np.array([1.0, 1.02, 0.98, 1.01]) * scale
    found = summarise(check(bound), "any", {"": values.tolist()}, {})
    sign = 1 if bound == "at_least" else -1
    exact = sign * min(tolerance_limit(sign * values), (sign * values).min())
    kept = float(dump_calibrations([found], "ch99").split("threshold = ")[1].split()[0])
    assert sign * kept <= sign * exact and abs(kept - exact) <= 1e-3 * abs(exact)


# ---------------------------------------------------------------- naive rules


@pytest.mark.parametrize("bound", ["at_least", "at_most"])
def test_a_bar_that_a_naive_rule_or_mutant_reaches_in_any_run_is_refused(bound: str, tmp_path: Path) -> None:
    sign = 1 if bound == "at_least" else -1
    wrong = {"majority": [0.1, 0.95, 0.1], "last": [0.1, 0.2], "swapped": [0.2, 0.949]}
    figures = {name: [sign * value for value in values] for name, values in {**FIGURES, **wrong}.items()}
    found = summarise(check(bound), "real", figures, {"majority": "naive", "last": "naive", "swapped": "mutant"})
    assert [(one.name, one.kind, one.worst) for one in found.rivals if found.passes(one.worst)] == [
        ("majority", "naive", sign * 0.95),
        ("swapped", "mutant", sign * 0.949),
    ]
    naive, mutant = refusals(Project(tmp_path), "ch99_mini", "p.99.1", found)
    assert naive.path == calibration_path(Project(tmp_path).checks, "ch99_mini") and naive.exercise == "p.99.1"
    assert f"naive rule `majority` reaches {sign * 0.95:.4g} in its best of 3 runs" in naive.message
    assert f"the bar is {found.threshold:.4g}" in naive.message and "test_a (real)" in naive.message
    assert "mutant `swapped`" in mutant.message


def test_a_bar_that_separates_is_not_refused(tmp_path: Path) -> None:
    found = summarise(check("at_least"), "any", {**FIGURES, "majority": [0.1, 0.2]}, {"majority": "naive"})
    assert refusals(Project(tmp_path), "ch99_mini", "p.99.1", found) == []


def test_the_best_naive_rule_and_the_worst_right_answer_are_those_on_average() -> None:
    others = {"a": [0.5, 0.1], "b": [0.4, 0.4], "by_hand": [0.93, 0.95], "in_a_loop": [0.94, 0.96]}
    kinds = {"a": "naive", "b": "naive"}
    above = summarise(check("at_least"), "any", {**FIGURES, **others}, kinds)
    assert above.best_naive and above.worst_alternative
    assert (above.best_naive.name, above.worst_alternative.name) == ("b", "by_hand")
    mirrored = {name: [-value for value in values] for name, values in {**FIGURES, **others}.items()}
    below = summarise(check("at_most"), "any", mirrored, kinds)
    assert below.best_naive and below.worst_alternative
    assert (below.best_naive.name, below.worst_alternative.name) == ("b", "by_hand")
    alone = summarise(check("at_least"), "any", FIGURES, {})
    assert (alone.best_naive, alone.worst_alternative) == (None, None)


def test_where_runs_are_cheap_they_are_counted() -> None:
    values = np.random.default_rng(3).normal(0.95, 0.01, 3_000)
    found = summarise(check("at_least"), "any", {"": values.tolist()}, {})
    assert found.method.startswith("counted: 0 of 3000 runs") and found.runs == 3_000
    assert values.min() - 1e-3 < found.threshold <= values.min()
    # The upper limit of Clopper and Pearson for no failure among so many.
    assert stats.beta.ppf(calibrate.CONFIDENCE, 1, 3_000) <= calibrate.FALSE_FAIL
    assert stats.beta.ppf(calibrate.CONFIDENCE, 1, 2_900) > calibrate.FALSE_FAIL
    poorer = summarise(check("at_least"), "any", {"": values.tolist(), "alt": [0.9, 0.92, 0.91]}, {})
    assert poorer.threshold < 0.9
    few = summarise(check("at_least"), "any", {"": values[:2_900].tolist()}, {})
    assert few.method.startswith("normal tolerance limit")


@pytest.mark.parametrize(
    ("seconds", "workers", "runs"), [(0.01, 1, 3_000), (0.08, 1, 3_000), (0.081, 1, 100), (0.16, 2, 3_000), (9, 8, 100)]
)
def test_the_time_of_one_run_decides_whether_to_count(seconds: float, workers: int, runs: int) -> None:
    assert CalibrationPlan(count_seconds=240).reference_runs(seconds, workers) == runs
    assert CalibrationPlan(reference=5_000).reference_runs(seconds, workers) == 5_000
    assert CalibrationPlan.of(30, 0).reference_runs(seconds, workers) == 30


def test_a_naive_rule_is_run_as_often_as_an_alternative() -> None:
    assert [CalibrationPlan.of(runs, 0).naive for runs in (10, 30, 100)] == [10, 12, 40]
    assert all(one.naive == one.alternative for one in (CalibrationPlan(), CalibrationPlan.of(30, 0)))
