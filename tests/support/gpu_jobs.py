"""The service for GPU jobs, for tests: real HTTP, line and ledger, and runs that only say what they would run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.engine.gpu.nvml import gpus
from hub_config.gpu_jobs.app import make_app, make_server
from hub_config.gpu_jobs.jobs import Jobs
from hub_config.local.leases import Leases
from hub_config.settings.device import Device
from hub_config.settings.hub import GpuJobs
from tests.support import tornado_thread
from tests.support.exchange_server import Names

TERMS = GpuJobs(minutes=5)


def notebook(*sources: str) -> str:
    """A notebook of these cells, as JSON."""
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": one} for one in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


class FakeRun:
    """Puts ``ran SOURCE`` out for each cell. A cell ``wait`` waits until it is ended, ``fail`` fails."""

    def __init__(self, source: Path, target: Path, gpu: Any) -> None:
        self.source, self.target, self.gpu = source, target, gpu
        self.done = self.cells = 0
        self._over, self._why = threading.Event(), ""

    def go(self) -> str:
        """As `Run.go`."""
        found = json.loads(self.source.read_text())
        self.cells = len(found["cells"])
        try:
            for cell in found["cells"]:
                if cell["source"] == "wait":
                    assert self._over.wait(60)
                    return self._why
                if cell["source"] == "fail":
                    raise ZeroDivisionError("a mistake of ours")
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": f"ran {cell['source']}\n"}]
                self.done += 1
            return ""
        finally:
            self.target.write_text(json.dumps(found))

    def end(self, why: str) -> None:
        """As `Run.end`."""
        self._why = self._why or why
        self._over.set()


def make_leases(folder: Path, *, weekly_hours: float | None = None) -> Leases:
    """The leases of a hub with one GPU, ``GPU-a1``."""
    return Leases(folder / "leases.db", [Device(id="GPU-a1")], weekly_hours)


def make_jobs(folder: Path, leases: Leases, make: Any = FakeRun, **more: Any) -> Jobs:
    """The jobs of a hub with these leases."""
    return Jobs(folder / "jobs", TERMS, leases, gpus(), make, **more)


@contextmanager
def serving(folder: Path, leases: Leases) -> Iterator[str]:
    """Serve them in a thread of its own; yield the address."""
    home = "/services/gpu"
    with tornado_thread.serving(lambda: make_server(make_app(make_jobs(folder, leases), Names(), home))) as address:
        yield address + home
