"""Full-size figures of chapter 12."""

from collections.abc import Callable
from functools import cache

import numpy as np
import torch

from autograder.testing import headline
from course.datasets import load
from solutions.ch12_vision.counting import memory_bytes, network_costs
from solutions.ch12_vision.digits import fit_cnn, predict

STACK = [(100, 3, 2), (200, 3, 2), (400, 3, 2)]  # maps, kernel, stride, of the network that p.12.2 asks about
SIZE = "3 layers, RGB, 200 x 300 pixels"


def _is(book: float, by: float = 0.0) -> Callable[[float], bool]:
    return lambda value: abs(value - book) <= by


@headline("p.12.2", "parameters of the three layers", book="903,400", data="", holds=_is(903_400))
def parameters() -> tuple[float, str]:
    """Weights and biases."""
    return float(network_costs((200, 300), 3, STACK)["parameters"]), SIZE


@headline("p.12.2", "memory to predict, MB", book="12.6", data="", holds=_is(12.6, 0.05))
def megabytes_to_predict() -> tuple[float, str]:
    """Parameters and the two largest neighbours."""
    return memory_bytes((200, 300), 3, STACK) / 1e6, SIZE


@headline("p.12.2", "memory to train on 50, MB", book="564.6, of rounded parts", data="", holds=_is(564.6, 1.5))
def megabytes_to_train() -> tuple[float, str]:
    """All maps and pictures of the batch; the book rounds 1.52 MB to 1.5 before it multiplies by 50."""
    return memory_bytes((200, 300), 3, STACK, batch=50) / 1e6, SIZE


@cache
def _read() -> tuple[np.ndarray, np.ndarray]:
    """Return what the answer's network takes the test digits for, and what they are."""
    mnist = load("mnist")
    model = fit_cnn(mnist.X_train, mnist.y_train)
    return predict(model, mnist.X_test), mnist.y_test


@headline("p.12.8", "MNIST, accuracy on test digits", book="", data="mnist", holds=lambda value: value >= 0.994)
def digits_read() -> tuple[float, str]:
    """One network, with the defaults of the answer."""
    found, wanted = _read()
    return float(np.mean(found == wanted)), "60,000 to learn from, 10,000 to test on"


@headline("p.12.8", "three networks together", book="", data="mnist", holds=lambda value: value >= 0.995)
def digits_read_together() -> tuple[float, str]:
    """Mean probabilities of three networks that differ by their seeds: minutes on a GPU, an hour and more without."""
    mnist = load("mnist")
    X = torch.tensor(mnist.X_test).reshape(-1, 1, 28, 28) / 255
    total = torch.zeros(len(X), 10)
    with torch.no_grad():
        for seed in (1, 2, 3):
            model = fit_cnn(mnist.X_train, mnist.y_train, n_epochs=20, width=48, seed=seed)
            total += torch.cat([model(some).softmax(dim=1) for some in X.split(1000)])
    return float(np.mean(total.argmax(dim=1).numpy() == mnist.y_test)), "three times as wide, 20 epochs each"
