# %% right
# Intent: optuna does it: a TPE sampler that models the parameters together, seeded from seed and the number of trials in
# the file; catch=(Exception,) for failures. For the classifier train_test_split and cross_val_score, all seeded by seed.
import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split


def tune(objective, path, n_trials, *, seed=0):
    study = optuna.create_study(
        study_name="study",
        storage=JournalStorage(JournalFileBackend(str(path))),
        direction="minimize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(),
    )
    trials = study.get_trials(deepcopy=False)
    numbers = np.random.SeedSequence([seed, len(trials)]).generate_state(1)
    study.sampler = optuna.samplers.TPESampler(multivariate=True, seed=int(numbers[0]))
    missing = n_trials - sum(trial.state.is_finished() for trial in trials)
    if missing > 0:
        study.optimize(objective, n_trials=missing, catch=(Exception,))
    return study


def tune_classifier(make_model, suggest, X, y, path, n_trials, *, seed=0):
    X, y = np.asarray(X), np.asarray(y)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=round(len(X) / 5), random_state=seed)
    folds = list(StratifiedKFold(3, shuffle=True, random_state=seed).split(X_train, y_train))

    def objective(trial):
        model = make_model(suggest(trial))
        scores = cross_val_score(model, X_train, y_train, cv=folds, scoring="accuracy", error_score="raise")
        return float(np.mean(1 - scores))

    study = tune(objective, path, n_trials, seed=seed)
    model = make_model(study.best_params)
    model.fit(X_train, y_train)
    return {
        "params": study.best_params,
        "error": study.best_value,
        "model": model,
        "test_accuracy": float(accuracy_score(y_test, model.predict(X_test))),
    }


# %% wrong: tune
# Misconception: a seeded sampler stored with the study goes on where it stopped, so the same seed may be given at each
# call; the study in the file keeps track of the rest.
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def tune(objective, path, n_trials, *, seed=0):
    study = optuna.create_study(
        study_name="study",
        storage=JournalStorage(JournalFileBackend(str(path))),
        direction="minimize",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(multivariate=True, seed=seed),
        pruner=optuna.pruners.MedianPruner(),
    )
    missing = n_trials - sum(trial.state.is_finished() for trial in study.trials)
    if missing > 0:
        study.optimize(objective, n_trials=missing, catch=(Exception,))
    return study


# %% wrong: tune_classifier
# Misconception: cross-validation holds rows out by itself, so it may run on all rows; only the last fit has to leave the
# test rows out.
import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split


def tune_classifier(make_model, suggest, X, y, path, n_trials, *, seed=0):
    X, y = np.asarray(X), np.asarray(y)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=round(len(X) / 5), random_state=seed)
    folds = list(StratifiedKFold(3, shuffle=True, random_state=seed).split(X, y))

    def objective(trial):
        model = make_model(suggest(trial))
        scores = cross_val_score(model, X, y, cv=folds, scoring="accuracy", error_score="raise")
        return float(np.mean(1 - scores))

    study = tune(objective, path, n_trials, seed=seed)
    model = make_model(study.best_params)
    model.fit(X_train, y_train)
    return {
        "params": study.best_params,
        "error": study.best_value,
        "model": model,
        "test_accuracy": float(accuracy_score(y_test, model.predict(X_test))),
    }
