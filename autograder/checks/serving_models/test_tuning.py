"""Hidden checks of serving models: a tuner whose study is in a file (tf2.19.11)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.testing import check

# ---------------------------------------------------------------- probes: run in the student's process


class File:
    """Probe: the place of a study that is not there yet, and what stands in it later on. It goes when this object goes;
    its name, another one each time, stands in no transcript."""

    def __init__(self):
        import shutil
        import tempfile
        import weakref

        self.folder = tempfile.mkdtemp()
        self.path = self.folder + "/study"
        weakref.finalize(self, shutil.rmtree, self.folder, True)

    def study(self):
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        return optuna.load_study(study_name="study", storage=JournalStorage(JournalFileBackend(self.path)))

    def read(self):
        """For each trial: state, value, parameters. And the direction."""
        study = self.study()
        trials = [[trial.state.name, trial.value, dict(trial.params)] for trial in study.trials]
        return trials, study.direction.name

    def abandon(self):
        """Leave a trial behind that is still running, as a process that is killed does."""
        self.study().ask().suggest_float("x0", 0.0, 1.0)

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


class Objective:
    """Probe: an objective that remembers its calls. The trials in `fails` raise that exception; with `steps`, it
    reports its value in steps and is pruned where the trial says so."""

    def __init__(self, centre, turn=None, fails=None, steps=0):
        self.centre, self.turn, self.fails, self.steps = centre, turn, fails or {}, steps
        self.tried = []

    def __call__(self, trial):
        import numpy as np
        import optuna

        x = np.array([trial.suggest_float(f"x{number}", 0.0, 1.0) for number in range(len(self.centre))])
        self.tried.append(x.tolist())
        fault = self.fails.get(str(len(self.tried)))
        if fault:
            raise {"value": ValueError, "memory": MemoryError, "runtime": RuntimeError, "key": KeyboardInterrupt}[
                fault
            ]("made for this")
        away = x - np.asarray(self.centre)
        value = float(np.sum((away if self.turn is None else np.asarray(self.turn) @ away) ** 2))
        for step in range(self.steps):
            trial.report(value + self.steps - step, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return value

    def calls(self):
        return self.tried


def recording(truth, known, fails):
    """Probe: a maker of classifiers that say of rows they were not fitted to what is so for a share of them, by the
    parameter, and write down which rows they get. Rows carry their number in the first column. Trials whose numbers are
    in `fails` (counted by models made) raise."""
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin

    made = []

    class Recording(ClassifierMixin, BaseEstimator):
        log = made

        def __init__(self, share=0.0):
            self.share = share

        def fit(self, X, y):
            self.classes_ = np.unique(y)
            self.rows_ = np.asarray(X)[:, 0].astype(int)
            self.number_ = len(made)
            truly = bool(np.array_equal(np.asarray(y), np.asarray(truth)[self.rows_]))
            made.append([float(self.share), sorted(self.rows_.tolist()), [], truly])
            if self.number_ in fails:
                raise RuntimeError("made for this")
            return self

        def predict(self, X):
            rows = np.asarray(X)[:, 0].astype(int)
            right = np.isin(rows, self.rows_) | (np.asarray(known)[rows] < 1 - abs(self.share - 0.6))
            said = np.where(right, np.asarray(truth)[rows], 1 - np.asarray(truth)[rows])
            made[self.number_][2].append(sorted(rows.tolist()))
            return said

    def make(params):
        return Recording(**params)

    make.log = made
    return make


# ---------------------------------------------------------------- the tuner


def _finished(trials):
    return [trial for trial in trials if trial[0] in ("COMPLETE", "PRUNED", "FAIL")]


@check("tf2.19.11", core=True, hint="`study.optimize(objective, n_trials=…)` runs so many more, whatever there is.")
def test_trials_are_counted_once(student, rng):
    """A study in a file has so many trials in all, however many calls it took; one that has them already stays as it
    is, and its best value is the smallest."""
    for parts in ((7,), (3, 8), (2, 2, 5, 4)):
        file = student.probe_(File)()
        objective = student.probe_(Objective)(rng.uniform(0.2, 0.8, 2).tolist())
        for n_trials in parts:
            kind, n, best = file.tune(student.tune, objective, n_trials)
            trials, direction = file.read()
            assert kind == "Study" and direction == "MINIMIZE"
            assert [trial[0] for trial in trials] == ["COMPLETE"] * max(parts[: parts.index(n_trials) + 1])
            assert n == len(trials) == len(objective.calls())
            assert_allclose(best, min(value for _, value, _ in trials), rtol=1e-9)
        tried = [[params["x0"], params["x1"]] for _, _, params in trials]
        assert_allclose(tried, objective.calls(), rtol=1e-9)


@check("tf2.19.11", core=True, hint="`catch=(Exception,)`: what is not caught ends the search.")
def test_a_failed_trial_stops_nothing(student, rng):
    """Trials whose objective raises are recorded as failed and counted, and the search goes on; one that is
    interrupted from the keyboard does not."""
    numbers = [str(number) for number in rng.choice(np.arange(1, 9), 3, replace=False)]
    fails = dict(zip(numbers, ("value", "memory", "runtime"), strict=True))
    file, objective = student.probe_(File)(), student.probe_(Objective)([0.4, 0.7], None, fails)
    file.tune(student.tune, objective, 9)
    states = [state for state, _, _ in file.read()[0]]
    assert states == ["FAIL" if str(number) in fails else "COMPLETE" for number in range(1, 10)]
    other = student.probe_(File)()
    objective = student.probe_(Objective)([0.4, 0.7], None, {"4": "key"})
    assert other.ended(student.tune, objective, 9) == "interrupted"
    assert len(objective.calls()) == 4


@check("tf2.19.11", hint="Count the trials whose `state.is_finished()`.")
def test_goes_on_after_an_interruption(student, rng):
    """After a search that failed, was interrupted or was killed, the next call brings the study to its number of
    finished trials; one that is still running in the file counts for nothing."""
    file, objective = student.probe_(File)(), student.probe_(Objective)(rng.uniform(0.2, 0.8, 2).tolist())
    file.tune(student.tune, objective, 3)
    for _ in range(2):
        file.abandon()
    file.tune(student.tune, objective, 8)
    assert len(objective.calls()) == 8
    trials, _ = file.read()
    assert len(_finished(trials)) == 8
    file.tune(student.tune, student.probe_(Objective)([0.5, 0.5], None, {"1": "value", "2": "value"}), 10)
    again = student.probe_(Objective)([0.5, 0.5])
    file.tune(student.tune, again, 11)
    assert len(again.calls()) == 1


@check("tf2.19.11", hint="A sampler with the same seed draws the same numbers again when it is made again.")
def test_nothing_is_tried_twice(student, rng):
    """A search that goes on tries something else than before; one with the same seed and a new file tries the same, and
    one with another seed something else."""
    seed = int(rng.integers(1, 1000))
    tried = []
    for number in (seed, seed, seed + 500):
        file, objective = student.probe_(File)(), student.probe_(Objective)([0.3, 0.6, 0.5])
        for n_trials in (3, 6, 9):
            file.tune(student.tune, objective, n_trials, seed=number)
        tried.append(np.array(objective.calls()))
        assert len(np.unique(tried[-1].round(9), axis=0)) == 9
    assert_allclose(tried[0], tried[1], rtol=1e-9)
    assert not np.isclose(tried[0], tried[2]).all(axis=1).any()


@check(
    "tf2.19.11", hint="A `MedianPruner` that the study knows: it is not kept in the file, so hand it over each time."
)
def test_bad_trials_are_pruned(student, rng):
    """Trials that report values worse than the median are pruned, also in a search that goes on; they count."""
    for parts in ((24,), (8, 24)):
        file, objective = (
            student.probe_(File)(),
            student.probe_(Objective)(rng.uniform(0, 1, 3).tolist(), None, None, 4),
        )
        for n_trials in parts:
            file.tune(student.tune, objective, n_trials)
        states = [state for state, _, _ in file.read()[0]]
        assert len(states) == len(objective.calls()) == 24
        assert set(states) == {"COMPLETE", "PRUNED"} and states[:5] == ["COMPLETE"] * 5
        assert "PRUNED" in states[8:]


@check("tf2.19.11", weight=2, at_least=True, hint="A `TPESampler` chooses by what it has seen; is it the study's, and "
       "does it see the trials?")  # fmt: skip
def test_beats_random_search(student, rng) -> float:
    """In 50 trials it finds a better value than {threshold:.0%} of random searches do, on average over hidden
    objectives with four parameters."""
    better = []
    for _ in range(4):
        centre = rng.uniform(0.15, 0.85, 4)
        turn = np.linalg.qr(rng.normal(size=(4, 4)))[0] * rng.uniform(0.7, 1.4, (4, 1))
        U = rng.uniform(size=(200, 50, 4))
        by_chance = (((U - centre) @ turn.T) ** 2).sum(axis=2).min(axis=1)
        file, objective = student.probe_(File)(), student.probe_(Objective)(centre.tolist(), turn.tolist())
        file.tune(student.tune, objective, 50, seed=int(rng.integers(10_000)))
        tried = np.array(objective.calls())
        assert tried.shape == (50, 4)
        better.append(np.mean(by_chance > (((tried - centre) @ turn.T) ** 2).sum(axis=1).min()))
    return float(np.mean(better))


# ---------------------------------------------------------------- the classifier


class _Search:
    """A search with models that write down their rows."""

    def __init__(self, student, rng, parts=(5,), fails=(), n=120):
        self.n, self.y = n, rng.permutation(np.arange(n) % 2)
        X = np.column_stack([np.arange(n), rng.normal(size=(n, 2))])
        known = rng.permutation(n) / n
        self.make = student.probe_(recording)(self.y.tolist(), known.tolist(), list(fails))
        self.file, self.known = student.probe_(File)(), known
        self.found, seed = [], int(rng.integers(1000))
        for n_trials in parts:
            found, number = self.file.classifier(student.tune_classifier, self.make, X, self.y, n_trials, seed=seed)
            self.found.append((found, number))
        self.log = [tuple(one) for one in self.make.log]
        self.trials, _ = self.file.read()
        self.best = min((trial for trial in self.trials if trial[0] == "COMPLETE"), key=lambda trial: trial[1])

    @property
    def final(self):
        """What the last model has written down."""
        return self.log[self.found[-1][1]]

    @property
    def tests(self):
        """The rows that the last model was not fitted to."""
        return sorted(set(range(self.n)) - set(self.final[1]))

    def errors(self, share):
        """For each of a trial's models but the last ones: the share of errors on rows that it was not fitted to."""
        finals = {number for _, number in self.found}
        for number, (one, fitted, asked, _) in enumerate(self.log):
            if number not in finals and np.isclose(one, share):
                new = [row for rows in asked for row in rows if row not in set(fitted)]
                yield float(np.mean(self.known[new] >= 1 - abs(share - 0.6)))


