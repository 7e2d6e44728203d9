"""Hidden checks of chapter 2: a random search (p.02.2)."""

import numpy as np

from autograder.checks.ch02_end_to_end.inputs import (
    agree,
    candidates,
    cross_rmse,
    draw_districts,
    gaps_in_one_of_two_folds,
    last_part,
    predicted,
    stray_rows,
    takes_what_comes,
)
from autograder.checks.ch02_end_to_end.inputs_regions import error_beside_untuned
from autograder.testing import check

# ---------------------------------------------------------------- p.02.2


@check("p.02.2", core=True, weight=2, at_most=True, hint="Is the best setting at the edge of your distributions?")
def test_random_search_learns_new_regions(student, rng):
    """In four made-up regions, each with a rule of its own of what makes houses dear, the search tries 22 candidates on
    220 districts, and the error on others is at most {threshold:.0%} of that of an untuned model."""

    def fit(X, y):
        return student.random_search(X, y, n_iter=22, cv=2, seed=int(rng.integers(1000))).best_estimator_

    return error_beside_untuned(rng, fit, 4)


@check("p.02.2", weight=2, hint="A list of values is a grid in disguise. What does `scipy.stats.uniform(1, 1000)` give "
       "below 10, and how often?")  # fmt: skip
def test_candidates_come_from_a_log_scale(student, rng):
    """No two of 40 candidates share a value of C; they span a factor of more than 1,000, and without the tenth that is
    lowest and the tenth that is highest still 100 or more, as they do on a log scale of four powers of ten; those with
    an RBF kernel share no gamma."""
    X, y = draw_districts(rng, 40)
    tried, _ = candidates(student, student.random_search(X, y, n_iter=40, cv=2, seed=int(rng.integers(1000))))
    drawn = np.log10([float(last_part(settings, "C")) for settings in tried])
    assert np.unique(drawn).size == 40
    low, high = np.quantile(drawn, [0.1, 0.9])
    assert high - low >= 2
    assert np.ptp(drawn) > 3  # 40 draws of four powers of ten span less once in seven thousand times
    # A gamma that is drawn beside a linear kernel changes nothing.
    gammas = [last_part(settings, "gamma") for settings in tried if last_part(settings, "kernel") in (None, "rbf")]
    assert np.unique(np.asarray(gammas, dtype=float)).size == len(gammas) >= 5


@check("p.02.2", hint="What do `n_iter` and `seed` decide in your function? A search "
       "without `random_state` draws others each time.")  # fmt: skip
def test_number_and_seed_decide_the_candidates(student, rng):
    """There are as many candidates as `n_iter` says; the same seed draws the same ones again, another seed others."""
    X, y = draw_districts(rng, 60)
    n_iter, seed = int(rng.integers(3, 8)), int(rng.integers(1000))
    first, again, other = (
        candidates(student, student.random_search(X, y, n_iter=n_iter, cv=2, seed=number))[0]
        for number in (seed, seed, seed + 1)
    )
    assert len(first) == len(other) == n_iter
    values = [[float(last_part(settings, "C")) for settings in tried] for tried in (first, again, other)]
    assert values[0] == values[1]
    assert not set(values[0]) & set(values[2])


@check("p.02.2", hint="`best_score_` is what `scoring` says. Are the scores those of the whole pipeline?")
def test_best_score_can_be_measured_again(student, rng):
    """`best_score_` is the negative RMSE that you get when `best_estimator_` is cross-validated anew, with any number
    of folds, even if one fold has the gaps, or a few rows that are very different from all others."""
    X, y = draw_districts(rng, 180)
    for cv, rows, values in ((3, X, y), (2, stray_rows(rng, X, 2), y), (2, *gaps_in_one_of_two_folds(rng, 120))):
        search = student.random_search(rows, values, n_iter=6, cv=cv, seed=int(rng.integers(1000)))
        agree(-float(search.best_score_), cross_rmse(search.best_estimator_, rows, values, cv))


@check("p.02.2", hint="With an error for a score, the highest is the worst.")
def test_random_search_keeps_the_best(student, rng):
    """`best_params_` are the settings of the candidate with the highest score, and the search predicts with a pipeline
    that has them, fitted to all rows."""
    X, y = draw_districts(rng, 200)
    search = student.random_search(X[:150], y[:150], n_iter=8, cv=2, seed=int(rng.integers(1000)))
    tried, scores = candidates(student, search)
    best = tried[int(scores.argmax())]
    assert np.unique(scores.round(3)).size > 3
    assert float(last_part(search.best_params_, "C")) == float(last_part(best, "C"))
    assert float(search.best_score_) == scores.max() < 0
    before = predicted(search, X[150:])
    assert float(last_part(search.best_estimator_.get_params(), "C")) == float(last_part(best, "C"))
    search.best_estimator_.fit(X[:150], y[:150])
    np.testing.assert_allclose(predicted(search.best_estimator_, X[150:]), before, rtol=0.01)


@check("p.02.2", hint="Does all of the preparation happen inside the pipeline?")
def test_random_search_takes_raw_districts(student, rng):
    """The search predicts raw districts: one alone or many, columns in any order, numbers missing in any of them, and
    an ocean_proximity that it has never met."""
    X, y = draw_districts(rng, 160)
    takes_what_comes(student.random_search(X[:120], y[:120], n_iter=4, cv=2), rng, X[120:])
