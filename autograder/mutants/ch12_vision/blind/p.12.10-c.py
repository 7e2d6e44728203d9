# %% right
# Intent: boxes by broadcasting; the detector is a small fully convolutional net with cells of 4 x 4 pixels, of which each gives
# a logit (does the middle of a thing lie here?) and the distances from its centre to the four sides.
import numpy as np
import torch
from torch import nn


def iou(a, b):
    a, b = (np.asarray(boxes, dtype=np.float64).reshape(-1, 4) for boxes in (a, b))
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = (high - low).clip(min=0).prod(axis=-1)
    area_a, area_b = ((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b))
    union = area_a[:, None] + area_b - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def nms(boxes, scores, threshold=0.5):
    too_close = iou(boxes, boxes) > threshold
    left = np.argsort(-np.asarray(scores, dtype=np.float64))
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[~too_close[best, left]]
    return np.array(kept, dtype=np.int64)


def average_precision(found, truths, threshold=0.5):
    overlaps = [iou(boxes, true) for (boxes, _), true in zip(found, truths)]
    order = sorted(
        ((score, picture, row) for picture, (_, scores) in enumerate(found) for row, score in enumerate(np.ravel(scores))),
        reverse=True,
    )
    right = np.zeros(len(order), dtype=bool)
    for n, (_, picture, row) in enumerate(order):
        row = overlaps[picture][row]
        if row.size and row.max() >= threshold:
            right[n] = True
            overlaps[picture][:, row.argmax()] = -1  # this true box is taken
    precision = right.cumsum() / np.arange(1, len(order) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[right].sum() / sum(table.shape[1] for table in overlaps))


CELL = 4


class Detector(nn.Module):
    """(B, 1, height, width) to (B, 5, height / 4, width / 4): a logit, and distances to the sides in units of 8 pixels."""

    def __init__(self):
        super().__init__()

        def block(n_in, n_out, kernel=3, stride=1):
            conv = nn.Conv2d(n_in, n_out, kernel, stride, padding=kernel // 2, bias=False)
            return [conv, nn.BatchNorm2d(n_out), nn.ReLU()]

        self.body = nn.Sequential(
            *block(1, 16, 5, stride=2), *block(16, 24), nn.MaxPool2d(2), *block(24, 48), *block(48, 48)
        )
        self.head = nn.Conv2d(48, 5, 1)

    def forward(self, X):
        return self.head(self.body(2 * X - 1))


def _centres(height, width):
    """x and y of the middle of each cell, (2, rows, columns)."""
    y, x = torch.meshgrid(torch.arange(height // CELL), torch.arange(width // CELL), indexing="ij")
    return CELL * (torch.stack([x, y]) + 0.5)


def _targets(boxes, height, width):
    """What the network should say: (n, 5, rows, columns), its first map 1 in cells with a middle, else 0."""
    centres, signs = _centres(height, width), torch.tensor([-1.0, -1.0, 1.0, 1.0])[:, None]
    wanted = torch.zeros(len(boxes), 5, *centres.shape[1:])
    for picture, some in zip(wanted, boxes):
        some = torch.as_tensor(np.array(some, dtype=np.float32).reshape(-1, 4))
        column, row = ((some[:, :2] + some[:, 2:]) / 2 / CELL).long().T
        row, column = row.clamp(0, picture.shape[1] - 1), column.clamp(0, picture.shape[2] - 1)
        picture[0, row, column] = 1
        picture[1:, row, column] = signs * (some.T - centres[:, row, column].repeat(2, 1)) / 8
    return wanted


def fit_detector(images, boxes, n_steps=300, seed=42):
    X = torch.as_tensor(np.array(images, dtype=np.float32))[:, None]
    wanted = _targets(boxes, *X.shape[2:])
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Detector().to(device())
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=max(2, n_steps) + 1)
        size, rows = min(32, len(X)), torch.empty(0, dtype=torch.long)
        for _ in range(n_steps):
            if len(rows) < size:
                rows = torch.randperm(len(X))
            some, rows = rows[:size], rows[size:]
            given, asked = model(X[some].to(device())), wanted[some].to(device())
            there = asked[:, :1]
            n_there = there.sum().clamp(min=1)
            is_there = nn.functional.binary_cross_entropy_with_logits(given[:, :1], there, reduction="sum")
            how_far = (there * nn.functional.smooth_l1_loss(given[:, 1:], asked[:, 1:], reduction="none", beta=0.1)).sum()
            loss = (is_there + 2 * how_far) / n_there
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


def detect(model, images, at_least=0.05):
    X = torch.as_tensor(np.array(images, dtype=np.float32))[:, None]
    model.eval()
    with torch.inference_mode():
        given = torch.cat([model(some) for some in X.split(256)]).double()
    centres, signs = _centres(*X.shape[2:]).repeat(2, 1, 1), torch.tensor([-1.0, -1.0, 1.0, 1.0])[:, None, None]
    scores = given[:, 0].sigmoid().flatten(1).numpy()
    boxes = (centres + signs * 8 * given[:, 1:].clamp(min=0)).flatten(2).mT.numpy()
    found = []
    for some, score in zip(boxes, scores):
        good = score >= at_least
        some, score = some[good], score[good]
        kept = nms(some, score, 0.5)
        found.append((some[kept], score[kept]))
    return found


# %% wrong: nms
# Misconception: a box goes as soon as any box with a higher score overlaps it too much, even one that is itself dropped.
def nms(boxes, scores, threshold=0.5):
    scores = np.asarray(scores, dtype=np.float64)
    beaten = (iou(boxes, boxes) > threshold) & (scores[None, :] > scores[:, None])
    kept = np.flatnonzero(~beaten.any(axis=1))
    return kept[np.argsort(-scores[kept])]


# %% wrong: average_precision
# Misconception: what counts is the precision at the moment when a true box is found, not the best one from there on.
def average_precision(found, truths, threshold=0.5):
    overlaps = [iou(boxes, true) for (boxes, _), true in zip(found, truths)]
    order = sorted(
        ((score, picture, row) for picture, (_, scores) in enumerate(found) for row, score in enumerate(np.ravel(scores))),
        reverse=True,
    )
    n_right, total = 0, 0.0
    for n, (_, picture, row) in enumerate(order, start=1):
        row = overlaps[picture][row]
        if row.size and row.max() >= threshold:
            n_right += 1
            total += n_right / n
            overlaps[picture][:, row.argmax()] = -1
    return total / sum(table.shape[1] for table in overlaps)
