"""Who looked at which rows: models of ours that keep a record while a submission splits, compares, fits and tests.

`Workflow.compare` hands preparations and models to a function of the submission and tells what was done with them. They
work with whatever scikit-learn clones, searches and cross-validates, in other processes too, and by hand. A row is
known by its number, which stands in its first column, or is the last word of a text.

A model says the truth about each row that it, or what prepared the row, was fitted to, as one that learns by heart
does; about others it says what the check has decided. So a training score differs from a validation score. The promises
below assert one of them each: what is kept apart, what is reported, what the last model has learned, who is tested.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from autograder.engine.wire.proxy import Student
from autograder.testing.recorders import Log, recording_models, recording_preparations

Pair = tuple[str, str]
Metric = Callable[[Any, Any], float]
FEWEST_FOLDS = 3
_CLOSE = 1e-6


@dataclass(frozen=True)
class Fit:
    """A model that was fitted: `pair` names what prepared its rows and itself, `prepared` are the rows that the former
    was fitted to, and `truly` says whether each row came with its own label."""

    pair: Pair
    rows: frozenset[int]
    prepared: frozenset[int]
    truly: bool


@dataclass(frozen=True)
class Asked:
    """Predictions: of which model, on which rows, and what it said."""

    fit: Fit
    rows: tuple[int, ...]
    said: NDArray[Any]

    def by(self, metric: Metric, truth: NDArray[Any]) -> float:
        return float(metric(truth[list(self.rows)], self.said))


@dataclass(frozen=True)
class Record:
    """What has happened, in order.

    Attributes
    ----------
    truth : (n,) the label of each row.
    n_test : how many rows are for the test.
    learned : the rows of each fit, of a preparation or a model.
    asked : all predictions.
    final : the fit of the model that was handed in.
    """

    truth: NDArray[Any]
    n_test: int
    learned: tuple[frozenset[int], ...]
    asked: tuple[Asked, ...]
    final: Fit

    @property
    def test_rows(self) -> frozenset[int]:
        """The rows that are kept for the test, as far as one can tell.

        They are those of the last predictions on as many rows as the test has, of which the final model was fitted to
        none; else those that it was not fitted to; else, where these are more or fewer, of the last predictions on as
        many, whatever it was fitted to.
        """
        sized = [frozenset(one.rows) for one in self.asked if len(one.rows) == self.n_test]
        unseen = frozenset(range(len(self.truth))) - self.final.rows
        tests = [rows for rows in sized if rows <= unseen] or ([unseen] if len(unseen) == self.n_test else sized)
        return tests[-1] if tests else unseen

    def held_out(self, pair: Pair) -> list[Asked]:
        """Return the predictions of a pair on rows that it did not know, those of the test left out.

        A preparation that was fitted to all rows there are is not counted here: it knew the test rows, which is what
        `keeps_apart` looks at.
        """
        everything, test = frozenset(range(len(self.truth))), self.test_rows
        found = []
        for one in self.asked:
            known = one.fit.rows | (one.fit.prepared if one.fit.prepared != everything else frozenset())
            if one.fit.pair == pair and known.isdisjoint(one.rows) and frozenset(one.rows) != test:
                found.append(one)
        return found


class Workflow:
    """Preparations and models that keep a record, in the submission's process.

    Parameters
    ----------
    truth : (n,) the label or target of each row; row i is the one with the number i.
    said : for each pair of names (preparation, model), what it says of the n rows where it has not seen them. With ""
        for the only preparation, models get the rows as they are.
    n_test : how many rows the submission is to keep for the test.
    classes : whether the models are classifiers; else they are regressors.

    Attributes
    ----------
    preparations, models : handles by name, to be handed to the submission, not fitted.
    """

    def __init__(
        self,
        student: Student,
        truth: NDArray[Any],
        said: Mapping[Pair, NDArray[Any]],
        *,
        n_test: int,
        classes: bool = True,
    ) -> None:
        first, second = (list(dict.fromkeys(names)) for names in zip(*said, strict=True))
        self._truth, self._n_test, self._names, self._pairs = truth, n_test, first, set(said)
        tables = {name: [said[one, name] for one in first] for name in second}
        self._log = student.probe_(Log)()
        self.preparations: dict[str, Any] = student.probe_(recording_preparations)(self._log, first)
        self.models: dict[str, Any] = student.probe_(recording_models)(self._log, truth, tables, classes, first != [""])

    def record(self, model: Any, X: Any) -> Record:
        """Return what was done up to now; `model` is the one that was handed in, and `X` all rows."""
        before = len(self._log.events())
        model.predict(X)
        learned, asked = self._told(self._log.events())
        mine = [one.fit for place, one in asked if place >= before]
        assert mine, "the model that was handed in is none of those it was to be made of"
        past = [rows for place, rows in learned if place < before]
        return Record(
            self._truth, self._n_test, tuple(past), tuple(one for place, one in asked if place < before), mine[-1]
        )

    def _told(
        self, events: Sequence[Mapping[str, Any]]
    ) -> tuple[list[tuple[int, frozenset[int]]], list[tuple[int, Asked]]]:
        """Return the rows of each fit, and all predictions, each with its place among the events."""
        prepared: dict[int, frozenset[int]] = {}
        fits: dict[int, Fit] = {}
        learned, asked = [], []
        for place, event in enumerate(events):
            rows = [int(row) for row in event["rows"]]
            if event["do"] == "predict":
                asked.append((place, Asked(fits[event["ticket"]], tuple(rows), np.asarray(event["said"]))))
                continue
            learned.append((place, frozenset(rows)))
            if event["do"] == "prepare":
                prepared[event["ticket"]] = frozenset(rows)
            else:
                known = frozenset().union(*(prepared[ticket] for ticket in event["prepared"]))
                pair = (self._names[event["by"]], event["name"])
                fits[event["ticket"]] = Fit(pair, frozenset(rows), known, bool(event["truly"]))
        return learned, asked

    def compare(self, function: Callable[..., Any], X: Any) -> Comparison:
        """Have a function of the submission compare all pairs, ``function(preparations, models, X, truth)``, or all
        models where there is nothing to prepare, ``function(models, X, truth)``.

        It returns a dict with ``"scores"`` (by pair of names, or by name), ``"best"``, ``"model"`` and
        ``"test_score"``.
        """
        given = [self.models] if self._names == [""] else [self.preparations, self.models]
        found = dict(function(*given, X, self._truth))
        scores = {_pair(names): float(score) for names, score in dict(found["scores"]).items()}
        assert set(scores) == self._pairs, "each pair has one score"
        return Comparison(self.record(found["model"], X), scores, _pair(found["best"]), float(found["test_score"]))


@dataclass(frozen=True)
class Comparison:
    """What a submission says about its work, and what it has done."""

    record: Record
    scores: dict[Pair, float]
    best: Pair
    test_score: float


def sayings(
    rng: Generator, truth: NDArray[Any], preparations: Sequence[str], models: Sequence[str], *, classes: bool = True
) -> dict[Pair, NDArray[Any]]:
    """Draw how good each pair is, and return what it says where it has not seen a row.

    Labels of two classes, 0 and 1, are right in 60 to 90% of the cases; numbers are off by 20 to 70% of their spread.
    """
    pairs = [(one, other) for one in preparations for other in models]
    if classes:
        shares = rng.permutation(np.linspace(0.6, 0.9, len(pairs)))
        return {
            pair: np.where(rng.random(len(truth)) < share, truth, 1 - truth)
            for pair, share in zip(pairs, shares, strict=True)
        }
    shares = rng.permutation(np.linspace(0.2, 0.7, len(pairs))) * truth.std()
    return {pair: truth + rng.normal(0, share, len(truth)) for pair, share in zip(pairs, shares, strict=True)}


def _pair(names: Any) -> Pair:
    one, other = ("", names) if isinstance(names, str) else names
    return str(one), str(other)


# ---------------------------------------------------------------- promises


def keeps_apart(done: Comparison) -> None:
    """Assert that there are test rows, as many as asked for, and that nothing was ever fitted to one of them."""
    record, test = done.record, done.record.test_rows
    assert len(test) == record.n_test, f"{len(test)} rows are for the test, not {record.n_test}"
    for rows in record.learned:
        assert test.isdisjoint(rows), f"something was fitted to {len(test & rows)} of {len(test)} test rows"


def reports_held_out(done: Comparison, metric: Metric, *, fewest: int = FEWEST_FOLDS) -> None:
    """Assert that each score is that of the pair's predictions on rows held out, over `fewest` folds or more: the mean
    over the folds, or the score of all of them together; of one cross-validation, where there were several."""
    for pair, score in done.scores.items():
        folds = done.record.held_out(pair)
        assert len(folds) >= fewest, f"{pair} was judged on {len(folds)} sets of rows that it had not seen"
        rounds = [one for one in _rounds(folds) if len(one) >= fewest]
        right = [value for one in rounds for value in _scores(one, metric, done.record.truth)]
        assert any(_close(score, value) for value in right), f"{pair}: {score}, not {right[0]}"


def _scores(folds: Sequence[Asked], metric: Metric, truth: NDArray[Any]) -> tuple[float, float]:
    """Return the mean over the folds, and the score of all of them together."""
    rows = [row for one in folds for row in one.rows]
    mean = float(np.mean([one.by(metric, truth) for one in folds]))
    return mean, float(metric(truth[rows], np.concatenate([one.said for one in folds])))


def _rounds(folds: Sequence[Asked]) -> list[Sequence[Asked]]:
    """Return all folds, and each run of them in which every row was held out once."""
    everything = frozenset().union(*(one.rows for one in folds))
    found = [folds]
    for first in range(len(folds)):
        seen: set[int] = set()
        for last, one in enumerate(folds[first:], first + 1):
            if not seen.isdisjoint(one.rows):
                break
            seen |= set(one.rows)
            if seen == everything:
                found.append(folds[first:last])
    return found


def learns_from_the_rest(done: Comparison) -> None:
    """Assert that the model handed in is the pair that is called the best, fitted to all rows that are not for the
    test, each with its own label, as was what prepares its rows."""
    final, rest = done.record.final, frozenset(range(len(done.record.truth))) - done.record.test_rows
    assert final.pair == done.best, f"the model handed in is {final.pair}"
    assert final.truly, "rows and labels of the last fit don't belong together"
    assert rest <= final.rows, f"it was not fitted to {len(rest - final.rows)} of {len(rest)} training rows"
    assert not final.pair[0] or rest <= final.prepared, "its preparation was not fitted to all training rows"


def asks_the_best_alone(done: Comparison, metric: Metric) -> None:
    """Assert that the pair with the highest score was chosen, that it alone was asked about the test rows, after all
    comparisons, and that the test score is what came out."""
    record, pair = done.record, done.record.final.pair
    assert _has_the_highest_score(done, metric), f"{done.best} has not the highest score"
    tested = [place for place, one in enumerate(record.asked) if record.test_rows.issuperset(one.rows)]
    assert tested, "no model was asked about the test rows"
    for place in tested:
        asked = record.asked[place].fit.pair
        assert asked == pair, f"{asked}, which was not chosen, was asked about the test rows"
    others = [place for place, one in enumerate(record.asked) if one.fit.pair != pair]
    assert max(others, default=-1) < tested[0], "models were compared after the test"
    right = [record.asked[place].by(metric, record.truth) for place in tested]
    assert any(_close(done.test_score, one) for one in right), f"{done.test_score}, not {right[-1]}"


def _has_the_highest_score(done: Comparison, metric: Metric) -> bool:
    """Return whether the best has the highest score, as reported or, since who reports errors takes the lowest, in
    fact."""
    if done.scores[done.best] == max(done.scores.values()):
        return True
    folds = {pair: done.record.held_out(pair) for pair in done.scores}
    means = {
        pair: np.mean([one.by(metric, done.record.truth) for one in asked]) for pair, asked in folds.items() if asked
    }
    return done.best in means and means[done.best] == max(means.values())


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)
