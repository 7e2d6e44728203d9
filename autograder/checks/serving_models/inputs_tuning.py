"""Where the checks of tuning keep a study (tf2.19.11)."""


class File:
    """Probe: the place of a study that is not there yet, and what stands in it later on. It goes when this object goes;
    its name, another one each time, stands in no transcript."""

    def __init__(self, kind="Path"):
        import shutil
        import tempfile
        import weakref
        from pathlib import Path

        self.folder = tempfile.mkdtemp()
        self.path = Path(self.folder) / "study" if kind == "Path" else self.folder + "/study"
        weakref.finalize(self, shutil.rmtree, self.folder, True)

    def study(self):
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        return optuna.load_study(study_name="study", storage=JournalStorage(JournalFileBackend(str(self.path))))

    def read(self):
        """For each trial: state, value, parameters. And the direction."""
        study = self.study()
        trials = [[trial.state.name, trial.value, dict(trial.params)] for trial in study.trials]
        return trials, study.direction.name

    def abandon(self):
        """Leave a trial behind that is still running, as a process that is killed does."""
        import optuna

        study = self.study()
        study.sampler = optuna.samplers.RandomSampler(seed=1)
        study.ask().suggest_float("x0", 0.0, 1.0)

    def tune(self, tune, objective, n_trials, **how):
        """What a call returns of its study: how many trials, the best value. Disks are not waited for."""
        from unittest import mock

        with mock.patch("os.fsync", return_value=None):
            study = tune(objective, self.path, n_trials, **how)
        try:
            best = study.best_value
        except ValueError:
            best = None
        return type(study).__name__, len(study.trials), best

    def ended(self, tune, objective, n_trials):
        """How a call ends that is interrupted."""
        try:
            tune(objective, self.path, n_trials)
        except KeyboardInterrupt:
            return "interrupted"
        except NotImplementedError:
            raise
        except Exception as error:
            return "raises " + type(error).__name__
        return "goes on"

    def classifier(self, tune_classifier, make_model, X, y, n_trials, **how):
        from unittest import mock

        def suggest(trial):
            return {"share": trial.suggest_float("share", 0.0, 1.0)}

        with mock.patch("os.fsync", return_value=None):
            found = tune_classifier(make_model, suggest, X, y, self.path, n_trials, **how)
        keys = ("params", "error", "test_accuracy")
        return {key: dict(found[key]) if key == "params" else found[key] for key in keys}, found["model"].number_
