"""Does a submission behave like a known answer? Its requests are put to that answer, and the replies compared."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse

from autograder.engine.wire import codec
from autograder.engine.wire.proxy import Call, Handle, LocalSession, Student, SubmissionFault, _Link


def behaves_like(namespace: Mapping[str, Any], transcript: Sequence[Call]) -> bool:
    """Return whether the answer in `namespace` gives the recorded reply to every recorded request.

    Stops at the first difference. A transcript with nothing but look-ups behaves like no answer in particular.
    """
    if not any(call.do in ("call", "watch") for call in transcript):
        return False
    link = Student(LocalSession(dict(namespace)))._link
    stands_for: dict[int, Any] = {0: Handle(link, 0, "namespace")}
    return all(_agrees(link, call, stands_for) for call in transcript)


def _agrees(link: _Link, call: Call, stands_for: dict[int, Any]) -> bool:
    before = len(link.transcript)
    try:
        request = codec.decode(call.request, lambda number, _: stands_for[number])
    except codec.WireError:  # it is about an object which this answer has not returned
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(SubmissionFault):  # an error is a reply like another
            link.ask(**request)
    if len(link.transcript) == before:
        return False
    theirs, ours = link.decoded(call.reply), link.decoded(link.transcript[-1].reply)
    if "error" in theirs or "error" in ours:
        return _same_error(theirs, ours)
    return _same(theirs["value"], ours["value"], stands_for)


def _same_error(left: Any, right: Any) -> bool:
    """Compare the kinds of two errors; where they happened and how they are worded may differ."""
    kinds = [reply["error"].get("type") if isinstance(reply.get("error"), dict) else None for reply in (left, right)]
    return isinstance(kinds[0], str) and kinds[0] == kinds[1]


def _same(left: Any, right: Any, stands_for: dict[int, Any]) -> bool:
    """Compare two replies; types that hold equal numbers are equal, and a pair of handles is noted as one object."""
    if left is right:  # NA, which equals nothing
        return True
    if isinstance(left, Handle) and isinstance(right, Handle):
        stands_for[left._number] = right
        return True
    if isinstance(left, Handle) or isinstance(right, Handle):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[k], right[k], stands_for) for k in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(_same(a, b, stands_for) for a, b in zip(left, right, strict=True))
    try:
        if scipy.sparse.issparse(left) and scipy.sparse.issparse(right):
            return _same_sparse(left, right)
        if np.shape(left) != np.shape(right):  # also keeps a huge sparse matrix from being filled with zeros
            return False
        return _equal(np.asarray(_plain(left)), np.asarray(_plain(right)), stands_for)
    except (TypeError, ValueError):
        return False


def _same_sparse(left: Any, right: Any) -> bool:
    if left.shape != right.shape:
        return False
    difference = (left.astype(complex) - right.astype(complex)).tocoo().data
    return bool(np.allclose(difference, 0, atol=1e-6 * max(1.0, abs(right).max() if right.nnz else 0.0)))


def _plain(value: Any) -> Any:
    if str(getattr(value, "dtype", "")).startswith(("torch.bfloat16", "torch.float8")):
        return value.float().numpy()  # numpy has no such type
    for method in ("toarray", "to_numpy", "numpy"):  # sparse, pandas, torch
        if hasattr(value, method):
            return getattr(value, method)()
    return value


def _equal(left: np.ndarray, right: np.ndarray, stands_for: dict[int, Any]) -> bool:
    if left.shape != right.shape:
        return False
    if left.dtype == object and right.dtype == object and left.ndim:
        return all(_same(a, b, stands_for) for a, b in zip(left.flat, right.flat, strict=True))
    if left.dtype.kind in "fc" or right.dtype.kind in "fc":
        return bool(np.allclose(left, right, rtol=1e-6, atol=1e-9, equal_nan=True))
    missing = (left != left) & (right != right)  # NaT; NA raises and is compared as an object
    return bool(np.all((left == right) | missing))
