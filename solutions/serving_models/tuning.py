"""Serving models, hyperparameters by a tuner (tf2.19.11): the answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from numpy.typing import ArrayLike
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import Trial
from sklearn.model_selection import StratifiedKFold, train_test_split


def tune(objective: Callable[[Trial], float], path: str | Path, n_trials: int, *, seed: int = 0) -> optuna.Study:
    """Bring the study in a file to so many finished trials, and return it.

    The file is a journal of Optuna's (`JournalStorage` with a `JournalFileBackend`);
    the study in it has the name "study" and minimises. Its sampler is a `TPESampler`,
    whose own settings are free; its pruner a `MedianPruner` with default settings.

    Parameters
    ----------
    objective : as `Study.optimize` takes it: it asks a trial for values, may report
        intermediate ones, and returns a number or raises `optuna.TrialPruned`.
    path : the file. If it is not there, the study begins; if it is, it goes on.
    n_trials : how many finished trials the study has in the end: complete, pruned and
        failed ones, those of earlier calls counted. If there are as many or more
        already, none is added. A trial that a killed process has left behind, still
        "running" in the file, is not finished: it does not count.
    seed : decides, with the trials that are in the file, what is tried: called in the
        same way with a new file, it tries the same. What is tried after going on is
        not what was tried before (a sampler that is made anew with one and the same
        seed begins with the same numbers).

    A trial whose objective raises any other `Exception` is recorded as failed, and the
    next one begins. `KeyboardInterrupt` ends the search and comes out of this function.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "study"
    >>> def objective(trial):
    ...     return trial.suggest_float("x", 1.0, 2.0)
    >>> len(tune(objective, path, 2).trials), len(tune(objective, path, 5).trials)
    (2, 5)
    >>> tune(objective, path, 3).best_value >= 1.0
    True
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(JournalFileBackend(str(path)))
    study = optuna.create_study(storage=storage, study_name="study", load_if_exists=True)
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
    study.pruner = optuna.pruners.MedianPruner()
    finished = sum(trial.state.is_finished() for trial in study.trials)
    if finished < n_trials:
        study.optimize(objective, n_trials=n_trials - finished, catch=(Exception,))
    return study


def tune_classifier(
    make_model: Callable[[dict[str, Any]], Any], suggest: Callable[[Trial], dict[str, Any]],
    X: ArrayLike, y: ArrayLike, path: str | Path, n_trials: int, *, seed: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Tune a classifier by cross-validation, and judge the best one on test rows.

    A fifth of the rows, ``round(len(X) / 5)``, chosen at random or stratified, are test
    rows: the same ones whenever it is called with the same data and seed. All else is
    done with the others, the training rows. A trial's value is the mean of the error
    rates in 3-fold cross-validation on them, with the same folds in each trial. A new
    model with the best parameters is fitted to all training rows.

    Parameters
    ----------
    make_model : called with parameters, returns a new classifier (scikit-learn's
        `BaseEstimator`, with `fit(X, y)` and `predict(X)`). It may raise, and so may
        a fit: then the trial has failed.
    suggest : called with a trial, asks it for the parameters and returns them, a
        dictionary like ``trial.params``.
    X, y : (n, d), and (n,) classes, each with 20 rows or more.
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
    ...     X, y, Path(tempfile.mkdtemp()) / "study", n_trials=8)
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
