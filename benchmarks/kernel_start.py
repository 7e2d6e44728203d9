"""From starting a kernel to the end of its first cell: a cold ``python3`` kernel, and our session, in turn.

Run as ``python -m benchmarks.kernel_start --repeats N`` in a checkout.
Prints ``{"cold": [seconds], "ours": [seconds]}``.
"""

from __future__ import annotations

import argparse
import json
import time

from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.result import Status
from autograder.engine.session.kernel import NotebookSession
from course.errors import EngineError
from course.syllabus import Limits

CELL = "import numpy, pandas, sklearn, torch\nready = numpy.arange(3).sum()"


def main() -> None:
    """Measure both sides alternately, after a first start of ours that is not counted: it warms what is kept warm."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, required=True)
    repeats = parser.parse_args().repeats
    first = _ours()
    found: dict[str, list[float]] = {"cold": [], "ours": [], "first": [first]}
    for _ in range(repeats):
        found["cold"].append(_cold())
        found["ours"].append(_ours())
    print(json.dumps(found))


def _cold() -> float:
    start = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        reply = client.execute_interactive(CELL, silent=True, timeout=120)
        took = time.perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if reply["content"]["status"] != "ok":
        raise EngineError("A cold kernel could not run the imports: run `make setup`, then measure again.")
    return took


def _ours() -> float:
    """Time `NotebookSession.start`, which also makes the session ready to answer checks."""
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    with NotebookSession(notebook, Limits()) as session:
        start = time.perf_counter()
        session.start()
        took = time.perf_counter() - start
        if session.run.status is not Status.GRADED or session.run.notes:
            raise EngineError(f"Our session could not run the imports: {session.run.notes}")
    return took


if __name__ == "__main__":
    main()
