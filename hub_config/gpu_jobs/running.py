"""Runs one notebook on a GPU that it has been lent, shut in as a submission is while it is graded."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from autograder.engine.gpu.lending import Lent
from autograder.engine.gpu.nvml import Gpu
from autograder.engine.session.kernel_client import KernelClient
from autograder.engine.session.run import EXCESS
from autograder.engine.settings import load_settings
from autograder.engine.submission.reading import read_notebook
from autograder.engine.surroundings import private_folder
from course.datasets.registry import names
from course.syllabus import Limits
from hub_config.settings.hub import GpuJobs

NOTEBOOK_MB = 20  # of what is sent
_CORES = 4  # that one may keep busy, on average
_SUBMISSION = re.compile(r"^The notebook ")  # as the engine words what it ended one for


@dataclass
class Run:
    """One notebook's run. `go` is called once, in a thread of its own; `end` from any.

    Attributes
    ----------
    done, cells : how many of its cells with code have been run.
    """

    source: Path
    target: Path
    gpu: Gpu
    terms: GpuJobs
    done: int = 0
    cells: int = 0
    _client: KernelClient | None = None
    _ended: str = ""
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def go(self) -> str:
        """Run the cells, until one fails; write them with their outputs to `target`, and return what stopped it, in a
        sentence; empty if nothing did.

        Raises
        ------
        CourseError : it can't be read, or the machine can't run it.
        """
        notebook = read_notebook(self.source, NOTEBOOK_MB)
        code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
        self.cells = len(code)
        seconds = self.terms.minutes * 60
        limits = limits_of(self.terms)
        client = KernelClient(
            notebook, private_folder(), limits, load_settings(), "", Lent(self.gpu, self.terms.gpu_memory_mb)
        )
        timer = threading.Timer(seconds, self.end, [f"It ran for {self.terms.minutes:g} minutes, as long as it may."])
        timer.daemon = True
        try:
            timer.start()
            if not self._wanted(client):
                return self._said()
            client.launch()
            return self._run_cells(client, notebook, code, limits)
        finally:
            timer.cancel()
            with self._turn:
                self._client = None
            client.destroy()
            client.close()
            ensure_event_loop().close()  # of this thread, which Jupyter's client has made and would leave open
            nbformat.write(notebook, self.target)

    def end(self, why: str) -> None:
        """End it, from another thread; what its cells have put out is kept."""
        with self._turn:
            self._ended = self._ended or why
            client = self._client
        if client is not None:
            client.destroy()

    def _wanted(self, client: KernelClient) -> bool:
        """Let it be ended from now on; return whether it was not before."""
        with self._turn:
            self._client = client
            return not self._ended

    def _said(self) -> str:
        """Why it was ended; empty if it was not."""
        with self._turn:
            return self._ended

    def _run_cells(self, client: KernelClient, notebook: NotebookNode, code: list[int], limits: Limits) -> str:
        for index in code:
            if why := self._said():
                return why
            try:
                ran = client.run(notebook.cells[index], index, limits.cell_seconds)
            except DeadKernelError:
                return self._why_dead(client)
            if why := self._said():
                return why
            if ran.error or ran.late:
                return (
                    f"Cell {self.done + 1} of {self.cells} failed ({ran.error or 'late'}): those after it were not run."
                )
            self.done += 1
        return ""

    def _why_dead(self, client: KernelClient) -> str:
        client.wait_for_end()
        if why := self._said():
            return why
        if client.lost:
            return "Its GPU, or the hub's machine, has failed it: that is not your notebook's fault. Send it again."
        _, sentence = EXCESS.get(client.ended_for, (None, "The notebook's process ended by itself, as by a crash."))
        bound = {"memory": f" ({self.terms.memory_mb} MB)", "gpu memory": f" ({self.terms.gpu_memory_mb} MB)"}
        return _SUBMISSION.sub("It ", sentence).rstrip(".") + bound.get(client.ended_for, "") + "."


def limits_of(terms: GpuJobs) -> Limits:
    """Return what one job may use. It has no network, and of files those of the course's data sets."""
    seconds = max(1, round(terms.minutes * 60))
    return Limits(
        cell_seconds=seconds, wall_seconds=seconds, cpu_seconds=_CORES * seconds, memory_mb=terms.memory_mb,
        output_kb=terms.output_kb, gpu="required", gpu_memory_mb=terms.gpu_memory_mb, datasets=names(),
        notebook_mb=NOTEBOOK_MB,
    )  # fmt: skip


Make = Callable[[Path, Path, Gpu], Run]
