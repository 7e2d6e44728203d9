"""Wrong answers to the red team's chapter, worth nothing by themselves: an attack has to gain every point it gets."""

from __future__ import annotations

from typing import Any

import numpy as np


def span(values: list[float]) -> float:
    return -1.0


def softmax(scores: np.ndarray) -> np.ndarray:
    return np.zeros(np.shape(scores))


def fit_rare(X: np.ndarray, y: np.ndarray) -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="most_frequent").fit(X, y)


def train(model: Any, X: Any, y: Any) -> None:
    return None


PARAMETERS = -1
