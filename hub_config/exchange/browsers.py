"""Who looks at a page: the hub knows, by its login (OAuth) and a cookie that only this service can read."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler, HubOAuthenticated
from tornado import web
from tornado.escape import url_escape

from course.errors import OperatorError
from hub_config.exchange.callers import Caller
from hub_config.exchange.identity import HubIdentity

_HOURS_SECONDS = 60.0  # for which a person's GPU hours are not asked for again


class Browsers(Protocol):
    """Tells whose browser it is. Who implements it: `HubBrowsers`, and the tests'.

    Attributes
    ----------
    hub : the address of the hub's own pages, with a slash at its end.
    """

    hub: str

    async def visitor(self, handler: web.RequestHandler) -> Caller | None:
        """Return who is logged in, or None."""
        ...

    def log_in_at(self, handler: web.RequestHandler) -> str:
        """Return where a browser is sent whose person is not."""
        ...

    def token(self, handler: web.RequestHandler) -> str:
        """Return what a page's script has to send with each question of its own."""
        ...

    async def gpu_hours(self, name: str) -> tuple[float, float] | None:
        """Return a person's GPU hours of this week, used and allowed (0: without a bound); None without GPUs."""
        ...

    def routes(self, home: str) -> list[Any]:
        """Return what answers below `home` at the end of a login."""
        ...


class HubBrowsers:
    """Asks the hub. A handler of its pages has `HubOAuthenticated` among its classes."""

    def __init__(self, identity: HubIdentity, clock: Callable[[], float] = time.monotonic) -> None:
        self._identity, self._clock = identity, clock
        self._auth = HubOAuth.instance(cache_max_age=60)
        self._hours: dict[str, tuple[float, tuple[float, float] | None]] = {}
        self.hub = str(self._auth.hub_prefix)

    async def visitor(self, handler: web.RequestHandler) -> Caller | None:
        """Return who is logged in, or None; a question by a script has to bring the page's `token`."""
        found: dict[str, Any] | None = await self._auth.get_user(handler, sync=False)
        if not found or found.get("kind") != "user" or not self._auth.check_scopes(self._auth.access_scopes, found):
            return None
        return await self._identity.person(str(found["name"]))

    def log_in_at(self, handler: web.RequestHandler) -> str:
        """Return the hub's page; it comes back to the callback of `routes`."""
        handler.hub_auth = self._auth  # type: ignore[attr-defined]
        return str(HubOAuthenticated.get_login_url(handler))

    def token(self, handler: web.RequestHandler) -> str:
        """Return JupyterHub's token against forged requests, which needs the cookie that comes with it."""
        handler.hub_auth = self._auth  # type: ignore[attr-defined]
        return bytes(handler.xsrf_token).decode()

    async def gpu_hours(self, name: str) -> tuple[float, float] | None:
        """Return a person's GPU hours; the hub of a cluster counts none."""
        until, hours = self._hours.get(name, (0.0, None))
        if self._clock() >= until:
            try:
                found = await self._identity.ask(f"/course/gpu-hours/{url_escape(name, plus=False)}")
            except OperatorError:  # the rest of the page is worth having
                return None
            hours = (float(found["used"]), float(found["of"])) if found else None
            self._hours[name] = (self._clock() + _HOURS_SECONDS, hours)
        return hours

    def routes(self, home: str) -> list[Any]:
        """Return JupyterHub's own end of a login."""
        return [(f"{home}/oauth_callback", HubOAuthCallbackHandler)]
