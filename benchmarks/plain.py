"""What the students' own cells and the checks cost by themselves: no Jupyter, no grader, a fork per submission.

Run as ``python -m benchmarks.plain TESTED SUBMITTED...``; prints the processor seconds of each submission as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Run each submission's cells and tests in a fork of this process, which has imported what they import."""
    import numpy  # noqa: F401  # imported once, here, before the forks
    import pandas  # noqa: F401
    import torch  # noqa: F401
    from sklearn.datasets import load_digits  # noqa: F401
    from sklearn.neighbors import KNeighborsClassifier  # noqa: F401

    tested, *submitted = (json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:])
    tests = {cell["id"]: _source(cell) for cell in tested["cells"] if _is_test(cell)}
    print(json.dumps([_cost(_cells(notebook, tests)) for notebook in submitted]))


def _cells(notebook: dict[str, Any], tests: dict[str, str]) -> list[str]:
    """Return the code of a submission's cells, with the hidden tests in their places."""
    return [tests.get(cell["id"], _source(cell)) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _is_test(cell: dict[str, Any]) -> bool:
    mark = cell["metadata"].get("nbgrader", {})
    return bool(mark.get("grade") and not mark.get("solution"))


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _cost(cells: list[str]) -> float:
    """Return the processor seconds a fork of this process needs for `cells`."""
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        _execute(cells)
        os._exit(0)
    _, _, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime


def _execute(cells: list[str]) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        try:
            exec(compile(cell, "<cell>", "exec"), namespace)  # noqa: S102  # cells of our own benchmark
        except Exception:  # wrong answers are part of the class
            continue


if __name__ == "__main__":
    main()
