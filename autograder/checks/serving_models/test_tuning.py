"""Hidden checks of serving models: a tuner whose study is in a file (tf2.19.11)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.serving_models.inputs_tuning import File
from autograder.testing import check


class Objective:
    """Probe: an objective that remembers its calls. The trials in `fails` raise that exception; with `steps`, it
    reports its value in steps and is pruned where the trial says so. The calls in `worse` give a hundred more."""

    def __init__(self, centre, turn=None, fails=None, steps=0, worse=()):
        self.centre, self.turn, self.fails, self.steps = centre, turn, fails or {}, steps
        self.worse, self.tried = worse, []

    def __call__(self, trial):
        import numpy as np
        import optuna

        x = np.array([trial.suggest_float(f"x{number}", 0.0, 1.0) for number in range(len(self.centre))])
        self.tried.append(x.tolist())
        fault = self.fails.get(str(len(self.tried)))
        if fault:
            raise {"value": ValueError, "disk": OSError, "runtime": RuntimeError, "key": KeyboardInterrupt}[fault](
                "made for this"
            )
        away = x - np.asarray(self.centre)
        value = float(np.sum((away if self.turn is None else np.asarray(self.turn) @ away) ** 2))
        value += 100 * (len(self.tried) in self.worse)
        for step in range(self.steps):
            trial.report(value + self.steps - step, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return value

    def calls(self):
        return self.tried


def _finished(trials):
    return [trial for trial in trials if trial[0] in ("COMPLETE", "PRUNED", "FAIL")]


@check("tf2.19.11", core=True, hint="`study.optimize(objective, n_trials=…)` runs so many more, whatever there is.")
def test_trials_are_counted_once(student, rng):
    """A study in a file has so many trials in all, however many calls it took; one that has them already stays as it
    is, and its best value is the smallest."""
    for parts, kind in (((7,), "Path"), ((3, 8), "text"), ((2, 2, 5, 4), "Path")):
        file = student.probe_(File)(kind)
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
    numbers = [str(number) for number in sorted(rng.choice(np.arange(1, 9), 3, replace=False))]
    fails = dict(zip(numbers, ("value", "disk", "runtime"), strict=True))
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
    """A search that goes on, also after an interruption, tries something else than before; one with the same seed and a
    new file tries the same, and one with another seed something else."""
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
    file, objective = student.probe_(File)(), student.probe_(Objective)([0.3, 0.6], None, {"4": "key"})
    assert file.ended(student.tune, objective, 9) == "interrupted"
    again = student.probe_(Objective)([0.3, 0.6])
    file.tune(student.tune, again, 9)  # called once more in the same way
    both = np.array([*objective.calls()[:3], *again.calls()])
    assert len(both) > 3 and len(np.unique(both.round(9), axis=0)) == len(both)


@check(
    "tf2.19.11", hint="A `MedianPruner` that the study knows: it is not kept in the file, so hand it over each time."
)
def test_bad_trials_are_pruned(student, rng):
    """Trials that report values worse than the median are pruned, also in a search that goes on; they count."""
    for parts in ((20,), (8, 20)):
        worse = rng.choice(np.arange(9, 21), 4, replace=False).tolist()
        centre = rng.uniform(0, 1, 3).tolist()
        file, objective = student.probe_(File)(), student.probe_(Objective)(centre, None, None, 4, worse)
        for n_trials in parts:
            file.tune(student.tune, objective, n_trials)
        states = [state for state, _, _ in file.read()[0]]
        assert len(states) == len(objective.calls()) == 20
        assert states[:5] == ["COMPLETE"] * 5
        assert all(states[number - 1] == "PRUNED" for number in worse)
        assert set(states) == {"COMPLETE", "PRUNED"}


@check("tf2.19.11", weight=2, at_least=True, hint="A `TPESampler` chooses by what it has seen; is it the study's, and "
       "does it see the trials?")  # fmt: skip
def test_beats_random_search(student, rng) -> float:
    """In 50 trials it finds a better value than {threshold:.0%} of random searches do, on average over hidden
    objectives with four parameters."""
    better = []
    for _ in range(6):
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
