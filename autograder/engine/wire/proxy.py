"""What a check sees of a submission: `Student` and `Handle`, over any `Session`.

A session is the one seam to the submission's process: it carries a request there and the reply back. `LocalSession`
runs an answer of ours (the reference, a mutant) in this process, through the same codec.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from autograder.engine.submission.faults import OurWords, Words, advice_for
from autograder.engine.submission.written import Written
from autograder.engine.wire import codec
from autograder.engine.wire.server import Server
from course.errors import EngineError


class SubmissionFault(Exception):
    """The submission did something wrong while it was checked; `sentence` tells the student what.

    Attributes
    ----------
    cause : what faults of one cause have in common, in words that nobody reads.
    """

    def __init__(self, sentence: str, cause: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.cause = cause or sentence

    def detail(self, reveal: bool) -> str:
        """Return what the student reads; `reveal` adds what may repeat hidden inputs."""
        return self.sentence


class StudentRaised(SubmissionFault):
    """The submission's own code raised.

    Attributes
    ----------
    type_name : the exception's class name, e.g. ``"ValueError"`` (a claim: the submission chose it).
    text : its message. It may repeat hidden inputs: never show it in a class.
    explained : whether `sentence` tells what has happened, and not only where.
    """

    def __init__(self, sentence: str, type_name: str, text: str, cause: str = "", *, explained: bool = False) -> None:
        super().__init__(sentence, cause)
        self.type_name = type_name
        self.text = text
        self.explained = explained

    def detail(self, reveal: bool) -> str:
        return f"{self.sentence[:-1]}: {self.type_name}: {self.text}" if reveal else self.sentence


class NoAttribute(StudentRaised, AttributeError):
    """A handle's object has no such attribute: `hasattr` and `getattr` with a default work on handles."""


class NoAnswer(SubmissionFault):
    """The name that was asked for is not in the notebook, or nothing has been written for it."""


class CallTimeout(SubmissionFault):
    """The submission did not answer in time."""


class NotTried(CallTimeout):
    """The submission was not asked, because what it needs did not answer in time before."""


class SessionDied(SubmissionFault):
    """The submission's process has ended."""


class BadReply(SubmissionFault):
    """The submission's process sent something that is no reply, or an object where a plain value is needed."""


TAKEN_BYTES = 1 << 30  # what all replies of one check may take, as frames and as values
KEPT_BYTES = 64 << 20  # of one check's requests and replies; they are kept to compare them with known answers
TOO_MUCH = f"Your code returned more than {TAKEN_BYTES >> 20} MB in all where much less is asked for."
NOT_TRIED = "Not tried again: `{name}` did not end in time before."
_LATE = "late {name}"
NOT_PLAIN = "Your code returned an object where a plain value is asked for (a number, a text, a list, an array, …)."

NOT_SENT = (
    "What your code returned can't be handed over: it is too large, nested too deeply, or has parts of an unusual kind."
)


class Session(Protocol):
    """One submission, ready to be asked. Who implements it: `LocalSession`, and the kernel's (`kernel`).

    One that has a notebook also has `words`, a `faults.Words`, for what its errors are called.
    """

    def request(self, frame: bytes) -> bytes:
        """Carry one request over and return the reply.

        Raises `CallTimeout` when the reply is late and `SessionDied` when there will be none; after a time-out
        the session must be usable again or report that it has died.
        """
        ...

    @property
    def alive(self) -> bool:
        """Whether another request can be sent."""
        ...


class LocalSession:
    """An answer of ours, in this process. Trusted code only."""

    alive = True
    words = OurWords()

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self._server = Server(dict(namespace))

    def request(self, frame: bytes) -> bytes:
        return self._server.answer(frame)


@dataclass(frozen=True)
class Call:
    """One request that was made in a check, and its reply, as frames: what a check does to its arrays afterwards
    changes neither.

    Attributes
    ----------
    do : what was asked for, e.g. ``"call"``.
    """

    do: str
    request: bytes
    reply: bytes


