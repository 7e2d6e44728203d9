"""Wrong and right answers of chapter 12: a detector (p.12.10)."""

import numpy as np
import torch
from scipy import ndimage
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

from autograder.testing import alternative, mutant
from solutions.ch12_vision import detection_training as right
from solutions.ch12_vision.detection import nms

# ---------------------------------------------------------------- without learning


class _Nothing(nn.Module):
    """Has learned nothing."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))


def _bright_spots(model, images, at_least=0.05):
    found = []
    for image in np.asarray(images, dtype=float):
        spots, _ = ndimage.label(ndimage.binary_closing(image > np.median(image) + 0.2))
        boxes, scores = [], []
        for place in ndimage.find_objects(spots):
            rows, columns = place
            if rows.stop - rows.start > 4 and columns.stop - columns.start > 4:
                boxes.append([columns.start, rows.start, columns.stop, rows.stop])
                scores.append(min(1.0, float(image[place].mean())))
        found.append((np.array(boxes, dtype=float).reshape(-1, 4), np.array(scores)))
    return found


@mutant("p.12.10", replaces="fit_detector", fails="test_detector_finds_what_is_wanted", also={"detect": _bright_spots})
def bright_spots(images, boxes, n_steps=300, seed=42):
    """You find all that is bright, whether it is wanted or not: what is wanted has to be learned."""
    return _Nothing()


@mutant("p.12.10", replaces="fit_detector", fails="test_detector_finds_what_is_wanted")
def detects_nothing(images, boxes, n_steps=300, seed=42):
    """Your network's weights never change: do you call the optimiser's `step`?"""
    return right.fit_detector(images, boxes, 0 * n_steps + 1, seed)


@mutant("p.12.10", replaces="fit_detector", fails="test_detector_finds_what_is_wanted")
def boxes_of_other_pictures(images, boxes, n_steps=300, seed=42):
    """Your pictures and their boxes don't belong together: shuffle both in the same order."""
    return right.fit_detector(images, [*boxes[1:], boxes[0]], min(n_steps, 60), seed)


@mutant("p.12.10", replaces="fit_detector", fails="test_seed_decides_the_detector")
def one_detector_for_all_seeds(images, boxes, n_steps=300, seed=42):
    """You don't use the seed that you are given."""
    return right.fit_detector(images, boxes, n_steps, 42)


# ---------------------------------------------------------------- asked in the wrong way


def _asked(model, images, at_least, *, chosen=True, train=False, change=lambda boxes: boxes):
    model.train(train)
    with torch.no_grad():
        logits, distances = model(torch.as_tensor(np.asarray(images, dtype=np.float32)))
    boxes = (right._centres(*logits.shape[1:]) + right._SIGNS * distances).flatten(1, 2).double().numpy()
    found = []
    for some, scores in zip(boxes, logits.sigmoid().flatten(1).double().numpy(), strict=True):
        likely = scores >= at_least
        some, scores = change(some[likely]), scores[likely]
        kept = nms(some, scores, 0.5) if chosen else np.argsort(-scores)
        found.append((some[kept], scores[kept]))
    return found


@mutant("p.12.10", replaces="detect", fails="test_boxes_are_told_apart")
def heaps_of_boxes(model, images, at_least=0.05):
    """You return all boxes of a heap: `nms` chooses one of them."""
    return _asked(model, images, 0.5 * at_least, chosen=False)


@mutant("p.12.10", replaces="detect", fails="test_unlikely_boxes_are_left_out")
def no_limit(model, images, at_least=0.05):
    """You return all boxes, however unlikely: leave out those whose scores are below `at_least`."""
    return _asked(model, images, 0.0)


@mutant("p.12.10", replaces="detect", fails="test_a_picture_alone_is_seen_as_among_others")
def asked_in_training_mode(model, images, at_least=0.05):
    """In training mode batch norm takes its means from the pictures that happen to be asked about together."""
    return _asked(model, images, at_least, train=True)


