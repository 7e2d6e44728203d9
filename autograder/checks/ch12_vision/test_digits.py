"""Hidden checks of chapter 12: digits, as well as you can (p.12.8)."""

import numpy as np
from numpy.testing import assert_array_equal

from autograder.checks.ch12_vision.inputs_pages import alphabet, pages, size_of, undecided
from autograder.testing import check
from autograder.testing.made_up import LETTERS
from autograder.testing.modules import built, evaluates, gradients_flow, outputs, repeats, weights_of
from course.datasets import load

WIDTH = 8


@check(
    "p.12.8",
    core=True,
    hint="What shape have the maps after your last convolutional layer, and what do you make of them?",
)
def test_logits_for_each_class(student, rng):
    """A network gives a logit for each class, as many as are asked for, and not a probability."""
    for n_classes in (10, int(rng.integers(2, 9))):
        model = built(student, student.make_cnn, rng, n_classes, width=WIDTH)
        found = outputs(model, rng.uniform(size=(5, 1, 28, 28)), shape=(5, n_classes))
        assert np.abs(np.exp(found).sum(axis=1) - 1).max() > 1e-3  # neither softmax nor log_softmax
        assert np.abs(found.sum(axis=1) - 1).max() > 1e-3


@check("p.12.8", hint="Is each layer an attribute of the module, and used in `forward`?")
def test_all_of_the_network_can_learn(student, rng):
    """Every weight gets a gradient, and there are less than five million at full size."""
    model, X = built(student, student.make_cnn, rng, 10, width=WIDTH), rng.uniform(size=(4, 1, 28, 28))
    outputs(model, X, shape=(4, 10))  # a lazy layer has its weights from its first call on
    gradients_flow(student, model, X, rng=rng)
    large = built(student, student.make_cnn, rng)
    outputs(large, X, shape=(4, 10))
    assert int(student.probe_(size_of)(large)) < 5_000_000


@check(
    "p.12.8",
    core=True,
    weight=4,
    at_least=True,
    hint="Does your network know in one corner what it has learned in another? With maps that are flattened it "
    "doesn't; with the largest or the mean of each map it does.",
)
def test_reads_letters_wherever_they_stand(student, rng) -> float:
    """After learning from 600 letters of a script that nobody knows, which stand in the upper left part of their
    pictures, your network reads at least {threshold:.0%} of others rightly, which stand anywhere else."""
    letters = alphabet(rng)
    X, y = pages(rng, letters, 600)
    student.make_cnn(LETTERS, WIDTH)  # whose kind of network is the one that learns, and may be what is wrong
    model = student.fit_cnn(X, y, n_epochs=8, width=WIDTH, seed=int(rng.integers(1_000)))
    X_new, y_new = pages(rng, letters, 400, elsewhere=True)
    found = np.asarray(student.predict(model, X_new))
    assert found.shape == y_new.shape
    return float(np.mean(found == y_new))


def _readers(rng):
    """Return weights and biases of six classes, between which values from 0 to 1 decide, and no larger ones."""
    weights = rng.normal(size=(784, 6)).astype(np.float32)
    return weights, -weights.sum(axis=0) / 2


@check("p.12.8", core=True, hint="Bytes go up to 255, and the network wants 0 to 1. Which axis has the classes?")
def test_classes_of_pictures(student, rng):
    """`predict` gives the most likely class of each picture, of one or of thousands, of which the model gets at most
    2,000 at a time: with a model of ours, whose answers are known."""
    weights, bias = _readers(rng)
    model = student.probe_(undecided)(weights, bias)
    for n in (1, 3, 2_300):
        X = rng.integers(0, 256, (n, 784), dtype=np.uint8)
        found = np.asarray(student.predict(model, X))
        assert found.dtype.kind in "iu"
        logits = X / 255 @ weights.astype(float) + bias
        assert found.shape == (n,)
        # Two classes may be so close that single precision decides.
        assert np.all(logits[np.arange(n), found] > logits.max(axis=1) - 1e-3)
    assert int(model.largest) <= 2_000


@check("p.12.8", hint="What do dropout and batch norm do until `eval()` is called? Who calls `train()` again?")
def test_predicts_in_evaluation_mode(student, rng):
    """A model that was left in training mode is asked in evaluation mode, and left as it was."""
    model = student.probe_(undecided)(*_readers(rng))
    X = rng.integers(0, 256, (40, 784), dtype=np.uint8)
    evaluates(student, model, lambda: student.predict(model, X))


@check("p.12.8", hint="Weights, order and moves are drawn at random: is the seed set before all of them?")
def test_seed_decides_the_network(student, rng):
    """The same seed trains the same network, another seed another one; the pictures are left alone."""
    X, y = pages(rng, alphabet(rng), 150)  # more than one batch, so that their order counts
    before = X.copy()
    repeats(
        lambda seed: weights_of(student.fit_cnn(X, y, n_epochs=1, width=WIDTH, seed=seed)),
        tuple(int(seed) for seed in rng.permutation(1_000)[:2]),
    )
    _, (after, *_) = student.watch_("fit_cnn", X, y, 1, WIDTH)
    assert_array_equal(after, before)


@check("p.12.8", full=True, data="mnist", hint="More epochs, moved pictures, a learning rate that falls to 0.")
def test_reads_994_of_1000_real_digits(student, rng):
    """Trained on all 60,000 digits of MNIST, your network reads at least 99.4% of the 10,000 test digits: with labels
    in another order and pictures turned on their side or mirrored, so that nothing can be looked up."""
    mnist, digits = load("mnist"), rng.permutation(10)
    turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))

    def seen(X):
        pictures = np.rot90(X.reshape(-1, 28, 28), turns, axes=(1, 2))
        return np.ascontiguousarray(pictures[:, :, ::-1] if mirrored else pictures).reshape(len(X), 784)

    rows = rng.permutation(len(mnist.X_train))
    model = student.fit_cnn(seen(mnist.X_train[rows]), digits[mnist.y_train[rows]])
    found = np.asarray(student.predict(model, seen(mnist.X_test)))
    assert np.mean(found == digits[mnist.y_test]) >= 0.994
