"""Hidden checks of chapter 2: searching over the preparation (p.02.5)."""

import numpy as np

from autograder.checks.ch02_end_to_end.inputs import (
    agree,
    candidates,
    cross_rmse,
    draw_districts,
    gaps_in_one_of_two_folds,
    predicted,
    stray_rows,
    takes_what_comes,
)
from autograder.checks.ch02_end_to_end.inputs_regions import error_beside_a_line
from autograder.testing import Handle, check

# ---------------------------------------------------------------- p.02.5


@check("p.02.5", core=True, weight=2, at_most=True, hint="How good is the model with the preparation of the first "
       "exercise?")  # fmt: skip
def test_prep_search_learns_new_regions(student, rng):
    """In three made-up regions where houses of middle age and those near one place are the dearest or the cheapest, the
    search tries 10 candidates on 220 districts, and the error on others is at most {threshold:.0%} of that of ridge
    regression as it comes."""

    def fit(X, y):
        return student.search_prep(X, y, n_iter=10, cv=2, seed=int(rng.integers(1000)))

    return error_beside_a_line(rng, fit, 3)


def _values(tried: list[dict]) -> dict[str, list[str]]:
    """Return the different values each setting takes, as text."""
    names = {name for settings in tried for name in settings}
    return {name: sorted({repr(settings[name]) for settings in tried if name in settings}) for name in names}


def _in_model(search, name: str) -> bool:
    """Return whether a setting belongs to the pipeline's last step."""
    return name.split("__")[0] == search.estimator.steps[-1][0]


@check("p.02.5", weight=2, hint="`get_params()` of your pipeline lists the names of all settings.")
def test_both_parts_are_searched(student, rng):
    """The settings that vary are of the model, which is the pipeline's last step, and of the preparation before it."""
    X, y = draw_districts(rng, 100)
    search = student.search_prep(X, y, n_iter=12, cv=2, seed=int(rng.integers(1000)))
    varied = [name for name, values in _values(candidates(student, search)[0]).items() if len(values) > 1]
    assert {_in_model(search, name) for name in varied} == {True, False}


@check("p.02.5", weight=2, hint="Set one of your preparation's settings by hand and compare the predictions.")
def test_preparation_makes_a_difference(student, rng):
    """With all of the model's settings kept as they are, candidates differ in what they predict: the preparation's
    settings that are tuned do something."""
    X, y = draw_districts(rng, 180)
    X.loc[X.index % 15 == 3, "total_bedrooms"] = np.nan  # so that it matters how gaps are filled
    # So many that a setting with two values takes both: in 8 candidates it takes one of them only once in 128 searches.
    search = student.search_prep(X[:120], y[:120], n_iter=12, cv=2, seed=int(rng.integers(1000)))
    fixed = {name: value for name, value in search.best_params_.items() if _in_model(search, name)}
    tried = [
        {name: value for name, value in settings.items() if not _in_model(search, name)}
        for settings in candidates(student, search)[0]
    ]

    def said(settings: dict) -> np.ndarray:
        return predicted(search.estimator.set_params(**settings, **fixed).fit(X[:120], y[:120]), X[120:])

    first, *others = {repr(settings): settings for settings in tried}.values()
    expected = said(first)
    assert any(not np.allclose(said(settings), expected, rtol=1e-4) for settings in others)


@check("p.02.5", weight=2, hint="Which rows does the preparation see before the folds are made?")
def test_every_score_can_be_measured_again(student, rng):
    """The preparation is fitted within each fold, for each candidate: its score is the negative RMSE that you get when
    the pipeline with its settings is cross-validated anew, even if one fold has the gaps, or a few rows that are very
    different."""
    X, y = draw_districts(rng, 180)
    for cv, rows, values in ((3, X, y), (2, stray_rows(rng, X, 2), y), (2, *gaps_in_one_of_two_folds(rng, 120))):
        search = student.search_prep(rows, values, n_iter=5, cv=cv, seed=int(rng.integers(1000)))
        tried, scores = candidates(student, search)
        assert float(search.best_score_) == scores.max() < 0
        for number in {int(scores.argmax()), int(rng.integers(len(tried)))}:
            agree(-scores[number], cross_rmse(search.estimator.set_params(**tried[number]), rows, values, cv))


@check("p.02.5", hint="What do `n_iter` and `seed` decide in your function? A search "
       "without `random_state` draws others each time.")  # fmt: skip
def test_prep_search_follows_number_and_seed(student, rng):
    """There are as many candidates as `n_iter` says; the same seed tries the same ones again, and they get the same
    scores, since all that is random follows it; another seed tries others."""
    X, y = draw_districts(rng, 80)
    n_iter, seed = int(rng.integers(4, 7)), int(rng.integers(1000))
    searches = [
        candidates(student, student.search_prep(X, y, n_iter=n_iter, cv=2, seed=number))
        for number in (seed, seed, seed + 1)
    ]
    first, again, other = (
        [{name: repr(value) for name, value in settings.items()} for settings in tried] for tried, _ in searches
    )
    assert len(first) == len(other) == n_iter
    assert first == again
    assert first != other
    np.testing.assert_allclose(searches[1][1], searches[0][1], rtol=1e-6)


@check("p.02.5", hint="With an error for a score, the highest is the worst.")
def test_prep_search_keeps_the_best(student, rng):
    """The search predicts with a pipeline that has the settings of the candidate with the highest score, fitted to all
    rows."""
    X, y = draw_districts(rng, 240)
    search = student.search_prep(X[:180], y[:180], n_iter=6, cv=2, seed=int(rng.integers(1000)))
    tried, scores = candidates(student, search)
    best = tried[int(scores.argmax())]
    assert np.unique(scores.round(3)).size > 2
    now = search.best_estimator_.get_params()
    assert all(now[name] == value for name, value in best.items() if not isinstance(value, Handle))
    before = predicted(search, X[180:])
    model = search.estimator.set_params(**best).fit(X[:180], y[:180])
    np.testing.assert_allclose(predicted(model, X[180:]), before, rtol=0.05)


@check("p.02.5", hint="Does all of the preparation happen inside the pipeline?")
def test_prep_search_takes_raw_districts(student, rng):
    """The search predicts raw districts: one alone or many, columns in any order, numbers missing in any of them, and
    an ocean_proximity that it has never met."""
    X, y = draw_districts(rng, 180)
    takes_what_comes(student.search_prep(X[:120], y[:120], n_iter=4, cv=2), rng, X[120:])
