"""The same class graded again and again: every score, outcome and sentence has to come out the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.lab import Lab
from benchmarks.measured_chapter import NAME
from benchmarks.row import BenchmarkRow, row


def identical(lab: Lab) -> Iterator[BenchmarkRow]:
    """Grade a class many times, and with other numbers of workers, and compare all with the first time."""
    lab.checkout.hand_in(lab.sizes.few)
    lab.checkout.forget()
    runs = [*[2] * lab.sizes.gradings, *lab.sizes.workers]
    results = [_results(lab, workers) for workers in runs]
    others = [number for number, result in enumerate(results) if result != results[0]]
    said = "; ".join(_difference(number, results[0], results[number]) for number in others[:3])
    yield row(
        "identical gradings",
        "gradings",
        [len(results) - len(others)],
        [],
        f"all of {len(runs)}: {lab.sizes.gradings} with 2 workers, then {', '.join(map(str, lab.sizes.workers))}",
        holds=not others and all(results[0].values()),
        detail=said or f"{len(results[0])} submissions, every score, outcome and sentence",
    )


def _results(lab: Lab, workers: int) -> dict[str, Any]:
    lab.checkout.grade("--fresh", "--workers", str(workers))
    found: dict[str, Any] = json.loads(lab.checkout.run("benchmarks.results", NAME).output)
    return found


def _difference(number: int, first: dict[str, Any], other: dict[str, Any]) -> str:
    students = sorted(student for student in first.keys() | other.keys() if first.get(student) != other.get(student))
    return f"grading {number + 1} differs for {', '.join(students)}"
