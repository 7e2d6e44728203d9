"""How this machine talks to a service of a hub: with a token of the hub, and past proxies to this machine itself."""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase


def exchange_at(url: str) -> str:
    """Return the address of the exchange, of its own or of its hub's."""
    url = url.rstrip("/")
    return url if url.endswith("/exchange") else f"{url}/services/exchange"


def exchange_named(url: str | None = None) -> tuple[str, str]:
    """Return the address of the exchange, or of its hub, and the token, as the environment says; each may be empty."""
    token = os.environ.get("COURSE_HUB_TOKEN") or os.environ.get("JUPYTERHUB_API_TOKEN", "")
    return url or os.environ.get("COURSE_EXCHANGE_URL", ""), token


def hub_session(url: str, token: str) -> requests.Session:
    """Return what sends requests to the service at `url` in the name of who has `token`."""
    session = session_to(url)
    session.auth = Token(token)
    return session


def session_to(url: str) -> requests.Session:
    """Return what sends requests to `url`."""
    session = requests.Session()
    # Proxies and certificates of the environment hold, but nobody's proxy knows this machine's own addresses.
    session.trust_env = not _is_local(url)
    return session


class Token(AuthBase):
    """A token, by default the hub's. As `auth`, and not as a header, no ``.netrc`` takes its place."""

    def __init__(self, token: str, kind: str = "token") -> None:
        self._header = f"{kind} {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests for each request."""
        request.headers["Authorization"] = self._header
        return request


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
