"""Serving models, hyperparameters by a tuner (tf2.19.11): wrong answers, and right ones."""

import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

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
        return optuna.samplers.TPESampler(seed=np.random.randint(2**31))  # another one for each search


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
    """Your sampler has a seed of chance: nobody can repeat the search."""
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
