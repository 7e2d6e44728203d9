"""What ``load`` returns: one frozen class per kind of data, each of which says where its data came from.

Arrays are read-only and shared between calls; frames are copies, so that a notebook may change them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Source = Literal["real", "stand-in"]
Origin = Literal["cache", "mirror", "upstream", "generated", "course"]
Bytes = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Head:
    """Where the data of one ``load`` came from.

    Attributes
    ----------
    name : the data set's name in the registry.
    title : its name for people.
    source : ``"real"`` or ``"stand-in"``.
    origin : ``"cache"``, ``"mirror"``, ``"upstream"`` (just downloaded), ``"generated"``, or ``"course"``, which it
        comes with.
    licence : the terms of the real data; a stand-in has none to keep.
    detail : what the stand-in is, or which part of the real set this is; empty when it is all of it.
    """

    name: str
    title: str
    source: Source
    origin: Origin
    licence: str
    detail: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Base of all data sets; see the subclasses for what they hold."""

    head: Head

    @property
    def name(self) -> str:
        return self.head.name

    @property
    def source(self) -> Source:
        return self.head.source

    @property
    def origin(self) -> Origin:
        return self.head.origin

    @property
    def licence(self) -> str:
        return self.head.licence

    @property
    def label(self) -> str:
        """Text for plots and tables: ``MNIST (real)`` or ``MNIST (stand-in: ...)``."""
        detail = f": {self.head.detail}" if self.head.detail else ""
        return f"{self.head.title} ({self.head.source}{detail})"

    def facts(self) -> dict[str, int]:
        """Count what the registry's `facts` are compared with."""
        raise NotImplementedError

    def __repr__(self) -> str:
        counts = ", ".join(f"{key}={value}" for key, value in list(self.facts().items())[:3])
        return f"<{self.label}, from {self.origin}: {counts}>"


