"""Hidden checks of chapter 10: what grows where (p.10.15)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.nn.functional import cross_entropy

from autograder.checks.ch10_pytorch.inputs_cover import land
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, is_complete, outputs, weights_of
from course.datasets import load


def _numbered(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return patches that say in their last columns, in binary, which row they were, and rare and frequent types."""
    X = rng.normal(50, 20, (n, 54)).astype(np.float32)
    X[:, 10:] = rng.integers(0, 2, (n, 44))
    X[:, 42:] = (np.arange(n)[:, None] >> np.arange(12)) & 1
    return X, rng.permutation(np.repeat(np.arange(1, 8), n // 70 * np.array([30, 18, 8, 5, 4, 3, 2]))[:n])


def _number_of(rows: Any) -> np.ndarray:
    return (np.asarray(rows)[:, 42:].astype(int) << np.arange(12)).sum(axis=1)


def _item(dataset: "Any", i: "Any") -> "Any":
    """Return an item of a data set as it is, and what it is."""
    row, label = dataset[i]
    return {
        "row": row,
        "label": int(label),
        "types": [str(row.dtype), str(getattr(label, "dtype", type(label).__name__))],
    }


def _size(dataset: "Any") -> "Any":
    return len(dataset)


@check("p.10.15", core=True, hint="Which columns are quantities? And which classes does `cross_entropy` know of seven?")
def test_items_of_the_dataset(student, rng):
    """An item is the row, its ten quantities standardised with the figures given and the rest as it was, of float32,
    and its class from 0 to 6, of int64."""
    X, y = _numbered(rng, 70)
    mean, std = rng.normal(50, 10, 10), rng.uniform(5, 40, 10)
    dataset = student.CoverDataset(X, y, mean, std)
    assert student.probe_(_size)(dataset) == 70
    for i in rng.choice(70, 6, replace=False).tolist():
        found = student.probe_(_item)(dataset, i)
        wanted = X[i].astype(float)
        wanted[:10] = (wanted[:10] - mean) / std
        assert np.asarray(found["row"]).shape == (54,)
        assert_allclose(np.asarray(found["row"]), wanted, rtol=1e-4, atol=1e-4)
        assert found["label"] == y[i] - 1
        assert list(found["types"]) == ["torch.float32", "torch.int64"]


@check("p.10.15", hint="Whose array do you standardise?")
def test_rows_are_left_alone(student, rng):
    """The rows that are given to `CoverDataset` and to `make_loaders` are not changed."""
    X, y = _numbered(rng, 140)
    for name, more in (("CoverDataset", (np.full(10, 2.0), np.full(10, 3.0))), ("make_loaders", ())):
        _, (after, labels, *_) = student.watch_(name, X.copy(), y.copy(), *more)
        assert_array_equal(after, X)
        assert_array_equal(labels, y)


def _gone_through(loader: "Any") -> "Any":
    """Go through a loader; return its rows, its labels and the sizes of its batches."""
    import torch

    batches = list(loader)
    return [torch.cat([X for X, _ in batches]), torch.cat([y for _, y in batches]), [len(y) for _, y in batches]]


def _loaders(student: Any, X: np.ndarray, y: np.ndarray, **more: Any) -> tuple[Any, ...]:
    found = tuple(student.make_loaders(X, y, **more))
    assert len(found) == 3
    return found


@check("p.10.15", core=True, hint="60%, 20%, 20%: does each row go to exactly one loader? What does `stratify` do?")
def test_three_parts(student, rng):
    """Every row is in exactly one of three loaders, with its own class; 60% of all rows, and of each class, are for
    training, and 20% each for validation and testing."""
    X, y = _numbered(rng, 700)
    parts = [student.probe_(_gone_through)(loader) for loader in _loaders(student, X, y)]
    numbers = [_number_of(rows) for rows, _, _ in parts]
    assert sorted(np.concatenate(numbers).tolist()) == list(range(700))
    for (_, labels, _), rows, share in zip(parts, numbers, (0.6, 0.2, 0.2), strict=True):
        assert_array_equal(np.asarray(labels), y[rows] - 1)
        assert abs(len(rows) - share * 700) <= 1
        for one in range(1, 8):
            assert abs(np.sum(y[rows] == one) - share * np.sum(y == one)) <= 2


@check("p.10.15", weight=2, hint="On which rows may mean and standard deviation depend? Split first.")
def test_scale_of_the_training_rows(student, rng):
    """The quantities of all three parts are standardised with mean and standard deviation of the training rows, and of
    no others; the datasets tell both."""
    X, y = _numbered(rng, 700)
    X[:, :10] *= rng.uniform(0.1, 100, 10).astype(np.float32)
    loaders = _loaders(student, X, y)
    train, *_ = parts = [student.probe_(_gone_through)(loader) for loader in loaders]
    own = X[_number_of(train[0]), :10].astype(float)
    for loader, (rows, _, _) in zip(loaders, parts, strict=True):
        mean, std = own.mean(axis=0), own.std(axis=0)
        assert_allclose(np.asarray(rows)[:, :10], (X[_number_of(rows), :10] - mean) / std, rtol=1e-3, atol=1e-3)
        assert_allclose(np.asarray(loader.dataset.mean), mean, rtol=1e-4)
        assert_allclose(np.asarray(loader.dataset.std), std, rtol=1e-4)


@check("p.10.15", hint="`shuffle` for one of the three. And how many batches are there, with the smaller last one?")
def test_orders_and_batches(student, rng):
    """The training rows come in a new order each time, the others always in the same; batches have the size that was
    asked for, and only the last one is smaller."""
    X, y = _numbered(rng, 350)
    size = int(rng.integers(20, 50))
    for loader, shuffled, n in zip(
        _loaders(student, X, y, batch_size=size), (True, False, False), (210, 70, 70), strict=True
    ):
        (one, _, sizes), (again, _, _) = (student.probe_(_gone_through)(loader) for _ in range(2))
        assert list(sizes) == [size] * (n // size) + [n % size] * (n % size > 0)
        assert bool(np.array_equal(_number_of(one), _number_of(again))) is not shuffled


@check("p.10.15", hint="What is drawn: the split, the order of training rows? Both need the seed.")
def test_seed_decides_over_the_loaders(student, rng):
    """The same seed gives the same split and the same orders, another seed others."""
    X, y = _numbered(rng, 350)
    one, other = (int(seed) for seed in rng.choice(1000, 2, replace=False))

    def orders(seed: int) -> list[list[int]]:
        loaders = _loaders(student, X, y, seed=seed)
        return [_number_of(student.probe_(_gone_through)(loader)[0]).tolist() for loader in loaders for _ in range(2)]

    first = orders(one)
    assert first == orders(one)
    different = orders(other)
    assert set(first[0]) != set(different[0])
    assert set(first[4]) != set(different[4])


@check("p.10.15", core=True, hint="Seven numbers of any sign for each row: `cross_entropy` does the softmax by itself.")
def test_network_gives_logits(student, rng):
    """`CoverMLP` gives seven logits for each row; every weight of it is registered and can learn, and more hidden units
    make it larger."""
    X = rng.normal(size=(40, 54))
    model = built(student, student.CoverMLP, rng, n_hidden=16)
    found = outputs(model, X, shape=(40, 7))
    assert np.abs(np.exp(found).sum(axis=1) - 1).max() > 1e-3  # neither log-softmax …
    assert found.min() < 0  # … nor softmax
    gradients_flow(student, model, X, rng=rng)
    is_complete(lambda: built(student, student.CoverMLP, rng, n_hidden=16), X, rng=rng)
    sizes = [
        sum(value.size for value in weights_of(built(student, student.CoverMLP, rng, n_hidden=n)).values())
        for n in (16, 64)
    ]
    assert sizes[1] > 2 * sizes[0]


def _watched(scale: "Any") -> "Any":
    """Return a small network that notes in which mode it was asked and whether gradients were recorded."""
    import torch
    from torch import nn

    class Watched(nn.Linear):
        def __init__(self) -> None:
            super().__init__(54, 7)
            self.asked: list[Any] = []
            with torch.no_grad():
                self.weight.mul_(scale)

        def forward(self, X: "Any") -> "Any":
            self.asked.append([self.training, torch.is_grad_enabled(), len(X)])
            return super().forward(X)

    return Watched()


@check(
    "p.10.15",
    hint="`train()` at the beginning of each epoch, `eval()` and `no_grad()` for validation: each epoch anew.",
)
def test_modes_of_the_loop(student, rng):
    """In each epoch all training batches are learned from in training mode; validation rows are asked about in
    evaluation mode, without a record for gradients, and the model is left in evaluation mode."""
    X, y = _numbered(rng, 210)
    train, valid, _ = _loaders(student, X, y, batch_size=32)
    model = student.probe_(_watched)(0.5)
    student.train_cover(model, train, valid, 3)
    asked = [tuple(one) for one in model.asked]
    assert all(recorded is training for training, recorded, _ in asked)
    turns = [training for (training, _, _), before in zip(asked, [(False, 0, 0), *asked], strict=False)
             if training is not before[0]]  # fmt: skip
    assert turns[:5] == [True, False, True, False, True]
    assert sum(n for training, _, n in asked if training) == 3 * 126
    assert model.training is False


@check("p.10.15", hint="The last batch is smaller. And is the accuracy that of the validation rows?")
def test_history_of_the_training(student, rng):
    """Loss, validation loss and validation accuracy are there for each epoch; the last two are what the model that you
    hand back says of the validation rows, each row counted once."""
    X, y = land(rng)(330)
    train, valid, _ = _loaders(student, X, y, batch_size=50)
    model = built(student, student.CoverMLP, rng, n_hidden=16)
    history = student.train_cover(model, train, valid, 4)
    assert set(history) == {"loss", "valid_loss", "valid_accuracy"}
    assert all(len(figures) == 4 for figures in history.values())
    assert all(np.isfinite(np.asarray(figures, dtype=float)).all() for figures in history.values())
    rows, labels, _ = student.probe_(_gone_through)(valid)
    logits = torch.from_numpy(outputs(model, rows, shape=(66, 7)))
    assert_allclose(float(history["valid_loss"][-1]), float(cross_entropy(logits, labels)), rtol=1e-3)
    assert_allclose(
        float(history["valid_accuracy"][-1]), np.mean(logits.argmax(dim=1).numpy() == labels.numpy()), atol=1e-3
    )
    assert 0 < float(history["loss"][-1]) < float(history["loss"][0])


def _ready(dataset: "Any", batch_size: "Any") -> "Any":
    from torch.utils.data import DataLoader

    return DataLoader(dataset, batch_size)


def _named(student: Any, model: Any, like: Any, X: np.ndarray) -> np.ndarray:
    """Return what the submission says of rows, whose types it is not told."""
    dataset = student.CoverDataset(X, np.ones(len(X), dtype=np.int64), np.asarray(like.mean), np.asarray(like.std))
    found = student.cover_types(model, student.probe_(_ready)(dataset, 400))
    return np.asarray(found)


@check("p.10.15", hint="Types are 1 to 7. And in which mode, in which order are the rows asked about?")
def test_types_of_all_rows(student, rng):
    """`cover_types` returns the type with the largest logit of each row, 1 to 7, in the loader's order and whatever the
    model's mode."""
    X, y = _numbered(rng, 210)
    _, _, test = _loaders(student, X, y, batch_size=32)
    model = built(student, student.CoverMLP, rng, n_hidden=16)
    rows, _, _ = student.probe_(_gone_through)(test)
    model.eval()
    right = outputs(model, rows, shape=(42, 7)).argmax(axis=1) + 1
    for training in (True, False):
        model.train(training)
        found = np.asarray(student.cover_types(model, test))
        assert found.shape == (42,) and found.dtype == np.int64
        assert_array_equal(found, right)


@check("p.10.15", core=True, weight=3, at_least=True, hint="Does the loss fall, and how far? Try another learning "
       "rate, ten times as large or as small; has the network a hidden layer, and something bent in it?")  # fmt: skip
def test_knows_what_grows_where(student, rng):
    """Trained on made-up land, your network names enough of 1,500 other patches rightly."""
    patches = land(rng)
    X, y = patches(3000)
    train, valid, _ = _loaders(student, X, y, batch_size=32)
    model = built(student, student.CoverMLP, rng, n_hidden=64)
    student.train_cover(model, train, valid, 10)
    X_new, y_new = patches(1500)
    return float(np.mean(_named(student, model, train.dataset, X_new) == y_new))


@check("p.10.15", full=True, data="covtype", hint="Larger batches, a learning rate that falls towards the end, and a "
       "network with some hundreds of units: which of them is missing?")  # fmt: skip
def test_knows_93_of_100_real_patches(student, rng):
    """Your loaders get nine tenths of the 581,012 real patches, your network (with `n_hidden=256`) 10 epochs in batches
    of 512, and it names more than 93 in 100 of the last tenth rightly: with types, quantities and kinds of soil in
    another order, so that nothing can be looked up."""
    data, types = load("covtype"), rng.permutation(7) + 1
    columns = np.concatenate([rng.permutation(10), 10 + rng.permutation(4), 14 + rng.permutation(40)])
    rows = rng.permutation(len(data.y))
    X, y = data.X[rows][:, columns], types[data.y[rows] - 1]
    n = len(y) // 10
    train, valid, _ = _loaders(student, X[n:], y[n:], batch_size=512)
    model = built(student, student.CoverMLP, rng, n_hidden=256)
    student.train_cover(model, train, valid, 10)
    assert np.mean(_named(student, model, train.dataset, X[:n]) == y[:n]) > 0.93
