"""Hidden checks of serving models: a classifier by a tuner (tf2.19.11)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.serving_models.inputs_tuning import File
from autograder.testing import check


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


class _Search:
    """A search with models that write down their rows."""

    def __init__(self, student, rng, parts=(5,), fails=(), n=120, later=0, lists=False):
        self.n, self.y = n, rng.permutation(np.arange(n) % 2)
        X = np.column_stack([np.arange(n), rng.normal(size=(n, 2))])
        known = rng.permutation(n) / n
        self.make = student.probe_(recording)(self.y.tolist(), known.tolist(), list(fails))
        self.file, self.known = student.probe_(File)(), known
        self.found, seed = [], int(rng.integers(1000)) + later
        X, y = (X.tolist(), self.y.tolist()) if lists else (X, self.y)
        for n_trials in parts:
            found, number = self.file.classifier(student.tune_classifier, self.make, X, y, n_trials, seed=seed)
            self.found.append((found, number))
        self.log = [tuple(one) for one in self.make.log]
        self.trials, _ = self.file.read()
        complete = [(value, params) for state, value, params in self.trials if state == "COMPLETE"]
        self.error = min(value for value, _ in complete)
        self.best = [params for value, params in complete if value == self.error]  # two may be equally good

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
    """All trials are judged on the same three sets of rows, also those of a search that goes on."""
    search = _Search(student, rng, parts=(3, 5))
    finals = {number for _, number in search.found}
    sets = {tuple(fitted) for number, (_, fitted, _, _) in enumerate(search.log) if number not in finals}
    assert len(sets) == 3


@check("tf2.19.11", core=True, hint="`study.best_params`, fitted anew to all training rows; then the test rows, once.")
def test_the_best_is_fitted_to_all_training_rows(student, rng):
    """The model that is returned has the best trial's parameters and is fitted to all training rows; error and accuracy
    on the test rows are its own."""
    search = _Search(student, rng)
    found, _ = search.found[-1]
    assert found["params"] in search.best
    share = found["params"]["share"]
    assert_allclose(found["error"], search.error, rtol=1e-9)
    assert_allclose(search.final[0], share, rtol=1e-9)
    assert len(search.final[1]) == search.n - search.n // 5
    accuracy = np.mean(search.known[search.tests] < 1 - abs(share - 0.6))
    assert_allclose(found["test_accuracy"], accuracy, atol=1e-6)


@check(
    "tf2.19.11", hint="A split without `random_state` is another one each time: yesterday's test rows are trained on."
)
def test_test_rows_stay_test_rows(student, rng):
    """Called again to go on, it has the same test rows, makes the trials that are missing, and returns the best of
    all."""
    search = _Search(student, rng, parts=(3, 6, 6))
    assert len(search.trials) == 6
    fitted = [set(search.log[number][1]) for _, number in search.found]
    assert fitted[0] == fitted[1] == fitted[2]
    tests, finals = set(search.tests), {number for _, number in search.found}
    for number, (_, rows, asked, _) in enumerate(search.log):
        if number not in finals:
            assert not tests & set(rows) and not any(tests & set(one) for one in asked)
    assert len(search.log) == 3 * 6 + 3
    assert search.found[-1][0]["params"] in search.best
    assert_array_equal(search.log[search.found[2][1]][1], search.log[search.found[1][1]][1])


@check("tf2.19.11", hint="`np.asarray(X)` before anything else: of a list, `X[rows]` does not take several rows.")
def test_takes_lists(student, rng):
    """Rows and classes may be lists."""
    search = _Search(student, rng, parts=(2,), lists=True)
    assert [state for state, _, _ in search.trials] == ["COMPLETE"] * 2
    assert len(search.final[1]) == search.n - search.n // 5


@check("tf2.19.11", hint="Draw the test rows with `seed`, and hand it on to `tune`.")
def test_seed_decides(student, rng):
    """The test rows are drawn at random; the same data and seed give the same ones and the same trials, another seed
    gives other trials."""
    data = int(rng.integers(10**6))
    one, again, other = (_Search(student, np.random.default_rng(data), (3,), later=later) for later in (0, 0, 500))
    assert len(set(np.diff(one.tests))) > 1  # neither a block nor every fifth row
    assert one.tests == again.tests
    first, second, third = ([params["share"] for _, _, params in search.trials] for search in (one, again, other))
    assert_allclose(first, second, rtol=1e-9)
    assert not np.isclose(first, third).any()


@check("tf2.19.11", hint="Let the exception come out of the objective: `tune` knows what to do.")
def test_parameters_that_fail_are_passed_over(student, rng):
    """Where a model can't be fitted, its trial has failed, and the best of the others is returned."""
    search = _Search(student, rng, parts=(6,), fails=(0, 5))
    states = [state for state, _, _ in search.trials]
    assert states.count("FAIL") == 2 and states.count("COMPLETE") == 4
    assert search.found[-1][0]["params"] in search.best
