"""Chapter 18, a denoising autoencoder and 500 labels (p.18.10), with few labels: the answers."""

import copy

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn
from torch.nn.functional import cross_entropy

from course import device
from solutions.ch18_generative.denoising import DenoisingAutoencoder


def draw_labelled(y: ArrayLike, n: int, seed: int = 42) -> NDArray[np.int64]:
    """Draw the rows that somebody is to label, equally many of each class.

    Parameters
    ----------
    y : (m,) the classes of all rows, whole numbers.
    n : how many rows are drawn. There are enough rows of each class.
    seed : decides which: the same seed draws the same rows.

    Returns
    -------
    (n,) different indices. If `n` can't be divided by the number of classes, some have
    one row more than others.

    Examples
    --------
    >>> y = np.array([7, 7, 7, 7, 2, 2, 2])
    >>> sorted(y[draw_labelled(y, 4)].tolist())
    [2, 2, 7, 7]
    """
    rng = np.random.default_rng(seed)
    labels = np.asarray(y)
    shuffled = rng.permutation(len(labels))
    # How many rows of the same class come before it: the first of each class, the second, …
    turn = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = shuffled[labels[shuffled] == label]
        turn[mine] = np.arange(len(mine))
    return shuffled[np.argsort(turn[shuffled], kind="stable")][:n]


def classifier_from(autoencoder: DenoisingAutoencoder, n_classes: int, frozen: bool = False) -> nn.Module:
    """Return a classifier that begins with what an autoencoder has learned.

    Parameters
    ----------
    autoencoder : a `DenoisingAutoencoder`. It must not be changed, neither now nor when
        the classifier is trained.
    n_classes : classes that are told apart.
    frozen : whether all of the encoder's parameters are to stay as they are in
        training.

    Returns
    -------
    A module that takes (B, n_inputs) and gives (B, n_classes) logits: a copy of the
    encoder, with its weights, and a new layer (or more) on top.

    Examples
    --------
    >>> model = classifier_from(DenoisingAutoencoder(12, n_codings=3), 5)
    >>> model(torch.zeros(2, 12)).shape
    torch.Size([2, 5])
    """
    encoder = copy.deepcopy(autoencoder.encoder)
    encoder.requires_grad_(not frozen)
    return nn.Sequential(encoder, nn.Linear(autoencoder.n_codings, n_classes))


def fit_classifier(model: nn.Module, X: ArrayLike, y: ArrayLike, n_epochs: int = 30, seed: int = 42) -> nn.Module:
    """Train a classifier on a few labelled rows. Weights that are frozen stay as they
    are.

    Parameters
    ----------
    model : one of `classifier_from`. It is trained itself, not a copy of it.
    X : (n, d) numbers from 0 to 1.
    y : (n,) whole numbers from 0, the classes.
    n_epochs : how often training goes through all rows.
    seed : decides everything that is left to chance in training.

    Returns
    -------
    The same model, on the CPU and in evaluation mode.

    Examples
    --------
    >>> model = classifier_from(DenoisingAutoencoder(8, n_codings=3), 2)
    >>> fit_classifier(model, np.zeros((20, 8)), np.arange(20) % 2, n_epochs=1) is model
    True
    """
    torch.manual_seed(seed)
    rows, labels = torch.tensor(np.asarray(X), dtype=torch.float32), torch.tensor(np.asarray(y)).long()
    model.to(device()).train()
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=1e-3)
    for _ in range(n_epochs):
        for some in torch.randperm(len(rows)).split(32):
            loss = cross_entropy(model(rows[some].to(device())), labels[some].to(device()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.cpu().eval()


def compare(
    autoencoder: DenoisingAutoencoder,
    X: ArrayLike,
    y: ArrayLike,
    X_test: ArrayLike,
    y_test: ArrayLike,
    n_epochs: int = 30,
    seed: int = 42,
) -> dict[str, float]:
    """Train two classifiers that differ in one thing: where their encoder's weights
    come from. Nothing is frozen.

    Parameters
    ----------
    autoencoder : one that `pretrain` has trained. It must not be changed.
    X, y : (n, d) numbers from 0 to 1 and their classes, (n,), to learn from.
    X_test, y_test : others, to test on. All classes are in `y`, as whole numbers from
        0.
    n_epochs, seed : for `fit_classifier`, the same for both.

    Returns
    -------
    The accuracy on the test rows, from 0 to 1, of the classifier that begins with the
    autoencoder's encoder ("pretrained"), and of the one that begins with the encoder of
    a new `DenoisingAutoencoder` of the same sizes ("scratch").

    Examples
    --------
    >>> X, y = np.zeros((8, 4)), np.arange(8) % 2
    >>> scores = compare(DenoisingAutoencoder(4, n_codings=3), X, y, X, y, n_epochs=1)
    >>> sorted(scores)
    ['pretrained', 'scratch']
    """
    rows, labels = torch.tensor(np.asarray(X_test), dtype=torch.float32), np.asarray(y_test)
    torch.manual_seed(seed)
    fresh = DenoisingAutoencoder(autoencoder.n_inputs, autoencoder.n_codings, autoencoder.noise)
    scores = {}
    for name, one in {"pretrained": autoencoder, "scratch": fresh}.items():
        torch.manual_seed(seed)
        model = fit_classifier(classifier_from(one, int(np.max(y)) + 1), X, y, n_epochs, seed)
        with torch.no_grad():
            scores[name] = float(np.mean(model(rows).argmax(dim=1).numpy() == labels))
    return scores
