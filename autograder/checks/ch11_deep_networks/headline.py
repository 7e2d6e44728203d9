"""Full-size figures of chapter 11: twenty layers on CIFAR-10."""

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import nn

from autograder.testing import headline
from course.datasets import load
from solutions.ch11_deep_networks.deep import layer_statistics, make_mlp, standardised
from solutions.ch11_deep_networks.deep_training import fit, mc_predict

EPOCHS, PATIENCE = 40, 8
# The least that counts is some 2% below what 8,000 real pictures lead to; all 50,000 lead further.


@cache
def _pictures() -> tuple[np.ndarray, ...]:
    """Rows and labels to learn from, for validation (a fifth or 5,000 of the training pictures), and for tests."""
    data = load("cifar10")
    rows, tests = (part.reshape(len(part), -1) for part in (data.X_train, data.X_test))
    n = min(5000, len(rows) // 5)
    X, X_valid, X_test = standardised(rows[n:], rows[:n], tests)
    return X, data.y_train[n:], X_valid, data.y_train[:n], X_test, data.y_test


@cache
def _trained(variant: str, rate: float, one_cycle: bool = False) -> tuple[nn.Module, dict[str, list[float]]]:
    torch.manual_seed(42)
    model = make_mlp(variant)
    X, y, X_valid, y_valid, _, _ = _pictures()
    options = {"n_epochs": EPOCHS, "patience": PATIENCE, "rate": rate, "one_cycle": one_cycle, "batch_size": 128}
    return model, fit(model, X, y, X_valid, y_valid, **options)


def _tested(variant: str, rate: float, one_cycle: bool = False) -> tuple[float, str]:
    """Return the share of test pictures that are named rightly, and how long it took to learn."""
    model, history = _trained(variant, rate, one_cycle)
    X_test, y_test = _pictures()[4:]
    model.eval()
    with torch.no_grad():
        right = np.mean(model(torch.from_numpy(X_test)).argmax(dim=1).numpy() == y_test)
    losses = history["valid_loss"]
    return float(right), f"{len(_pictures()[0]):,} pictures, best of {len(losses)} epochs: {np.argmin(losses) + 1}"


def _row(figure: str, holds: Callable[[float], bool], data: str = "cifar10") -> Callable:
    return headline("p.11.8", figure, book="", data=data, holds=holds)


@headline("p.11.8", "parameters of 20 layers of 100", book="500,210 (counted)", data="", holds=lambda n: n == 500_210)
def parameters() -> tuple[float, str]:
    """As it comes."""
    return float(sum(value.numel() for value in make_mlp().parameters())), "3,072 inputs, 10 outputs"


def _last_spread(variant: str, kind: type[nn.Module]) -> tuple[float, str]:
    torch.manual_seed(42)
    X = torch.from_numpy(_pictures()[2][:1000])
    return layer_statistics(make_mlp(variant), X, kind)[-1][1], "before training, 1,000 pictures"


@_row("He and SiLU: standard deviation behind layer 20", lambda value: value < 0.05)
def base_spread() -> tuple[float, str]:
    """Signals shrink."""
    return _last_spread("base", nn.SiLU)


@_row("SELU: standard deviation behind layer 20", lambda value: 0.7 < value < 1.4)
def selu_spread() -> tuple[float, str]:
    """Signals keep their size."""
    return _last_spread("selu", nn.SELU)


@_row("base, test accuracy", lambda value: value > 0.31)
def base() -> tuple[float, str]:
    """A constant rate."""
    return _tested("base", 7e-4)


@_row("batch norm, test accuracy", lambda value: value > 0.35)
def batch_norm() -> tuple[float, str]:
    """A larger rate."""
    return _tested("batch norm", 2e-3)


@_row("SELU, test accuracy", lambda value: value > 0.35)
def selu() -> tuple[float, str]:
    """A constant rate."""
    return _tested("selu", 5e-4)


@_row("alpha dropout, test accuracy", lambda value: value > 0.35)
def alpha_dropout() -> tuple[float, str]:
    """At a rate of 0.1 before the output."""
    return _tested("alpha dropout", 5e-4)


@_row("Monte Carlo dropout, test accuracy", lambda value: value > 0.35)
def monte_carlo() -> tuple[float, str]:
    """The same network, asked 20 times."""
    model, _ = _trained("alpha dropout", 5e-4)
    X_test, y_test = _pictures()[4:]
    found = mc_predict(model, torch.from_numpy(X_test), n_samples=20).argmax(dim=1).numpy()
    return float(np.mean(found == y_test)), "20 samples of the network above"


@_row("SELU, one cycle, test accuracy", lambda value: value > 0.37)
def one_cycle() -> tuple[float, str]:
    """Up to a larger rate and down again, over all epochs."""
    return _tested("selu", 2e-3, one_cycle=True)