@dataclass(frozen=True, eq=False, repr=False)
class Images(Dataset):
    """Pictures of one size, split for training and testing.

    Attributes
    ----------
    X_train, X_test : (n, 784) uint8 grey values, or (n, 32, 32, 3) uint8 for CIFAR-10.
    y_train, y_test : (n,) int64, an index into `class_names`.
    """

    X_train: Bytes
    y_train: Labels
    X_test: Bytes
    y_test: Labels
    class_names: tuple[str, ...]

    def facts(self) -> dict[str, int]:
        return {
            "train": len(self.X_train),
            "test": len(self.X_test),
            "classes": len(np.unique(self.y_train)),
            "train_pixels": int(self.X_train.sum(dtype=np.int64)),
            "test_pixels": int(self.X_test.sum(dtype=np.int64)),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Photos(Dataset):
    """Photos of varied size, split for training and testing.

    Attributes
    ----------
    X_train, X_test : tuples of (height, width, 3) uint8, the longest side at most 160.
    y_train, y_test : (n,) int64, an index into `class_names`.
    """

    X_train: tuple[Bytes, ...]
    y_train: Labels
    X_test: tuple[Bytes, ...]
    y_test: Labels
    class_names: tuple[str, ...]

    def facts(self) -> dict[str, int]:
        return {
            "train": len(self.X_train),
            "test": len(self.X_test),
            "photos": len(self.X_train) + len(self.X_test),
            "classes": len(np.unique(self.y_train)),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Scenes(Dataset):
    """Photos with a mask of the objects in each.

    Attributes
    ----------
    images : tuple of (height, width, 3) uint8.
    masks : tuple of (height, width) uint8; 0 = background, 1, 2, ... = one object each.
    """

    images: tuple[Bytes, ...]
    masks: tuple[Bytes, ...]

    def boxes(self, index: int) -> NDArray[np.int64]:
        """Return the objects' boxes in image `index`: (objects, 4) as left, top, right, bottom in pixels."""
        mask = self.masks[index]
        places = [np.nonzero(mask == number) for number in range(1, int(mask.max()) + 1)]
        return np.array([(x.min(), y.min(), x.max(), y.max()) for y, x in places], np.int64).reshape(-1, 4)

    def facts(self) -> dict[str, int]:
        return {"images": len(self.images), "objects": sum(int(mask.max()) for mask in self.masks)}


@dataclass(frozen=True, eq=False, repr=False)
class Arrays(Dataset):
    """Rows of numbers with one label each.

    Attributes
    ----------
    X : (rows, columns) float32.
    y : (rows,) int64.
    feature_names : one name per column, empty where the columns are pixels.
    """

    X: NDArray[np.float32]
    y: Labels
    feature_names: tuple[str, ...] = ()

    def facts(self) -> dict[str, int]:
        counts = {f"class_{label}": int((self.y == label).sum()) for label in np.unique(self.y)}
        return {"rows": len(self.X), "columns": self.X.shape[1], **counts}


@dataclass(frozen=True, eq=False, repr=False)
class Faces(Arrays):
    """Square grey portraits: `X` (n, 4096) float32 in 0..1, `y` (n,) the person's number."""

    @property
    def images(self) -> NDArray[np.float32]:
        """The portraits as pictures, (n, 64, 64) float32."""
        return self.X.reshape(len(self.X), 64, 64)

    def facts(self) -> dict[str, int]:
        return {"images": len(self.X), "classes": len(np.unique(self.y))}


@dataclass(frozen=True, eq=False, repr=False)
class Tables(Dataset):
    """One frame or several, by name; `frame` is the first, `frames` all of them."""

    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the main table."""
        return next(iter(self.tables.values())).copy()

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """A copy of every table, by name."""
        return {name: table.copy() for name, table in self.tables.items()}

    def facts(self) -> dict[str, int]:
        main = next(iter(self.tables.values()))
        facts = {"rows": len(main), "columns": main.shape[1], "missing": int(main.isna().sum().sum())}
        for name, table in self.tables.items():
            facts[name] = len(table)
            for total in {"cnt", "total_rides"} & set(table.columns):
                facts[f"{name}_{total}" if len(self.tables) > 1 else total] = int(table[total].sum())
        return facts


@dataclass(frozen=True, eq=False, repr=False)
class SplitTables(Dataset):
    """A table for training and one for testing, which lacks the target."""

    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    @property
    def train(self) -> pd.DataFrame:
        """A copy of the table for training."""
        return self.tables["train"].copy()

    @property
    def test(self) -> pd.DataFrame:
        """A copy of the table for testing."""
        return self.tables["test"].copy()

    def facts(self) -> dict[str, int]:
        shapes = {name: table.shape for name, table in self.tables.items()}
        return {
            f"{name}_{what}": shape[axis]
            for name, shape in shapes.items()
            for axis, what in enumerate(("rows", "columns"))
        }


@dataclass(frozen=True, eq=False, repr=False)
class Mails(Dataset):
    """Raw mails, headers included, first all ham, then all spam, each in file order.

    Attributes
    ----------
    emails : the mails; every byte of a mail is one character (latin-1), so that nothing is lost whatever
        charsets a mail mixes, and ``mail.encode("latin-1")`` gives its bytes back.
    labels : (n,) int64, 1 = spam.
    """

    emails: Sequence[str]
    labels: Labels

    def facts(self) -> dict[str, int]:
        spam = int(self.labels.sum())
        return {"ham": len(self.labels) - spam, "spam": spam, "characters": sum(map(len, self.emails))}


@dataclass(frozen=True, eq=False, repr=False)
class Reviews(Dataset):
    """Texts split for training and testing; y is (n,) int64, 1 = positive."""

    X_train: tuple[str, ...]
    y_train: Labels
    X_test: tuple[str, ...]
    y_test: Labels

    def facts(self) -> dict[str, int]:
        return {
            "train": len(self.X_train),
            "test": len(self.X_test),
            "train_positive": int(self.y_train.sum()),
            "test_positive": int(self.y_test.sum()),
            "distinct": len({*self.X_train, *self.X_test}),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Text(Dataset):
    """One long text."""

    text: str

    def facts(self) -> dict[str, int]:
        return {"characters": len(self.text), "distinct": len(set(self.text))}


@dataclass(frozen=True, eq=False, repr=False)
class Pairs(Dataset):
    """Sentences in two languages: (English, Spanish) tuples."""

    pairs: tuple[tuple[str, str], ...]

    def facts(self) -> dict[str, int]:
        return {"pairs": len(self.pairs)}


@dataclass(frozen=True, eq=False, repr=False)
class Chorales(Dataset):
    """Pieces in four voices: tuples of (steps, 4) int64 MIDI pitches, 0 = silence."""

    train: tuple[Labels, ...]
    valid: tuple[Labels, ...]
    test: tuple[Labels, ...]

    def facts(self) -> dict[str, int]:
        splits = {"train": self.train, "valid": self.valid, "test": self.test}
        steps = sum(len(piece) for pieces in splits.values() for piece in pieces)
        return {**{name: len(pieces) for name, pieces in splits.items()}, "steps": steps}


@dataclass(frozen=True, eq=False, repr=False)
class Sketches(Dataset):
    """Line drawings.

    Attributes
    ----------
    drawings : each a tuple of strokes in the order they were drawn; a stroke is (points, 2) uint8, x and y.
    labels : (n,) int64, an index into `class_names`.
    """

    drawings: tuple[tuple[Bytes, ...], ...]
    labels: Labels
    class_names: tuple[str, ...]

    def facts(self) -> dict[str, int]:
        return {"drawings": len(self.drawings), "classes": len(np.unique(self.labels))}


@dataclass(frozen=True, eq=False, repr=False)
class Recordings(Dataset):
    """Recordings of eight words each.

    Attributes
    ----------
    waves : tuple of (samples,) int16.
    labels : (n, 8) int64, 1 = yes, 0 = no, in the order spoken.
    rate : samples per second.
    """

    waves: tuple[NDArray[np.int16], ...]
    labels: Labels
    rate: int

    def facts(self) -> dict[str, int]:
        return {
            "waves": len(self.waves),
            "yes": int(self.labels.sum()),
            "no": int((1 - self.labels).sum()),
            "samples": sum(map(len, self.waves)),
        }


@dataclass(frozen=True, eq=False, repr=False)
class SmallModel(Dataset):
    """A small model of a large one's class, trained for the course; ``from_pretrained(model.folder)`` loads it.

    Attributes
    ----------
    folder : holds config.json, model.safetensors and whatever else belongs to it (tokenizer.json, say).
    """

    folder: Path

    def facts(self) -> dict[str, int]:
        """Count its numbers by the header of the file: eight bytes of its length, then JSON (safetensors' format)."""
        with (self.folder / "model.safetensors").open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        tensors = [about for name, about in header.items() if name != "__metadata__"]
        return {"parameters": sum(math.prod(tensor["shape"]) for tensor in tensors)}


def freeze(array: NDArray[Any]) -> NDArray[Any]:
    """Make `array` read-only, since every ``load`` hands out the same one, and return it."""
    array.setflags(write=False)
    return array
