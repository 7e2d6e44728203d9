"""A regrade request as it travels: what a student asks to be looked at again, and the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

LONGEST = 600  # characters of a question, and of an answer


def _one_line(text: str) -> str:
    """Return `text` on one line, without what no screen shows."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if not line:
        raise ValueError("a sentence is needed")
    return line


Sentence = Annotated[str, Field(max_length=LONGEST), AfterValidator(_one_line)]
ExerciseName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]


class RegradeRequest(BaseModel):
    """One request.

    Attributes
    ----------
    of : the exchange's id of the submission that was graded.
    text : why; one line, as written by the student.
    time, answered : by the exchange's clock (UTC); None while there is no answer.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    course: str
    assignment: str
    student: str
    of: str
    exercise: str
    text: str
    time: datetime
    answer: str = ""
    answered: datetime | None = None
