"""Runs a notebook's cells for grading, and gets as far as can be: what one line can't do here stops no other line.

Three kinds of cells are run. *Given* cells (the imports) come from the release: whatever a student's edits break, what
the released cell makes known is there in the end. *Answers* and a student's *own* cells run as in Jupyter, but where a
line fails for want of something that only this machine lacks (a module, a file, a person to answer `input`), the rest
of its cell is run. Own cells have a budget of time for themselves, so that they can't take that of the answers.
"""

from __future__ import annotations

import ast
import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.engine.result import Status
from autograder.engine.session import meanings
from autograder.engine.submission.faults import IMPORT_ERRORS, KNOWN_ERRORS, SYNTAX_ERRORS
from autograder.engine.submission.restore import cell_key, is_answer
from autograder.engine.submission.sources import Statement, bound, imported, misread, quoted, statements
from course.errors import KernelLost
from course.syllabus import Limits

SYNTAX, MISSING, OTHER = range(3)  # in which order causes are told
# What may work where the student has written it: then the rest of the cell is wanted too.
_ELSEWHERE = {
    *IMPORT_ERRORS, "UsageError", "StdinNotImplementedError", "FileNotFoundError", "NotADirectoryError",
    "PermissionError", "URLError", "HTTPError", "ConnectionError", "gaierror", "MaxRetryError",
}  # fmt: skip
_PIECES = 200  # statements of one cell that are tried one by one
_LEAST = 2  # seconds that any piece gets: what an answer defines takes no time
_MENDING = 10  # seconds for what of ours is run in between
_NOTES = 50  # troubles of one notebook that are told
_NAMED = 10  # cells that a note lists
EXCESS = {
    "cpu": (Status.TIMED_OUT, "The notebook used more CPU time than it may."),
    "memory": (Status.OUT_OF_MEMORY, "The notebook asked for more memory than it may."),
    "gpu memory": (Status.OUT_OF_MEMORY, "The notebook asked for more of the GPU's memory than it may."),
    "processes": (Status.CRASHED, "The notebook started more processes and threads than it may."),
    "wall": (Status.TIMED_OUT, "The notebook ran longer than it may."),
    "grader": (Status.CRASHED, "The grader hung up."),
}


@dataclass
class Run:
    """What happened when the notebook's cells were run.

    Attributes
    ----------
    status : `Status.GRADED`, or the first trouble met.
    """

    status: Status = Status.GRADED
    _notes: list[tuple[int, str]] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """A sentence for each trouble: first what can't be read, then what is missing here, then the rest."""
        return [note for _, note in sorted(self._notes, key=lambda one: one[0])]

    def note(self, note: str, rank: int = OTHER) -> None:
        """Note what is no trouble for the run as a whole."""
        if len(self._notes) < _NOTES and note not in self.notes:
            self._notes.append((rank, note))

    def trouble(self, status: Status, note: str) -> None:
        """Note a trouble; the first one gives the status."""
        if self.status is Status.GRADED:
            self.status = status
        self.note(note)


@dataclass
class RunPlan:
    """How a submission's cells are to be run, and what its earlier starts have taught.

    Attributes
    ----------
    release : the released notebook; None where there is none, and no cell is given.
    tamed : for each cell that has ended the process or would not be stopped, how often: of such a cell only what it
        defines is run, and nothing if that is no better.
    slow : the cells that had to be interrupted.
    """

    release: NotebookNode | None = None
    tamed: dict[int, int] = field(default_factory=dict)
    slow: set[int] = field(default_factory=set)

    def edited(self, notebook: NotebookNode) -> bool:
        """Whether a student has written code beside the answers."""
        cells = (cell for cell in notebook.cells if runs_when_graded(cell) and not is_answer(cell))
        return any(self.given(cell) != cell.source for cell in cells)

    def given(self, cell: NotebookNode) -> str | None:
        """Return the released source of a cell that is no answer; None for a student's own."""
        return None if is_answer(cell) else self._released.get(cell_key(cell))

    @functools.cached_property
    def _released(self) -> dict[str, str]:
        cells = self.release.cells if self.release is not None else []
        return {key: str(cell.source) for cell in cells if cell.cell_type == "code" and (key := cell_key(cell))}


@dataclass(frozen=True)
class Ran:
    """What became of one piece of code.

    Attributes
    ----------
    late : after how many seconds it had to be interrupted; 0 if it had not.
    error : the class name of what it raised; empty if nothing.
    line : the line of the piece in which it did, as the kernel says; 0 where that is not known.
    """

    late: int = 0
    error: str = ""
    line: int = 0


class Runs(Protocol):
    """What runs code in a kernel: `client.KernelClient`."""

    destroyed: bool

    def run(self, cell: NotebookNode, index: int, seconds: int) -> Ran:
        """Run one cell and put its outputs into it. Raises `DeadKernelError` when the kernel has ended."""
        ...

    def run_quietly(self, code: str, index: int, seconds: int) -> Ran:
        """Run code instead of the cell `index`; nobody sees its outputs."""
        ...

    def evaluate(self, expression: str, seconds: float) -> object:
        """Return the text form of an expression's value; None if there is none."""
        ...

    def destroy(self) -> None: ...

    def wait_for_end(self) -> None: ...

    @property
    def lost(self) -> bool: ...

    @property
    def ended_for(self) -> str: ...


