"""What the spawners of one machine and of a cluster share: a server's end, and a refusal that a person can read."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from jupyterhub.spawner import Spawner
from tornado import web
from traitlets import Float


class SpawnRefused(web.HTTPError):
    """No server is started; the hub shows the sentence to the person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, sentence.replace("%", "%%"), reason="Not now")
        self.jupyterhub_message = sentence


class Ending(Spawner):  # type: ignore[misc]  # traitlets' classes have no types
    """Put before a spawner's class: its servers end with their time, also when the hub was restarted meanwhile."""

    _is_ending = False
    until = Float(0.0, help="When the server has to end, in seconds since 1970; 0 for never")

    @property
    def holder(self) -> str:
        """The server's name, in logs and tables."""
        return f"{self.user.name}/{self.name}"

    @property
    def groups(self) -> list[str]:
        """The hub's groups that the person is in."""
        return [group.name for group in self.user.groups]

    def start(self) -> Any:
        """Called by the hub; here only since JupyterHub wants it of every spawner's class."""
        return super().start()

    def stop(self, now: bool = False) -> Any:
        """Called by the hub; as `start`."""
        return super().stop(now=now)

    async def poll(self) -> int | None:
        """Called by the hub every half minute; a server whose time is over is stopped here."""
        status: int | None = await super().poll()
        if status is None and not self._is_ending and self.until and time.time() > self.until:
            return await self.end("it has run for as long as its profile allows")
        return status

    async def end(self, why: str) -> int:
        """Stop the server, since its time is over; return what `poll` does then."""
        self.log.info("%s is stopped: %s", self.holder, why)
        self._is_ending = True  # a spawner's `stop` may look by `poll` whether there is something to stop
        try:
            await self.stop()
        finally:
            self._is_ending = False
        return 0

    def get_env(self) -> dict[str, str]:
        """Called by the hub; return the server's environment, which says when it ends."""
        ends = datetime.fromtimestamp(self.until).astimezone().isoformat(timespec="minutes")
        return {**super().get_env(), "COURSE_SERVER_ENDS": ends}

    def get_state(self) -> dict[str, Any]:
        """Called by the hub before it ends; a later one goes on with what is returned."""
        return {**super().get_state(), "until": self.until}

    def load_state(self, state: dict[str, Any]) -> None:
        """Called by the hub when it finds a server of its predecessor."""
        super().load_state(state)
        self.until = state.get("until", 0.0)

    def clear_state(self) -> None:
        """Called by the hub once a server has ended."""
        super().clear_state()
        self.until = 0.0
