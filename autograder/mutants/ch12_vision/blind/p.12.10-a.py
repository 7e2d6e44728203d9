# %% right
# Intent: the tools with explicit formulas and loops. The detector has a map of cells of 4 x 4 pixels; each cell gives a
# score (is the middle of a wanted thing here?) and four distances from its own middle to the sides of the box.
import numpy as np
import torch
from torch import nn

CELL = 4


def iou(a, b):
    a, b = np.asarray(a, dtype=float).reshape(-1, 4), np.asarray(b, dtype=float).reshape(-1, 4)
    out = np.zeros((len(a), len(b)))
    area_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    for i in range(len(a)):
        across = np.maximum(0, np.minimum(a[i, 2], b[:, 2]) - np.maximum(a[i, 0], b[:, 0]))
        down = np.maximum(0, np.minimum(a[i, 3], b[:, 3]) - np.maximum(a[i, 1], b[:, 1]))
        common = across * down
        together = area_a[i] + area_b - common
        some = together > 0
        out[i, some] = common[some] / together[some]
    return out


def nms(boxes, scores, threshold=0.5):
    boxes = np.asarray(boxes, dtype=float).reshape(-1, 4)
    scores = np.asarray(scores, dtype=float).reshape(-1)
    overlap = iou(boxes, boxes)
    left = sorted(range(len(scores)), key=lambda i: -scores[i])
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if not overlap[best, i] > threshold]
    return np.array(kept, dtype=np.int64)


def average_precision(found, truths, threshold=0.5):
    overlaps, order, n_true = [], [], 0
    for picture, ((boxes, scores), true) in enumerate(zip(found, truths)):
        overlaps.append(iou(boxes, true))
        n_true += len(np.asarray(true, dtype=float).reshape(-1, 4))
        for row, score in enumerate(np.asarray(scores, dtype=float).reshape(-1)):
            order.append((score, picture, row))
    order.sort(key=lambda entry: -entry[0])
    taken, n_right = set(), 0
    precisions, recalls = [], []
    for n_so_far, (_, picture, row) in enumerate(order, start=1):
        best, best_overlap = None, -1.0
        for t, overlap in enumerate(overlaps[picture][row]):
            if (picture, t) not in taken and overlap >= threshold and overlap > best_overlap:
                best, best_overlap = t, overlap
        if best is not None:
            taken.add((picture, best))
            n_right += 1
        precisions.append(n_right / n_so_far)
        recalls.append(n_right)
    total = 0.0
    for wanted in range(1, n_true + 1):
        total += max([p for p, r in zip(precisions, recalls) if r >= wanted], default=0.0)
    return total / n_true


class CellNet(nn.Module):
    def __init__(self, width=8):
        super().__init__()

        def block(n_in, n_out):
            return [nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]

        self.body = nn.Sequential(
            *block(1, width), nn.MaxPool2d(2), *block(width, 2 * width), nn.MaxPool2d(2),
            *block(2 * width, 4 * width), *block(4 * width, 4 * width),
        )
        self.out = nn.Conv2d(4 * width, 5, 1)
        with torch.no_grad():
            self.out.bias[0] = -3.0  # most cells are empty

    def forward(self, X):
        Z = self.out(self.body(X))
        return Z[:, 0], nn.functional.softplus(Z[:, 1:])  # logits, and distances in cells


def cell_targets(boxes, rows, columns):
    there = np.zeros((len(boxes), rows, columns), dtype=np.float32)
    reach = np.zeros((len(boxes), 4, rows, columns), dtype=np.float32)
    for n, some in enumerate(boxes):
        for left, top, right, bottom in np.asarray(some, dtype=float).reshape(-1, 4):
            i = min(rows - 1, max(0, int((top + bottom) / 2 / CELL)))
            j = min(columns - 1, max(0, int((left + right) / 2 / CELL)))
            x, y = (j + 0.5) * CELL, (i + 0.5) * CELL
            there[n, i, j] = 1
            reach[n, :, i, j] = np.array([x - left, y - top, right - x, bottom - y]) / CELL
    return torch.tensor(there), torch.tensor(reach)


