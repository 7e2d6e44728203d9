"""``load`` and its companions: what the notebooks, the graders and the command line use."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args, overload

import requests

from course.datasets import shapes
from course.datasets.archive import Archive
from course.datasets.loaders import LOADERS
from course.datasets.places import Copy, Places, download, find, verify
from course.datasets.registry import RegisteredSet, info, names
from course.datasets.shapes import Dataset, Head, Origin
from course.errors import DataError

Request = Literal["auto", "real", "stand-in"]
Where = Literal["cached", "mirror", "course", "damaged", "missing"]


_HIDDEN = "hidden checks ask about its rows, and a notebook that is graded does not see them"


class StandInWarning(UserWarning):
    """A stand-in is used in place of the real data: figures made with it are not the book's."""


@overload
def load(name: Literal["mnist", "fashion_mnist", "cifar10"], *, source: Request = ...) -> shapes.Images: ...
@overload
def load(name: Literal["hymenoptera", "flowers"], *, source: Request = ...) -> shapes.Photos: ...
@overload
def load(name: Literal["penn_fudan"], *, source: Request = ...) -> shapes.Scenes: ...
@overload
def load(name: Literal["olivetti_faces"], *, source: Request = ...) -> shapes.Faces: ...
@overload
def load(name: Literal["covtype"], *, source: Request = ...) -> shapes.Arrays: ...
@overload
def load(name: Literal["titanic"], *, source: Request = ...) -> shapes.SplitTables: ...
@overload
def load(
    name: Literal["california_housing", "cta_ridership", "lifesat", "bike_sharing", "cardekho", "wiki_movie_plots"],
    *,
    source: Request = ...,
) -> shapes.Tables: ...
@overload
def load(name: Literal["spamassassin"], *, source: Request = ...) -> shapes.Mails: ...
@overload
def load(name: Literal["imdb"], *, source: Request = ...) -> shapes.Reviews: ...
@overload
def load(name: Literal["tiny_shakespeare"], *, source: Request = ...) -> shapes.Text: ...
@overload
def load(name: Literal["spa_eng"], *, source: Request = ...) -> shapes.Pairs: ...
@overload
def load(name: Literal["jsb_chorales"], *, source: Request = ...) -> shapes.Chorales: ...
@overload
def load(name: Literal["quickdraw"], *, source: Request = ...) -> shapes.Sketches: ...
@overload
def load(name: Literal["yesno_speech"], *, source: Request = ...) -> shapes.Recordings: ...
@overload
def load(
    name: Literal["small_bert", "small_gpt", "small_sentences", "small_vit", "small_clip"], *, source: Request = ...
) -> shapes.SmallModel: ...
@overload
def load(name: str, *, source: Request = ...) -> Dataset: ...


def load(name: str, *, source: Request = "auto") -> Dataset:
    """Return a data set.

    The real files are looked for in the cache, then in the mirror (``COURSE_DATA_MIRROR``), then downloaded
    (unless ``COURSE_DATA_OFFLINE=1``). Where there are none, ``"auto"`` gives a small stand-in of the same
    shape, with a `StandInWarning`; its `label` says so wherever it is shown. A small model comes with the course:
    there is no stand-in of it, and none is needed.

    Parameters
    ----------
    name : one of ``names()``.
    source : ``"auto"``, ``"real"`` (a DataError rather than a stand-in), or ``"stand-in"``.

    Returns
    -------
    A frozen data set; ``shapes`` describes what each holds. Arrays are read-only, frames are copies. Loading
    again is cheap.

    Raises
    ------
    DataError : unknown name or source, a file that is truncated or altered, or (``"real"``) no files.

    Examples
    --------
    >>> digits = load("mnist", source="stand-in")
    >>> digits.X_train.shape[1], digits.source
    (784, 'stand-in')
    """
    entry = info(name)
    if source not in get_args(Request):
        raise DataError(f"load({name!r}, source={source!r}): source is one of {', '.join(get_args(Request))}.")
    if source == "stand-in" and not entry.recipe:
        return _stand_in(name)
    places = Places.from_environ()
    if places.hides(name) and not entry.recipe:
        return _no_files(name, source, _HIDDEN, places)
    copy = find(name, entry, places)
    if copy is None and entry.recipe:
        raise DataError(f"{entry.title} is missing from the course: install it again.")
    if copy is None:
        copy, trouble = _obtain(name, places)
        if copy is None:
            return _no_files(name, source, trouble, places)
    return _parse(name, verify(copy), copy.stamp)


def _obtain(name: str, places: Places) -> tuple[Copy | None, str]:
    if places.offline:
        return None, "COURSE_DATA_OFFLINE=1"
    if trouble := _download_trouble(name, places):
        return None, trouble
    copy = find(name, info(name), places)
    return copy and replace(copy, origin="upstream"), "its files went away again"


@functools.cache  # a network that did not answer is not asked again by this process, only by fetch()
def _download_trouble(name: str, places: Places) -> str:
    """Download; return why it could not be done, empty when it could."""
    entry = info(name)
    if not all(file.urls for file in entry.upstream.files):
        return f"its files have to be downloaded by hand from {entry.page}"
    try:
        download(name, entry, places, progress=True)
    except requests.RequestException as error:
        return _explain(entry, error)
    return ""


