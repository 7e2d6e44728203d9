"""Chapter 13, sketches as sequences of points (p.13.11): the answers."""

import json
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


def read_ndjson(text: str) -> tuple[list[str], list[list[NDArray[np.float32]]]]:
    """Read drawings in the format in which QuickDraw publishes them.

    Parameters
    ----------
    text : on every line one drawing in JSON, with keys of which you need ``"word"``,
        what was to be drawn, and ``"drawing"``, a list of strokes: each a list of all
        its x and a list of all its y. Some lines may be blank.

    Returns
    -------
    words : what was to be drawn, one word for each drawing.
    drawings : for each its strokes in the order in which they were drawn; a stroke is
        (points, 2), x and y.

    Examples
    --------
    >>> words, drawings = read_ndjson(
    ...     '{"word": "line", "drawing": [[[0, 5, 9], [7, 7, 8]]]}'
    ... )
    >>> words
    ['line']
    >>> drawings[0][0].tolist()
    [[0.0, 7.0], [5.0, 7.0], [9.0, 8.0]]
    """
    records = [json.loads(line) for line in text.splitlines() if line.strip()]
    drawings = [[np.array(stroke[:2], dtype=np.float32).T for stroke in record["drawing"]] for record in records]
    return [record["word"] for record in records], drawings


def sketch_to_seq(drawing: Sequence[ArrayLike]) -> NDArray[np.float32]:
    """Turn a drawing into one sequence of points.

    Parameters
    ----------
    drawing : strokes in the order in which they were drawn, each (points, 2), x and y,
        one point or more.

    Returns
    -------
    (T, 3) a row for each point, in the order in which they were drawn:

    - x and y, moved so that the smallest x and the smallest y of the drawing are 0, and
      divided by its width or its height, whichever is larger (if it has neither, they
      are 0);
    - the progress along the stroke: 0 at its first point, 1 at its last, in equal steps
      from point to point. For a stroke of one point, 0 and 1 are both right.

    Examples
    --------
    >>> rows = sketch_to_seq([[[10, 20], [10, 25], [10, 30]], [[30, 20], [20, 20]]])
    >>> rows[:3].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.25, 0.5], [0.0, 0.5, 1.0]]
    >>> rows[3:].tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.0, 1.0]]
    """
    strokes = [np.asarray(stroke, dtype=np.float32) for stroke in drawing]
    points = np.concatenate(strokes)  # (T, 2)
    points = points - points.min(axis=0)  # a new array: the drawing is the caller's
    points /= points.max() or 1
    progress = np.concatenate([np.linspace(0, 1, len(stroke), dtype=np.float32) for stroke in strokes])
    return np.column_stack([points, progress])


def collate(batch: Sequence[tuple[ArrayLike, int]]) -> tuple[Tensor, Tensor, Tensor]:
    """Pack sequences of different lengths into one tensor,
    as the `collate_fn` of a DataLoader does.

    Parameters
    ----------
    batch : pairs of a sequence, (T, 3), and its class.

    Returns
    -------
    X : (B, longest T, 3) float32, the sequences with zeros behind the shorter ones.
    lengths : (B,) int64, how many rows of each are points.
    labels : (B,) int64.

    Examples
    --------
    >>> X, lengths, labels = collate(
    ...     [([[0.1, 0.2, 0.0], [0.3, 0.4, 1.0]], 5), ([[0.5, 0.6, 1.0]], 7)]
    ... )
    >>> X.shape, lengths.tolist(), labels.tolist()
    (torch.Size([2, 2, 3]), [2, 1], [5, 7])
    >>> X[1, 1].tolist()
    [0.0, 0.0, 0.0]
    """
    sequences = [torch.as_tensor(np.asarray(sequence, dtype=np.float32)) for sequence, _ in batch]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    return pad_sequence(sequences, batch_first=True), lengths, torch.tensor([int(label) for _, label in batch])
