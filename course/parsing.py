"""Reads what people have written (TOML, YAML, the environment) as a model, and says what is wrong in it, and where."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from course.errors import AuthorError, CourseError, OperatorError, Problem

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from pydantic_settings import BaseSettings  # not in a student's environment

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", bound="BaseSettings")
Where = tuple[int | str, ...]


def dotted(where: Where) -> str:
    """``course.1.students.2``; what is in a list counts from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in where)


def mistakes(error: ValidationError, place: Callable[[Where], str] = dotted) -> list[str]:
    """Return a line for each mistake: its place, and what is wrong there."""
    return [f"{place(item['loc']) or 'the file'}: {_said(item)}" for item in error.errors()]


def read_toml(path: Path | Traversable, model: type[M], who: type[AuthorError | OperatorError], chapter: str = "") -> M:
    """Return the content of a TOML file as a `model`; see `read`."""
    return read(path, model, who, tomllib.loads, "TOML", chapter=chapter)


def read(
    path: Path | Traversable,
    model: type[M],
    who: type[AuthorError | OperatorError],
    parse: Callable[[str], Any],
    kind: str,
    place: Callable[[Where], str] = dotted,
    chapter: str = "",
) -> M:
    """Return the content of `path` as a `model`.

    Parameters
    ----------
    who : must act where something is wrong: the class of the error that is raised.
    parse : makes plain data of the text; a ValueError of it means that the file is not of that kind.
    kind : of file, for the message: ``TOML``.
    place : words for where in the data a mistake is.
    chapter : whose file it is, for an author.

    Raises
    ------
    AuthorError, OperatorError : it can't be read, or something in it is not right; all mistakes are listed.
    """
    try:
        return model.model_validate(parse(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise _refused(path, who, f"can't be read: {error.strerror}", [], chapter) from error
    except ValidationError as error:  # a ValueError too
        raise _refused(path, who, "has mistakes", mistakes(error, place), chapter) from error
    except ValueError as error:
        raise _refused(path, who, f"is not {kind}: {' '.join(str(error).split())}", [], chapter) from error


def read_settings(settings: type[S], who: type[OperatorError], remedy: str, file: Path | None = None) -> S:
    """Return `settings` as their sources have them: the environment, and a TOML file where they have one.

    Parameters
    ----------
    who : the class of the error that is raised where something is wrong.
    remedy : what to do then, a sentence.
    file : which one that is.

    Raises
    ------
    OperatorError : the file is not TOML, or a value is not what it should be.
    """
    try:
        return settings()
    except ValidationError as error:
        item = error.errors()[0]
        name, *inner = item["loc"] or ("",)
        variable = f"{settings.model_config.get('env_prefix', '')}{name}".upper()
        place = f"{dotted((name, *inner))} in {file} (or {variable})" if file else dotted((variable, *inner))
        raise who(f"{place}: {_said(item)}. {remedy}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise who(f"{file} is not valid TOML: {error}. {remedy}") from error


def _refused(
    path: Path | Traversable, who: type[AuthorError | OperatorError], what: str, lines: Sequence[str], chapter: str
) -> CourseError:
    if issubclass(who, AuthorError):
        problems = lines or [f"the file {what}"]
        return who([Problem(Path(str(path)), 0, problem, chapter) for problem in problems])
    return who(f"{path} {what}:\n" + "\n".join(f"  {line}" for line in lines) if lines else f"{path} {what}.")


def _said(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "there is no such key; is it misspelt?"
    return str(item["msg"]).removeprefix("Value error, ")
