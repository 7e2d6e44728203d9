"""Hidden checks of chapter 11: half of the digits (tf1.11.8)."""

import contextlib
from functools import cache, partial
from itertools import pairwise

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch11_deep_networks.inputs import (
    PATIENCE,
    accuracy,
    file_of,
    goes_through,
    known_linear,
    loss_of,
    places,
)
from autograder.checks.ch11_deep_networks.inputs_folds import trainings
from autograder.testing import StudentRaised, check
from autograder.testing.modules import (
    NOISE,
    built,
    dense_layers,
    has_two_modes,
    outputs,
    rates_of,
    repeats,
    replayed,
    starts_with,
    steps_taken,
    stops_early,
    weights_of,
)
from course.datasets import load


@check("tf1.11.8", hint="Where does each digit stand in the list? Do pictures and labels stay together?")
def test_only_these_digits(student, rng):
    """The pictures of the digits that are asked for are kept in their order, from 0 to 1, and each label is the digit's
    place in the list."""
    for digits in ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [8, 3]):
        X, y = rng.integers(0, 256, (60, 5)).astype(np.uint8), rng.integers(0, 10, 60)
        found, labels = student.pick_digits(X, y, digits)
        kept = [row for row in range(60) if y[row] in digits]
        assert_allclose(np.asarray(found), X[kept] / 255, atol=1e-6)
        assert np.asarray(labels).tolist() == [digits.index(y[row]) for row in kept]
        assert str(found.dtype).removeprefix("torch.") == "float32"
        assert str(labels.dtype).removeprefix("torch.") == "int64"


def _elu(z: np.ndarray) -> np.ndarray:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def _close(found: np.ndarray, wanted: np.ndarray) -> bool:
    return float(np.abs(found - wanted).max()) <= 50 * NOISE * float(np.abs(wanted).max())


@check(
    "tf1.11.8", core=True, weight=2, hint="Five hidden layers, ELU behind each. What stands behind the output layer?"
)
def test_five_layers_of_elu(student, rng):
    """As it comes, the network has five hidden layers of 100 ELU units and five logits; other sizes are made as they
    are asked for."""
    n_in, n_out, n_hidden = (int(n) for n in rng.choice(np.arange(4, 12), 3, replace=False))
    for sizes in ((), (n_in, n_out, n_hidden)):
        a, b, c = sizes or (784, 5, 100)
        model, X = built(student, student.HalfDigits, rng, *sizes), rng.normal(size=(6, a))
        layers = dense_layers(student, model, X)
        assert [layer.weight.shape for layer in layers] == [(c, a), *[(c, c)] * 4, (b, c)]
        for one, other in pairwise(layers):
            assert _close(other.inputs, _elu(one.outputs))
        outputs(model, X, shape=(6, b))


@check("tf1.11.8", hint="Which names do your attributes have? Each hidden layer is one part of `hidden`.")
def test_parts_that_can_be_reused(student, rng):
    """The hidden layers are five parts of `hidden`, drawn by He's rule with biases of 0, and `output` is the linear
    layer behind them."""
    model, X = built(student, student.HalfDigits, rng, 30, 4, 50), rng.normal(size=(9, 30)).astype(np.float32)
    layers = dense_layers(student, model, X)
    starts_with(layers[:-1], lambda n_in, n_out: (2 / n_in) ** 0.5)
    parts = [student.probe_(_part)(model, number, torch.from_numpy(X)) for number in range(5)]
    for part, layer in zip(parts, layers[1:], strict=True):
        assert _close(np.asarray(part, dtype=float), layer.inputs)
    assert_array_equal(weights_of(model.output)["weight"], layers[-1].weight.astype(np.float32))


def _part(model, number, X):
    """Probe: what comes out of a hidden part, after those before it."""
    import torch

    model.eval()
    if len(model.hidden) != 5:
        return torch.zeros(1)
    with torch.no_grad():
        for part in list(model.hidden)[: number + 1]:
            X = part(X)
    return X


@check("tf1.11.8", weight=2, hint="Linear, then batch norm, then ELU, then dropout. What does dropout do in evaluation "
       "mode?")  # fmt: skip
