"""The key that the course signs with as a tool of a learning platform (RSA): made once, for its owner alone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from course.errors import SetupError
from course.files import write_once
from course.project import Project

_BITS = 2048


@dataclass(frozen=True)
class ToolKey:
    """The private key, and what of it may be told."""

    private: rsa.RSAPrivateKey = field(repr=False)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half as platforms take it (JWK), with its thumbprint (RFC 7638) as ``kid``."""
        found = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        told = {name: found[name] for name in ("e", "kty", "n")}
        digest = hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")).digest()
        kid = base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
        return {**told, "kid": kid, "alg": "RS256", "use": "sig"}

    @property
    def pem(self) -> str:
        """The public half as Moodle takes it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode("ascii")

    def signed(self, claims: dict[str, Any]) -> str:
        """Return claims as a token that the platform can check."""
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.jwk["kid"]})


def tool_key(project: Project, *, make: bool = False) -> ToolKey:
    """Return the key in ``build/lti.key``.

    Parameters
    ----------
    make : make one where there is none; of processes that do so at one moment, all return the same.

    Raises
    ------
    SetupError : there is none, it is none, others can read it, or it can't be read or written.
    """
    path = project.build / "lti.key"
    try:
        if make and not path.exists():
            write_once(path, _new())
        with path.open("rb") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read(2**16)
    except FileNotFoundError as error:
        raise SetupError(
            f"The course has no key for a learning platform yet ({path}): `course lti` makes one, and says where the "
            "platform wants its public half."
        ) from error
    except OSError as error:
        raise SetupError(f"{path} can't be read or written ({error.strerror}): mend its permissions.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise SetupError(
            f"{path} can be read by others, who could then change grades on the learning platform: chmod 600 '{path}', "
            f"or, if others have been here, rm '{path}' and run `course lti` for a new one."
        )
    try:
        found = serialization.load_pem_private_key(text, None)
    except (ValueError, TypeError) as error:
        raise SetupError(f"{path} holds no key: rm '{path}', and run `course lti` for a new one.") from error
    if not isinstance(found, rsa.RSAPrivateKey):
        raise SetupError(f"{path} holds no RSA key: rm '{path}', and run `course lti` for a new one.")
    return ToolKey(found)


def _new() -> bytes:
    key = rsa.generate_private_key(65537, _BITS)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
