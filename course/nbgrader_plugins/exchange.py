"""nbgrader's exchange by way of the hub's service: what stands behind its commands, its lists and formgrader's buttons.

Who is asking follows from the hub's token, never from the name of a user or of a folder.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from nbgrader.exchange import abc
from traitlets import Bool, Unicode
from traitlets.config import Config

from course.errors import CourseError, OperatorError
from course.exchange.client import ExchangeClient, Received
from course.exchange.policy import Candidate, GradePolicy, choose, eligible
from course.exchange.verdict import read_verdict
from course.hand_in_files import IGNORED, RESERVED
from course.nbgrader_plugins.apart import fill_in, kept_apart, short_text
from course.nbgrader_plugins.bounds import allowed, prepared, share_with_group
from course.nbgrader_plugins.deadlines import Deadlines, read_deadlines
from course.nbgrader_plugins.exchange_lists import MARK, handed_in_rows, lines, notebooks, released_rows, timestamp
from course.nbgrader_plugins.late_penalty import LatePenalty
from course.student_ids import is_student


class HubExchange(abc.Exchange):  # type: ignore[misc]  # nbgrader has no types
    """What all of them share."""

    url = Unicode("", help="Address of the exchange; COURSE_EXCHANGE_URL by default").tag(config=True)
    path_includes_course = Bool(False, help="Put assignments into a folder named after the course").tag(config=True)

    def start(self) -> Any:
        """Called by nbgrader: do what the class is for; trouble becomes an `ExchangeError` with our sentence."""
        try:
            return self.transfer(ExchangeClient.from_environ(self.url or None))
        except CourseError as error:
            self.fail(str(error))

    def transfer(self, client: ExchangeClient) -> Any:
        """Called once by `start`, with the user's own client."""
        raise NotImplementedError

    def _tell(self, troubles: Mapping[str, str], what: str) -> None:
        """Name at the end what could not be done for whom; this is an error then, though the rest is done."""
        for who, why in sorted(troubles.items()):
            self.log.error("%s: %s: %s", what, who, why)
        if troubles:
            self.fail(f"{what}: {'; '.join(f'{who}: {why}' for who, why in sorted(troubles.items()))}.")

    @property
    def course(self) -> str:
        """The course's id; nbgrader must have been told which."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        return str(self.coursedir.course_id)

    def home(self, course: str, assignment: str) -> Path:
        """Where a student's own copy of an assignment is."""
        folder = Path(self.assignment_dir).resolve()
        return folder / course / assignment if self.path_includes_course else folder / assignment


class HubList(HubExchange, abc.ExchangeList):  # type: ignore[misc]
    """Lists what is released, or what has been handed in: the rows and lines of nbgrader's own list."""

    def transfer(self, client: ExchangeClient) -> list[dict[str, Any]]:
        """Return rows as nbgrader's own list does, of the assignment and the student that were named."""
        if self.inbound and self.cached:
            self.fail("Options --inbound and --cached are incompatible.")
        if self.remove:
            self.fail("What is on the exchange is kept: nothing can be removed from here.")
        me, mine = client.whoami()
        wanted = [self.coursedir.course_id] if self.coursedir.course_id not in ("", "*") else list(mine)
        handed_in = self.inbound or self.cached
        rows: list[dict[str, Any]] = []
        for course in (one for one in wanted if one in mine):
            rows += handed_in_rows(client, course, self.home) if handed_in else released_rows(client, course, self.home)
        assignment = self.coursedir.assignment_id or "*"
        student = me if self.cached else self.coursedir.student_id or "*"
        rows = [one for one in rows if fnmatchcase(one["assignment_id"], assignment)]
        if handed_in:
            rows = [one for one in rows if fnmatchcase(one["student_id"], student)]
        for line in lines(rows, handed_in=handed_in):
            self.log.info("%s", line)
        return rows


class HubFetchAssignment(HubExchange, abc.ExchangeFetchAssignment):  # type: ignore[misc]
    """Brings a released assignment to the student's folder."""

    def transfer(self, client: ExchangeClient) -> None:
        """Write the assignment's folder; what is there already is the student's work and stays as it is."""
        course, assignment = self.course, self.coursedir.assignment_id
        release = next((one for one in client.releases(course) if one.assignment == assignment), None)
        if release is None:
            self.fail(f"{assignment} has not been released in {course}.")
            return
        home = self.home(course, assignment)
        if not home.is_dir():
            client.fetch(release, home)
        elif self.replace_missing_files:
            fill_in(client, release, home)
        else:
            self.fail(f"You already have a copy of the assignment in this directory: {home.name}")
        self.log.info("Fetched as: %s %s", course, assignment)


