"""A right answer in other clothes: what any statement allows, and no check may mind.

Values stay as they are, and so do models and other objects; only what plain data is made of is another one, or the way
to it is longer. Where a statement rules one out, the chapter's list of exceptions says so (`exceptions`).
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.audit.replies import Convert, converted


def _is_array(value: Any) -> bool:
    return type(value) is np.ndarray and value.dtype.kind in "biufU"


def _read_only(value: Any) -> Any:
    if _is_array(value):
        value = value.copy()
        value.flags.writeable = False
    return value


def _fortran(value: Any) -> Any:
    return np.asfortranarray(value) if _is_array(value) and value.ndim > 1 else value


def _strided(value: Any) -> Any:
    """An array of every other item of a longer one."""
    if not _is_array(value) or value.ndim == 0:
        return value
    longer = np.repeat(value, 2, axis=0)
    return longer[::2]


def _listed(value: Any) -> Any:
    return value.tolist() if _is_array(value) and value.ndim == 1 else value


def _as_array(value: Any) -> Any:
    """A list of numbers as an array."""
    numbers = type(value) is list and bool(value) and all(type(one) in (int, float) for one in value)
    return np.array(value) if numbers and len({type(one) for one in value}) == 1 else value


def _numpy_scalar(value: Any) -> Any:
    types = {float: np.float64, int: np.int64, bool: np.bool_, str: np.str_}
    small = type(value) is not int or abs(value) < 2**62
    return types[type(value)](value) if type(value) in types and small else value


def _python_scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) and value.dtype.kind in "biufU" else value


RESTYLINGS: Mapping[str, Convert] = {
    "read-only arrays": _read_only,
    "arrays in Fortran order": _fortran,
    "arrays with strides": _strided,
    "lists for arrays": _listed,
    "arrays for lists": _as_array,
    "NumPy's scalars": _numpy_scalar,
    "Python's scalars": _python_scalar,
}
RENAMED = "other names of parameters"
SUBCLASS = "subclass"
SLOW = "three times as slow"
HUNGRY = "a GiB more of memory"
STYLES = (*RESTYLINGS, RENAMED, SUBCLASS, SLOW, HUNGRY)
_HUNGER = 2**30  # bytes; a submission may have four times as many (`SandboxSettings.memory_mb`)
_WAIT = 1.0  # seconds at most that a call takes more


def restyled(style: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers in another style; those that it makes no difference to are left out."""
    if style == SUBCLASS:
        return {name: _subclass(one) for name, one in answers.items() if inspect.isclass(one)}
    others = {RENAMED: _renamed, SLOW: _slow, HUNGRY: _hungry}
    make = others.get(style) or functools.partial(_converted, RESTYLINGS[style])
    return {name: make(one) for name, one in answers.items() if inspect.isfunction(one)}


def _subclass(answer: type) -> type:
    return type(answer.__name__, (answer,), {"__doc__": answer.__doc__, "__module__": "__main__"})


def _converted(convert: Convert, answer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(answer)
    def other(*args: Any, **kwargs: Any) -> Any:
        return converted(answer(*args, **kwargs), convert)

    return other


def _slow(answer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(answer)
    def other(*args: Any, **kwargs: Any) -> Any:
        start = time.monotonic()
        found = answer(*args, **kwargs)
        time.sleep(min(2 * (time.monotonic() - start), _WAIT))
        return found

    return other


def _hungry(answer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(answer)
    def other(*args: Any, **kwargs: Any) -> Any:
        held = np.empty(_HUNGER, np.uint8)  # asked for, not written to
        found = answer(*args, **kwargs)
        del held
        return found

    return other


def _renamed(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose parameters have other names, those that stand behind a star aside."""
    parameters = inspect.signature(answer).parameters.values()
    fixed = {one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD and one.default is one.empty}

    def other(*args: Any, **kwargs: Any) -> Any:
        for name in fixed & kwargs.keys():
            raise TypeError(f"{answer.__name__}() got an unexpected keyword argument '{name}'")
        return answer(*args, **kwargs)

    return other
