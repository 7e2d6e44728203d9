"""Hidden checks of chapter 18: semantic hashing (tf1.15.9)."""

from fractions import Fraction

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch18_generative.inputs_networks import goes_on
from autograder.checks.ch18_generative.inputs_signs import share_of_nearest, signs, wavering_encoder, written
from autograder.testing import check
from autograder.testing.modules import (
    built,
    evaluates,
    gradients_flow,
    has_two_modes,
    outputs,
    repeats,
    tensor,
    weights_of,
)
from course.datasets import load

BITS = 30


def _seed(rng) -> int:
    return int(rng.integers(1_000))


@check("tf1.15.9", core=True, hint="Which layer gives the codings, and which activation has it?")
def test_codings_are_between_0_and_1(student, rng):
    """For sizes of all kinds the codings are as many as asked for, from 0 to 1, and the rows come back in their size;
    what comes back is made of the codings."""
    for _ in range(2):
        d, bits = (int(size) for size in rng.choice(np.arange(3, 40), 2, replace=False))
        model = built(student, student.HashingAutoencoder, rng, d, n_bits=bits, noise=1.0).eval()
        X = rng.normal(0, 30, (9, d))
        codings = outputs(model.encode, X, shape=(9, bits))
        assert codings.min() >= 0
        assert codings.max() <= 1
        outputs(model, X, shape=(9, d))
    d, bits = (int(size) for size in rng.choice(np.arange(14, 40), 2, replace=False))  # so that not all ReLUs are shut
    model = built(student, student.HashingAutoencoder, rng, d, n_bits=bits, noise=1.0)
    gradients_flow(student, model, rng.random((20, d)), rng=rng)


def _before_the_sigmoid(model, X):
    codings = np.asarray(model.encode(tensor(X)), dtype=float)
    return np.log(codings / (1 - codings))


@check(
    "tf1.15.9",
    core=True,
    weight=2,
    hint="First the noise, then the sigmoid. What is the standard deviation of `torch.randn_like`?",
)
def test_noise_goes_into_the_sigmoid(student, rng):
    """In training mode the numbers that go into the sigmoid vary from call to call, with the standard deviation asked
    for and as a Gaussian does, each on its own; in evaluation mode nothing varies."""
    for noise in rng.permutation([0.3, float(rng.uniform(0.6, 0.8)), 1.5]).tolist():
        model = built(student, student.HashingAutoencoder, rng, 20, n_bits=12, noise=noise).train()
        X = rng.random((25, 20)).astype(np.float32)
        drawn = np.array([_before_the_sigmoid(model, X) for _ in range(24)])  # (24, 25, 12)
        deviations = (drawn - drawn.mean(axis=0)) / np.sqrt(23 / 24)
        assert abs(deviations.std() / noise - 1) < 0.06
        assert abs(np.mean(np.abs(deviations) < noise) - 0.683) < 0.03
        together = deviations.mean(axis=(1, 2))  # of one call: 0 if each number has its own
        assert np.abs(together).max() < 5 * noise / np.sqrt(25 * 12)
        assert np.abs(deviations.mean(axis=2)).max() < 6 * noise / np.sqrt(12)
        has_two_modes(model, X)
        model.eval()
        assert_array_equal(np.asarray(model.encode(tensor(X))), np.asarray(model.encode(tensor(X))))


def _trained(student, rng):
    """Return codings in evaluation mode and labels, of 400 pages of a script that an autoencoder has learned from."""
    drawn = signs(rng, 12)
    model = student.fit_hashing(written(rng, drawn, 1_500)[0], n_bits=BITS, noise=4.0, n_epochs=12, seed=_seed(rng))
    X, labels = written(rng, drawn, 400)
    return outputs(model.eval().encode, X, shape=(400, BITS)), labels


@check(
    "tf1.15.9",
    core=True,
    weight=4,
    at_least=True,
    hint="Does training lower the loss? Is there noise while you train? It keeps small things out of the codings.",
)
def test_neighbours_share_labels(student, rng) -> float:
    """After learning from 1,500 pages of a script that nobody knows, {threshold:.0%} of the pages whose hashes are
    nearest to a page's own show the same sign, one of twelve."""
    codings, labels = _trained(student, rng)
    return share_of_nearest(codings > 0.5, labels)


