"""Hidden checks of chapter 2: selecting features (p.02.3)."""

import numpy as np

from autograder.checks.ch02_end_to_end.inputs import (
    draw_districts,
    draw_unrelated,
    mixed,
    predicted,
    relative_error,
    rmse,
    takes_what_comes,
    two_that_matter,
)
from autograder.testing import check


def _kept(model) -> np.ndarray:
    """Return which features a fitted pipeline keeps."""
    support = np.asarray(model.named_steps["select"].get_support())
    assert support.dtype == bool and support.ndim == 1 and support.any()
    return support


@check("p.02.3", core=True, weight=2, hint="Is the selector fitted along with the pipeline, and does it get to see the "
       "values? What does it do with `threshold`?")  # fmt: skip
def test_threshold_decides_how_much_is_kept(student, rng):
    """Where the values depend on two columns only, which change from time to time, a high threshold keeps far fewer
    features than a threshold of 0, which keeps all. They are the right ones: errors on other districts (RMSE) are less
    than half of those of always saying the mean, and most of the columns that say nothing lose all influence."""
    for _ in range(2):
        X, y, columns = two_that_matter(rng, 700)
        all_kept = _kept(student.make_select_pipeline(0.0).fit(X[:400], y[:400]))
        model = student.make_select_pipeline("2*mean").fit(X[:400], y[:400])
        few_kept = _kept(model)
        assert all_kept.all() and few_kept.shape == all_kept.shape
        assert few_kept.sum() <= len(few_kept) / 2
        assert relative_error(model, X[400:], y[400:]) < 0.5  # without one of the two it is 0.7 at best
        before = predicted(model, X[400:])
        idle = X.columns.drop([*columns, "ocean_proximity"])
        same = [np.allclose(predicted(model, mixed(rng, X[400:], column)), before, rtol=1e-6) for column in idle]
        assert sum(same) > len(idle) / 2


@check("p.02.3", weight=2, hint="Which columns does your selector keep when others matter than usual?")
def test_columns_that_matter_are_kept(student, rng):
    """Where the values depend on two columns only, whichever they are, these are kept: without either of them the
    predictions get much worse."""
    for _ in range(2):
        X, y, columns = two_that_matter(rng, 700)
        model = student.make_select_pipeline().fit(X[:400], y[:400])
        unseen, wanted = X[400:], y[400:]
        error = rmse(predicted(model, unseen), wanted)
        assert error < 0.75 * wanted.std()
        for column in columns:
            assert rmse(predicted(model, mixed(rng, unseen, column)), wanted) > 1.2 * error


@check("p.02.3", weight=2, hint="ocean_proximity is text: is it encoded before the selection?")
def test_category_that_matters_is_kept(student, rng):
    """Where the values depend on whether a district is inland, and on the income a little, the predictions show it."""
    X, ranks = draw_unrelated(rng, 600)
    inland = (X["ocean_proximity"] == "INLAND").to_numpy()
    y = 200_000 + 20_000 * ranks["median_income"] - 100_000 * inland + rng.normal(0, 10_000, 600)
    model = student.make_select_pipeline().fit(X[:400], y[:400].rename("median_house_value"))
    values = predicted(model, X[400:])
    assert values[~inland[400:]].mean() - values[inland[400:]].mean() > 50_000


@check("p.02.3", hint="Is there a model after the selection, and does it get what it needs?")
def test_selection_predicts_unseen_districts(student, rng):
    """With the median for a threshold some features are dropped; trained on 500 districts, the pipeline's errors on
    others (RMSE) are smaller by a quarter or more than those of always saying the mean."""
    X, y = draw_districts(rng, 2_000)
    model = student.make_select_pipeline("median", seed=int(rng.integers(1000))).fit(X[:500], y[:500])
    assert not _kept(model).all()
    assert relative_error(model, X[500:], y[500:]) < 0.75


@check("p.02.3", hint="Names of settings: `model.get_params()`. The last step is the one that predicts.")
def test_threshold_can_be_tuned(student, rng):
    """The threshold is the setting `select__threshold` of the pipeline, which a search can change later; the step
    after the selection predicts."""
    X, y = draw_districts(rng, 200)
    model = student.make_select_pipeline("1.25*mean")
    assert model.get_params()["select__threshold"] == "1.25*mean"
    names = [name for name, _ in model.steps]
    assert "select" in names[1:-1]
    counts = [_kept(model.set_params(select__threshold=limit).fit(X, y)).sum() for limit in (0.0, "0.5*mean", "mean")]
    assert counts[0] >= counts[1] >= counts[2] and counts[0] > counts[2]


@check("p.02.3", hint="Who calls `fit`, and when? And what has a `random_state`?")
def test_predicting_selects_nothing(student, rng):
    """What is kept is learned from the training rows alone: it stays as it is while others are predicted, and the same
    seed gives the same predictions again, also where columns are kept by chance; all that is random follows it."""
    X, y = draw_districts(rng, 350)
    seed = int(rng.integers(1000))
    model = student.make_select_pipeline("mean", seed=seed).fit(X[:250], y[:250])
    before, values = _kept(model), predicted(model, X[250:])
    predicted(model, X[250:].assign(median_income=1.0, longitude=-120.0))
    np.testing.assert_array_equal(_kept(model), before)
    np.testing.assert_allclose(predicted(model, X[250:]), values, rtol=1e-9)
    again = student.make_select_pipeline("mean", seed=seed).fit(X[:250], y[:250])
    np.testing.assert_allclose(predicted(again, X[250:]), values, rtol=1e-6)
    X, y, _ = two_that_matter(rng, 200)  # so that it is by chance which of the other columns are kept
    models = [student.make_select_pipeline("median", seed=number) for number in (seed, seed, seed + 1, seed)]
    # A `random_state` that is the same for both seeds decides nothing, and neither does another number in its place.
    states, others = (
        {name: value for name, value in model.get_params().items() if str(name).endswith("random_state")}
        for model in (models[3], models[2])
    )
    models[3].set_params(**{name: seed + 1_001 for name in states if states[name] == others.get(name)})
    one, again, changed = (predicted(models[i].fit(X[:150], y[:150]), X[150:]) for i in (0, 1, 3))
    np.testing.assert_allclose(again, one, rtol=1e-6)
    np.testing.assert_allclose(changed, one, rtol=1e-6)


@check("p.02.3", hint="Does all of the preparation happen inside the pipeline?")
def test_selection_takes_raw_districts(student, rng):
    """The pipeline predicts raw districts: one alone or many, columns in any order, numbers missing in any of them, and
    an ocean_proximity that it has never met."""
    X, y = draw_districts(rng, 250)
    takes_what_comes(student.make_select_pipeline().fit(X[:200], y[:200]), rng, X[200:])
