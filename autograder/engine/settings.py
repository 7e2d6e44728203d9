"""What an operator sets for grading on a machine: ``hub_config/grading.toml`` and the environment."""

from __future__ import annotations

import os
import tomllib

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder.engine.isolation.tiers import Tier
from course.errors import SetupError
from course.project import Project


class Settings(BaseModel):
    """How submissions are graded.

    Attributes
    ----------
    minimum_tier : the least isolation at which anything is graded.
    tier : this one, instead of the best the machine offers.
    first_uid : of the users that submissions run as, where the grader is root.
    threads : for each library that has threads of its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_tier: Tier = Tier.T3
    tier: Tier | None = None
    first_uid: int = Field(default=200_000, ge=1000, lt=2**31)
    threads: int = Field(default=1, ge=1)


def load_settings() -> Settings:
    """Return the settings of this checkout.

    Raises
    ------
    SetupError : the file is not TOML, or a value is not what it should be.
    """
    path = Project.find().root / "hub_config" / "grading.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        for name in Settings.model_fields:
            if value := os.environ.get(f"COURSE_{name.upper()}"):
                content[name] = value
        return Settings.model_validate(content)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path} is not valid TOML: {error}. Mend it and run again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise SetupError(
            f"{name} in {path} (or COURSE_{name.upper()}): {first['msg']}. Mend it and run again."
        ) from error
