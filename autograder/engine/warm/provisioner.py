"""Warm, isolated kernels for anything that speaks Jupyter: nbclient, nbconvert and nbgrader need only their name.

A `jupyter_client` kernel provisioner, registered as ``course-warm``. Where the machine offers no isolation, or none is
wanted, use jupyter_client's own kernels.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Bool, Dict, Float, Int, List, Unicode

import course
from autograder.engine.isolation.sandbox import Box
from autograder.engine.isolation.tiers import Tier
from autograder.engine.settings import load_settings
from autograder.engine.surroundings import environment, gpu_variables, package_folders, private_folder
from autograder.engine.warm.kernel_app import CHANNELS
from autograder.engine.warm.kernel_process import KernelProcess
from autograder.engine.warm.launcher import launch
from autograder.engine.warm.request import Request
from course.datasets.places import folder_name
from course.datasets.registry import info
from course.files import remove
from course.project import data_cache


class WarmProvisioner(KernelProvisionerBase):
    """Asks the zygote for a kernel and watches it.

    Parameters
    ----------
    box : fields of `Box` that differ from its defaults.
    minimum_tier, tier : override the settings of the machine; empty: don't.
    seconds : the kernel is ended after so many.
    seed : its global random numbers depend on this; empty: on chance.
    checks : make a socket for checks; this process's end is then `connection`.
    threads : for each library that has threads of its own; 0: as the settings say.
    datasets : those it may read; None: all on this machine, for an assignment whose tests stand in the notebook.
    """

    box = Dict()
    minimum_tier = Unicode()
    tier = Unicode()
    seconds = Float(24 * 3600.0)
    seed = Unicode()
    checks = Bool(False)
    threads = Int(0)
    datasets: Any = List(default_value=None, allow_none=True)

    process: KernelProcess | None = None
    connection: socket.socket | None = None
    _folder: Path | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel that has not been waited for."""
        return self.process is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose Unix sockets in a folder that nobody else can enter; after a restart the same, so that clients stay
        connected."""
        self._folder = self._folder or private_folder()
        manager: Any = self.parent
        manager.transport, manager.ip = "ipc", str(self._folder / "k")
        manager.connection_file = str(self._folder / "connection.json")
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        prepared: dict[str, Any] = await super().pre_launch(cmd=[], **kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel; `cmd` is not run, the kernel is forked."""
        assert self._folder is not None
        os.chmod(self._folder, 0o711)  # its first process, of another user, has to reach `inside`
        inside = self._folder / "inside"
        if inside.exists():
            remove(inside)  # of the kernel that this one comes after
        inside.mkdir(mode=0o700)
        settings = load_settings()
        info: dict[str, Any] = dict(self.connection_info)
        ports = [int(info[f"{channel}_port"]) for channel in CHANNELS]
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(_listening(f"{info['ip']}-{port}")) for port in ports]
            if self.checks:
                self.connection, theirs = socket.socketpair()
                sockets.append(stack.enter_context(theirs))
            key = info["key"]
            box = self._box(kwargs.get("cwd"))
            request = Request(
                connection={**info, "key": key.decode() if isinstance(key, bytes) else key},
                ports=ports,
                descriptors=[one.fileno() for one in sockets],
                environment={**_environment(kwargs.get("env", {}), self.datasets), **gpu_variables(box.gpu)},
                folder=str(inside),
                box=box,
                tier=Tier(self.tier) if self.tier else settings.tier,
                minimum=Tier(self.minimum_tier) if self.minimum_tier else settings.minimum_tier,
                seconds=self.seconds,
                first_uid=settings.first_uid,
                threads=self.threads or settings.threads,
                seed=self.seed,
                gpu_libraries=settings.gpu_libraries if box.gpu else "",
            )
            self.process = launch(request)
        return self.connection_info

    async def poll(self) -> int | None:
        """Return the exit status, None while the kernel runs."""
        return self.process.poll() if self.process is not None else 0

    async def wait(self) -> int | None:
        """Wait for the end of the kernel."""
        while (status := await self.poll()) is None:
            await asyncio.sleep(0.02)
        if self.process is not None:
            self.process.close()
            self.process = None
        return status

    async def send_signal(self, signum: int) -> None:
        """Send a signal; 0 asks only whether there is anybody."""
        if self.process is not None and signum:
            self.process.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel at once."""
        if self.process is not None:
            self.process.kill()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel; nothing in it has a claim to a farewell."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Forget the kernel and its folder."""
        if self.process is not None:
            self.process.close()
            self.process = None
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if self._folder is not None and not restart:
            remove(self._folder)
            self._folder = None

    def _box(self, cwd: Any) -> Box:
        places = [str(Path(course.__file__).parent), *package_folders(os.environ)]
        mirror = os.environ.get("COURSE_DATA_MIRROR")
        roots = [data_cache().resolve(), *([Path(mirror).resolve()] if mirror else [])]
        if self.datasets is None:
            places += map(str, roots)
        else:
            places += [str(root / folder_name(name, info(name))) for root in roots for name in self.datasets]
        return Box(**{"read": tuple(places), "overlay": str(cwd or ""), **self.box})


def _listening(path: str) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(path)
    made.listen(16)
    made.setblocking(False)
    return made


def _environment(given: dict[str, str], datasets: list[str] | None) -> dict[str, str]:
    kept = {name: value for name, value in environment(given, datasets).items() if name != "OMP_NUM_THREADS"}
    return {**kept, "PYTHONHASHSEED": "0", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