def test_batch_norm_and_dropout(student, rng):
    """With batch norm, what comes out of each hidden linear layer is standardised over the batch before the ELU; with
    dropout, that share of what comes out of each hidden layer is set to 0, in training mode only."""
    model, X = built(student, student.HalfDigits, rng, 9, 3, 40, batch_norm=True), rng.normal(size=(64, 9))
    layers = dense_layers(student, model, X, training=True)
    for one, other in pairwise(layers):
        z = one.outputs - one.outputs.mean(axis=0)
        assert _close(other.inputs, _elu(z / np.sqrt(z.var(axis=0) + 1e-5)))
    has_two_modes(model, X[:9], random=False)
    rate = float(rng.uniform(0.2, 0.5))
    model = built(student, student.HalfDigits, rng, 9, 3, 40, dropout=rate)
    layers = dense_layers(student, model, X, training=True)
    assert len(layers) == 6
    for one, other in pairwise(layers):
        off = other.inputs == 0
        assert abs(off.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / off.size)
        assert _close(np.where(off, 0, other.inputs), np.where(off, 0, _elu(one.outputs) / (1 - rate)))
    has_two_modes(model, X[:9])


def _noisy(rng) -> tuple[np.ndarray, ...]:
    """Rows whose training labels say the same as the validation labels at first, and then the opposite."""
    X, X_valid = (rng.normal(size=(n, 4)).astype(np.float32) for n in (60, 40))
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    y_valid = np.where(np.abs(X_valid[:, 0]) > 0.7, (X_valid[:, 0] > 0), (X_valid[:, 1] < 0)).astype(int)
    return X, y, X_valid, y_valid


@check("tf1.11.8", weight=2, hint="When is the state saved? Which state has the model in the end?")
def test_best_epoch_is_in_the_file(student, rng):
    """Training stops when the validation loss has not improved for `patience` epochs; the file and the network both
    hold the state of the best epoch, whose loss is that of evaluation mode. Where a training breaks off, the best state
    so far is in the file."""
    data, seed, weights = _noisy(rng), int(rng.integers(2**31)), int(rng.integers(2**31))
    with file_of(student) as path:

        def train(dropout: float, patience: int, rate: float, size: int, n_epochs: int):
            model = known_linear(student, np.random.default_rng(weights), 4, 2, dropout)
            options = {"n_epochs": n_epochs, "patience": patience, "rate": rate, "batch_size": size, "seed": seed}
            losses = student.train_half(model, *data, path, **options)
            assert False not in list(model.learned_in)
            kept, state = student.probe_(_read)(path), weights_of(model)
            assert kept.keys() == state.keys()
            assert all(np.array_equal(np.asarray(kept[name]), value) for name, value in state.items())
            return model, losses

        measure = partial(loss_of, X=data[2], y=data[3])
        for case in PATIENCE:
            stops_early(partial(train, *case), measure, n_epochs=40, patience=case[1])
    with file_of(student) as path:
        model = known_linear(student, np.random.default_rng(weights), 4, 2, breaks_at=4)
        before = weights_of(model)
        with contextlib.suppress(StudentRaised):  # three steps are an epoch
            student.train_half(model, *data, path, n_epochs=9, patience=9, rate=0.05, batch_size=20, seed=seed)
        kept = student.probe_(_read)(path)
        assert kept.keys() == before.keys()
        assert all(not np.array_equal(np.asarray(kept[name]), value) for name, value in before.items())


def _read(path):
    """Probe: the state in a checkpoint, if there is one."""
    import torch

    return dict(torch.load(path, map_location="cpu")) if path.exists() else {}


@check("tf1.11.8", hint="Which optimiser is asked for, at which rate, and how many batches does an epoch have?")
def test_steps_are_adams(student, rng):
    """An epoch takes one step for each batch, at the rate that is asked for, and Adam's steps along the same gradients
    lead to the same weights; each row is in one batch, in an order drawn anew; the seed decides rows and dropout."""
    X, y = rng.normal(size=(50, 4)).astype(np.float32), rng.integers(0, 3, 50)
    rate = float(rng.uniform(2e-3, 8e-3))
    with file_of(student) as path:
        model = known_linear(student, rng, 4, 3)
        before, options = weights_of(model), {"n_epochs": 1, "rate": rate, "batch_size": 12}
        _, steps = steps_taken(student, lambda: student.train_half(model, X, y, X, y, path, **options), gradients=True)
        assert len(steps) == 5
        assert_allclose(rates_of(steps), rate, rtol=1e-6)
        replayed(steps, list(before.values()), list(weights_of(model).values()), torch.optim.Adam)
        model = known_linear(student, rng, 4, 3)
        student.train_half(model, X, y, X, y, path, n_epochs=3, batch_size=12)
        goes_through(model, X, 3)

        def run(seed: int):
            model = known_linear(student, np.random.default_rng(5), 4, 3, 0.3)
            return student.train_half(model, X, y, X, y, path, n_epochs=2, batch_size=8, seed=seed)

        repeats(run, (int(rng.integers(1, 1000)), int(rng.integers(1000, 2000))))


