"""Bundles: what may travel, and that it arrives whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from course.errors import OperatorError, StudentError
from course.exchange import bundle
from course.exchange.bundle import BundledFile, Manifest, Packed, safe_path, unpack
from tests.support.exchange_server import folder_of

UNSAFE = [
    "", "/etc/passwd", "../up", "a/../b", "a//b", "./a", "a/.", "a\\b", "C:/x", "a/b ", "a.", "nul", "a/CON.txt",
    "a\x00b", "a\nb", "x" * 256, "/".join("a" * 20), "tab\there", "‮evil", "q?", "a|b",
]  # fmt: skip


@pytest.mark.parametrize("path", UNSAFE)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        safe_path(path)


@given(st.text(max_size=60))
def test_a_safe_path_stays_below_its_folder(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    try:
        safe_path(path)
    except ValueError:
        return
    home = Path("/somewhere/home")
    assert (home / path).is_relative_to(home)
    assert ".." not in Path(path).parts


@pytest.mark.parametrize("path", ["ch03.ipynb", "data/größe ü.csv", "a-b_c/d.e/f", "名前.txt"])
def test_ordinary_names_travel(path: str) -> None:
    assert safe_path(path) == path


def _entry(path: str, content: bytes = b"x") -> BundledFile:
    return BundledFile(path=path, size=len(content), chunks=(hashlib.sha256(content).hexdigest(),) if content else ())


@pytest.mark.parametrize("paths", [("a", "a"), ("a", "A"), ("a", "a/b"), ("Straße", "STRASSE"), ()])
def test_no_two_files_take_one_place(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        Manifest(files=tuple(_entry(path) for path in paths))


@pytest.mark.parametrize(("size", "count"), [(1, 0), (0, 1), (bundle.CHUNK + 1, 1), (bundle.CHUNK, 2), (-1, 0)])
def test_size_and_chunks_must_agree(size: int, count: int) -> None:
    with pytest.raises(ValidationError):
        BundledFile(path="a", size=size, chunks=("0" * 64,) * count)


def test_a_folder_arrives_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "CHUNK", 1000)
    files = {"ch03.ipynb": b"{}", "data/x.csv": bytes(range(256)) * 10, "empty.txt": b""}
    packed = Packed(folder_of(tmp_path / "sent", files))
    assert {entry.path: len(entry.chunks) for entry in packed.manifest.files} == {
        "ch03.ipynb": 1, "data/x.csv": 3, "empty.txt": 0,
    }  # fmt: skip
    arrived = unpack(packed.manifest, packed.chunk, tmp_path / "got")
    assert {p.relative_to(arrived).as_posix(): p.read_bytes() for p in arrived.rglob("*") if p.is_file()} == files


def test_links_and_rubbish_stay_behind(tmp_path: Path) -> None:
    sent = folder_of(tmp_path / "sent", {"a.ipynb": "1", ".ipynb_checkpoints/a.ipynb": "0", "b.pyc": "0", ".env": "s"})
    (tmp_path / "secret").write_text("secret")
    (sent / "link.txt").symlink_to(tmp_path / "secret")
    (sent / "folder").symlink_to(tmp_path)
    assert [entry.path for entry in Packed(sent).manifest.files] == ["a.ipynb"]


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    one = Packed(folder_of(tmp_path / "one", {"a": "1", "b": "2"})).manifest
    two = Packed(folder_of(tmp_path / "two", {"b": "2", "a": "1"})).manifest
    other = Packed(folder_of(tmp_path / "other", {"a": "2", "b": "1"})).manifest
    assert one.digest == two.digest != other.digest


def test_a_file_that_changes_meanwhile_is_not_sent_half(tmp_path: Path) -> None:
    packed = Packed(folder_of(tmp_path / "sent", {"a.ipynb": "before"}))
    (tmp_path / "sent" / "a.ipynb").write_text("after!")
    with pytest.raises(StudentError, match="has changed"):
        packed.chunk(packed.manifest.chunks[0])


@pytest.mark.parametrize("files", [{}, {".hidden": "x"}])
def test_an_empty_folder_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "sent").mkdir()
    with pytest.raises(StudentError, match="holds no file"):
        Packed(folder_of(tmp_path / "sent", files))


def test_a_name_that_another_system_could_not_keep_is_changed_and_that_is_said(tmp_path: Path) -> None:
    packed = Packed(folder_of(tmp_path / "sent", {"what?.ipynb": "1", "a.csv": "2"}))
    assert [entry.path for entry in packed.manifest.files] == ["what_.ipynb", "a.csv"]
    assert [str(one) for one in packed.left_out] == [
        "what?.ipynb: renamed to what_.ipynb, since not every system takes its name"
    ]


@pytest.mark.parametrize("wrong", [b"y", b"", b"xx"])
def test_what_comes_damaged_leaves_nothing_behind(tmp_path: Path, wrong: bytes) -> None:
    manifest = Manifest(files=(_entry("good", b"good"), _entry("bad", b"x")))
    sent = {hashlib.sha256(b"good").hexdigest(): b"good", hashlib.sha256(b"x").hexdigest(): wrong}
    with pytest.raises(OperatorError, match="came damaged"):
        unpack(manifest, sent.__getitem__, tmp_path / "got")
    assert list(tmp_path.iterdir()) == []


def test_work_that_is_there_is_never_overwritten_unasked(tmp_path: Path) -> None:
    packed = Packed(folder_of(tmp_path / "sent", {"a": "new"}))
    mine = folder_of(tmp_path / "mine", {"a": "my work", "b": "more"})
    with pytest.raises(FileExistsError):
        unpack(packed.manifest, packed.chunk, mine)
    assert (mine / "a").read_text() == "my work"
    unpack(packed.manifest, packed.chunk, mine, replace=True)
    assert sorted(path.name for path in mine.iterdir()) == ["a"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "sent"]
