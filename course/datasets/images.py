"""Parsers of the real files of the data sets made of pictures."""

from __future__ import annotations

import io
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy.io import loadmat

from course.datasets.archive import Archive
from course.datasets.shapes import Bytes, Faces, Head, Images, Labels, Photos, Scenes, freeze

LONGEST_SIDE = 160  # pixels: enough for a 128-pixel crop, and a whole set fits into memory
CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
THINGS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FLOWERS = ("daisy", "dandelion", "rose", "sunflower", "tulip")
INSECTS = ("ants", "bees")


def mnist(head: Head, bundle: Archive) -> Images:
    return _idx_images(head, bundle, tuple("0123456789"))


def fashion_mnist(head: Head, bundle: Archive) -> Images:
    return _idx_images(head, bundle, CLOTHES)


def _idx_images(head: Head, bundle: Archive, class_names: tuple[str, ...]) -> Images:
    def half(prefix: str) -> tuple[Bytes, Labels]:
        pixels = read_idx(bundle.read(f"{prefix}-images-idx3-ubyte"))
        labels = read_idx(bundle.read(f"{prefix}-labels-idx1-ubyte"))
        return freeze(pixels.reshape(len(pixels), -1)), freeze(labels.astype(np.int64))

    return Images(head, *half("train"), *half("t10k"), class_names)


def read_idx(data: bytes) -> Bytes:
    """Read an IDX file of unsigned bytes: magic 0, 0, 8, dimensions; then each length; then the values."""
    if data[:3] != b"\0\0\x08":
        raise ValueError("not an IDX file of unsigned bytes")
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", dimensions, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(*map(int, shape))


def cifar10(head: Head, bundle: Archive) -> Images:
    if bundle.files[0].suffix == ".npz":
        return _cifar10_subset(head, bundle)
    names = [f"data_batch_{number}.bin" for number in range(1, 6)]
    batches = {PurePosixPath(name).name: data for name, data in bundle.members(lambda m: m.endswith(".bin"))}
    train = [_cifar10_batch(batches[name]) for name in names]
    X_train, y_train = (np.concatenate(parts) for parts in zip(*train, strict=True))
    X_test, y_test = _cifar10_batch(batches["test_batch.bin"])
    return Images(head, freeze(X_train), freeze(y_train), freeze(X_test), freeze(y_test), THINGS)


def _cifar10_batch(data: bytes) -> tuple[Bytes, Labels]:
    records = np.frombuffer(data, np.uint8).reshape(-1, 1 + 3 * 32 * 32)  # label, then red, green, blue planes
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels), records[:, 0].astype(np.int64)


def _cifar10_subset(head: Head, bundle: Archive) -> Images:
    with np.load(bundle.files[0], allow_pickle=False) as arrays:
        names = tuple(map(str, arrays["class_names"]))
        X_train, X_test = freeze(arrays["x_train"]), freeze(arrays["x_test"])
        y_train, y_test = (freeze(arrays[key].astype(np.int64)) for key in ("y_train", "y_test"))
    return Images(head, X_train, y_train, X_test, y_test, names)


def olivetti_faces(head: Head, bundle: Archive) -> Faces:
    columns = loadmat(io.BytesIO(bundle.read("olivettifaces.mat")))["faces"]  # (4096, 400), images by columns
    pixels = columns.T.astype(np.float32)
    pixels -= pixels.min()
    pixels /= pixels.max()
    upright = pixels.reshape(-1, 64, 64).transpose(0, 2, 1).reshape(-1, 64 * 64)
    people = np.repeat(np.arange(40), 10).astype(np.int64)
    return Faces(head, freeze(np.ascontiguousarray(upright)), freeze(people))


def decode(data: bytes) -> Bytes:
    """Decode a picture to (height, width, 3) uint8, scaled down until its longest side is at most 160."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG can be decoded at a smaller size at once
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return freeze(np.asarray(upright).copy())


def hymenoptera(head: Head, bundle: Archive) -> Photos:
    photos: dict[tuple[str, str], list[Bytes]] = {(s, c): [] for s in ("train", "val") for c in INSECTS}
    for name, data in sorted(bundle.members(_is_photo)):
        split, insect = PurePosixPath(name).parts[-3:-1]
        photos[split, insect].append(decode(data))
    return _photos(head, [photos["train", c] for c in INSECTS], [photos["val", c] for c in INSECTS], INSECTS)


def flowers(head: Head, bundle: Archive) -> Photos:
    """Use the collection's own split where it has one, else every fifth photo of a kind for testing."""
    train: dict[str, list[Bytes]] = {kind: [] for kind in FLOWERS}
    test: dict[str, list[Bytes]] = {kind: [] for kind in FLOWERS}
    count = dict.fromkeys(FLOWERS, 0)
    for name, data in sorted(bundle.members(_is_photo)):
        split, folder = PurePosixPath(name).parts[-3:-1]
        kind = folder.removesuffix("s") if folder.removesuffix("s") in FLOWERS else folder  # roses, tulips
        count[kind] += 1
        for_test = split == "test" or (split != "train" and count[kind] % 5 == 0)
        (test if for_test else train)[kind].append(decode(data))
    return _photos(head, list(train.values()), list(test.values()), FLOWERS)


def _is_photo(name: str) -> bool:
    return name.lower().endswith((".jpg", ".jpeg")) and not PurePosixPath(name).name.startswith(".")


def _photos(head: Head, train: list[list[Bytes]], test: list[list[Bytes]], names: tuple[str, ...]) -> Photos:
    def half(classes: list[list[Bytes]]) -> tuple[tuple[Bytes, ...], Labels]:
        labels = np.repeat(np.arange(len(classes)), [len(photos) for photos in classes]).astype(np.int64)
        return tuple(photo for photos in classes for photo in photos), freeze(labels)

    return Photos(head, *half(train), *half(test), names)


def penn_fudan(head: Head, bundle: Archive) -> Scenes:
    images: dict[str, NDArray[np.uint8]] = {}
    masks: dict[str, NDArray[np.uint8]] = {}
    for name, data in bundle.members(lambda member: member.endswith(".png")):
        path = PurePosixPath(name)
        with Image.open(io.BytesIO(data)) as picture:
            if path.parent.name == "PNGImages":
                images[path.stem] = freeze(np.array(picture.convert("RGB")))
            elif path.parent.name == "PedMasks":
                masks[path.stem.removesuffix("_mask")] = freeze(np.array(picture))
    order = sorted(images)
    return Scenes(head, tuple(images[stem] for stem in order), tuple(masks[stem] for stem in order))
