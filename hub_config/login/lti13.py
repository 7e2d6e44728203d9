"""Logging in from a learning platform's page (LTI 1.3). Needs the package ``jupyterhub-ltiauthenticator``."""

from __future__ import annotations

import time
from typing import Any

from ltiauthenticator.lti13.auth import LTI13Authenticator
from ltiauthenticator.lti13.constants import LTI13_CUSTOM_CLAIM

from hub_config.login.admission import Admission, NotIn

_CUSTOM = "custom_"


class CourseLti13Authenticator(Admission, LTI13Authenticator):  # type: ignore[misc]
    """A token that the platform has signed says who comes; each is good for one time."""

    custom_html = "<p>Open this hub from your course's page on the learning platform: that logs you in.</p>"
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
