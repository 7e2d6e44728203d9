"""Bars in a statement: figures of the calibration file, filled in by the builder and asked for by ``course check``."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from course.authoring.bars import bar_as_text, filled, stated_bars
from course.authoring.build import build
from course.authoring.lint import problems
from course.authoring.script import Cell, CellKind, Findings
from course.authoring.thresholds import Calibration, Rival, calibration_path, dump_calibrations
from course.errors import AuthorError
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter
from tests.support.minichapter import NAME


def row(data: str = "real", threshold: float = 0.87654, check: str = "test_doubles", naive: float = 0.8) -> Calibration:
    worst, best = (0.9, 0.99) if threshold < 1 else (99.0, 90.0)
    rivals = [
        Rival(name="majority", kind="naive", runs=4, mean=naive, worst=naive),
        Rival(name="last_value", kind="naive", runs=4, mean=0.4321, worst=0.5),
        Rival(name="swapped", kind="mutant", runs=4, mean=0.1, worst=0.1),
    ]
    return Calibration(check=check, data=data, threshold=threshold, runs=9, mean=0.95, sd=0.1, worst=worst, best=best,
                       false_fail=0.001, method="m", rivals=tuple(rivals))  # fmt: skip


def rows(*made: Calibration) -> dict[tuple[str, str], Calibration]:
    return {(one.check, one.data): one for one in made}


def shown(text: str, *made: Calibration, kind: CellKind = "markdown") -> str:
    findings = Findings(NAME)
    found = filled(Cell(kind, text, 7, 8), rows(*made), Path("s.py"), findings)
    assert not findings.problems
    return found


def complaints(text: str, *made: Calibration) -> list[tuple[int, str]]:
    findings = Findings(NAME)
    assert filled(Cell("markdown", text, 7, 8), rows(*made), Path("s.py"), findings) == text
    return [(problem.line, problem.message) for problem in findings.problems]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("at least {bar:test_doubles}", "at least 87.7%"),
        ("{bar:test_doubles:.0%} and {bar:test_doubles:.3f}", "88% and 0.877"),
        ("{naive:test_doubles}, {naive:test_doubles/last_value:.0%}", "80.0%, 43%"),
        ("{naive:test_doubles/majority:.2f}", "0.80"),
        (r"$\\{x : x_{i}\\}$, {1: 2}, {threshold}, f\"{bar}\"", r"$\\{x : x_{i}\\}$, {1: 2}, {threshold}, f\"{bar}\""),
    ],
)
def test_figures_stand_where_their_names_stood(text: str, wanted: str) -> None:
    assert shown(text, row()) == wanted


def test_the_figure_on_real_data_is_shown_where_there_is_one() -> None:
    stand_in = row("stand-in", 0.5)
    assert shown("{bar:test_doubles}", stand_in, row()) == "87.7%"
    assert shown("{bar:test_doubles}", stand_in, row("any", 0.6)) == "60.0%"
    assert shown("{bar:test_doubles}", stand_in) == "50.0%"


@pytest.mark.parametrize(
    ("threshold", "spec", "at_least", "wanted"),
    [(0.7651, ".0%", True, "77%"), (0.7651, ".0%", False, "76%"), (0.0123, "+.1%", True, "+1.3%"), (0.5, ".1%", True,
     "50.0%"), (57760.4, ",.0f", False, "57,760"), (-0.0123, ".1%", True, "-1.2%"), (0.7, "", True, "0.7")],
)  # fmt: skip
def test_who_reaches_the_bar_that_is_written_has_passed(
    threshold: float, spec: str, at_least: bool, wanted: str
) -> None:
    assert bar_as_text(threshold, spec, at_least) == wanted


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{bar:test_double}", 0, "Did you mean 'test_doubles'?"),
        ("one\ntwo {naive:test_nothing}", 1, "thresholds.toml has no check of this name"),
        ("{naive:test_doubles/majorty}", 0, "no naive rule is called majorty. Did you mean 'majority'?"),
        ("{naive:test_doubles/swapped}", 0, "no naive rule is called swapped"),
        ("{bar:test_doubles/majority}", 0, "only {naive:…} takes a rule"),
        ("{bar:test_doubles:.1q}", 0, "{bar:test_doubles:.1q}: "),
        ("{bar:}", 0, "has no check of this name"),
    ],
)
def test_what_can_not_be_filled_in_is_named(text: str, line: int, message: str) -> None:
    ((at, said),) = complaints(text, row())
    assert at == 8 + line and message in said


def test_a_check_without_a_naive_rule_is_named() -> None:
    bare = row().model_copy(update={"rivals": ()})
    ((_, said),) = complaints("{naive:test_doubles}", bare)
    assert "mark one with @naive" in said


def test_code_is_left_alone() -> None:
    assert shown("f'{bar:test_doubles}'", row(), kind="demo") == "f'{bar:test_doubles}'"


def test_a_statement_is_the_prose_up_to_the_exercises_last_cell() -> None:
    def prose(text: str) -> Cell:
        return Cell("markdown", text, 1, 2)

    def asked(exercise: str) -> Cell:
        return Cell("exercise", "", 1, 2, exercise)

    demo = Cell("demo", "{bar:d}", 1, 2)
    cells = [prose("{bar:a} {naive:b}"), asked("p.1"), demo, prose("{bar:c:.0%}"), asked("p.1"),
             prose("{bar}"), asked("p.2"), prose("{bar:e}")]  # fmt: skip
    assert stated_bars(cells) == {"p.1": {"a", "c"}, "p.2": set()}


# ---------------------------------------------------------------- in a chapter


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The miniature chapter with a bounded check, whose bar its statement names."""
    project = minichapter.make_project(tmp_path)
    edit(
        project.checks / NAME / "test_numbers.py",
        '@check("p.99.1", core=True)',
        '@check("p.99.1", core=True, at_least=True)',
    )
    calibrate(project, row("any"))
    edit(project.source / f"{NAME}.py", "# ## Twice as much", "# ## Twice as much\n#\n# At least {bar:test_doubles}.")
    return project