class TimeBudget:
    """Seconds that cells of one kind may take together."""

    def __init__(self, seconds: float, of_one: int) -> None:
        self.left = seconds
        self._of_one = of_one

    def share(self) -> int:
        """Return what the next piece may take, in whole seconds; 0 when all is used up."""
        return min(self._of_one, int(self.left))


class Cells:
    """Runs the cells of one notebook in one kernel.

    Attributes
    ----------
    ended_in : the cell in which the process has ended; None if it has not.
    end : then, the status and what the cell did.
    """

    def __init__(self, notebook: NotebookNode, limits: Limits, run: Run, plan: RunPlan) -> None:
        self._notebook = notebook
        self._limits = limits
        self._run = run
        self._plan = plan
        self._ours = TimeBudget(limits.wall_seconds, limits.cell_seconds)  # of given cells and answers
        self._own = TimeBudget(limits.wall_seconds, limits.cell_seconds)
        self._unrun: list[int] = []
        self.ended_in: int | None = None
        self.end = (Status.CRASHED, "")

    def run_all(self, client: Runs) -> None:
        """Run every cell that is run when graded. Raises `KernelLost` when the machine has ended the process."""
        for index, cell in enumerate(self._notebook.cells):
            if not runs_when_graded(cell):
                continue
            try:
                self._charged(client, cell, index)
            except CellTimeoutError:
                self._run.trouble(Status.TIMED_OUT, f"Cell {index + 1} did not end in time.")
            except DeadKernelError:
                self.ended_in, self.end = index, self._how_it_ended(client)
                return
            except Exception as error:  # whatever our client trips over, the submission's process has sent it
                client.destroy()
                what = f"made the notebook's process send what no kernel sends ({type(error).__name__})"
                self.ended_in, self.end = index, (Status.CRASHED, what)
                return
        if self._unrun:
            cells = ", ".join(map(str, self._unrun[:_NAMED])) + (", …" if len(self._unrun) > _NAMED else "")
            limit = f"Your own cells took longer than {self._limits.wall_seconds} s together"
            self._run.trouble(Status.TIMED_OUT, f"{limit}, so these were not run: {cells}.")

    def _charged(self, client: Runs, cell: NotebookNode, index: int) -> None:
        """Run a cell, and charge all the time it takes, ours for reading it too, to its budget."""
        given = self._plan.given(cell)
        budget = self._own if given is None and not is_answer(cell) else self._ours
        start = time.monotonic()
        try:
            self._one(client, cell, index, given, budget)
        finally:
            budget.left -= time.monotonic() - start

    def _one(self, client: Runs, cell: NotebookNode, index: int, given: str | None, budget: TimeBudget) -> None:
        written, own = str(cell.source), budget is self._own
        edited = given is not None and given != written
        lacking = _lacking(str(given), written) if edited else []
        again = [piece for piece in lacking if self._piece(client, index, piece, budget).error]
        if index in self._plan.tamed:
            self._tamely(client, index, _safe(written, given), budget)
            return
        if own and (index in self._plan.slow or budget.share() < 1):
            self._unrun += [index + 1] if index not in self._plan.slow else []
            return
        ran = client.run(cell, index, max(_LEAST, budget.share()))
        rest = [*(_rest(ran, written, given)), *_unbound(again, written)]
        failed = [piece for piece in rest if self._piece(client, index, piece, budget).error and piece.is_import]
        if ran.late:
            self._plan.slow.add(index)
        self._tell(cell, index, ran, failed)
        if "set_default_device" in written and client.evaluate(meanings.mending_device(), _MENDING) == "True":
            self._run.note(f"Cell {index + 1} asks for a GPU: there is no GPU where this is graded.", MISSING)

    def _tamely(self, client: Runs, index: int, safe: list[Statement], budget: TimeBudget) -> None:
        """Run what is safe of a cell, if it has ended the process for the first time."""
        if self._plan.tamed[index] == 1:
            for piece in safe:
                self._piece(client, index, piece, budget)

    def _piece(self, client: Runs, index: int, piece: Statement, budget: TimeBudget) -> Ran:
        return client.run_quietly(piece.text, index, max(_LEAST, budget.share()))

    def _tell(self, cell: NotebookNode, index: int, ran: Ran, failed: list[Statement]) -> None:
        number, what = index + 1, called(cell)
        wrong = misread(cell.source) if ran.error in (*SYNTAX_ERRORS, "UsageError") else None
        if wrong:
            why = f"`{wrong.text}` ({wrong.why})"
            self._run.note(f"Python can't read line {wrong.line} of cell {number}{what}: {why}.", SYNTAX)
        for module in dict.fromkeys(_missing(cell.source, ran, failed)):
            rest = "; the rest of the cell was run" if len(statements(cell.source)) > 1 else ""
            self._run.note(f"Cell {number}{what}: there is no {module} where this is graded{rest}.", MISSING)
        if ran.late:
            self._run.trouble(Status.TIMED_OUT, f"Cell {number} took longer than {ran.late} s and was interrupted.")
        elif ran.error == "MemoryError":
            self._run.trouble(Status.OUT_OF_MEMORY, f"Cell {number} asked for more than {self._limits.memory_mb} MB.")
        elif ran.error == "StdinNotImplementedError":
            self._run.note(f"Cell {number}{what} waits for an input: nobody can answer where this is graded.", MISSING)
        elif ran.error and not wrong and ran.error not in (*IMPORT_ERRORS, "SystemExit"):
            self._run.note(f"Cell {number} ended in an error.{_where(cell.source, ran)}")

    def _how_it_ended(self, client: Runs) -> tuple[Status, str]:
        """Return why the process has ended. Raises `KernelLost` when nobody but the machine is to blame."""
        late = client.destroyed
        client.wait_for_end()
        if client.lost:
            raise KernelLost("The process that a submission ran in was ended from outside.")
        if late:
            return Status.TIMED_OUT, "did not end when it was interrupted"
        if client.ended_for:
            status, sentence = EXCESS[client.ended_for]
            return status, f"was ended: {sentence[0].lower()}{sentence[1:-1]}"
        return Status.CRASHED, "ended the notebook's process"


