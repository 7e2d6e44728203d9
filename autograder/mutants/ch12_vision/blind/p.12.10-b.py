# %% right
# Intent: numpy broadcasting for the boxes; a small fully convolutional network with cells of 4 pixels, one logit and four distances each.
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def iou(a, b):
    a, b = np.asarray(a, dtype=float).reshape(-1, 1, 4), np.asarray(b, dtype=float).reshape(1, -1, 4)
    common = (np.minimum(a, b)[..., 2:] - np.maximum(a, b)[..., :2]).clip(0).prod(axis=-1)
    union = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def nms(boxes, scores, threshold=0.5):
    overlap, left, kept = iou(boxes, boxes), np.argsort(-np.asarray(scores, dtype=float)), []
    while len(left):
        kept.append(left[0])
        left = left[1:][overlap[left[0], left[1:]] <= threshold]
    return np.array(kept, dtype=np.int64)


def average_precision(found, truths, threshold=0.5):
    overlaps = [iou(boxes, true) for (boxes, _), true in zip(found, truths)]
    rows = [(s, i, j) for i, (_, scores) in enumerate(found) for j, s in enumerate(np.asarray(scores).ravel())]
    right = []
    for _, i, j in sorted(rows, reverse=True):
        overlap = overlaps[i][j]
        best = overlap.argmax() if overlap.size else None
        right.append(best is not None and bool(overlap[best] >= threshold))
        if right[-1]:
            overlaps[i][:, best] = -np.inf  # is found, and no longer there for later boxes
    right = np.array(right, dtype=bool)
    precision = right.cumsum() / np.arange(1, len(right) + 1)
    best_later = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_later[right].sum() / sum(len(np.asarray(t).reshape(-1, 4)) for t in truths))


CELL = 4


def detector():
    def block(n_in, n_out, stride=1):
        return [nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]

    return nn.Sequential(
        *block(1, 16), *block(16, 32, 2), *block(32, 32), *block(32, 64, 2), *block(64, 64), *block(64, 64),
        nn.Conv2d(64, 5, 1),
    )


def cell_middles(height, width):
    down, across = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return (torch.stack([across, down, across, down]) + 0.5) * CELL


def fit_detector(images, boxes, n_steps=300, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.asarray(images), dtype=torch.float32)[:, None]
    n, _, height, width = X.shape
    middles = cell_middles(height // CELL, width // CELL)
    there, reach = torch.zeros(n, *middles.shape[1:]), torch.zeros(n, *middles.shape)
    for i, some in enumerate(boxes):
        for box in torch.tensor(np.asarray(some), dtype=torch.float32).reshape(-1, 4):
            x = int(((box[0] + box[2]) / 2 // CELL).clamp(0, middles.shape[2] - 1))
            y = int(((box[1] + box[3]) / 2 // CELL).clamp(0, middles.shape[1] - 1))
            there[i, y, x], reach[i, :, y, x] = 1, (box - middles[:, y, x]) / CELL
    model = detector()
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=n_steps + 1)
    for _ in range(n_steps):
        rows = torch.randint(n, (32,))
        out, y, wanted = model(X[rows]), there[rows], reach[rows]
        loss = F.binary_cross_entropy_with_logits(out[:, 0], y, reduction="sum")
        loss = loss + (y[:, None] * F.smooth_l1_loss(out[:, 1:], wanted, reduction="none")).sum()
        loss = loss / 32
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval()


def detect(model, images, at_least=0.05):
    model.eval()
    found = []
    for part in torch.tensor(np.asarray(images), dtype=torch.float32)[:, None].split(100):
        with torch.no_grad():
            out = model(part)
        scores = out[:, 0].sigmoid().flatten(1).double().numpy()
        middles = cell_middles(*out.shape[2:])
        signs = torch.tensor([-1.0, -1.0, 1.0, 1.0]).view(4, 1, 1)
        boxes = middles + signs * (signs * out[:, 1:]).clamp(min=0) * CELL
        boxes = boxes.flatten(2).movedim(1, 2).double().numpy()
        for some, score in zip(boxes, scores):
            some, score = some[score >= at_least], score[score >= at_least]
            kept = nms(some, score, 0.5)
            found.append((some[kept], score[kept]))
    return found

# %% wrong: nms
# Misconception: each box that overlaps any better one is dropped, no matter whether the better one has itself been dropped.
def nms(boxes, scores, threshold=0.5):
    order = np.argsort(-np.asarray(scores, dtype=float))
    overlap = iou(boxes, boxes)[np.ix_(order, order)]
    beaten = (np.tril(overlap, k=-1) > threshold).any(axis=1)
    return order[~beaten].astype(np.int64)

# %% wrong: average_precision
# Misconception: a box is right whenever it lies on a true box, even if that has been found by a better one already.
def average_precision(found, truths, threshold=0.5):
    scores, right, first = [], [], []
    for (boxes, some), true in zip(found, truths):
        overlap, some = iou(boxes, true), np.asarray(some, dtype=float).ravel()
        taken = set()
        for j in np.argsort(-some):
            hit = overlap.shape[1] > 0 and overlap[j].max() >= threshold
            scores.append(some[j])
            right.append(hit)
            first.append(hit and overlap[j].argmax() not in taken)
            if hit:
                taken.add(overlap[j].argmax())
    order = np.argsort(-np.array(scores))
    right, first = np.array(right, dtype=bool)[order], np.array(first, dtype=bool)[order]
    precision = right.cumsum() / np.arange(1, len(right) + 1)
    best_later = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_later[first].sum() / sum(len(np.asarray(t).reshape(-1, 4)) for t in truths))