@check(
    "tf1.15.9",
    core=True,
    weight=2,
    hint="With strong noise only codings far from 0.5 get through. Are the weights before the sigmoid free to grow?",
)
def test_codings_are_nearly_bits(student, rng):
    """After training with a noise of 4, more than half of the codings of new pages are below 0.1 or above 0.9."""
    codings, labels = _trained(student, rng)
    assert share_of_nearest(codings > 0.5, labels) > 0.3  # bits that say nothing are easily had
    assert np.mean((codings < 0.1) | (codings > 0.9)) > 0.5


@check("tf1.15.9", core=True, hint="Where are the codings larger than 0.5? In which mode are they asked for?")
def test_codings_are_rounded(student, rng):
    """Hashes are whole numbers, 1 where a coding is larger than 0.5, of single rows and of thousands; the autoencoder
    is asked in evaluation mode and left in its own."""
    weights = rng.normal(0, 0.2, (16, 7)).astype(np.float32)
    model = student.probe_(wavering_encoder)(weights)
    for n in (1, 12, 2_300):
        X = rng.random((n, 16)).astype(np.float32)
        codings = X.astype(float) @ weights
        found = np.asarray(student.hash_bits(model.eval(), X))
        assert found.shape == (n, 7)
        assert found.dtype.kind in "iu"
        sure = abs(codings - 0.5) > 1e-5  # single precision decides the others
        assert_array_equal(found[sure], (codings > 0.5)[sure])
    evaluates(student, model, lambda: student.hash_bits(model, X[:40]))
    middle = student.probe_(wavering_encoder)(np.array([[0.125, 0.25], [0.375, 0.5]], dtype=np.float32)).eval()
    found = np.asarray(student.hash_bits(middle, np.ones((3, 2), dtype=np.float32)))
    assert_array_equal(found, [[0, 1]] * 3)  # of codings of 0.5 and 0.75


def _tables(rng):
    """Return hashes with neighbours at all small distances, and their labels."""
    n, bits = int(rng.integers(12, 40)), int(rng.choice([9, 30]))
    centres = rng.integers(0, 2, (4, bits))
    table = centres[rng.integers(0, 4, n)] ^ (rng.random((n, bits)) < rng.choice([0.05, 0.15]))
    return table, rng.choice([3, 11, 12], n)


@check("tf1.15.9", core=True, hint="In how many places do two hashes differ? Is a distance of just `radius` near?")
def test_hashes_within_a_radius(student, rng):
    """For tables of all kinds, and radii from 0 on, you find the rows that are near enough, in ascending order, and
    none where there is none."""
    for radius in (0, 1, 2, 4):
        table, _ = _tables(rng)
        for query in (table[int(rng.integers(len(table)))], rng.integers(0, 2, table.shape[1]), 1 - table[0]):
            wanted = [row for row, one in enumerate(table.tolist()) if _differ(one, query.tolist()) <= radius]
            found = np.asarray(student.within(table, query, radius))
            assert found.ndim == 1
            assert_array_equal(found.astype(int), wanted)


@check("tf1.15.9", hint="0 - 1 is 255 in NumPy's uint8, in which hashes come. Which operator needs no subtraction?")
def test_hashes_may_be_small_numbers(student, rng):
    """Hashes of uint8, as `hash_bits` may give them, have the same neighbours as any others, and are as pure."""
    chain = np.arange(8)[:, None] < np.arange(1, 8)  # each differs from the next one in one bit
    table = rng.permutation(chain ^ (rng.random(7) < 0.5)).astype(np.uint8)
    for query in table:
        wanted = [row for row, one in enumerate(table.tolist()) if _differ(one, query.tolist()) <= 2]
        assert_array_equal(np.asarray(student.within(table, query, 2)).astype(int), wanted)
    labels = rng.permutation(np.arange(8) % 2)
    assert_allclose(float(student.purity(table, labels, 1)), _pure(table, labels, 1), rtol=1e-6)


