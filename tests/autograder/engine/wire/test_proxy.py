"""`Student` and `Handle` over a session in this process: what a check can do, and what it is told when it can't."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Container, Hashable, Iterable, Sized
from numbers import Number
from typing import Any

import numpy as np
import pytest

from autograder.engine.wire import codec
from autograder.engine.wire.proxy import (
    BadReply,
    CallTimeout,
    Handle,
    LocalSession,
    NoAnswer,
    NoAttribute,
    Student,
    StudentRaised,
)
from autograder.engine.wire.server import start_code
from course.errors import EngineError

NOTEBOOK = """
import sys
import numpy as np

LIMIT = 3

class Model:
    name = "model"
    def fit(self, values, *, scale=1.0):
        self.mean_ = float(np.mean(values)) * scale
        return self
    def part(self):
        return Part(self)
    @property
    def broken(self):
        return undefined

class Part:
    def __init__(self, owner):
        self.owner = owner

class OddlyNamed(Exception):
    pass

def mean_of(model):
    return model.mean_

def double(values):
    return values * 2

def fill(values, number):
    values[:] = number
    return "done"

def loud(values):
    print("secret", values)
    print("secret", file=sys.stderr)
    return len(values)

def broken(values):
    total = 0
    return 1 / total

def unwritten(values):
    raise NotImplementedError

def raises(kind, text=""):
    raise {"exit": SystemExit, "stop": KeyboardInterrupt, "odd": OddlyNamed, "value": ValueError}[kind](text)

def call(function):
    return function(21)
