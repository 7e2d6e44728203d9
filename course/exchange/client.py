"""The exchange's client: what a student and an instructor do with it, each in one call."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from course.errors import ExchangeRefusal, OperatorError, SetupError, StudentError
from course.exchange.bundle import Manifest, Packed, unpack
from course.exchange.key_set import KeySet, path_of
from course.exchange.plan import Plan
from course.exchange.regrade_requests import RegradeRequest
from course.exchange.session import exchange_at, exchange_named, hub_session
from course.hand_in_files import IGNORED, LeftOut

_TIMEOUT = (10.0, 120.0)  # to connect, to wait for bytes
_PAUSES = (0.5, 2.0, 5.0, 15.0)  # seconds before a request is sent again that got no answer


@dataclass(frozen=True)
class Received:
    """A bundle as the exchange describes it.

    Attributes
    ----------
    kind : ``release``, ``submission``, ``feedback``, or of instant feedback: ``instant``, and ``delay`` before it.
    student : whose it is; empty for a release.
    of : for a feedback of any kind, the id of its submission.
    time : when it was handed over, by the exchange's clock (UTC).
    tries_left : of the receipt of a hand-in to a course with instant feedback: how many more are taken now.
    left_out : of the receipt of a hand-in: what of the folder was not handed in, or by another name.
    """

    id: str
    kind: str
    course: str
    assignment: str
    student: str
    of: str
    time: datetime
    digest: str
    manifest: Manifest
    tries_left: int | None = None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def tries_sentence(self) -> str:
        """What a student reads of `tries_left`; empty where they are not counted."""
        if self.tries_left is None:
            return ""
        times = {0: "no more", 1: "once more"}.get(self.tries_left, f"{self.tries_left} more times")
        return f"You may hand it in {times} within the hour."

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Received:
        """Validate what came over the wire."""
        names = ("id", "kind", "course", "assignment", "student", "of", "digest")
        fields: dict[str, Any] = {name: str(row[name]) for name in names}
        manifest = Manifest.model_validate({"files": row["files"]})
        tries = row.get("tries_left")
        moment = datetime.fromisoformat(row["time"])
        return cls(**fields, time=moment, manifest=manifest, tries_left=None if tries is None else int(tries))


@dataclass(frozen=True)
class Waiting:
    """A hand-in that has no instant feedback yet.

    Attributes
    ----------
    created : microseconds since 1970 by the exchange's clock.
    replaced : whether its student has handed in the assignment again.
    """

    id: str
    assignment: str
    student: str
    created: int
    replaced: bool


class ExchangeClient:
    """One person's access to the exchange of a hub.

    Parameters
    ----------
    url : of the exchange, or of the hub it belongs to.
    token : of the hub, from its token page or from the environment of a notebook server.
    pauses : seconds before each further attempt when nothing answers.

    Every method raises `ExchangeRefusal` when the exchange says no, and `OperatorError` when it can't be reached.
    """

    def __init__(self, url: str, token: str, pauses: tuple[float, ...] | None = None) -> None:
        self.url = exchange_at(url)
        self._session = hub_session(self.url, token)
        self._pauses = _PAUSES if pauses is None else pauses

    @classmethod
    def from_environ(cls, url: str | None = None, pauses: tuple[float, ...] | None = None) -> ExchangeClient:
        """Return the client that ``COURSE_EXCHANGE_URL`` (or `url`) and the hub's token name.

        Raises
        ------
        SetupError : one of them is missing.
        """
        url, token = exchange_named(url)
        if not url or not token:
            raise SetupError(
                "Which hub, and who are you? Name the hub with --hub URL, and put a token from its token page "
                "(URL/hub/token) into the environment variable COURSE_HUB_TOKEN."
            )
        return cls(url, token, pauses)

    def whoami(self) -> tuple[str, dict[str, str]]:
        """Return (user, courses): for each course ``student`` or ``grader``."""
        answer = self._json("GET", "/")
        return answer["user"], answer["courses"]

    def releases(self, course: str) -> list[Received]:
        """Return the newest release of each assignment."""
        return self._all("release", course)

    def submissions(self, course: str, assignment: str = "", student: str = "") -> list[Received]:
        """Return hand-ins, the oldest first: one's own, or for a grader everybody's (or one student's)."""
        return self._all("submission", course, assignment, student=student)

    def feedback(self, course: str, assignment: str = "") -> list[Received]:
        """Return feedback, the oldest first: one's own, or for a grader everybody's."""
        return self._all("feedback", course, assignment)

    def instant(self, course: str, assignment: str = "", of: str = "", student: str = "") -> list[Received]:
        """Return instant feedback (of one hand-in): ``delay`` that it takes longer, then ``instant``."""
        return self._all(("delay", "instant"), course, assignment, of, student)

    def pages(self, course: str, assignment: str = "") -> dict[str, Received]:
        """Return by submission what its student is to read: the instructor's feedback, or what was given at once."""
        return {one.of: one for one in self._all(("delay", "instant", "feedback"), course, assignment)}

    def waiting(self, course: str) -> list[Waiting]:
        """Return the hand-ins without instant feedback, the oldest first; for graders."""
        rows = self._json("GET", "/waiting", params={"course": course})["waiting"]
        return [
            Waiting(str(one["id"]), str(one["assignment"]), str(one["student"]), int(one["created"]), one["replaced"])
            for one in rows
        ]

    def find(self, bundle_id: str) -> Received:
        """Return one bundle."""
        return Received.read(self._json("GET", f"/bundles/{bundle_id}"))

    def fetch(self, bundle: Received, target: Path, *, replace: bool = False) -> Path:
        """Write a bundle's files to the folder `target`; see `bundle.unpack`."""

        return unpack(bundle.manifest, lambda digest: self._chunk(bundle, digest).content, target, replace=replace)

    def fetch_hand_in(self, bundle: Received, target: Path, ours: Mapping[str, str]) -> list[LeftOut]:
        """Put a student's files in the place of the folder `target`, with `ours` beside them; return what is not there.

        Unlike `fetch` it goes on where a single file can't be written: what a student has called it stops nothing.
        """
        left_out: list[LeftOut] = []
        blocks = lambda digest: self._chunk(bundle, digest).content  # noqa: E731
        unpack(bundle.manifest, blocks, target, replace=True, ours=ours, left_out=left_out)
        return left_out

    def read(self, bundle: Received, path: str, largest: int) -> bytes:
        """Return one file of a bundle.

        Raises
        ------
        OperatorError : it is not in the bundle, has more than `largest` bytes, or came damaged.
        """
        entry = next((one for one in bundle.manifest.files if one.path == path), None)
        if entry is None or entry.size > largest:
            raise OperatorError(f"{path} is not in what the exchange gives as {bundle.kind}, or too large.")
        blocks = [self._chunk(bundle, digest).content for digest in entry.chunks]
        if tuple(hashlib.sha256(block).hexdigest() for block in blocks) != entry.chunks:
            raise OperatorError(f"{path} came damaged from the exchange: fetch it again.")
        return b"".join(blocks)

    def submit(self, course: str, assignment: str, folder: Path) -> Received:
        """Hand in what is in `folder`; what arrived before an interruption is not sent again.

        The notebooks always go; what lies beside them is left out, or renamed, where it can't travel.
        """
        room = int(self._json("GET", "/")["submission_mb"]) * 10**6
        packed = Packed(folder, IGNORED, room)
        new = {"kind": "submission", "course": course, "assignment": assignment}
        return replace(self._deliver(packed, new), left_out=packed.left_out)

    def release(self, course: str, assignment: str, folder: Path, *, force: bool = False) -> Received:
        """Release an assignment to the students; with `force` again, in the place of the last release."""
        new = {"kind": "release", "course": course, "assignment": assignment, "force": force}
        return self._send(folder, new)

    def give_feedback(self, submission: Received, folder: Path, kind: str = "feedback") -> Received:
        """Give the files in `folder` to the student whose submission it is.

        Of the kinds ``instant`` and ``delay`` a submission has one each: where it is there, that one is returned.
        """
        new = {"kind": kind, "course": submission.course, "assignment": submission.assignment}
        return self._send(folder, {**new, "of": submission.id})

    def regrade_requests(self, course: str, assignment: str = "") -> list[RegradeRequest]:
        """Return regrade requests, the oldest first: one's own, or for a grader everybody's."""
        rows = self._json("GET", "/requests", params={"course": course, "assignment": assignment})["requests"]
        return [RegradeRequest.model_validate(row) for row in rows]

    def request_regrade(self, course: str, assignment: str, exercise: str, why: str) -> RegradeRequest:
        """Ask to have an exercise of one's graded work looked at again."""
        new = {"course": course, "assignment": assignment, "exercise": exercise, "text": why}
        row = self._json("POST", "/requests", json={**new, "key": secrets.token_hex(16)})
        return RegradeRequest.model_validate(row)

    def answer_request(self, request: RegradeRequest, text: str) -> RegradeRequest:
        """Answer a regrade request; for graders."""
        row = self._json("POST", f"/requests/{request.id}/answer", json={"text": text})
        return RegradeRequest.model_validate(row)

    def tell_plan(self, course: str, plan: Plan) -> None:
        """Tell the students of `course` what is planned, in the place of what was told before; for graders."""
        self._ask("PUT", "/plan", params={"course": course}, data=plan.model_dump_json().encode())

    def publish_keys(self, course: str, keys: KeySet) -> str:
        """Have a course's public key shown to everybody, in the place of the one before; for graders.

        Returns where it is then, as the hub's own addresses begin (``/services/…``).
        """
        self._ask("PUT", path_of(course), data=keys.model_dump_json().encode())
        return urlsplit(self.url).path + path_of(course)

    def allow(self, course: str, assignment: str, until: Mapping[str, datetime]) -> None:
        """Say who may hand in after an assignment's closing, and until when (UTC, without saying so); ``""`` is all.

        Only graders may; it takes the place of what was said before.
        """
        told = {student: moment.isoformat() for student, moment in until.items()}
        self._ask("PUT", "/longer", json={"course": course, "assignment": assignment, "until": told})

    @staticmethod
    def digest(folder: Path) -> str:
        """Return the digest that a bundle of everything in `folder` would have."""
        return Packed(folder, ()).manifest.digest

    def _all(
        self, kind: str | tuple[str, ...], course: str, assignment: str = "", of: str = "", student: str = ""
    ) -> list[Received]:
        """Several kinds come one after the other."""
        query = {"kind": kind, "course": course, "assignment": assignment, "of": of, "student": student}
        return [Received.read(row) for row in self._json("GET", "/bundles", params=query)["bundles"]]

    def _chunk(self, bundle: Received, digest: str) -> requests.Response:
        return self._ask("GET", f"/bundles/{bundle.id}/chunks/{digest}")

    def _send(self, folder: Path, new: dict[str, Any]) -> Received:
        """Hand over all of a folder, or refuse to."""
        packed = Packed(folder, ())
        if packed.left_out:
            raise StudentError(f"{folder} can't be handed over as it is: {packed.left_out[0]}. Rename or remove it.")
        return self._deliver(packed, new)

    def _deliver(self, packed: Packed, new: dict[str, Any]) -> Received:
        missing = self._json("POST", "/missing", json={"digests": packed.manifest.chunks})["missing"]
        for digest in missing:
            self._ask("PUT", f"/chunks/{digest}", data=packed.chunk(digest))
        files = packed.manifest.model_dump(mode="json")["files"]
        return Received.read(self._json("POST", "/bundles", json={**new, "files": files, "key": secrets.token_hex(16)}))

    def _json(self, method: str, path: str, **options: Any) -> Any:
        reply = self._ask(method, path, **options)
        try:
            return reply.json()
        except ValueError as error:
            raise OperatorError(f"{self.url} is not an exchange of a hub: is the address right?") from error

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request, again where no whole answer comes: every request of ours may arrive twice without harm.

        urllib3's `Retry` would not do: it is past its work once the headers are there, and a block may break off later.
        """
        reply = self._answer(method, path, options)
        for pause in self._pauses:
            if isinstance(reply, requests.Response) and reply.status_code < 500:
                break
            time.sleep(pause)
            reply = self._answer(method, path, options)
        if not isinstance(reply, requests.Response):
            raise OperatorError(f"{self.url} does not answer ({reply}): is the hub running, and the address right?")
        if reply.status_code >= 300:
            raise _refusal(reply, self.url)
        return reply

    def _answer(self, method: str, path: str, options: dict[str, Any]) -> requests.Response | str:
        try:
            return self._session.request(method, self.url + path, timeout=_TIMEOUT, allow_redirects=False, **options)
        except requests.RequestException as error:
            return type(error).__name__


def _refusal(reply: requests.Response, url: str) -> ExchangeRefusal | OperatorError:
    try:
        text = str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        text = f"it answers {reply.status_code}"
    if reply.status_code == 401:
        return ExchangeRefusal("The hub does not know your token, or it is too old: make a new one on its token page.")
    if reply.status_code in (400, 403, 404, 409, 413, 429):
        return ExchangeRefusal(text)
    return OperatorError(f"{url}: {text}")