@dataclass(frozen=True)
class Asked:
    """What is known where a check is put to a submission.

    Attributes
    ----------
    words : finds the words for its errors; None: those of the session, if it has any.
    written : what its text says of its answers.
    late : the names whose calls did not end in time; one that needs them is not called again. More are added.
    exercise : the one that is checked.
    """

    words: Words | None = None
    written: Written | None = None
    late: set[str] = field(default_factory=set)
    exercise: str = ""


class Student:
    """The submission, whatever it is: its names are attributes.

    ``student.shift_image(image, 1, 0)`` sends plain data and returns plain data. What has no plain form (a fitted
    estimator, a module) stays in the student's process and comes back as a `Handle`.
    """

    def __init__(self, session: Session, asked: Asked | None = None) -> None:
        self._link = _Link(session, asked or Asked())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._link.ask("get", on=Handle(self._link, 0, "namespace"), name=name)

    def watch_(self, name: str, *args: Any) -> tuple[Any, tuple[Any, ...]]:
        """Call `name` and return (result, the arguments as the call has left them)."""
        result, after = self._link.ask("watch", on=getattr(self, name), args=args, kwargs={})
        return result, after

    def probe_(self, function: Callable[..., Any]) -> Any:
        """Ship a function or class of the check into the student's process; return a handle on it there.

        Its source must stand alone (imports inside) and hold no expected value: the student can read it.
        """
        source = textwrap.dedent(inspect.getsource(function))
        return self._link.ask("define", source=source, name=function.__name__)

    def seed_(self, number: int) -> None:
        """Seed the global random numbers of the submission's process; called before each check.

        Without it no answer that draws any could be recognised as a known misconception.
        """
        self._link.ask("seed", number=number)

    @property
    def transcript_(self) -> tuple[Call, ...]:
        """Every request made so far, with its reply; nothing once they are more than `KEPT_BYTES`."""
        return tuple(self._link.transcript)

    @property
    def whole_(self) -> bool:
        """Whether what the check has met is a matter of this check's requests and replies alone, all of them kept."""
        return not self._link.cut


