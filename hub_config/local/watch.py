"""Looks every few seconds at how the GPUs that are lent are used, and writes it into the leases."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence

from traitlets.log import get_logger

from autograder.engine.gpu import nvml
from autograder.engine.isolation.cgroup import Group
from hub_config.local.gpus import known
from hub_config.local.leases import Leases, Use

_SECONDS = 10.0  # from one look to the next


class Watch:
    """A thread that runs while somebody has a GPU that the driver names.

    Parameters
    ----------
    leases : where it is written.
    gpus : those of this machine.
    """

    def __init__(self, leases: Leases, gpus: Sequence[nvml.Gpu]) -> None:
        self._leases, self._gpus = leases, gpus
        self._followed: dict[str, Group | None] = {}
        self._turn = threading.Lock()
        self._runs = False

    def follow(self, holder: str, group: Group | None) -> None:
        """Look at what a server does with its GPU; of one without a control group, at what its GPU does in all."""
        with self._turn:
            self._followed[holder] = group
            if self._gpus and not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="gpu-watch", daemon=True).start()

    def forget(self, holder: str) -> None:
        """Look no more. Harmless when it is done twice."""
        with self._turn:
            self._followed.pop(holder, None)

    def look(self) -> None:
        """Look once."""
        with self._turn:
            followed = dict(self._followed)
        found = []
        for lent in self._leases.lent():
            gpu = known(lent.device, self._gpus)
            if gpu is not None and lent.holder in followed:
                group = followed[lent.holder]
                mb = _asked(nvml.used_mb, gpu.uuid, group.members() if group else None)
                found.append(Use(lent.holder, lent.device, mb, _asked(nvml.busy_percent, gpu.uuid)))
        self._leases.note(found)

    def _run(self) -> None:
        with nvml.awake():
            while self._goes_on():
                try:
                    self.look()
                except (sqlite3.Error, OSError) as error:
                    get_logger().warning("How GPUs are used can't be written down: %s", error)
                time.sleep(_SECONDS)

    def _goes_on(self) -> bool:
        with self._turn:
            self._runs = bool(self._followed)
            return self._runs


def _asked(what: Callable[..., int], *of: object) -> int | None:
    """None where the driver does not say: a card that has fallen, and how busy a MIG slice is."""
    try:
        return what(*of)
    except nvml.Fallen:
        return None
