"""Shows how the grading of a class goes: a bar with rate and time left, and a table of all trouble under it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.engine.result import Result, Status

_ROWS = 12  # of the live table; all are listed at the end
_QUIET = (Status.GRADED, Status.MISSING)


class ClassProgress:
    """Shows a run on `console` while its results are taken; on anything but a terminal, a line per trouble instead."""

    def __init__(self, console: Console, title: str, total: int) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task(title, total=total)
        self._troubles: list[Result] = []
        self._said = ""

    def follow(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield the results, showing each."""
        with Live(
            get_renderable=self._view,
            console=self._console,
            transient=True,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        ):
            for result in results:
                self._said = ""
                self._bar.advance(self._task)
                if result.status not in _QUIET:
                    self._troubles.append(result)
                    if not self._console.is_terminal:
                        self._console.print(*_row(result), sep=": ", highlight=False, soft_wrap=True)
                yield result

    def tell(self, text: str) -> None:
        """Show what the run waits for."""
        self._said = text
        if not self._console.is_terminal:
            self._console.print(escape(text), highlight=False, soft_wrap=True)

    def _view(self) -> Group:
        if not self._console.is_terminal:
            return Group()
        parts: list[Progress | Table | Text] = [self._bar]
        if self._said:
            parts.append(Text(self._said, style="yellow"))
        if self._troubles:
            parts.append(trouble_table(self._troubles[-_ROWS:], f"Trouble: {len(self._troubles)}"))
        return Group(*parts)


def trouble_table(results: Iterable[Result], title: str) -> Table:
    """Return a table of submissions with a trouble: student, status and what is known of it."""
    table = Table("student", "status", "note", title=title)
    for result in results:
        table.add_row(*_row(result))
    return table


def reason(result: Result) -> str:
    """Return why a submission has the status it has, in one line: its notes, and what its checks tripped over."""
    troubles = [check.trouble for exercise in result.exercises for check in exercise.checks if check.trouble]
    return " ".join(dict.fromkeys([*result.notes, *troubles]))


def _row(result: Result) -> tuple[str, str, str]:
    return escape(result.student), result.status.value, escape(reason(result))


class _Rate(ProgressColumn):
    """Submissions per minute since the start."""

    def __init__(self) -> None:
        super().__init__()
        self._start = time.monotonic()

    def render(self, task: Task) -> Text:
        minutes = (time.monotonic() - self._start) / 60
        return Text(f"{task.completed / minutes:.0f}/min" if task.completed and minutes else "–/min")
