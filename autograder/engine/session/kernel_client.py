"""Runs a notebook's cells in a kernel: warm and isolated where the machine allows it, else cold and not isolated."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograder.engine.gpu.lending import Lent, chosen, lend
from autograder.engine.isolation.tiers import Tier
from autograder.engine.session.run import Ran
from autograder.engine.settings import Settings
from autograder.engine.surroundings import LIMITS, UNATTENDED, environment, gpu_variables, places, usual_threads
from course.errors import EngineError
from course.files import remove
from course.syllabus import Limits

WARM = "course-warm"  # the kernel's and the provisioner's name
_PROVISIONER = "autograder.engine.warm.provisioner:WarmProvisioner"
LATE = "Your code took longer than {seconds} s and was interrupted."
GRACE = 5.0  # seconds an interrupted call has to answer before the process is killed
START_SECONDS = 60
FULL_CELLS = 20  # what a notebook may put out in all, in cells that put out as much as one may
_CHECKING_SECONDS = 3600  # beyond a notebook's own time, after which a kernel nobody ended is ended
# A kernel that floods the grader is cut off; together they bound what waits in the grader's memory.
# `SNDTIMEO`: one that takes nothing any more must not make the grader wait.
_BOUNDS = {zmq.MAXMSGSIZE: 16 << 20, zmq.RCVHWM: 32, zmq.SNDTIMEO: 5000}

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PLACE = re.compile(r"^\s*(?:Cell )?In ?\[[\d ]*\], line (?P<line>\d{1,6})", re.MULTILINE)  # IPython's words
_TRACE = 100_000  # characters of a traceback that are searched


class GraderKernelClient(AsyncKernelClient):
    """jupyter_client's client with bounded messages, only the channels a grader needs, and no fixed waits."""

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = False, hb: bool = False, control: bool = False
    ) -> None:
        """Open the shell and iopub channels; the supervisor knows better than a heartbeat whether a kernel lives."""
        for option, value in _BOUNDS.items():
            self.context.setsockopt(option, value)  # of every socket it makes from now on
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel says that it sends us its outputs; requests are kept for it until it reads them."""
        manager: Any = self.parent
        waited = 0.0
        while waited < (timeout or START_SECONDS):
            with contextlib.suppress(Exception):  # `Empty`, or no message of Jupyter's
                message = await self.iopub_channel.get_msg(timeout=1)
                if message["msg_type"] == "iopub_welcome":
                    return
            waited += 1
            if not await manager.is_alive():
                raise RuntimeError("the kernel has ended")
        raise RuntimeError("the kernel does not answer")


class KernelClient(NotebookClient):
    """nbclient's client, with bounded output and a kernel that can be ended from another thread.

    Parameters
    ----------
    notebook : its cells get their outputs in place.
    folder : private to this kernel.
    settings : how it must be isolated.
    seed : its global random numbers depend on this.
    lent : a place on a GPU that it has already; else it gets one as its limits say.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        folder: Path,
        limits: Limits,
        settings: Settings,
        seed: str,
        lent: Lent | None = None,
    ) -> None:
        self._folder = folder
        self._limits = limits
        self._settings = settings
        self._seed = seed
        self._manager: Any = AsyncKernelManager(kernel_name="python3")
        super().__init__(
            notebook,
            km=self._manager,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            startup_timeout=START_SECONDS,
            record_timing=False,
            coalesce_streams=True,
            skip_cells_with_tag="",
        )
        self.destroyed = False
        self._lent = lent
        self.tier, self.kind = Tier.T4, "cold"
        self._bytes = self._all_bytes = 0
        self._cut = False

    def launch(self) -> None:
        """Start the kernel, with what it may see and use.

        Raises
        ------
        EngineError : it can't be isolated as the settings demand.
        OperatorError : the chapter needs a GPU that this machine does not have.
        """
        if self._limits.gpu != "never" and self._lent is None:
            self._lent = lend(self._limits, chosen(self._settings.gpus), self._settings.gpu_submissions)
        if sys.platform == "linux" and self._settings.tier is not Tier.T4:
            from autograder.engine.warm.launcher import NotIsolated  # Linux only

            try:
                self._launch_warm()
                return
            except NotIsolated as error:
                if error.best is not Tier.T4 or self._settings.minimum_tier is not Tier.T4:
                    raise
                self._manager = self.km = AsyncKernelManager(kernel_name="python3")
        if self._settings.minimum_tier is not Tier.T4:
            raise EngineError(
                f"Submissions can't be isolated here, and {self._settings.minimum_tier} is demanded: see `course "
                "doctor`, or set COURSE_MINIMUM_TIER=T4 for your own work only."
            )
        if not self._launched_unshut():
            self._launch_cold()

    def _launched_unshut(self) -> bool:
        """Have a kernel forked that is not shut in, where somebody has named a parent of warm kernels (a resident)."""
        if sys.platform != "linux" or self._settings.tier is not Tier.T4:
            return False
        from autograder.engine.warm.launcher import is_named  # Linux only

        if not is_named():
            return False
        try:
            self._launch_warm()
        except (EngineError, OSError):
            self._manager = self.km = AsyncKernelManager(kernel_name="python3")
            return False
        self.quietly(LIMITS.format(megabytes=self._limits.memory_mb, file_mb=self._limits.file_mb))
        return True

    def _launch_warm(self) -> None:
        limits, settings = self._limits, self._settings
        box = {name: getattr(limits, name) for name in ("memory_mb", "disk_mb", "file_mb", "processes", "cpu_seconds")}
        if lent := self._lent:
            box |= {"devices": lent.gpu.files, "gpu": lent.gpu.uuid, "gpu_memory_mb": lent.memory_mb}
        config = {
            "box": box,
            "minimum_tier": settings.minimum_tier,
            "tier": settings.tier or "",
            "seconds": float(2 * limits.wall_seconds + _CHECKING_SECONDS),
            "seed": self._seed,
            "checks": True,
            "datasets": list(limits.datasets),
            "threads": usual_threads() if settings.tier is Tier.T4 else settings.threads,
        }
        # Known by name to all of Jupyter where it is installed; we find it in this checkout in any case.
        KernelProvisionerFactory.instance().provisioners[WARM] = EntryPoint(WARM, _PROVISIONER, "")
        provisioner = {"provisioner_name": WARM, "config": config}
        self._manager._kernel_spec = KernelSpec(
            argv=[WARM], language="python", metadata={"kernel_provisioner": provisioner}
        )
        self._manager.client_factory = GraderKernelClient
        self.start_new_kernel(env=dict(os.environ))
        self.start_new_kernel_client()
        self.tier, self.kind = self._process().tier, self._process().kind
        self.start(UNATTENDED)
        for path in Path(self._manager.ip).parent.glob("k-*"):
            path.unlink()  # we are connected, and nobody else shall be

    def _launch_cold(self) -> None:
        for name in ("work", "home"):
            (self._folder / name).mkdir(exist_ok=True)
        if hasattr(socket, "AF_UNIX"):
            self._manager.transport = "ipc"
            self._manager.ip = str(self._folder / "kernel")
        self._manager.connection_file = str(self._folder / "connection.json")
        nowhere = subprocess.DEVNULL  # what it prints past its kernel would be among what the grader prints
        variables = {**environment(datasets=self._limits.datasets), **places(self._folder)}
        variables |= gpu_variables(self._lent.gpu.uuid if self._lent else "")
        self.start_new_kernel(cwd=str(self._folder / "work"), env=variables, stdout=nowhere, stderr=nowhere)
        self.start_new_kernel_client()
        self.quietly(LIMITS.format(megabytes=self._limits.memory_mb, file_mb=self._limits.file_mb) + UNATTENDED)

    @property
    def checks(self) -> socket.socket | None:
        """Our end of the socket for checks that a warm kernel has."""
        return getattr(self._manager.provisioner, "connection", None)

    def wait_for_end(self) -> None:
        """Wait until a kernel that has hung up has ended, so that `lost` and `ended_for` tell why."""
        process = self._process()
        if process is not None:
            with contextlib.suppress(Exception):
                process.wait(timeout=GRACE)

    @property
    def gpu(self) -> str:
        """The name of the GPU that it is lent; empty for none."""
        return self._lent.gpu.name if self._lent else ""

    @property
    def lost(self) -> bool:
        """Whether the kernel's supervisor was killed, which is no fault of the submission's."""
        return bool(getattr(self._process(), "lost", False))

    @property
    def ended_for(self) -> str:
        """Which limit it was ended for: ``cpu``, ``memory``, ``processes``, ``wall``; else empty."""
        return str(getattr(self._process(), "reason", ""))

    def run(self, cell: NotebookNode, index: int, seconds: int) -> Ran:
        """Run one cell within `seconds`, put its outputs into it, and return what became of it."""
        return self._executed(cell, index, seconds, keep=True)

    def run_quietly(self, code: str, index: int, seconds: int) -> Ran:
        """Run code in the place of the cell `index`, whose outputs stay as they are."""
        there = self.nb.cells[index]
        try:
            return self._executed(new_code_cell(code), index, seconds, keep=False)
        finally:
            self.nb.cells[index] = there  # nbclient puts in what it has run

    def _executed(self, cell: NotebookNode, index: int, seconds: int, keep: bool) -> Ran:
        self._bytes, self._cut = 0, False
        reply: dict[str, Any] = {}
        self.on_cell_executed = lambda cell, cell_index, execute_reply: reply.update(execute_reply["content"])
        self.timeout = seconds
        self.error_on_timeout = {"ename": "TimeoutError", "evalue": LATE.format(seconds=seconds), "traceback": []}
        self.execute_cell(cell, index, store_history=keep)
        if reply.get("ename") == "TimeoutError" and reply.get("traceback") == []:
            error = {key: reply[key] for key in ("ename", "evalue", "traceback")}
            cell.outputs.append(new_output("error", **error))
            self._end_if_deaf()
            return Ran(late=seconds)
        return _ran(cell, reply)

    def evaluate(self, expression: str, seconds: float) -> object:
        """Return the text form of an expression's value in the kernel: a claim of the submission's; None if it fails.

        Raises
        ------
        DeadKernelError : the kernel had to be ended, because it did not answer.
        """
        run = run_sync(self._channels.execute_interactive)
        try:
            reply = run("", silent=True, store_history=False, user_expressions={"it": expression}, timeout=seconds,
                        output_hook=lambda message: None)  # fmt: skip
        except TimeoutError:
            self.interrupt()
            self._end_if_deaf()
            return None
        try:
            return reply["content"]["user_expressions"]["it"]["data"]["text/plain"]
        except (KeyError, TypeError):
            return None

    def _end_if_deaf(self) -> None:
        """Kill a kernel that an interrupt does not stop; its next cells would each have to time out as well."""
        try:
            run_sync(self._channels.execute_interactive)("", silent=True, store_history=False, timeout=GRACE)
        except TimeoutError as error:
            self.destroy()
            raise DeadKernelError("deaf to interrupts") from error

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Drop what a cell, or the notebook as a whole, prints beyond its bound, and say so once for each cell."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data", "error"):
            most = self._limits.output_kb * 1000
            size = len(str(msg["content"]))
            left = min(most - self._bytes, FULL_CELLS * most - self._all_bytes)
            self._bytes, self._all_bytes = self._bytes + size, self._all_bytes + size
            if size > left:
                if msg["msg_type"] == "stream" and left > 0:
                    msg["content"]["text"] = msg["content"]["text"][:left] + "\n"
                    super().process_message(msg, cell, cell_index)
                if not self._cut:
                    text = f"[more than {most:,} characters of output: the rest was dropped]\n"
                    cell.outputs.append(new_output("stream", text=text))
                    self._cut = True
                return None
        return super().process_message(msg, cell, cell_index)

    def quietly(self, code: str) -> None:
        """Run code of ours whose outputs nobody needs, and wait for it."""
        run_sync(self._channels.execute_interactive)(code, silent=True, store_history=False, timeout=START_SECONDS)

    def start(self, code: str) -> None:
        """Start code of ours and don't wait for it."""
        self._channels.execute(code, silent=True, store_history=False)

    def usable(self) -> bool:
        """Whether the kernel still runs."""
        return not self.destroyed and bool(run_sync(self._manager.is_alive)())

    def interrupt(self) -> None:
        """Interrupt what the kernel is doing."""
        process = self._process()
        if process is not None:
            process.send_signal(2)

    def destroy(self) -> None:
        """Kill the kernel and all it has started, from any thread."""
        self.destroyed = True
        process = self._process()
        if process is None:
            return
        with contextlib.suppress(OSError):
            if self.tier is Tier.T4 and hasattr(os, "killpg"):
                os.killpg(process.pid, 9)
            process.kill()
        with contextlib.suppress(Exception):
            process.wait(timeout=GRACE)

    @property
    def _channels(self) -> Any:
        return self.kc

    def close(self) -> None:
        """Close the channels to a kernel that has ended, and give back what it was lent."""
        if self._lent is not None:
            self._lent.give_back()
        if self.kc is not None:
            self._channels.stop_channels()
        with contextlib.suppress(Exception):
            run_sync(self._manager.cleanup_resources)()
        remove(self._folder)

    def _process(self) -> Any:
        return getattr(self._manager.provisioner, "process", None)


def _ran(cell: NotebookNode, reply: Mapping[str, Any]) -> Ran:
    """Return what a cell's outputs, or the kernel's reply, say of its end, and where in the cell it was."""
    failed = [output for output in cell.outputs if output.output_type == "error"]
    if not failed and reply.get("status") != "error":  # a magic that is not there says so on paper
        return Ran()
    error = failed[0] if failed else reply
    trace = error.get("traceback")
    text = _ANSI.sub("", "\n".join(map(str, trace))[:_TRACE]) if isinstance(trace, list) else ""
    place = _PLACE.search(text)
    return Ran(error=str(error.get("ename", ""))[:100], line=int(place["line"]) if place else 0)
