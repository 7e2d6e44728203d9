"""Waits for a GPU before a server starts, and tells the person their place in line meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from jupyterhub.utils import maybe_future

from hub_config.exchange.turns import spoken
from hub_config.local.leases import Busy, Leases, LineFull, Place, QuotaSpent
from hub_config.spawning import Ending, SpawnRefused

_LOOK = 2.0  # seconds between two looks at the line
_AWAY = 300.0  # seconds without the page, after which somebody is taken to have gone


class InLine(Ending):
    """Put before a spawner's class: it stands in line until there is what it needs."""

    _place: Place | None = None
    _profile = ""  # the name of what is waited for
    _watched = 0.0

    def wanted(self) -> tuple[str, Mapping[str, int], Leases, float]:
        """Called before each start; return the profile's name, the devices it asks for, the leases, and for how many
        minutes to wait."""
        raise NotImplementedError

    async def run_pre_spawn_hook(self) -> None:
        """Called by the hub before `start`, which has a time limit of its own."""
        await maybe_future(super().run_pre_spawn_hook())
        self._profile, asked, leases, minutes = self.wanted()
        if not asked or not minutes:
            return
        try:
            await self._stand(asked, leases, minutes)
        except asyncio.CancelledError:  # given up by the person's button, or the hub ends
            leases.step_aside(self.holder)
            raise
        finally:
            self._place = None

    def place_in_line(self) -> str:
        """Called by the page of a starting server, which somebody looks at then; return where one is in line."""
        self._watched = time.monotonic()
        return self._sentence(self._place) if self._place is not None else ""

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Called by the hub for who follows a start by its API; yield what is told."""
        said = ""
        while self._place is not None:
            if (text := self.place_in_line()) != said:
                yield {"progress": 5, "message": text}
                said = text
            await asyncio.sleep(_LOOK / 2)
        async for event in super().progress():
            yield event

    async def _stand(self, asked: Mapping[str, int], leases: Leases, minutes: float) -> None:
        """Return when it is one's turn; `start` then takes what has become free."""
        begun = self._watched = time.monotonic()
        with told(self._profile):
            while (place := leases.wait(self.holder, self.user.name, asked)) is not None:
                if self._place is None:
                    self.log.info("%s waits for %s", self.holder, ", ".join(asked))
                self._place = place
                if time.monotonic() - begun > minutes * 60:
                    leases.leave(self.holder)
                    raise SpawnRefused(
                        503,
                        f"{self._profile}: nothing has become free for you in {minutes:g} minutes. Choose a CPU "
                        "profile, or try again later.",
                    )
                if time.monotonic() - self._watched > _AWAY:
                    leases.step_aside(self.holder)
                    raise SpawnRefused(
                        503,
                        "You have left the line, since nobody had its page open. Start the server again within a "
                        "quarter of an hour, and you have your place back.",
                    )
                await asyncio.sleep(_LOOK)

    def _sentence(self, place: Place) -> str:
        back = f" The next is back at {clock(place.free_at)} at the latest." if place.free_at else ""
        turn = "Your server starts when it is your turn: leave this page open."
        return f"{self._profile}: you are {spoken(place.number)} in line.{back} {turn}"


@contextmanager
def told(profile: str) -> Iterator[None]:
    """Say in words what keeps somebody from what a profile needs."""
    try:
        yield
    except Busy as busy:
        raise SpawnRefused(
            503,
            f"{profile} is in use by others, until {clock(busy.free_at)} at the latest. Choose a CPU profile "
            "meanwhile, or come back then: your files are there in each of them.",
        ) from busy
    except LineFull as full:
        raise SpawnRefused(503, f"{profile}: {full}. Choose a CPU profile meanwhile, or come back later.") from full
    except QuotaSpent as spent:
        raise SpawnRefused(
            403,
            f"You have used {spent.used:.1f} of your {spent.quota:g} GPU hours of this week. They are renewed on "
            "Monday; CPU profiles are not counted.",
        ) from spent


def clock(moment: float) -> str:
    """The time of day here."""
    return f"{datetime.fromtimestamp(moment).astimezone():%H:%M}"
