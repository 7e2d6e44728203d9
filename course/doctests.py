"""Runs an answer's doctest examples, and keeps what became of each: what the visible test (`course.examples`) tells.

This runs in a student's notebook, so it needs nothing beyond the standard library.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import doctest
import functools
import inspect
import io
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType, TracebackType
from typing import Any

from course.notebook_cells import cell_trouble
from course.same_value import NoValue, difference, shown, stated

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
_METHODS = (FunctionType, staticmethod, classmethod, property, functools.cached_property)
_BACK = (
    "Copy the docstring back from the notebook as you got it: undo your change, or fetch the assignment again into "
    "another folder."
)
_LONGEST = 1_500  # characters of one value shown: a screenful, not a flood


@dataclass(frozen=True)
class Tried:
    """What became of one example that states an outcome.

    Attributes
    ----------
    source : what was run, with doctest's prompts.
    expected, got : as text; `got` is empty where the example holds.
    why : what the difference is, where that can be said.
    printed : what was printed on the way, where the example does not hold and it is not `got` itself.
    """

    source: str
    holds: bool
    expected: str
    got: str = ""
    why: str = ""
    printed: str = ""

    @property
    def text(self) -> str:
        """The example as a message has it."""
        lines = [self.source, "expected:", _indented(self.expected), "got:", _indented(self.got)]
        lines += [f"({self.why})"] if self.why else []
        lines += ["printed on the way:", _indented(self.printed)] if self.printed else []
        return "\n".join(lines)


@dataclass(frozen=True)
class Trial:
    """What became of all examples of an exercise.

    Attributes
    ----------
    total, agreed : how many there are, and how many hold.
    told : what has to be done first, a line each: run a cell, mend it, begin.
    begun : whether anything of the answer is there.
    tried : those that were run and state an outcome, in order, without those that only met a stub.
    """

    total: int
    agreed: int
    told: tuple[str, ...]
    begun: bool
    tried: tuple[Tried, ...]

    @property
    def message(self) -> str:
        """All that does not hold, as text; empty where everything does."""
        failed = [one for one in self.tried if not one.holds]
        if not failed and not (self.told and 0 < self.total - self.agreed < self.total):
            return "\n".join(self.told)
        return "\n".join(
            [f"{self.agreed} of {self.total} examples agree.", *self.told, *(f"\n{one.text}" for one in failed)]
        )


def try_examples(
    examples: Iterable[doctest.Example],
    names: Mapping[str, Any],
    answers: Iterable[str] = (),
    absent: Iterable[str] = (),
    faults: Iterable[str] = (),
) -> Trial:
    """Run examples, one after the other.

    Parameters
    ----------
    names : what they may use. It is not changed.
    answers : names of those that are to be given a value other than ``...``.
    absent : names of answers whose examples can't be read, since they are not there.
    faults : sentences about examples that are not there for another reason.
    """
    examples = list(examples)
    run = _Run(dict(names), unfilled(answers, names), absent, faults)
    for example in examples:
        run.take(example)
    return run.trial(sum(map(_states, examples)) or len(examples))


def unfilled(answers: Iterable[str], scope: Mapping[str, Any]) -> list[str]:
    """The answers that dots stand for still: for all of it, or for a value of a dict whose keys are given."""
    values = {name: scope.get(name, ...) for name in answers}
    return [
        name
        for name, value in values.items()
        if value is ... or (isinstance(value, dict) and any(one is ... for one in value.values()))
    ]


def not_begun(dotted: list[str], stubs: list[str]) -> str:
    places = ["the dots"] * bool(dotted) + ["`raise NotImplementedError()`"] * bool(stubs)
    names = ", ".join([*dotted, *stubs])
    return f"{names}: not begun yet; write your answer in place of {' and '.join(places)}, and run that cell."


class NoExamples(Exception):
    """An answer has no examples that can be run; the text is a sentence that says why."""


def examples_of(name: str, answer: object) -> list[doctest.Example]:
    """Return the examples in the docstring of a function, or of a class and its public methods.

    Raises
    ------
    NoExamples : there are none any more, or one of them is no Python.
    """
    found: list[doctest.Example] = []
    for text in _docstrings(answer):
        try:
            found += doctest.DocTestParser().get_examples(inspect.cleandoc(text))
        except ValueError as error:
            raise NoExamples(f"{name}: the examples in its docstring can't be read ({error}). {_BACK}") from error
    for example in found:
        try:
            compile(example.source, "<example>", "exec")
        except (SyntaxError, ValueError) as error:
            first = example.source.split("\n")[0]
            raise NoExamples(f"{name}: the example `{first}` in its docstring is no Python. {_BACK}") from error
    if not any(map(_states, found)):
        raise NoExamples(f"{name}: its docstring holds no examples any more. {_BACK}")
    return found


def _docstrings(answer: object) -> Iterator[str]:
    """The docstrings a student reads: not that of a class whose instance the answer is."""
    own = getattr(answer, "__doc__", None)
    if isinstance(own, str) and own != type(answer).__doc__:
        yield own
    for key, member in vars(answer).items() if isinstance(answer, type) else ():
        is_public = not key.startswith("_") or (key.startswith("__") and key.endswith("__"))
        if is_public and isinstance(member, _METHODS) and isinstance(member.__doc__, str):
            yield member.__doc__


@dataclass(frozen=True)
class _Outcome:
    """What running one example gave.

    Attributes
    ----------
    value : of its last line, None where that is no expression.
    own, printed : what the example's own ``print`` has printed, and all that was printed.
    error : what was raised.
    """

    value: object
    own: str
    printed: str
    error: BaseException | None = None


class _Run:
    """The examples so far: which disagree, and which can't be tried because an earlier one failed."""

    def __init__(
        self, names: dict[str, Any], dotted: Iterable[str], absent: Iterable[str], faults: Iterable[str]
    ) -> None:
        self.names = names
        self._faults = list(faults)
        self.tried: list[Tried] = []
        self.wrong = 0
        self._dotted = list(dotted)
        self._stubs: dict[str, None] = {}  # in order, as the others
        self._not_run: dict[str, None] = dict.fromkeys(absent)
        self._used = dict.fromkeys([*self._dotted, *self._not_run])
        self._lost: set[str] = set()  # what an example that failed was to define

    def take(self, example: doctest.Example) -> None:
        """Run one example and keep what is to be said of it."""
        if example.options.get(doctest.SKIP, False):
            return
        code = compile(example.source, "<example>", "exec")
        loads, stores = set(_operands(code, "LOAD_NAME", "LOAD_GLOBAL")), set(_operands(code, "STORE_NAME"))
        self._used |= dict.fromkeys(_operands(code, "LOAD_NAME", "LOAD_GLOBAL"))
        if loads & self._lost:
            self._lost |= stores
            self.wrong += _states(example)
            return
        outcome = _outcome(example.source, self.names)
        agrees = self._judge(example, outcome)
        self.wrong += not agrees and _states(example)
        self._lost = self._lost | stores if outcome.error else self._lost - stores

    def _judge(self, example: doctest.Example, outcome: _Outcome) -> bool:
        error = outcome.error
        if _is_expected(error, example):
            return self._agrees(example)
        if isinstance(error, NotImplementedError) and not error.args:  # a library's has a message
            self._stubs[_raised_by(error.__traceback__)] = None
        elif isinstance(error, NameError) and error.name and error.name in example.source:
            self._not_run[error.name] = None
        elif error is not None:
            self._differs(example, f"{type(error).__name__}: {error}", outcome)
        elif (why := _disagreement(example, outcome)) is not None:
            self._differs(example, _got(outcome), outcome, why)
        else:
            return self._agrees(example)
        return False

    def _agrees(self, example: doctest.Example) -> bool:
        if _states(example):
            self.tried.append(Tried(_prompted(example), True, _cut(example.want)))
        return True

    def _differs(self, example: doctest.Example, got: str, outcome: _Outcome, why: str = "") -> None:
        printed = outcome.printed.strip()
        printed = "" if printed in got else printed
        expected = example.want or "no output"
        self.tried.append(Tried(_prompted(example), False, _cut(expected), _cut(got), why, _cut(printed)))

    def trial(self, total: int) -> Trial:
        """Say what can't be tried yet, and what differs."""
        told = {name: cell_trouble(name, mentions=name in self._not_run) for name in self._used}
        broken = {name: trouble for name, trouble in told.items() if trouble}
        lines = list(broken.values())
        if left := [name for name in self._not_run if name not in broken]:
            lines.append(f"(run the cell that defines {' and '.join(left)} first)")
        dotted, stubs = ([name for name in names if name not in broken] for names in (self._dotted, self._stubs))
        lines += [not_begun(dotted, stubs)] if dotted or stubs else []
        agreed = max(total - self.wrong, 0)
        begun = bool(self.tried) or not lines
        return Trial(total, agreed, (*lines, *self._faults), begun, tuple(self.tried))


