"""The section ``[login]`` of ``hub.toml``. No secret is in it: it names where one is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from course.addresses import Address, safe_address
from course.errors import SetupError
from course.exchange.bundle import Name

_SHORTEST = 8


def _origin(text: str) -> str:
    if not text:
        return text
    safe_address(text)
    if urlsplit(text).path.strip("/") or urlsplit(text).query:
        raise ValueError(f"{text!r} is more than the hub's own address: write https://hub.example.org")
    return text.rstrip("/")


Origin = Annotated[str, AfterValidator(_origin)]  # or empty
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Invite(_Section):
    """Each person has a code of their own; see ``invites.py``."""

    kind: Literal["invite"] = "invite"


class _Secret(_Section):
    """A section with a secret.

    Attributes
    ----------
    secret_env, secret_file : the environment variable, or the file, that holds it; one of them.
    """

    secret_env: str = ""
    secret_file: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> _Secret:
        if bool(self.secret_env) == bool(self.secret_file):
            raise ValueError("name one place of the secret: secret_env (a variable) or secret_file (a file)")
        return self

    def secret(self, folder: Path) -> str:
        """Return the secret; a relative ``secret_file`` is in `folder`.

        Raises
        ------
        SetupError : there is none at that place.
        """
        if self.secret_env:
            found, place = os.environ.get(self.secret_env, ""), f"the environment variable {self.secret_env}"
        else:
            path = folder / self.secret_file
            try:
                found, place = path.read_text(encoding="utf-8"), str(path)
            except (OSError, ValueError) as error:
                raise SetupError(f"{folder / 'hub.toml'}: login.secret_file: {path} can't be read: {error}.") from error
        if not found.strip():
            raise SetupError(f"{folder / 'hub.toml'}: [login] says that the secret is in {place}: nothing is there.")
        return found.strip()


class Shared(_Secret):
    """One password for everybody, who may then say to be anybody: for a demo."""

    kind: Literal["shared"]

    def secret(self, folder: Path) -> str:
        """Return the password; raises `SetupError` for one that is too short, too."""
        found = super().secret(folder)
        if len(found) < _SHORTEST:
            raise SetupError(f"{folder / 'hub.toml'}: the password of [login] needs {_SHORTEST} characters or more.")
        return found


class Elsewhere(_Section):
    """What logging in with an account from elsewhere asks for.

    Attributes
    ----------
    username_claim : what is said of a person there that names them: unique, and not theirs to change.
    domain : of the accounts; others are not let in, and people are named without it. Empty: accounts of all domains.
    ignore_case : accounts there do not differ by capital letters alone.
    admit : ``listed``: who is in courses.toml; ``everyone`` who has an account there, as a student of `courses`.
    service : what it is called, on the page to log in.
    """

    username_claim: Text
    domain: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$", to_lower=True)] = ""
    ignore_case: bool = False
    admit: Literal["listed", "everyone"] = "listed"
    courses: tuple[Name, ...] = ()
    service: Text = "your account"

    @model_validator(mode="after")
    def _of_courses(self) -> Elsewhere:
        if (self.admit == "everyone") != bool(self.courses):
            raise ValueError('admit = "everyone" and courses (which they are students of) belong together')
        return self


class OAuth(_Secret, Elsewhere):
    """Accounts of an OpenID Connect provider."""

    kind: Literal["oauth"]
    client_id: Text
    authorize_url: Address
    token_url: Address
    userdata_url: Address
    scope: tuple[Text, ...] = ("openid", "email", "profile")


class Lti13(Elsewhere):
    """Accounts of a learning platform, from whose pages people come (LTI 1.3)."""

    kind: Literal["lti13"]
    client_ids: Annotated[tuple[Text, ...], Field(min_length=1)]
    issuer: Address
    authorize_url: Address
    jwks_url: Address


def _kind(section: Any) -> str:
    found = section.get("kind", "invite") if isinstance(section, dict) else getattr(section, "kind", "")
    return str(found)


Login = Annotated[
    Annotated[Invite, Tag("invite")]
    | Annotated[Shared, Tag("shared")]
    | Annotated[OAuth, Tag("oauth")]
    | Annotated[Lti13, Tag("lti13")],
    Discriminator(
        _kind,
        custom_error_type="login_kind",
        custom_error_message='kind is one of "invite", "oauth", "lti13", and for a demo "shared"',
    ),
]
