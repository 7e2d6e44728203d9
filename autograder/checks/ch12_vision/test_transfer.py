"""Hidden checks of chapter 12: own kinds of pictures, read and split (p.12.9)."""

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch12_vision.inputs_transfer import (
    MEAN,
    STD,
    colours_of,
    names_within,
    passed_through,
    plain_pictures,
    read_by,
    with_palette,
    within,
    write_folder,
)
from autograder.testing import check

SETS = ("train", "valid", "test")


def _words(rng, n: int) -> list[str]:
    return ["".join(rng.choice(list("abcdefghijklmnop"), 5)) for _ in range(n)]


@check(
    "p.12.9", core=True, hint="Sort the folders' names. Which file names end as pictures' do, in capital letters, too?"
)
def test_pictures_are_found(student, rng):
    """In a folder with other files and hidden ones, the pictures are found, class by class and by name, and the classes
    are in alphabetical order; the folder may be a path or its text."""
    files, grey = {}, np.full((4, 5), 90, dtype=np.uint8)
    classes = sorted(_words(rng, 3))
    for name in rng.permutation(classes).tolist():
        for stem, end in zip(_words(rng, 4), (".png", ".JPG", ".jpeg", ".jpg"), strict=True):
            files[f"{name}/{stem}{end}"] = grey
        files |= {f"{name}/notes.txt": "", f"{name}/.hidden.png": grey, f"{name}/Thumbs.db": ""}
    others = {"README.md": "", "cover.png": grey, ".cache/old.png": grey}
    root = student.probe_(write_folder)({**files, **others})
    wanted = sorted(name for name in files if name.lower().endswith(("png", "jpg", "jpeg")) and "/." not in name)
    for as_text in (False, True):
        paths, labels, found = student.probe_(read_by)(student.read_folder, root, as_text)
        assert list(found) == classes
        assert student.probe_(names_within)(paths, root) == wanted
        assert_array_equal(np.asarray(labels), [classes.index(name.split("/")[0]) for name in wanted])


