"""The cells a student has run, as IPython remembers them: which of them is no Python."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from typing import Any


def cell_trouble(name: str) -> str:
    """Return what is wrong with the cell that was to define `name`, if the last one that was run is no Python.

    Jupyter shows the error where the cell is, and goes on with what the name meant before, if anything.
    """
    defines = re.compile(rf"^(?:(?:async\s+)?def|class)\s+{re.escape(name)}\b|^{re.escape(name)}\s*(?::[^=]*)?=(?!=)", re.M)
    for cell in reversed(_cells()):
        if defines.search(cell):
            return syntax_trouble(name, cell)
    return ""


def syntax_trouble(name: str, source: str) -> str:
    """Return where and why the text of a cell, without magics, is no Python; empty where it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a text is none of our business here
            ast.parse(source)
    except SyntaxError as error:
        line = (error.text or "").strip()
        told = f"line {error.lineno}{f', `{line}`' if line else ''}: {error.msg}"
        return f"{name}: its cell is no Python ({told}); mend that line and run the cell again."
    except ValueError as error:  # a zero byte
        return f"{name}: its cell is no Python ({error}); mend it and run the cell again."
    return ""


def shell() -> Any:
    """IPython's shell, where this runs in one; else None."""
    found = sys.modules.get("IPython")
    return found.get_ipython() if found else None


def _cells() -> list[str]:
    """The cells run in this session, as Python: IPython has replaced their magics."""
    history = getattr(shell(), "history_manager", None)
    return list(getattr(history, "input_hist_parsed", ()))
