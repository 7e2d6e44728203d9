"""What every request to a service of the hub's has in common: who asks, and how a refusal or trouble is told."""

from __future__ import annotations

import logging
import re
from typing import Any

from tornado import web

from course.errors import OperatorError
from hub_config.exchange.callers import Caller, Conflict, Forbidden, Refused, TooMuch, TooOften, Unknown
from hub_config.exchange.identity import Identity

_STATUS = {Unknown: 404, Forbidden: 403, Conflict: 409, TooMuch: 413, TooOften: 429}
_TOKEN = re.compile(r"(?:token|bearer)\s+(\S+)", re.IGNORECASE)


def refusal(error: BaseException | None, status: int, reason: str, trouble: str) -> tuple[int, str]:
    """Return the status and the sentence for a handler's exception, of which tornado has made `status` and `reason`.

    Parameters
    ----------
    trouble : the sentence for what is the service's own fault.
    """
    if isinstance(error, Refused):
        return _STATUS.get(type(error), 400), str(error)
    if isinstance(error, OperatorError):
        return 503, trouble
    if isinstance(error, web.HTTPError):
        status = error.status_code
    return status, reason if status < 500 else trouble


class ServiceHandler(web.RequestHandler):
    """Answers who has a token of the hub; cookies are not looked at, so no other page can make a browser act here.

    Attributes
    ----------
    identity : set by the service's own handler, in `initialize`.
    caller : who asks; known before any method is called.
    trouble : the sentence for what is the service's own fault.
    log : where that goes, with its trace.
    """

    identity: Identity
    caller: Caller
    trouble: str
    log: logging.Logger

    def check_xsrf_cookie(self) -> None:
        """No cookie is looked at here, so there is nothing to forge."""

    async def prepare(self) -> None:
        """Called before each method: find out who asks, or answer 401."""
        found = _TOKEN.fullmatch(self.request.headers.get("Authorization", ""))
        caller = await self.identity.caller(found[1]) if found else None
        if caller is None:
            raise web.HTTPError(401, reason="A token of the hub that may access this service is needed")
        self.caller = caller

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Called by tornado for each exception: say what to do, and nothing of our insides."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        status_code, text = refusal(error, status_code, self._reason, self.trouble)
        self.set_status(status_code)
        self.set_header("Content-Type", "application/json")
        self.finish({"error": text})

    def log_exception(self, *exc_info: Any) -> None:
        """A refusal is no trouble; what is, goes to the log with its trace."""
        if not isinstance(exc_info[1], Refused | web.HTTPError):
            self.log.error("%s %s", self.request.method, self.request.path, exc_info=exc_info)
