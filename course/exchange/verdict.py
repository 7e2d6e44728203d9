"""What a student reads at once: a verdict per exercise, as it travels from the grading machine to a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from course.errors import OperatorError
from course.exchange.client import ExchangeClient, Received

FILE = "verdict.json"  # in a bundle of kind `instant` or `delay`, beside the page
LARGEST = 2**20  # bytes
_PAUSE = 1.0  # seconds between two questions

_Text = Annotated[str, Field(max_length=4000)]


class ExerciseVerdict(BaseModel):
    """One exercise.

    Attributes
    ----------
    word : how it went: ``full marks``, ``not begun``, …
    score : None where it is not known yet, or not to be shown.
    sentence : what went wrong first (an error and its line), else the promise that is not kept, or what there is to say
        instead.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    exercise: _Text
    title: _Text
    word: _Text
    symbol: Annotated[str, Field(max_length=4)] = ""
    score: Annotated[float, Field(allow_inf_nan=False)] | None = None
    max_score: Annotated[float, Field(allow_inf_nan=False)]
    sentence: _Text = ""


class Verdict(BaseModel):
    """One hand-in.

    Attributes
    ----------
    submission : the exchange's id of it.
    complete : False while the grading machine owes something; it goes on by itself.
    score : the points of what is graded automatically; None while it is not known, or not to be shown.
    sentences : on the whole of it: that it is late, that something ran too long.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    submission: _Text
    chapter: _Text
    complete: bool
    score: Annotated[float, Field(allow_inf_nan=False)] | None = None
    max_score: Annotated[float, Field(allow_inf_nan=False)] = 0.0
    sentences: Annotated[tuple[_Text, ...], Field(max_length=100)] = ()
    exercises: Annotated[tuple[ExerciseVerdict, ...], Field(max_length=500)] = ()


def read_verdict(client: ExchangeClient, bundle: Received) -> Verdict:
    """Return the verdict that a grader has put into `bundle`.

    Raises
    ------
    OperatorError : there is none in it, or it is not about the submission that it was given for.
    """
    try:
        found = Verdict.model_validate_json(client.read(bundle, FILE, LARGEST))
    except ValidationError as error:
        raise OperatorError(
            f"What the exchange has of {bundle.of} is no verdict: {error.errors()[0]['msg']}."
        ) from error
    if found.submission != bundle.of:
        raise OperatorError(f"The exchange gives the verdict on another hand-in for {bundle.of}.")
    return found


def await_verdict(
    client: ExchangeClient,
    receipt: Received,
    seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Verdict | None:
    """Return the verdict on a hand-in as soon as there is one, or None after so many seconds.

    Parameters
    ----------
    clock, sleep : of this machine; tests have their own.
    """
    until = clock() + seconds
    while True:
        if found := client.instant(receipt.course, receipt.assignment, of=receipt.id):
            return read_verdict(client, found[-1])
        left = until - clock()
        if left <= 0:
            return None
        sleep(min(_PAUSE, left))
