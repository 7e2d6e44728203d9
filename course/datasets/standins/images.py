"""Generators of pictures that stand in for real ones: small, seeded, learnable in the same manner."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from sklearn.datasets import load_digits

from course.datasets.images import CLOTHES, FLOWERS, INSECTS, LONGEST_SIDE, THINGS
from course.datasets.shapes import Bytes, Faces, Head, Images, Labels, Photos, Scenes, freeze
from course.datasets.standins import figures
from course.datasets.standins.drawing import draw, shade, vary
from course.datasets.standins.figures import Motif

SEED = 20
DIGIT_COPIES, DIGIT_TEST_BASES = 4, 297  # 1,500 digits x 4 for training, 297 others x 4 for testing
PER_CLASS = (120, 30)  # drawn for training and for testing, of clothes and of things
PHOTOS_PER_CLASS = (40, 10)
PEOPLE, PORTRAITS = 40, 10
SCENES = 20


def mnist(head: Head) -> Images:
    """Scale the 8x8 digits to 20x20 in a 28x28 frame; each appears four times, moved by up to 2 pixels.

    A digit and all its copies are on the same side of the split.
    """
    rng = np.random.default_rng(SEED)
    small, labels = load_digits(return_X_y=True)
    images = _enlarge(small.reshape(-1, 8, 8))
    order = rng.permutation(len(images))
    test, train = np.split(order, [DIGIT_TEST_BASES])
    return Images(head, *_moved(images, labels, train, rng), *_moved(images, labels, test, rng), tuple("0123456789"))


def _enlarge(small: NDArray[np.float64]) -> Bytes:
    large = ndimage.zoom(small, (1, 2.5, 2.5), order=1)  # (n, 20, 20), 0..16
    grey = np.clip(large * (255 / 16), 0, 255).astype(np.uint8)
    return np.pad(grey, ((0, 0), (4, 4), (4, 4)))


def _moved(images: Bytes, labels: Labels, bases: Labels, rng: Generator) -> tuple[Bytes, Labels]:
    chosen = rng.permutation(np.repeat(bases, DIGIT_COPIES))
    steps = rng.integers(-2, 3, (len(chosen), 2))
    # Nothing wraps round: the digit has a margin of 4 empty pixels.
    moved = np.stack([np.roll(images[base], step, (0, 1)) for base, step in zip(chosen, steps, strict=True)])
    return freeze(moved.reshape(len(moved), -1)), freeze(labels[chosen].astype(np.int64))


def fashion_mnist(head: Head) -> Images:
    """Draw ten kinds of clothes, light on black."""
    rng = np.random.default_rng(SEED)

    def one(kind: int) -> Bytes:
        ink = int(rng.integers(110, 240))
        figure = vary(figures.CLOTHES[kind], rng)
        picture = draw(figure, (28, 28), ((ink, ink, ink),), (0, 0, 0), rng, noise=0)[:, :, 0]
        weave = rng.normal(1, 0.15, picture.shape)  # cloth has a grain, the black round it has none
        return np.clip(picture * weave, 0, 255).astype(np.uint8).ravel()

    return _drawn(head, one, CLOTHES, rng)


def cifar10(head: Head) -> Images:
    """Draw ten kinds of things on a ground of their own, 32x32 in colour."""
    rng = np.random.default_rng(SEED)

    def one(kind: int) -> Bytes:
        motif = figures.THINGS[kind]
        inks = (shade(motif.ink, rng, 60),)
        return draw(vary(motif.parts, rng, 1.5), (32, 32), inks, shade(motif.paper, rng, 60), rng, noise=20)

    return _drawn(head, one, THINGS, rng)


def _drawn(head: Head, one: Callable[[int], Bytes], names: tuple[str, ...], rng: Generator) -> Images:
    def half(per_class: int) -> tuple[Bytes, Labels]:
        labels = rng.permutation(np.repeat(np.arange(len(names)), per_class)).astype(np.int64)
        return freeze(np.stack([one(int(kind)) for kind in labels])), freeze(labels)

    train, test = PER_CLASS
    return Images(head, *half(train), *half(test), names)


def olivetti_faces(head: Head) -> Faces:
    """Make 40 people of smooth random features inside an oval; each portrait is lit and turned differently."""
    rng = np.random.default_rng(SEED)
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    oval = 1 / (1 + np.exp(12 * ((x / 0.75) ** 2 + (y / 0.95) ** 2 - 1)))
    people = ndimage.gaussian_filter(rng.normal(size=(PEOPLE, 64, 64)), (0, 5, 4))
    people *= 0.12 / people.std()
    eyes = np.exp(-((np.abs(x) - 0.3) ** 2 + (y + 0.2) ** 2) / 0.015)
    mouth = np.exp(-(x**2 / 0.08 + (y - 0.5) ** 2 / 0.01))
    people -= 0.25 * (eyes + mouth)
    portraits = []
    for person in np.repeat(people, PORTRAITS, axis=0):
        light = rng.normal(0, 0.08) + rng.normal(0, 0.1) * x + rng.normal(0, 0.05) * y
        face = ndimage.shift(person, rng.normal(0, 1.2, 2), order=1, mode="nearest")
        portraits.append(oval * (0.6 + face + light) + (1 - oval) * 0.2 + rng.normal(0, 0.015, (64, 64)))
    X = np.clip(np.stack(portraits), 0, 1).astype(np.float32).reshape(-1, 64 * 64)
    return Faces(head, freeze(X), freeze(np.repeat(np.arange(PEOPLE), PORTRAITS).astype(np.int64)))


def flowers(head: Head) -> Photos:
    """Draw five kinds of flowers in photos of varied size."""
    return _snapshots(head, figures.FLOWERS, FLOWERS)


def hymenoptera(head: Head) -> Photos:
    """Draw ants and bees in photos of varied size."""
    return _snapshots(head, figures.INSECTS, INSECTS)


def _snapshots(head: Head, motifs: Sequence[Motif], names: tuple[str, ...]) -> Photos:
    rng = np.random.default_rng(SEED)

    def one(kind: int) -> Bytes:
        motif = motifs[kind]
        inks = (shade(motif.ink, rng),) * (len(motif.parts) - 1) + (shade(motif.heart, rng),)
        sides = (LONGEST_SIDE, int(rng.integers(100, LONGEST_SIDE + 1)))
        size = sides if rng.random() < 0.5 else sides[::-1]
        return freeze(draw(vary(motif.parts, rng, 1.5), size, inks, shade(motif.paper, rng, 40), rng, noise=12))

    def half(per_class: int) -> tuple[tuple[Bytes, ...], Labels]:
        labels = np.repeat(np.arange(len(names)), per_class).astype(np.int64)
        return tuple(one(int(kind)) for kind in labels), freeze(labels)

    train, test = PHOTOS_PER_CLASS
    return Photos(head, *half(train), *half(test), names)


def penn_fudan(head: Head) -> Scenes:
    """Draw streets with one to four people, and the mask of each."""
    rng = np.random.default_rng(SEED)
    scenes = [_street(rng) for _ in range(SCENES)]
    images, masks = zip(*scenes, strict=True)
    return Scenes(head, images, masks)


def _street(rng: Generator) -> tuple[Bytes, Bytes]:
    width, height = int(rng.integers(200, 320)), int(rng.integers(180, 260))
    picture = Image.new("RGB", (width, height), shade((150, 160, 170), rng))
    mask = Image.new("L", (width, height), 0)
    pens = ImageDraw.Draw(picture), ImageDraw.Draw(mask)
    pens[0].rectangle((0, int(height * 0.7), width, height), fill=shade((95, 95, 100), rng))
    people = int(rng.integers(1, 5))
    for number in range(people):
        left = (number + rng.uniform(0.2, 0.5)) * width / people  # each in a strip of the street: none is hidden
        tall = rng.uniform(0.45, 0.7) * height
        top = height * 0.95 - tall
        head_box = (left + tall * 0.04, top, left + tall * 0.16, top + tall * 0.15)
        body = (left, top + tall * 0.13, left + tall * 0.2, top + tall)
        skin, clothes = shade((205, 165, 140), rng), shade((120, 60, 70), rng, 60)
        for pen, head_ink, body_ink in ((pens[0], skin, clothes), (pens[1], number + 1, number + 1)):
            pen.ellipse(head_box, fill=head_ink)
            pen.rounded_rectangle(body, radius=tall * 0.06, fill=body_ink)
    pixels = np.asarray(picture, np.float32) + rng.normal(0, 8, (height, width, 1)).astype(np.float32)
    return freeze(np.clip(pixels, 0, 255).astype(np.uint8)), freeze(np.array(mask))
