"""Wrong and right answers of chapter 12: own kinds of pictures, read and split (p.12.9)."""

import os
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader

from autograder.checks.ch12_vision.inputs_transfer import MEAN, STD
from autograder.testing import alternative, mutant
from solutions.ch12_vision.transfer import PictureSet, load_picture, read_folder, split_rows

ENDS = (".jpg", ".jpeg", ".png")

# ---------------------------------------------------------------- folders


def _found(root, ends=ENDS, order=sorted, lower=True, hidden=False):
    classes = order(folder.name for folder in Path(root).iterdir() if folder.is_dir() and folder.name[0] != ".")
    paths, labels = [], []
    for label, name in enumerate(classes):
        for path in sorted((Path(root) / name).iterdir()):
            end = path.suffix.lower() if lower else path.suffix
            if end in ends and (hidden or path.name[0] != "."):
                paths.append(path)
                labels.append(label)
    return paths, np.array(labels), classes


@mutant("p.12.9", replaces="read_folder", fails="test_pictures_are_found")
def small_letters_only(root):
    """A camera writes IMG_0001.JPG: file names may end in capital letters."""
    return _found(root, lower=False)


@mutant("p.12.9", replaces="read_folder", fails="test_pictures_are_found")
def hidden_files_too(root):
    """Files whose names begin with a dot are hidden, and not meant for you."""
    return _found(root, hidden=True)


@mutant("p.12.9", replaces="read_folder", fails="test_pictures_are_found")
def classes_backwards(root):
    """Sort the classes by name: their numbers have to be the same on every machine."""
    return _found(root, order=lambda names: sorted(names, reverse=True))


@mutant("p.12.9", replaces="read_folder", fails="test_pictures_are_found")
def paths_only(root):
    """The folder may come as a text: make a `Path` of it first."""
    return _found(root.absolute())


@mutant("p.12.9", replaces="read_folder", fails="test_pictures_are_found")
def labels_as_names(root):
    """Your labels are names: numbers are asked for, and the names beside them."""
    paths, labels, classes = _found(root)
    return paths, np.array(classes)[labels], classes


# ---------------------------------------------------------------- sets


@mutant("p.12.9", replaces="split_rows", fails="test_sets_are_apart")
def drawn_from_all(labels, seed=42):
    """You draw from all rows together, so that a rare class may be missing in a set: draw within each class."""
    rows = np.random.default_rng(seed).permutation(len(labels))
    n = round(len(rows) / 5)
    return rows[2 * n :], rows[:n], rows[n : 2 * n]


@mutant("p.12.9", replaces="split_rows", fails="test_sets_are_apart")
def drawn_with_replacement(labels, seed=42):
    """You draw the sets one after the other from all rows, so that a row may be in two of them."""
    rng, labels = np.random.default_rng(seed), np.asarray(labels)
    parts = ([], [], [])
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        n = round(len(rows) / 5)
        for part, size in zip(parts, (len(rows) - 2 * n, n, n), strict=True):
            part += rng.permutation(rows)[:size].tolist()
    return tuple(np.array(part, dtype=int) for part in parts)


@mutant("p.12.9", replaces="split_rows", fails="test_sets_are_apart")
def fifths_rounded_down(labels, seed=42):
    """You cut off what is left of a fifth: it is rounded, so that of 8 rows 2 are in each of the two small sets."""
    rng, labels = np.random.default_rng(seed), np.asarray(labels)
    parts = ([], [], [])
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label)).tolist()
        n = len(rows) // 5
        for part, some in zip(parts, (rows[2 * n :], rows[:n], rows[n : 2 * n]), strict=True):
            part += some
    return tuple(np.array(part, dtype=int) for part in parts)


@mutant("p.12.9", replaces="split_rows", fails="test_sets_are_apart")
def nothing_to_cut_off(labels, seed=42):
    """Of a class with two rows, none is cut off: `rows[-0:]` are all of them."""
    rng, labels = np.random.default_rng(seed), np.asarray(labels)
    parts = ([], [], [])
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label)).tolist()
        n = round(len(rows) / 5)
        for part, some in zip(parts, (rows[n:-n], rows[:n], rows[-n:]), strict=True):
            part += some
    return tuple(np.array(part, dtype=int) for part in parts)


