"""The visible test of an exercise: does the student's code agree with the examples in its docstrings?

This runs in a student's notebook, so it needs nothing beyond the standard library, and it never decides a point:
the hidden checks do, in another process.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import doctest
import io
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, TracebackType
from typing import Any

from course.notebook_cells import cell_trouble
from course.same_value import NoValue, difference, shown, stated

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
_LONGEST = 1_500  # characters of one value shown: a screenful, not a flood


class Disagreement(AssertionError):
    """The examples and the answer don't agree; the text says which, and a notebook shows only that text."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: frames of this module would tell a student nothing.
        return str(self).splitlines()


def run(text: str, namespace: Mapping[str, Any] | None = None, *, answers: Sequence[str] = ()) -> None:
    """Run doctest examples and say how many agree.

    An example that states a value is compared with the value, whatever is printed on the way and whatever type a
    library hands the value out in; one that states a text is compared with what is shown.

    Parameters
    ----------
    text : doctest examples, ``>>> double(2)`` and so on.
    namespace : the names the examples may use; by default those of the caller's notebook. It is not changed.
    answers : names of those that are to be given a value other than ``...``.

    Raises
    ------
    Disagreement : an ``AssertionError`` that lists each example with the expected and the actual outcome, or says
        that the answer is not begun yet.
    """
    names = dict(_caller() if namespace is None else namespace)
    examples = doctest.DocTestParser().get_examples(text, "examples")
    if not examples:
        # Never a pass: something has removed the prompts, and silence would read as success.
        raise Disagreement("this cell holds no examples any more: fetch the notebook again to restore it.")
    tried = _Run(names, _unfilled(answers, names))
    for example in examples:
        tried.take(example)
    total = sum(map(_states, examples)) or len(examples)
    if message := tried.summary(total):
        raise Disagreement(message)
    print(f"{total} of {total} examples agree.")
    if answers:
        print(f"{len(answers)} of {len(answers)} answers filled in.")


def filled(*names: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Say whether each of the answers called `names` has been given a value other than ``...``.

    Parameters
    ----------
    names : names of answers.
    namespace : where to look; by default the caller's notebook.

    Raises
    ------
    Disagreement : an ``AssertionError`` that lists the answers not begun yet.
    """
    scope = _caller() if namespace is None else namespace
    if missing := _unfilled(names, scope):
        broken = [trouble for name in missing if (trouble := cell_trouble(name, mentions=True))]
        raise Disagreement("\n".join(broken) or _not_begun(missing, []))
    print(f"{len(names)} of {len(names)} answers filled in.")


def _unfilled(answers: Iterable[str], scope: Mapping[str, Any]) -> list[str]:
    """The answers that dots stand for still: for all of it, or for a value of a dict whose keys are given."""
    values = {name: scope.get(name, ...) for name in answers}
    return [
        name
        for name, value in values.items()
        if value is ... or (isinstance(value, dict) and any(one is ... for one in value.values()))
    ]


def _not_begun(dotted: list[str], stubs: list[str]) -> str:
    places = ["the dots"] * bool(dotted) + ["`raise NotImplementedError()`"] * bool(stubs)
    names = ", ".join([*dotted, *stubs])
    return f"{names}: not begun yet; write your answer in place of {' and '.join(places)}, and run that cell."


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

    def __init__(self, names: dict[str, Any], unfilled: Iterable[str]) -> None:
        self.names = names
        self.reports: list[str] = []
        self.wrong = 0
        self._dotted = list(unfilled)
        self._stubs: dict[str, None] = {}  # in order, as the others
        self._not_run: dict[str, None] = {}
        self._used = dict.fromkeys(self._dotted)
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
            return True
        if isinstance(error, NotImplementedError) and not error.args:  # a library's has a message
            self._stubs[_raised_by(error.__traceback__)] = None
        elif isinstance(error, NameError) and error.name and error.name in example.source:
            self._not_run[error.name] = None
        elif error is not None:
            self._report(example, f"{type(error).__name__}: {error}", outcome)
        elif (why := _disagreement(example, outcome)) is not None:
            self._report(example, _got(outcome), outcome, why)
        else:
            return True
        return False

    def _report(self, example: doctest.Example, got: str, outcome: _Outcome, why: str = "") -> None:
        source = example.source.rstrip("\n").replace("\n", "\n... ")
        lines = [f"\n>>> {source}", "expected:", _shown(example.want or "no output"), "got:", _shown(got)]
        lines += [f"({why})"] if why else []
        printed = outcome.printed.strip()
        lines += ["printed on the way:", _shown(printed)] if printed and printed not in got else []
        self.reports.append("\n".join(lines))

    def summary(self, total: int) -> str:
        """The whole message: what can't be tried yet, then what differs; empty where all agree."""
        told = {name: cell_trouble(name, mentions=name in self._not_run) for name in self._used}
        broken = {name: trouble for name, trouble in told.items() if trouble}
        lines = list(broken.values())
        if left := [name for name in self._not_run if name not in broken]:
            lines.append(f"(run the cell that defines {' and '.join(left)} first)")
        dotted, stubs = ([name for name in names if name not in broken] for names in (self._dotted, self._stubs))
        lines += [_not_begun(dotted, stubs)] if dotted or stubs else []
        if not self.reports and not (lines and 0 < self.wrong < total):
            return "\n".join(lines)
        return "\n".join([f"{max(total - self.wrong, 0)} of {total} examples agree.", *lines, *self.reports])


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


def _shown(value: str) -> str:
    value = value.rstrip("\n")
    if len(value) > _LONGEST:
        value = value[:_LONGEST] + " ... (cut)"
    return textwrap.indent(value, "    ")


def _raised_by(trace: TracebackType | None) -> str:
    """The answer that raised: a function, or a class where its ``__init__`` has."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_code.co_qualname if trace else "<module>"
    return "the example" if name == "<module>" else name.rpartition("<locals>.")[2].removesuffix(".__init__")


def _caller() -> dict[str, Any]:
    """The global names of the notebook that called a function of this module."""
    return sys._getframe(2).f_globals
