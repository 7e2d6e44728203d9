"""CONTRIBUTING's five steps, followed to the letter: they make a chapter that is checked, released and graded."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from tests.support.checkout import ROOT, make_checkout

PLACES = {
    "syllabus": "course/syllabus.toml",
    "solutions": "solutions/ch98_example/columns.py",
    "source": "source/ch98_example.py",
    "checks": "autograder/checks/ch98_example/test_columns.py",
    "mutants": "autograder/mutants/ch98_example/columns.py",
}


def steps() -> dict[str, str]:
    """The code of each step, by the word after its language."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.findall(r"^ {3}```(?:toml|python) (\w+)\n(.*?)^ {3}```$", text, re.MULTILINE | re.DOTALL)
    return {name: textwrap.dedent(code) for name, code in found}


def test_the_five_steps_make_a_chapter_that_is_graded(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path)
    assert set(steps()) == set(PLACES)
    syllabus = checkout.project.syllabus
    before = syllabus.read_text(encoding="utf-8") + "\n"
    checkout.run("course", "new", "ch98_example", "--theme", "columns", "--title", "An example")
    laid_out = syllabus.read_text(encoding="utf-8")
    for name, code in steps().items():
        path = checkout.root / PLACES[name]
        assert path.is_file(), "`course new` has laid it out"
        path.write_text(before + code if path == syllabus else code, encoding="utf-8")
        assert PLACES[name] in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

    for line in ("[[chapter]]", 'name = "ch98_example"', 'id = "p.98.1"', 'title = "An example"'):
        assert line in laid_out.removeprefix(before)
        assert line in steps()["syllabus"]
    assert json.loads(checkout.run("course", "check", "ch98", "--json").stdout) == []
    checkout.run("course", "release", "ch98")
    build, name = checkout.project.build, "ch98_example"
    for student, kind in (("right", "source"), ("blank", "release")):
        folder = build / "submitted" / student / name
        folder.mkdir(parents=True)
        (folder / f"{name}.ipynb").write_bytes((build / kind / name / f"{name}.ipynb").read_bytes())
    rows = json.loads(checkout.run("course", "grade", "ch98", "--json").stdout)
    assert [(row["student"], row["status"], row["score"]) for row in rows] == [
        ("blank", "graded", 0.0),
        ("right", "graded", 2.0),
    ]
    checkout.run("course", "feedback", "ch98")
    assert (build / "feedback" / "blank" / name / f"{name}.html").exists()
