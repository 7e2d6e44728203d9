"""What an operator sets for grading on a machine: ``hub_config/grading.toml`` and the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from autograder.engine.isolation.tiers import Tier
from course.errors import SetupError
from course.parsing import read_settings
from course.project import Project

_FILE = "grading.toml"


class Settings(BaseModel):
    """How submissions are graded.

    Attributes
    ----------
    minimum_tier : the least isolation at which anything is graded.
    tier : this one, instead of the best the machine offers.
    first_uid : of the users that submissions run as, where the grader is root.
    threads : for each library that has threads of its own.
    gpus : that submissions may be lent: all that the driver names, or those with these UUIDs.
    gpu_submissions : at a time on one GPU, even if its memory would do for more.
    gpu_libraries : where cuDNN is, which the parent of kernels loads before the first that is lent a GPU: ``auto``
        (beside torch), ``none``, or a folder.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_tier: Tier = Tier.T3
    tier: Tier | None = None
    first_uid: int = Field(default=200_000, ge=1000, lt=2**31)
    threads: int = Field(default=1, ge=1)
    gpus: Literal["auto"] | tuple[str, ...] = "auto"
    gpu_submissions: int = Field(default=4, ge=1)
    gpu_libraries: str = Field(default="auto", min_length=1)


class FileAndEnvironment(BaseSettings):
    """Settings whose values are in the environment, or else in a file of this checkout's ``hub_config``.

    A class of them names the file in its configuration (``toml_file``).
    """

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Called by pydantic-settings; the first of the sources that knows a value is believed."""
        file = in_hub_config(str(settings_cls.model_config["toml_file"]))
        return env_settings, TomlConfigSettingsSource(settings_cls, file)


class _OfThisCheckout(Settings, FileAndEnvironment):
    """The same from their two sources, which a `Settings` made for a purpose does not ask."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="COURSE_", env_ignore_empty=True, toml_file=_FILE
    )


def load_settings() -> Settings:
    """Return the settings of this checkout.

    Raises
    ------
    SetupError : the file is not TOML, or a value is not what it should be.
    """
    found = read_settings(_OfThisCheckout, SetupError, "Mend it and run again.", in_hub_config(_FILE))
    return Settings.model_validate(found.model_dump())


def in_hub_config(name: str) -> Path:
    """Return where a file of settings is in this checkout."""
    return Project.find().root / "hub_config" / name


def default_workers() -> int:
    """Return how many hand-ins to judge at the same time: as many as this process may use cores at a time.

    Its affinity and the control group's quota count: a pod with 2 of a machine's 64 cores gets 2.
    """
    import joblib

    return int(joblib.cpu_count())
