"""Right answers in other clothes: the values stay as they are."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from autograder.audit.restyle import HUNGRY, RENAMED, RESTYLINGS, SLOW, SUBCLASS, restyled

TABLE = np.arange(6.0).reshape(2, 3)


def answer(values: Any, scale: float = 1.0) -> dict[str, Any]:
    """Everything that a reply is made of."""
    return {"table": TABLE * scale, "row": [np.array([1, 2]), 0.5, (3, "text", True)], "list": [1, 2], "model": object}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


@pytest.mark.parametrize("style", RESTYLINGS)
def test_values_are_the_same(style: str) -> None:
    found = restyled(style, {"answer": answer})["answer"](None)
    assert _plain(found) == _plain(answer(None))
    assert found["model"] is object


def test_what_each_style_does() -> None:
    def of(style: str) -> dict[str, Any]:
        made: dict[str, Any] = restyled(style, {"answer": answer})["answer"](None)
        return made

    assert not of("read-only arrays")["table"].flags.writeable
    assert of("arrays in Fortran order")["table"].flags.f_contiguous
    assert not of("arrays with strides")["table"].flags.contiguous
    assert of("lists for arrays")["row"][0] == [1, 2] and isinstance(of("lists for arrays")["table"], np.ndarray)
    assert isinstance(of("arrays for lists")["list"], np.ndarray)
    scalars = of("NumPy's scalars")["row"]
    assert [type(one) for one in (scalars[1], *scalars[2])] == [np.float64, np.int64, np.str_, np.bool_]


def test_a_parameter_of_another_name_is_not_given_by_the_old_one() -> None:
    made = restyled(RENAMED, {"answer": answer, "number": 3})
    assert list(made) == ["answer"]
    assert made["answer"](None, scale=2.0)["table"].max() == 10.0  # what has a default may be given by its name
    with pytest.raises(TypeError, match="unexpected keyword argument 'values'"):
        made["answer"](values=None)


def test_classes_are_inherited_from() -> None:
    class Scaler:
        """A scaler."""

    (made,) = restyled(SUBCLASS, {"Scaler": Scaler, "answer": answer}).values()
    assert issubclass(made, Scaler) and made is not Scaler and made.__name__ == "Scaler"


def test_who_takes_longer_or_needs_more_is_as_right() -> None:
    def half(value: float) -> float:
        time.sleep(0.05)
        held.append(tracemalloc.get_traced_memory()[0])
        return value / 2

    held: list[int] = []
    tracemalloc.start()
    try:
        start = time.monotonic()
        assert restyled(SLOW, {"half": half})["half"](6.0) == 3.0
        assert time.monotonic() - start >= 0.15
        assert restyled(HUNGRY, {"half": half})["half"](value=6.0) == 3.0
        assert held[1] - held[0] > 2**29 and tracemalloc.get_traced_memory()[0] < 2**29
    finally:
        tracemalloc.stop()
