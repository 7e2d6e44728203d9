"""The table of `kernel_cases/`, and what came out of its cells in a kernel, such that two kernels can be compared.

Each file of the table is a part. A row begins with ``=== name``, its cells are divided by ``---``. The rows of a part
share a kernel, one after the other, but for those that end or spoil it (``| alone``). Where a kernel that is shut in
does something else on purpose, the row says what for (``| the reason``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.surroundings import environment, places
from tests.support.checkout import ROOT

CASES = ROOT / "tests" / "autograder" / "engine" / "warm" / "kernel_cases"


@dataclass(frozen=True)
class Case:
    """One row: the cells; whether it needs a kernel of its own; why a warm kernel differs, empty where it must not."""

    name: str
    cells: tuple[str, ...]
    alone: bool = False
    why: str = ""


def read_cases() -> dict[str, tuple[Case, ...]]:
    """Return the rows by part."""
    return {path.stem.replace("_", " "): tuple(_rows(path)) for path in sorted(CASES.glob("*.txt"))}


def _rows(path: Path) -> Iterator[Case]:
    for text in f"\n{path.read_text(encoding='utf-8')}".split("\n=== ")[1:]:
        head, _, body = text.partition("\n")
        name, *marks = (part.strip() for part in head.split("  | "))
        cells = tuple(body.removesuffix("\n").split("\n---\n"))
        yield Case(name, cells, "alone" in marks, "".join(mark for mark in marks if mark != "alone"))


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
    client = NotebookClient(
        notebook, km=manager, allow_errors=True, timeout=60, shutdown_kernel="immediate", ipython_hist_file=""
    )
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
