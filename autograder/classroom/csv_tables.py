"""Tables that other programs write and read: CSV with a line of headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from course.errors import SetupError


def read(path: Path) -> str:
    """Return the text of a table.

    Raises
    ------
    SetupError : it can't be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is not in UTF-8: save it as “CSV UTF-8” and try again.") from error
    except OSError as error:
        raise SetupError(f"{path} can't be read: {error.strerror}.") from error


def parsed(text: str) -> tuple[list[list[str]], str]:
    """Return the rows of a table, and what stands between its cells: a comma, a semicolon or a tab.

    Raises
    ------
    SetupError : it is no table.
    """
    first = text.split("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), delimiter
    except csv.Error as error:
        raise SetupError(f"This is no table: {error}. Save it as “CSV UTF-8” and try again.") from error


def written(rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    """Return rows as a table."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()
