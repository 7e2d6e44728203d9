"""Web addresses that people write into settings."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def safe_address(text: str) -> str:
    """Return a web address; what travels to it is worth stealing, so outside of this machine it has to be https.

    Raises
    ------
    ValueError : it is none, or is not safe.
    """
    parts = urlsplit(text)
    if not parts.hostname or parts.fragment or (parts.scheme, parts.hostname) not in {
        ("https", parts.hostname), *(("http", host) for host in THIS_MACHINE)
    }:  # fmt: skip
        raise ValueError(f"{text!r} is no address such as https://login.example.org/authorize")
    return text


Address = Annotated[str, AfterValidator(safe_address)]