def fit_detector(images, boxes, n_steps=300, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.asarray(images), dtype=torch.float32)[:, None]
    there, reach = cell_targets(boxes, X.shape[2] // CELL, X.shape[3] // CELL)
    model = CellNet()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    order = torch.randperm(len(X))
    model.train()
    for step in range(n_steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.005 * min(1.0, (step + 1) / 20) * (1 - step / n_steps)
        if len(order) < min(32, len(X)):
            order = torch.cat([order, torch.randperm(len(X))])
        rows, order = order[:32], order[32:]
        logits, distances = model(X[rows])
        is_there = there[rows]
        loss = nn.functional.binary_cross_entropy_with_logits(logits, is_there, reduction="sum")
        off = (distances - reach[rows]).abs().sum(dim=1)
        loss = (loss + (off * is_there).sum()) / is_there.sum().clamp(min=1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    return model


def detect(model, images, at_least=0.05):
    images = np.asarray(images, dtype=np.float32)
    was_training = model.training
    model.eval()
    result = []
    with torch.no_grad():
        for image in images:
            logits, distances = model(torch.tensor(image)[None, None])
            scores = torch.sigmoid(logits[0]).numpy().astype(float)
            distances = distances[0].numpy().astype(float) * CELL
            boxes, some = [], []
            for i in range(scores.shape[0]):
                for j in range(scores.shape[1]):
                    if scores[i, j] >= at_least:
                        x, y = (j + 0.5) * CELL, (i + 0.5) * CELL
                        left, top, right, bottom = distances[:, i, j]
                        boxes.append([x - left, y - top, x + right, y + bottom])
                        some.append(scores[i, j])
            boxes, some = np.array(boxes, dtype=float).reshape(-1, 4), np.array(some, dtype=float)
            kept = nms(boxes, some, 0.5)
            result.append((boxes[kept], some[kept]))
    model.train(was_training)
    return result

# %% wrong: iou
# Misconception: edges are numbers of pixels, both of them inside: a box from 2 to 5 is 4 wide.
def iou(a, b):
    a, b = np.asarray(a, dtype=float).reshape(-1, 4), np.asarray(b, dtype=float).reshape(-1, 4)
    out = np.zeros((len(a), len(b)))
    for i, (l1, t1, r1, b1) in enumerate(a):
        for j, (l2, t2, r2, b2) in enumerate(b):
            across = max(0, min(r1, r2) - max(l1, l2) + 1)
            down = max(0, min(b1, b2) - max(t1, t2) + 1)
            common = across * down
            out[i, j] = common / ((r1 - l1 + 1) * (b1 - t1 + 1) + (r2 - l2 + 1) * (b2 - t2 + 1) - common)
    return out

# %% wrong: average_precision
# Misconception: every box that overlaps a true box well enough is right, even if that one has been found before.
def average_precision(found, truths, threshold=0.5):
    order, n_true = [], 0
    for picture, ((boxes, scores), true) in enumerate(zip(found, truths)):
        overlap = iou(boxes, true)
        n_true += overlap.shape[1]
        for row, score in enumerate(np.asarray(scores, dtype=float).reshape(-1)):
            hits = overlap[row]
            t = int(hits.argmax()) if len(hits) and hits.max() >= threshold else None
            order.append((score, picture, t))
    order.sort(key=lambda entry: -entry[0])
    hit, n_right, precisions, recalls = set(), 0, [], []
    for n_so_far, (_, picture, t) in enumerate(order, start=1):
        if t is not None:
            n_right += 1
            hit.add((picture, t))
        precisions.append(n_right / n_so_far)
        recalls.append(len(hit))
    total = 0.0
    for wanted in range(1, n_true + 1):
        total += max([p for p, r in zip(precisions, recalls) if r >= wanted], default=0.0)
    return total / n_true
