"""Chapter 13, networks that know sketches (p.13.11): the answers."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence

from course import device
from solutions.ch13_sequences.sketches import collate, sketch_to_seq


class SketchNet(nn.Module):
    """A network that says what a sketch shows.

    Parameters
    ----------
    n_classes : number of things that may be shown.
    hidden : size of its layers; 8 is for trying out, 64 for sketches.

    Examples
    --------
    >>> net = SketchNet(n_classes=5, hidden=8)
    >>> net(torch.rand(2, 9, 3), torch.tensor([9, 4])).shape
    torch.Size([2, 5])
    """

    def __init__(self, n_classes: int, hidden: int = 64) -> None:
        super().__init__()
        self.conv = nn.Conv1d(3, hidden, kernel_size=5, padding=2)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden, n_classes)

    def forward(self, X: Tensor, lengths: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        X : (B, T, 3) float32 sequences of points, padded.
        lengths : (B,) int64, how many rows of each sequence are points: 1 or more. What
            the other rows hold, and how many of them there are, makes no difference.

        Returns
        -------
        (B, n_classes)
        """
        real = torch.arange(X.shape[1], device=X.device) < lengths[:, None].to(X.device)  # (B, T)
        X = X.masked_fill(~real[..., None], 0.0)  # the convolution looks two points ahead
        features = torch.relu(self.conv(X.mT)).mT  # (B, T, hidden)
        packed = pack_padded_sequence(features, lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, last = self.rnn(packed)  # (2, B, hidden), the state after the last point, and backwards after the first
        return self.out(torch.cat([last[0], last[1]], dim=1))


def fit_sketches(
    drawings: Sequence[Sequence[ArrayLike]],
    labels: ArrayLike,
    n_classes: int,
    hidden: int = 64,
    n_steps: int = 1000,
    seed: int = 42,
) -> SketchNet:
    """Train a `SketchNet`.

    Parameters
    ----------
    drawings : strokes, as `sketch_to_seq` takes them.
    labels : (n,) their classes, 0 to n_classes - 1.
    hidden : size of the net.
    n_steps : number of updates of the weights, each made with some 32 drawings.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Examples
    --------
    >>> lines = [[[[0, 0], [0, 9]]], [[[0, 0], [9, 0]]]]
    >>> net = fit_sketches(lines, [0, 1], n_classes=2, hidden=8, n_steps=2)
    >>> net(torch.rand(1, 6, 3), torch.tensor([6])).shape
    torch.Size([1, 2])
    """
    torch.manual_seed(seed)
    examples = list(zip(map(sketch_to_seq, drawings), np.asarray(labels).tolist(), strict=True))
    where = device()
    model = SketchNet(n_classes, hidden).to(where)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps)
    for _ in range(n_steps):
        X, lengths, y = collate([examples[i] for i in torch.randint(len(examples), (32,))])
        loss = cross_entropy(model(X.to(where), lengths), y.to(where))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.cpu().eval()