def calibrate(project: Project, *made: Calibration) -> None:
    path = calibration_path(project.checks, NAME)
    path.write_text(dump_calibrations(made, "ch99"), encoding="utf-8")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def cells(project: Project) -> dict[str, str]:
    path = build(project, load_syllabus(project.syllabus).find("ch99"))
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def problems_of(project: Project) -> list[str]:
    chapter = load_syllabus(project.syllabus).find("ch99")
    return [str(one).replace(f"{project.root}/", "") for one in problems(project, chapter)]


def test_the_builder_fills_in_and_another_figure_changes_no_id(project: Project) -> None:
    assert problems_of(project) == []
    before = cells(project)
    assert any(text.startswith("## Twice as much\n") and "\n\nAt least 87.7%." in text for text in before.values())
    calibrate(project, row("any", 0.9))
    after = cells(project)
    assert any(text.startswith("## Twice as much\n") and "\n\nAt least 90.0%." in text for text in after.values())
    assert before.keys() == after.keys()


def test_an_unknown_check_stops_the_build_and_names_the_line(project: Project) -> None:
    source = project.source / f"{NAME}.py"
    edit(source, "{bar:test_doubles}", "{bar:test_dubles}")
    number = next(n for n, line in enumerate(source.read_text().split("\n"), 1) if "test_dubles" in line)
    with pytest.raises(AuthorError) as caught:
        cells(project)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == (source, number) and "Did you mean 'test_doubles'?" in problem.message


@pytest.mark.parametrize("elsewhere", ["", "# %% [markdown]\n# At least {bar:test_doubles}.\n\n"])
def test_a_statement_that_names_no_bar_is_refused(project: Project, elsewhere: str) -> None:
    source = project.source / f"{NAME}.py"
    edit(source, "#\n# At least {bar:test_doubles}.", "#")
    edit(source, "# %% [markdown]\n# ## A scaler", f"{elsewhere}# %% [markdown]\n# ## A scaler")
    (problem,) = problems_of(project)
    assert problem.startswith("autograder/checks/ch99_mini/test_numbers.py:")
    assert "the statement of p.99.1 does not name the bar of test_doubles: write {bar:test_doubles}" in problem


def test_a_malformed_calibration_file_is_the_authors_to_mend(project: Project) -> None:
    path = calibration_path(project.checks, NAME)
    path.write_text("[[calibration", encoding="utf-8")
    with pytest.raises(AuthorError) as caught:
        cells(project)
    assert caught.value.problems[0].path == path
