"""Workflows: honest ones of many styles keep every promise, and each leak is seen as a fact."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, ShuffleSplit, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from autograder.engine.wire.proxy import LocalSession, Student, StudentRaised
from autograder.testing.workflow import (
    Comparison,
    Workflow,
    asks_the_best_alone,
    keeps_apart,
    learns_from_the_rest,
    reports_held_out,
    sayings,
)

N = 60
Function = Callable[..., dict[str, Any]]


def compared(function: Function, rows: Any = None, *, classes: bool = True, prepared: bool = True) -> Comparison:
    rng = np.random.default_rng(0)
    truth = rng.permutation(np.arange(N) % 2) if classes else rng.normal(size=N)
    said = sayings(rng, truth, ["p", "q"] if prepared else [""], ["a", "b"], classes=classes)
    rows = np.column_stack([np.arange(N), rng.normal(size=(N, 2))]) if rows is None else rows
    student = Student(LocalSession({"evaluate": function}))
    return Workflow(student, truth, said, n_test=N // 5, classes=classes).compare(student.evaluate, rows)


def broken(done: Comparison, metric: Callable[..., float] = accuracy_score) -> list[str]:
    """Return the promises that were not kept."""
    promises: dict[str, Callable[[], None]] = {
        "apart": lambda: keeps_apart(done),
        "held out": lambda: reports_held_out(done, metric),
        "the rest": lambda: learns_from_the_rest(done),
        "best alone": lambda: asks_the_best_alone(done, metric),
    }
    found = []
    for name, promise in promises.items():
        try:
            promise()
        except AssertionError:
            found.append(name)
    return found


def evaluate(
    preparations: dict[str, Any],
    models: dict[str, Any],
    X: Any,
    y: Any,
    *,
    searched: str = "train",
    fitted: str = "train",
    tested: str = "test",
    afterwards: str = "",
    all_tested: bool = False,
    on_training: bool = False,
) -> dict[str, Any]:
    """An honest workflow, and with one option changed one that leaks."""
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
    parts = {"all": (X, y), "train": (X_train, y_train), "test": (X_test, y_test), "some": (X_train[9:], y_train[9:])}
    pairs = {
        (one, other): clone(make_pipeline(preparations[one], models[other]))
        for one, other in product(preparations, models)
    }
    scores = {pair: float(cross_val_score(model, *parts[searched], cv=4).mean()) for pair, model in pairs.items()}
    if on_training:
        scores = {pair: model.fit(*parts["train"]).score(*parts["train"]) for pair, model in pairs.items()}
    if all_tested:
        scores = {pair: model.fit(*parts["train"]).score(*parts["test"]) for pair, model in pairs.items()}
    best = max(scores, key=lambda pair: scores[pair])
    model = pairs[best].fit(*parts[fitted])
    test_score = float(model.score(*parts[tested]))
    if afterwards:
        model = clone(model).fit(*parts[afterwards])
    return {"scores": scores, "best": best, "model": model, "test_score": test_score}


def searching(preparations: dict[str, Any], models: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
    """One search in two other processes, training scores beside."""
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=1)
    grid = {"first": list(preparations.values()), "second": list(models.values())}
    pipeline = Pipeline([("first", None), ("second", None)])
    search = GridSearchCV(pipeline, grid, scoring="accuracy", cv=3, n_jobs=2, return_train_score=True).fit(
        X_train, y_train
    )
    found = search.cv_results_
    pairs = [(one["first"].name, one["second"].name) for one in found["params"]]
    return {
        "scores": dict(zip(pairs, found["mean_test_score"].tolist(), strict=True)),
        "best": pairs[search.best_index_],
        "model": search,
        "test_score": search.score(X_test, y_test),
    }


def without_preparation(models: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
    scores = {name: float(cross_val_score(model, X_train, y_train).mean()) for name, model in models.items()}
    best = max(scores, key=lambda name: scores[name])
    model = clone(models[best]).fit(X_train, y_train)
    return {"scores": scores, "best": best, "model": model, "test_score": model.score(X_test, y_test)}


def test_an_honest_workflow_keeps_every_promise() -> None:
    assert broken(compared(evaluate)) == []


def test_rows_may_be_a_table_or_texts() -> None:
    table = pd.DataFrame({"number": np.arange(N), "kind": "a"}, index=np.arange(N)[::-1])
    assert broken(compared(evaluate, table)) == []
    assert broken(compared(evaluate, [f"some words {row}" for row in range(N)])) == []


def test_several_rounds_of_cross_validation_may_be_one_too_many() -> None:
    """Scores of one round are right though there was another, by other folds."""

    def twice(preparations: dict[str, Any], models: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
        X_train, _, y_train, _ = train_test_split(X, y, test_size=0.2, random_state=0)
        for one, other in product(preparations, models):
            folds = ShuffleSplit(3, test_size=7, random_state=1)
            cross_val_score(make_pipeline(preparations[one], models[other]), X_train, y_train, cv=folds)
        return evaluate(preparations, models, X, y)

    assert broken(compared(twice)) == []


def test_what_other_processes_do_is_recorded() -> None:
    assert broken(compared(searching)) == []


def test_models_may_be_regressors_and_get_rows_as_they_are() -> None:
    assert broken(compared(without_preparation, classes=False, prepared=False), r2_score) == []
    assert broken(compared(evaluate, classes=False), r2_score) == []


@pytest.mark.parametrize(
    ("how", "promises"),
    [
        ({"searched": "all"}, ["apart"]),
        ({"fitted": "all"}, ["apart"]),
        ({"afterwards": "all"}, ["apart"]),
        ({"on_training": True}, ["held out"]),
        ({"all_tested": True}, ["held out", "best alone"]),
        ({"fitted": "some"}, ["the rest"]),
        ({"afterwards": "some"}, ["the rest"]),
        ({"tested": "train"}, ["best alone"]),
    ],
    ids=str,
)
def test_a_leak_breaks_its_own_promise(how: dict[str, Any], promises: list[str]) -> None:
    assert broken(compared(lambda *args: evaluate(*args, **how))) == promises


@pytest.mark.parametrize(("everything", "promises"), [(True, ["apart"]), (False, ["held out"])])
def test_what_a_preparation_has_seen_counts(everything: bool, promises: list[str]) -> None:
    def prepared_once(preparations: dict[str, Any], models: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
        X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
        scores = {}
        for one, preparation in preparations.items():
            preparation.fit(X if everything else X_train)
            for other, model in models.items():
                scores[one, other] = cross_val_score(model, preparation.transform(X_train), y_train).mean()
        best = max(scores, key=lambda pair: scores[pair])
        model = Pipeline([("first", preparations[best[0]]), ("second", models[best[1]])])
        model[1].fit(model[:1].transform(X_train), y_train)
        return {"scores": scores, "best": best, "model": model, "test_score": model.score(X_test, y_test)}

    assert broken(compared(prepared_once)) == promises


@pytest.mark.parametrize(
    ("change", "promises"),
    [
        (lambda found: {"best": min(found["scores"], key=found["scores"].get)}, ["the rest", "best alone"]),
        (lambda found: {"test_score": found["scores"][found["best"]]}, ["best alone"]),
        (lambda found: {"scores": {pair: score + 1e-3 for pair, score in found["scores"].items()}}, ["held out"]),
    ],
)
def test_what_is_said_is_compared_with_what_was_done(change: Callable[..., Any], promises: list[str]) -> None:
    def told(*args: Any) -> dict[str, Any]:
        found = evaluate(*args)
        return found | change(found)

    assert broken(compared(told)) == promises


def test_labels_have_to_stay_with_their_rows() -> None:
    def shuffled(preparations: Any, models: Any, X: Any, y: Any) -> dict[str, Any]:
        found = evaluate(preparations, models, X, y)
        X_train, _, y_train, _ = train_test_split(X, y, test_size=0.2, random_state=0)
        return found | {"model": clone(found["model"]).fit(X_train, 1 - y_train)}

    assert broken(compared(shuffled)) == ["the rest"]


def test_a_test_that_is_missing_is_one_fault() -> None:
    def untested(*args: Any) -> dict[str, Any]:
        """The test score is that of the best in cross-validation; nobody looks at the test rows."""
        preparations, models, X, y = args
        X_train, _, y_train, _ = train_test_split(X, y, test_size=0.2, random_state=0)
        pairs = {(p, m): make_pipeline(preparations[p], models[m]) for p, m in product(preparations, models)}
        scores = {pair: float(cross_val_score(model, X_train, y_train).mean()) for pair, model in pairs.items()}
        best = max(scores, key=lambda pair: scores[pair])
        model = clone(pairs[best]).fit(X_train, y_train)
        return {"scores": scores, "best": best, "model": model, "test_score": scores[best]}

    assert broken(compared(untested)) == ["best alone"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": type("Other", (), {"predict": lambda self, X: [0] * len(X)})()}, "none of those"),
        ({"scores": {("p", "a"): 0.5}}, "each pair has one score"),
    ],
)
def test_what_is_not_of_the_form_asked_for_is_a_fault_of_the_submission(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        compared(lambda *args: evaluate(*args) | change)


def test_rows_that_are_not_known_again_are_refused() -> None:
    def scaled(preparations: dict[str, Any], models: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
        return {"model": models["a"].fit(preparations["p"].fit_transform(X) / 3, y)}

    def cut(preparations: dict[str, Any], models: dict[str, Any], X: Any, y: Any) -> dict[str, Any]:
        return {"model": preparations["p"].fit([text.rsplit(" ", 1)[0] for text in X])}

    with pytest.raises(StudentRaised) as raised:
        compared(scaled)
    assert "as one of the preparations gives them" in raised.value.text
    with pytest.raises(StudentRaised) as raised:
        compared(cut, [f"some words {row}" for row in range(N)])
    assert "lacks the number at its end" in raised.value.text


def test_the_same_work_gives_the_same_record() -> None:
    one, other = compared(evaluate).record, compared(evaluate).record
    assert one.learned == other.learned
    assert [asked.rows for asked in one.asked] == [asked.rows for asked in other.asked]