def _operands(code: CodeType, *operations: str) -> Iterator[str]:
    """The names that some operations of a piece of code, and of the functions in it, are about."""
    for step in dis.get_instructions(code):
        if step.opname in operations:
            yield step.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from (name for name in _operands(inner, *operations) if "STORE_NAME" not in operations)


def _outcome(source: str, names: dict[str, Any]) -> _Outcome:
    """Run one example."""
    own, printed = io.StringIO(), io.StringIO()

    def prints(*values: object, **options: Any) -> None:
        print(*values, **options)
        if options.get("file") is None:
            print(*values, **{**options, "file": own})

    tree = ast.parse(source)
    ends_in = tree.body[-1] if tree.body else None
    last = ends_in.value if isinstance(ends_in, ast.Expr) else None
    tree.body = tree.body[:-1] if last is not None else tree.body
    value, raised = None, None
    if theirs := "print" not in names:
        names["print"] = prints
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, "<example>", "exec"), names)  # noqa: S102  # the chapter's own text
            if last is not None:
                value = eval(compile(ast.Expression(last), "<example>", "eval"), names)  # noqa: S307
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a student's `exit()`, too
        raised = error
    finally:
        if theirs:
            del names["print"]
    return _Outcome(value, own.getvalue(), printed.getvalue(), raised)


