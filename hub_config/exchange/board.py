"""What the start page says: for one person, each assignment of a course, and what can be done with it now.

Nothing here knows HTTP. A student's board holds what is theirs alone, a grader's no student's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from course.exchange.plan import Plan
from course.exchange.policy import seconds_late, spoken
from course.exchange.verdict import FILE, LARGEST, Verdict
from course.time_zone import shown
from hub_config.exchange import words
from hub_config.exchange.callers import Caller, Refused, Unknown
from hub_config.exchange.records import Bundle, Kind, Slip
from hub_config.exchange.rules import Exchange

_PAGES: tuple[Kind, ...] = ("feedback", "instant", "delay")  # what a student is to read of a hand-in, the best first
_LISTED = 20  # hand-ins
_KEPT = 5000  # verdicts
_LONGER = "judging takes longer, through a fault of the grading machine: your work is safe, and there is nothing to do"
_JUDGED = {"feedback": ("returned", "returned"), "instant": ("judged", "judged"), "delay": (_LONGER, "trouble")}
_UNBEGUN = {False: ("not opened yet", "new"), True: ("opened, not handed in yet", "begun")}


@dataclass(frozen=True)
class HandIn:
    """One that was made: when, and in what state it is; `page`: whether there is feedback to read."""

    id: str
    when: str
    state: str
    mood: str
    points: str
    page: bool


@dataclass(frozen=True)
class Row:
    """One assignment.

    Attributes
    ----------
    due, left : the deadline, as a date and in words; empty where there is none.
    late : whether it is over.
    until : until when one may hand in late and what that costs, while that lies ahead; empty where nobody says so.
    state : where one is with it; `mood` is that in a word: ``new``, ``begun``, ``done``, ``waiting``, ``trouble``,
        ``judged``, ``returned``, and for graders ``class``.
    tries : how many are left.
    why_not : why nothing can be handed in now; empty where it can.
    remark : on the lateness of what was handed in.
    made : hand-ins, the newest first.
    """

    name: str
    title: str
    due: str
    left: str
    late: bool
    state: str
    mood: str
    until: str = ""
    points: str = ""
    tries: str = ""
    why_not: str = ""
    remark: str = ""
    made: tuple[HandIn, ...] = ()

    @property
    def read(self) -> HandIn | None:
        """The newest hand-in that there is feedback on."""
        return next((one for one in self.made if one.page), None)


@dataclass(frozen=True)
class Board:
    """One course, as one person has it.

    Attributes
    ----------
    grading : the address of the course's server for a grader; None for a student, empty where it is one's own.
    rule : which hand-in counts.
    """

    course: str
    title: str
    rows: tuple[Row, ...]
    grading: str | None
    rule: str

    @property
    def soon(self) -> bool:
        """Whether something is about to change."""
        return any(row.mood == "waiting" for row in self.rows)


@dataclass(frozen=True)
class Stand:
    """Where one person is with one assignment, for the card of the visible test (`course.exchange.standing`).

    Attributes
    ----------
    made, about : the last hand-in that has been judged, or else the last; as it was sent, and as it is shown.
    judged : its verdict.
    """

    row: Row
    made: Bundle | None
    about: HandIn | None
    judged: Verdict | None


@dataclass(frozen=True)
class _Mine:
    """What the exchange has of one student of a course.

    Attributes
    ----------
    pages : of each hand-in, what there is to read, by kind.
    line : everybody's hand-ins that wait to be judged, in their order.
    fetched : assignments.
    now : UTC, without saying so.
    """

    caller: Caller
    course: str
    plan: Plan
    pages: Mapping[str, Mapping[Kind, Bundle]]
    line: Sequence[Slip]
    fetched: set[str]
    now: datetime


class Boards:
    """Makes them of what the exchange knows; may be used by several threads."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._verdicts: dict[str, Verdict | None] = {}

    def of(self, caller: Caller, course: str) -> Board:
        """Return a person's board of a course of theirs.

        Raises
        ------
        Unknown : they are not in the course.
        """
        plan, grader = self._exchange.plan(caller, course), caller.grades(course)
        names = sorted(one.assignment for one in self._exchange.all(caller, "release", course))
        names.sort(key=lambda name: plan.of(name).due or datetime.max.replace(tzinfo=UTC))
        rows = self._class(plan, course, names) if grader else self._mine(plan, caller, course, names)
        rule = "Of several hand-ins the best counts." if plan.grade.counts == "best" else "Your last hand-in counts."
        return Board(
            course, plan.title or course, tuple(rows), plan.grading if grader else None, "" if grader else rule
        )

    def page_of(self, caller: Caller, hand_in: str) -> Bundle:
        """Return the feedback on a hand-in that the caller may see.

        Raises
        ------
        Unknown : there is no such hand-in, or no feedback on it.
        """
        made = self._exchange.find(caller, hand_in)
        for kind in _PAGES if made.kind == "submission" else ():
            found = self._exchange.all(caller, kind, made.course, made.assignment, of=made.id)
            if found:
                return found[-1]
        raise Unknown("There is no feedback on it yet.")

    def stand(self, caller: Caller, assignment: str, folder: str = "") -> Stand | None:
        """Return where a person is with an assignment that is judged at once; None where they are not in such a course.

        Nobody's hand-ins but their own are looked at, whoever they are.

        Parameters
        ----------
        folder : which of their courses it is, where it is the name of one; else the one they have handed in to last.
        """
        found: list[tuple[int, Stand]] = []
        for course in (folder,) if folder in caller.courses else caller.courses:
            if course not in self._exchange.tries or not self._exchange.records.released(course, assignment):
                continue
            mine, made = self._records(self._exchange.plan(caller, course), caller, course, assignment)
            if not made and caller.grades(course):
                continue  # who looks at somebody else's work, perhaps
            of = {one.id: self._verdict(mine, mine.pages.get(one.id, {}).get("instant")) for one in made}
            judged = [one for one in made if (given := of[one.id]) is not None and given.complete]
            last = (judged or made)[-1] if made else None
            about, verdict = (self._hand_in(mine, last), of[last.id] if judged else None) if last else (None, None)
            found.append((last.created if last else 0, Stand(self._row(mine, assignment, made), last, about, verdict)))
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def _mine(self, plan: Plan, caller: Caller, course: str, names: Iterable[str]) -> list[Row]:
        mine, all_made = self._records(plan, caller, course)
        made: dict[str, list[Bundle]] = {}
        for one in all_made:
            made.setdefault(one.assignment, []).append(one)
        return [self._row(mine, name, made.get(name, [])) for name in names]

    def _records(self, plan: Plan, caller: Caller, course: str, assignment: str = "") -> tuple[_Mine, list[Bundle]]:
        """What the exchange has of one person (for one assignment), and their hand-ins, the oldest first."""
        where = (caller, course, assignment)
        pages: dict[str, dict[Kind, Bundle]] = {}
        for kind in _PAGES:
            for one in self._own(kind, *where):
                pages.setdefault(one.of, {})[kind] = one
        line = self._exchange.line(course) if plan.feedback.instant else ()
        fetched = self._exchange.records.fetched(course, caller.name)
        return _Mine(caller, course, plan, pages, line, fetched, self._now), self._own("submission", *where)

    def _own(self, kind: Kind, caller: Caller, course: str, assignment: str) -> list[Bundle]:
        return self._exchange.all(caller, kind, course, assignment, student=caller.name)

    def _row(self, mine: _Mine, name: str, made: Sequence[Bundle]) -> Row:
        me, plan, planned = mine.caller.name, mine.plan, mine.plan.of(name)
        due, opened = planned.due_for(me), bool(made) or name in mine.fetched
        late, closes = seconds_late(mine.now, due), self._exchange.closes(me, mine.course, name)
        in_time = any(not plan.grade.is_late(seconds_late(one.time, due) or 0.0) for one in made)
        listed = tuple(self._hand_in(mine, one) for one in reversed(made[-_LISTED:]))
        state, mood = _UNBEGUN[opened]
        if listed:
            state, mood = listed[0].state, listed[0].mood
        tries, wait = (tell(me, mine.course, name) for tell in (self._exchange.tries_left, self._exchange.next_try))
        over = words.over(plan, closes, mine.now) or words.too_late(plan.grade, late, in_time)
        return Row(
            name=name,
            title=planned.title or name,
            due=shown(due, plan.zone) if due else "",
            left=words.left(plan, due, mine.now, in_time, closes),
            late=late is not None and late > 0,
            until=words.until(plan, due, closes, mine.now),
            state=state,
            mood=mood,
            points=self._points(mine, made),
            tries="" if tries is None or not opened or over else words.tries(tries),
            why_not=over or words.not_yet(wait or 0, opened),
            remark="" if in_time or not made else words.lateness(plan, due, made[-1].time.replace(tzinfo=None)),
            made=listed,
        )

    def _hand_in(self, mine: _Mine, one: Bundle) -> HandIn:
        pages = mine.pages.get(one.id, {})
        page = next((pages[kind] for kind in _PAGES if kind in pages), None)
        number = next((number for number, slip in enumerate(mine.line, 1) if slip.id == one.id), None)
        if page is not None:
            state, mood = _JUDGED[page.kind]
        elif number is not None:
            state, mood = words.place(number, mine.plan.feedback.workers), "waiting"
        else:
            state, mood = "handed in", "done"
        return HandIn(
            id=one.id,
            when=shown(one.time.replace(tzinfo=None), mine.plan.zone),
            state=state,
            mood=mood,
            points=_counted(self._verdict(mine, pages.get("instant"))),
            page=page is not None and any(entry.path.endswith(".html") for entry in page.manifest.files),
        )

    def _points(self, mine: _Mine, made: Sequence[Bundle]) -> str:
        """The points so far: of the last hand-in of which they are known, or where the best one counts, of that."""
        given = [self._verdict(mine, mine.pages.get(one.id, {}).get("instant")) for one in made]
        known = [one for one in given if one is not None and one.score is not None]
        if not known:
            return ""
        best = mine.plan.grade.counts == "best"
        return f"{_counted(max(known, key=lambda one: one.score or 0.0) if best else known[-1])} so far"

    def _verdict(self, mine: _Mine, page: Bundle | None) -> Verdict | None:
        """What was given at once; None where there is nothing that can be read."""
        if page is None:
            return None
        if page.id not in self._verdicts:
            if len(self._verdicts) >= _KEPT:
                self._verdicts.clear()
            self._verdicts[page.id] = self._read(mine.caller, page)
        return self._verdicts[page.id]

    def _read(self, caller: Caller, page: Bundle) -> Verdict | None:
        entry = next((one for one in page.manifest.files if one.path == FILE and one.size <= LARGEST), None)
        if entry is None:
            return None
        try:
            found = Verdict.model_validate_json(
                b"".join(self._exchange.chunk(caller, page.id, digest) for digest in entry.chunks)
            )
        except (Refused, ValidationError):
            return None
        return found if found.submission == page.of else None

    def _class(self, plan: Plan, course: str, names: Iterable[str]) -> list[Row]:
        """A grader's rows: how many have handed in, and how many wait to be judged."""
        counts = self._exchange.records.handed_in(course)
        line = self._exchange.line(course) if plan.feedback.instant else ()
        rows = []
        for name in names:
            planned = plan.of(name)
            due, closes = planned.due_for(""), self._exchange.closes("", course, name)
            late, waits = seconds_late(self._now, due), sum(slip.assignment == name for slip in line)
            said = f"{counts.get(name, 0)} handed in" + (f", {waits} waiting to be judged" if waits else "")
            more = len(planned.extended)
            row = Row(
                name=name,
                title=planned.title or name,
                due=shown(due, plan.zone) if due else "",
                left="" if late is None else words.ahead(-late) if late < 0 else f"{spoken(late)} ago",
                late=late is not None and late > 0,
                until=words.until(plan, due, closes, self._now) or words.over(plan, closes, self._now),
                state=said,
                mood="class",
                remark=f"{more} {'students have' if more > 1 else 'student has'} more time." if more else "",
            )
            rows.append(row)
        return rows

    @property
    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._exchange.clock(), UTC).replace(tzinfo=None)


def _counted(verdict: Verdict | None) -> str:
    if verdict is None or verdict.score is None:
        return ""
    return f"{verdict.score:g} of {verdict.max_score:g} points"
