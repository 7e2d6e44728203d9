"""Who a request comes from: the hub knows, the request only carries a token."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from jupyterhub.services.auth import HubAuth
from tornado.escape import json_decode, url_escape
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from course.errors import OperatorError
from hub_config.exchange.callers import GRADERS, Caller

COURSE_SERVICE = "course-"  # and the course's id: the name of the service that is its server
INSTANT_SERVICE = "instant-"  # and the course's id: of the service that gives instant feedback
SCHEDULE_SERVICE = "schedule-"  # and the course's id: of the service that carries out its schedule
GROUP_SECONDS = 15.0  # how long a change of groups may take to be seen


class Identity(Protocol):
    """Tells whose token it is. Who implements it: `HubIdentity`, and the tests'."""

    async def caller(self, token: str) -> Caller | None:
        """Return whose `token` is, or None for nobody's, or one that gives no access to this service."""
        ...


class HubIdentity:
    """Asks the hub: whose token it is by the token itself, whose groups by the service's own.

    A course's own services, ``course-<id>``, ``instant-<id>`` and ``schedule-<id>``, are graders of that course.

    A token from the hub's token page that may only reach this service is enough, then: it need not be allowed to read
    its owner's groups.
    """

    def __init__(self, auth: HubAuth | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._auth = auth or HubAuth(cache_max_age=60)
        self._clock = clock
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}

    async def caller(self, token: str) -> Caller | None:
        """Return whose `token` is; None for another service's, and for one that the hub does not know."""
        found: dict[str, Any] | None = await self._auth.user_for_token(token, sync=False)
        if not found or not self._auth.check_scopes(self._auth.access_scopes, found):
            return None
        name = str(found["name"])
        if found.get("kind") == "user":
            return await self.person(name)
        for prefix in (COURSE_SERVICE, INSTANT_SERVICE, SCHEDULE_SERVICE):
            if name.startswith(prefix):
                return Caller(name, frozenset({GRADERS + name.removeprefix(prefix)}))
        return None

    async def person(self, name: str) -> Caller:
        """Return a user of the hub, with their groups.

        Raises
        ------
        OperatorError : the hub does not answer.
        """
        until, groups = self._groups.get(name, (0.0, frozenset[str]()))
        if self._clock() >= until:
            found = await self.ask(f"/users/{url_escape(name, plus=False)}")
            groups = frozenset((found or {}).get("groups", ()))
            self._groups[name] = (self._clock() + GROUP_SECONDS, groups)
        return Caller(name, groups)

    async def ask(self, path: str) -> Any:
        """Return what the hub's API answers to the service's own token; None for what it does not have.

        Raises
        ------
        OperatorError : the hub does not answer.
        """
        request = HTTPRequest(
            f"{self._auth.api_url}{path}",
            headers={
                "Authorization": f"token {self._auth.api_token}",
                "Accept": "application/jupyterhub-pagination+json",
            },
        )
        try:
            return json_decode((await AsyncHTTPClient().fetch(request)).body)
        except HTTPClientError as error:
            if error.code == 404:
                return None
            raise OperatorError(f"The hub does not answer {path}: {error}.") from error
        except (TimeoutError, OSError) as error:
            raise OperatorError(f"The hub does not answer {path}: {error}.") from error