def runs_when_graded(cell: NotebookNode) -> bool:
    """Whether a cell is run when a submission is graded: code, but no demo and no test cell."""
    nbgrader = cell.metadata.get("nbgrader", {})
    is_test = nbgrader.get("grade") and not nbgrader.get("solution")
    return cell.cell_type == "code" and not cell.metadata.get("course", {}).get("demo") and not is_test


def called(cell: NotebookNode) -> str:
    """Return, in brackets, what a student knows a cell by; nothing for one of their own."""
    if not is_answer(cell):
        return ""
    slug = str(cell.metadata.get("course", {}).get("exercise", "")).replace(".", "-")
    name = cell_key(cell).removeprefix(slug).removeprefix("-")
    return f" (`{name}`)" if name.isidentifier() else ""


def _lacking(given: str, written: str) -> list[Statement]:
    """Return the statements of a released cell that the student's text of it does not have."""
    there = {_dumped(piece.node) for piece in statements(written)}
    return [piece for piece in statements(given) if _dumped(piece.node) not in there]


def _unbound(again: list[Statement], written: str) -> list[Statement]:
    """Return the statements that may be tried again: the student's text gives their names no meaning of its own."""
    theirs = {name for piece in statements(written) for name in _binds(piece.node)} if again else set()
    return [piece for piece in again if not theirs.intersection(_binds(piece.node))]


def _safe(written: str, given: str | None) -> list[Statement]:
    """Return the statements of a cell that only define something, or that the release gives."""
    theirs = {_dumped(piece.node) for piece in statements(given or "")}
    return [piece for piece in statements(written) if piece.is_definition or _dumped(piece.node) in theirs]


def _rest(ran: Ran, written: str, given: str | None) -> list[Statement]:
    """Return which statements of a cell that has failed are to be run all the same.

    Parameters
    ----------
    given : the cell as it was released; None for one that is not given.
    """
    if not (ran.late or ran.error):
        return []
    unread = ran.error in SYNTAX_ERRORS or (ran.error == "UsageError" and misread(written) is not None)
    after = [piece for piece in statements(written) if unread or piece.first > ran.line][:_PIECES]
    elsewhere = ran.error in _ELSEWHERE and not unread
    if (given is not None and unread) or (ran.line and (given is not None or elsewhere)):
        return after
    if given is not None or ran.late or elsewhere:  # where it stopped is not known
        safe = _safe(written, given)
        return [piece for piece in after if piece in safe]
    return [piece for piece in after if piece.is_import]


def _missing(source: str, ran: Ran, failed: list[Statement]) -> Iterator[str]:
    """Yield what a cell imports and what is not here, as the cell calls it."""
    if ran.error in IMPORT_ERRORS:
        there = [one for one in statements(source) if one.first <= ran.line <= one.last and one.is_import]
        yield from (f"module `{module}`" for one in there for module in imported(one.node))
        if not there:
            yield "module that it asks for"
    yield from (f"module `{module}`" for one in failed for module in imported(one.node))


def _where(source: str, ran: Ran) -> str:
    kind = ran.error if ran.error in KNOWN_ERRORS else "an error of its own kind"
    lines = source.split("\n")
    if not 0 < ran.line <= len(lines):
        return f" It is {kind}."
    return f" It is {kind} in line {ran.line}: `{quoted(lines[ran.line - 1])}`."


def _dumped(node: ast.AST) -> str:
    try:
        return ast.dump(node)
    except RecursionError:
        return ""


def _binds(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return set(bound(node))
    stored = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return stored | ({node.name} if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else set())
