"""Serving models, a classifier by a tuner (tf2.19.11): wrong answers, and right ones."""

import warnings

import numpy as np
from optuna.trial import TrialState
from sklearn.base import clone
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, cross_val_score, train_test_split

from autograder.mutants.serving_models.tuning import Tuner
from autograder.testing import alternative, mutant


class Search:
    """A search; mutants are made with other steps in place of some of its own."""

    summary = staticmethod(np.mean)

    def __init__(self, **steps):
        vars(self).update(steps)

    def __call__(self, make_model, suggest, X, y, path, n_trials, *, seed=0):
        X, y = np.asarray(X), np.asarray(y)
        train, test = self.split(y, seed)
        searched = self.searched(train, test)

        def objective(trial):
            return self.value(make_model, suggest(trial), X[searched], y[searched], seed)

        study = self.study(objective, path, n_trials, seed)
        params = self.params(study)
        fitted_to = self.fitted_to(train, test)
        model = make_model(params).fit(X[fitted_to], y[fitted_to])
        judged_on = self.judged_on(train, test)
        accuracy = np.mean(model.predict(X[judged_on]) == y[judged_on])
        return {"params": params, "error": study.best_value, "model": model, "test_accuracy": float(accuracy)}

    def split(self, y, seed):
        return train_test_split(np.arange(len(y)), test_size=round(len(y) / 5), stratify=y, random_state=seed)

    def study(self, objective, path, n_trials, seed):
        return Tuner()(objective, path, n_trials, seed=seed)

    def searched(self, train, test):
        return train

    def value(self, make_model, params, X, y, seed):
        errors = []
        for fit_to, held_out in self.folds(seed).split(X, y):
            model = make_model(params).fit(X[fit_to], y[fit_to])
            errors.append(self.error(model, X, y, fit_to, held_out))
        return float(self.summary(errors))

    def folds(self, seed):
        return StratifiedKFold(3, shuffle=True, random_state=seed)

    def error(self, model, X, y, fit_to, held_out):
        return np.mean(model.predict(X[held_out]) != y[held_out])

    def params(self, study):
        return study.best_params

    def fitted_to(self, train, test):
        return train

    def judged_on(self, train, test):
        return test


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_test_rows_decide_nothing")
def tuned_on_all_rows(*args, **how):
    """You search on all rows and split afterwards: the test rows have chosen the parameters."""
    return Search(searched=lambda train, test: np.sort(np.concatenate([train, test])))(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_test_rows_decide_nothing")
def scored_on_the_test_rows(make_model, suggest, X, y, path, n_trials, *, seed=0):
    """You judge each trial on the test rows: what is chosen by them can't be judged by them."""
    X, y = np.asarray(X), np.asarray(y)
    train, test = Search().split(y, seed)

    def objective(trial):
        model = make_model(suggest(trial)).fit(X[train], y[train])
        return float(np.mean(model.predict(X[test]) != y[test]))

    study = Tuner()(objective, path, n_trials, seed=seed)
    model = make_model(study.best_params).fit(X[train], y[train])
    accuracy = float(np.mean(model.predict(X[test]) == y[test]))
    return {"params": study.best_params, "error": study.best_value, "model": model, "test_accuracy": accuracy}


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_test_rows_decide_nothing")
def fitted_to_all_rows(*args, **how):
    """You fit the last model to all rows, the test rows among them: nothing is left to judge it by."""
    return Search(fitted_to=lambda train, test: np.concatenate([train, test]))(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_test_rows_decide_nothing")
def a_tenth_for_the_test(*args, **how):
    """Your test rows are a tenth: a fifth is asked for."""
    return Search(split=lambda y, seed: train_test_split(np.arange(len(y)), test_size=len(y) // 10, random_state=seed))(
        *args, **how
    )


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def errors_on_rows_it_knows(*args, **how):
    """You judge a model on rows that it was fitted to."""

    def error(model, X, y, fit_to, held_out):
        model.predict(X[held_out])
        return np.mean(model.predict(X[fit_to]) != y[fit_to])

    return Search(error=error)(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def accuracy_made_small(*args, **how):
    """A trial's value is its accuracy, which the study makes as small as it can: the error rate is asked for."""
    return Search(error=lambda model, X, y, fit_to, held_out: np.mean(model.predict(X[held_out]) == y[held_out]))(
        *args, **how
    )


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def five_folds(*args, **how):
    """You take five folds: three are asked for."""
    return Search(folds=lambda seed: StratifiedKFold(5, shuffle=True, random_state=seed))(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def the_best_fold(*args, **how):
    """You take a trial's best fold for its value: their mean is asked for."""
    return Search(summary=min)(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_folds_are_the_same_for_each_trial")
def other_folds_each_time(*args, **how):
    """Each trial has other folds: whether it is better or has luck, you can't tell."""
    return Search(folds=lambda seed: StratifiedKFold(3, shuffle=True))(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_folds_are_the_same_for_each_trial")
def folds_drawn_in_each_call(make_model, suggest, X, y, path, n_trials, *, seed=0):
    """You draw other folds in each call: when the search goes on, its trials are judged on other rows than before."""
    folds = StratifiedKFold(3, shuffle=True, random_state=seed + n_trials)
    return Search(folds=lambda seed: folds)(make_model, suggest, X, y, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_takes_lists")
def arrays_and_no_lists(make_model, suggest, X, y, path, n_trials, *, seed=0):
    """You take arrays alone: rows and classes may be lists, so make arrays of what comes."""

    def split(y, seed):
        rows = np.arange(X.shape[0])
        return train_test_split(rows, test_size=round(len(rows) / 5), stratify=y, random_state=seed)

    return Search(split=split)(make_model, suggest, X, y, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_the_best_is_fitted_to_all_training_rows")
def the_last_trial(*args, **how):
    """You take the parameters of the last trial: the best one's are asked for."""

    def params(study):
        trials = study.get_trials(states=[TrialState.COMPLETE])
        return [trial.params for trial in trials if trial.value > study.best_value][-1]  # may be the last but one

    return Search(params=params)(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_the_best_is_fitted_to_all_training_rows")
def judged_on_training_rows(*args, **how):
    """You report the accuracy on training rows."""
    return Search(judged_on=lambda train, test: train)(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_the_best_is_fitted_to_all_training_rows")
def judged_on_all_rows(*args, **how):
    """You report the accuracy on all rows: four fifths of them are rows that the model was fitted to."""
    return Search(judged_on=lambda train, test: np.concatenate([train, test]))(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_test_rows_stay_test_rows")
def another_split_each_time(*args, **how):
    """You split by chance each time: when you go on, yesterday's test rows have been trained on."""
    return Search(split=lambda y, seed: train_test_split(np.arange(len(y)), test_size=round(len(y) / 5), stratify=y))(
        *args, **how
    )


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_seed_decides")
def the_last_fifth(*args, **how):
    """You take the last rows for the test: where rows lie in order, these are like no others. Draw them at random."""
    return Search(split=lambda y, seed: np.split(np.arange(len(y)), [len(y) - round(len(y) / 5)]))(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_seed_decides")
def seed_not_handed_on(*args, **how):
    """Your `seed` decides on the rows alone: hand it on to `tune`, which needs it for what is tried."""
    return Search(study=lambda objective, path, n_trials, seed: Tuner()(objective, path, n_trials))(*args, **how)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_parameters_that_fail_are_passed_over")
def a_fit_that_fails_is_all_wrong(*args, **how):
    """You give parameters that fail an error rate of 1: their trial has not failed then."""

    def value(*of_a_trial):
        try:
            return Search().value(*of_a_trial)
        except Exception:
            return 1.0

    return Search(value=value)(*args, **how)


# ---------------------------------------------------------------- right


@alternative("tf2.19.11", replaces="tune_classifier")
def by_cross_val_score(make_model, suggest, X, y, path, n_trials, *, seed=0):
    """With scikit-learn's function, and rows that are shuffled by hand."""
    X, y = np.asarray(X), np.asarray(y)
    order = np.random.default_rng(seed).permutation(len(X))
    n_test = round(len(X) / 5)
    test, train = order[:n_test], order[n_test:]

    def objective(trial):
        folds = KFold(3)
        model = make_model(suggest(trial))
        return 1 - cross_val_score(model, X[train], y[train], cv=folds, error_score="raise").mean()

    study = Tuner()(objective, path, n_trials, seed=seed)
    best = clone(make_model(study.best_trial.params)).fit(X[train], y[train])
    accuracy = best.score(X[test], y[test])
    return {"params": study.best_params, "error": study.best_value, "model": best, "test_accuracy": accuracy}


@alternative("tf2.19.11", replaces="tune_classifier")
def failed_fits_are_nan(make_model, suggest, X, y, path, n_trials, *, seed=0):
    """A fit that fails is NaN to scikit-learn, and a trial whose value is NaN has failed; of equal trials the last."""
    rows = train_test_split(np.asarray(X), np.asarray(y), test_size=round(len(y) / 5), random_state=seed)
    train, test = (rows[0], rows[2]), (rows[1], rows[3])

    def objective(trial):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return 1 - cross_val_score(make_model(suggest(trial)), *train, cv=3).mean()

    trials = Tuner()(objective, path, n_trials, seed=seed).get_trials(states=[TrialState.COMPLETE])
    best = min(reversed(trials), key=lambda trial: trial.value)
    model = make_model(best.params).fit(*train)
    return {"params": best.params, "error": best.value, "model": model, "test_accuracy": model.score(*test)}


@alternative("tf2.19.11", replaces="tune_classifier")
def one_split_by_scikit_learn(make_model, suggest, X, y, path, n_trials, *, seed=0):
    """With folds that are made once, and lists."""
    train, test = next(ShuffleSplit(1, test_size=round(len(y) / 5), random_state=seed).split(X))
    X, y = np.asarray(X), np.asarray(y)
    folds = list(StratifiedKFold(3).split(X[train], y[train]))

    def objective(trial):
        params = suggest(trial)
        wrong = [1 - make_model(params).fit(X[train][a], y[train][a]).score(X[train][b], y[train][b]) for a, b in folds]
        return sum(wrong) / 3

    study = Tuner()(objective, path, n_trials, seed=seed)
    model = make_model(dict(study.best_params))
    model.fit(X[train], y[train])
    return {"params": study.best_params, "error": study.best_value, "model": model,
            "test_accuracy": model.score(X[test], y[test])}  # fmt: skip
