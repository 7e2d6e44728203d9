"""The full-size run: a chapter's headline figures on all the data, beside the book's."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from autograder.testing.chapter import load_headlines
from autograder.testing.data_source import data_source


class HeadlineRow(BaseModel):
    """One figure.

    Attributes
    ----------
    book : the book's figure, as text; empty when it has none.
    ours : measured now.
    data : the data set, and whether it was real or a stand-in; ``none`` where the figure needs none.
    holds : whether ours is what the exercise promises.
    """

    model_config = ConfigDict(frozen=True)

    exercise: str
    figure: str
    book: str
    ours: float
    size: str
    data: str
    holds: bool


def headline_rows(chapter: str, exercises: frozenset[str] = frozenset()) -> Iterator[HeadlineRow]:
    """Measure and yield a chapter's headline figures, one after the other; all exercises when none is named."""
    for headline in load_headlines(chapter):
        if exercises and headline.exercise not in exercises:
            continue
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
        )