def _explain(entry: RegisteredSet, error: requests.RequestException) -> str:
    address = getattr(error.request, "url", None) or entry.page
    answer = getattr(error.response, "status_code", None)
    return f"{address} {f'answers {answer}' if answer else 'does not answer'}"


def _no_files(name: str, source: Request, trouble: str, places: Places) -> Dataset:
    if source == "real":
        title = info(name).title
        if places.hides(name):
            raise DataError(f"{title} is not to be had here, because {trouble}: use load({name!r}), here a stand-in.")
        raise DataError(f"{title} is not on this machine and can't be downloaded ({trouble}): {_how_to_get(name)}.")
    _warn(name, trouble, places)
    return _stand_in(name)


@functools.cache  # Python's own "once" forgets whenever a library changes the filters
def _warn(name: str, trouble: str, places: Places) -> None:
    """Say on one line, once per process and place, that a stand-in is used."""
    remedy = "no points depend on it" if places.hides(name) else _how_to_get(name)
    text = f"{name} is a stand-in ({info(name).stand_in}), because {trouble}; {remedy}."
    warnings.warn_explicit(text, StandInWarning, "course.datasets", 1)


def _how_to_get(name: str) -> str:
    return (
        f"for the real data run `course data {name}` with a network, or set COURSE_DATA_MIRROR to a folder "
        f"that holds it ({info(name).page})"
    )


@functools.lru_cache(maxsize=8)  # `stamp` is part of the key: a file that was written again is parsed again
def _parse(name: str, copy: Copy, stamp: tuple[tuple[int, int], ...]) -> Dataset:
    entry = info(name)
    head = Head(name, entry.title, "real", copy.origin, entry.licence, copy.edition.part)
    folder = copy.files[0].parent
    try:
        dataset = shapes.SmallModel(head, folder) if entry.recipe else LOADERS[name](head, Archive(copy.files))
        found = dataset.facts()
    except (ValueError, KeyError, TypeError, IndexError, OSError) as error:
        raise DataError(
            f"The files of {entry.title} in {folder} don't hold what they should ({error!r}): {_remedy(copy.origin)}."
        ) from error
    for fact, wanted in copy.edition.facts.items():
        if found.get(fact) != wanted:
            raise DataError(
                f"{entry.title} in {folder}: {fact} wanted {wanted}, found {found.get(fact)}: {_remedy(copy.origin)}."
            )
    return dataset


def _remedy(origin: Origin) -> str:
    remedies = {"mirror": "restore the mirror's files", "course": "install the course again"}
    return remedies.get(origin, "delete that folder and fetch it again")


@functools.lru_cache(maxsize=8)
def _stand_in(name: str) -> Dataset:
    entry = info(name)
    from course.datasets.standins import STAND_INS  # scikit-learn comes with it: seconds that real data need not cost

    return STAND_INS[name](Head(name, entry.title, "stand-in", "generated", "generated, free to use", entry.stand_in))


def fetch(name: str, progress: bool = True) -> list[Path]:
    """Make the real files of a data set available; return where they are.

    Files in the cache or in the mirror are verified and left where they are; others are downloaded into the
    cache, with a progress bar unless `progress` is False.

    Raises
    ------
    DataError : unknown name, a truncated or altered file, no network, or a cache that can't be written.
    """
    entry, places = info(name), Places.from_environ()
    copy = find(name, entry, places)
    if copy is None and places.offline:
        raise DataError(f"{name} is not on this machine, and COURSE_DATA_OFFLINE=1: unset it to download.")
    try:
        copy = copy or download(name, entry, places, progress)
    except requests.RequestException as error:
        raise DataError(
            f"{name} can't be downloaded: {_explain(entry, error)}. Try again with a network; what has arrived "
            "so far is kept."
        ) from error
    _parse(name, verify(copy), copy.stamp)
    return list(copy.files)


@dataclass(frozen=True)
class DataStatus:
    """One row of ``course data``.

    Attributes
    ----------
    where : ``"cached"``, ``"mirror"``, ``"course"`` (it comes with it), ``"damaged"`` (a file has the wrong size) or
        ``"missing"``.
    bytes : what it takes on disk, or what a download would take; None when the owner does not say.
    """

    name: str
    title: str
    where: Where
    bytes: int | None
    licence: str
    tests_only: bool
    chapters: tuple[int, ...]


def status() -> list[DataStatus]:
    """Return a row per data set, in the registry's order; sizes are compared, checksums are not."""
    places = Places.from_environ()
    return [_status(name, info(name), places) for name in names()]


_WHERE: Mapping[Origin, Where] = {"mirror": "mirror", "course": "course"}


def _status(name: str, entry: RegisteredSet, places: Places) -> DataStatus:
    where: Where = "missing"
    copy = find(name, entry, places)
    sizes = [file.bytes for file in entry.upstream.files]
    if copy:
        found = [size for _, size in copy.stamp]
        wanted = [file.bytes for file in copy.edition.files]
        whole = all(want in (None, size) for want, size in zip(wanted, found, strict=True))
        where = _WHERE.get(copy.origin, "cached") if whole else "damaged"
        sizes = list(found)
    total = None if None in sizes else sum(size or 0 for size in sizes)
    return DataStatus(name, entry.title, where, total, entry.licence, entry.tests_only, entry.chapters)
