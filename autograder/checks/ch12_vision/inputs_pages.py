"""Inputs of chapter 12's digits: small letters of a script that nobody knows, in one part of the page or another."""

import numpy as np

from autograder.testing.made_up import LETTERS, PIXELS, SIDE, Script, script

SMALL = SIDE // 2  # the side of a letter


def alphabet(rng) -> Script:
    """Draw a script with one form for each letter, on clean pages."""
    return script(rng, forms=1, shake=0.05, spot=0)


def pages(rng, letters: Script, n: int, elsewhere: bool = False):
    """Return (n, 784) bytes and (n,) labels: one letter each, 14 pixels high, in the upper left part of the picture, or
    anywhere else."""
    y = rng.permutation(np.arange(n) % LETTERS)
    large = letters.write(rng, y).reshape(n, SMALL, 2, SMALL, 2)
    X = np.zeros((n, SIDE, SIDE), dtype=np.uint8)
    at = np.argwhere(np.ones((SMALL + 1, SMALL + 1)))
    at = at[(at.max(axis=1) > SMALL // 2) == elsewhere]
    for page, letter, (top, left) in zip(X, large.max(axis=(2, 4)), rng.choice(at, n), strict=True):
        page[top : top + SMALL, left : left + SMALL] = letter
    return X.reshape(n, PIXELS), y


# ---------------------------------------------------------------- probes: run in the student's process


def undecided(weights, bias):
    """Return a model of 28 x 28 pixels that says one thing in evaluation mode, and something random while it is
    trained. It notes how many pictures it gets at a time."""
    import torch

    class Undecided(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weights, self.bias = (torch.as_tensor(values, dtype=torch.float32) for values in (weights, bias))
            self.largest = 0

        def forward(self, X):
            self.largest = max(self.largest, len(X))
            logits = X.reshape(len(X), -1) @ self.weights + self.bias
            return torch.randn_like(logits) if self.training else logits

    return Undecided()


def size_of(model):
    """Return how many values a model's parameters have: they are too many to be sent."""
    return sum(value.numel() for value in model.parameters())
