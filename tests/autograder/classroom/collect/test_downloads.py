"""Folders to collect: `cases_collect/folders.toml` says what lies there and what has to become of it."""

from __future__ import annotations

import io
import json
import os
import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from nbgrader.exchange.default import ExchangeCollect
from traitlets.config import Config

from autograder.classroom.collect.downloads import collect_downloads, collect_folder
from autograder.classroom.collect.student_names import read_pattern, read_roster
from autograder.classroom.collect.zips import Unpackable, unzip
from course.errors import OperatorError, SetupError
from course.nbgrader_plugins import config
from course.nbgrader_plugins.collect import collect_exchange
from course.nbgrader_plugins.gradebook import alembic_in_process
from course.project import Project
from course.student_ids import student_id
from course.syllabus import Chapter, load_syllabus
from tests.support.minichapter import NAME, make_project

CASES: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "folders.toml").read_text(encoding="utf-8"))
OTHER = '\n[[chapter]]\nname = "ch98_other"\ntitle = "Another"\n'
START = 1_770_000_000


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "checkout")
    project.syllabus.write_text(project.syllabus.read_text(encoding="utf-8") + OTHER, encoding="utf-8")
    return project


def chapter_of(project: Project) -> Chapter:
    return load_syllabus(project.syllabus).find(NAME)


def notebook(mark: str, chapter: str = NAME) -> str:
    """A notebook that can be told from others."""
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": mark}]
    return json.dumps(
        {"cells": cells, "metadata": {"course": {"chapter": chapter}}, "nbformat": 4, "nbformat_minor": 5}
    )


def content(name: str, kind: str) -> bytes:
    if kind == "other":
        return notebook(name, "ch98_other").encode()
    if kind.startswith("zip: "):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for member in kind.removeprefix("zip: ").split(", "):
                archive.writestr(zipfile.ZipInfo(member, (2026, 3, 1, 12, 0, 0)), notebook(name))
        return packed.getvalue()
    return {"empty": b"", "damaged": b"PK\x03\x04 no archive"}.get(kind, notebook(name).encode())


