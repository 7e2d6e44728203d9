# %% right
# Intent: a journal study whose sampler's seed is made of `seed` and the number of trials in the file; missing trials are run with every Exception caught.
# The classifier's rows are dealt out once by a generator of `seed` alone: test rows, and three folds, class by class.
import zlib

import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def tune(objective, path, n_trials, *, seed=0):
    study = optuna.create_study(
        study_name="study",
        storage=JournalStorage(JournalFileBackend(str(path))),
        direction="minimize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(),
    )
    trials = study.get_trials(deepcopy=False)
    study.sampler = optuna.samplers.TPESampler(
        seed=zlib.crc32(f"{seed} after {len(trials)}".encode()), n_startup_trials=5
    )
    missing = n_trials - sum(trial.state.is_finished() for trial in trials)
    if missing > 0:
        study.optimize(objective, n_trials=missing, catch=(Exception,))
    return study


def tune_classifier(make_model, suggest, X, y, path, n_trials, *, seed=0):
    X, y = np.asarray(X), np.asarray(y)
    order = np.random.default_rng(seed).permutation(len(X))
    test, train = np.split(order, [round(len(X) / 5)])
    by_class = train[np.argsort(y[train], kind="stable")]
    folds = [by_class[k::3] for k in range(3)]

    def objective(trial):
        params = suggest(trial)
        errors = []
        for k, held_out in enumerate(folds):
            others = np.concatenate(folds[:k] + folds[k + 1 :])
            model = make_model(dict(params))
            model.fit(X[others], y[others])
            errors.append(np.mean(model.predict(X[held_out]) != y[held_out]))
        return float(np.mean(errors))

    best = tune(objective, path, n_trials, seed=seed).best_trial
    model = make_model(dict(best.params))
    model.fit(X[train], y[train])
    return {
        "params": best.params,
        "error": best.value,
        "model": model,
        "test_accuracy": float(np.mean(model.predict(X[test]) == y[test])),
    }

# %% wrong: tune
# Misconception: the same seed on each call makes the search go on where it has stopped, as the file keeps the sampler's state.
def tune(objective, path, n_trials, *, seed=0):
    study = optuna.create_study(
        study_name="study",
        storage=JournalStorage(JournalFileBackend(str(path))),
        direction="minimize",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.MedianPruner(),
    )
    missing = n_trials - sum(trial.state.is_finished() for trial in study.trials)
    if missing > 0:
        study.optimize(objective, n_trials=missing, catch=(Exception,))
    return study

# %% wrong: tune_classifier
# Misconception: cross-validation holds rows out by itself, so trials may be compared on all rows; test rows are only left out of the last fit.
def tune_classifier(make_model, suggest, X, y, path, n_trials, *, seed=0):
    X, y = np.asarray(X), np.asarray(y)
    order = np.random.default_rng(seed).permutation(len(X))
    test, train = np.split(order, [round(len(X) / 5)])
    by_class = order[np.argsort(y[order], kind="stable")]
    folds = [by_class[k::3] for k in range(3)]

    def objective(trial):
        params = suggest(trial)
        errors = []
        for k, held_out in enumerate(folds):
            others = np.concatenate(folds[:k] + folds[k + 1 :])
            model = make_model(dict(params))
            model.fit(X[others], y[others])
            errors.append(np.mean(model.predict(X[held_out]) != y[held_out]))
        return float(np.mean(errors))

    best = tune(objective, path, n_trials, seed=seed).best_trial
    model = make_model(dict(best.params))
    model.fit(X[train], y[train])
    return {
        "params": best.params,
        "error": best.value,
        "model": model,
        "test_accuracy": float(np.mean(model.predict(X[test]) == y[test])),
    }
