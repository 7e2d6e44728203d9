"""Logging in with an account of an OpenID Connect provider. Needs the package ``oauthenticator``."""

from __future__ import annotations

from typing import Any

from oauthenticator.generic import GenericOAuthenticator

from hub_config.login.admission import Admission


class CourseOAuthenticator(Admission, GenericOAuthenticator):  # type: ignore[misc]
    """The provider's word on who somebody is comes straight from it, over its own address."""

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """Called once the provider has told who it is; return the name here."""
        return self.person(user_info)
