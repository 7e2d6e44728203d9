"""The full-size run: a chapter's headline figures on all the data, beside the book's."""

from __future__ import annotations

import multiprocessing
import os
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from pydantic import BaseModel, ConfigDict

from autograder.testing.chapter import load_headlines
from autograder.testing.data_source import data_source
from course.devices import VARIABLE, device
from course.project import Project


class HeadlineRow(BaseModel):
    """One figure.

    Attributes
    ----------
    book : the book's figure, as text; empty when it has none.
    ours : measured now.
    data : the data set, and whether it was real or a stand-in; ``none`` where the figure needs none.
    holds : whether ours is what the exercise promises.
    device, seconds : where it was computed, and how long that took, its data's loading included.
    cpu_seconds : the same on the CPU; None where that was not asked for.
    """

    model_config = ConfigDict(frozen=True)

    exercise: str
    figure: str
    book: str
    ours: float
    size: str
    data: str
    holds: bool
    device: str = "cpu"
    seconds: float = 0.0
    cpu_seconds: float | None = None


def headline_rows(chapter: str, exercises: frozenset[str] = frozenset()) -> Iterator[HeadlineRow]:
    """Measure and yield a chapter's headline figures, one after the other; all exercises when none is named."""
    for headline in load_headlines(chapter):
        if exercises and headline.exercise not in exercises:
            continue
        start = time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ours, size = headline.function()
        yield HeadlineRow(
            exercise=headline.exercise,
            figure=headline.figure,
            book=headline.book,
            ours=float(ours),
            size=size,
            data=f"{headline.data} ({data_source(headline.data)})" if headline.data else "none",
            holds=headline.holds(ours),
            device=str(device()),
            seconds=round(time.monotonic() - start, 2),
        )


def headline_rows_beside_cpu(chapter: str, exercises: frozenset[str], where: str) -> list[HeadlineRow]:
    """Return a chapter's headline figures from the device `where`, with the seconds that the CPU takes for them.

    Each device has a process of its own, since what a chapter keeps in memory would be quick the second time.

    Raises
    ------
    SetupError : this machine has no such device.
    """
    rows = {}
    for name in (where, "cpu"):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _take_device, (name,)) as pool:
            rows[name] = pool.submit(_listed, chapter, exercises).result()
    return [
        row.model_copy(update={"cpu_seconds": cpu.seconds}) for row, cpu in zip(rows[where], rows["cpu"], strict=True)
    ]


def _take_device(name: str) -> None:
    os.environ[VARIABLE] = name


def _listed(chapter: str, exercises: frozenset[str]) -> list[HeadlineRow]:
    Project.find().activate()
    device()  # one that is not there is told before anything is measured
    return list(headline_rows(chapter, exercises))
