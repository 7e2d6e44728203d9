"""What a check sees of a submission: `Student` and `Handle`, over any `Session`.

A session is the one seam to the submission's process: it carries a request there and the reply back. `LocalSession`
runs an answer of ours (the reference, a mutant) in this process, through the same codec.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from autograder.engine import wire
from autograder.engine.shim import Dispatcher
from course.errors import EngineError


class SubmissionFault(Exception):
    """The submission did something wrong while it was checked; `sentence` tells the student what."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def detail(self, reveal: bool) -> str:
        """Return what the student reads; `reveal` adds what may repeat hidden inputs."""
        return self.sentence


class StudentRaised(SubmissionFault):
    """The submission's own code raised.

    Attributes
    ----------
    type_name : the exception's class name, e.g. ``"ValueError"`` (a claim: the submission chose it).
    text : its message. It may repeat hidden inputs: never show it in a class.
    """

    def __init__(self, type_name: str, text: str, function: str, line: int) -> None:
        known = type_name if type_name in _KNOWN_ERRORS else "an error of its own kind"
        # Both are claims: a long name or a huge number could carry hidden inputs into the feedback.
        shown = 0 < line <= _LINES and len(function) <= _NAME and function.isidentifier()
        where = f" in line {line} of `{function}`" if shown else ""
        super().__init__(f"Your code raised {known}{where}.")
        self.type_name = type_name
        self.text = text

    def detail(self, reveal: bool) -> str:
        return f"{self.sentence[:-1]}: {self.type_name}: {self.text}" if reveal else self.sentence


class NoAttribute(StudentRaised, AttributeError):
    """A handle's object has no such attribute: `hasattr` and `getattr` with a default work on handles."""

    def __init__(self, type_name: str, text: str, function: str, line: int, attribute: str) -> None:
        super().__init__(type_name, text, function, line)
        if not line:  # it was not the object's own code that raised
            self.sentence = f"An object of your code has no attribute `{attribute}`."


class NoAnswer(SubmissionFault):
    """The name that was asked for is not in the notebook, or nothing has been written for it.

    Attributes
    ----------
    name : that name; of an answer that raised `NotImplementedError`, the function that did (a claim).
    raised : what such an answer raised.
    """

    def __init__(self, sentence: str, name: str = "", raised: StudentRaised | None = None) -> None:
        super().__init__(sentence)
        self.name = name
        self.raised = raised


class CallTimeout(SubmissionFault):
    """The submission did not answer in time."""


class SessionDied(SubmissionFault):
    """The submission's process has ended."""


class BadReply(SubmissionFault):
    """The submission's process sent something that is no reply, or an object where a plain value is needed."""


NOT_PLAIN = "Your code returned an object where a plain value is asked for (a number, a text, a list, an array, …)."


class Session(Protocol):
    """One submission, ready to be asked. Who implements it: `LocalSession`, and the kernel's (`kernel`)."""

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

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self._dispatcher = Dispatcher(dict(namespace))

    def request(self, frame: bytes) -> bytes:
        return self._dispatcher.answer(frame)


@dataclass(frozen=True)
class Exchange:
    """One request that was made in a check, and its reply, as frames: what a check does to its arrays afterwards
    changes neither.

    Attributes
    ----------
    do : what was asked for, e.g. ``"call"``.
    """

    do: str
    request: bytes
    reply: bytes


class Student:
    """The submission, whatever it is: its names are attributes.

    ``student.shift_image(image, 1, 0)`` sends plain data and returns plain data. What has no plain form (a fitted
    estimator, a module) stays in the student's process and comes back as a `Handle`.
    """

    def __init__(self, session: Session) -> None:
        self._link = _Link(session)

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
    def transcript_(self) -> tuple[Exchange, ...]:
        """Every request made so far, with its reply."""
        return tuple(self._link.transcript)


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
    """Encodes requests, decodes replies, keeps the transcript."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.transcript: list[Exchange] = []

    def ask(self, do: str, **fields: Any) -> Any:
        message = {"do": do, **fields}
        request = wire.encode(message, self.number_of)
        try:
            reply = self._carried(request)
            answer = self.decoded(reply)
        except wire.WireError as error:
            raise BadReply(f"What your code returned can't be read: {error}.") from error
        except MemoryError as error:
            raise EngineError(
                "The grader has too little memory to read a reply: grade with fewer workers or more memory."
            ) from error
        if not isinstance(answer, dict) or answer.keys() not in ({"value"}, {"error"}):
            raise BadReply("Your notebook's process did not answer as it should.")
        self.transcript.append(Exchange(do, request, reply))
        if "error" in answer:
            raise _fault(answer["error"], message)
        return answer["value"]

    def _carried(self, request: bytes) -> bytes:
        try:
            return self.session.request(request)
        except OSError as error:  # a session says `SessionDied` when the submission is to blame
            raise EngineError(f"A request could not be carried to the submission: {error}.") from error

    def decoded(self, reply: bytes) -> Any:
        """Return what a reply says, its handles on this link."""
        return wire.decode(reply, lambda number, name: Handle(self, number, name))

    def number_of(self, value: object) -> tuple[int, str]:
        if isinstance(value, Handle):
            if value._link is not self:
                raise TypeError(f"a check can't send {value!r} to another submission")
            return value._number, value.type_name
        raise TypeError(f"a check can't send {type(value).__name__}: only plain data and handles")


def _fault(error: Any, message: dict[str, Any]) -> SubmissionFault:
    if not isinstance(error, dict):
        return BadReply("Your notebook's process did not answer as it should.")
    kind, text, function = (str(error.get(key, "")) for key in ("type", "text", "function"))
    found = error.get("line")
    line = found if type(found) is int else 0
    if message["do"] == "get" and message["on"]._number == 0 and kind == "NameError":
        return NoAnswer(f"`{message['name']}` is not defined in your notebook.", message["name"])
    if kind == "NotImplementedError":
        return NoAnswer("This exercise has not been begun.", function, StudentRaised(kind, text, function, line))
    if kind == "KeyboardInterrupt":
        return CallTimeout("Your code was interrupted because it took too long.")
    if message["do"] == "get" and kind == "AttributeError":
        return NoAttribute(kind, text, function, line, message["name"])
    return StudentRaised(kind, text, function, line)


_LINES = 9999
_NAME = 60  # characters of a function's name
_KNOWN_ERRORS = {
    "ArithmeticError", "AssertionError", "AttributeError", "EOFError", "FileNotFoundError", "FloatingPointError",
    "ImportError", "IndexError", "KeyError", "LookupError", "MemoryError", "ModuleNotFoundError", "NameError",
    "NotFittedError", "OSError", "OverflowError", "PermissionError", "RecursionError", "RuntimeError", "StopIteration",
    "SyntaxError", "SystemExit", "TypeError", "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError",
    "ValueError", "ZeroDivisionError", "DataError", "WireError", "AxisError", "InvalidParameterError",
    "JSONDecodeError", "LinAlgError", "NotImplementedError", "TimeoutError",
}  # fmt: skip
