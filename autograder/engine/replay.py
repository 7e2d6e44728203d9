"""Does a submission behave like a known answer? Its requests are put to that answer, and the replies compared."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.engine.remote import Exchange, Handle, LocalSession, Student, SubmissionFault


def behaves_like(namespace: Mapping[str, Any], transcript: Sequence[Exchange]) -> bool:
    """Return whether the answer in `namespace` gives the recorded reply to every recorded request.

    Stops at the first difference. A transcript with nothing but look-ups behaves like no answer in particular.
    """
    if not any(exchange.message["do"] in ("call", "watch") for exchange in transcript):
        return False
    link = Student(LocalSession(dict(namespace)))._link
    stands_for: dict[int, Any] = {0: Handle(link, 0, "namespace")}
    for exchange in transcript:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.suppress(SubmissionFault):  # an error is a reply like another
                link.ask(**_translated(exchange.message, stands_for))
        if len(link.transcript) == 0 or not _same(exchange.reply, link.transcript[-1].reply, stands_for):
            return False
    return True


def _translated(value: Any, stands_for: Mapping[int, Any]) -> Any:
    if isinstance(value, Handle):
        return stands_for[value._number]
    if type(value) is dict:
        return {key: _translated(item, stands_for) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_translated(item, stands_for) for item in value)
    return value


def _same(left: Any, right: Any, stands_for: dict[int, Any]) -> bool:
    """Compare two replies; types that hold equal numbers are equal, and a pair of handles is noted as one object."""
    if isinstance(left, Handle) and isinstance(right, Handle):
        stands_for[left._number] = right
        return True
    if isinstance(left, Handle) or isinstance(right, Handle):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        if "type" in left and "text" in left:  # an error: where it happened and how it is worded may differ
            return bool(left["type"] == right.get("type"))
        return left.keys() == right.keys() and all(_same(left[k], right[k], stands_for) for k in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(_same(a, b, stands_for) for a, b in zip(left, right, strict=True))
    return _equal(_plain(left), _plain(right))


def _plain(value: Any) -> Any:
    for method in ("toarray", "to_numpy", "numpy"):  # sparse, pandas, torch
        if hasattr(value, method):
            return getattr(value, method)()
    return value


def _equal(left: Any, right: Any) -> bool:
    try:
        a, b = np.asarray(left), np.asarray(right)
        if a.shape != b.shape:
            return False
        if a.dtype.kind in "fc" or b.dtype.kind in "fc":
            return bool(np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True))
        return bool(np.all(a == b))
    except (TypeError, ValueError):
        return False
