"""Closed questions: two ways to ask, neither of which can be guessed with profit.

`agrees` compares a small function with an oracle on many random cases, and so does `ask_all`, where misconceptions
begin with the same mistake; `chosen` judges a choice of words. A choice alone could be guessed: let it stand beside an
`agrees`, which is the exercise's ``core`` check.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograder.engine.wire.proxy import BadReply, Handle, StudentRaised

FEWEST_CASES = 8


def agrees(
    ask: Callable[..., Any], oracle: Callable[..., Any], cases: Iterable[Sequence[Any]], *, rtol: float = 1e-6
) -> None:
    """Assert that `ask` gives what `oracle` gives on every case.

    Parameters
    ----------
    ask : the submission's function, e.g. ``student.n_parameters``.
    oracle : ours, independent of the reference where that is possible.
    cases : the arguments of each call; at least `FEWEST_CASES`, whose right answers are not all the same.
    rtol : relative tolerance of numbers that are not whole; whole numbers, truth values and text must be equal.

    Raises
    ------
    AssertionError : an answer differs; the message (for `pytest autograder`) names the first case that does.
    ValueError : the cases are too few or too alike to tell a right answer from a constant one.
    """
    asked = [tuple(case) for case in cases]
    wanted = [oracle(*case) for case in asked]
    if len(asked) < FEWEST_CASES or all(_same(one, wanted[0], rtol) for one in wanted):
        raise ValueError(f"{len(asked)} cases, {len({repr(one) for one in wanted})} answers: a constant could pass")
    for case, right in zip(asked, wanted, strict=True):
        found = ask(*case)
        assert _same(found, right, rtol), f"for {case!r}: {found!r}, not {right!r}"


def ask_all(ask: Callable[..., Any], oracle: Callable[..., Any], cases: Iterable[Sequence[Any]]) -> None:
    """Like `agrees`, but ask about every case before the first is judged: a misconception is then recognised by all
    it says, and not by its first mistake, which others make too."""
    asked = [tuple(case) for case in cases]
    replies = iter([ask(*case) for case in asked])
    agrees(lambda *case: next(replies), oracle, asked)


def choice(student: Any, constant: str, probe: str, *arguments: Any) -> Any:
    """Return a constant, after one call of the function beside it.

    From look-ups alone the judge tells neither a wrong choice it knows nor one that was not begun.
    """
    with contextlib.suppress(StudentRaised, BadReply):  # how it answers is another check's business
        getattr(student, probe)(*arguments)
    return getattr(student, constant)


def chosen(found: object, options: Iterable[str], *, right: Iterable[str], allowed: Iterable[str] = ()) -> None:
    """Assert that a choice holds all of `right`, and besides them nothing but `allowed`.

    Parameters
    ----------
    found : one word, or a list, tuple or set of words, in any order; case and outer blanks don't count.
    options : every word that may be chosen, as the notebook lists them.

    Raises
    ------
    AssertionError : the choice is not made of options, or not the right one.
    ValueError : `right` or `allowed` has a word that is no option.
    """
    known, needed, spared = set(options), set(right), set(allowed)
    if not needed <= known or not spared <= known:
        raise ValueError(f"not among the options: {sorted((needed | spared) - known)}")
    picked = {word.strip().lower() for word in chosen_words(found)}
    lowered = {word.lower(): word for word in known}
    assert picked <= set(lowered), "the choice has a word that is not among the options"
    made = {lowered[word] for word in picked}
    assert needed <= made, "something is missing from the choice"
    assert made <= needed | spared, "the choice holds something wrong"


def chosen_words(found: object) -> list[str]:
    """Return the words of a choice: of one word, or of any collection of words, a library's too.

    Raises
    ------
    AssertionError : it is something else.
    """
    words = [found] if isinstance(found, str) else built_in(found)
    assert isinstance(words, list | set | frozenset), "the choice is one word, or a list of words"
    assert all(isinstance(word, str) for word in words), "the choice is made of words"
    return list(words)


def built_in(value: Any) -> Any:
    """Return arrays, columns, tensors and tuples as lists, and a library's numbers as built-in ones."""
    if not isinstance(value, Handle) and hasattr(value, "tolist"):  # of numpy, PyTorch, pandas
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


def _same(found: Any, right: Any, rtol: float) -> bool:
    found, right = built_in(found), built_in(right)
    if isinstance(right, dict):
        alike = isinstance(found, dict) and found.keys() == right.keys()
        return alike and all(_same(found[key], right[key], rtol) for key in right)
    if isinstance(right, set | frozenset):
        return isinstance(found, set | frozenset | list) and set(found) == right
    if isinstance(right, list):
        alike = isinstance(found, list) and len(found) == len(right)
        return alike and all(_same(one, other, rtol) for one, other in zip(found, right, strict=True))
    if isinstance(right, bool) or not isinstance(right, int | float):
        return type(found) is type(right) and bool(found == right)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return found == right if isinstance(right, int) else math.isclose(found, right, rel_tol=rtol, abs_tol=1e-12)
