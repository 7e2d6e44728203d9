"""Chapter 13, chorales, cut and predicted (p.13.10): the answers."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device

LOWEST, N_NOTES = 36, 47


def _ids(pitches: ArrayLike) -> NDArray[np.int64]:
    """Number the notes: 0 is silence, 1 the lowest pitch."""
    pitches = np.asarray(pitches, dtype=np.int64)
    return np.where(pitches == 0, 0, pitches - LOWEST + 1)


def _pitches(ids: ArrayLike) -> NDArray[np.int64]:
    """Undo `_ids`."""
    ids = np.asarray(ids, dtype=np.int64)
    return np.where(ids == 0, 0, ids + LOWEST - 1)


def make_windows(chorales: Sequence[ArrayLike], length: int, shift: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cut chorales into windows, each a sequence of notes and the sequence of the notes
    that come next.

    A chorale is read chord by chord, and each chord from its first voice to its last.
    Notes become whole numbers from 0 to 46: silence stays 0, and the pitches 36, 37, …
    81 become 1, 2, … 46.

    Parameters
    ----------
    chorales : pieces, each (steps, 4) pitches; 0 where a voice is silent. A piece may
        be shorter than a window.
    length : chords in a window.
    shift : the windows of a piece begin at its chords 0, shift, 2 shift, … as long as
        all of a window lies within the piece.

    Returns
    -------
    X, Y : both (windows, 4 * length - 1) whole numbers, in the order of the pieces. A
        row of X holds all notes of a window but the last, and Y has at each place the
        note that follows the one that X has there.

    Examples
    --------
    >>> X, Y = make_windows([[[72, 67, 60, 48], [72, 67, 0, 47]]], length=2, shift=1)
    >>> X.tolist()
    [[37, 32, 25, 13, 37, 32, 0]]
    >>> Y.tolist()
    [[32, 25, 13, 37, 32, 0, 12]]
    """
    pieces = [_ids(piece) for piece in chorales]
    starts = [(piece, i) for piece in pieces for i in range(0, len(piece) - length + 1, shift)]
    windows = np.array([piece[i : i + length].ravel() for piece, i in starts], dtype=np.int64)
    windows = windows.reshape(len(starts), 4 * length)
    return windows[:, :-1], windows[:, 1:]


class ChoraleNet(nn.Module):
    """A network that reads notes one by one,
    and at each says how probable every next note is.

    What it says at one place may depend on the notes up to there, and on none that come
    later.

    Parameters
    ----------
    hidden : size of its layers; 8 is for trying out, 128 for music.

    Examples
    --------
    >>> net = ChoraleNet(hidden=8)
    >>> net(torch.zeros(2, 11, dtype=torch.int64)).shape
    torch.Size([2, 11, 47])
    """

    def __init__(self, hidden: int = 128) -> None:
        super().__init__()
        self.note = nn.Embedding(N_NOTES, hidden)
        self.voice = nn.Embedding(4, hidden)
        self.rnn = nn.GRU(hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, N_NOTES)

    def forward(self, notes: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        notes : (B, T) int64, 0 to 46; the first is the first voice of a chord, and T is
            any number from 1.

        Returns
        -------
        (B, T, 47) one logit for each note that could come after place t; a softmax
        makes probabilities of them. A net that knows signs of its own, such as one for
        the start, may have more logits after these.
        """
        voices = torch.arange(notes.shape[1], device=notes.device) % 4
        states, _ = self.rnn(self.note(notes) + self.voice(voices))  # (B, T, hidden)
        return self.out(states)


def fit_chorales(
    chorales: Sequence[ArrayLike], length: int = 32, hidden: int = 128, n_steps: int = 1000, seed: int = 42
) -> ChoraleNet:
    """Train a `ChoraleNet` to predict the next note.

    Parameters
    ----------
    chorales : pieces, each (steps, 4) pitches.
    length : chords in a window.
    hidden : size of the net.
    n_steps : number of updates of the weights, each made with some 32 windows.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Examples
    --------
    >>> scale = [[[pitch, 64, 55, 48] for pitch in (72, 74, 76, 77, 79, 77, 76, 74)]]
    >>> net = fit_chorales(scale, length=4, hidden=8, n_steps=2)
    >>> net(torch.zeros(1, 5, dtype=torch.int64)).shape
    torch.Size([1, 5, 47])
    """
    torch.manual_seed(seed)
    windows = make_windows(chorales, length, shift=max(1, length // 4))
    X, Y = (torch.from_numpy(part).to(device()) for part in windows)
    model = ChoraleNet(hidden).to(device())
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps)
    for _ in range(n_steps):
        rows = torch.randint(len(X), (32,))
        loss = cross_entropy(model(X[rows]).flatten(0, 1), Y[rows].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.cpu().eval()
