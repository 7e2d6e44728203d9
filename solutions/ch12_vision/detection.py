"""Chapter 12, boxes (p.12.10): the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def iou(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Return how much boxes overlap: what two have in common as a share of what they
    cover together (intersection over union).

    Parameters
    ----------
    a, b : (n, 4) and (m, 4), boxes as left, top, right, bottom; right is at least left,
        and bottom at least top. n or m may be 0.

    Returns
    -------
    (n, m) from 0 to 1; 0 where two boxes have no area.

    Examples
    --------
    >>> iou([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]]).round(3).tolist()
    [[0.333, 0.0]]
    """
    a, b = (np.asarray(boxes, dtype=float).reshape(-1, 4) for boxes in (a, b))
    corner = np.maximum(a[:, None, :2], b[:, :2])  # (n, m, 2), left and top of what they share
    opposite = np.minimum(a[:, None, 2:], b[:, 2:])
    common = np.clip(opposite - corner, 0, None).prod(axis=2)  # (n, m)
    areas_a, areas_b = ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b))
    union = areas_a[:, None] + areas_b - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def nms(boxes: ArrayLike, scores: ArrayLike, threshold: float = 0.5) -> NDArray[np.int64]:
    """Choose one box of each heap of boxes that mean the same thing (non-maximum
    suppression).

    The box with the highest score is kept, and all that overlap it by more than
    `threshold` are dropped. Of those that are left, again the one with the highest
    score is kept, and so on.

    Parameters
    ----------
    boxes : (n, 4) as left, top, right, bottom; n may be 0.
    scores : (n,) numbers, no two the same.
    threshold : of the intersection over union.

    Returns
    -------
    The numbers of the rows that are kept, the one with the highest score first.

    Examples
    --------
    >>> boxes = [[0, 0, 9, 10], [0, 0, 10, 10], [20, 20, 30, 30]]
    >>> nms(boxes, [0.6, 0.9, 0.7]).tolist()
    [1, 2]
    """
    left = np.argsort(-np.asarray(scores, dtype=float))
    overlaps = iou(boxes, boxes)
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[overlaps[best, left] <= threshold]
    return np.array(kept, dtype=np.int64)


def average_precision(
    found: Sequence[tuple[ArrayLike, ArrayLike]], truths: Sequence[ArrayLike], threshold: float = 0.5
) -> float:
    """Return the average precision of what a detector has found in some pictures.

    All boxes of all pictures are taken in the order of their scores, the highest first.
    A box is right if it overlaps a true box of its picture, which no box before it was
    right about, by `threshold` or more; if there are several such, it is right about
    the one that it overlaps most.

    After each box there is a precision, the share of boxes so far that are right, and a
    recall, the share of all true boxes that have been found. The *average precision* is
    the mean, over all true boxes, of the best precision that is reached at the recall
    where that box is found or at any higher one; for a true box that is never found, it
    is 0.

    Parameters
    ----------
    found : for each picture (k, 4) boxes and (k,) scores, no two of which are the same
        in all pictures. k may be 0.
    truths : for each picture (n, 4) true boxes; n may be 0, but not in all pictures.
    threshold : of the intersection over union.

    Examples
    --------
    One of two true boxes is found, after a box that is wrong:

    >>> found = [([[0, 0, 9, 9], [50, 50, 60, 60]], [0.4, 0.8])]
    >>> average_precision(found, [[[0, 0, 9, 10], [20, 20, 30, 30]]])
    0.25
    """
    overlaps = [iou(boxes, true) for (boxes, _), true in zip(found, truths, strict=True)]
    ranked = sorted(
        (-float(score), picture, row)
        for picture, (_, scores) in enumerate(found)
        for row, score in enumerate(np.asarray(scores).ravel())
    )
    taken: set[tuple[int, int]] = set()
    right = []  # for each box, the best first
    for _, picture, row in ranked:
        fits = [
            (share, true)
            for true, share in enumerate(overlaps[picture][row])
            if share >= threshold and (picture, true) not in taken
        ]
        right.append(bool(fits))
        if fits:
            taken.add((picture, max(fits)[1]))
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]  # at that recall or a higher one
    n_true = sum(len(np.asarray(true).reshape(-1, 4)) for true in truths)
    return float(best[np.array(right, dtype=bool)].sum() / n_true)
