"""Recognising a submission that behaves like an answer we know."""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch

from autograder.engine.judging.replay import SLIPS, Likeness, behaves_like, raised_alike
from autograder.engine.wire.proxy import LocalSession, Student, SubmissionFault


def alike(
    theirs: dict[str, Any],
    ours: dict[str, Any],
    use: Callable[[Student], object],
    expected: frozenset[int] = frozenset(),
) -> Likeness:
    """How much a submission with the names `theirs` is like the answer `ours` after a check that does `use`."""
    student = Student(LocalSession(theirs))
    with contextlib.suppress(SubmissionFault):
        use(student)
    return behaves_like(ours, student.transcript_, expected)


def returning(left: object, right: object) -> Likeness:
    return alike({"f": lambda: left}, {"f": lambda: right}, lambda student: student.f())


INPUT = np.arange(12).reshape(3, 4)


def test_a_function_that_does_the_same_is_recognised() -> None:
    def use(student: Student) -> None:
        student.shift(INPUT)
        student.shift(INPUT + 1)

    wraps = {"shift": lambda image: np.roll(image, 1, axis=0)}
    assert alike({"shift": lambda image: np.concatenate([image[-1:], image[:-1]])}, wraps, use)
    assert not alike({"shift": lambda image: np.vstack([np.zeros(4), image[:-1]])}, wraps, use)


def test_it_has_to_agree_on_every_call() -> None:
    def use(student: Student) -> None:
        student.f(0)
        student.f(3)

    assert not alike({"f": lambda x: x * 2}, {"f": lambda x: x * x}, use)
    assert alike({"f": lambda x: x + x}, {"f": lambda x: x * 2}, use)


def _estimator(rule: Callable[[Any], float]) -> type:
    class Model:
        def fit(self, values: Any) -> Model:
            self.level_ = rule(values)
            return self

        def predict(self, values: Any) -> Any:
            return np.asarray(values) > self.level_

    return Model


def _fit_and_predict(student: Student) -> None:
    models = [student.Model(), student.Model()]
    for model, data in zip(models, ([1.0, 2.0, 9.0], [5.0, 5.0, 8.0]), strict=True):
        model.fit(data)
    for model in reversed(models):
        model.predict([3.0, 5.5])
        _ = model.level_


def test_a_class_with_state_is_recognised_behind_its_handles() -> None:
    median = {"Model": _estimator(lambda values: float(np.median(values)))}
    assert alike({"Model": _estimator(lambda values: sorted(values)[1])}, median, _fit_and_predict)
    assert not alike({"Model": _estimator(lambda values: float(np.mean(values)))}, median, _fit_and_predict)


def test_a_fitted_estimator_handed_to_a_function_is_recognised() -> None:
    def use(student: Student) -> None:
        student.level(student.Model().fit([1.0, 2.0, 6.0]))

    mine = {"Model": _estimator(np.mean), "level": lambda model: model.level_}
    assert alike(mine, dict(mine), use)
    assert not alike(mine, {**mine, "level": lambda model: model.level_ + 1}, use)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (np.arange(3), [0, 1, 2]), ((1, 2), [1, 2]), (np.arange(3.0), np.arange(3)), (np.float32(0.1), 0.1),
        (torch.ones(2), np.ones(2)), (torch.ones(2, dtype=torch.bfloat16), [1, 1]), (pd.Series([1, 2]), [1, 2]),
        (np.array([np.nan, 1]), [np.nan, 1]), ({"a": np.ones(2)}, {"a": [1, 1]}), (True, np.bool_(True)),
        ({1, 2}, {2, 1}),
        (scipy.sparse.csr_matrix(np.eye(3)), np.eye(3)),
        (scipy.sparse.csc_array(np.eye(3)), scipy.sparse.coo_array(np.eye(3))),
        (pd.DataFrame({"a": ["x", None], "b": [1, 2]}), pd.DataFrame({"a": ["x", None], "b": [1, 2]})),
        (pd.Series([pd.NaT, pd.Timestamp("2020")]), pd.Series([pd.NaT, pd.Timestamp("2020")])), (pd.NA, pd.NA),
        (pd.array([1, None], dtype="Int64"), pd.array([1, None], dtype="Int64")), (None, None), ("a", np.str_("a")),
        ([[1], [2, 3]], [[1], [2, 3]]),
    ],
    ids=repr,
)  # fmt: skip
def test_equal_replies_of_other_types_are_the_same(left: object, right: object) -> None:
    assert returning(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (np.arange(3), np.arange(4)), (np.ones((2, 1)), np.ones((1, 2))), (1, 2), (1, None), ("a", "b"), ("1", 1),
        ([1], 1),
        ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 1, "b": 2}), (np.array([np.nan]), [1.0]),
        (torch.ones(2), torch.zeros(2)),
        ({"type": "ham", "text": "a"}, {"type": "ham", "text": "b"}), ({"error": 1}, {"error": 2}),
        (pd.DataFrame({"a": ["x"]}), pd.DataFrame({"a": ["y"]})), (pd.NA, 1), ([[1], [2, 3]], np.ones((2, 2))),
        (scipy.sparse.csr_matrix(np.eye(3)), scipy.sparse.csr_matrix(2 * np.eye(3))), (len, 1), (1, len),
        (scipy.sparse.csr_matrix((3, 3)), scipy.sparse.csr_matrix((3, 4))),
        (pd.Series([pd.NaT]), pd.Series([pd.Timestamp(0)])),
    ],
    ids=repr,
)  # fmt: skip
def test_other_replies_are_not_the_same(left: object, right: object) -> None:
    assert not returning(left, right)


