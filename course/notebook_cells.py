"""The cells a student has run, as IPython remembers them: which of them is no Python."""

from __future__ import annotations

import ast
import json
import re
import sys
import warnings
from collections.abc import Collection, Iterable
from typing import Any

_RUNNING = ("time", "capture", "prun", "memit", "mprun", "lprun", "debug")  # cell magics that run Python as it stands


def cell_trouble(name: str, mentions: bool = False) -> str:
    """Return what is wrong with the cell that was to define `name`, if the last one that was run is no Python.

    Jupyter shows the error where the cell is, and goes on with what the name meant before, if anything.

    Parameters
    ----------
    mentions : look at the last cell with that word in it if none defines it: ``deff double(x):``.
    """
    cells = _cells()[:-1]  # the last one is that which asks
    found = [cell for cell in cells if _defines(name).search(cell)]
    if mentions and not found:
        found = [cell for cell in cells if re.search(rf"\b{re.escape(name)}\b", cell) and _misread(name, cell)]
    return _misread(name, found[-1]) if found else ""


def last_cell(name: str) -> str:
    """Return the last cell run in this session that defines `name`, as it was typed; empty where there is none."""
    history = getattr(shell(), "history_manager", None)
    typed = list(getattr(history, "input_hist_raw", ()))[:-1]
    return next((cell for cell in reversed(typed) if _defines(name).search(cell)), "")


def code_cells(notebook: str | bytes) -> frozenset[str]:
    """Return the code cells of a notebook's file.

    Raises
    ------
    ValueError, KeyError, TypeError : it is no notebook.
    """
    cells = json.loads(notebook)["cells"]
    return frozenset("".join(cell["source"]).strip() for cell in cells if cell["cell_type"] == "code")


def run_otherwise(names: Iterable[str], cells: Collection[str]) -> bool | None:
    """Return whether one of these names was defined by a cell that is not among `cells`; None where nothing is known.

    Parameters
    ----------
    names : of answers.
    cells : as `code_cells` returns them.
    """
    run = [cell.strip() for name in names if (cell := last_cell(name))]
    return any(cell not in cells for cell in run) if run else None


def _defines(name: str) -> re.Pattern[str]:
    word = re.escape(name)
    return re.compile(rf"^\s*(?:(?:async\s+)?def|class)\s+{word}\b|^{word}\s*(?::[^=]*)?=(?!=)", re.M)


def _misread(name: str, source: str) -> str:
    """Return where and why Python can't read a cell; empty where it can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a text is none of our business here
            compile(source, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        lines = source.split("\n")
        line = lines[error.lineno - 1].strip() if error.lineno and error.lineno <= len(lines) else ""
        place = f"line {error.lineno} of the cell of {name}{f': `{line}`' if line else ''}"
        return f"Python can't read {place} ({error.msg}). Mend this line and run that cell again."
    except ValueError as error:  # a null
        return f"Python can't read the cell of {name} ({error}). Mend it and run it again."
    return ""


def shell() -> Any:
    """IPython's shell, where this runs in one; else None."""
    found = sys.modules.get("IPython")
    return found.get_ipython() if found else None


def _cells() -> list[str]:
    """The cells run in this session as Python, line for line: IPython replaces their magics."""
    found = shell()
    raw = getattr(getattr(found, "history_manager", None), "input_hist_raw", ())
    return [_as_python(cell, found) for cell in raw]


def _as_python(cell: str, found: Any) -> str:
    first, _, rest = cell.lstrip().partition("\n")
    blank = "\n" * cell[: len(cell) - len(cell.lstrip())].count("\n")
    if not first.startswith("%%"):
        return blank + str(found.transform_cell(cell))
    # What a cell magic runs is the rest of the cell, or another language.
    return blank + str(found.transform_cell(f"pass\n{rest}")) if first[2:].split(" ")[0] in _RUNNING else ""
