"""Hidden checks of chapter 18: what 500 labels are good for (p.18.10)."""

import numpy as np
import torch
from numpy.testing import assert_array_equal

from autograder.checks.ch18_generative.inputs_networks import frozen_names, goes_on
from autograder.checks.ch18_generative.inputs_signs import parameters_of, read, signs, written
from autograder.testing import check
from autograder.testing.modules import outputs, weights_of
from course.datasets import load

CLASSES, FORMS = 4, 12  # a class is written in three forms, so that no straight line tells it from the others


def _seed(rng) -> int:
    return int(rng.integers(1_000))


def _pages(rng, *sizes):
    """Return X, y, X, y, … of one script: rows of 100 pixels, a quarter of them wrong, and classes from 0 to 3."""
    drawn, parts = signs(rng, FORMS), []
    for size in sizes:
        X, form = written(rng, drawn, size)
        parts += [X, form % CLASSES]
    return parts


@check(
    "p.18.10",
    core=True,
    weight=4,
    at_least=True,
    hint="Do the encoder's learned weights reach the classifier? Does training go on from there, with a small enough "
    "learning rate?",
)
def test_few_labels_are_enough(student, rng) -> float:
    """After learning from 1,500 pages of a script that nobody knows, and from the classes of 24 of its pages, your
    classifier reads {threshold:.0%} of others rightly, in the mean over two scripts and four draws of the 24."""
    shares = []
    for _ in range(2):
        unlabelled, _, X_new, y_new, *labelled = _pages(rng, 1_500, 600, 24, 24, 24, 24)
        autoencoder = student.pretrain(unlabelled, n_codings=32, noise=0.5, n_epochs=12, seed=_seed(rng))
        for X, y in zip(labelled[::2], labelled[1::2], strict=True):
            model = student.classifier_from(autoencoder, CLASSES)
            model = student.fit_classifier(model, X, y, n_epochs=40, seed=_seed(rng))
            shares.append(np.mean(read(model.eval(), X_new) == y_new))
    return float(np.mean(shares))


def _tensors(module) -> list[np.ndarray]:
    return list(weights_of(module).values())


def _are_in(some, others) -> list[bool]:
    """Tell for each array whether it is one of the others."""
    return [any(one.shape == other.shape and np.allclose(one, other, atol=1e-6) for other in others) for one in some]


@check("p.18.10", core=True, hint="`copy.deepcopy` copies a module with its weights.")
def test_begins_with_a_copy_of_the_encoder(student, rng):
    """A new classifier gives a logit for each class, holds the encoder's weights, and leaves the autoencoder as it was
    when it is trained itself."""
    X, y = _pages(rng, 40)
    autoencoder = student.pretrain(X, n_codings=11, n_epochs=1, seed=_seed(rng))
    before, encoder = _tensors(autoencoder), student.probe_(parameters_of)(autoencoder.encoder)
    model = student.classifier_from(autoencoder, 6)
    found = outputs(model.eval(), X, shape=(40, 6))
    assert np.abs(np.exp(found).sum(axis=1) - 1).max() > 1e-3  # neither softmax nor log_softmax
    assert np.abs(found.sum(axis=1) - 1).max() > 1e-3
    assert all(_are_in([np.asarray(value) for value in encoder], _tensors(model)))
    student.fit_classifier(model, X, y, n_epochs=2)
    assert all(np.array_equal(*pair) for pair in zip(before, _tensors(autoencoder), strict=True))


@check("p.18.10", hint="`requires_grad_(False)` freezes weights. Of which module, and whose does your optimiser move?")
def test_frozen_weights_stay(student, rng):
    """A frozen encoder's weights, biases and norms are the same after training, and the new layer's are not; without
    freezing the encoder's weights move, too. It is the model that was passed in that is trained, and the autoencoder's
    own weights are never frozen."""
    X, y = _pages(rng, 60)
    autoencoder = student.pretrain(X, n_codings=11, n_epochs=1, seed=_seed(rng))
    encoder = [np.asarray(value) for value in student.probe_(parameters_of)(autoencoder.encoder)]
    fixed = student.probe_(frozen_names)
    fixed_before = list(fixed(autoencoder))
    for frozen in (True, False):
        model = student.classifier_from(autoencoder, CLASSES, frozen=frozen)
        assert list(fixed(autoencoder)) == fixed_before
        before = _tensors(model)
        returned = student.fit_classifier(model, X, y, n_epochs=3, seed=_seed(rng))
        after = _tensors(model)
        assert all(np.array_equal(*pair) for pair in zip(after, _tensors(returned), strict=True))
        assert not all(_are_in(before, after))
        # A bias before batch norm has no gradient: only weight matrices are sure to move.
        stays = _are_in(encoder if frozen else [value for value in encoder if value.ndim == 2], after)
        assert all(stays) if frozen else not any(stays)