@check("p.12.9", core=True, hint="Draw within each class, and cut what you have drawn into three.")
def test_sets_are_apart(student, rng):
    """No row is in two sets, none is lost; a fifth of each class, rounded, is in the second and in the third set."""
    few, more = rng.integers(1, 3), rng.integers(3, 5)  # what is left over a multiple of 5: rounded down, and up
    counts = rng.permutation([2, 5 * rng.integers(1, 5) + few, 5 * rng.integers(1, 5) + more, rng.integers(5, 24)])
    labels = rng.permutation(np.repeat(np.arange(4), counts))
    parts = [np.asarray(rows) for rows in student.split_rows(labels, seed=int(rng.integers(1_000)))]
    assert len(parts) == 3
    assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(labels)))
    for label, count in enumerate(counts):
        fifth = [round(int(count) / 5), (2 * int(count) + 5) // 10]  # a half may go either way
        found = [int((labels[rows] == label).sum()) for rows in parts]
        assert found[1] == found[2]
        assert found[1] in fifth


@check("p.12.9", hint="A seed for the order, and no other source of chance.")
def test_sets_are_drawn_by_the_seed(student, rng):
    """The same seed draws the same sets, another one others; rows in order don't go into a set together."""
    labels = np.repeat([0, 1], 60)
    one, again, other = ([np.sort(part).tolist() for part in student.split_rows(labels, seed=s)] for s in (5, 5, 6))
    assert one == again
    assert one != other
    assert max(np.bincount(np.array(one[1]) // 30, minlength=4)) < 12  # 24 of 120 rows


@check(
    "p.12.9",
    core=True,
    hint="Bytes to numbers from 0 to 1, then minus MEAN, then divided by STD: once, and in this order.",
)
def test_colours_are_normalised(student, rng):
    """A picture comes in the size that is asked for, with its colours from 0 to 1 and then normalised, be it in colour,
    grey, with a palette, or transparent."""
    colour, grey = rng.permutation([255, *rng.integers(0, 256, 2)]), int(rng.integers(0, 256))
    size = int(rng.integers(8, 20))
    files = {
        "colour.png": np.broadcast_to(colour, (13, 22, 3)).astype(np.uint8),
        "grey.png": np.full((30, 12), grey, dtype=np.uint8),
        "clear.png": np.dstack([np.broadcast_to(colour, (9, 9, 3)), np.full((9, 9), 120)]).astype(np.uint8),
    }
    root = student.probe_(write_folder)(files)
    path = student.probe_(within)
    student.probe_(with_palette)(root, "colour.png", "palette.png")
    wanted = {"colour.png": colour, "grey.png": [grey] * 3, "clear.png": colour, "palette.png": colour}
    for name, values in wanted.items():
        found = np.asarray(student.load_picture(path(root, name), size))
        assert found.shape == (3, size, size)
        assert found.dtype == np.float32
        right = (np.asarray(values) / 255 - MEAN) / STD
        assert_allclose(found, np.broadcast_to(right[:, None, None], found.shape), atol=0.01)


@check("p.12.9", hint="Which axis of a PIL picture is the first, and which of a tensor?")
def test_pictures_stand_upright(student, rng):
    """What is at the top of a picture stays there, and what is at its left, too."""
    picture = np.zeros((24, 16, 3), dtype=np.uint8)
    picture[:12, :, 0] = 255  # red above
    picture[:, :8, 2] = 255  # blue on the left
    root = student.probe_(write_folder)({"corners.png": picture})
    path = student.probe_(within)(root, "corners.png")
    found = np.asarray(student.load_picture(path, 12)) * STD[:, None, None] + MEAN[:, None, None]
    assert_allclose(found[0, [1, 1, -2, -2], [1, -2, 1, -2]], [1, 1, 0, 0], atol=0.02)
    assert_allclose(found[2, [1, 1, -2, -2], [1, -2, 1, -2]], [1, 0, 1, 0], atol=0.02)


SIZE = 24  # of pictures from loaders: a rim of some pixels, which augmentation may leave, is a small part of it


def _loaders(student, rng, counts, batch_size=8):
    seed = int(rng.integers(100, 1_000))  # another one than what a function has if nothing is passed in
    files, colours = plain_pictures(rng, counts)
    loaders = student.make_loaders(student.probe_(write_folder)(files), SIZE, batch_size, seed)
    get, through = student.probe_(_item), student.probe_(passed_through)
    return {name: through(get(loaders, name)) for name in SETS}, get(loaders, "classes"), files, colours, seed


def _item(loaders, name):
    return loaders[name]


def _rows(X, colours):
    """Return which picture each one is, by its colour."""
    apart = np.abs(colours_of(X)[:, None] - colours).sum(axis=2)
    assert apart.min(axis=1).max() < 0.03
    return apart.argmin(axis=1)


@check("p.12.9", hint="What does `make_loaders` do with its `seed`?")
def test_sets_of_the_loaders_are_those_of_the_seed(student, rng):
    """The three loaders give the pictures of the sets that `split_rows` draws with the seed."""
    parts, _, files, colours, seed = _loaders(student, rng, {"a": 20, "b": 15})
    in_order = np.argsort(list(files))  # as `read_folder` finds them
    labels = [int(np.array(list(files))[row].startswith("b")) for row in in_order]
    drawn = student.split_rows(np.array(labels), seed)
    for (X, *_), rows in zip(parts.values(), drawn, strict=True):
        assert_array_equal(np.sort(_rows(X, colours)), np.sort(in_order[np.asarray(rows)]))


@check("p.12.9", core=True, weight=2, hint="Label, picture and set belong together: permute them in one go.")
def test_loaders_give_each_picture_once(student, rng):
    """Going through the three loaders, one meets each picture once, with its own class, normalised once, in batches
    that are not too large; a fifth of each class is in the second and in the third."""
    counts = dict(zip(sorted(_words(rng, 3)), (20, 15, 10), strict=True))
    parts, classes, files, colours, _ = _loaders(student, rng, counts)
    assert list(classes) == list(counts)
    names = [name.split("/")[0] for name in files]
    met = []
    for X, y, largest in parts.values():
        assert largest <= 8
        assert X.shape[2:] == (SIZE, SIZE)
        assert (X.dtype, y.dtype) == (torch.float32, torch.int64)
        rows = _rows(X, colours)
        assert [classes[label] for label in np.asarray(y).tolist()] == [names[row] for row in rows]
        met.append(rows)
    assert_array_equal(np.sort(np.concatenate(met)), np.arange(len(names)))
    for rows in met[1:]:
        assert [sum(names[row] == name for row in rows) for name in counts] == [4, 3, 2]


def _pass_twice(dataset):
    import torch

    return [torch.stack([dataset[i][0] for i in range(len(dataset))]) for _ in range(6)], [
        int(dataset[i][1]) for i in range(len(dataset))
    ]


def _drawn(student, rng):
    """Return the paths of pictures whose left and right sides differ, and whose edges are of other colours."""
    files = {}
    for number in range(4):
        picture = rng.integers(0, 90, (32, 32, 3), dtype=np.uint8)
        picture[8:24, 8:15] = 255
        files[f"{number}.png"] = picture
    root = student.probe_(write_folder)(files)
    path = student.probe_(within)
    return [path(root, name) for name in files]


@check(
    "p.12.9",
    core=True,
    hint="Which of the three sets is augmented, and when: once, or each time a picture is asked for?",
)
def test_only_pictures_to_learn_from_are_augmented(student, rng):
    """Augmented, a picture is another one from time to time, mirrored or not and cut out differently, and yet the same
    thing; not augmented, it is always the same, as `load_picture` gives it."""
    paths, labels = _drawn(student, rng), [3, 0, 2, 1]
    plain = np.stack([np.asarray(student.load_picture(path, 24)) for path in paths])
    passes, found = student.probe_(_pass_twice)(student.PictureSet(paths, labels, 24, False))
    assert found == labels
    for pictures in passes:
        assert_array_equal(np.asarray(pictures), np.asarray(passes[0]))
    for one, other in zip(np.asarray(passes[0]), plain, strict=True):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9
    passes, found = student.probe_(_pass_twice)(student.PictureSet(paths, labels, 24, True))
    assert found == labels
    pictures = np.asarray([np.asarray(some) for some in passes])  # (6, 4, 3, 24, 24)
    assert pictures.shape == (6, 4, 3, 24, 24)
    pairs = np.triu_indices(6, 1)
    different, cut = (np.abs(pictures[pairs[0]] - other[pairs[1]]).max(axis=(2, 3, 4))  # (15, 4)
                      for other in (pictures, pictures[..., ::-1]))  # fmt: skip
    assert np.mean(different > 0.1) > 0.5
    assert np.mean((different > 0.1) & (cut > 0.1)) > 0.3  # also from the mirrored picture
    bright = (pictures[..., :12].mean(axis=(2, 3, 4)) > pictures[..., 12:].mean(axis=(2, 3, 4))).mean()
    assert 0 < bright < 1  # the bar is at the left in some, at the right in others
    likeness = [
        max(np.corrcoef(one[row].ravel(), other.ravel())[0, 1] for other in (plain[row], plain[row][..., ::-1]))
        for one in pictures
        for row in range(4)
    ]
    assert np.mean(likeness) > 0.25


@check("p.12.9", hint="`shuffle=True` for one of the three loaders.")
def test_only_pictures_to_learn_from_are_shuffled(student, rng):
    """To learn from, the pictures come in another order each time; to validate and to test, always in the same."""
    files, _ = plain_pictures(rng, {"a": 40, "b": 40})
    loaders = student.make_loaders(student.probe_(write_folder)(files), SIZE, 16)
    get, through = student.probe_(_item), student.probe_(passed_through)
    for name in SETS:
        first, second = (colours_of(through(get(loaders, name))[0]) for _ in range(2))
        same = np.allclose(first, second, atol=0.02)
        assert same == (name != "train")
        assert_allclose(np.sort(first.sum(axis=1)), np.sort(second.sum(axis=1)), atol=0.05)
