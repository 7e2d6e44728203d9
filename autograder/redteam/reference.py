"""Honest answers to the red team's chapter. Their texts are the cells of an honest submission."""

from __future__ import annotations

from typing import Any

import numpy as np


def span(values: list[float]) -> float:
    """Return the largest of `values` less the smallest."""
    return max(values) - min(values)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return the softmax of each row of `scores`, shape (n, k)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))  # (n, k)
    result: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return result


def fit_rare(X: np.ndarray, y: np.ndarray) -> Any:
    """Return a classifier fitted to `X`, shape (n, d), whose class 1 in `y` is rare."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(class_weight="balanced").fit(X, y)


def train(model: Any, X: Any, y: Any) -> None:
    """Fit the `nn.Linear` `model` in place to the tensors `X`, shape (n, d), and `y`, shape (n, 1)."""
    import torch

    optimizer: Any = torch.optim.LBFGS(model.parameters(), max_iter=50)

    def loss() -> Any:
        optimizer.zero_grad()
        error: Any = torch.nn.functional.mse_loss(model(X), y)
        error.backward()
        return error

    optimizer.step(loss)


# The number of parameters of a linear layer from 28x28 pixels to 10 classes, with its biases.
PARAMETERS = 28 * 28 * 10 + 10