def _differ(one, other) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _pure(table, labels, radius: int) -> float:
    total, rows = Fraction(0), 0
    for one in table.tolist():
        near = [label for other, label in zip(table.tolist(), labels.tolist(), strict=True)
                if _differ(one, other) <= radius]  # fmt: skip
        if len(near) > 1:
            rows += 1
            total += sum(Fraction(near.count(label), len(near)) ** 2 for label in set(near))
    return float(total / rows) if rows else float("nan")


@check(
    "tf1.15.9",
    core=True,
    weight=2,
    hint="What counts: each row, or each bucket? Which rows are left out, and is a row part of its own neighbourhood?",
)
def test_purity_of_neighbourhoods(student, rng):
    """The mean purity is right for tables of all kinds, with and without rows that are alone, for all radii, whatever
    the labels are called; without any neighbours it is NaN."""
    for radius in (0, 0, 1, 2, 3):
        table, labels = _tables(rng)
        table[:3] = table[0]  # three of one hash
        assert_allclose(float(student.purity(table, labels, radius)), _pure(table, labels, radius), rtol=1e-6)
    alone = np.eye(6, dtype=int)
    assert np.isnan(float(student.purity(alone, np.ones(6, dtype=int))))
    assert_allclose(float(student.purity(alone, np.arange(6) % 2, 2)), 0.5, rtol=1e-6)


@check("tf1.15.9", hint="Is the seed set before anything is drawn: weights, order, noise?")
def test_seeds_decide_hashes(student, rng):
    """The same seed trains the same autoencoder, another seed another one."""
    X, _ = written(rng, signs(rng, 3), 80)
    seeds = tuple(int(seed) for seed in rng.permutation(1_000)[:2])
    repeats(lambda seed: weights_of(student.fit_hashing(X, n_bits=9, n_epochs=1, seed=seed)), seeds)


@check("tf1.15.9", hint="Do `n_bits`, `noise` and `n_epochs` get from `fit_hashing` to where they are used?")
def test_hashing_is_trained_as_asked_for(student, rng):
    """The autoencoder that is trained has as many codings and as much noise as were asked for, and more epochs change
    it further."""
    X, _ = written(rng, signs(rng, 3), 60)
    bits, noise, seed = int(rng.integers(5, 20)), rng.uniform(0.3, 0.9), _seed(rng)
    model = goes_on(lambda n: student.fit_hashing(X, n_bits=bits, noise=noise, n_epochs=n, seed=seed))
    outputs(model.eval().encode, X, shape=(60, bits))
    model.train()
    drawn = np.array([_before_the_sigmoid(model, X) for _ in range(24)])
    assert abs(drawn.var(axis=0, ddof=1).mean() ** 0.5 / noise - 1) < 0.06


@check("tf1.15.9", hint="Which mode is it in after the last step of training, and which one is asked for?")
def test_trained_hashing_is_ready_for_use(student, rng):
    """The autoencoder that was trained is handed back in evaluation mode."""
    X, _ = written(rng, signs(rng, 3), 60)
    assert student.fit_hashing(X, n_bits=9, n_epochs=1, seed=_seed(rng)).training is False


@check("tf1.15.9", full=True, data="mnist", hint="Try other values of `noise`, and more epochs.")
def test_real_digits_have_telling_hashes(student, rng):
    """After learning from the 60,000 training digits of MNIST without labels, hashes of 30 bits: of 2,000 test digits,
    those whose hashes are nearest to a digit's own show the same digit in 75 of 100 cases, and 80% of all codings are
    below 0.1 or above 0.9."""
    mnist, pixels = load("mnist"), rng.permutation(784)
    model = student.fit_hashing((mnist.X_train[:, pixels] / 255).astype(np.float32))
    rows = rng.permutation(len(mnist.X_test))[:2_000]
    codings = outputs(model.eval().encode, mnist.X_test[rows][:, pixels] / 255, shape=(2_000, BITS))
    assert share_of_nearest(codings > 0.5, mnist.y_test[rows]) >= 0.75
    assert np.mean((codings < 0.1) | (codings > 0.9)) >= 0.8
