"""Hidden checks of chapter 10: what grows where, and three loaders of it (p.10.15)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch10_pytorch.inputs_cover import drawn_meanwhile, gone_through, loaders_of, numbered
from autograder.testing import check


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
    X, y = numbered(rng, 70)
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
    X, y = numbered(rng, 210)
    for name, more in (("CoverDataset", (np.full(10, 2.0), np.full(10, 3.0))), ("make_loaders", ())):
        _, (after, labels, *_) = student.watch_(name, X.copy(), y.copy(), *more)
        assert_array_equal(after, X)
        assert_array_equal(labels, y)


@check("p.10.15", core=True, hint="60%, 20%, 20%: does each row go to exactly one loader? What does `stratify` do?")
def test_three_parts(student, rng):
    """Every row is in exactly one of three loaders, with its own class; 60% of all rows, and of each class, are for
    training, and 20% each for validation and testing."""
    X, y = numbered(rng, 700)
    parts = [student.probe_(gone_through)(loader) for loader in loaders_of(student, X, y)]
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
    X, y = numbered(rng, 700)
    X[:, :10] *= rng.uniform(0.1, 100, 10).astype(np.float32)
    loaders = loaders_of(student, X, y)
    train, *_ = parts = [student.probe_(gone_through)(loader) for loader in loaders]
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
    X, y = numbered(rng, 350)
    size = int(rng.integers(20, 50))
    for loader, shuffled, n in zip(
        loaders_of(student, X, y, batch_size=size), (True, False, False), (210, 70, 70), strict=True
    ):
        (one, _, sizes), (again, _, _) = (student.probe_(gone_through)(loader) for _ in range(2))
        assert list(sizes) == [size] * (n // size) + [n % size] * (n % size > 0)
        assert bool(np.array_equal(_number_of(one), _number_of(again))) is not shuffled


@check("p.10.15", hint="What is drawn: the split, the orders of training rows? A DataLoader takes a `generator` of "
       "its own.")  # fmt: skip
def test_seed_decides_over_the_loaders(student, rng):
    """The same seed gives the same split and the same orders, whatever else is drawn meanwhile, another seed others."""
    X, y = numbered(rng, 350)
    one, other = (int(seed) for seed in rng.choice(1000, 2, replace=False))

    def orders(seed: int) -> list[list[int]]:
        loaders = loaders_of(student, X, y, seed=seed)
        student.probe_(drawn_meanwhile)(int(rng.integers(2**31)))
        return [_number_of(student.probe_(gone_through)(loader)[0]).tolist() for loader in loaders for _ in range(2)]

    first = orders(one)
    assert first == orders(one)
    different = orders(other)
    assert set(first[0]) != set(different[0])
    assert set(first[4]) != set(different[4])
