"""Reads a submitted file as a notebook, or says what it is instead and how it is mended.

A file is bounded before it is looked into: in bytes, then in the parts of its JSON, in cells and in code.
"""

from __future__ import annotations

import codecs
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, reader

from autograder.engine.result import Status
from course.errors import StudentError

MOST_CELLS = 5_000
MOST_CODE = 2_000_000  # characters of all code cells together; pictures within texts are bounded with the file
MOST_PARTS = 1_000_000  # objects and lists in the JSON: each takes a hundred times the memory of its two brackets
_AGAIN = "hand it in again"
_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)


class Unreadable(StudentError):
    """The file is not a notebook we can read; `status` says in which way."""

    def __init__(self, status: Status, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def read_notebook(path: Path, megabytes: int) -> NotebookNode:
    """Read a submitted notebook of at most `megabytes` as nbformat 4, without its outputs.

    Raises
    ------
    Unreadable : it is missing, too large, not JSON, or not a notebook.
    OSError : the grader may not read it.
    """
    if path.is_symlink():
        raise Unreadable(Status.UNREADABLE, f"{path.name} is a link to another file. Hand in the notebook itself.")
    if not path.exists():
        raise Unreadable(Status.MISSING, f"{path.name} was not handed in.")
    size = path.stat().st_size
    if size > megabytes << 20:
        limit = f"{path.name} has {size >> 20} MB; a submission may have {megabytes}."
        raise Unreadable(Status.TOO_LARGE, f"{limit} Clear its outputs and {_AGAIN}.")
    text = _text(path.name, path.read_bytes())
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Status.UNREADABLE, _no_json(path.name, text)) from error
    if not isinstance(content, dict) or not content.keys() & {"cells", "worksheets"}:
        raise Unreadable(Status.UNREADABLE, _no_notebook(path.name, content))
    try:
        _bound(path.name, content)
        return _upgraded(content)
    except (OSError, Unreadable):
        raise
    except Exception as error:  # nbformat's own errors and others: all of them mean the file is broken
        raise Unreadable(Status.UNREADABLE, _broken(path.name)) from error


def refuse_too_many(name: str, cells: int) -> None:
    """Raise `Unreadable` for more cells than a submission may have."""
    if cells > MOST_CELLS:
        limit = f"{name} has {cells:,} cells; a submission may have {MOST_CELLS:,}."
        raise Unreadable(Status.TOO_LARGE, f"{limit} Delete those you don't need and {_AGAIN}.")


def _broken(name: str) -> str:
    return f"{name} can't be read as a notebook. Open it in Jupyter, save it, and {_AGAIN}."


def _text(name: str, data: bytes) -> str:
    """Return the text of a file, a byte-order mark taken away. Raises `Unreadable` for what is no UTF-8."""
    if not data.strip(b"\0 \t\r\n"):
        message = f"{name} can't be read as a notebook: it is empty. Look for your notebook, and hand that in."
        raise Unreadable(Status.UNREADABLE, message)
    if data.startswith(_PACKED):
        message = f"{name} can't be read as a notebook: it is an archive. Unpack it, and hand in the notebook in it."
        raise Unreadable(Status.UNREADABLE, message)
    try:
        if data.startswith(_MARKS) or b"\0" in data[:2]:
            raise ValueError("UTF-16")
        text = data.decode("utf-8-sig").lstrip("\ufeff")
    except ValueError as error:  # `UnicodeDecodeError` is one
        message = (
            f"{name} can't be read as a notebook: its text is not UTF-8. Open it in the editor you saved it with, save "
            f"it as UTF-8, and {_AGAIN}."
        )
        raise Unreadable(Status.UNREADABLE, message) from error
    if text.count("{") + text.count("[") > MOST_PARTS:
        limit = f"{name} has more than {MOST_PARTS:,} parts in its cells and outputs."
        raise Unreadable(Status.TOO_LARGE, f"{limit} Clear its outputs and {_AGAIN}.")
    return text


def _no_json(name: str, text: str) -> str:
    """Say what a file is that is no JSON."""
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        return f"{name} is a web page, not a notebook: download the notebook itself, and hand that in."
    if _CONFLICT.search(text):
        return (
            f"{name} can't be read as a notebook: git has left its marks of a conflict in it (`<<<<<<<`). Choose one "
            f"of the two versions, save it, and {_AGAIN}."
        )
    if not start.startswith("{"):
        return f"{name} is not a notebook, whatever its name says. Save your notebook as .ipynb, and hand that in."
    if not text.rstrip().endswith("}"):
        return (
            f"{name} can't be read as a notebook: it ends in the middle, as after a download that was broken off. Save "
            f"or download it again, and {_AGAIN}."
        )
    return _broken(name)


def _no_notebook(name: str, content: object) -> str:
    if isinstance(content, dict) and content.keys() & {"url", "doc_id", "resource_id"}:
        return f"{name} is only a link to a file in an online drive: download the notebook itself, and hand that in."
    return _broken(name)


def _bound(name: str, content: dict[str, Any]) -> None:
    """Take the outputs away, which nobody reads; refuse more cells or code than a notebook may have."""
    cells = list(_cells(content))
    refuse_too_many(name, len(cells))
    code = 0
    for cell in cells:
        if cell.get("cell_type") == "code":
            cell.update(outputs=[], execution_count=None)
            source = cell.get("source", cell.get("input", ""))
            code += sum(len(line) for line in source) if isinstance(source, list) else len(source)
    if code > MOST_CODE:
        limit = f"{name} has {code:,} characters of code; a submission may have {MOST_CODE:,}."
        raise Unreadable(Status.TOO_LARGE, f"{limit} Take out the data that is pasted into it and {_AGAIN}.")
    metadata = content.get("metadata")
    content["metadata"] = metadata if isinstance(metadata, dict) else {}
    content["metadata"].pop("widgets", None)


def _cells(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for sheet in [content, *content.get("worksheets", ())]:
        for cell in sheet.get("cells", ()):
            if not isinstance(cell, dict):
                raise TypeError("a cell is not an object")
            yield cell


def _upgraded(content: dict[str, Any]) -> NotebookNode:
    """Return what has been read as nbformat 4; it is not validated, since most of it comes from the release anyway."""
    text = _SURROGATE.sub("\ufffd", json.dumps(content, ensure_ascii=False))  # half an emoji can't be sent to a kernel
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notebook: NotebookNode = nbformat.convert(reader.reads(text), 4)
    for cell in notebook.cells:
        if cell.cell_type not in ("code", "markdown", "raw", "heading") or not isinstance(cell.source, str):
            raise ValueError("a cell without type or text")
        if not isinstance(cell.get("metadata", {}), dict):
            raise ValueError("a cell's metadata is not an object")
        cell.setdefault("metadata", NotebookNode())
    return notebook
