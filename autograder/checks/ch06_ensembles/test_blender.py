"""Hidden checks of chapter 6: stacks (p.06.9)."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.sparse import issparse

from autograder.checks.ch06_ensembles.inputs import (
    accuracy,
    letters,
    lookup_models,
    muddled,
    numbered,
    real_digits,
    sure_of,
    trained_models,
)
from autograder.testing import check
from autograder.testing.made_up import usual_accuracy

# ---------------------------------------------------------------- p.06.9


def _blended(student, models, train, val, X) -> np.ndarray:
    blender = student.fit_blender(models, *train, *val)
    labels = np.asarray(student.stack_predict(models, blender, X))
    assert labels.shape == (len(X),)
    return labels


@check("p.06.9", core=True, weight=2, at_least=True, hint="Does your blender know what a 3 is, or does it take labels "
       "for quantities? Does it hear all of the models?")  # fmt: skip
def test_blender_reads_a_made_up_script(student, rng) -> float:
    """Three models of ours have learned letters of a script that nobody knows, several of them under one name. With 400
    other letters for the blender, your stack reads unseen ones better than the best of the models: {threshold:.1%} of
    all letters more, or better, on average over two scripts."""
    gains = []
    for _ in range(2):
        X_train, y_train, X_val, y_val, X, y = letters(rng, 300, 400, 1_000)
        models = student.probe_(trained_models)(X_train, muddled(rng, y_train))
        best = max(accuracy(model, X, y) for model in models)
        labels = _blended(student, models, (X_train, y_train), (X_val, y_val), X).astype(float)
        gains.append((labels == y).mean() - best)
    return float(np.mean(gains))


def _lookups(student, said: list[np.ndarray]) -> list:
    return student.probe_(lookup_models)([sure_of(labels) for labels in said])


@check("p.06.9", core=True, hint="A model that says 4 for every 9 is as useful as one that says 9. Who decides in the "
       "end: the models, or the blender?")  # fmt: skip
def test_blender_learns_from_mistakes(student, rng):
    """Of a model that is nearly always wrong, but always in the same way, and two that only guess, your stack makes
    answers that are right more often than not."""
    y = rng.integers(0, 10, 1_200)
    muddled = np.roll(np.arange(10), int(rng.integers(1, 10)))[y]
    said = [np.where(rng.random(1_200) < 0.9, muddled, y), *rng.integers(0, 10, (2, 1_200))]
    X = numbered(rng, 0, 1_200)
    train, val, unseen = slice(200), slice(200, 900), slice(900, None)
    models = _lookups(student, [said[i] for i in rng.permutation(3)])
    labels = _blended(student, models, (X[train], y[train]), (X[val], y[val]), X[unseen])
    assert np.mean(labels.astype(float) == y[unseen]) > 0.5


@check("p.06.9", core=True, weight=2, hint="On which rows can you see how good a model really is?")
def test_blender_sees_through_a_model_that_knows_its_rows_by_heart(student, rng):
    """Your stack does not fall for a model that is always right about the rows it was trained on and guesses elsewhere,
    but trusts the one that is right about most others."""
    n_train, n_val, n_unseen = 3_000, 400, 300
    n = n_train + n_val + n_unseen
    y, X = rng.integers(0, 10, n), numbered(rng, 0, n)
    by_heart = np.where(np.arange(n) < n_train, y, rng.integers(0, 10, n))
    honest = np.where(rng.random(n) < 0.7, y, rng.integers(0, 10, n))
    train, val, unseen = np.split(np.arange(n), [n_train, n_train + n_val])
    models = _lookups(student, [by_heart, honest] if rng.random() < 0.5 else [honest, by_heart])
    labels = _blended(student, models, (X[train], y[train]), (X[val], y[val]), X[unseen]).astype(float)
    assert np.sum(labels == honest[unseen]) > np.sum(labels == by_heart[unseen])
    assert np.mean(labels == honest[unseen]) > 0.4  # a guess agrees with either now and then


def _features(student, models, X) -> np.ndarray:
    features = student.make_blend_features(models, X)
    return np.asarray(features.toarray() if issparse(features) else features, dtype=float)


@check("p.06.9", hint="A blender gets no images: print the shape of your features.")
def test_features_are_predictions_and_nothing_else(student, rng):
    """The features have one row per image, and stay as they are as long as the models say the same."""
    size = int(rng.integers(20, 60))
    models = _lookups(student, list(rng.integers(0, 10, (3, size))))
    X = numbered(rng, 0, size)
    features = _features(student, models, X)
    assert features.ndim == 2
    assert len(features) == size
    assert_allclose(_features(student, models, numbered(rng, 0, size)), features, atol=1e-6)
    order = rng.permutation(size)
    assert_allclose(_features(student, models, X[order]), features[order], atol=1e-6)


@check("p.06.9", hint="Let one model say something else: which columns change?")
def test_every_model_is_heard(student, rng):
    """If any one of the models says something else about an image, the features of that image change."""
    said = rng.integers(0, 10, (3, 40))
    X = numbered(rng, 0, 40)
    features = _features(student, _lookups(student, list(said)), X)
    for number in range(3):
        other = said.copy()
        other[number] = (other[number] + rng.integers(1, 10, 40)) % 10
        changed = _features(student, _lookups(student, list(other)), X)
        assert np.all(np.any(changed != features, axis=1))


@check("p.06.9", hint="Who calls `fit`, and on what?")
def test_models_are_left_as_they_are(student, rng):
    """Our models have been fitted already; none of your functions fits them again."""
    y, X = rng.integers(0, 10, 300), numbered(rng, 0, 300)
    models = _lookups(student, [np.where(rng.random(300) < right, y, rng.integers(0, 10, 300)) for right in (0.7, 0.6)])
    student.make_blend_features(models, X)
    labels = _blended(student, models, (X[:100], y[:100]), (X[100:250], y[100:250]), X[250:])
    assert np.mean(labels.astype(float) == y[250:]) > 0.3  # they have been asked
    assert [int(model.fits) for model in models] == [0, 0]


@check("p.06.9", hint="Look at the answers' dtype, and at those for a single image.")
def test_answers_are_digits(student, rng):
    """The stack answers with one whole number per image, and reads an image alone as it does among others."""
    y, X = rng.integers(0, 10, 400), numbered(rng, 0, 400)
    models = _lookups(student, [np.where(rng.random(400) < right, y, rng.integers(0, 10, 400)) for right in (0.8, 0.6)])
    blender = student.fit_blender(models, X[:100], y[:100], X[100:350], y[100:350])
    labels = np.asarray(student.stack_predict(models, blender, X[350:]))
    assert labels.dtype.kind in "iu"
    assert set(labels.tolist()) <= set(range(10))
    assert np.mean(labels == y[350:]) > 0.3  # what guesses promises nothing
    alone = [np.asarray(student.stack_predict(models, blender, X[row : row + 1])).item() for row in range(350, 360)]
    assert alone == labels[:10].tolist()


@check("p.06.9", core=True, at_least=True, hint="Are the base models good by themselves?")
def test_stacking_reads_a_made_up_script(student, rng) -> float:
    """After learning from 300 letters of a script that nobody knows, your `StackingClassifier` of three models or more
    reads others as k-NN with default settings does, or better: {threshold:+.1%} of all letters or more, on average over
    four scripts."""
    gains = []
    for _ in range(4):
        X_train, y_train, X, y = letters(rng, 300, 1_500)
        model = student.fit_stacking(X_train, y_train)
        assert len(model.estimators_) >= 3
        gains.append(accuracy(model, X, y) - usual_accuracy(X_train, y_train, X, y))
    return float(np.mean(gains))


@check("p.06.9", full=True, data="mnist", hint="On which digits are the other models right, and the best one is wrong? "
       "Does your blender hear how sure each of them is?")  # fmt: skip
def test_stacking_beats_each_model_on_real_digits(student, rng):
    """Trained on 10,000 digits of MNIST, your `StackingClassifier` reads more than 96 in 100 of the 10,000 test digits,
    and more of them than any of its base models does by itself: with pixels and labels in another order, so that
    nothing can be looked up."""
    X_train, y_train, X, y = real_digits(rng, 10_000)
    model = student.fit_stacking(X_train, y_train)
    stack = accuracy(model, X, y)
    assert stack > 0.96
    assert stack > max(accuracy(member, X, y) for member in model.estimators_)  # they read labels as numbers 0 to 9


@check("p.06.9", hint='What does `cv` of StackingClassifier decide, and what does "prefit" mean for the blender?')
def test_stacking_predicts_rows_it_has_held_back(student, rng):
    """It is a fitted `StackingClassifier` of three models or more, whose blender has learned from predictions for rows
    that the models had not seen."""
    X_train, y_train, X, y = letters(rng, 300, 300)
    model = student.fit_stacking(X_train, y_train)
    assert len(model.estimators_) >= 3
    assert not isinstance(model.cv, str)
    assert hasattr(model, "final_estimator_")
    assert accuracy(model, X, y) > 0.5  # nor does it promise anything before it has learned