@check("p.18.10", hint="Do `n_epochs` and `seed` get from `fit_classifier` to where they are used?")
def test_classifier_is_trained_as_asked_for(student, rng):
    """From the same weights the same seed trains the same classifier, and more epochs change it further."""
    X, y = _pages(rng, 60)
    autoencoder, seed = student.pretrain(X, n_codings=11, n_epochs=1, seed=_seed(rng)), _seed(rng)
    begin = weights_of(student.classifier_from(autoencoder, CLASSES))

    def new():
        model = student.classifier_from(autoencoder, CLASSES)
        model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in begin.items()})
        return model

    one, again = (_tensors(student.fit_classifier(new(), X, y, n_epochs=2, seed=seed)) for _ in range(2))
    assert all(np.allclose(*pair, rtol=1e-4, atol=1e-6) for pair in zip(one, again, strict=True))
    goes_on(lambda n: student.fit_classifier(new(), X, y, n_epochs=n, seed=seed))


@check("p.18.10", hint="How many rows of each class? Which of them? Can a row be drawn twice?")
def test_equally_many_of_each_class(student, rng):
    """The rows that are drawn are as many as asked for, all different, as many of each class as of any other, and one
    more of some only where it can't be helped; each seed draws others, and the same ones every time."""
    for n_classes in (10, int(rng.integers(3, 9))):
        counts = rng.integers(15, 60, n_classes)
        y = rng.permutation(np.repeat(rng.choice(99, n_classes, replace=False), counts))
        for n in (5 * n_classes, 7 * n_classes + int(rng.integers(1, n_classes))):
            one, other, again = (np.asarray(student.draw_labelled(y, n, seed=seed)) for seed in (1, 2, 1))
            assert one.shape == (n,)
            assert one.dtype.kind in "iu"
            assert len(set(one.tolist())) == n
            drawn = np.unique(y[one], return_counts=True)[1]
            assert len(drawn) == n_classes
            assert drawn.max() - drawn.min() <= (n % n_classes > 0)
            assert_array_equal(np.sort(one), np.sort(again))
            for label in np.unique(y):
                assert set(one[y[one] == label].tolist()) != set(other[y[other] == label].tolist())


@check(
    "p.18.10",
    weight=2,
    hint="Same rows, same epochs, same seed: which weights do both begin with? Which rows are the scores of?",
)
def test_compares_both_beginnings(student, rng):
    """Both scores are accuracies on the test rows; the classifier that begins with what was learned is the better one;
    the autoencoder is left as it was, and the same seed gives the same scores."""
    gains = []
    for _ in range(2):
        unlabelled, _, X, y, X_new, y_new = _pages(rng, 1_500, 24, 300)
        autoencoder, seed = student.pretrain(unlabelled, n_codings=32, n_epochs=10, seed=_seed(rng)), _seed(rng)
        before = _tensors(autoencoder)
        found = student.compare(autoencoder, X, y, X_new, y_new, n_epochs=40, seed=seed)
        renamed = student.compare(autoencoder, X, y, X_new, (y_new + 1) % CLASSES, n_epochs=40, seed=seed)
        assert found.keys() == {"pretrained", "scratch"}
        assert all(0 <= score <= 1 for score in found.values())
        assert all(np.array_equal(*pair) for pair in zip(before, _tensors(autoencoder), strict=True))
        for name, score in found.items():  # who calls everything by the next name is hardly ever right
            assert renamed[name] <= 1 - score + 1e-6
        gains.append(found["pretrained"] - found["scratch"])
    assert student.compare(autoencoder, X, y, X_new, y_new, n_epochs=40, seed=seed) == found
    assert np.mean(gains) > 0.05
    assert np.mean(found["pretrained"]) > 0.6


@check("p.18.10", full=True, data="mnist", hint="More epochs without labels; a learning rate that falls.")
def test_pretraining_beats_scratch_with_500_digits(student, rng):
    """After an autoencoder has seen all 60,000 training digits of MNIST without labels, classifiers that begin with its
    encoder read more of the 10,000 test digits than those from scratch, by a percent at least, in the mean over three
    draws of 500 labelled digits, and 88% at least: with labels and pixels in another order."""
    mnist, digits, pixels = load("mnist"), rng.permutation(10), rng.permutation(784)
    X, X_test = ((rows[:, pixels] / 255).astype(np.float32) for rows in (mnist.X_train, mnist.X_test))
    y, y_test = digits[mnist.y_train], digits[mnist.y_test]
    autoencoder, scores = student.pretrain(X), []
    for seed in rng.permutation(1_000)[:3].tolist():
        rows = np.asarray(student.draw_labelled(y, 500, seed=seed))
        assert len(set(rows.tolist())) == 500
        found = student.compare(autoencoder, X[rows], y[rows], X_test, y_test, seed=seed)
        model = student.fit_classifier(student.classifier_from(autoencoder, 10), X[rows], y[rows], seed=seed)
        scores.append([np.mean(read(model.eval(), X_test) == y_test), found["scratch"]])
    pretrained, scratch = np.mean(scores, axis=0)
    assert pretrained >= scratch + 0.01
    assert pretrained >= 0.88
