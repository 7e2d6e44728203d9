"""Chapter 12, a detector (p.12.10): the answers."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, l1_loss, softplus

from course import device
from solutions.ch12_vision.detection import nms

_STRIDE = 4  # pixels from one cell of the network's maps to the next


class _Detector(nn.Module):
    """Says of each cell, 4 x 4 pixels, whether the centre of a box lies in it, and how
    far from the cell's centre that box reaches to all four sides."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_layer(1, width, 2),
            *_layer(width, 2 * width, 2),
            *_layer(2 * width, 2 * width),
            *_layer(2 * width, 2 * width),
        )
        self.head = nn.Conv2d(2 * width, 5, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits, (B, rows, columns), and distances in pixels, (B, rows,
        columns, 4)."""
        found = self.head(self.body(pictures[:, None])).movedim(1, -1)
        return found[..., 0], _STRIDE * softplus(found[..., 1:])


def _layer(n_in: int, n_out: int, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]


def _centres(rows: int, columns: int) -> Tensor:
    """Return the centre of each cell as x, y, x, y: (rows, columns, 4)."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return (torch.stack([x, y, x, y], dim=-1) + 0.5) * _STRIDE


_SIGNS = torch.tensor([-1.0, -1.0, 1.0, 1.0])  # left and top lie before the centre


def _targets(boxes: Sequence[ArrayLike], rows: int, columns: int) -> tuple[Tensor, Tensor]:
    """Return for each cell whether a box has its centre there, and how far it
    reaches."""
    there = torch.zeros(len(boxes), rows, columns)
    reach = torch.zeros(len(boxes), rows, columns, 4)
    centres = _centres(rows, columns)
    for picture, found in enumerate(boxes):
        for box in torch.as_tensor(np.asarray(found, dtype=np.float32)).reshape(-1, 4):
            column, row = ((box[:2] + box[2:]) / 2 / _STRIDE).long().tolist()
            there[picture, row, column] = 1
            reach[picture, row, column] = _SIGNS * (box - centres[row, column])
    return there, reach


def fit_detector(images: ArrayLike, boxes: Sequence[ArrayLike], n_steps: int = 300, seed: int = 42) -> nn.Module:
    """Train a network to find things.

    Parameters
    ----------
    images : (n, height, width) from 0 to 1; height and width are multiples of 8.
    boxes : for each picture (k, 4), the boxes of what is to be found, as left, top,
        right, bottom in pixels. k may be 0. Whatever else is in a picture is not
        wanted.
    n_steps : number of updates of the weights, each made with some 32 pictures.
    seed : decides everything that is left to chance.

    Returns
    -------
    A network for `detect`, on the CPU. How it looks inside is up to you.

    Examples
    --------
    >>> model = fit_detector(np.zeros((4, 16, 16)), [[[2, 2, 8, 8]]] * 4, n_steps=1)
    >>> isinstance(model, nn.Module)
    True
    """
    torch.manual_seed(seed)
    pictures = torch.as_tensor(np.asarray(images, dtype=np.float32))
    there, reach = _targets(boxes, pictures.shape[1] // _STRIDE, pictures.shape[2] // _STRIDE)
    pictures, there, reach = (part.to(device()) for part in (pictures, there, reach))
    model = _Detector().to(device())
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps)
    for _ in range(n_steps):
        rows = torch.randint(len(pictures), (32,))
        logits, distances = model(pictures[rows])
        is_there = there[rows] > 0
        loss = binary_cross_entropy_with_logits(logits, there[rows], reduction="sum") / 32
        loss = loss + l1_loss(distances[is_there], reach[rows][is_there], reduction="sum") / 32 / _STRIDE
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.cpu().eval()


def detect(
    model: nn.Module, images: ArrayLike, at_least: float = 0.05
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Find things in pictures.

    Parameters
    ----------
    model : of `fit_detector`. It is asked in evaluation mode.
    images : (n, height, width) from 0 to 1.
    at_least : boxes with a lower score are left out.

    Returns
    -------
    For each picture (k, 4) boxes and (k,) scores from 0 to 1, of things that are told
    apart: no two boxes overlap by more than one half (`nms` sees to that). What is
    found in a picture does not depend on the other pictures.

    Examples
    --------
    >>> model = fit_detector(np.zeros((4, 16, 16)), [[[2, 2, 8, 8]]] * 4, n_steps=1)
    >>> [(boxes, scores)] = detect(model, np.zeros((1, 16, 16)), at_least=0.0)
    >>> boxes.shape[1], len(boxes) == len(scores)
    (4, True)
    """
    model.eval()
    with torch.no_grad():
        logits, distances = model(torch.as_tensor(np.asarray(images, dtype=np.float32)))
    boxes = (_centres(*logits.shape[1:]) + _SIGNS * distances).flatten(1, 2).double().numpy()  # (n, cells, 4)
    scores = logits.sigmoid().flatten(1).double().numpy()  # (n, cells)
    found = []
    for all_boxes, all_scores in zip(boxes, scores, strict=True):
        likely = all_scores >= at_least
        some_boxes, some_scores = all_boxes[likely], all_scores[likely]
        kept = nms(some_boxes, some_scores, 0.5)
        found.append((some_boxes[kept], some_scores[kept]))
    return found


P_12_10 = """
Average precision asks three things at once: are the boxes with the highest scores right, are few wrong ones among them,
and is nothing missed? What counts as right depends on the overlap that is asked for.

I changed the number of pictures that the detector learns from: 30, 75, 150 and 300, always with 250 steps. On 200
others the average precision at an overlap of 0.5 was 0.84, 0.98, 0.99 and 1.00, and at 0.8 it was 0.52, 0.86, 0.92 and
0.99. So to find the rings takes few pictures, and to draw the box exactly round them takes many: the middle of a ring
looks the same everywhere, but its size has to be read off its edge, and thirty pictures show few sizes.

With 30 pictures it made both kinds of mistakes: among the boxes with a score above one half, 36 were wrong, and 67 of
203 rings had no box that fitted, because they were missed or the box was too large or too small. With 300 no box was
wrong, and the 18 rings that were missed had been found, too, but with a score below one half.
"""
P_12_10_RUBRIC = """
- 1 point: what average precision measures: right boxes first, few wrong ones, nothing missed, at a given overlap
- 1 point: one thing changed, three values at least, with figures at both overlaps
- 1 point: a reason that fits what was seen
- 1 point: kinds of mistakes, as seen in pictures (missed, found twice, another shape, a box that is too large)
"""
