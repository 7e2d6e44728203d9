# %% right
# Intent: count what is finished in the file, let Optuna do the rest, with a sampler whose seed is made of the given
# one and of how many trials the file has. The classifier's rows are shuffled by hand from the seed: test rows first,
# then three folds, which are dealt out class by class.
import random
import warnings

import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def tune(objective, path, n_trials, *, seed=0):
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(path))),
        study_name="study",
        direction="minimize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(),
    )
    trials = study.get_trials(deepcopy=False)
    finished = 0
    for trial in trials:
        if trial.state.is_finished():
            finished += 1
    own_seed = random.Random(f"{seed} after {len(trials)}").randrange(2**32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.sampler = optuna.samplers.TPESampler(seed=own_seed, multivariate=True)
    if finished < n_trials:
        study.optimize(objective, n_trials=n_trials - finished, catch=(Exception,))
    return study


def tune_classifier(make_model, suggest, X, y, path, n_trials, *, seed=0):
    X, y = np.asarray(X), np.asarray(y)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    n_test = round(len(X) / 5)
    test, train = order[:n_test], order[n_test:]
    X_train, y_train = X[train], y[train]

    fold = np.zeros(len(train), dtype=int)
    dealt = 0
    for c in np.unique(y_train):
        for i in np.flatnonzero(y_train == c):
            fold[i] = dealt % 3
            dealt += 1

    def objective(trial):
        params = suggest(trial)
        errors = []
        for k in range(3):
            model = make_model(params)
            model.fit(X_train[fold != k], y_train[fold != k])
            errors.append(np.mean(model.predict(X_train[fold == k]) != y_train[fold == k]))
        return float(sum(errors) / 3)

    best = tune(objective, path, n_trials, seed=seed).best_trial
    model = make_model(dict(best.params))
    model.fit(X_train, y_train)
    accuracy = float(np.mean(model.predict(X[test]) == y[test]))
    return {"params": dict(best.params), "error": best.value, "model": model, "test_accuracy": accuracy}


# %% wrong: tune
# Misconception: a sampler with the same seed takes up its sequence of numbers where it was interrupted.
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def tune(objective, path, n_trials, *, seed=0):
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(path))),
        study_name="study",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.MedianPruner(),
    )
    finished = sum(trial.state.is_finished() for trial in study.trials)
    if finished < n_trials:
        study.optimize(objective, n_trials=n_trials - finished, catch=(Exception,))
    return study


# %% wrong: tune_classifier
# Misconception: each trial should get folds of its own, since folds that are always the same would be overfitted.
import numpy as np


def tune_classifier(make_model, suggest, X, y, path, n_trials, *, seed=0):
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    X, y = np.asarray(X), np.asarray(y)
    order = np.random.default_rng(seed).permutation(len(X))
    n_test = round(len(X) / 5)
    test, train = order[:n_test], order[n_test:]

    def objective(trial):
        folds = StratifiedKFold(3, shuffle=True, random_state=trial.number)
        model = make_model(suggest(trial))
        return 1 - float(cross_val_score(model, X[train], y[train], cv=folds, error_score="raise").mean())

    best = tune(objective, path, n_trials, seed=seed).best_trial
    model = make_model(dict(best.params)).fit(X[train], y[train])
    accuracy = float(np.mean(model.predict(X[test]) == y[test]))
    return {"params": dict(best.params), "error": best.value, "model": model, "test_accuracy": accuracy}
