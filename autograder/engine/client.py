"""The kernel a submission runs in: started with little, run cell by cell, ended for good."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.project import data_cache
from course.syllabus import Limits

LATE = "Your code took longer than {seconds} s and was interrupted."
OUTPUT_BYTES = 1_000_000  # of one cell; the rest is dropped
GRACE = 5.0  # seconds an interrupted call has to answer before the process is killed
START_SECONDS = 60

# Only these reach a submission: no course key, no token, no path into the grader's checkout.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "COURSE_DATA_MIRROR", "COURSE_DATA_CACHE", "COURSE_DATA_OFFLINE",
                "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "OMP_NUM_THREADS")  # fmt: skip

_LIMITS = """
def _limit(megabytes):
    try:
        import resource
        with open("/proc/self/status") as status:
            used = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
        budget = used + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (budget, budget))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    except (ImportError, OSError, ValueError):
        pass  # no such limits on this system
_limit({megabytes})
del _limit
"""


class KernelClient(NotebookClient):
    """nbclient's client, with bounded output and a kernel that can be ended from another thread.

    Parameters
    ----------
    notebook : its cells get their outputs in place.
    folder : private to this kernel; it works in ``work`` therein.
    """

    def __init__(self, notebook: NotebookNode, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._manager: Any = AsyncKernelManager(kernel_name="python3")
        super().__init__(
            notebook,
            km=self._manager,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            error_on_timeout={
                "ename": "TimeoutError",
                "evalue": LATE.format(seconds=limits.cell_seconds),
                "traceback": [],
            },
            startup_timeout=START_SECONDS,
            record_timing=False,
            coalesce_streams=True,
            skip_cells_with_tag="",
        )
        self.destroyed = False
        self._bytes = 0

    def launch(self) -> None:
        """Start the kernel, with what it may see and use."""
        for name in ("work", "home"):
            (self._folder / name).mkdir()
        if hasattr(socket, "AF_UNIX"):
            self._manager.transport = "ipc"
            self._manager.ip = str(self._folder / "kernel")
        self._manager.connection_file = str(self._folder / "connection.json")
        self.start_new_kernel(cwd=str(self._folder / "work"), env=_environment(self._folder))
        self.start_new_kernel_client()
        self.quietly(_LIMITS.format(megabytes=self._limits.memory_mb))

    def run(self, cell: NotebookNode, index: int) -> bool:
        """Run one cell; return whether it had to be interrupted."""
        self._bytes = 0
        reply: dict[str, Any] = {}
        self.on_cell_executed = lambda cell, cell_index, execute_reply: reply.update(execute_reply["content"])
        self.execute_cell(cell, index)
        late = reply.get("ename") == "TimeoutError" and reply.get("traceback") == []
        if late:
            error = {key: reply[key] for key in ("ename", "evalue", "traceback")}
            cell.outputs.append(new_output("error", **error))
            self._end_if_deaf()
        return late

    def _end_if_deaf(self) -> None:
        """Kill a kernel that an interrupt does not stop; its next cells would each have to time out as well."""
        try:
            run_sync(self._channels.execute_interactive)("", silent=True, store_history=False, timeout=GRACE)
        except TimeoutError as error:
            self.destroy()
            raise DeadKernelError("deaf to interrupts") from error

    def process_message(self, msg: Any, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Drop what a cell prints beyond its bound, and say so once."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data", "error"):
            before, self._bytes = self._bytes, self._bytes + len(str(msg["content"]))
            if self._bytes > OUTPUT_BYTES:
                if msg["msg_type"] == "stream" and before < OUTPUT_BYTES:
                    msg["content"]["text"] = msg["content"]["text"][: OUTPUT_BYTES - before] + "\n"
                    super().process_message(msg, cell, cell_index)
                if before <= OUTPUT_BYTES:
                    text = f"[more than {OUTPUT_BYTES:,} characters of output: the rest was dropped]\n"
                    cell.outputs.append(new_output("stream", text=text))
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
        process = self._process()
        if process is not None:
            process.send_signal(signal.SIGINT)

    def destroy(self) -> None:
        """Kill the kernel and its process group, from any thread."""
        self.destroyed = True
        process = self._process()
        if process is None:
            return
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, 9)
            process.kill()
        with contextlib.suppress(Exception):
            process.wait(timeout=GRACE)

    @property
    def _channels(self) -> Any:
        return self.kc

    def close(self) -> None:
        """Close the channels to a kernel that has ended."""
        if self.kc is not None:
            self._channels.stop_channels()
        with contextlib.suppress(Exception):
            run_sync(self._manager.cleanup_resources)()

    def _process(self) -> Any:
        return getattr(self._manager.provisioner, "process", None)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    home = {name: str(folder / "home") for name in ("HOME", "IPYTHONDIR", "TMPDIR", "MPLCONFIGDIR")}
    kept["COURSE_DATA_CACHE"] = str(data_cache().resolve())  # the kernel works in another folder
    if mirror := kept.get("COURSE_DATA_MIRROR"):
        kept["COURSE_DATA_MIRROR"] = str(Path(mirror).resolve())
    return {**kept, **home, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