def laid_out(folder: Path, case: dict[str, Any]) -> Path:
    folder.mkdir()
    for number, row in enumerate(case["files"]):
        name, _, kind = row.partition(" = ")
        path = folder / name
        if kind == "folder":
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(name, kind))
        moment = START + (0 if case.get("same_time") else 60 * number)
        os.utime(path, (moment, moment))
    if "metadata" in case:
        (folder / "submission_metadata.yml").write_text(case["metadata"], encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", CASES)
def test_a_folder_of_hand_ins_is_understood(project: Project, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    folder, roster = laid_out(tmp_path / "downloads", case), tmp_path / "roster.csv"
    roster.write_text(case.get("roster", ""), encoding="utf-8-sig")
    collected = collect_downloads(
        project,
        chapter_of(project),
        folder,
        pattern=read_pattern(case["pattern"]) if "pattern" in case else None,
        roster=read_roster(roster) if "roster" in case else None,
    )
    there = {path.name: path / NAME for path in (project.build / "submitted").iterdir()}
    found = {
        student: json.loads((home / f"{NAME}.ipynb").read_text())["cells"][0]["source"]
        for student, home in there.items()
    }
    assert found == case["taken"]
    assert sorted(collected.students) == sorted(case["taken"])
    for student, home in there.items():
        files = sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
        assert files == sorted([f"{NAME}.ipynb", *case.get("beside", {}).get(student, [])])
    told = [str(one) for one in collected.left_out]
    expected = case.get("told", [])
    assert len(told) == len(expected), told
    assert all(any(piece in line for line in told) for piece in expected), told
    assert all(line.isprintable() for line in told)
    assert collected.trouble == case.get("trouble", False)


def test_what_was_collected_is_replaced_as_a_whole(project: Project, tmp_path: Path) -> None:
    """A file that was a folder last time, a helper that is gone, and what is there by a name that a folder has."""
    home = project.build / "submitted" / "ada" / NAME
    for files in (["ada/ch99_mini.ipynb", "ada/data/x.csv"], ["ada/ch99_mini.ipynb", "ada/data"], ["ada.ipynb"]):
        folder = laid_out(tmp_path / f"d{len(list(tmp_path.iterdir()))}", {"files": files})
        assert collect_folder(project, chapter_of(project), folder) == ["ada"]
        beside = [name.removeprefix("ada/") for name in files[1:]]
        found = sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
        assert found == sorted([f"{NAME}.ipynb", *beside])
        assert [path.name for path in home.parent.iterdir()] == [NAME], "no draft is left"


def test_one_that_can_not_be_copied_stops_nobody(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = laid_out(tmp_path / "downloads", {"files": ["ada.ipynb", "ben.ipynb", "cleo.ipynb"]})
    before = project.build / "submitted" / "ben" / NAME
    before.mkdir(parents=True)
    (before / f"{NAME}.ipynb").write_text("what was collected before")
    copy = shutil.copyfile

    def broken(source: Path, target: Path) -> object:
        if source.name == "ben.ipynb":
            raise OSError(5, "Input/output error")
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", broken)
    with pytest.raises(OperatorError, match="ben: can't be collected: Input/output error"):
        collect_folder(project, chapter_of(project), folder)
    assert sorted(path.name for path in (project.build / "submitted").iterdir()) == ["ada", "ben", "cleo"]
    assert (before / f"{NAME}.ipynb").read_text() == "what was collected before"
    assert list((project.build / "submitted" / "cleo").iterdir()) != []


def test_links_and_what_is_no_file_are_not_followed(project: Project, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ipynb"
    secret.write_text(notebook("secret"))
    folder = laid_out(tmp_path / "downloads", {"files": ["ada.ipynb", "ben/notes.txt"]})
    (folder / "eve.ipynb").symlink_to(secret)
    (folder / "ben" / "ch99_mini.ipynb").symlink_to(secret)
    os.mkfifo(folder / "fay.ipynb")
    found = collect_downloads(project, chapter_of(project), folder)
    assert found.students == ["ada"] and found.trouble
    told = "\n".join(map(str, found.left_out))
    for piece in ("eve.ipynb: a link", "ben/ch99_mini.ipynb: a link", "fay.ipynb: no ordinary file", "ben: nothing"):
        assert piece in told


def test_a_whole_archive_can_be_named(project: Project, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    archive.write_bytes(content("x", "zip: ada.ipynb, __MACOSX/._ada.ipynb, ben/ch99_mini.ipynb"))
    assert collect_folder(project, chapter_of(project), archive) == ["ada", "ben"]


def test_an_archive_writes_nothing_elsewhere_and_not_more_than_is_taken(tmp_path: Path) -> None:
    def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
        return path

    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = 0o120777 << 16
    left = unzip(
        packed(("../up.ipynb", b"1"), ("/etc/up.ipynb", b"2"), (link, b"/etc/passwd"), ("a/b", b"3")), tmp_path / "one"
    )
    assert len(left) == 3 and [path.name for path in (tmp_path / "one").rglob("*")] == ["a", "b"]
    with pytest.raises(Unpackable, match="unpacks to more"):
        unzip(packed(("zeros", bytes(10**6))), tmp_path / "two", most_bytes=10**5)
    with pytest.raises(Unpackable, match="more than 3 files"):
        unzip(packed(*((f"{n}", b"") for n in range(4))), tmp_path / "three", most_files=3)
    with pytest.raises(Unpackable, match="name of a folder"):
        unzip(packed(("a", b""), ("a/b", b"")), tmp_path / "four")


@pytest.mark.parametrize(
    ("text", "why"),
    [("{name}", "knows {student}"), ("[", "does not say where"), ("(?P<student>", "can't be understood")],
)
def test_a_form_that_makes_no_sense_is_refused(text: str, why: str) -> None:
    with pytest.raises(SetupError, match=why):
        read_pattern(text)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "names no student"),
        (b"student\n", "names no student"),
        (b"student\nada b\n", "line 2: 'ada b' can't be"),
        (b"student\nJos\xe9\n", "save it as"),
    ],
)
def test_a_class_list_that_can_not_be_used_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(SetupError, match=why):
        read_roster(path)


@pytest.mark.parametrize(
    ("text", "student"),
    [
        ("ada", "ada"), ("_x", "_x"), ("a__b", "a_b"), ("O'Brien, Pat", "O_Brien_Pat"), ("a\u200db", "ab"), ("", ""),
        ("..", ""), ("a/b", "a_b"), ("%2e%2e%2fetc", "etc"), ("con", ""),
        ("a\u202e", ""), ("\udcff", ""), ("x" * 200, ""),
        ("\u0301a", ""), ("a\tb", ""), ("a@b.org", "a@b.org"),
    ],
)  # fmt: skip
def test_an_id_is_a_folders_name_on_any_system(text: str, student: str) -> None:
    assert student_id(text) == student


def test_nbgraders_own_exchange_brings_what_it_can(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder called like the time, from an earlier collection, and a hand-in that can't be copied."""
    inbound = tmp_path / "exchange" / "ml" / "inbound"
    for number, student in enumerate(("ada", "ben", "cleo")):
        home = inbound / f"{student}+{NAME}+2026-03-01 12:00:0{number}.000000 UTC"
        home.mkdir(parents=True)
        (home / f"{NAME}.ipynb").write_text(notebook(student))
        (home / "timestamp.txt").write_text("2026-03-01 12:00:00.000000 UTC")
    configured = config.configure

    def here(config: Config, project: Project) -> Config:
        config.Exchange.root = str(tmp_path / "exchange")
        config.CourseDirectory.course_id = "ml"
        return configured(config, project)

    monkeypatch.setattr(config, "configure", here)
    (project.build / "submitted" / "ada" / NAME / "timestamp.txt").mkdir(parents=True)
    with alembic_in_process():
        assert collect_exchange(project, chapter_of(project)) == ["ada", "ben", "cleo"]
    shutil.rmtree(project.build / "submitted")
    real = ExchangeCollect.do_copy

    def broken(self: ExchangeCollect, source: str, target: str) -> None:
        if "/ada+" in source:
            raise OSError(5, "Input/output error")
        real(self, source, target)

    monkeypatch.setattr(ExchangeCollect, "do_copy", broken)
    with pytest.raises(OperatorError, match=r"of ada: .*Input/output error.*The others are collected"):
        collect_exchange(project, chapter_of(project))
    found = sorted(path.parent.parent.name for path in (project.build / "submitted").glob(f"*/{NAME}/{NAME}.ipynb"))
    assert found == ["ben", "cleo"]
