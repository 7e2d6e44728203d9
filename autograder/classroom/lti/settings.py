"""What a teacher says of the course's learning platform: ``hub_config/lti.toml`` and the environment."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from autograder.engine.settings import FileAndEnvironment, in_hub_config
from course.addresses import Address
from course.errors import SetupError
from course.parsing import read_settings

_FILE, _VARIABLES = "lti.toml", "COURSE_LTI_"


class Platform(BaseModel):
    """A learning platform's services for one course of it (LTI 1.3 Advantage).

    Attributes
    ----------
    client_id : the tool's, as the platform has named it.
    deployment_id : of the tool; only where the platform asks for it.
    token_url : where the platform gives out tokens.
    audience : whom a request for a token is for; the token's address by default.
    memberships_url : names and roles of the course there (NRPS).
    line_items_url : the course's columns of grades there (AGS).
    username_claim : what of a member names them here, as in the hub's ``[login]``.
    domain, ignore_case : as there.
    feedback_url : where students read their feedback, for the comment beside a grade.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(min_length=1)
    deployment_id: str = ""
    token_url: Address
    audience: str = ""
    memberships_url: Address
    line_items_url: Address
    username_claim: str = Field(default="email", min_length=1)
    domain: str = ""
    ignore_case: bool = False
    feedback_url: str = ""


class _OfThisCheckout(Platform, FileAndEnvironment):
    """The same from their two sources."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=_VARIABLES, env_ignore_empty=True, toml_file=_FILE
    )


def load_platform() -> Platform:
    """Return the settings of this checkout.

    Raises
    ------
    SetupError : there are none, the file is not TOML, or a value is missing or not what it should be.
    """
    file, remedy = settings_file(), "docs/platform.md says how to connect a learning platform."
    if not file.exists() and not any(name.startswith(_VARIABLES) for name in os.environ):
        raise SetupError(f"The course has no learning platform yet: there is no {file}. {remedy}")
    found = read_settings(_OfThisCheckout, SetupError, remedy, file)
    return Platform.model_validate(found.model_dump())


def settings_file() -> Path:
    """Return where the settings are."""
    return in_hub_config(_FILE)
