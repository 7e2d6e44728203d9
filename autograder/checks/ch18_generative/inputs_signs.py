"""Inputs of chapter 18: signs that exist nowhere, with many wrong pixels, and curved surfaces."""

from typing import Any

import numpy as np
from scipy import ndimage

SIDE = 10
PIXELS = SIDE * SIDE


def signs(rng, k: int):
    """Draw k signs, (k, 100) of 0 and 1: patches, half of the pixels."""
    smooth = ndimage.gaussian_filter(rng.normal(size=(k, SIDE, SIDE)), (0, 1, 1)).reshape(k, PIXELS)
    return (smooth > np.median(smooth, axis=1, keepdims=True)).astype(int)


def written(rng, drawn, n: int, wrong: float = 0.25):
    """Return (n, 100) float32 of 0 and 1, one sign in each row, and the numbers of the signs, (n,), about equally
    frequent.

    Parameters
    ----------
    wrong : how likely a pixel is turned over.
    """
    which = rng.permutation(np.arange(n) % len(drawn))
    return (drawn[which] ^ (rng.random((n, drawn.shape[1])) < wrong)).astype(np.float32), which


def curve(rng, d: int):
    """Draw a curved surface; return a function that gives n rows on it, (n, d) float32 within 0 and 1."""
    slopes, starts = rng.normal(0, 1.2, (2, d)), rng.uniform(0, 2 * np.pi, d)

    def rows(n: int):
        return (0.5 + 0.4 * np.sin(rng.uniform(-1.5, 1.5, (n, 2)) @ slopes + starts)).astype(np.float32)

    return rows


def read(model: Any, X) -> Any:
    """Return what a classifier takes the rows for, in the mode that it is in."""
    import torch

    found = np.asarray(model(torch.tensor(X)))
    assert found.ndim == 2
    assert len(found) == len(X)
    return found.argmax(axis=1)


def share_of_nearest(hashes, labels) -> float:
    """Return how often the rows whose hashes are nearest to a row's own have its label: for each row the mean over all
    that are equally near."""
    apart = (hashes[:, None] != hashes).sum(axis=2)
    np.fill_diagonal(apart, hashes.shape[1] + 1)
    nearest = apart == apart.min(axis=1, keepdims=True)
    same = labels[:, None] == labels
    return float(((nearest & same).sum(axis=1) / nearest.sum(axis=1)).mean())


# ---------------------------------------------------------------- probes: run in the student's process


def parameters_of(module):
    """Return a copy of a module's parameters."""
    return [value.detach().cpu().clone() for value in module.parameters()]


class FirstInput:
    """Notes what the first dense layer of a model is given."""

    def __init__(self, model):
        import torch

        self.seen = None
        for layer in model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.register_forward_pre_hook(self.note)

    def note(self, layer, given):
        if self.seen is None:
            self.seen = given[0].detach().clone()

    def read(self):
        seen, self.seen = self.seen, None
        return seen


def wavering_encoder(weights):
    """Return an encoder that gives known codings in evaluation mode, and something random while it is trained."""
    import torch

    class Wavering(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = torch.nn.Parameter(torch.as_tensor(weights, dtype=torch.float32))

        def forward(self, X):
            codings = X @ self.weights
            return torch.randn_like(codings) if self.training else codings

        def encode(self, X):
            return self(X).clamp(0, 1)

    return Wavering()
