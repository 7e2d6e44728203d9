"""The visible test of an exercise: does the student's code agree with the examples in its docstrings?

This runs in a student's notebook, so it needs nothing beyond the standard library, and it never decides a point:
the hidden checks do, in another process.
"""

from __future__ import annotations

import doctest
import sys
import textwrap
from collections.abc import Mapping
from types import TracebackType
from typing import Any

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
_LONGEST = 1_500  # characters of one value shown: a screenful, not a flood

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType]


class Disagreement(AssertionError):
    """The examples and the answer don't agree; the text says which, and a notebook shows only that text."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this: frames of this module would tell a student nothing.
        return str(self).splitlines()


def run(text: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Run doctest examples and say how many agree.

    Parameters
    ----------
    text : doctest examples, ``>>> double(2)`` and so on.
    namespace : the names the examples may use; by default those of the caller's notebook. It is not changed.

    Raises
    ------
    Disagreement : an ``AssertionError`` that lists each example with the expected and the actual outcome, or says
        that the answer is not begun yet.
    """
    names = dict(_caller() if namespace is None else namespace)
    test = doctest.DocTestParser().get_doctest(text, names, "examples", None, 0)
    if not test.examples:
        # Never a pass: something has removed the prompts, and silence would read as success.
        raise Disagreement("this cell holds no examples any more: fetch the notebook again to restore it.")
    runner = _Runner(optionflags=FLAGS)
    runner.run(test, out=lambda _: None, clear_globs=False)
    stated = [example for example in test.examples if _states(example)]
    total = len(stated) or len(test.examples)
    if runner.reports or runner.unbegun:
        raise Disagreement(runner.summary(total))
    print(f"{total} of {total} examples agree.")


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
    if missing := [name for name in names if scope.get(name, ...) is ...]:
        hint = "write your answer in place of the dots and run that cell first."
        raise Disagreement(f"{', '.join(missing)}: not begun yet; {hint}")
    print(f"{len(names)} of {len(names)} answers filled in.")


class _Runner(doctest.DocTestRunner):
    """Collects what disagrees instead of printing it."""

    def __init__(self, optionflags: int) -> None:
        super().__init__(verbose=False, optionflags=optionflags)
        self.reports: list[str] = []
        self.unbegun: list[str] = []
        self._wrong: set[int] = set()

    def report_start(self, out: object, test: doctest.DocTest, example: doctest.Example) -> None:
        pass

    def report_success(self, out: object, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        pass

    def report_failure(self, out: object, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self._report(example, got)

    def report_unexpected_exception(
        self, out: object, test: doctest.DocTest, example: doctest.Example, exc_info: _ExcInfo
    ) -> None:
        kind, error, trace = exc_info
        if isinstance(error, NotImplementedError):
            name = _innermost(trace)
            if name not in self.unbegun:
                self.unbegun.append(name)
            self._wrong.add(id(example))
            return
        hint = ""
        if isinstance(error, NameError) and error.name and error.name in example.source:
            hint = f"\n(run the cell that defines {error.name} first)"
        self._report(example, f"{kind.__name__}: {error}{hint}")

    def summary(self, total: int) -> str:
        """The whole message: what is not begun, then what differs."""
        begun = [f"{name}: not begun yet; it still raises NotImplementedError." for name in self.unbegun]
        if not self.reports:
            return "\n".join(begun)
        agree = max(total - len(self._wrong), 0)
        return "\n".join([f"{agree} of {total} examples agree.", *begun, *self.reports])

    def _report(self, example: doctest.Example, got: str) -> None:
        self._wrong.add(id(example))
        source = example.source.rstrip("\n").replace("\n", "\n... ")
        expected = example.want or "no output\n"
        self.reports.append(f"\n>>> {source}\nexpected:\n{_shown(expected)}\ngot:\n{_shown(got or 'no output')}")


def _states(example: doctest.Example) -> bool:
    """Whether an example states an outcome that is looked at; the others only prepare one."""
    return bool(example.want) and not example.options.get(doctest.SKIP, False)


def _shown(value: str) -> str:
    value = value.rstrip("\n")
    if len(value) > _LONGEST:
        value = value[:_LONGEST] + " ... (cut)"
    return textwrap.indent(value, "    ")


def _innermost(trace: TracebackType) -> str:
    """The name of the function that raised."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_code.co_name
    return "the example" if name == "<module>" else name


def _caller() -> dict[str, Any]:
    """The global names of the notebook that called a function of this module."""
    return sys._getframe(2).f_globals
