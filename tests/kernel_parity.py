"""Runs cells in a kernel and says what came out of it, in a form that two kernels can be compared by."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.surroundings import environment, places

# What differs from run to run, in any kernel.
_SAME = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x"),
    (re.compile(r"~?(/[\w.~-]+)*/(ipykernel_\d+/)\d+\.py"), "CELL"),
    (re.compile(r"ipykernel_\d+"), "ipykernel_N"),
    (re.compile(r"\b[0-9a-f]{32}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b"), "ID"),
    (re.compile(r"-f \S+\.json"), "-f CONNECTION"),
    (re.compile(r"\b[\d.][\d.e+-]*( |&nbsp;)?(s|ms|[uµμ]s|ns|it/s|it\s?/s)\b"), "T"),
    (re.compile(r"(/home/student|/tmp/[^'\"\s]*?/home)(?=/(?!work))"), "HOME"),
    (re.compile(r"(/tmp|HOME)/ipython_edit_\w+/\w+"), "EDITED"),
    (re.compile(r"/home/student/work|/tmp/[^'\"\s]*?/work"), "WORK"),
    (re.compile(r"(\d\d:\d\d)<\d\d:\d\d, [^\]]*\]"), "RATE]"),
    (re.compile(r"sk-container-id-\d+|sk-estimator-id-\d+|T_\w{5}\w*"), "HTML-ID"),
    (re.compile(r"\(process:\d+\)|pid:? \d+|id: \d+"), "PID"),
)


def run(kind: str, cells: Sequence[str], folder: Path, spec: KernelSpec | None = None) -> list[dict[str, Any]]:
    """Run `cells` in a new kernel of `kind`; return each cell's outcome and outputs.

    Parameters
    ----------
    kind : ``warm`` or ``cold``.
    folder : empty, of the test's own.
    """
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "home").mkdir(exist_ok=True)
    (folder / "work").mkdir(exist_ok=True)
    manager: Any = AsyncKernelManager(kernel_name="course-warm" if kind == "warm" else "python3")
    options: dict[str, Any] = {}
    if kind == "cold":
        variables = {**environment(), **places(folder)}
        manager.transport, manager.ip = "ipc", str(folder / "k")
        options = {"cwd": str(folder / "work"), "env": variables}
    client = NotebookClient(notebook, km=manager, allow_errors=True, timeout=60, shutdown_kernel="immediate", ipython_hist_file="")
    found: list[dict[str, Any]] = []
    with client.setup_kernel(cleanup_kc=False, **options):
        try:
            for index in range(len(cells)):
                found.append(_execute(client, index))
        except DeadKernelError:
            found.append({"outcome": "dead"})
        finally:
            client._cleanup_kernel()
    return found


def _execute(client: NotebookClient, index: int) -> dict[str, Any]:
    cell, reply = client.nb.cells[index], {}
    client.on_cell_executed = lambda cell, cell_index, execute_reply: reply.update(execute_reply)
    client.execute_cell(cell, index)
    content = reply.get("content", {})
    return {"outcome": content.get("ename") or content.get("status", "?"),
            "outputs": _joined([_plain(one) for one in cell.outputs]),
            "payload": [_page(one) for one in content.get("payload", [])]}  # fmt: skip


def _joined(outputs: list[list[Any]]) -> list[list[Any]]:
    """What was printed in one go may come in several messages."""
    joined: list[list[Any]] = []
    for one in outputs:
        if joined and one[0] == joined[-1][0] and one[0] in ("stdout", "stderr"):
            joined[-1] = [one[0], joined[-1][1] + one[1]]
        else:
            joined.append(one)
    return joined


def _page(one: Mapping[str, Any]) -> list[str]:
    return [str(one.get("source")), normal(str(one.get("text", one.get("data", ""))))]


def _plain(output: Mapping[str, Any]) -> list[Any]:
    kind = output["output_type"]
    if kind == "stream":
        return [output["name"], normal(output["text"])]
    if kind == "error":
        return ["error", output["ename"], normal(output["evalue"])]
    return [kind, {mime: _value(mime, value) for mime, value in sorted(output["data"].items())},
            normal(json.dumps(output.get("metadata", {}), sort_keys=True))]  # fmt: skip


def _value(mime: str, value: Any) -> str:
    if mime in ("image/png", "image/jpeg"):
        return hashlib.sha256(str(value).encode()).hexdigest()[:8]
    if mime == "image/svg+xml":
        return "SVG"
    return normal(value if isinstance(value, str) else json.dumps(value, sort_keys=True))


def normal(text: str) -> str:
    """Return `text` without what differs from run to run."""
    for pattern, instead in _SAME:
        text = pattern.sub(instead, text)
    return text
