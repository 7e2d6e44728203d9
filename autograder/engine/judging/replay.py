"""Does a submission behave like a known answer? Its requests are put to that answer, and the replies compared."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import scipy.sparse

from autograder.engine.wire import codec
from autograder.engine.wire.proxy import Call, Handle, LocalSession, Student, SubmissionFault, _Link

# What any slip raises, whatever was meant: no mistake in thought is known by them.
SLIPS = frozenset({
    "NameError", "UnboundLocalError", "NotImplementedError", "ImportError", "ModuleNotFoundError", "SyntaxError",
    "IndentationError", "TabError", "KeyboardInterrupt", "SystemExit", "MemoryError", "RecursionError", "TypeError",
    "WireError",
})  # fmt: skip
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
# Of a call that does not fit a function's parameters: no slip, since these are asked for. A class is called otherwise.
_CALLED = re.compile(r"^[\w.<>]+\(\) (?=takes |missing |got )")


class Likeness(IntEnum):
    """How much two replies, or two answers, have in common."""

    NONE = 0
    VALUES = 1  # equal numbers and texts, in a list or an array, say: a check may accept the one and not the other
    EXACT = 2


def behaves_like(
    namespace: Mapping[str, Any], transcript: Sequence[Call], expected: frozenset[int] | None = None
) -> Likeness:
    """Return how much the replies of the answer in `namespace` to the recorded requests are like the recorded ones.

    Stops at the first difference. A transcript with nothing but look-ups behaves like no answer in particular.

    Parameters
    ----------
    expected : numbers of the calls at which an error is right (`raised_alike`): its words don't matter there.
        Elsewhere they do. None: they matter nowhere, which is how right answers are compared.
    """
    if not any(call.do in ("call", "watch") for call in transcript):
        return Likeness.NONE
    found = Likeness.EXACT
    for number, (theirs, ours, alike) in enumerate(_replayed(namespace, transcript)):
        if "error" in theirs or "error" in ours:
            alike = _errors(theirs, ours, any_words=expected is None or number in expected)
        found = min(found, alike)
        if not found:
            break
    return found


def raised_alike(namespace: Mapping[str, Any], transcript: Sequence[Call]) -> frozenset[int]:
    """Return the numbers of the calls at which the submission has raised an error and this answer one of its kind."""
    replies = enumerate(_replayed(namespace, transcript)) if any(map(_raised, transcript)) else ()
    return frozenset(number for number, (theirs, ours, _) in replies if _errors(theirs, ours, any_words=True))


def _raised(call: Call) -> bool:
    return "error" in Student(LocalSession({}))._link.decoded(call.reply)


def _replayed(
    namespace: Mapping[str, Any], transcript: Sequence[Call]
) -> Iterator[tuple[dict[str, Any], dict[str, Any], Likeness]]:
    """Yield for each call the submission's reply, this answer's, and how alike their values are."""
    link = Student(LocalSession(dict(namespace)))._link
    stands_for: dict[int, Any] = {0: Handle(link, 0, "namespace")}
    for call in transcript:
        theirs, ours = link.decoded(call.reply), _asked(link, call, stands_for)
        both = "value" in theirs and "value" in ours
        yield theirs, ours, _same(theirs["value"], ours["value"], stands_for) if both else Likeness.NONE


def _asked(link: _Link, call: Call, stands_for: Mapping[int, Any]) -> dict[str, Any]:
    """Return the reply to a recorded request; nothing where it is about an object which this answer has not returned,
    or where the reply can't be read."""
    before = len(link.transcript)
    try:
        request = codec.decode(call.request, lambda number, _: stands_for[number])
    except codec.WireError:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(SubmissionFault):  # an error is a reply like another
            link.ask(**request)
    found: dict[str, Any] = link.decoded(link.transcript[-1].reply) if len(link.transcript) > before else {}
    return found


