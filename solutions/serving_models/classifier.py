"""Serving models, a classifier by a tuner (tf2.19.11): the answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from optuna.trial import Trial
from sklearn.model_selection import StratifiedKFold, train_test_split

from solutions.serving_models.tuning import tune


def tune_classifier(
    make_model: Callable[[dict[str, Any]], Any], suggest: Callable[[Trial], dict[str, Any]],
    X: ArrayLike, y: ArrayLike, path: str | Path, n_trials: int, *, seed: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Tune a classifier by cross-validation, and judge the best one on test rows.

    A fifth of the rows, ``round(len(X) / 5)``, drawn at random, stratified or not, are
    test rows: the same ones whenever it is called with the same data and seed. All else
    is done with the others, the training rows. A trial's value is the mean of the error
    rates in 3-fold cross-validation on them, with the same folds in each trial. A new
    model with the best parameters is fitted to all training rows.

    Parameters
    ----------
    make_model : called with parameters, returns a new classifier (scikit-learn's
        `BaseEstimator`, with `fit(X, y)` and `predict(X)`). It may raise, and so may
        a fit: then the trial has failed.
    suggest : called with a trial, asks it for the parameters and returns them, a
        dictionary like ``trial.params``.
    X, y : (n, d), and (n,) classes, each with 20 rows or more; arrays, or lists.
    path, n_trials, seed : as for `tune`. At least one trial in the file is complete in
        the end.

    Returns
    -------
    A dictionary: "params", those of the best trial in the file; "error", its value;
    "model", fitted; "test_accuracy", of this model on the test rows, the share of
    right predictions.

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> X, y = np.arange(100.0).reshape(-1, 1), np.arange(100) // 50
    >>> found = tune_classifier(
    ...     lambda params: KNeighborsClassifier(**params),
    ...     lambda trial: {"n_neighbors": trial.suggest_int("n_neighbors", 1, 60)},
    ...     X, y, Path(tempfile.mkdtemp()) / "study", n_trials=3)
    >>> sorted(found), found["model"].n_samples_fit_
    (['error', 'model', 'params', 'test_accuracy'], 80)
    """
    rows, labels = np.asarray(X), np.asarray(y)
    X_train, X_test, y_train, y_test = train_test_split(
        rows, labels, test_size=round(len(rows) / 5), stratify=labels, random_state=seed
    )
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)

    def objective(trial: Trial) -> float:
        params, errors = suggest(trial), []
        for fit_to, held_out in folds.split(X_train, y_train):
            model = make_model(params).fit(X_train[fit_to], y_train[fit_to])
            errors.append(np.mean(model.predict(X_train[held_out]) != y_train[held_out]))
        return float(np.mean(errors))

    study = tune(objective, path, n_trials, seed=seed)
    model = make_model(study.best_params).fit(X_train, y_train)
    accuracy = float(np.mean(model.predict(X_test) == y_test))
    return {"params": study.best_params, "error": study.best_value, "model": model, "test_accuracy": accuracy}
