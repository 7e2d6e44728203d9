"""``%%gpu``: runs a cell on a GPU of the hub, in a fresh Python there, and shows its outputs here.

    %load_ext course.gpu_jobs

    %%gpu --send lr --bring history
    from course import device
    ...

The cell has nothing of this notebook but what is sent, and this notebook nothing of the cell but its outputs and what
is brought. Values travel as torch saves them, from a GPU to the CPU.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from IPython import get_ipython
from IPython.core.error import UsageError
from IPython.display import DisplayHandle, display

from course.errors import CourseError
from course.gpu_jobs.client import Done, GpuJobsClient

_VALUES = "application/x-course-values"  # kind of the output that brings values
_SENT_KB = 1000  # of values with one cell, as they travel
_PROGRESS, _FAILED = re.compile(r": cell \d+ of \d+"), re.compile(r"^Cell \d+ of \d+ failed \((.*)\).*")
_BRING = """\
def _bring(names):
    import base64, io, torch
    from IPython.display import DisplayHandle, display
    file, here = io.BytesIO(), globals()
    missing = [name for name in names if name not in here]
    if missing:
        raise NameError(f"--bring: the cell has not made {{', '.join(missing)}}")
    torch.save({{name: here[name] for name in names}}, file)
    display({{"{kind}": base64.b64encode(file.getvalue()).decode()}}, raw=True)
_bring({names!r})
"""
_TAKE = """\
def _take(text):
    import base64, io, torch
    globals().update(torch.load(io.BytesIO(base64.b64decode(text)), weights_only=False, map_location="cpu"))
_take({text!r})
"""


class _Usage(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise UsageError(f"%%gpu: {message}. Write %%gpu, or %%gpu --send NAME,… --bring NAME,…")


def gpu(line: str, cell: str) -> None:
    """Run the cell on a GPU of the hub; called by IPython for ``%%gpu``.

    ``--send a,b``: variables that the cell is given. ``--bring c,d``: variables that it leaves here.
    """
    words = _Usage(prog="%%gpu", add_help=False)
    for name in ("--send", "--bring"):
        words.add_argument(name, default="", metavar="NAME,…")
    asked = words.parse_args(shlex.split(line))
    shell = get_ipython()
    progress: Any = DisplayHandle()  # type: ignore[no-untyped-call]
    progress.display({"text/plain": "Sent to the hub's GPUs …"}, raw=True)
    tell: Callable[[str], None] = lambda text: progress.update({"text/plain": _of_one(text)}, raw=True)  # noqa: E731
    try:
        notebook = made(cell, sent(_names(asked.send), shell.user_ns), _names(asked.bring))
        done = GpuJobsClient.from_environ().run(notebook, tell)
    except KeyboardInterrupt:
        tell("Interrupted: the job is ended.")
        raise
    except CourseError as error:
        tell("Not run on a GPU.")
        raise UsageError(f"%%gpu: {error}") from error
    tell("Run on a GPU." if not done.why else "Stopped.")
    shell.user_ns.update(shown(done))


def sent(names: Sequence[str], here: Mapping[str, Any]) -> str:
    """Return these variables as they travel; empty for none.

    Raises
    ------
    UsageError : one is not there, can't travel, or they are too large.
    """
    if not names:
        return ""
    if missing := [name for name in names if name not in here]:
        raise UsageError(f"%%gpu: there is no {', '.join(missing)} to send. Run the cell that makes it first.")
    import torch

    file = io.BytesIO()
    try:
        torch.save({name: here[name] for name in names}, file)
    except Exception as error:  # whatever pickling runs into
        raise UsageError(
            f"%%gpu: {', '.join(names)} can't be sent ({error}): send arrays, tensors and plain values, and make the "
            "rest in the cell."
        ) from error
    text = base64.b64encode(file.getvalue()).decode()
    if len(text) > _SENT_KB * 1000:
        raise UsageError(
            f"%%gpu: {', '.join(names)} would be {len(text) / 1e6:.1f} MB, and {_SENT_KB / 1000:g} MB travel with a "
            "cell: load or make data in the cell itself (`course.datasets.load`)."
        )
    return text


def made(cell: str, values: str, bring: Sequence[str]) -> str:
    """Return a notebook, as JSON, that takes values, runs a cell, and brings what the cell has made."""
    sources = [
        *([_TAKE.format(text=values)] if values else []),
        cell,
        *([_BRING.format(kind=_VALUES, names=list(bring))] if bring else []),
    ]
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": one} for one in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def shown(done: Done) -> dict[str, Any]:
    """Show what a cell has put out, and return what it brings.

    Raises
    ------
    UsageError : it was stopped.
    """
    brought: dict[str, Any] = {}
    cells = json.loads(done.notebook)["cells"] if done.notebook else []
    for output in (one for cell in cells for one in cell.get("outputs", ())):
        if output["output_type"] == "stream":
            print(_text(output["text"]), end="")
        elif output["output_type"] == "error":
            print(_text([f"{line}\n" for line in output["traceback"]]))
        elif _VALUES in output["data"]:
            brought |= _values(_text(output["data"][_VALUES]))
        else:
            data = {kind: _text(value) if isinstance(value, list) else value for kind, value in output["data"].items()}
            display(data, metadata=output.get("metadata"), raw=True)  # type: ignore[no-untyped-call]
    if done.why:
        raise UsageError(f"%%gpu: {_of_one(done.why)}")
    return brought


def _of_one(text: str) -> str:
    """What is said of a notebook's cells, of one: those that bring values count as cells there."""
    return _FAILED.sub(r"the cell failed (\1).", _PROGRESS.sub("", text))


def _values(text: str) -> dict[str, Any]:
    """What one's own cell has saved: it is not more to be trusted than the cell."""
    import torch

    found: dict[str, Any] = torch.load(io.BytesIO(base64.b64decode(text)), weights_only=False, map_location="cpu")
    return found


def _names(text: str) -> list[str]:
    names = [one for one in text.replace(",", " ").split() if one]
    if wrong := [one for one in names if not one.isidentifier()]:
        raise UsageError(f"%%gpu: {wrong[0]!r} is no variable's name.")
    return names


def _text(value: str | list[str]) -> str:
    return "".join(value)
