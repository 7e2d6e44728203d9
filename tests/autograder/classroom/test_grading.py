"""A class with every trouble a folder of submissions can hold: each one has its status, and the rest is graded."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

FULL = {"p.99.1": 4.0, "p.99.2": 3.0, "p.99.3": 1.0, "p.99.4": None}
HANG = "def double(values):\n    while True:\n        pass\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("class"))
    made.run("course", "release", NAME)
    return made


@pytest.fixture(scope="module")
def rows(checkout: Checkout) -> dict[str, dict[str, Any]]:
    """The whole class, graded once."""
    hand_in_everything(checkout)
    return checkout.grade("--workers", "2", ok=1)


def hand_in_everything(checkout: Checkout) -> None:
    perfect, release = checkout.notebook("source"), checkout.notebook("release")
    checkout.hand_in("perfect", perfect)
    checkout.hand_in("untouched", release)
    checkout.hand_in("missing", None)
    checkout.hand_in("not-json", '{"cells": [')
    checkout.hand_in("not-a-notebook", '{"cells": 5, "metadata": [], "nbformat": 4, "nbformat_minor": 5}')
    checkout.hand_in("too-new", {**perfect, "nbformat": 9})
    checkout.hand_in("renamed", perfect, name="my answers (1).ipynb")
    checkout.hand_in("too-large", {**perfect, "metadata": {"padding": "x" * (3 << 20)}})
    checkout.hand_in(
        "other-chapter", {**perfect, "cells": [cell for cell in perfect["cells"] if "p-99" not in cell["id"]]}
    )
    checkout.hand_in("deleted-tests", {**perfect, "cells": [c for c in perfect["cells"] if "checks" not in c["id"]]})
    checkout.hand_in("duplicated", duplicated(perfect))
    checkout.hand_in("retyped", retyped(perfect))
    checkout.hand_in("tampered", tampered(release))
    checkout.hand_in("syntax-error", checkout.answered(p_99_1_double="def double(:"))
    checkout.hand_in(
        "prints-to-stderr", checkout.answered(p_99_3_CORNERS="import sys\nprint('!', file=sys.stderr)\nCORNERS = 8")
    )
    checkout.hand_in("hangs-in-a-cell", checkout.answered(p_99_1_double="while True: pass"))
    checkout.hand_in(
        "hangs-deaf",
        checkout.answered(p_99_1_double="import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass"),
    )
    checkout.hand_in("exits-in-a-cell", checkout.answered(p_99_3_CORNERS="import os\nos._exit(0)"))
    checkout.hand_in(
        "exits-in-a-call", checkout.answered(p_99_1_double="def double(values):\n    import os\n    os._exit(0)")
    )
    checkout.hand_in("eats-memory", checkout.answered(p_99_1_double="double = np.ones(10**10)"))
    checkout.hand_in("floods", checkout.answered(p_99_3_CORNERS="for _ in range(5000): print('x' * 2000)\nCORNERS = 8"))
    checkout.hand_in("cannot-be-stored", perfect)
    blocked = checkout.project.build / "results" / NAME / "cannot-be-stored"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("a file where a folder has to be")


def duplicated(notebook: dict[str, Any]) -> dict[str, Any]:
    """A wrong answer first, its right duplicate below."""
    cells = []
    for cell in copy.deepcopy(notebook["cells"]):
        if cell["id"] == "p-99-1-double":
            cells.append({**cell, "source": "def double(values):\n    return None"})
        cells.append(cell)
    return {**notebook, "cells": cells}


def retyped(notebook: dict[str, Any]) -> dict[str, Any]:
    cells = copy.deepcopy(notebook["cells"])
    for cell in cells:
        if cell["id"] in ("p-99-1-double", "p-99-1-checks"):
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]
    return {**notebook, "cells": cells}


def tampered(notebook: dict[str, Any]) -> dict[str, Any]:
    """An unanswered notebook whose metadata and test cells say that all is well."""
    cells = copy.deepcopy(notebook["cells"])
    for cell in cells:
        cell["metadata"].setdefault("tags", []).append("skip-execution")
        if "checks" in cell["id"]:
            cell["metadata"]["nbgrader"].update(points=1000, grade=False, locked=False)
            cell["source"] = "1000"
            cell["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1}
            ]
    return {**notebook, "cells": cells}


def scores(row: dict[str, Any]) -> dict[str, float | None]:
    return {exercise["exercise"]: exercise["score"] for exercise in row["exercises"]}


@pytest.mark.parametrize(
    ("student", "status", "lost"),
    [
        ("perfect", "graded", {}),
        ("renamed", "graded", {}),
        ("deleted-tests", "graded", {}),
        ("duplicated", "graded", {}),
        ("retyped", "graded", {}),
        ("prints-to-stderr", "graded", {}),
        ("floods", "graded", {}),
        ("syntax-error", "graded", {"p.99.1": 0.0}),
        ("hangs-in-a-cell", "timed out", {"p.99.1": 0.0}),
        ("exits-in-a-call", "crashed", {"p.99.1": 0.0}),
        ("eats-memory", "out of memory", {"p.99.1": 0.0}),
        ("untouched", "graded", dict.fromkeys(FULL, 0.0)),
        ("tampered", "graded", dict.fromkeys(FULL, 0.0)),
        ("missing", "missing", dict.fromkeys(FULL, 0.0)),
        ("not-json", "unreadable", dict.fromkeys(FULL, 0.0)),
        ("not-a-notebook", "unreadable", dict.fromkeys(FULL, 0.0)),
        ("too-new", "unreadable", dict.fromkeys(FULL, 0.0)),
        ("too-large", "too large", dict.fromkeys(FULL, 0.0)),
        ("other-chapter", "wrong notebook", dict.fromkeys(FULL, 0.0)),
        ("hangs-deaf", "timed out", {"p.99.1": 0.0}),
        ("exits-in-a-cell", "crashed", {"p.99.3": 0.0}),
        ("cannot-be-stored", "not judged", dict.fromkeys(FULL)),
    ],
)
def test_every_hand_in_has_its_status_and_its_points(
    rows: dict[str, dict[str, Any]], student: str, status: str, lost: dict[str, float | None]
) -> None:
    assert rows[student]["status"] == status
    assert scores(rows[student]) == {**FULL, **lost}
    assert rows[student]["max_score"] == 10.0


def test_a_row_per_student(rows: dict[str, dict[str, Any]], checkout: Checkout) -> None:
    assert sorted(rows) == sorted(path.name for path in (checkout.project.build / "submitted").iterdir())


def test_feedback_is_written_for_all_that_were_graded(rows: dict[str, dict[str, Any]], checkout: Checkout) -> None:
    checkout.run("course", "feedback", NAME)
    pages = {path.parent.parent.name for path in (checkout.project.build / "feedback").glob("*/*/*.html")}
    assert pages == set(rows) - {"cannot-be-stored"}
    page = (checkout.project.build / "feedback" / "too-large" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "Clear its outputs" in page


def test_submissions_stay_as_they_were_handed_in(rows: dict[str, dict[str, Any]], checkout: Checkout) -> None:
    folder = checkout.project.build / "submitted"
    assert json.loads((folder / "perfect" / NAME / f"{NAME}.ipynb").read_text()) == checkout.notebook("source")
    assert [path.name for path in (folder / "missing" / NAME).iterdir()] == []


def grades(database: Path) -> dict[tuple[str, str], tuple[float | None, bool]]:
    """Every automatic grade in a gradebook, by student and cell."""
    from nbgrader.api import Gradebook

    found = {}
    with Gradebook(f"sqlite:///{database}") as book:
        for submission in book.assignment_submissions(NAME):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    found[submission.student.id, grade.name] = (grade.auto_score, grade.needs_manual_grade)
    return found


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_stock_nbgrader_gives_the_same_grades(rows: dict[str, dict[str, Any]], checkout: Checkout) -> None:
    """Cell by cell, for every submission that nbgrader can read; results are computed anew."""
    build = checkout.project.build
    ours = grades(build / "gradebook.db")
    shutil.rmtree(build / "results")
    unreadable = ("missing", "not-json", "not-a-notebook", "too-new", "renamed", "other-chapter", "too-large")
    for student in unreadable:
        shutil.move(build / "submitted" / student, build / f"unreadable-{student}")
    try:
        checkout.run("nbgrader", "autograde", NAME, "--force")
    finally:
        for student in unreadable:
            shutil.move(build / f"unreadable-{student}", build / "submitted" / student)
    theirs = grades(build / "gradebook.db")
    kept = {key: value for key, value in ours.items() if key[0] not in (*unreadable, "cannot-be-stored")}
    assert len(kept) == 4 * (len(rows) - len(unreadable) - 1)
    assert {key: theirs[key] for key in kept} == kept
    assert theirs["cannot-be-stored", "p-99-1-checks"] == (4.0, False)  # there is room now


@pytest.fixture
def small_disk(checkout: Checkout) -> Iterator[None]:
    """A disk of 64 kB where results are stored."""
    results = checkout.project.build / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(results)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.strip()}")
    yield
    subprocess.run(["umount", str(results)], check=True)


def test_a_full_disk_is_not_a_zero(checkout: Checkout, small_disk: None, rows: dict[str, dict[str, Any]]) -> None:
    (checkout.project.build / "results" / "padding").write_bytes(b"x" * (56 << 10))
    found = checkout.grade("--student", "perfect", ok=1)
    assert found["perfect"]["status"] == "not judged"
    assert found["perfect"]["score"] is None