def test_a_huge_sparse_reply_is_never_filled_with_zeros() -> None:
    huge = scipy.sparse.csr_matrix((9_000_000, 59))  # 4 GB
    assert returning(huge, huge.copy())
    assert not returning(huge, np.eye(3))
    assert not returning(huge, 0)


def _raiser(kind: type[BaseException], text: str = "") -> Callable[[], None]:
    def f() -> None:
        raise kind(text)

    return f


def _calls(student: Student) -> None:
    student.f()


def test_errors_are_alike_in_kind_and_words() -> None:
    one = {"f": _raiser(ValueError, "one <A object at 0x7f12>")}
    assert alike(one, {"f": _raiser(ValueError, "one <A object at 0x7f99>")}, _calls) is Likeness.EXACT
    assert not alike(one, {"f": _raiser(ValueError, "two")}, _calls)
    assert not alike({"f": _raiser(ValueError)}, {"f": _raiser(KeyError)}, _calls)
    assert not alike({"f": _raiser(ValueError)}, {"f": lambda: 1}, _calls)
    assert not alike({"f": lambda: 1}, {"f": _raiser(ValueError)}, _calls)


@pytest.mark.parametrize(
    "kind", ["NameError", "NotImplementedError", "ImportError", "MemoryError", "RecursionError", "TypeError"]
)
def test_no_slip_is_known_by_its_error(kind: str) -> None:
    assert kind in SLIPS
    slip = {"f": _raiser(getattr(builtins, kind), "the same")}
    assert not alike(slip, dict(slip), _calls)


def test_a_parameter_too_few_is_no_slip() -> None:
    """Whatever the function is called: which parameters it has was asked for."""

    def other() -> None:
        return None

    def with_arguments(student: Student) -> None:
        student.f(1)

    assert alike({"f": lambda: None}, {"f": other}, with_arguments) is Likeness.EXACT
    assert not alike({"f": lambda: None}, {"f": lambda a, b: None}, with_arguments)


def test_where_a_right_answer_raises_too_words_do_not_matter() -> None:
    theirs, ours = {"f": _raiser(ValueError, "mine")}, {"f": _raiser(ValueError, "ours")}
    student = Student(LocalSession(theirs))
    with contextlib.suppress(SubmissionFault):
        student.f()
    expected = raised_alike(ours, student.transcript_)
    assert expected == {1}
    assert behaves_like(ours, student.transcript_, expected) and behaves_like(ours, student.transcript_)
    assert not behaves_like(ours, student.transcript_, frozenset())
    assert not raised_alike({"f": lambda: 1}, student.transcript_)


def test_equal_values_in_other_types_are_not_quite_the_same() -> None:
    for left, right in [([1], (1,)), ([1.0], np.ones(1)), (1, 1.0), (np.ones(1), torch.ones(1)), (True, 1),
                        (np.ones(1, "f4"), np.ones(1)), ({"a": [1]}, {"a": (1,)}), ([np.ones(1)], [[1.0]]),
                        (pd.DataFrame({"a": [1]}, index=[3]), pd.DataFrame({"a": [1]})),
                        (pd.Series([1]), pd.Series([1.0]))]:  # fmt: skip
        assert returning(left, right) is Likeness.VALUES and returning(left, left) is Likeness.EXACT


def test_columns_of_other_names_are_other_columns() -> None:
    assert not returning(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}))


def test_looking_names_up_is_no_behaviour() -> None:
    for names in ({"LIMIT": 3}, {}):
        assert not alike(names, names, lambda student: student.LIMIT)
    assert not behaves_like({}, ())


def test_in_place_changes_count() -> None:
    def fills(values: Any) -> None:
        values[:] = 0

    def use(student: Student) -> None:
        student.watch_("f", np.arange(3))

    assert alike({"f": fills}, {"f": fills}, use)
    assert not alike({"f": fills}, {"f": lambda values: None}, use)


def test_what_the_check_does_to_its_arrays_does_not_change_what_was_asked() -> None:
    def use(student: Student) -> None:
        values = np.arange(3)
        student.f(values)[:] = 0
        values[:] = 100

    assert alike({"f": lambda x: x + 1}, {"f": lambda x: x + 1}, use)
    assert not alike({"f": lambda x: x + 1}, {"f": lambda x: np.minimum(x + 1, 50) * (x < 100) + (x < 2) * 7}, use)


def test_an_answer_whose_reply_can_not_be_read_is_not_matched_by_its_last_one() -> None:
    def use(student: Student) -> None:
        student.f(1)
        student.f(1)

    replies = iter([5, range(10**9)])
    assert not alike({"f": lambda x: 5}, {"f": lambda x: next(replies)}, use)
