"""Chapter 12's references beside PyTorch's layers and counters, gradients, scipy, brute force and properties."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.signal import correlate
from sklearn.metrics import accuracy_score
from torch import nn

from solutions.ch12_vision import counting, detection, digits, dreams, photos, questions, style, transfer
from solutions.ch12_vision import transfer_training as training
from solutions.ch12_vision.detection_training import detect, fit_detector
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 5)
stacks = st.lists(st.tuples(small, st.sampled_from([1, 3, 5]), st.integers(1, 3)), min_size=1, max_size=3)
Floats = NDArray[np.float64]

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# ---------------------------------------------------------------- counting


@oracle("p.12.1", "the sizes of a matrix and of a kernel that do the same as each other, multiplied out")
def test_dense_layers_that_do_what_convolutions_do() -> None:
    layer = nn.Conv2d(2, 3, 3, padding=1).double()
    basis = torch.eye(2 * 4 * 5, dtype=torch.float64).reshape(-1, 2, 4, 5)
    with torch.no_grad():
        matrix = (layer(basis) - layer(torch.zeros(1, 2, 4, 5, dtype=torch.float64))).flatten(1)
    dense, conv = counting.layer_parameters((4, 5), 2, 3, 3)
    assert dense == matrix.numel() + matrix.shape[1]  # the convolution as a dense layer, with a bias for each output
    assert conv == sum(parameter.numel() for parameter in layer.parameters())


@oracle("p.12.2", "the book's network: 903,400 parameters, 12.6 MB to predict, 565.6 MB to train")
def test_the_books_network() -> None:
    stack = [(100, 3, 2), (200, 3, 2), (400, 3, 2)]
    costs = counting.network_costs((200, 300), 3, stack)
    assert costs["parameters"] == 903_400
    assert costs["shapes"] == [(100, 100, 150), (200, 50, 75), (400, 25, 38)]
    assert counting.memory_bytes((200, 300), 3, stack) == 12_613_600
    assert counting.memory_bytes((200, 300), 3, stack, batch=50) == 565_613_600


@oracle("p.12.2", "a loop over every place and window, which counts what it multiplies (hypothesis)")
@drawn
@given(st.tuples(st.integers(3, 8), st.integers(3, 8)), small, stacks)
def test_network_costs(size: tuple[int, int], channels: int, layers: list[tuple[int, int, int]]) -> None:
    found = counting.network_costs(size, channels, layers)
    (height, width), n_in, products = size, channels, 0
    for (maps, kernel, stride), shape in zip(layers, found["shapes"], strict=True):
        rows, columns = range(0, height, stride), range(0, width, stride)
        products += sum(1 for _ in product(rows, columns, range(maps), range(n_in), range(kernel), range(kernel)))
        assert shape == (maps, len(rows), len(columns))
        (height, width), n_in = (len(rows), len(columns)), maps
    assert found["multiply_adds"] == products
    assert found["values"] == [math.prod(shape) for shape in found["shapes"]]


@oracle("p.12.2", "which pixels change an output, one by one")
@pytest.mark.parametrize("layers", [[(3, 1, 1)], [(3, 2, 1), (3, 1, 2)], [(2, 2, 1), (3, 1, 1), (2, 1, 3)], []])
def test_receptive_field(layers: list[tuple[int, int, int]]) -> None:
    stack = nn.Sequential(*(nn.Conv1d(1, 1, k, s, dilation=d).double() for k, s, d in layers))
    with torch.no_grad():
        plain = stack(torch.zeros(1, 1, 40, dtype=torch.float64))[0, 0, 0]
        spikes = stack(torch.eye(40, dtype=torch.float64)[:, None])[:, 0, 0]
    seen = torch.nonzero(spikes != plain).flatten()
    assert counting.receptive_field(layers) == int(seen.max() - seen.min()) + 1


@oracle("p.12.3", "numerical differences of the mean loss over all rows (hypothesis)")
@drawn
@given(seeds, st.integers(1, 9), st.integers(1, 9))
def test_accumulate(seed: int, n: int, size: int) -> None:
    torch.manual_seed(seed)
    model, X, y = nn.Linear(2, 3).double(), torch.randn(n, 2, dtype=torch.float64), torch.randint(3, (n,))

    def mean(bias: torch.Tensor) -> float:
        logits = X @ model.weight.detach().T + bias
        return float((logits.logsumexp(dim=1) - logits[torch.arange(n), y]).mean())

    assert counting.accumulate(model, X, y, size) == pytest.approx(mean(model.bias.detach()))
    for row in range(3):
        step = torch.zeros(3, dtype=torch.float64)
        step[row] = 1e-6
        slope = (mean(model.bias.detach() + step) - mean(model.bias.detach() - step)) / 2e-6
        assert float(model.bias.grad[row]) == pytest.approx(slope, abs=1e-6)  # type: ignore[index]


@oracle("p.12.4", "scipy's maximum_filter, read at every stride (hypothesis)")
@drawn
@given(seeds, st.integers(1, 4), st.integers(1, 3))
def test_max_pool(seed: int, kernel: int, stride: int) -> None:
    X = rng_of(seed).normal(size=(2, 9, 7))
    # scipy's windows lie around a place, those of a layer begin at it; only windows within the map are compared.
    whole = ndimage.maximum_filter(X, (1, kernel, kernel), origin=(0, *[-((kernel - 1) // 2) - (kernel + 1) % 2] * 2))
    corner = np.roll(whole, 0)[:, : 10 - kernel, : 8 - kernel]
    np.testing.assert_array_equal(counting.max_pool(X, kernel, stride), corner[:, ::stride, ::stride])
    assert counting.pooling_saves(100, 3) == 90_100  # as the book's answer has it


# ---------------------------------------------------------------- architectures


@oracle("tf2.14.5", "the formula, value by value (hypothesis)")
@drawn
@given(seeds, st.integers(0, 4))
def test_response_norm(seed: int, radius: int) -> None:
    X = rng_of(seed).normal(size=(5, 2, 3))
    found = questions.response_norm(X, radius, 0.7, 0.75, 2.0)
    for c, row, column in np.ndindex(X.shape):
        total = sum(X[j, row, column] ** 2 for j in range(5) if abs(j - c) <= radius)
        assert found[c, row, column] == pytest.approx(X[c, row, column] / (2.0 + 0.7 * total) ** 0.75)


@oracle(
    "p.12.5", "the number of values that a depthwise and a pointwise kernel hold; factors between 0 and 1, map by map"
)
def test_separable_layers_and_recalibration() -> None:
    assert questions.separable_parameters(4, 6, 3) == np.zeros((4, 3, 3)).size + np.zeros((6, 4)).size
    rng = rng_of(1)
    X, W_1, b_1 = rng.normal(size=(4, 3, 5)), rng.normal(size=(2, 4)), rng.normal(size=2)
    W_2, b_2 = rng.normal(size=(4, 2)), rng.normal(size=4)
    found = questions.recalibrate(X, W_1, b_1, W_2, b_2)
    hidden = [max(0.0, sum(W_1[r, c] * X[c].mean() for c in range(4)) + b_1[r]) for r in range(2)]
    for c in range(4):
        gate = 1 / (1 + math.exp(-sum(W_2[c, r] * hidden[r] for r in range(2)) - b_2[c]))
        np.testing.assert_allclose(found[c], gate * X[c])


@oracle("p.12.6", "scipy's correlation of maps and weights")
def test_as_convolution() -> None:
    torch.manual_seed(1)
    dense = nn.Linear(2 * 3 * 4, 5).double()
    X = rng_of(1).normal(size=(2, 7, 9))
    with torch.no_grad():
        found = questions.as_convolution(dense, (2, 3, 4)).double()(torch.tensor(X)[None])[0].numpy()
    for unit, (weights, bias) in enumerate(zip(dense.weight.detach(), dense.bias.detach(), strict=True)):
        wanted = correlate(X, weights.reshape(2, 3, 4).numpy(), mode="valid")[0] + float(bias)
        np.testing.assert_allclose(found[unit], wanted, atol=1e-5)


@oracle("p.12.7", "all ways of labelling the squares, of which the best is taken")
def test_detail_lost() -> None:
    for seed in range(5):
        labels = rng_of(seed).integers(0, 3, (4, 5))
        best = labels.size
        for choice in product(range(3), repeat=6):
            squares = np.repeat(np.repeat(np.reshape(choice, (2, 3)), 2, axis=0), 2, axis=1)[:4, :5]
            best = min(best, int((squares != labels).sum()))
        assert questions.detail_lost(labels, 2) == pytest.approx(best / labels.size)


# ---------------------------------------------------------------- digits


@oracle("p.12.8", "pictures that are moved by numpy.roll; accuracy_score")
def test_moved_pictures_and_predictions() -> None:
    torch.manual_seed(1)
    pictures = torch.zeros(200, 1, 28, 28)
    pictures[:, 0, 10:14, 9:12] = torch.rand(200, 4, 3)
    moved = digits._moved(pictures, by=2)
    steps = set()
    for before, after in zip(pictures[:, 0].numpy(), moved[:, 0].numpy(), strict=True):
        fits = [
            step for step in product(range(-2, 3), repeat=2) if np.array_equal(np.roll(before, step, (0, 1)), after)
        ]
        assert len(fits) == 1
        steps.add(fits[0])
    assert len(steps) == 25
    rng = rng_of(2)
    X, y = rng.integers(0, 40, (60, 784)).astype(np.uint8), np.arange(60) % 2
    X[y == 1] += 120
    model = digits.fit_cnn(X, y, n_epochs=30, width=4)
    assert accuracy_score(y, digits.predict(model, X)) == 1.0


# ---------------------------------------------------------------- own pictures


@oracle("p.12.9", "pathlib's glob; sets and counts; a state_dict that is compared entry by entry")
def test_folders_sets_and_weights(tmp_path: Path) -> None:
    for kind, count in (("b", 6), ("a", 11)):
        (tmp_path / kind).mkdir()
        for n in range(count):
            Image.new("RGB", (6, 5), (n * 20, 0, 0)).save(tmp_path / kind / f"{n}.png")
    paths, labels, classes = transfer.read_folder(tmp_path)
    assert set(paths) == set(tmp_path.glob("*/*.png"))
    assert [path.parent.name for path in paths] == [classes[label] for label in labels]
    parts = transfer.split_rows(labels)
    assert set.union(*(set(part.tolist()) for part in parts)) == set(range(17))
    assert [len(part) for part in parts] == [11, 3, 3]

    torch.manual_seed(1)
    old, new = (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, n)) for n in (4, 5))
    before = {name: value.clone() for name, value in new.state_dict().items()}
    torch.save(old.state_dict(), tmp_path / "old.pt")
    missing = training.load_weights(new, tmp_path / "old.pt")
    for name, value in new.state_dict().items():
        assert torch.equal(value, before[name] if name in missing else old.state_dict()[name])
    assert missing == ["2.bias", "2.weight"]


@oracle("p.12.9", "logistic regression's optimum on the features of a frozen backbone")
def test_a_head_ends_where_logistic_regression_does() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = rng_of(3)
    X, y = rng.normal(size=(60, 3, 4, 4)).astype(np.float32), rng.integers(0, 2, 60)
    backbone = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model = training.TransferNet(backbone, 3, 2)
    batch = [(torch.tensor(X), torch.tensor(y))]
    training.finetune(model, {"train": batch, "valid": batch}, n_head=800, n_all=0, lr=0.05)
    wanted = LogisticRegression(C=np.inf).fit(X.mean(axis=(2, 3)), y)
    weights = model.head.weight.detach()
    np.testing.assert_allclose((weights[1] - weights[0]).numpy(), wanted.coef_[0], atol=0.02)


@oracle("tf1.13.8", "Pillow's own crop and resize of the middle; sorted probabilities")
def test_preprocess_and_names() -> None:
    photo = rng_of(4).integers(0, 256, (40, 64, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(photo).resize((8, 5)).resize((64, 40)))
    found = photos.preprocess(smooth, 20)[0].numpy()
    middle = Image.fromarray(smooth).crop((12, 0, 52, 40)).resize((20, 20), Image.Resampling.BILINEAR)
    wanted = (np.asarray(middle) / 255 - photos.MEAN) / photos.STD
    np.testing.assert_allclose(found, np.moveaxis(wanted, -1, 0), atol=0.02)

    logits = torch.tensor([[0.5, 2.0, -1.0], [3.0, 0.0, 1.0]])
    model = nn.Sequential(nn.Flatten(), nn.Identity())
    found_names = photos.most_likely(model, logits.reshape(2, 3, 1), ["a", "b", "c"], k=2)
    for row, values in zip(found_names, logits, strict=True):
        p = np.exp(values.numpy()) / np.exp(values.numpy()).sum()
        assert row == [(name, pytest.approx(share)) for share, name in sorted(zip(p, "abc", strict=True))[:0:-1]]


# ---------------------------------------------------------------- boxes


@oracle("p.12.10", "cells of a fine grid that are counted; boxes kept by brute force")
def test_boxes() -> None:
    rng = rng_of(5)
    corners, sizes = rng.integers(0, 12, (20, 2)), rng.integers(1, 8, (20, 2))
    boxes = np.concatenate([corners, corners + sizes], axis=1)
    grids = np.zeros((20, 20, 20), dtype=bool)
    for grid, (left, top, right, bottom) in zip(grids, boxes, strict=True):
        grid[top:bottom, left:right] = True
    common, covered = (
        np.array([[op(a, b).sum() for b in grids] for a in grids]) for op in (np.logical_and, np.logical_or)
    )
    np.testing.assert_allclose(detection.iou(boxes, boxes), common / covered)

    scores = rng.permutation(20) / 20
    kept = detection.nms(boxes, scores, 0.3).tolist()
    overlaps = common / covered
    assert kept == sorted(kept, key=lambda row: -scores[row])
    for row in range(20):
        better = [other for other in kept if scores[other] > scores[row] and overlaps[row, other] > 0.3]
        assert (row in kept) == (not better)


@oracle("p.12.10", "scikit-learn's average_precision_score where precision falls all the way; the definition's ends")
def test_average_precision() -> None:
    from sklearn.metrics import average_precision_score

    truths = np.array([[20 * n, 0, 20 * n + 10, 10] for n in range(6)])
    right = np.array([1, 1, 1, 0, 1, 0, 0])  # by falling score: precision never rises where a true box is found
    boxes = np.where(right[:, None] == 1, np.vstack([truths, [[0] * 4]]), [[500, 500, 510, 510]])
    scores = np.linspace(0.9, 0.2, 7)
    found = detection.average_precision([(boxes, scores)], [truths])
    assert found == pytest.approx(average_precision_score(right, scores) * right.sum() / len(truths))


@oracle("p.12.10", "where the bright squares are, by scipy's labels")
def test_a_detector_finds_bright_squares() -> None:
    rng, images, boxes = rng_of(6), np.full((60, 24, 24), 0.2), []
    for image in images:
        top, left = rng.integers(0, 14, 2)
        image[top : top + 9, left : left + 9] = 0.9
        ((rows, columns),) = ndimage.find_objects((image > 0.5).astype(int))
        boxes.append([[columns.start, rows.start, columns.stop, rows.stop]])
    model = fit_detector(images, boxes, n_steps=120)
    assert detection.average_precision(detect(model, images), boxes, 0.6) > 0.9


# ---------------------------------------------------------------- styles and dreams


@oracle("tf2.14.11", "a gradient by differences; the covariance of maps and their means; the loss of noise")
def test_styles() -> None:
    rng = rng_of(7)
    maps = torch.tensor(rng.normal(1, 1, (1, 3, 4, 5)))
    rows = maps[0].flatten(1).numpy()
    wanted = np.cov(rows, bias=True) + np.outer(rows.mean(axis=1), rows.mean(axis=1))
    np.testing.assert_allclose(style.gram(maps)[0], wanted)
    torch.manual_seed(2)
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1)).eval()
    content, other = torch.rand(2, 1, 3, 10, 10)
    found = style.transfer_style(network, content, other, 2, [0, 2], weight=50.0, n_steps=40)
    with torch.no_grad():
        losses = [
            float(style.style_loss(*(style.feature_maps(network, X, [0, 2]) for X in (picture, other))))
            for picture in (content, found)
        ]
    assert losses[1] < losses[0] / 2


@oracle("tf1.13.10", "the slope along a step, by differences; a linear layer, whose gradient is known")
def test_dreams() -> None:
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), nn.Tanh()).double().eval()
    X = 0.4 + 0.2 * torch.rand(1, 3, 6, 7, dtype=torch.float64)
    moved = dreams.dream(network, X, 1, 1, n_steps=1, step=1e-4)
    with torch.no_grad():
        before, after = (dreams.response(network, some, 1, 1) for some in (X, moved))
    picture = X.clone().requires_grad_(True)
    dreams.response(network, picture, 1, 1).backward()
    slope = picture.grad.square().sum() / picture.grad.abs().mean()  # type: ignore[union-attr]
    assert float(after - before) == pytest.approx(1e-4 * float(slope), rel=1e-3)

    line: Any = nn.Sequential(nn.Conv2d(3, 1, 1))
    weights = torch.tensor([1.0, -2.0, 0.5])
    line[0].weight.data = weights.view(1, 3, 1, 1)
    found = dreams.dream(line, torch.full((1, 3, 4, 4), 0.5), 0, 0, n_steps=2, step=0.1)
    wanted = (0.5 + 0.2 * weights / weights.abs().mean()).clamp(0, 1)
    torch.testing.assert_close(found, wanted.view(1, 3, 1, 1).expand(found.shape))
