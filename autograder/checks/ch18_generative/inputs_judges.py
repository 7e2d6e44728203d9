"""Inputs of chapter 18: a network of ours that knows the classes of a world, and what it says of new pictures."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from autograder.testing.modules import closeness, coverage, precision


def judge_of(X: NDArray[np.float32], y: NDArray[np.int64], seed: int) -> nn.Module:
    """Train a small network to name the classes of pictures, (n, 1, side, side) from 0 to 1."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pictures, classes = torch.as_tensor(X).flatten(1), torch.as_tensor(y)
        model = nn.Sequential(nn.Linear(pictures.shape[1], 64), nn.ReLU(), nn.Linear(64, int(y.max()) + 1))
        optimizer = torch.optim.Adam(model.parameters(), 0.01)
        for _ in range(12):
            for rows in torch.randperm(len(pictures)).split(50):
                loss = nn.functional.cross_entropy(model(pictures[rows]), classes[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return model.eval()


def near(new: NDArray[np.float32], real: NDArray[np.float32], learned: NDArray[np.float32]) -> float:
    """Return the share of new pictures that are near a real one, or of real ones that have a new one near, if less."""
    return min(precision(new, real, k=10), coverage(new, real, k=10))


def close(new: NDArray[np.float32], real: NDArray[np.float32], learned: NDArray[np.float32]) -> float:
    """Return how close new pictures as a whole are to real ones, where the mean of those learned from is 0."""
    return closeness(new, real, learned.mean(axis=0, keepdims=True))


def obeyed(
    new: NDArray[np.float32],
    asked: NDArray[np.int64],
    X: NDArray[np.float32],
    y: NDArray[np.int64],
    seed: int,
    *,
    of_class: Callable[..., float] = near,
    least: float = 0.0,
) -> float:
    """Return the lesser of two figures: the share of new pictures that a judge takes for the class that was asked for,
    and how good those of a class are beside real ones of it, as the mean over the classes. A share of `least` is 0.

    X and y are real pictures and their classes, which the model did not learn from."""
    half = len(X) // 2
    judge = judge_of(X[:half], y[:half], seed)
    with torch.no_grad():
        said = judge(torch.as_tensor(new).flatten(1)).argmax(dim=1).numpy()
    real, classes = X[half:], y[half:]
    figures = [
        of_class(new[asked == one], real[classes == one], X[:half][y[:half] == one]) for one in range(int(y.max()) + 1)
    ]
    share = float(np.mean(said == asked))
    return min((share - least) / (1 - least), float(np.mean(figures)))