@check("tf2.19.11", core=True, weight=2, hint="Split first, and hand nothing but the training rows to the search.")
def test_test_rows_decide_nothing(student, rng):
    """A fifth of the rows is seen by no model of the search, neither to be fitted nor to be predicted, and is predicted
    by the last model alone."""
    search = _Search(student, rng)
    tests = set(search.tests)
    assert len(tests) == search.n // 5
    for number, (_, fitted, asked, truly) in enumerate(search.log):
        assert truly
        if number != search.found[-1][1]:
            assert not tests & set(fitted)
            assert not any(tests & set(rows) for rows in asked)
    assert any(tests <= set(rows) for rows in search.final[2])


@check("tf2.19.11", core=True, hint="A row that a model was fitted to says nothing about it.")
def test_values_are_errors_on_rows_held_out(student, rng):
    """The value of each trial is the mean error rate of three models with its parameters, each on the third that it was
    not fitted to."""
    search = _Search(student, rng)
    training = set(range(search.n)) - set(search.tests)
    for state, value, params in search.trials:
        assert state == "COMPLETE"
        errors = list(search.errors(params["share"]))
        assert len(errors) == 3
        assert_allclose(value, np.mean(errors), atol=1e-6)
    finals = {number for _, number in search.found}
    for number, (_, fitted, asked, _) in enumerate(search.log):
        if number not in finals:
            held_out = {row for rows in asked for row in rows} - set(fitted)
            assert held_out | set(fitted) == training
            assert len(training) / 3 - 2 <= len(held_out) <= len(training) / 3 + 2