def _is_expected(error: BaseException | None, example: doctest.Example) -> bool:
    """Whether an example states an error of this type; its words are the student's own."""
    if example.exc_msg is None or error is None:
        return False
    wanted = example.exc_msg.split(":")[0].strip().rpartition(".")[2]
    return wanted in [kind.__name__ for kind in type(error).__mro__]


def _disagreement(example: doctest.Example, outcome: _Outcome) -> str | None:
    """What differs, empty where what is shown says it; None where the example agrees."""
    want = example.want
    if not want:
        return None
    if example.exc_msg is not None:
        return "an error of this kind is expected, and there was none"
    if _looks_like(want, outcome):
        return None
    try:
        expected = stated(want)
        got = stated(outcome.own) if outcome.own and outcome.value is None else outcome.value
    except NoValue:
        return ""
    why = difference(expected, got)
    if why is not None and got is None and _same_text(want, outcome.printed):
        return "it is printed, and has to be returned: write `return` in place of `print`"
    return why


def _looks_like(want: str, outcome: _Outcome) -> bool:
    """Whether what is shown is the text that is wanted, where that is a text: printed, a table, or with ``...``."""
    if outcome.value is None and outcome.own:
        return _same_text(want, outcome.own)
    with contextlib.suppress(NoValue):
        stated(want)
        if "..." not in want:
            return False
    shows = ["", *shown(outcome.value)] if outcome.value is None else [*shown(outcome.value)]
    return any(_same_text(want, printed + text) for printed in (outcome.own, outcome.printed) for text in shows)


def _same_text(want: str, got: str) -> bool:
    return doctest.OutputChecker().check_output(want.rstrip("\n") + "\n", got.rstrip("\n") + "\n", FLAGS)


def _got(outcome: _Outcome) -> str:
    if outcome.value is None and outcome.own:
        return outcome.own
    return next(shown(outcome.value))


def _states(example: doctest.Example) -> bool:
    """Whether an example states an outcome that is looked at; the others only prepare one."""
    return bool(example.want) and not example.options.get(doctest.SKIP, False)


def _prompted(example: doctest.Example) -> str:
    source = example.source.rstrip("\n").replace("\n", "\n... ")
    return f">>> {source}"


def _cut(value: str) -> str:
    value = value.rstrip("\n")
    return value if len(value) <= _LONGEST else value[:_LONGEST] + " ... (cut)"


def _indented(value: str) -> str:
    return textwrap.indent(value, "    ")


def _raised_by(trace: TracebackType | None) -> str:
    """The answer that raised: a function, or a class where its ``__init__`` has."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_code.co_qualname if trace else "<module>"
    return "the example" if name == "<module>" else name.rpartition("<locals>.")[2].removesuffix(".__init__")
