"""Workflows whose parts can be mixed up: what the mutants of a workflow are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

from sklearn.base import clone
from sklearn.metrics import get_scorer
from sklearn.model_selection import cross_val_score, cross_validate, train_test_split
from sklearn.pipeline import make_pipeline

Models = Mapping[str, Any]
Found = dict[str, Any]
Judge = Callable[[Any, Any, Any], float]  # (model, X, y) -> its score


class Prepared:
    """What is fitted already, a preparation and a model, as one model."""

    def __init__(self, preparation: Any, model: Any) -> None:
        self.preparation, self.model = preparation, model

    def predict(self, X: Any) -> Any:
        return self.model.predict(self.preparation.transform(X))


def worked(
    preparations: Models,
    models: Models,
    X: Any,
    y: Any,
    scoring: str,
    *,
    judge: Judge | None = None,
    searched: str = "train",
    fitted: str = "train",
    tested: str = "test",
    afterwards: str = "",
    best: Callable[..., Any] = max,
    test_size: float = 0.2,
) -> Found:
    """Split, compare, fit and test, as is right if nothing else is asked for.

    Parameters
    ----------
    scoring : the score's name, as scikit-learn has it.
    judge : what a pair is judged by; cross-validation if there is none.
    searched, fitted, tested, afterwards : on which rows pairs are judged, the best is fitted and tested, and fitted
        once more after the test: ``"train"``, ``"test"``, ``"all"``, or ``"some"`` of those for training.
    best : what picks among the scores.
    test_size : the share of the rows that is for the test.
    """
    parts = _parts(X, y, test_size)
    pairs = all_pairs(preparations, models)
    scores = {pair: (judge or held_out(scoring))(model, *parts[searched]) for pair, model in pairs.items()}
    chosen = best(scores, key=lambda pair: scores[pair])
    model = pairs[chosen].fit(*parts[fitted])
    test_score = get_scorer(scoring)(model, *parts[tested])
    model = clone(model).fit(*parts[afterwards]) if afterwards else model
    return {"scores": scores, "best": chosen, "model": model, "test_score": test_score}


def prepared_before(preparations: Models, models: Models, X: Any, y: Any, scoring: str, fitted: str) -> Found:
    """Prepare the rows once, by what was fitted to ``"all"`` of them or to those for ``"train"``, and compare models on
    what comes out."""
    parts = _parts(X, y)
    (X_train, y_train), (X_test, y_test) = parts["train"], parts["test"]
    ready = {name: preparation.fit(*parts[fitted]) for name, preparation in preparations.items()}
    scores = {
        (one, other): held_out(scoring)(models[other], ready[one].transform(X_train), y_train)
        for one, other in product(preparations, models)
    }
    first, second = best = max(scores, key=lambda pair: scores[pair])
    model = models[second].fit(ready[first].transform(X_train), y_train)
    test_score = get_scorer(scoring)(model, ready[first].transform(X_test), y_test)
    return {"scores": scores, "best": best, "model": Prepared(ready[first], model), "test_score": test_score}


def prepared_anew(preparations: Models, models: Models, X: Any, y: Any, scoring: str) -> Found:
    """Fit the best pair's preparation once more, to the test rows, before they are predicted."""
    parts, pairs = _parts(X, y), all_pairs(preparations, models)
    scores = {pair: held_out(scoring)(model, *parts["train"]) for pair, model in pairs.items()}
    best = max(scores, key=lambda pair: scores[pair])
    model = pairs[best].fit(*parts["train"])
    rows = clone(model[0]).fit_transform(parts["test"][0])
    test_score = get_scorer(scoring)(model[1], rows, parts["test"][1])
    return {"scores": scores, "best": best, "model": model, "test_score": test_score}


def kept_from_a_fold(preparations: Models, models: Models, X: Any, y: Any, scoring: str) -> Found:
    """Take the best pair's model from the first fold, and fit no other."""
    parts, scores, kept = _parts(X, y), {}, {}
    for pair, model in all_pairs(preparations, models).items():
        folds = cross_validate(model, *parts["train"], scoring=scoring, return_estimator=True)
        scores[pair], kept[pair] = folds["test_score"].mean(), folds["estimator"][0]
    best = max(scores, key=lambda pair: scores[pair])
    test_score = get_scorer(scoring)(kept[best], *parts["test"])
    return {"scores": scores, "best": best, "model": kept[best], "test_score": test_score}


def all_tested(preparations: Models, models: Models, X: Any, y: Any, scoring: str, *, chosen_by_test: bool) -> Found:
    """Test every pair, and choose by the tests, or else by cross-validation."""
    parts, pairs = _parts(X, y), all_pairs(preparations, models)
    scores = {pair: held_out(scoring)(model, *parts["train"]) for pair, model in pairs.items()}
    tested = {pair: get_scorer(scoring)(model.fit(*parts["train"]), *parts["test"]) for pair, model in pairs.items()}
    by = tested if chosen_by_test else scores
    best = max(by, key=lambda pair: by[pair])
    return {"scores": scores, "best": best, "model": pairs[best], "test_score": tested[best]}


def held_out(scoring: str) -> Judge:
    """Return what judges by cross-validation."""
    return lambda model, X, y: float(cross_val_score(model, X, y, scoring=scoring).mean())


def all_pairs(preparations: Models, models: Models) -> dict[tuple[str, str], Any]:
    """Return a pipeline for each pair, of objects of its own."""
    names: Iterable[tuple[str, str]] = product(preparations, models)
    return {(one, other): clone(make_pipeline(preparations[one], models[other])) for one, other in names}


def _parts(X: Any, y: Any, test_size: float = 0.2) -> dict[str, tuple[Any, Any]]:
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_size, random_state=3)
    return {"all": (X, y), "train": (X_train, y_train), "test": (X_test, y_test), "some": (X_train[9:], y_train[9:])}
