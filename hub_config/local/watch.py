"""Looks every few seconds at how the GPUs that are lent are used, writes it into the leases, warns whose is idle."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from traitlets.log import get_logger

from autograder.engine.gpu import nvml
from autograder.engine.isolation.cgroup import Group
from hub_config.local.gpus import known
from hub_config.local.idle import Idle
from hub_config.local.leases import Leases, Use
from hub_config.local.notice import Notice

_SECONDS = 10.0  # from one look to the next


class Watch:
    """A thread that runs while somebody has a GPU that the driver names.

    Parameters
    ----------
    leases : where it is written.
    gpus : those of this machine.
    idle_minutes : after which a GPU that has computed nothing is to be taken back; 0: never.
    """

    def __init__(self, leases: Leases, gpus: Sequence[nvml.Gpu], idle_minutes: float = 0) -> None:
        self._leases, self._gpus, self.idle_minutes = leases, gpus, idle_minutes
        self._followed: dict[str, tuple[Group | None, Notice | None]] = {}
        self._warned: set[str] = set()
        self._over: set[str] = set()
        self._turn = threading.Lock()
        self._runs = False

    def follow(self, holder: str, group: Group | None, notice: Notice | None = None) -> None:
        """Look at what a server does with its GPU; of one without a control group, at what its GPU does in all.

        With a `notice`, its person is warned there, and its GPU is taken back, when it is idle.
        """
        with self._turn:
            self._followed[holder] = group, notice
            if self._gpus and not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="gpu-watch", daemon=True).start()

    def forget(self, holder: str) -> None:
        """Look no more. Harmless when it is done twice."""
        with self._turn:
            _, notice = self._followed.pop(holder, (None, None))
            self._warned.discard(holder)
            self._over.discard(holder)
        if notice is not None:
            notice.withdraw()

    def is_over(self, holder: str) -> bool:
        """Whether its GPU has been idle for too long, and its person been warned of it."""
        with self._turn:
            return holder in self._over

    def look(self, seconds: float = 0.0) -> None:
        """Look once; `seconds` after the last time."""
        with self._turn:
            followed = dict(self._followed)
        found = []
        for lent in self._leases.lent():
            gpu = known(lent.device, self._gpus)
            if gpu is not None and lent.holder in followed:
                group, _ = followed[lent.holder]
                mb = _asked(nvml.used_mb, gpu.uuid, group.members() if group else None)
                found.append(Use(lent.holder, lent.device, mb, _asked(nvml.busy_percent, gpu.uuid)))
        self._leases.note(found, seconds)
        if self.idle_minutes:
            self._warn(followed)

    def _warn(self, followed: Mapping[str, tuple[Group | None, Notice | None]]) -> None:
        """Tell who is idle, and mark whose time is over; of who computes again, the notice is withdrawn."""
        idle = {one.holder: one for one in self._leases.idle(self.idle_minutes * 60)}
        for holder, (_, notice) in followed.items():
            if notice is None:
                continue
            one = idle.get(holder)
            with self._turn:
                if holder not in self._followed:  # it has ended meanwhile
                    continue
                told = holder in self._warned
                (self._over.add if one and one.left <= 0 else self._over.discard)(holder)
                (self._warned.add if one else self._warned.discard)(holder)
                if one and not told:
                    notice.tell(_sentence(one))
                    get_logger().info("%s is told that its GPU is idle", holder)
                elif not one:
                    notice.withdraw()

    def _run(self) -> None:
        last = time.monotonic()
        with nvml.awake():
            while self._goes_on():
                now = time.monotonic()
                try:
                    self.look(min(now - last, 3 * _SECONDS))  # a machine that slept was not idle
                except (sqlite3.Error, OSError) as error:
                    get_logger().warning("How GPUs are used can't be written down: %s", error)
                last = now
                time.sleep(_SECONDS)

    def _goes_on(self) -> bool:
        with self._turn:
            self._runs = bool(self._followed)
            return self._runs


def _sentence(one: Idle) -> str:
    """What JupyterLab shows in full: it cuts off after 140 characters."""
    ends = datetime.fromtimestamp(time.time() + max(one.left, 0)).astimezone()
    minutes = round(one.seconds / 60)
    since = f"{minutes} minutes" if minutes > 1 else "a minute"
    return (
        f"Your GPU has computed nothing for {since}. At {ends:%H:%M} this server is stopped, unless it computes again. "
        "Save your work."
    )


def _asked(what: Callable[..., int], *of: object) -> int | None:
    """None where the driver does not say: a card that has fallen, and how busy a MIG slice is."""
    try:
        return what(*of)
    except nvml.Fallen:
        return None
