"""Runs a chapter's cells to look at, each alone, in a process of its own: ``-m tests.support.look_cells HOW=PATH …``.

HOW is ``answered``, where PATH is the built notebook with our answers, or ``unanswered``, where it is the released one
and the checks' cells are run as well; both share their imports. Prints a JSON object: for each notebook and cell, what
it showed of an error, line by line.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell


def tried(how: str, path: str) -> dict[str, dict[str, Any]]:
    """Run the cells; return, by id, the lines each of them showed of an error, and its seconds."""
    import matplotlib.pyplot as plt

    shell = InteractiveShell.instance()
    shell.reset()
    lines: list[str] = []
    shell._showtraceback = lambda kind, error, trace: lines.extend("\n".join(trace).splitlines())
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    looked_at = [cell for cell in cells if is_demo(cell) or (how == "unanswered" and is_check(cell))]
    for cell in cells:
        if not is_demo(cell) and not is_check(cell):
            shell.run_cell(cell.source, store_history=True)
    assert not lines, lines
    given = dict(shell.user_ns)
    found = {}
    for cell in looked_at:
        lines.clear()
        shell.user_ns.clear()  # what another of these cells has left behind is gone
        shell.user_ns.update(given)
        begun = time.perf_counter()
        shell.run_cell(cell.source, store_history=True)
        plt.close("all")
        seconds = time.perf_counter() - begun
        found[cell.id] = {
            "lines": list(lines),
            "source": cell.source,
            "seconds": round(seconds, 1),
            "check": is_check(cell),
        }
    return found


def is_demo(cell: Any) -> bool:
    return bool(cell.metadata.get("course", {}).get("demo"))


def is_check(cell: Any) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade")) and not cell.metadata.nbgrader.get("solution")


if __name__ == "__main__":
    asked = [word.split("=", 1) for word in sys.argv[1:]]
    sys.__stdout__.write("\n" + json.dumps({how: tried(how, path) for how, path in asked}))
