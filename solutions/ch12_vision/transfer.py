"""Chapter 12, own kinds of pictures, read and split (p.12.9): the answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of red, green and blue in ImageNet's photos


def read_folder(root: str | Path) -> tuple[list[Path], NDArray[np.int64], list[str]]:
    """Find the pictures of a folder that has a folder for each class.

    Parameters
    ----------
    root : holds one folder per class, named after it, with a picture or more in each.
        Other files, and what is hidden (its name begins with a dot), are no business of
        ours.

    Returns
    -------
    paths : of all pictures, class by class, and by name within a class. Their names end
        in .jpg, .jpeg or .png, in small or in capital letters.
    labels : (n,) the number of each one's class.
    classes : names of the classes, in alphabetical order, as ``sorted`` has it.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> _ = [(root / name).mkdir() for name in ("cat", "ant")]
    >>> Image.new("L", (8, 6)).save(root / "cat" / "1.png")
    >>> paths, labels, classes = read_folder(root)
    >>> [path.name for path in paths], labels.tolist(), classes
    (['1.png'], [1], ['ant', 'cat'])
    """
    classes = sorted(folder.name for folder in Path(root).iterdir() if folder.is_dir() and folder.name[0] != ".")
    paths, labels = [], []
    for label, name in enumerate(classes):
        for path in sorted((Path(root) / name).iterdir()):
            if path.suffix.lower() in (".jpg", ".jpeg", ".png") and path.name[0] != ".":
                paths.append(path)
                labels.append(label)
    return paths, np.array(labels, dtype=np.int64), classes


def split_rows(labels: ArrayLike, seed: int = 42) -> tuple[NDArray[np.int64], ...]:
    """Divide rows into three sets, at random: to learn from, to validate and to test.

    Of each class, a fifth of the rows, rounded to whole rows, goes into the second set,
    as many into the third, and the rest into the first.

    Parameters
    ----------
    labels : (n,) whole numbers, the class of each row.
    seed : the same seed draws the same sets.

    Returns
    -------
    Three arrays of row numbers, each in any order; no row is in two of them.

    Examples
    --------
    >>> [len(rows) for rows in split_rows([0] * 10 + [1] * 5)]
    [9, 3, 3]
    """
    rng = np.random.default_rng(seed)
    labels = np.asarray(labels)
    parts: tuple[list[int], ...] = ([], [], [])
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label)).tolist()
        n = round(len(rows) / 5)
        for part, some in zip(parts, (rows[2 * n :], rows[:n], rows[n : 2 * n]), strict=True):
            part.extend(some)
    return tuple(np.array(part, dtype=np.int64) for part in parts)


def load_picture(path: str | Path, size: int) -> Tensor:
    """Read a picture and bring it to the size and the colours that a network is used
    to.

    Parameters
    ----------
    path : a picture of any size, with 8 bits a value: in colour, grey, with a palette,
        or with a layer that says how transparent it is, which is left out. How the
        camera was held need not be asked.
    size : height and width wanted, in pixels. Pictures that are not square may be
        squeezed, or cut at two sides.

    Returns
    -------
    (3, size, size) float32: red, green and blue, from 0 to 1, of which the mean `MEAN`
        is taken away, and what is left is divided by `STD`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "black.png"
    >>> Image.new("L", (8, 6), 0).save(path)
    >>> load_picture(path, 4)[:, 0, 0].round(decimals=2)
    tensor([-2.1200, -2.0400, -1.8000])
    """
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))
    values = torch.tensor(pixels).movedim(-1, 0) / 255  # (3, size, size)
    return (values - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


class PictureSet(Dataset[tuple[Tensor, Tensor]]):
    """Some pictures with their classes, as ``DataLoader`` wants them.

    Parameters
    ----------
    paths : of n pictures.
    labels : (n,) the class of each.
    size : in pixels, for `load_picture`.
    augment : if True, chance decides what a picture looks like each time it is asked
        for: mirrored left to right or not, and cut out a little differently, in its own
        colours. If False, it is always the same.

    ``dataset[i]`` is picture i, (3, size, size), and its class, an int64 tensor without
    a dimension.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> Image.new("L", (8, 6), 90).save(path)
    >>> X, y = PictureSet([path], [3], size=4, augment=True)[0]
    >>> X.shape, y
    (torch.Size([3, 4, 4]), tensor(3))
    """

    def __init__(self, paths: Sequence[str | Path], labels: ArrayLike, size: int, augment: bool) -> None:
        self.paths, self.labels = list(paths), torch.as_tensor(np.asarray(labels)).long()
        self.size, self.augment = size, augment

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        if not self.augment:
            return load_picture(self.paths[i], self.size), self.labels[i]
        picture = load_picture(self.paths[i], self.size + max(1, self.size // 8))  # larger, to be cut
        top, left = torch.randint(picture.shape[1] - self.size + 1, (2,)).tolist()
        picture = picture[:, top : top + self.size, left : left + self.size]
        return picture.flip(-1) if torch.rand(()) < 0.5 else picture, self.labels[i]


def make_loaders(root: str | Path, size: int, batch_size: int = 32, seed: int = 42) -> dict[str, Any]:
    """Return loaders for the pictures of a folder.

    Parameters
    ----------
    root : for `read_folder`.
    size : of the pictures, in pixels.
    batch_size : the largest number of pictures in a batch.
    seed : for `split_rows`.

    Returns
    -------
    ``"train"``, ``"valid"``, ``"test"`` : loaders of the three sets of `split_rows`. A
        batch is (B, 3, size, size) float32 and (B,) int64. Pictures to learn from come
        in another order each time, and augmented; the others always as they are.
    ``"classes"`` : the names of the classes, in alphabetical order.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> (root / "ant").mkdir()
    >>> for n in range(5):
    ...     Image.new("RGB", (8, 6)).save(root / "ant" / f"{n}.png")
    >>> loaders = make_loaders(root, size=4)
    >>> [(len(X), X.shape[1:], y.tolist()) for X, y in loaders["valid"]]
    [(1, torch.Size([3, 4, 4]), [0])]
    """
    paths, labels, classes = read_folder(root)
    loaders: dict[str, Any] = {"classes": classes}
    for name, rows in zip(("train", "valid", "test"), split_rows(labels, seed), strict=True):
        is_train = name == "train"
        pictures = PictureSet([paths[row] for row in rows], labels[rows], size, augment=is_train)
        loaders[name] = DataLoader(pictures, batch_size, shuffle=is_train)
    return loaders
