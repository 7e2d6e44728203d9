"""Serving models, hyperparameters by a tuner (tf2.19.11): wrong answers, and right ones."""

import numpy as np
import optuna
from optuna.pruners import MedianPruner, NopPruner
from optuna.samplers import RandomSampler, TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState

from autograder.testing import alternative, mutant, naive

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Tuner:
    """A tuner; mutants are made with other steps in place of some of its own."""

    catches = (Exception,)
    counted = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)

    def __init__(self, **steps):
        vars(self).update(steps)

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
        return TPESampler(seed=seed + n)

    def pruner(self, study):
        return MedianPruner()

    def left(self, study, n_trials):
        return n_trials - len(study.get_trials(states=self.counted, deepcopy=False))


@mutant("tf2.19.11", replaces="tune", fails="test_trials_are_counted_once")
def as_many_again(*args, **how):
    """You run `n_trials` more: those that are in the file count."""
    return Tuner(left=lambda study, n_trials: n_trials)(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_trials_are_counted_once")
def no_texts_for_paths(objective, path, n_trials, *, seed=0):
    """A path may be a text: make it what you need, `Path(path)` or `str(path)`, before you ask it for anything."""
    return Tuner()(objective, path.absolute(), n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_trials_are_counted_once")
def looks_afterwards(objective, path, n_trials, *, seed=0):
    """You look whether there are enough trials when one more has been made: a study that has them gets another one."""
    counted = MaxTrialsCallback(n_trials, states=Tuner.counted)
    study = Tuner()(objective, path, 0, seed=seed)
    study.optimize(objective, callbacks=[counted], catch=Tuner.catches)
    return study


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
def stops_at_the_first_fault(*args, **how):
    """An exception in a trial ends your search: `catch=(Exception,)` notes it and goes on."""
    return Tuner(catches=())(*args, **how)


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

    def stubborn(trial):
        try:
            return objective(trial)
        except KeyboardInterrupt as error:
            raise RuntimeError("not now") from error

    return Tuner()(stubborn, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_a_failed_trial_stops_nothing")
def only_value_errors(*args, **how):
    """You catch a `ValueError` alone: a training can fail in any way."""
    return Tuner(catches=(ValueError,))(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_goes_on_after_an_interruption")
def counts_what_is_running(*args, **how):
    """You count trials that a killed process has left behind: they are no results."""
    return Tuner(left=lambda study, n_trials: n_trials - len(study.trials))(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_goes_on_after_an_interruption")
def failed_ones_count_for_nothing(*args, **how):
    """Failed trials count: else a search whose trials all fail never ends."""
    return Tuner(counted=(TrialState.COMPLETE, TrialState.PRUNED))(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_bad_trials_are_pruned")
def pruned_ones_count_for_nothing(*args, **how):
    """Pruned trials count: something was learned from them."""
    return Tuner(counted=(TrialState.COMPLETE, TrialState.FAIL))(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_nothing_is_tried_twice")
def the_same_again(*args, **how):
    """When you go on, the sampler begins with the same random numbers: it tries what it has tried before."""
    return Tuner(sampler=lambda seed, n: TPESampler(seed=seed))(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_nothing_is_tried_twice")
def seeded_by_what_is_wanted(objective, path, n_trials, *, seed=0):
    """After an interruption one calls with the same `n_trials`: your sampler then begins with the same numbers again.
    Let it depend on how many trials there are."""
    return Tuner(sampler=lambda seed, n: TPESampler(seed=seed + n_trials))(objective, path, n_trials, seed=seed)


@mutant("tf2.19.11", replaces="tune", fails="test_nothing_is_tried_twice")
def without_a_seed(*args, **how):
    """Your sampler has a seed of chance: nobody can repeat the search."""
    return Tuner(sampler=lambda seed, n: TPESampler(seed=np.random.randint(2**31)))(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_nothing_is_tried_twice")
def seed_is_not_used(*args, **how):
    """`seed` changes nothing."""
    return Tuner(sampler=lambda seed, n: TPESampler(seed=n))(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_bad_trials_are_pruned")
def never_pruned(*args, **how):
    """Your study prunes nothing."""
    return Tuner(pruner=lambda study: NopPruner())(*args, **how)


@mutant("tf2.19.11", replaces="tune", fails="test_bad_trials_are_pruned")
def pruned_at_first_only(*args, **how):
    """When the study goes on, the pruner is gone: it is not in the file."""
    return Tuner(pruner=lambda study: NopPruner() if study.trials else MedianPruner())(*args, **how)


@naive("tf2.19.11", replaces="tune", fails="test_beats_random_search")
def by_chance(*args, **how):
    """You draw all values by chance: let a `TPESampler` choose by what it has seen."""
    return Tuner(sampler=lambda seed, n: RandomSampler(seed=seed + n))(*args, **how)


@naive("tf2.19.11", replaces="tune", fails="test_beats_random_search")
def learns_too_late(*args, **how):
    """Your sampler tries nearly all of its trials by chance before it begins to learn."""
    return Tuner(sampler=lambda seed, n: TPESampler(seed=seed + n, n_startup_trials=45))(*args, **how)


# ---------------------------------------------------------------- right


@alternative("tf2.19.11", replaces="tune")
def asked_and_told(objective, path, n_trials, *, seed=0):
    """Trial by trial, with a sampler of its own for each."""
    storage = JournalStorage(JournalFileBackend(str(path)))
    try:
        study = optuna.load_study(study_name="study", storage=storage)
    except KeyError:
        study = optuna.create_study(study_name="study", storage=storage)
    study.pruner = MedianPruner()
    done = [trial for trial in study.trials if trial.state.is_finished()]
    for number in range(len(done), n_trials):
        study.sampler = TPESampler(seed=hash((seed, number)) % 2**31, n_startup_trials=8)
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
    study.sampler = TPESampler(seed=int(seeds[0]), multivariate=True)
    while sum(trial.state.is_finished() for trial in study.get_trials(deepcopy=False)) < n_trials:
        study.optimize(objective, n_trials=1, catch=Exception)
    return study
