"""Reads a file that an operator has written, and says what is wrong in it, with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from course.errors import SetupError

M = TypeVar("M", bound=BaseModel)
_Where = tuple[int | str, ...]


def read(path: Path, model: type[M], parse: Callable[[str], Any], kind: str, place: Callable[[_Where], str]) -> M:
    """Return the content of `path` as a `model`.

    Parameters
    ----------
    parse : makes plain data of the text; a ValueError of it means that the file is not of that kind.
    kind : of file, for the message: ``TOML``.
    place : words for where in the data a mistake is.

    Raises
    ------
    SetupError : it can't be read, or something in it is not right.
    """
    try:
        return model.model_validate(parse(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SetupError(f"{path} can't be read: {error.strerror}.") from error
    except ValidationError as error:  # a ValueError too
        lines = "\n".join(f"  {place(item['loc']) or 'the file'}: {_said(item)}" for item in error.errors())
        raise SetupError(f"{path} has mistakes:\n{lines}") from error
    except ValueError as error:
        raise SetupError(f"{path} is not {kind}: {' '.join(str(error).split())}.") from error


def dotted(where: _Where) -> str:
    """``course.1.students.2``; what is in a list counts from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in where)


def _said(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "there is no such key; is it misspelt?"
    return str(item["msg"]).removeprefix("Value error, ")
