"""What the exchange says of where somebody is with an assignment, asked from beside a notebook that must not wait.

Plain values, and no pydantic: this runs in a student's kernel, at a cell that is run a hundred times.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import requests

from course.exchange.session import hub_session
from course.notebook_cells import code_cells

Mark = Literal["good", "bad", "open"]
MARKS: Mapping[str, Mark] = {"full marks": "good", "partial marks": "bad", "no marks": "bad"}
SECONDS = 1.0  # that a reader waits for the hub, once
QUIET = 60.0  # seconds for which a hub that did not answer, or had nothing to say, is not asked
_FRESH = 5.0  # seconds for which an answer holds: all cells of a notebook may be run at once
_TIMEOUT = (5.0, 10.0)  # of the thread that asks, to connect and to wait for bytes
_LARGEST = 20 * 2**20  # bytes of a notebook that is looked at


@dataclass(frozen=True)
class Told:
    """What the verdict on a hand-in says of one exercise; see `course.exchange.verdict.ExerciseVerdict`.

    Attributes
    ----------
    points : ``1 of 2 points``; empty where they are not told.
    mark : ``good`` for full marks, ``bad`` where a promise is not kept, else ``open``.
    """

    word: str
    points: str
    mark: Mark
    sentence: str
    change: str


@dataclass(frozen=True)
class Standing:
    """Where somebody is with an assignment.

    Attributes
    ----------
    when : the time of the last hand-in that is judged, or where none is, of the last; empty where nothing is handed in.
    told : of that hand-in, what was found, by exercise; None where it is not judged.
    sentences : on the whole of it.
    newer : the state of a newer hand-in, or of the only one: ``third in line to be judged``; empty where it is judged.
    returned : whether there is a teacher's feedback on it, which may say more.
    cells : its code cells; None where they are not known.
    tries : how many are left; empty where that can't be told.
    why_not : why nothing can be handed in now; empty where it can.
    """

    assignment: str
    when: str = ""
    told: Mapping[str, Told] | None = None
    sentences: tuple[str, ...] = ()
    newer: str = ""
    returned: bool = False
    cells: frozenset[str] | None = None
    tries: str = ""
    why_not: str = ""


@dataclass
class _Question:
    """One that is being asked, or was."""

    waited: bool = False
    at: float = 0.0
    standing: Standing | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Watch:
    """Asks the exchange in the background, and remembers what it said.

    Nothing here raises: whatever goes wrong, there is nothing to say.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: dict[tuple[str, ...], _Question] = {}
        self._cells: tuple[str, frozenset[str] | None] = ("", None)
        self._quiet_until = 0.0

    def ask(self, url: str, token: str, assignment: str, folder: str) -> Callable[[], Standing | None]:
        """Ask, and return what waits for the answer: at most a second, and no more once it did in vain.

        Parameters
        ----------
        url : of the exchange.
        assignment, folder : the names of the folder that the notebook is in, and of the one around it: where somebody
            is in several courses, it may have the course's name.
        """
        key = (url, token, assignment, folder)
        found = self._asked.get(key)
        if found is None or (found.done.is_set() and self._is_old(found)):
            if self._clock() < self._quiet_until:
                return lambda: None
            found = self._asked[key] = _Question()
            try:
                threading.Thread(target=self._answer, args=(found, *key), daemon=True, name="course-standing").start()
            except RuntimeError:  # there may be no more threads
                self._ended(found, failed=True)
        question = found
        return lambda: self._wait(question)

    def _is_old(self, question: _Question) -> bool:
        return self._clock() - question.at >= (_FRESH if question.standing else QUIET)

    def _wait(self, question: _Question) -> Standing | None:
        came = question.done.wait(0 if question.waited else SECONDS)
        question.waited = True
        if not came and question.standing is None:
            self._quiet_until = self._clock() + QUIET
        return question.standing

    def _answer(self, question: _Question, url: str, token: str, assignment: str, folder: str) -> None:
        try:
            with hub_session(url, token) as session:
                row = _get(session, f"{url}/standing", {"assignment": assignment, "folder": folder}).json()
                if row:
                    question.standing = found = _read(row)  # the notebook may be large, and come too late
                    question.standing = replace(found, cells=self._handed_in(session, url, row["notebook"]))
        except Exception:  # no answer, or none of ours: nobody who runs a cell can mend that
            self._ended(question, failed=True)
        else:
            self._ended(question, failed=False)

    def _ended(self, question: _Question, failed: bool) -> None:
        question.at = self._clock()
        self._quiet_until = question.at + QUIET if failed else 0.0
        question.done.set()

    def _handed_in(
        self, session: requests.Session, url: str, notebook: Mapping[str, Any] | None
    ) -> frozenset[str] | None:
        """The code cells of a hand-in's notebook, which is fetched once."""
        if not notebook or int(notebook["size"]) > _LARGEST:
            return None
        hand_in = str(notebook["of"])
        known, cells = self._cells
        if known != hand_in:
            place = f"{url}/bundles/{hand_in}/chunks"
            blocks = [_get(session, f"{place}/{digest}").content for digest in notebook["chunks"]]
            cells = None
            with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):  # it is no notebook
                cells = code_cells(b"".join(blocks))
            self._cells = (hand_in, cells)
        return cells


def _get(session: requests.Session, url: str, query: Mapping[str, str] | None = None) -> requests.Response:
    reply = session.get(url, params=query, timeout=_TIMEOUT, allow_redirects=False)
    if reply.status_code != 200:
        raise ValueError(f"{url} answers {reply.status_code}")
    return reply


def _read(row: Mapping[str, Any]) -> Standing:
    """Validate what came over the wire."""
    told = row["told"]
    return Standing(
        assignment=str(row["assignment"]),
        when=str(row["when"]),
        told=None if told is None else {str(one["exercise"]): _told(one) for one in told},
        sentences=tuple(map(str, row["sentences"])),
        newer=str(row["newer"]),
        returned=row["returned"] is True,
        tries=str(row["tries"]),
        why_not=str(row["why_not"]),
    )


def _told(row: Mapping[str, Any]) -> Told:
    score, most = row["score"], float(row["max_score"])
    return Told(
        word=str(row["word"]),
        points="" if score is None else f"{float(score):g} of {most:g} point{'s' * (most != 1)}",
        mark=MARKS.get(str(row["word"]), "open"),
        sentence=str(row["sentence"]),
        change=str(row["change"]),
    )
