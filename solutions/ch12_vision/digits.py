"""Chapter 12, digits, as well as you can (p.12.8): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from course import device


def make_cnn(n_classes: int = 10, width: int = 16) -> nn.Module:
    """Return a new convolutional network for pictures of 28 x 28 pixels.

    Parameters
    ----------
    n_classes : classes that it tells apart.
    width : maps of its first layer, or whatever decides about its size; 8 is for trying
        out, 16 or more for real digits. It has less than five million parameters.

    Returns
    -------
    A module that takes (B, 1, 28, 28) float32, from 0 (paper) to 1 (ink), and gives
    (B, n_classes) logits.

    Examples
    --------
    >>> make_cnn(7, width=8)(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 7])
    """
    return nn.Sequential(
        *_block(1, width),
        nn.MaxPool2d(2),  # (B, width, 14, 14)
        *_block(width, 2 * width),
        *_block(2 * width, 2 * width),
        nn.MaxPool2d(2),  # (B, 2 width, 7, 7)
        *_block(2 * width, 4 * width),
        nn.AdaptiveMaxPool2d(1),  # found anywhere is found
        nn.Flatten(),
        nn.Linear(4 * width, n_classes),
    )


def _block(n_in: int, n_out: int) -> list[nn.Module]:
    return [nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]


def _pictures(X: ArrayLike) -> Tensor:
    """Return rows of grey values as (n, 1, 28, 28), from 0 to 1."""
    return torch.tensor(np.asarray(X)).reshape(-1, 1, 28, 28).float() / 255


def _moved(pictures: Tensor, by: int = 2) -> Tensor:
    """Move each picture by up to `by` pixels, in all directions."""
    n, side = len(pictures), pictures.shape[-1]
    wide = pad(pictures, (by, by, by, by))
    down, across = torch.randint(2 * by + 1, (2, n, 1, 1))
    steps = torch.arange(side)
    rows, columns = down + steps[:, None], across + steps  # (n, side, 1), (n, 1, side)
    return wide[torch.arange(n)[:, None, None], 0, rows, columns][:, None]


def fit_cnn(X: ArrayLike, y: ArrayLike, n_epochs: int = 6, width: int = 16, seed: int = 42) -> nn.Module:
    """Make a network with `make_cnn` and train it.

    Parameters
    ----------
    X : (n, 784) bytes from 0 (paper) to 255 (ink), pictures row by row.
    y : (n,) whole numbers from 0, their classes; each class is there.
    n_epochs : how often training goes through all pictures.
    width : for `make_cnn`.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Returns
    -------
    The trained network, on the CPU.

    Examples
    --------
    >>> X, y = np.zeros((20, 784), dtype=np.uint8), np.arange(20) % 2
    >>> fit_cnn(X, y, n_epochs=1, width=8)(torch.zeros(1, 1, 28, 28)).shape
    torch.Size([1, 2])
    """
    torch.manual_seed(seed)
    pictures, labels = _pictures(X), torch.tensor(np.asarray(y)).long()
    model = make_cnn(int(labels.max()) + 1, width).to(device())
    batches = -(-len(pictures) // 64)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=n_epochs * batches)
    model.train()
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pictures)).split(64):
            logits = model(_moved(pictures[rows]).to(device()))
            loss = cross_entropy(logits, labels[rows].to(device()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


def predict(model: nn.Module, X: ArrayLike) -> NDArray[np.int64]:
    """Return the class of each picture.

    Parameters
    ----------
    model : takes and gives what a network of `make_cnn` does. It is asked in evaluation
        mode, and left in the mode that it was in.
    X : (n, 784) bytes, as for `fit_cnn`. There may be too many for a single batch: the
        model gets at most 2,000 at a time.

    Returns
    -------
    (n,) whole numbers

    Examples
    --------
    >>> predict(make_cnn(width=8), np.zeros((3, 784), dtype=np.uint8)).shape
    (3,)
    """
    was_training = model.training
    model.eval()
    with torch.no_grad():
        found = [model(batch).argmax(dim=1) for batch in _pictures(X).split(1000)]
    model.train(was_training)
    return torch.cat(found).numpy()
