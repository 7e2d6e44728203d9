"""The public half of a course's key for a learning platform, as it travels: a key set (JWKS, RFC 7517).

The exchange shows it to everybody, at `path_of`, as platforms want it.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

LARGEST = 2**13  # bytes of a key set
_MOST = 4  # keys: one, and while it is replaced the ones before
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # RFC 7518, 6.3.2 and 6.4
_HOW = "`course lti`, in the course's server, sends the right one"


class PublicKey(BaseModel):
    """One key: RSA of 2048 to 8192 bits, to check signatures with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kty: Literal["RSA"]
    n: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{342,1366}$")]
    e: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{2,12}$")]
    kid: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    alg: Literal["RS256"]
    use: Literal["sig"]


class KeySet(BaseModel):
    """What a platform finds at the address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: Annotated[tuple[PublicKey, ...], Field(min_length=1, max_length=_MOST)]


def path_of(course: str) -> str:
    """Return where a course's key set is, below the exchange's address."""
    return f"/lti/{course}/jwks.json"


def read_key_set(text: bytes) -> KeySet:
    """Return a key set as it has come.

    Raises
    ------
    ValueError : there is a private half in it, or it is no set of public keys; the text, one line, says what to do.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"This is no JSON, and so no key set (JWKS): {_HOW}.") from error
    if _private(found):
        raise ValueError(
            "The private half of a key is in what was sent, and none of it was kept. It has travelled, so nobody "
            f"should use it any more: remove build/lti.key; then {_HOW}, of a new key."
        )
    try:
        return KeySet.model_validate_json(text)
    except ValidationError as error:
        one = error.errors()[0]
        where = ".".join(map(str, one["loc"])) or "the whole"
        raise ValueError(f"This is no set of public RSA keys (JWKS; {where}: {one['msg']}): {_HOW}.") from error


def _private(found: Any) -> bool:
    """Whether there is a private part in a key, in a set of keys, or in what should be one."""
    rows = found.get("keys") if isinstance(found, dict) else None
    rows = rows if isinstance(rows, list) else []
    return any(isinstance(one, dict) and not _PRIVATE.isdisjoint(one) for one in (found, *rows))
