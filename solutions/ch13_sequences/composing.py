"""Chapter 13, chorales, composed (p.13.10): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from solutions.ch13_sequences.chorales import _ids, _pitches


def generate(
    model: nn.Module, chords: ArrayLike, n: int, temperature: float = 1.0, seed: int = 42
) -> NDArray[np.int64]:
    """Continue a piece, one note at a time.

    Parameters
    ----------
    model : takes notes and returns logits, as a `ChoraleNet` does. It may have dropout.
    chords : (steps, 4) pitches with which the piece begins; 0 for silence.
    n : number of chords to add. Each of their notes is drawn from the probabilities
        that the model gives after all notes before it, or at least those of the last
        16 chords, the notes just drawn included.
    temperature : logits are divided by it before they become probabilities: below 1 the
        piece becomes safer, above 1 bolder. With 0, the most probable note is always
        taken.
    seed : the same seed draws the same notes.

    Returns
    -------
    (steps + n, 4) pitches: those given, then the new ones.

    Examples
    --------
    >>> start = [[72, 67, 60, 48], [74, 67, 59, 55]]
    >>> piece = generate(ChoraleNet(hidden=8), start, n=3)
    >>> piece.shape
    (5, 4)
    >>> piece[:2].tolist()
    [[72, 67, 60, 48], [74, 67, 59, 55]]
    """
    draw = torch.Generator().manual_seed(seed)
    notes = _ids(chords).ravel().tolist()
    model.eval()
    for _ in range(4 * n):
        first = 4 * max(0, len(notes) // 4 - 64)  # a chord's first voice
        with torch.no_grad():
            logits = model(torch.tensor([notes[first:]]))[0, -1]
        if temperature == 0:
            note = logits.argmax()
        else:
            note = torch.multinomial((logits / temperature).softmax(dim=0), 1, generator=draw)
        notes.append(int(note))
    return _pitches(notes).reshape(-1, 4)
