"""Serving models, hyperparameters by a tuner (tf2.19.11): the answers."""

from collections.abc import Callable
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import Trial


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
    >>> len(tune(objective, path, 1).trials), len(tune(objective, path, 3).trials)
    (1, 3)
    >>> tune(objective, path, 2).best_value >= 1.0
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
