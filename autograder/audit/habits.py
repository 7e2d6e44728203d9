"""Wrong habits of a whole answer: it remembers, rounds, changes what it was given, or says the same to everybody.

A habit is made around a right function. Often it makes no difference (what is whole can't be rounded), so each notes
whether it has made one: `Habit.applied`.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.audit.replies import converted

_PROMISES = ("not changed", "unchanged", "left as", "stays as", "stay as")


class Habit:
    """A function with a habit.

    Attributes
    ----------
    applied : whether the habit has made a difference up to now, to a reply or to what was given.
    """

    def __init__(self, answer: Callable[..., Any]) -> None:
        functools.update_wrapper(self, answer)
        self._answer = answer
        self.applied = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Called by a check, as the right answer is."""
        return self.changed(self._answer(*args, **kwargs))

    @classmethod
    def is_wrong_for(cls, answer: Callable[..., Any]) -> bool:
        """Return whether the habit breaks what is asked of an answer, where it makes a difference."""
        return True

    def changed(self, value: Any) -> Any:
        """Return what a right reply becomes."""
        return value


class FirstAnswerAgain(Habit):
    """What was answered first is answered ever after."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        super().__init__(answer)
        self._known: list[Any] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._known:
            self.applied = True
        else:
            self._known.append(self._answer(*args, **kwargs))
        return self._known[0]


class ChangesWhatItIsGiven(Habit):
    """Whatever array or table is handed over is changed in place, once the answer stands."""

    @classmethod
    def is_wrong_for(cls, answer: Callable[..., Any]) -> bool:
        """Only where that is promised: a check hands over copies."""
        return any(words in (answer.__doc__ or "") for words in _PROMISES)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # The answer is made from copies, so that only what is handed over is changed.
        found = self._answer(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        for value in (*args, *kwargs.values()):
            array = value if isinstance(value, np.ndarray) else getattr(value, "values", None)
            if isinstance(array, np.ndarray) and array.size and array.dtype.kind in "fiu" and array.flags.writeable:
                array.flat[0] += 1
                self.applied = True
        return found


class Rounds(Habit):
    """Fractions are rounded to one decimal."""

    def changed(self, value: Any) -> Any:
        return converted(value, self._fraction)

    def _fraction(self, value: Any) -> Any:
        is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
        if not is_array and not isinstance(value, float | np.floating):
            return value
        found = self.said(value)
        self.applied |= not np.array_equal(found, value, equal_nan=True)
        return found

    def said(self, fraction: Any) -> Any:
        return np.round(fraction, 1)


class TurnsRound(Rounds):
    """An array of fractions comes back in the opposite order."""

    def said(self, fraction: Any) -> Any:
        return fraction[::-1] if np.ndim(fraction) else fraction


class _Predicts(Habit):
    """A fitted model is right in all but what it predicts."""

    def changed(self, value: Any) -> Any:
        return _Model(value, self) if hasattr(value, "predict") else value

    def said(self, labels: Any) -> Any:
        raise NotImplementedError

    def noted(self, labels: Any) -> Any:
        found = self.said(labels)
        self.applied |= not np.array_equal(found, labels)
        return found


class _Model:
    def __init__(self, model: Any, habit: _Predicts) -> None:
        self._model, self._habit = model, habit

    def predict(self, X: Any) -> Any:
        return self._habit.noted(np.asarray(self._model.predict(X)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._model, name)


class SaysTheMostFrequent(_Predicts):
    """A model says the same of all rows: what would be said most often."""

    def said(self, labels: Any) -> Any:
        values, counts = np.unique(labels, return_counts=True)
        return np.full_like(labels, values[counts.argmax()]) if labels.size else labels


class LabelsChangePlaces(_Predicts):
    """A model's labels have changed places."""

    def said(self, labels: Any) -> Any:
        values, places = np.unique(labels, return_inverse=True)
        return values[::-1][places].reshape(labels.shape)


HABITS: dict[str, type[Habit]] = {
    "first answer again": FirstAnswerAgain,
    "changes what it is given": ChangesWhatItIsGiven,
    "rounds to one decimal": Rounds,
    "turned round": TurnsRound,
    "says the most frequent": SaysTheMostFrequent,
    "labels change places": LabelsChangePlaces,
}
