"""What a student is told when their code goes wrong while it is checked: the one place where such sentences are made.

Whatever a submission's process says of an error is its own choice, and may be a hidden input in disguise. So nothing of
it is repeated: not the message, not a class of its own, not a file. A sentence is made of our own words, the names of
well-known errors, and names and lines that stand in the notebook's own text, which was written before any input was
there. `Words.describe` is the rule; everything that reaches a page goes through it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from autograder.engine.submission.cells import cell_key, is_answer
from autograder.engine.submission.sources import NotebookText, foreign_magic, misread
from autograder.engine.submission.written import LEFT, Written

SYNTAX_ERRORS = frozenset({"SyntaxError", "IndentationError", "TabError"})
IMPORT_ERRORS = frozenset({"ModuleNotFoundError", "ImportError"})
# Not a misconception: something is not there, and a hint about what the code does would lead astray.
ABSENCES = IMPORT_ERRORS | {"NameError"}
KNOWN_ERRORS = frozenset({
    "ArithmeticError", "AssertionError", "AttributeError", "EOFError", "FileNotFoundError", "FloatingPointError",
    "ImportError", "IndexError", "KeyError", "LookupError", "MemoryError", "ModuleNotFoundError", "NameError",
    "NotFittedError", "NotImplementedError", "OSError", "OverflowError", "PermissionError", "RecursionError",
    "RuntimeError", "StopIteration", "SyntaxError", "IndentationError", "TabError", "SystemExit", "TypeError",
    "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "ValueError", "ZeroDivisionError", "DataError",
    "WireError", "AxisError", "InvalidParameterError", "JSONDecodeError", "LinAlgError", "TimeoutError",
    "BrokenProcessPool", "PicklingError", "RuntimeWarning", "FutureWarning", "UserWarning", "DeprecationWarning",
    "ConvergenceWarning", "DataConversionWarning", "UsageError", "StdinNotImplementedError", "InvalidIndexError",
    "IndexingError", "KeyboardInterrupt",
})  # fmt: skip

# Sentences of ours for what only this machine makes of right code, and for what libraries say most often. A key is what
# the submission's shim may say.
ADVICE: Mapping[str, str] = {
    "gpu": "It asks for a GPU: there is no GPU where this is graded. Ask `torch.cuda.is_available()` before you use "
    "one.",
    "spawn": "Processes that it starts don't find the functions of a notebook (as with `spawn`): use threads, or none.",
    "input": "It waits for an input: nobody can answer where this is graded.",
    "pandas output": "`sklearn.set_config(transform_output=…)` changes what every transformer returns, and not all of "
    "them can: take it out, or set it for one transformer alone.",
    "network": "It asks for something from the network: there is none where this is graded.",
    "memory": "It needed more memory than there is where this is graded.",
    "category": "An encoder met a category that was not in the rows it was fitted to.",
    "fitted": "Something was used before it was fitted.",
    "text": "Text reached a step that takes nothing but numbers.",
    "gaps": "Missing or infinite values reached a step that takes none.",
    "columns": "A step got other columns than those it was fitted to.",
}
NOT_BEGUN = "This exercise has not been begun."
AS_ABOVE = "For the same reason as above."


def advice_for(error: Mapping[str, Any]) -> str:
    """Return what tells more of an error than its name, if we have a sentence for it."""
    advice = error.get("advice")
    return ADVICE.get(advice, "") if isinstance(advice, str) else ""


class Words:
    """Finds the words for a submission's errors.

    Parameters
    ----------
    notebook : the submission, restored; with outputs once its cells were run. None for an answer of ours.
    """

    def __init__(self, notebook: NotebookNode | None = None) -> None:
        self._notebook = notebook

    @functools.cached_property
    def text(self) -> NotebookText:
        """What stands in the notebook."""
        return NotebookText() if self._notebook is None else NotebookText.in_notebook(self._notebook)

    def describe(self, error: Mapping[str, Any]) -> str:
        """Return the sentence for an error; see the rule above.

        Parameters
        ----------
        error : what the submission's process says: type, function, line, name, advice, each of any kind.
        """
        kind = error.get("type")
        known = kind if isinstance(kind, str) and kind in KNOWN_ERRORS else "an error of its own kind"
        where = self._place(error.get("function"), error.get("line"))
        name = self.text.name(error.get("name"))
        told = {"NameError": "`{}` is not defined", "KeyError": "there is no `{}`", "AttributeError": "no `{}` there"}
        told |= dict.fromkeys(IMPORT_ERRORS, "there is no module `{}` where this is graded")
        about = f": {told[known].format(name)}" if name and known in told else ""
        return f"Your code raised {known}{where}{about}. {advice_for(error)}".rstrip()

    def _place(self, function: object, line: object) -> str:
        return self.text.place(function, line)

    def cause(self, error: Mapping[str, Any]) -> str:
        """Return what two errors of one cause have in common; empty where that can't be said."""
        kind, name = error.get("type"), self.text.name(error.get("name"))
        return f"{kind} {name}" if name and isinstance(kind, str) and kind in ABSENCES else ""

    def not_defined(self, name: str, written: Written | None) -> str:
        """Return the sentence for an answer that is not there, and why it is not if the notebook tells."""
        sentence = f"`{name}` is not defined in your notebook"
        if self._notebook is None:
            return f"{sentence}."
        if not written or name not in written.stopped:
            for number, cell in self._homes(name):
                if wrong := misread(cell.source):
                    there = f"Python can't read line {wrong.line} of cell {number}, where `{name}` belongs"
                    return f"{there}: `{wrong.text}` ({wrong.why}). Mend this line; until then `{name}` is not defined."
                if why := _why_not_run(cell):
                    return f"{sentence}: cell {number}, where it stands, {why}."
        return written.missing(name) if written else f"{sentence}."

    def _homes(self, name: str) -> Iterator[tuple[int, NotebookNode]]:
        """The cells that define a name by their text, then the one that was released for it, each with its number."""
        define = rf"^[ \t]*(?:(?:async\s+)?def|class)\s+{re.escape(name)}\b|^{re.escape(name)}\s*[:=]"
        cells = self._notebook.cells if self._notebook else []
        code = [(number, cell) for number, cell in enumerate(cells, 1) if cell.cell_type == "code"]
        yield from ((number, cell) for number, cell in code if re.search(define, cell.source, re.MULTILINE))
        yield from ((number, cell) for number, cell in code if is_answer(cell) and cell_key(cell).endswith(f"-{name}"))

    def not_begun(self, error: Mapping[str, Any], written: Written | None, exercise: str) -> str:
        """Return the sentence for an answer that raises `NotImplementedError`: a stub, or one whose line was left in.

        Empty where no such line stands in the notebook: then a library has raised it.
        """
        claimed = error.get("function")
        function = claimed if isinstance(claimed, str) and claimed in self.text.functions else ""
        if self._notebook is None:
            return NOT_BEGUN
        if written and (sentence := written.not_implemented(function, exercise, "")):
            return sentence
        if function in self.text.unfinished:
            return f"In `{function}`, {LEFT}: nothing below it is run."
        return NOT_BEGUN if function in self.text.stubs else ""


class OurWords(Words):
    """The words for an answer of ours, which has no notebook and no reason to lie."""

    def _place(self, function: object, line: object) -> str:
        return f" in line {line} of `{function}`" if function and line else ""


def _why_not_run(cell: NotebookNode) -> str:
    if magic := foreign_magic(cell.source):
        return f"begins with `%%{magic}`, so that it is not run as a part of the notebook"
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            kind = output.get("ename", "")
            if kind == "NotImplementedError" and "raise NotImplementedError" in cell.source:
                return f"ends before it. Please {LEFT}"
            return f"ended in an error ({kind if kind in KNOWN_ERRORS else 'of its own kind'}) before that"
    return ""
