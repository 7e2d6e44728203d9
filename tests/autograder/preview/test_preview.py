"""`course preview`: a chapter as its students see it, made anew when a file is saved."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.checkout import Checkout, make_checkout
from tests.support.live_command import Running, serving
from tests.support.minichapter import NAME, THEME


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("preview"))


@pytest.fixture(scope="module")
def running(course: Checkout) -> Iterator[Running]:
    with serving(course, "preview", "ch99") as made:
        yield made


def test_the_pages_are_those_of_a_student(running: Running) -> None:
    assert "notebook.html" in running.page("")
    notebook = running.page("notebook.html")
    assert "Write <code>double</code>" in notebook and "np.asarray(values) * factor" not in notebook
    assert not re.findall(r'(?:src|href)="https?://', notebook) and "cdnjs" not in notebook
    right, wrong = running.page("right.html"), running.page("wrong.html")
    assert "8 of 10 points so far" in right and "Everything that was checked works." in right
    assert "Hint:" in wrong and "Hint:" not in right
    assert "You have not begun this exercise." in running.page("empty.html")


def test_what_is_no_page_is_not_given_out(running: Running) -> None:
    for path in ("../../../pyproject.toml", "build/gradebook.db", "nothing.html"):
        assert requests.get(f"{running.url}{path}", timeout=30).status_code == 404
    home, _, _ = running.url.rstrip("/").rpartition("/")
    for path in ("/", "/version", "/notebook.html", "/another/notebook.html"):
        assert requests.get(f"{home}{path}", timeout=30).status_code == 404, "without the token"


def test_when_a_file_is_saved_open_pages_load_again(course: Checkout, running: Running) -> None:
    assert "location.reload()" in running.page("notebook.html")
    before = running.page("version")
    source = course.root / "source" / f"{NAME}.py"
    text = source.read_text()
    time.sleep(1.1)  # so that its time is another one on any file system
    source.write_text(text.replace("# Write `double`.", "# Write `double`, please."))
    running.says("Made in")
    assert running.page("version") != before
    assert "please" in running.page("notebook.html")


def test_a_mistake_is_told_and_the_last_pages_stay(course: Checkout, running: Running) -> None:
    solutions = course.root / "solutions" / NAME / f"{THEME}.py"
    text, version = solutions.read_text(), running.page("version")
    time.sleep(1.1)
    solutions.write_text("def double(:\n")
    running.says(r"\S")
    assert running.page("version") == version and "double" in running.page("notebook.html")
    time.sleep(1.1)
    solutions.write_text(text)
    running.says("Made in")


def test_an_exercise_that_is_not_there_is_named(course: Checkout, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autograder.preview.pages", "ch99", str(tmp_path), "p.99.11"],
        cwd=course.root,
        env={**os.environ, "PYTHONPATH": str(course.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "ch99_mini has no exercise p.99.11." in done.stderr