@check("tf1.11.8", core=True, weight=2, at_least=True, hint="Does the loss fall from epoch to epoch? At which rate?")
def test_reads_made_up_classes(student, rng) -> float:
    """On a rule that is made up for you, your network with batch norm learns in at most 8 epochs to name at least
    {threshold:.0%} of new rows."""
    draw = places(rng)
    (X, y), (X_valid, y_valid), (X_new, y_new) = draw(600), draw(150), draw(1000)
    model = built(student, student.HalfDigits, rng, 8, 4, 32, batch_norm=True)
    options = {"n_epochs": 8, "rate": 3e-3, "batch_size": 32, "seed": int(rng.integers(2**31))}
    with file_of(student) as path:
        student.train_half(model, X, y, X_valid, y_valid, path, **options)
    return accuracy(model, X_new, y_new)


@check("tf1.11.8", weight=2, hint="Which rows is each accuracy measured on? Do you hand all of the settings on?")
def test_settings_are_compared_on_rows_held_out(student, rng):
    """A rate that learns nothing and one that learns are told apart, also where the rows are sorted by class; and where
    labels are drawn by lot, every setting is as good as chance, since its rows were held out. The same seed gives the
    same again."""
    draw = places(rng, k=5, per=1, noise=0.3)
    X, y = draw(120)
    X, y = X[np.argsort(y)], np.sort(y)
    settings = [{"rate": 1e-7}, {"rate": 0.01}, {"rate": 0.01, "batch_norm": True}]
    settings = [{**setting, "batch_size": 16} for setting in settings]
    options = {"n_epochs": 6, "n_hidden": 24}
    poor, *good = np.asarray(student.compare_settings(X, y, settings, **options), dtype=float)
    assert poor < 0.75 < min(good)
    lots = rng.permutation(np.arange(120) % 3)
    X = rng.normal(size=(120, 20)).astype(np.float32)
    options = {"n_epochs": 15, "n_hidden": 24}
    found = student.compare_settings(X, lots, [{"rate": 0.01, "batch_size": 16}], **options)
    assert len(found) == 1
    assert 0.1 < float(found[0]) < 0.58
    settings = [{"batch_size": 16}, {"batch_size": 16, "dropout": 0.4}, {"batch_size": 30}]
    options["n_epochs"] = 3
    first, again = (np.asarray(student.compare_settings(X, lots, settings, **options), dtype=float) for _ in range(2))
    assert_allclose(first, again, atol=1e-6)


@check("tf1.11.8", hint="Into how many parts are the rows cut, and what is learned from each time? Have the "
       "rows that are held out a say in it?")  # fmt: skip
def test_folds_and_settings_are_used(student, rng):
    """With k folds, k trainings are run for each setting, each on all rows but a k-th, which has no say in it, and with
    the setting's own rate and batches; the folds are the same for all settings."""
    X, y = rng.normal(size=(60, 4)).astype(np.float32), np.arange(60) % 2
    for n_folds in (3, 5):
        settings = [{"batch_size": 10}, {"batch_size": 20, "rate": 0.05}]
        compare = partial(student.compare_settings, X, y, settings, n_folds=n_folds, n_epochs=3, n_hidden=8)
        rows = 60 - 60 // n_folds
        done = trainings(student, compare, 4, {rate: 3 * -(-rows // size) for rate, size in ((1e-3, 10), (0.05, 20))})
        by_rate = [[one.rows for one in done if one.rate == rate] for rate in (1e-3, 0.05)]
        assert [len(folds) for folds in by_rate] == [n_folds, n_folds]
        assert set(by_rate[0]) == set(by_rate[1])
        assert len(set(by_rate[0])) == n_folds
        assert all(len(fold) == rows for fold in by_rate[0])


@cache
def _mnist() -> tuple[np.ndarray, ...]:
    data = load("mnist")
    return data.X_train, data.y_train, data.X_test, data.y_test


@check("tf1.11.8", full=True, data="mnist", hint="Compare settings on a part of the digits first.")
def test_digits_up_to_four(student, rng):
    """With batch norm, after at most 8 epochs on MNIST's digits 0 to 4, your network reads 98.5% of their test pictures
    or more."""
    X, y, X_new, y_new = _mnist()
    X, y = (np.asarray(part) for part in student.pick_digits(X, y, range(5)))
    X_new, y_new = (np.asarray(part) for part in student.pick_digits(X_new, y_new, range(5)))
    model = built(student, student.HalfDigits, rng, batch_norm=True)
    with file_of(student) as path:
        student.train_half(model, X[3000:], y[3000:], X[:3000], y[:3000], path, n_epochs=8, rate=1e-3, batch_size=128)
    assert accuracy(model, X_new, y_new) >= 0.985
