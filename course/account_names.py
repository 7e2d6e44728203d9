"""Who somebody with an account elsewhere is here: on a hub, and in the class. Two accounts never become one person."""

from __future__ import annotations

import base64
import hashlib
import re
import string
import unicodedata
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[a-z][a-z0-9._-]{0,31}")  # a `Person`, see hub_config/settings/hub.py
_MARK = 16  # letters of a digest: 80 bits
_MADE = re.compile(rf".*-[a-z2-7]{{{_MARK}}}")
_READABLE = 32 - 1 - _MARK
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def person(account: str, domain: str = "", *, ignore_case: bool = False) -> str:
    """Return the name, on this hub, of the person who is `account` elsewhere.

    An account that is a plain name (small letters, digits, ``._-``, at most 32 characters, a letter first) keeps it.
    Any other gets what is readable of it and 16 letters of the account's digest: ``Ada@uni.edu`` is
    ``ada-uni.edu-4achxgf644ljf3e3``. A plain name that looks like one of these gets new letters too, so that nobody
    becomes another by choosing their account's name.

    Parameters
    ----------
    domain : of all accounts, in small letters; it is left out of the names.
    ignore_case : accounts that differ by the letters A to Z and a to z alone are the same. Nothing beyond these is
        folded: ``ß`` and ``ss`` are two people's.

    Raises
    ------
    ValueError : the account is empty, or of another domain.
    """
    if domain:
        account, _, found = account.rpartition("@")
        if found.translate(_LOWER) != domain:
            raise ValueError(f"only accounts of {domain} are let in")
    if not account:
        raise ValueError("the account has no name")
    if ignore_case:
        account = account.translate(_LOWER)
    if _PLAIN.fullmatch(account) and not _MADE.fullmatch(account):
        return account
    digest = hashlib.sha256(account.encode("utf-8", "surrogatepass")).digest()
    return f"{_readable(account)}-{base64.b32encode(digest).decode('ascii').lower()[:_MARK]}"


def claimed(claims: Mapping[str, Any], claim: str) -> str:
    """Return what is said of a person under the name `claim`.

    Raises
    ------
    ValueError : nothing that could be an account's name, or an e-mail address that is not known to be theirs.
    """
    found = claims.get(claim)
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise ValueError(f"it is not said who you are: {claim!r} is missing")
    if claim == "email" and str(claims.get("email_verified", True)).lower() == "false":
        raise ValueError("your e-mail address there is not confirmed yet")
    return str(found)


def _readable(account: str) -> str:
    """What can be written of an account in a name, beginning with a letter."""
    plain = unicodedata.normalize("NFKD", account).encode("ascii", "ignore").decode("ascii").lower()
    found = re.sub(r"[^a-z0-9._]+", "-", plain).lstrip("0123456789._-")
    return found[:_READABLE].rstrip("._-") or "person"
