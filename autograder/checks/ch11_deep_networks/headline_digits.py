"""Full-size figures of chapter 11: both halves of MNIST, and pairs of its digits."""

import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from autograder.testing import headline
from course.datasets import load
from solutions.ch11_deep_networks.digits import HalfDigits, pick_digits, train_half
from solutions.ch11_deep_networks.pairs import PairNet, fit_head, fit_pairs, make_pairs
from solutions.ch11_deep_networks.transfer import some_of_each, transfer


def _right(model: nn.Module, X: np.ndarray, y: np.ndarray) -> float:
    model.eval()
    with torch.no_grad():
        return float(np.mean(model(torch.from_numpy(X)).argmax(dim=1).numpy() == y))


def _half(digits: range) -> tuple[np.ndarray, ...]:
    """Rows and labels of some digits: for training, and for tests."""
    data = load("mnist")
    return *pick_digits(data.X_train, data.y_train, digits), *pick_digits(data.X_test, data.y_test, digits)


@cache
def _low(batch_norm: bool = False, dropout: float = 0.0) -> HalfDigits:
    """Return a network that has learned the digits 0 to 4."""
    torch.manual_seed(42)
    X, y, _, _ = _half(range(5))
    model = HalfDigits(batch_norm=batch_norm, dropout=dropout)
    with tempfile.TemporaryDirectory() as folder:
        train_half(model, X[3000:], y[3000:], X[:3000], y[:3000], Path(folder) / "best.pt", n_epochs=15, batch_size=128)
    return model


def _low_digits(figure: str, **options: float) -> Callable:
    """Mark one row of the table, and measure it."""
    mark = headline("tf1.11.8", figure, book="", data="mnist", holds=lambda value: value > 0.985)

    def read() -> tuple[float, str]:
        """The digits 0 to 4."""
        _, _, X, y = _half(range(5))
        return _right(_low(**options), X, y), f"{len(y):,} test pictures of 0 to 4"

    return mark(read)


plain = _low_digits("digits 0 to 4, plain")
normed = _low_digits("digits 0 to 4, batch norm", batch_norm=True)
dropped = _low_digits("digits 0 to 4, batch norm and dropout 0.2", batch_norm=True, dropout=0.2)


@cache
def _transferred(**options: float) -> tuple[float, float]:
    """Return the accuracy on 5 to 9 after a hundred of each, and the seconds that it took to learn."""
    X, y, X_test, y_test = _half(range(5, 10))
    rows = some_of_each(y, 100)
    began = time.perf_counter()
    model = transfer(_low(), X[rows], y[rows], n_epochs=40, **options)
    return _right(model, X_test, y_test), time.perf_counter() - began


def _high(figure: str, least: float) -> Callable:
    return headline("tf1.11.9", figure, book="", data="mnist", holds=lambda value: value > least)


@_high("five layers, frozen", 0.65)
def five_frozen() -> tuple[float, str]:
    """A new output layer alone."""
    right, seconds = _transferred()
    return right, f"100 of each of 5 to 9, {seconds:.1f} s"


@_high("five layers, frozen and cached", 0.65)
def cached() -> tuple[float, str]:
    """The same, in less time."""
    right, seconds = _transferred(cached=True)
    return right, f"100 of each of 5 to 9, {seconds:.1f} s"


@_high("four layers, frozen", 0.7)
def four_frozen() -> tuple[float, str]:
    """Without the layer that fits the old digits best."""
    return _transferred(n_reused=4)[0], "100 of each of 5 to 9"


@_high("four layers, two of them unfrozen", 0.85)
def unfrozen() -> tuple[float, str]:
    """At a tenth of the rate."""
    return _transferred(n_reused=4, n_unfrozen=2)[0], "100 of each of 5 to 9"


@headline("tf1.11.10", "pairs, then a head", book="", data="mnist", holds=lambda value: value > 0.93)
def pairs() -> tuple[float, str]:
    """A tower that has learned from pairs, frozen."""
    data = load("mnist")
    X, X_test = ((part / 255).astype(np.float32) for part in (data.X_train, data.X_test))
    A, B, labels = make_pairs(X[:55_000], data.y_train[:55_000], 55_000)
    torch.manual_seed(42)
    net = PairNet()
    fit_pairs(net, A, B, labels, n_epochs=12, batch_size=100)
    model = fit_head(net, X[55_000:], data.y_train[55_000:], n_epochs=20, rate=2e-3)
    return _right(model, X_test, data.y_test), "55,000 pairs of 55,000 pictures; a head on 5,000"