@mutant("p.12.10", replaces="detect", fails="test_detector_finds_what_is_wanted")
def in_cells(model, images, at_least=0.05):
    """Your boxes are in cells of the network's maps: pixels are asked for."""
    return _asked(model, images, at_least, change=lambda boxes: boxes / 4)


@mutant("p.12.10", replaces="detect", fails="test_pictures_need_not_be_square")
def rows_for_columns(model, images, at_least=0.05):
    """You have exchanged x and y."""
    return _asked(model, images, at_least, change=lambda boxes: boxes[:, [1, 0, 3, 2]])


# ---------------------------------------------------------------- right


class _Sides(nn.Module):
    """A map in which the middle of a thing is warm, and its width and height there; a deeper body with bridges."""

    def __init__(self, width=24):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, width, 5, 2, 2), nn.BatchNorm2d(width), nn.LeakyReLU(0.1))
        self.second = nn.Sequential(nn.Conv2d(width, 2 * width, 3, 2, 1), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.1))
        self.more = nn.ModuleList(
            nn.Sequential(nn.Conv2d(2 * width, 2 * width, 3, padding=1), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.1))
            for _ in range(2)
        )
        self.warm, self.sides = nn.Conv2d(2 * width, 1, 1), nn.Conv2d(2 * width, 4, 1)
        nn.init.constant_(self.warm.bias, -3.0)

    def forward(self, images):
        X = self.second(self.first(images.unsqueeze(1) - 0.4))
        for layer in self.more:
            X = X + layer(X)
        return self.warm(X).squeeze(1), self.sides(X)


def _asked_for_middles(model, images, at_least=0.05):
    model.eval()
    found = []
    with torch.no_grad():
        for image in torch.as_tensor(np.asarray(images), dtype=torch.float32):
            warm, sides = (part[0] for part in model(image[None]))
            boxes, scores = [], []
            for row, column in torch.nonzero(warm.sigmoid() >= at_least).tolist():
                dx, dy, width, height = sides[:, row, column].tolist()
                x, y = 4 * (column + dx), 4 * (row + dy)
                w, h = 8 * abs(width), 8 * abs(height)
                boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
                scores.append(float(warm[row, column].sigmoid()))
            some = torch.tensor(boxes).reshape(-1, 4)
            kept = nms(some.numpy(), scores, 0.4).tolist()
            found.append([some[kept], [scores[n] for n in kept]])
    return found


@alternative("p.12.10", replaces="fit_detector", also={"detect": _asked_for_middles})
def by_middles(images, boxes, n_steps=300, seed=42):
    """The middle of each thing, and its width and height, by smooth losses and Adam."""
    torch.manual_seed(seed)
    model, images = _Sides(), torch.tensor(np.asarray(images), dtype=torch.float32)
    n, rows, columns = len(images), images.shape[1] // 4, images.shape[2] // 4
    warm, sides = torch.zeros(n, rows, columns), torch.zeros(n, 4, rows, columns)
    for picture, some in enumerate(boxes):
        for left, top, right_, bottom in np.asarray(some, dtype=float).reshape(-1, 4):
            x, y = (left + right_) / 8, (top + bottom) / 8
            row, column = int(y), int(x)
            warm[picture, row, column] = 1
            values = [x - column, y - row, (right_ - left) / 8, (bottom - top) / 8]
            sides[picture, :, row, column] = torch.tensor(values)
    optimizer = torch.optim.Adam(model.parameters(), 0.006)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    for _ in range(n_steps):
        some = torch.randperm(n)[:32]
        found, reach = model(images[some])
        mask = warm[some]
        loss = 20 * binary_cross_entropy_with_logits(found, mask, pos_weight=torch.tensor(2.0))
        far = smooth_l1_loss(reach, sides[some], reduction="none", beta=0.1).sum(dim=1)
        loss = loss + (far * mask).sum() / mask.sum().clamp(min=1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
    return model
