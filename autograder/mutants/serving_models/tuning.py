"""Serving models, hyperparameters by a tuner (tf2.19.11): wrong answers, and right ones."""

import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from sklearn.base import clone
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedKFold, cross_val_score, train_test_split

from autograder.testing import alternative, mutant, naive

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Tuner:
    """A tuner whose steps mutants change."""

    catches = (Exception,)
    counted = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)

    def __call__(self, objective, path, n_trials, *, seed=0):
        study = self.study(path)
        study.sampler = self.sampler(seed, len(study.trials))
        study.pruner = self.pruner(study)
        left = self.left(study, n_trials)
        if left > 0:
            study.optimize(objective, n_trials=left, catch=self.catches)
        return study

    def study(self, path):
        storage = JournalStorage(JournalFileBackend(str(path)))
        return optuna.create_study(study_name="study", storage=storage, load_if_exists=True)

    def sampler(self, seed, n):
        return optuna.samplers.TPESampler(seed=seed + n)

    def pruner(self, study):
        return optuna.pruners.MedianPruner()

    def left(self, study, n_trials):
        return n_trials - len(study.get_trials(states=self.counted, deepcopy=False))


class _AllAnew(Tuner):
    def left(self, study, n_trials):
        return n_trials


class _WithoutFailed(Tuner):
    counted = (TrialState.COMPLETE, TrialState.PRUNED)


class _WithoutPruned(Tuner):
    counted = (TrialState.COMPLETE, TrialState.FAIL)


class _Running(Tuner):
    def left(self, study, n_trials):
        return n_trials - len(study.trials)


class _Stops(Tuner):
    catches = ()


class _SameNumbers(Tuner):
    def sampler(self, seed, n):
        return optuna.samplers.TPESampler(seed=seed)


class _OtherNumbers(Tuner):
    def sampler(self, seed, n):
        return optuna.samplers.TPESampler()


class _OneSeed(Tuner):
    def sampler(self, seed, n):
        return optuna.samplers.TPESampler(seed=n)


class _Patient(Tuner):
    def pruner(self, study):
        return optuna.pruners.NopPruner()


class _ByChance(Tuner):
    def sampler(self, seed, n):
        return optuna.samplers.RandomSampler(seed=seed + n)


class _LateLearner(Tuner):
    def sampler(self, seed, n):
        return optuna.samplers.TPESampler(seed=seed + n, n_startup_trials=45)


@mutant("tf2.19.11", replaces="tune", fails="test_trials_are_counted_once")
def as_many_again(objective, path, n_trials, *, seed=0):
    """You run `n_trials` more: those that are in the file count."""
    return _AllAnew()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_trials_are_counted_once")
def begins_anew(objective, path, n_trials, *, seed=0):
    """You delete the study that is in the file and begin anew: days of work are gone."""
    storage = JournalStorage(JournalFileBackend(str(path)))
    if storage.get_all_studies():
        optuna.delete_study(study_name="study", storage=storage)
    return Tuner()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_trials_are_counted_once")
def the_largest_value(objective, path, n_trials, *, seed=0):
    """Your study maximises: the objective is to become small."""
    storage = JournalStorage(JournalFileBackend(str(path)))
    optuna.create_study(study_name="study", storage=storage, load_if_exists=True, direction="maximize")
    return Tuner()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_a_failed_trial_stops_nothing")
def stops_at_the_first_fault(objective, path, n_trials, *, seed=0):
    """An exception in a trial ends your search: `catch=(Exception,)` notes it and goes on."""
    return _Stops()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_a_failed_trial_stops_nothing")
