"""Makes JupyterHub's configuration of the section ``[login]``."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from course.errors import SetupError
from hub_config.login.invites import InviteAuthenticator
from hub_config.settings.hub import Courses, Hub
from hub_config.settings.login import Elsewhere, Invite, Lti13, OAuth, Shared

_CALLBACK = "/hub/oauth_callback"


def admit(c: Any, folder: Path, state: Path, hub: Hub, courses: Courses) -> None:
    """Set in `c`, JupyterHub's configuration, how people log in.

    Parameters
    ----------
    folder, state : of the operator's files, and of what the hub writes.

    Raises
    ------
    SetupError : a secret is missing, a course that is named does not exist, or a package is not installed.
    """
    login = hub.login
    match login:
        case Invite():
            mine = _chosen(c, InviteAuthenticator)
            mine.path = str(state / "invitations.db")
        case Shared():
            mine = _chosen(c, _found("jupyterhub.authenticators.shared", "SharedPasswordAuthenticator"))
            mine.user_password = login.secret(folder)
        case OAuth():
            mine = _elsewhere(c, _found("hub_config.login.oauth", "CourseOAuthenticator"), login, folder, courses)
            _oauth(mine, login, folder, hub.public_url)
        case Lti13():
            mine = _elsewhere(c, _found("hub_config.login.lti13", "CourseLti13Authenticator"), login, folder, courses)
            _lti13(mine, login, hub.public_url)
    mine.allowed_users = set(courses.people)
    # Only courses.toml says who is in: not who has been there once.
    mine.allow_existing_users = False
    mine.any_allow_config = True


def _chosen(c: Any, kind: type) -> Any:
    c.JupyterHub.authenticator_class = kind
    return c[kind.__name__]


def _elsewhere(c: Any, kind: type, login: Elsewhere, folder: Path, courses: Courses) -> Any:
    unknown = sorted(set(login.courses) - {course.id for course in courses.course})
    if unknown:
        raise SetupError(f"{folder / 'hub.toml'}: login.courses: courses.toml has no course {', '.join(unknown)}.")
    mine = _chosen(c, kind)
    mine.account_claim, mine.domain, mine.ignore_case = login.username_claim, login.domain, login.ignore_case
    mine.open_courses = list(login.courses)
    mine.login_service = login.service
    return mine


def _oauth(mine: Any, login: OAuth, folder: Path, public_url: str) -> None:
    mine.client_id, mine.client_secret = login.client_id, login.secret(folder)
    mine.authorize_url, mine.token_url, mine.userdata_url = login.authorize_url, login.token_url, login.userdata_url
    mine.username_claim = login.username_claim
    mine.scope = list(login.scope)
    # Not guessed from the request: behind a reverse proxy it would lack the s of https.
    mine.oauth_callback_url = public_url + _CALLBACK


def _lti13(mine: Any, login: Lti13, public_url: str) -> None:
    mine.client_id = set(login.client_ids)
    mine.issuer, mine.authorize_url, mine.jwks_endpoint = login.issuer, login.authorize_url, login.jwks_url
    mine.uri_scheme = public_url.partition(":")[0]


def _found(module: str, name: str) -> type:
    try:
        return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]
    except ModuleNotFoundError as error:
        raise SetupError(
            f"For this way to log in the package {error.name} has to be installed: "
            "pip install --constraint constraints.txt '.[login]'"
        ) from error