class HubSubmit(HubExchange, abc.ExchangeSubmit):  # type: ignore[misc]
    """Hands in the student's folder."""

    def transfer(self, client: ExchangeClient) -> Received:
        """Return the receipt; with `strict`, a missing notebook is an error."""
        course = self.course
        me, _ = client.whoami()
        if self.coursedir.student_id not in ("", "*", me):
            self.fail(
                f"The hub knows you as {me}, and that is whose work this becomes: hand in without --student "
                f"{self.coursedir.student_id}."
            )
        folder = self.home(course, Path(self.coursedir.assignment_id).name)
        assignment = folder.name
        if not folder.is_dir():
            self.fail(f"There is no folder {folder}: fetch the assignment first.")
        release = next((one for one in client.releases(course) if one.assignment == assignment), None)
        missing = [name for name in (notebooks(release) if release else ()) if not (folder / name).is_file()]
        if missing and self.strict:
            self.fail(f"Assignment {assignment} not submitted. These notebooks are missing: {', '.join(missing)}.")
        if missing:
            self.log.warning("Not in the folder, and so not handed in: %s", ", ".join(missing))
        with prepared(folder, self.coursedir, self.log, IGNORED) as chosen:
            receipt = client.submit(course, assignment, chosen)
        self.log.info("Submitted as: %s %s %s", course, assignment, timestamp(receipt))
        for left in receipt.left_out:
            self.log.warning("Not handed in, or not as it was: %s", left)
        if receipt.tries_sentence:
            self.log.info("%s", receipt.tries_sentence)
        return receipt


class HubFetchFeedback(HubExchange, abc.ExchangeFetchFeedback):  # type: ignore[misc]
    """Brings a student's own feedback beside the assignment."""

    def transfer(self, client: ExchangeClient) -> None:
        """Write ``<assignment>/feedback/<time of the hand-in>/`` for each hand-in that has feedback."""
        course, assignment = self.course, self.coursedir.assignment_id
        me, _ = client.whoami()
        submissions = {one.id: one for one in client.submissions(course, assignment) if one.student == me}
        troubles: dict[str, str] = {}
        for feedback in client.pages(course, assignment).values():
            if feedback.of in submissions:
                home = self.home(course, feedback.assignment)
                place = home / "feedback" / timestamp(submissions[feedback.of])
                with kept_apart(client, str(place), troubles):
                    client.fetch(feedback, place, replace=True)
                    (place / MARK).write_text(feedback.id, encoding="utf-8")
                    self.log.info("Fetched feedback: %s", place)
        self._tell(troubles, "Not fetched")


class HubReleaseAssignment(HubExchange, abc.ExchangeReleaseAssignment):  # type: ignore[misc]
    """Gives an assignment to the students."""

    def transfer(self, client: ExchangeClient) -> None:
        """Send the folder that ``nbgrader generate_assignment`` or ``course release`` has made."""
        assignment = self.coursedir.assignment_id
        folder = Path(self.coursedir.format_path(self.coursedir.release_directory, ".", assignment))
        if not folder.is_dir():
            self.fail(f"{folder} is not there: run `course release {assignment}` first.")
        with prepared(folder, self.coursedir, self.log) as chosen:
            client.release(self.course, assignment, chosen, force=self.force)
        self.log.info("Released as: %s %s", self.course, assignment)


class HubCollect(HubExchange, abc.ExchangeCollect):  # type: ignore[misc]
    """Brings the hand-ins that count to where they are graded; which these are says the course's `GradePolicy`."""

    def transfer(self, client: ExchangeClient) -> None:
        """Write ``submitted/<student>/<assignment>/`` with ``timestamp.txt``, the server's time of the hand-in."""
        course, assignment = self.course, self.coursedir.assignment_id
        grouped: dict[str, list[Received]] = {}
        for one in client.submissions(course, assignment):
            if self.coursedir.student_id in ("*", one.student):
                grouped.setdefault(one.student, []).append(one)
        if not grouped:
            self.log.warning("No submissions of '%s' for course '%s' to collect", assignment, course)
            return
        troubles: dict[str, str] = {}
        for student, counted in sorted(self._counted(client, grouped, troubles).items()):
            if counted is None:
                self.log.warning("Not collected, because it is too late: %s %s", student, assignment)
            else:
                with kept_apart(client, student, troubles):
                    self._collect(client, student, counted)
        self._tell(troubles, "Not collected, unlike all others")

    def _counted(
        self, client: ExchangeClient, grouped: dict[str, list[Received]], troubles: dict[str, str]
    ) -> dict[str, Received | None]:
        """By student, the hand-in that counts; None where none does. Who can't be chosen for is put into `troubles`."""
        policy, early = GradePolicy.from_environ(), bool(self.before_duedate)
        matters = early or policy.late != "accept"
        asked = (self.coursedir.db_url, self.course, self.coursedir.assignment_id)
        deadlines = read_deadlines(*asked) if matters else Deadlines()
        chances = {
            student: eligible(policy, [_candidate(deadlines, one) for one in hand_ins], in_time_first=early)
            for student, hand_ins in grouped.items()
        }
        if policy.counts == "best":
            chances = self._scored(client, chances, troubles)
        found = {one.id: one for hand_ins in grouped.values() for one in hand_ins}
        chosen = {student: choose(policy, left, in_time_first=early) for student, left in chances.items()}
        return {student: found[one.id] if one else None for student, one in chosen.items()}

    def _scored(
        self, client: ExchangeClient, chances: Mapping[str, Sequence[Candidate]], troubles: dict[str, str]
    ) -> dict[str, Sequence[Candidate]]:
        """Add the scores that graders have given at once, to who has more than one hand-in that may count.

        Who has one without a score is put into `troubles` and left out: the others do not wait for them.
        """
        asked = {student for student, left in chances.items() if len(left) > 1}
        wanted = {one.id for student in asked for one in chances[student]}
        given = client.instant(self.course, self.coursedir.assignment_id)
        scores: dict[str, float | None] = {}
        for one in given:
            if one.kind == "instant" and one.of in wanted:
                with kept_apart(client, one.student, troubles):
                    scores[one.of] = read_verdict(client, one).score
        mute = {student for student in asked if any(scores.get(one.id, 0.0) is None for one in chances[student])}
        for student in mute:
            troubles[student] = (
                "the best hand-in counts, but there were verdicts without points, as the course then had it: let the "
                'last hand-in count (counts = "last")'
            )
        lacking = {student for student in asked if any(one.id not in scores for one in chances[student])}
        for student in lacking - troubles.keys():
            troubles[student] = (
                "the best hand-in counts, and not all are graded yet: wait for the course's service of feedback at "
                "once, or have its work done with `python -m hub_config.instant --once`, and collect again"
            )
        return {
            student: [replace(one, score=scores.get(one.id)) for one in left]
            for student, left in chances.items()
            if student not in troubles
        }

    def _collect(self, client: ExchangeClient, student: str, one: Received) -> None:
        where = self.coursedir.format_path(self.coursedir.submitted_directory, student, one.assignment)
        target, stamp = Path(where), Path(where) / RESERVED
        if not is_student(student):
            raise OperatorError("this can't be a folder's name")
        if target.is_dir():
            known = short_text(stamp)
            if known == timestamp(one) or not (self.update or self.before_duedate):
                self.log.info("No newer submission to collect: %s %s", student, one.assignment)
                return
        for left in client.fetch_hand_in(allowed(one, self.coursedir, self.log), target, {RESERVED: timestamp(one)}):
            self.log.warning("Not collected of %s: %s", student, left)
        if self.coursedir.groupshared:
            share_with_group(target)
        self.log.info("Collecting submission: %s %s", student, one.assignment)


