"""What a *Look* cell begins with: the answers it shows, so that it says in one line which of them is not there yet."""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from course.notebook_cells import cell_trouble

# Operations that do something; the others are how Python of some version calls and begins.
_IDLE = ("RESUME", "PRECALL", "CALL", "PUSH_NULL", "CACHE", "NOP", "COPY_FREE_VARS", "MAKE_CELL")


class NotBegun(Exception):
    """A cell shows answers that are not there yet; a notebook shows this one line and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # IPython asks for this


def needs(*names: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Go on only if each of the answers called `names` has been begun; what a begun one does wrong is its own matter.

    Parameters
    ----------
    names : names of answers, which the cell uses.
    namespace : where to look; by default the caller's notebook.

    Raises
    ------
    NotBegun : one of them is a stub, or its cell has not been run, or can't be read by Python.
    """
    scope = sys._getframe(1).f_globals if namespace is None else namespace
    stubs = [stub for name in names if name in scope for stub in stubs_of(name, scope[name])]
    absent = [name for name in names if name not in scope]
    said = [trouble for name in [*absent, *names] if (trouble := cell_trouble(name, mentions=name in absent))][:1]
    if not said and absent:
        said = [f"{', '.join(absent)}: not there yet; run the cell of your answer first, then this one."]
    if not said and stubs:
        said = [f"{', '.join(stubs)}: not begun yet; this cell shows what your answer does once it is there."]
    if said:
        raise NotBegun(said[0])


def stubs_of(name: str, answer: object) -> Iterator[str]:
    """Yield the name of an answer, or of the methods of a class, for which a stub stands still."""
    if answer is ... or (isinstance(answer, dict) and any(value is ... for value in answer.values())):
        yield name
    elif isinstance(answer, type):
        methods = [key for key, member in vars(answer).items() if _is_stub(member)]
        yield from [name] if "__init__" in methods else [f"{name}.{method}" for method in methods]
    elif _is_stub(answer):
        yield name


def _is_stub(member: object) -> bool:
    """Whether a function does nothing but raise `NotImplementedError`, without words: a library's has some."""
    member = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    function = inspect.unwrap(member) if callable(member) else None
    if not isinstance(function, FunctionType):
        return False
    steps = [(step.opname, step.argval) for step in dis.get_instructions(function) if step.opname not in _IDLE]
    return [name for name, _ in steps] == ["LOAD_GLOBAL", "RAISE_VARARGS"] and steps[0][1] == "NotImplementedError"
