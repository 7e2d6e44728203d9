"""``course learn``: looks at a notebook whenever it is saved, and says what to do next, until one has had enough."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Protocol

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.syntax import Syntax

from autograder.engine.result import Outcome
from autograder.learner.lesson import Lesson, Look, Step
from autograder.learner.solution import shown_solution
from course.errors import CourseError

KEYS = {"h": "hint", "s": "solution", "n": "next exercise", "q": "quit"}
_POLL = 0.3  # seconds between two looks at the file and at the keys


class Keys(Protocol):
    """Where the learner's keys come from."""

    def pressed(self, seconds: float) -> str:
        """Wait so long for a key, and return it; empty for none, ``q`` where no more can come."""
        ...


class TerminalKeys:
    """A terminal: each key counts as it is pressed. Use it as a context manager, which restores the terminal."""

    def __init__(self, stream: IO[str]) -> None:
        self._number = stream.fileno()

    def __enter__(self) -> TerminalKeys:
        self._before = termios.tcgetattr(self._number)
        tty.setcbreak(self._number)
        return self

    def __exit__(self, *exc: object) -> None:
        termios.tcsetattr(self._number, termios.TCSADRAIN, self._before)

    def pressed(self, seconds: float) -> str:
        if not select.select([self._number], [], [], seconds)[0]:
            return ""
        return os.read(self._number, 1).decode("ascii", "ignore") or "q"


class LineKeys:
    """No terminal: the first letter of each line counts; at the end of input it is as if ``q`` had been pressed."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def pressed(self, seconds: float) -> str:
        if not select.select([self._stream], [], [], seconds)[0]:
            return ""
        line = self._stream.readline()
        return line.strip()[:1].lower() if line else "q"


@contextlib.contextmanager
def keys_of(stream: IO[str]) -> Iterator[Keys]:
    """Give the keys of a terminal, or of what is none."""
    if stream.isatty():
        with TerminalKeys(stream) as keys:
            yield keys
    else:
        yield LineKeys(stream)


@dataclass
class Loop:
    """Looks, tells, waits.

    Attributes
    ----------
    hinted : whether the hint has been read since the notebook was last saved.
    """

    lesson: Lesson
    out: Console
    keys: Keys
    hinted: bool = False
    _seen: tuple[int, int] = (0, 0)
    _found: Look | None = None

    def run(self) -> bool:
        """Go on until ``q`` is pressed; return whether every promise was kept at the last look."""
        while True:
            if (stamp := self._stamp()) != self._seen:
                self._seen, self.hinted = stamp, False
                self._look()
            key = self.keys.pressed(_POLL)
            if key == "q":
                return self._found is not None and self._found.step.exercise is None
            if action := _ACTIONS.get(key):
                action(self)

    def _stamp(self) -> tuple[int, int]:
        with contextlib.suppress(OSError):  # editors put another file in its place
            found = self.lesson.path.stat()
            return found.st_mtime_ns, found.st_size
        return self._seen

    def _look(self) -> None:
        if self.out.is_terminal:
            self.out.clear()
        self.out.print(f"[bold]{escape(self.lesson.chapter.title)}[/] · {self.lesson.path.name}", highlight=False)
        try:
            with self.out.status("judging …"):
                self._found = self.lesson.look()
        except CourseError as error:
            self.out.print(f"{escape(str(error))}\nSave the notebook once it is mended.", highlight=False)
            return
        self._tell(self._found)

    def _tell(self, found: Look) -> None:
        self._bar(found)
        step = found.step
        self.out.print()
        if step.exercise is None:
            self.out.print("[green]Every promise is kept.[/] q ends; `course status` shows the other chapters.")
            return
        facts = " · ".join(step.exercise.facts)
        self.out.print(f"[bold]{step.exercise.id}  {escape(step.exercise.title)}[/]", highlight=False)
        if facts:
            self.out.print(escape(facts), style="dim", highlight=False)
        for line in lines_of(step):
            self.out.print(line, highlight=False)
        self._say_keys()

    def _bar(self, found: Look) -> None:
        said = (
            f"{len(found.done)} of {found.exercises} exercises · {found.kept} of {found.promises} promises · "
            f"{found.points:g} of {found.most:g} points"
        )
        if self.out.is_terminal:
            self.out.print(ProgressBar(max(found.promises, 1), found.kept, width=40))
        self.out.print(said, highlight=False)

    def _say_keys(self) -> None:
        said = " · ".join(f"{key} {word}" for key, word in KEYS.items())
        self.out.print(f"\n{said}   (judged again when you save)", style="dim", highlight=False)

    def _hint(self) -> None:
        broken = self._found.step.broken if self._found else None
        if broken and broken.hint and not self.hinted:
            self.out.print(f"Hint: {escape(broken.hint)}", highlight=False)
            self.hinted = True
        elif broken and self.hinted:
            self.out.print("That is all the hint there is; s shows a solution.", highlight=False)
        else:
            self.out.print("There is nothing to hint at before a promise is broken.", highlight=False)

    def _solution(self) -> None:
        exercise = self._found.step.exercise if self._found else None
        if exercise is None:
            return
        try:
            for title, text, is_code in list(shown_solution(self.lesson.project, exercise.id)):
                self.out.rule(escape(title), align="left")
                self.out.print(Syntax(text, "python", theme="ansi_light") if is_code else Markdown(text))
        except CourseError as error:
            self.out.print(escape(str(error)), highlight=False)

    def _next(self) -> None:
        if self._found and self._found.step.exercise:
            self.lesson.passed_over.add(self._found.step.exercise.id)
            self.hinted = False
            self._look()


_ACTIONS: dict[str, Callable[[Loop], None]] = {"h": Loop._hint, "s": Loop._solution, "n": Loop._next}


def lines_of(step: Step) -> Iterator[str]:
    """Say what to do now, for a console that reads markup."""
    if step.in_words:
        yield f"Nobody judges it here: {escape(step.todo)}, then compare it with ours (s)."
    elif step.todo:
        yield escape(step.todo)
    if step.broken is None:
        return
    if step.broken.outcome is Outcome.NOT_JUDGED:
        yield f"Not judged, and no fault of yours: {escape(step.broken.trouble)}"
        return
    yield f"[red]✗[/] {escape(step.broken.sentence)}"
    if step.broken.detail:
        yield escape(step.broken.detail)


def learn(lesson: Lesson, out: Console) -> bool:
    """Run the loop on this process's own input and output."""
    with keys_of(sys.stdin) as keys:
        return Loop(lesson, out, keys).run()