class HubReleaseFeedback(HubExchange, abc.ExchangeReleaseFeedback):  # type: ignore[misc]
    """Gives each student the pages that have been written for the hand-in that was graded."""

    def transfer(self, client: ExchangeClient) -> None:
        """Send each folder ``feedback/<student>/<assignment>/``; one that has been sent already is left."""
        course, assignment = self.course, self.coursedir.assignment_id
        known = {(one.student, timestamp(one)): one for one in client.submissions(course, assignment)}
        given = {one.of: one.digest for one in client.feedback(course, assignment)}
        troubles: dict[str, str] = {}
        spared = set(str(self.coursedir.student_id_exclude or "").split(","))
        pattern = self.coursedir.format_path(self.coursedir.feedback_directory, "*", assignment)
        for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
            student = folder.parent.name
            if student in spared or self.coursedir.student_id not in ("*", student):
                continue
            handed = self.coursedir.format_path(self.coursedir.submitted_directory, student, assignment)
            submission = known.get((student, short_text(Path(handed) / RESERVED)))
            if submission is None:
                self.log.warning("%s did not hand in by this exchange: give the page in another way.", student)
                continue
            with kept_apart(client, student, troubles):
                self._give(client, submission, folder, given.get(submission.id, ""))
        self._tell(troubles, "Not released, unlike all others")

    def _give(self, client: ExchangeClient, submission: Received, folder: Path, given: str) -> None:
        with tempfile.TemporaryDirectory() as pages:
            for page in folder.glob("*.html"):
                shutil.copyfile(page, Path(pages) / page.name)
            if client.digest(Path(pages)) != given:
                client.give_feedback(submission, Path(pages))
                self.log.info("Released feedback: %s %s", submission.student, submission.assignment)


def configure_exchange(c: Config, url: str = "") -> Config:
    """Make nbgrader use the hub's exchange, and the policy of the hub's course, and return `c`."""
    if GradePolicy.from_environ().late != "accept":  # else what the checkout's own nbgrader_config.py says stays
        c.AssignLatePenalties.plugin_class = LatePenalty
    c.ExchangeFactory.exchange = HubExchange
    c.ExchangeFactory.list = HubList
    c.ExchangeFactory.fetch_assignment = HubFetchAssignment
    c.ExchangeFactory.fetch_feedback = HubFetchFeedback
    c.ExchangeFactory.submit = HubSubmit
    c.ExchangeFactory.release_assignment = HubReleaseAssignment
    c.ExchangeFactory.release_feedback = HubReleaseFeedback
    c.ExchangeFactory.collect = HubCollect
    if url:
        c.HubExchange.url = url
    return c


def _candidate(deadlines: Deadlines, one: Received) -> Candidate:
    late, by_clock = deadlines.late(one.student, one.time), deadlines.by_clock(one.student, one.time)
    return Candidate(one.id, late, by_clock=by_clock)