"""


def namespace() -> dict[str, Any]:
    made: dict[str, Any] = {}
    exec(compile(NOTEBOOK, "/tmp/ipykernel_1/2.py", "exec"), made)  # noqa: S102  # as a kernel names its cells
    return made


@pytest.fixture
def student() -> Student:
    return Student(LocalSession(namespace()))


def test_calls_and_values_are_plain_data(student: Student) -> None:
    assert student.LIMIT == 3
    assert student.double(values=np.arange(3)).tolist() == [0, 2, 4]
    assert type(student.double(np.arange(3))) is np.ndarray


def test_what_has_no_plain_form_stays_behind_a_handle(student: Student) -> None:
    model = student.Model()
    assert isinstance(model, Handle) and model.type_name.endswith("Model") and model.name == "model"
    assert model.fit([1, 2, 3], scale=2.0).mean_ == model.mean_ == 4.0
    assert model.part().owner.mean_ == 4.0
    assert student.mean_of(model) == student.mean_of(model=model) == 4.0
    assert repr(model) == f"<{model.type_name} in the submission>"


def test_attributes_of_a_handle_can_be_asked_for_with_a_default(student: Student) -> None:
    model = student.Model()
    assert not hasattr(model, "mean_") and hasattr(model, "fit")
    assert getattr(model, "mean_", "none") == "none"
    with pytest.raises(NoAttribute) as caught:
        _ = model.mean_
    assert caught.value.sentence == "An object of your code has no attribute `mean_`."


COMPARISONS: list[Callable[[Any], object]] = [
    lambda value: bool(value), lambda value: not value, lambda value: value == 1, lambda value: value != 1,
    lambda value: value == value, lambda value: value < 1, lambda value: value <= 1, lambda value: value in (1, 2),
    lambda value: value not in [1], lambda value: np.arange(3) == value, lambda value: np.arange(3) != value,
    lambda value: np.asarray(value), lambda value: np.array([value]), lambda value: np.shape(value),
    lambda value: np.isfinite(value), lambda value: np.float64(1) != value, lambda value: [value] != [1],
    lambda value: all([value]), lambda value: np.testing.assert_array_equal(value, value),
]  # fmt: skip


@pytest.mark.parametrize("compare", COMPARISONS, ids=range(len(COMPARISONS)))
def test_an_object_is_no_value(student: Student, compare: Callable[[Any], object]) -> None:
    """Neither `assert student.f(x)` nor `assert student.f(x) != y` passes where an object was returned."""
    with pytest.raises(BadReply, match="an object where a plain value"):
        compare(student.Model())


@pytest.mark.parametrize("use", [len, iter, hash, list, sum, float, lambda value: 1 in value, lambda value: value[0],
                                 lambda value: {value}, lambda value: value + 1, lambda value: 1 in {value: 1},
                                 lambda value: math.isclose(value, 1.0)], ids=range(12))  # fmt: skip
def test_an_object_has_no_items_and_no_hash(student: Student, use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        use(student.Model())


def test_an_object_passes_for_no_abstract_type(student: Student) -> None:
    model = student.Model()
    assert not isinstance(model, (Hashable, Sized, Iterable, Container, Number))


def test_a_set_of_objects_is_no_reply(student: Student) -> None:
    with pytest.raises(BadReply, match="keys"):
        student.call(student.probe_(_objects))


def _objects(value: int) -> object:
    return {object(), object()}


def test_a_check_can_see_what_a_call_did_to_its_arguments(student: Student) -> None:
    values = np.arange(3)
    result, (after, number) = student.watch_("fill", values, 9)
    assert (result, number) == ("done", 9)
    assert after.tolist() == [9, 9, 9] and values.tolist() == [0, 1, 2]


def _halved(value: int) -> float:
    return value / 2


class _Recorder:
    def __init__(self) -> None:
        self.seen: list[object] = []

    def __call__(self, value: object) -> None:
        self.seen.append(value)


def test_a_probe_runs_in_the_students_process(student: Student) -> None:
    assert student.call(student.probe_(_halved)) == 10.5
    recorder = student.probe_(_Recorder)()
    student.call(recorder)
    assert recorder.seen == [21]


def test_a_name_that_is_not_there_is_no_answer(student: Student) -> None:
    with pytest.raises(NoAnswer, match="`triple` is not defined in your notebook"):
        student.triple(1)


def test_an_answer_not_begun_is_no_answer(student: Student) -> None:
    with pytest.raises(NoAnswer, match="not been begun"):
        student.unwritten([1])


def test_a_name_error_inside_the_answers_own_code_is_an_error_of_that_code(student: Student) -> None:
    with pytest.raises(StudentRaised, match="NameError"):
        _ = student.Model().broken


def test_an_error_names_its_type_function_and_line(student: Student) -> None:
    with pytest.raises(StudentRaised) as caught:
        student.broken([1])
    assert caught.value.sentence == "Your code raised ZeroDivisionError in line 3 of `broken`."
    assert caught.value.type_name == "ZeroDivisionError"


def test_an_errors_own_words_are_shown_only_where_asked(student: Student) -> None:
    with pytest.raises(StudentRaised) as caught:
        student.raises("value", "input 1234")
    assert "1234" not in caught.value.detail(reveal=False) and "1234" not in str(caught.value)
    assert caught.value.detail(reveal=True).endswith("in line 2 of `raises`: ValueError: input 1234")


def test_the_name_of_an_error_class_is_shown_only_if_it_is_a_known_one(student: Student) -> None:
    with pytest.raises(StudentRaised) as caught:
        student.raises("odd")
    assert "OddlyNamed" not in caught.value.sentence and "an error of its own kind" in caught.value.sentence


def test_leaving_the_process_does_not_end_the_grader(student: Student) -> None:
    with pytest.raises(StudentRaised, match="SystemExit"):
        student.raises("exit")
    with pytest.raises(CallTimeout):
        student.raises("stop")
    assert student.LIMIT == 3


def test_what_an_answer_prints_is_swallowed(student: Student, capsys: pytest.CaptureFixture[str]) -> None:
    assert student.loud([1, 2]) == 2
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("thing", [object(), len, sys, lambda: 1], ids=lambda thing: type(thing).__name__)
def test_a_check_can_send_only_plain_data_and_handles(student: Student, thing: object) -> None:
    with pytest.raises(TypeError, match="only plain data"):
        student.double(thing)


def test_a_handle_can_not_be_sent_to_another_submission(student: Student) -> None:
    with pytest.raises(TypeError, match="another submission"):
        student.mean_of(Student(LocalSession(namespace())).Model())


def test_special_names_are_never_asked_for(student: Student) -> None:
    for thing in (student, student.Model()):
        with pytest.raises(AttributeError):
            _ = thing.__array_interface__
    assert [exchange.do for exchange in student.transcript_] == ["get", "call"]


def test_the_transcript_keeps_what_was_sent_whatever_the_check_does_next(student: Student) -> None:
    values = np.arange(3)
    result = student.double(values)
    values[:], result[:] = 7, 7
    call = student.transcript_[-1]
    request, reply = (codec.decode(text, lambda number, _: number) for text in (call.request, call.reply))
    assert request["args"][0].tolist() == [0, 1, 2] and reply["value"].tolist() == [0, 2, 4]


class _Canned:
    """A session that answers everything with one reply."""

    alive = True

    def __init__(self, reply: Callable[[], bytes]) -> None:
        self.reply = reply

    def request(self, frame: bytes) -> bytes:
        return self.reply()


def canned(value: object) -> Student:
    return Student(_Canned(lambda: codec.encode(value, lambda _: (1, "x.Y"))))


@pytest.mark.parametrize("value", [1, None, [], {}, {"value": 1, "error": {}}, {"worth": 1}, {"error": "text"},
                                   {"error": None}, len], ids=repr)  # fmt: skip
def test_a_reply_of_another_shape_is_a_bad_reply(value: object) -> None:
    with pytest.raises(BadReply):
        _ = canned(value).answer


def test_noise_is_a_bad_reply() -> None:
    with pytest.raises(BadReply):
        _ = Student(_Canned(lambda: b"noise")).answer


def error(**fields: object) -> StudentRaised:
    with pytest.raises(StudentRaised) as caught:
        _ = canned({"error": fields}).answer
    return caught.value


def test_no_claim_in_an_error_carries_hidden_inputs() -> None:
    hidden = "31415926"
    for fields in [
        {"type": f"E{hidden}"}, {"type": [hidden]}, {"type": "ValueError", "text": hidden},
        {"type": "ValueError", "function": f"x {hidden}", "line": 1},
        {"type": "ValueError", "function": "f", "line": hidden},
        {"type": "ValueError", "function": f"_{hidden}" * 20, "line": 1}, {"type": "ValueError", "text": [hidden]},
        {"type": "ValueError", "function": "f", "line": int(hidden)},
        {"type": "ValueError", "function": f"<b>{hidden}</b>", "line": 1}, {hidden: hidden},
        {"type": len, "function": len},
    ]:  # fmt: skip
        assert hidden not in error(**fields).detail(reveal=False)
    assert "line" not in error(type="ValueError", function="f", line=-1).sentence
    assert "line" not in error(type="ValueError", function="f", line=True).sentence


def test_trouble_of_the_graders_own_socket_is_the_operators() -> None:
    def fails() -> bytes:
        raise OSError("too many open files")

    with pytest.raises(EngineError):
        _ = Student(_Canned(fails)).answer


def test_a_reply_that_can_not_be_encoded_is_an_error_of_the_answer(student: Student) -> None:
    with pytest.raises(BadReply, match="can't be handed over"):
        student.call(student.probe_(_structured))


def _structured(value: int) -> object:
    import numpy

    return numpy.zeros(value, "i4,i4")


def test_the_students_side_needs_nothing_of_the_grader() -> None:
    """The shipped text runs where no module of the grader can be found."""
    code = start_code("/nowhere", b"token")
    missing = {
        "autograder.testing.chapter",
        "autograder.engine.wire.proxy",
        "autograder.engine.judging.judge",
        "course.errors",
    }
    script = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('autograder', 'course'):\n"
        "            raise ImportError('reached for ' + name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "class Shell:\n    user_ns = {}\n"
        "def get_ipython():\n    return Shell\n"
        f"try:\n    exec({code!r})\n"
        "except (FileNotFoundError, ConnectionError):\n"
        "    print('served', sorted(n for n in sys.modules if 'autog' in n))\n"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.startswith("served") and not any(name in done.stdout for name in missing)