@mutant("p.12.9", replaces="split_rows", fails="test_sets_are_drawn_by_the_seed")
def first_rows(labels, seed=42):
    """You take the rows as they come, whatever the seed: draw them at random."""
    labels, parts = np.asarray(labels), ([], [], [])
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        n = round(len(rows) / 5)
        for part, some in zip(parts, (rows[2 * n :], rows[:n], rows[n : 2 * n]), strict=True):
            part += some.tolist()
    return tuple(np.array(part, dtype=int) for part in parts)


# ---------------------------------------------------------------- pictures


def _pixels(path, size, mode="RGB"):
    with Image.open(path) as picture:
        return np.asarray(picture.convert(mode).resize((size, size)), dtype=np.float32)


def _normalised(pixels, times=1):
    for _ in range(times):
        pixels = (pixels - MEAN) / STD
    return torch.tensor(pixels.transpose(2, 0, 1), dtype=torch.float32)


@mutant("p.12.9", replaces="load_picture", fails="test_colours_are_normalised")
def bytes_not_scaled(path, size):
    """MEAN and STD are meant for values from 0 to 1: divide the bytes by 255 first."""
    return _normalised(_pixels(path, size))


@mutant("p.12.9", replaces="load_picture", fails="test_colours_are_normalised")
def normalised_twice(path, size):
    """You normalise twice."""
    return _normalised(_pixels(path, size) / 255, times=2)


@mutant("p.12.9", replaces="load_picture", fails="test_colours_are_normalised")
def blue_first(path, size):
    """The colours come as red, green, blue: you have turned them round."""
    return _normalised(_pixels(path, size)[..., ::-1] / 255)