@check("tf2.19.11", hint="The same folds for each trial: else one has luck with its rows.")
def test_folds_are_the_same_for_each_trial(student, rng):
    """All trials are judged on the same three sets of rows."""
    search = _Search(student, rng)
    finals = {number for _, number in search.found}
    sets = {tuple(fitted) for number, (_, fitted, _, _) in enumerate(search.log) if number not in finals}
    assert len(sets) == 3


@check("tf2.19.11", core=True, hint="`study.best_params`, fitted anew to all training rows; then the test rows, once.")
def test_the_best_is_fitted_to_all_training_rows(student, rng):
    """The model that is returned has the best trial's parameters and is fitted to all training rows; error and accuracy
    on the test rows are its own."""
    search = _Search(student, rng)
    found, _ = search.found[-1]
    share = search.best[2]["share"]
    assert found["params"] == search.best[2]
    assert_allclose(found["error"], search.best[1], rtol=1e-9)
    assert_allclose(search.final[0], share, rtol=1e-9)
    assert len(search.final[1]) == search.n - search.n // 5
    accuracy = np.mean(search.known[search.tests] < 1 - abs(share - 0.6))
    assert_allclose(found["test_accuracy"], accuracy, atol=1e-6)


@check(
    "tf2.19.11", hint="A split without `random_state` is another one each time: yesterday's test rows are trained on."
)
def test_test_rows_stay_test_rows(student, rng):
    """Called again to go on, it has the same test rows and folds, makes the trials that are missing, and returns the
    best of all."""
    search = _Search(student, rng, parts=(3, 6, 6))
    assert len(search.trials) == 6
    fitted = [set(search.log[number][1]) for _, number in search.found]
    assert fitted[0] == fitted[1] == fitted[2]
    tests, finals = set(search.tests), {number for _, number in search.found}
    for number, (_, rows, asked, _) in enumerate(search.log):
        if number not in finals:
            assert not tests & set(rows) and not any(tests & set(one) for one in asked)
    assert len(search.log) == 3 * 6 + 3
    assert search.found[-1][0]["params"] == search.best[2]
    assert_array_equal(search.log[search.found[2][1]][1], search.log[search.found[1][1]][1])


@check("tf2.19.11", hint="Let the exception come out of the objective: `tune` knows what to do.")
def test_parameters_that_fail_are_passed_over(student, rng):
    """Where a model can't be fitted, its trial has failed, and the best of the others is returned."""
    search = _Search(student, rng, parts=(6,), fails=(0, 5))
    states = [state for state, _, _ in search.trials]
    assert states.count("FAIL") == 2 and states.count("COMPLETE") == 4
    assert search.found[-1][0]["params"] == search.best[2]