def failed_is_infinite(objective, path, n_trials, *, seed=0):
    """You give a failed trial the value infinity: then it counts as complete, and the sampler takes it for a result."""

    def forgiving(trial):
        try:
            return objective(trial)
        except optuna.TrialPruned:
            raise
        except Exception:
            return float("inf")

    return Tuner()(forgiving, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_a_failed_trial_stops_nothing")
def goes_on_whatever_happens(objective, path, n_trials, *, seed=0):
    """You catch `KeyboardInterrupt` as well: nobody can stop your search any more."""

    class Deaf(Tuner):
        catches = (BaseException,)

    def stubborn(trial):
        try:
            return objective(trial)
        except KeyboardInterrupt as error:
            raise RuntimeError("not now") from error

    return Deaf()(stubborn, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_a_failed_trial_stops_nothing")
def only_value_errors(objective, path, n_trials, *, seed=0):
    """You catch a `ValueError` alone: a training can fail in any way."""

    class Picky(Tuner):
        catches = (ValueError,)

    return Picky()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_goes_on_after_an_interruption")
def counts_what_is_running(objective, path, n_trials, *, seed=0):
    """You count trials that a killed process has left behind: they are no results."""
    return _Running()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_goes_on_after_an_interruption")
def failed_ones_count_for_nothing(objective, path, n_trials, *, seed=0):
    """Failed trials count: else a search whose trials all fail never ends."""
    return _WithoutFailed()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_bad_trials_are_pruned")
def pruned_ones_count_for_nothing(objective, path, n_trials, *, seed=0):
    """Pruned trials count: something was learned from them."""
    return _WithoutPruned()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_nothing_is_tried_twice")
def the_same_again(objective, path, n_trials, *, seed=0):
    """When you go on, the sampler begins with the same random numbers: it tries what it has tried before."""
    return _SameNumbers()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_nothing_is_tried_twice")
def without_a_seed(objective, path, n_trials, *, seed=0):
    """Your sampler has no seed: nobody can repeat the search."""
    return _OtherNumbers()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_nothing_is_tried_twice")
def seed_is_not_used(objective, path, n_trials, *, seed=0):
    """`seed` changes nothing."""
    return _OneSeed()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_bad_trials_are_pruned")
def never_pruned(objective, path, n_trials, *, seed=0):
    """Your study prunes nothing."""
    return _Patient()(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_bad_trials_are_pruned")
def pruned_at_first_only(objective, path, n_trials, *, seed=0):
    """When the study goes on, the pruner is gone: it is not in the file."""

    class Forgetful(Tuner):
        def pruner(self, study):
            return optuna.pruners.NopPruner() if study.trials else optuna.pruners.MedianPruner()

    return Forgetful()(objective, path, n_trials, seed=seed)


@naive("tf2.19.11", replaces="tune", fails="test_beats_random_search")
def by_chance(objective, path, n_trials, *, seed=0):
    """You draw all values by chance: let a `TPESampler` choose by what it has seen."""
    return _ByChance()(objective, path, n_trials, seed=seed)


@naive("tf2.19.11", replaces="tune", fails="test_beats_random_search")
def learns_too_late(objective, path, n_trials, *, seed=0):
    """Your sampler tries nearly all of its trials by chance before it begins to learn."""
    return _LateLearner()(objective, path, n_trials, seed=seed)


# ---------------------------------------------------------------- the classifier


class Search:
    """A search whose steps mutants change."""

    def __call__(self, make_model, suggest, X, y, path, n_trials, *, seed=0):
        X, y = np.asarray(X), np.asarray(y)
        train, test = self.split(y, seed)
        searched = self.searched(train, test)

        def objective(trial):
            return self.value(make_model, suggest(trial), X[searched], y[searched], seed)

        study = Tuner()(objective, path, n_trials, seed=seed)
        params = self.params(study)
        fitted_to = self.fitted_to(train, test)
        model = make_model(params).fit(X[fitted_to], y[fitted_to])
        judged_on = self.judged_on(train, test)
        accuracy = np.mean(model.predict(X[judged_on]) == y[judged_on])
        return {"params": params, "error": study.best_value, "model": model, "test_accuracy": float(accuracy)}

    def split(self, y, seed):
        return train_test_split(np.arange(len(y)), test_size=round(len(y) / 5), stratify=y, random_state=seed)

    def searched(self, train, test):
        return train

    def value(self, make_model, params, X, y, seed):
        errors = []
        for fit_to, held_out in self.folds(seed).split(X, y):
            model = make_model(params).fit(X[fit_to], y[fit_to])
            errors.append(self.error(model, X, y, fit_to, held_out))
        return float(np.mean(errors))

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
def tuned_on_all_rows(*args, **kwargs):
    """You search on all rows and split afterwards: the test rows have chosen the parameters."""

    class Wrong(Search):
        def searched(self, train, test):
            return np.sort(np.concatenate([train, test]))

    return Wrong()(*args, **kwargs)


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
def fitted_to_all_rows(*args, **kwargs):
    """You fit the last model to all rows, the test rows among them: nothing is left to judge it by."""

    class Wrong(Search):
        def fitted_to(self, train, test):
            return np.concatenate([train, test])

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_test_rows_decide_nothing")
def a_tenth_for_the_test(*args, **kwargs):
    """Your test rows are a tenth: a fifth is asked for."""

    class Wrong(Search):
        def split(self, y, seed):
            return train_test_split(np.arange(len(y)), test_size=round(len(y) / 10), stratify=y, random_state=seed)

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def errors_on_rows_it_knows(*args, **kwargs):
    """You judge a model on rows that it was fitted to."""

    class Wrong(Search):
        def error(self, model, X, y, fit_to, held_out):
            model.predict(X[held_out])
            return np.mean(model.predict(X[fit_to]) != y[fit_to])

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def accuracy_made_small(*args, **kwargs):
    """A trial's value is its accuracy, which the study makes as small as it can: the error rate is asked for."""

    class Wrong(Search):
        def error(self, model, X, y, fit_to, held_out):
            return 1 - super().error(model, X, y, fit_to, held_out)

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def five_folds(*args, **kwargs):
    """You take five folds: three are asked for."""

    class Wrong(Search):
        def folds(self, seed):
            return StratifiedKFold(5, shuffle=True, random_state=seed)

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_values_are_errors_on_rows_held_out")
def the_best_fold(*args, **kwargs):
    """You take a trial's best fold for its value: their mean is asked for."""

    class Wrong(Search):
        def value(self, make_model, params, X, y, seed):
            errors = []
            for fit_to, held_out in self.folds(seed).split(X, y):
                model = make_model(params).fit(X[fit_to], y[fit_to])
                errors.append(float(self.error(model, X, y, fit_to, held_out)))
            return min(errors)

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_folds_are_the_same_for_each_trial")
def other_folds_each_time(*args, **kwargs):
    """Each trial has other folds: whether it is better or has luck, you can't tell."""

    class Wrong(Search):
        def folds(self, seed):
            return StratifiedKFold(3, shuffle=True)

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_the_best_is_fitted_to_all_training_rows")
def the_last_trial(*args, **kwargs):
    """You take the parameters of the last trial: the best one's are asked for."""

    class Wrong(Search):
        def params(self, study):
            worst = max(study.get_trials(states=[TrialState.COMPLETE]), key=lambda trial: trial.value)
            return worst.params

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_the_best_is_fitted_to_all_training_rows")
def judged_on_training_rows(*args, **kwargs):
    """You report the accuracy on training rows."""

    class Wrong(Search):
        def judged_on(self, train, test):
            return np.concatenate([train, test])

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_test_rows_stay_test_rows")
def another_split_each_time(*args, **kwargs):
    """You split by chance each time: when you go on, yesterday's test rows have been trained on."""

    class Wrong(Search):
        def split(self, y, seed):
            return train_test_split(np.arange(len(y)), test_size=round(len(y) / 5), stratify=y)

    return Wrong()(*args, **kwargs)


@mutant("tf2.19.11", replaces="tune_classifier", fails="test_parameters_that_fail_are_passed_over")
def a_fit_that_fails_is_all_wrong(*args, **kwargs):
    """You give parameters that fail an error rate of 1: their trial has not failed then."""

    class Wrong(Search):
        def value(self, *args):
            try:
                return super().value(*args)
            except Exception:
                return 1.0

    return Wrong()(*args, **kwargs)


# ---------------------------------------------------------------- right


@alternative("tf2.19.11", replaces="tune")
def asked_and_told(objective, path, n_trials, *, seed=0):
    """Trial by trial, with a sampler of its own for each."""
    storage = JournalStorage(JournalFileBackend(str(path)))
    try:
        study = optuna.load_study(study_name="study", storage=storage)
    except KeyError:
        study = optuna.create_study(study_name="study", storage=storage)
    study.pruner = optuna.pruners.MedianPruner()
    done = [trial for trial in study.trials if trial.state.is_finished()]
    for number in range(len(done), n_trials):
        study.sampler = optuna.samplers.TPESampler(seed=hash((seed, number)) % 2**31, n_startup_trials=8)
        trial = study.ask()
        try:
            study.tell(trial, objective(trial))
        except optuna.TrialPruned:
            study.tell(trial, state=TrialState.PRUNED)
        except Exception:
            study.tell(trial, state=TrialState.FAIL)
    return study


@alternative("tf2.19.11", replaces="tune")
def stopped_by_a_callback(objective, path, n_trials, *, seed=0):
    """As many as needed, one call of `optimize` for each; several parameters at once."""
    study = Tuner().study(path)
    seeds = np.random.SeedSequence([seed, len(study.trials)]).generate_state(1)
    study.sampler = optuna.samplers.TPESampler(seed=int(seeds[0]), multivariate=True)
    while sum(trial.state.is_finished() for trial in study.get_trials(deepcopy=False)) < n_trials:
        study.optimize(objective, n_trials=1, catch=Exception)
    return study


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
    return dict(
        params=study.best_params, error=study.best_value, model=best, test_accuracy=best.score(X[test], y[test])
    )


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