@mutant("p.12.9", replaces="load_picture", fails="test_colours_are_normalised")
def kinds_not_converted(path, size):
    """A grey picture has no colour axis, and a transparent one four channels: convert each to RGB."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.resize((size, size)), dtype=np.float32) / 255
    return _normalised(pixels[..., :3] if pixels.ndim == 3 else np.dstack([pixels, 0 * pixels, 0 * pixels]))


@mutant("p.12.9", replaces="load_picture", fails="test_pictures_stand_upright")
def lying_on_the_side(path, size):
    """Your picture lies on its side: the axes are height, width, channels, and become channels, height, width."""
    return _normalised(_pixels(path, size) / 255).transpose(1, 2)


# ---------------------------------------------------------------- data sets and loaders


def _cut(picture, rim=2):
    """Cut out a piece of a picture that has got a grey rim."""
    wide = torch.nn.functional.pad(picture, (rim, rim, rim, rim))
    top, left = torch.randint(0, 2 * rim + 1, (2,)).tolist()
    return wide[:, top : top + picture.shape[1], left : left + picture.shape[2]]


class _Pictures(PictureSet):
    """Augments in another way; a mistake is a change of it."""

    def changed(self, picture):
        picture = _cut(picture)
        return picture.flip(-1) if torch.rand(()) < 0.5 else picture

    def __getitem__(self, i):
        picture = load_picture(self.paths[i], self.size)
        return (self.changed(picture) if self.augment else picture), self.labels[i]


@mutant("p.12.9", replaces="PictureSet", fails="test_only_pictures_to_learn_from_are_augmented")
class AlwaysAugmented(_Pictures):
    """You augment all pictures, those that you test on, too."""

    def __getitem__(self, i):
        return self.changed(load_picture(self.paths[i], self.size)), self.labels[i]


@mutant("p.12.9", replaces="PictureSet", fails="test_only_pictures_to_learn_from_are_augmented")
class AugmentedOnce(_Pictures):
    """You augment when the data set is made, so that a picture is the same each time: do it when it is asked for."""

    def __init__(self, paths, labels, size, augment):
        super().__init__(paths, labels, size, augment)
        self.mirrored = torch.rand(len(self.paths)) < 0.5

    def __getitem__(self, i):
        picture = load_picture(self.paths[i], self.size)
        return (picture.flip(-1) if self.augment and self.mirrored[i] else picture), self.labels[i]


@mutant("p.12.9", replaces="PictureSet", fails="test_only_pictures_to_learn_from_are_augmented")
class NeverMirrored(_Pictures):
    """You move the pictures, and never mirror them."""

    def changed(self, picture):
        return picture.roll(int(torch.randint(-2, 3, ())), dims=-1)


@mutant("p.12.9", replaces="PictureSet", fails="test_only_pictures_to_learn_from_are_augmented")
class OnlyMirrored(_Pictures):
    """You mirror the pictures, and cut each of them out in the same way."""

    def changed(self, picture):
        return picture.flip(-1) if torch.rand(()) < 0.5 else picture


@mutant("p.12.9", replaces="PictureSet", fails="test_only_pictures_to_learn_from_are_augmented")
class NothingLeft(_Pictures):
    """What you make of a picture has hardly anything to do with it: augment less."""

    def changed(self, picture):
        return torch.rand(picture.shape).sub(0.5).mul(4)


def _loaders(
    root, size, batch, seed, *, augment=("train",), shuffle=("train",), split=split_rows, mix=False, make=PictureSet
):
    paths, labels, classes = read_folder(root)
    loaders = {"classes": classes}
    for name, rows in zip(("train", "valid", "test"), split(labels, seed), strict=True):
        known = labels[rows[::-1]] if mix else labels[rows]
        pictures = make([paths[row] for row in rows], known, size, name in augment)
        loaders[name] = DataLoader(pictures, batch, shuffle=name in shuffle)
    return loaders


@mutant("p.12.9", replaces="make_loaders", fails="test_only_pictures_to_learn_from_are_shuffled")
def nothing_shuffled(root, size, batch_size=32, seed=42):
    """The pictures to learn from come in the same order each time: shuffle them."""
    return _loaders(root, size, batch_size, seed, shuffle=())


@mutant("p.12.9", replaces="make_loaders", fails="test_only_pictures_to_learn_from_are_shuffled")
def everything_shuffled(root, size, batch_size=32, seed=42):
    """The pictures to validate and test on come in another order each time: leave them in theirs."""
    return _loaders(root, size, batch_size, seed, shuffle=("train", "valid", "test"))


@mutant("p.12.9", replaces="make_loaders", fails="test_loaders_give_each_picture_once")
def labels_of_others(root, size, batch_size=32, seed=42):
    """You bring the pictures into another order, and leave the labels in the old one."""
    return _loaders(root, size, batch_size, seed, mix=True)


@mutant("p.12.9", replaces="make_loaders", fails="test_loaders_give_each_picture_once")
def learned_what_it_is_tested_on(root, size, batch_size=32, seed=42):
    """The pictures to test on are among those to learn from."""

    def split(labels, seed):
        train, valid, test = split_rows(labels, seed)
        return np.concatenate([train, test]), valid, test

    return _loaders(root, size, batch_size, seed, split=split)


@mutant("p.12.9", replaces="make_loaders", fails="test_loaders_give_each_picture_once")
def batches_of_32(root, size, batch_size=32, seed=42):
    """Your batches have 32 pictures, however many are asked for."""
    return _loaders(root, size, 32, seed)


@mutant("p.12.9", replaces="make_loaders", fails="test_sets_of_the_loaders_are_those_of_the_seed")
def seed_not_passed_on(root, size, batch_size=32, seed=42):
    """Your seed goes nowhere: `split_rows` has to get it."""
    return _loaders(root, size, batch_size, 42)


@mutant("p.12.9", replaces="make_loaders", fails="test_loaders_give_each_picture_once")
def size_of_its_own(root, size, batch_size=32, seed=42):
    """Your pictures have 32 pixels, however many are asked for."""
    return _loaders(root, 32, batch_size, seed)


# ---------------------------------------------------------------- right


@alternative("p.12.9", replaces="PictureSet")
class WithARim(_Pictures):
    """Puts a grey rim round each picture, and cuts a piece out of that, mirrored or not."""


@alternative("p.12.9", replaces="make_loaders")
def with_rims(root, size, batch_size=32, seed=42):
    """Loaders of such pictures."""
    return _loaders(root, size, batch_size, seed, make=WithARim)


@alternative("p.12.9", replaces="read_folder")
def by_os(root):
    """By `os.walk`; paths as text, labels as a list."""
    rows = []
    for folder, _, names in os.walk(root):
        kind = os.path.relpath(folder, root)
        if kind == "." or os.sep in kind or kind.startswith("."):
            continue
        rows += [(kind, name) for name in names if name.lower().endswith(ENDS) and not name.startswith(".")]
    classes = sorted({kind for kind, _ in rows})
    rows.sort()
    return [os.path.join(root, *row) for row in rows], [classes.index(kind) for kind, _ in rows], classes


def _by_fractions(labels, seed=42):
    labels, draw = np.asarray(labels), torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=draw).numpy()
    parts = [], [], []
    for label in sorted(set(labels.tolist())):
        mine = [row for row in order.tolist() if labels[row] == label]
        fifth = int(len(mine) / 5 + 0.5)
        parts[1].extend(mine[:fifth])
        parts[2].extend(mine[-fifth:] if fifth else [])
        parts[0].extend(mine[fifth : len(mine) - fifth])
    return tuple(np.array(part, dtype=int) for part in parts)


def _loaders_by_fractions(root, size, batch_size=32, seed=42):
    return _loaders(root, size, batch_size, seed, split=_by_fractions)


@alternative("p.12.9", replaces="split_rows", also={"make_loaders": _loaders_by_fractions})
def by_fractions(labels, seed=42):
    """Numbers the rows of each class in a random order, and cuts the numbers; lists, not arrays."""
    return [rows.tolist() for rows in _by_fractions(labels, seed)]


@alternative("p.12.9", replaces="load_picture")
def cut_to_a_square(path, size):
    """Cuts a square out of the middle, and enlarges it by PyTorch."""
    with Image.open(path) as picture:
        pixels = torch.tensor(np.array(picture.convert("RGB"))).permute(2, 0, 1).float() / 255
    side = min(pixels.shape[1:])
    top, left = ((n - side) // 2 for n in pixels.shape[1:])
    square = pixels[None, :, top : top + side, left : left + side]
    scaled = torch.nn.functional.interpolate(square, (size, size), mode="bilinear", antialias=True)[0]
    return (scaled - torch.tensor(MEAN, dtype=torch.float32).view(3, 1, 1)) / torch.tensor(STD).float().view(3, 1, 1)


@alternative("p.12.9", replaces="PictureSet")
class Shifted(torch.utils.data.Dataset):
    """Mirrors and moves the picture, which is read once."""

    def __init__(self, paths, labels, size, augment):
        self.pictures = [load_picture(path, size) for path in paths]
        self.labels, self.augment = [int(label) for label in labels], augment

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        picture = self.pictures[i].clone()
        if self.augment:
            if np.random.default_rng(int(torch.randint(2**31, ()))).random() < 0.5:
                picture = torch.flip(picture, [2])
            wide = torch.nn.functional.pad(picture[None], (1, 1, 1, 1), mode="replicate")[0]
            top, left = torch.randint(0, 3, (2,)).tolist()
            picture = wide[:, top : top + picture.shape[1], left : left + picture.shape[2]]
        return picture, torch.tensor(self.labels[i])


@alternative("p.12.9", replaces="make_loaders")
def by_subsets(root, size, batch_size=32, seed=42):
    """Two data sets of all pictures, one of them augmented, and subsets of them."""
    paths, labels, classes = read_folder(root)
    augmented, plain = (PictureSet(paths, labels, size, augment) for augment in (True, False))
    train, valid, test = (np.asarray(rows).tolist() for rows in split_rows(labels, seed))
    subset = torch.utils.data.Subset
    return {
        "train": DataLoader(subset(augmented, train), batch_size=batch_size, shuffle=True, drop_last=False),
        "valid": DataLoader(subset(plain, valid), batch_size=batch_size),
        "test": DataLoader(subset(plain, test), batch_size=batch_size),
        "classes": classes,
    }