def _errors(left: Mapping[str, Any], right: Mapping[str, Any], *, any_words: bool) -> Likeness:
    """Compare two errors. Where they happened may differ; their words may not, unless `any_words`."""
    errors = [reply["error"] for reply in (left, right) if isinstance(reply.get("error"), dict)]
    if len(errors) < 2 or errors[0].get("type") != errors[1].get("type"):
        return Likeness.NONE
    if any_words:
        return Likeness.EXACT
    texts = [_ADDRESS.sub("", str(error.get("text"))) for error in errors]
    words = [_CALLED.sub("", text) for text in texts]
    slipped = errors[0].get("type") in SLIPS and words[0] == texts[0]
    return Likeness.NONE if slipped or words[0] != words[1] else Likeness.EXACT


def _same(left: Any, right: Any, stands_for: dict[int, Any]) -> Likeness:
    """Compare two replies; a pair of handles is noted as one object."""
    if left is right:  # NA, which equals nothing
        return Likeness.EXACT
    if isinstance(left, Handle) and isinstance(right, Handle):
        stands_for[left._number] = right
        return Likeness.EXACT
    if isinstance(left, Handle) or isinstance(right, Handle):
        return Likeness.NONE
    most = _made_alike(left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return _least(left.values(), map(right.get, left), stands_for) if left.keys() == right.keys() else Likeness.NONE
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return min(most, _least(left, right, stands_for)) if len(left) == len(right) else Likeness.NONE
    try:
        if scipy.sparse.issparse(left) and scipy.sparse.issparse(right):
            return min(most, _same_sparse(left, right))
        if np.shape(left) != np.shape(right):  # also keeps a huge sparse matrix from being filled with zeros
            return Likeness.NONE
        return min(most, _equal(np.asarray(_plain(left)), np.asarray(_plain(right)), stands_for))
    except (TypeError, ValueError):
        return Likeness.NONE


def _least(left: Any, right: Any, stands_for: dict[int, Any]) -> Likeness:
    return min((_same(a, b, stands_for) for a, b in zip(left, right, strict=True)), default=Likeness.EXACT)


def _made_alike(left: Any, right: Any) -> Likeness:
    """Compare what a check may look at beside the values: types, and the labels of tables."""
    if type(left) is not type(right):
        return Likeness.VALUES
    if not hasattr(left, "iloc"):
        return Likeness.EXACT if getattr(left, "dtype", None) == getattr(right, "dtype", None) else Likeness.VALUES
    if list(getattr(left, "columns", ())) != list(getattr(right, "columns", ())):
        return Likeness.NONE
    alike = left.index.equals(right.index) and np.array_equal(left.dtypes, right.dtypes)
    return Likeness.EXACT if alike else Likeness.VALUES


def _same_sparse(left: Any, right: Any) -> Likeness:
    if left.shape != right.shape:
        return Likeness.NONE
    difference = (left.astype(complex) - right.astype(complex)).tocoo().data
    return _near(difference, 0, atol=1e-6 * max(1.0, abs(right).max() if right.nnz else 0.0))


def _plain(value: Any) -> Any:
    if str(getattr(value, "dtype", "")).startswith(("torch.bfloat16", "torch.float8")):
        return value.float().numpy()  # numpy has no such type
    for method in ("toarray", "to_numpy", "numpy"):  # sparse, pandas, torch
        if hasattr(value, method):
            return getattr(value, method)()
    return value


def _equal(left: np.ndarray, right: np.ndarray, stands_for: dict[int, Any]) -> Likeness:
    if left.shape != right.shape:
        return Likeness.NONE
    if left.dtype == object and right.dtype == object and left.ndim:
        return _least(left.flat, right.flat, stands_for)
    if left.dtype.kind in "fc" or right.dtype.kind in "fc":
        return _near(left, right, rtol=1e-6, atol=1e-9, equal_nan=True)
    missing = (left != left) & (right != right)  # NaT; NA raises and is compared as an object
    return Likeness.EXACT if np.all((left == right) | missing) else Likeness.NONE


def _near(left: Any, right: Any, **tolerance: Any) -> Likeness:
    return Likeness.EXACT if np.allclose(left, right, **tolerance) else Likeness.NONE