class Handle:
    """An object in the student's process. Its attributes and calls are asked for there.

    `type_name` is what the submission says it is: a claim, so check behaviour.

    It stands for no plain value. Truth and comparisons raise `BadReply`, so that no ``assert student.f(x)`` and no
    ``!=`` passes for want of a value; it has no hash, no length and no items (`TypeError`).
    """

    __hash__ = None  # type: ignore[assignment]  # `len({student.f(n) for n in …})` would count objects

    def __init__(self, link: _Link, number: int, type_name: str) -> None:
        self._link = link
        self._number = number
        self.type_name = type_name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._link.ask("get", on=self, name=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._link.ask("call", on=self, args=args, kwargs=kwargs)

    def __repr__(self) -> str:
        return f"<{self.type_name} in the submission>"

    def __bool__(self) -> bool:
        raise BadReply(NOT_PLAIN)

    def __array__(self, dtype: object = None, copy: object = None) -> NoReturn:
        raise BadReply(NOT_PLAIN)  # else numpy would wrap it in an array of one object

    def _compare(self, other: object) -> bool:
        raise BadReply(NOT_PLAIN)

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compare


class _Link:
    """Encodes requests, decodes replies, keeps the transcript.

    Attributes
    ----------
    transcript : the requests and replies, as long as they are not too many.
    cut : whether something that has happened is not in it.
    """

    def __init__(self, session: Session, asked: Asked) -> None:
        self.session = session
        self.transcript: list[Call] = []
        self.cut = False
        self._asked = asked
        self._words: Words = asked.words or getattr(session, "words", None) or Words()
        self._late = asked.late
        self._names: dict[int, str] = {}  # for each handle the name in the notebook that it comes from
        self._kept = self._taken = 0

    def ask(self, do: str, **fields: Any) -> Any:
        message = {"do": do, **fields}
        names = self._asked_of(message)
        self._refuse_late(names)
        try:
            request = codec.encode(message, self.number_of)
            reply = self._carried(request)
            answer = self._taken_in(reply, names)
        except CallTimeout as late:
            raise self._noted(late, names) from None
        except codec.WireError as error:
            raise BadReply(f"What your code returned can't be read: {error}.") from error
        except MemoryError as error:
            raise EngineError(
                "The grader has too little memory to read a reply: grade with fewer workers or more memory."
            ) from error
        if not isinstance(answer, dict) or answer.keys() not in ({"value"}, {"error"}):
            raise BadReply("Your notebook's process did not answer as it should.")
        self._keep(Call(do, request, reply))
        if "error" in answer:
            fault = _fault(answer["error"], message, self._words, self._asked)
            raise self._noted(fault, names) if isinstance(fault, CallTimeout) else fault
        return answer["value"]

    def _carried(self, request: bytes) -> bytes:
        try:
            return self.session.request(request)
        except OSError as error:  # a session says `SessionDied` when the submission is to blame
            raise EngineError(f"A request could not be carried to the submission: {error}.") from error

    def _taken_in(self, reply: bytes, names: frozenset[str]) -> Any:
        """Return what a reply says. Raises `BadReply` where all of them together are more than a check may hold."""
        name = next(iter(names), "")

        def handle(number: int, type_name: str) -> Handle:
            self._names.setdefault(number, name)
            return Handle(self, number, type_name)

        answer, size = codec.weighed(reply, handle)
        self._taken += len(reply) + size
        if self._taken > TAKEN_BYTES:
            raise BadReply(TOO_MUCH)
        return answer

    def _keep(self, call: Call) -> None:
        self._kept += len(call.request) + len(call.reply)
        if self._kept > KEPT_BYTES:
            self.transcript.clear()
            self.cut = True
        else:
            self.transcript.append(call)

    def _asked_of(self, message: dict[str, Any]) -> frozenset[str]:
        """Return the names in the notebook that a request is about."""
        on = message.get("on")
        if message["do"] == "get" and isinstance(on, Handle) and on._number == 0:
            return frozenset({str(message["name"])})
        asked = [on, *message.get("args", ()), *message.get("kwargs", {}).values()]
        return frozenset(
            name for one in asked if isinstance(one, Handle) and (name := self._names.get(one._number, ""))
        )

    def _noted(self, late: CallTimeout, names: frozenset[str]) -> CallTimeout:
        """Remember what did not end, and return the fault with its cause."""
        self._late.update(names)
        late.cause = _LATE.format(name=min(names)) if names else late.cause
        return late

    def _refuse_late(self, names: frozenset[str]) -> None:
        """Raise `CallTimeout` for what needs a function that did not end: it would not end again."""
        for late in sorted(self._late):
            for name in sorted(names):
                if self._words.text.needs(name, late):
                    self.cut = True
                    raise NotTried(NOT_TRIED.format(name=late), _LATE.format(name=late))

    def decoded(self, reply: bytes) -> Any:
        """Return what a reply says, its handles on this link."""
        return codec.decode(reply, lambda number, name: Handle(self, number, name))

    def number_of(self, value: object) -> tuple[int, str]:
        if isinstance(value, Handle):
            if value._link is not self:
                raise TypeError(f"a check can't send {value!r} to another submission")
            return value._number, value.type_name
        raise TypeError(f"a check can't send {type(value).__name__}: only plain data and handles")


def _fault(error: Any, message: dict[str, Any], words: Words, asked: Asked) -> SubmissionFault:
    if not isinstance(error, dict):
        return BadReply("Your notebook's process did not answer as it should.")
    kind, text = str(error.get("type", "")), str(error.get("text", ""))
    on = message.get("on")
    at_top = message["do"] == "get" and isinstance(on, Handle) and on._number == 0
    if at_top and kind == "NameError":
        return NoAnswer(words.not_defined(message["name"], asked.written))
    if kind == "NotImplementedError" and (sentence := words.not_begun(error, asked.written, asked.exercise)):
        return NoAnswer(sentence)
    if kind == "WireError":
        return BadReply(NOT_SENT)
    if kind == "KeyboardInterrupt":
        return CallTimeout("Your code was interrupted because it took too long.")
    sentence = words.describe(error)
    if message["do"] == "get" and kind == "AttributeError":
        own = type(error.get("line")) is int and error["line"]
        missing = f"An object of your code has no attribute `{message['name']}`."
        return NoAttribute(sentence if own else missing, kind, text)
    return StudentRaised(sentence, kind, text, words.cause(error), explained=bool(advice_for(error)))
