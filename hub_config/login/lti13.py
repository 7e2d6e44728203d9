"""Logging in from a learning platform's page (LTI 1.3). Needs the package ``jupyterhub-ltiauthenticator``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ltiauthenticator.lti13.auth import LTI13Authenticator
from ltiauthenticator.lti13.constants import LTI13_CUSTOM_CLAIM
from ltiauthenticator.lti13.handlers import LTI13CallbackHandler, LTI13LoginInitHandler
from tornado import web

from hub_config.login.admission import Admission, NotIn

_CUSTOM = "custom_"


@contextmanager
def _well_formed() -> Iterator[None]:
    """Answer 400 where what the platform has sent is of a wrong shape, over which the package stumbles."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise web.HTTPError(400, "What the learning platform has sent is not as LTI 1.3 has it") from error


class LoginInitHandler(LTI13LoginInitHandler):  # type: ignore[misc]
    """The platform's request to be asked who comes."""

    def post(self) -> None:
        """Send the browser to the platform."""
        with _well_formed():
            super().post()

    get = post


class CallbackHandler(LTI13CallbackHandler):  # type: ignore[misc]
    """The platform's answer. Claims that the package looks into may be of any JSON type."""

    def decode_and_validate_launch_request(self) -> dict[str, Any]:
        """Called by the package's `post`; return the claims."""
        with _well_formed():
            return dict(super().decode_and_validate_launch_request())


class CourseLti13Authenticator(Admission, LTI13Authenticator):  # type: ignore[misc]
    """A token that the platform has signed says who comes; each is good for one time."""

    custom_html = "<p>Open this hub from your course's page on the learning platform: that logs you in.</p>"
    login_handler, callback_handler = LoginInitHandler, CallbackHandler
    _used: dict[str, float]

    def get_username(self, token: dict[str, Any]) -> str:
        """Called with a token whose signature is right; return the name here.

        Where the claim is missing nothing else stands for it: ``sub`` could be anybody's address.
        """
        if self.account_claim.startswith(_CUSTOM):
            found = token.get(LTI13_CUSTOM_CLAIM)
            own = found if isinstance(found, dict) else {}
            return self.person({f"{_CUSTOM}{name}": value for name, value in own.items()})
        return self.person(token)

    async def authenticate(self, handler: Any, data: dict[str, Any] | None = None) -> Any:
        """Called with a token that is valid and belongs to this browser's request; raises `NotIn` for a used one."""
        if data is not None:
            self._use(str(data["nonce"]), float(data["exp"]))
        return await super().authenticate(handler, data)

    def _use(self, nonce: str, until: float) -> None:
        """Remember `nonce` for as long as its token is valid (seconds since 1970)."""
        now = time.time()
        used = {one: end for one, end in getattr(self, "_used", {}).items() if end > now}
        if nonce in used:
            raise NotIn("This link has been used: open the hub from your course's page again.")
        self._used = {**used, nonce: until}
