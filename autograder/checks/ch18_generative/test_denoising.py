"""Hidden checks of chapter 18: a denoising autoencoder (p.18.10)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch18_generative.inputs_networks import goes_on
from autograder.checks.ch18_generative.inputs_signs import PIXELS, FirstInput, curve, signs, wavering_encoder, written
from autograder.testing import check
from autograder.testing.modules import (
    built,
    evaluates,
    gradients_flow,
    has_two_modes,
    is_complete,
    outputs,
    repeats,
    tensor,
    weights_of,
)


def _seed(rng) -> int:
    return int(rng.integers(1_000))


@check("p.18.10", core=True, hint="What comes out of `encoder`, and what out of the whole?")
def test_codings_and_rows(student, rng):
    """For sizes of all kinds, also with more codings than inputs, the encoder gives the codings and the autoencoder
    rows; all its weights can learn."""
    for _ in range(3):
        d, k = (int(size) for size in rng.choice(np.arange(3, 30), 2, replace=False))
        model = built(student, student.DenoisingAutoencoder, rng, d, n_codings=k)
        X = rng.random((7, d))
        outputs(model.encoder.eval(), X, shape=(7, k))
        outputs(model.eval(), X, shape=(7, d))
    d, k = (int(size) for size in rng.choice(np.arange(14, 30), 2, replace=False))  # so that not all ReLUs are shut
    model, X = built(student, student.DenoisingAutoencoder, rng, d, n_codings=k), rng.random((20, d))
    gradients_flow(student, model, X, rng=rng)
    is_complete(lambda: built(student, student.DenoisingAutoencoder, rng, d, n_codings=k), X, rng=rng)


@check(
    "p.18.10",
    core=True,
    weight=2,
    hint="`self.training` tells the mode. `torch.randn_like(X)` has a standard deviation of 1. What do you multiply?",
)
def test_noise_in_training_mode_only(student, rng):
    """In training mode the first dense layer is given the rows with Gaussian noise of the standard deviation asked for,
    new noise for each number and call; in evaluation mode it is given the rows as they are."""
    for noise in rng.permutation([0.25, float(rng.uniform(0.4, 0.7)), 2.0]).tolist():
        model = built(student, student.DenoisingAutoencoder, rng, 50, n_codings=9, noise=noise)
        X = rng.random((400, 50)).astype(np.float32)
        first = student.probe_(FirstInput)(model)
        model.train()
        added = []
        for _ in range(2):
            model(tensor(X))
            added.append(np.asarray(first.read()) - X)
        assert added[0].shape == X.shape
        assert not np.allclose(added[0], added[1])
        assert abs(added[0].std() / noise - 1) < 0.05
        assert np.abs(added[0].mean(axis=1)).max() < 6 * noise / np.sqrt(50)  # each number has its own
        assert np.abs(added[0].mean(axis=0)).max() < 6 * noise / np.sqrt(400)
        assert abs(np.mean(np.abs(added[0]) < noise) - 0.683) < 0.02  # as a Gaussian has it
        model.eval()
        model(tensor(X))
        assert_allclose(np.asarray(first.read()), X, atol=1e-6)
    has_two_modes(model, X[:20])


@check(
    "p.18.10",
    core=True,
    weight=2,
    at_most=True,
    hint="What is the loss between: what comes out and the clean rows, or what comes out and the noisy ones?",
)
def test_takes_noise_away(student, rng) -> float:
    """With twice as many codings as inputs your autoencoder still learns what clean rows look like: what it makes of
    noisy ones is off by no more than {threshold:.0%} of what the noisy ones are, in squares."""
    rows = curve(rng, 20)
    model = student.pretrain(rows(1_500), n_codings=40, noise=0.3, n_epochs=15, seed=_seed(rng))
    clean = rows(1_000)
    noisy = clean + rng.normal(0, 0.3, clean.shape).astype(np.float32)
    found = outputs(model.eval(), noisy, shape=(1_000, 20))
    return float(((found - clean) ** 2).mean() / ((noisy - clean) ** 2).mean())


@check("p.18.10", hint="`argsort` sorts in ascending order. One unit is one column. In which mode is the encoder?")
def test_rows_that_a_unit_likes_best(student, rng):
    """The rows that make a coding largest are found, the largest first, also if all are below 0; the encoder is asked
    in evaluation mode and left in its own."""
    weights = rng.normal(size=(PIXELS, 6)).astype(np.float32)
    encoder = student.probe_(wavering_encoder)(weights)
    for n, k in ((50, 4), (30, 30), (9, 1)):
        X, unit = rng.random((n, PIXELS)).astype(np.float32), int(rng.integers(6))
        codings = (X @ weights)[:, unit]
        found = np.asarray(student.top_images(encoder.eval(), X, unit, k))
        assert found.shape == (k,)
        assert found.dtype.kind in "iu"
        assert_allclose(codings[found], np.sort(codings)[::-1][:k], atol=1e-4)
        assert len(set(found.tolist())) == k
    evaluates(student, encoder, lambda: student.top_images(encoder, X, unit, 5))


@check("p.18.10", hint="Is the seed set before anything is drawn: weights, order, noise?")
def test_seeds_decide(student, rng):
    """The same seed trains the same autoencoder, another seed another one."""
    X, _ = written(rng, signs(rng, 3), 80)
    seeds = tuple(int(seed) for seed in rng.permutation(1_000)[:2])
    repeats(lambda seed: weights_of(student.pretrain(X, n_codings=7, n_epochs=1, seed=seed)), seeds)


@check("p.18.10", hint="Do `n_codings`, `noise` and `n_epochs` get from `pretrain` to where they are used?")
def test_pretraining_is_as_asked_for(student, rng):
    """The autoencoder that is trained has as many codings and as much noise as were asked for, and more epochs change
    it further."""
    X, _ = written(rng, signs(rng, 3), 80)
    k, noise, seed = int(rng.integers(5, 30)), rng.uniform(0.7, 1.5), _seed(rng)
    model = goes_on(lambda n: student.pretrain(X, n_codings=k, noise=noise, n_epochs=n, seed=seed))
    outputs(model.eval().encoder, X, shape=(80, k))
    first = student.probe_(FirstInput)(model)
    model.train()
    model(tensor(X))
    assert abs((np.asarray(first.read()) - X).std() / noise - 1) < 0.06


@check("p.18.10", hint="Which mode is it in after the last step of training, and which one is asked for?")
def test_trained_networks_are_ready_for_use(student, rng):
    """The autoencoder and the classifier that were trained are handed back in evaluation mode."""
    X, y = written(rng, signs(rng, 3), 60)
    autoencoder = student.pretrain(X, n_codings=7, n_epochs=1, seed=_seed(rng))
    assert autoencoder.training is False
    model = student.classifier_from(autoencoder, 3)
    assert student.fit_classifier(model.train(), X, y, n_epochs=1, seed=_seed(rng)).training is False
