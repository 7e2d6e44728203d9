"""The registry: which data sets exist, how their files are recognised, and on what terms they are used."""

from __future__ import annotations

import functools
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from course.errors import DataError, near
from course.parsing import read_toml

FileName = Annotated[str, Field(pattern=r"^[\w.+ -]+$")]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataFile(_Row):
    """One file of a data set.

    Attributes
    ----------
    name : its name in the cache and in a mirror.
    urls : where it is downloaded from, tried in order; empty when its owner wants a person to fetch it.
    bytes : its size, None when unknown.
    sha256, md5 : what its content must hash to.
    unverified : why there is neither; then the facts of the edition are what it is recognised by.
    """

    name: FileName
    urls: tuple[str, ...] = ()
    bytes: int | None = Field(default=None, gt=0)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    md5: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    unverified: str = ""

    @model_validator(mode="after")
    def _is_recognisable(self) -> Self:
        if not (self.sha256 or self.md5 or self.unverified):
            raise ValueError(f"{self.name}: give sha256 or md5, or say in `unverified` why there is none")
        return self

    @property
    def checksum(self) -> tuple[str, str] | None:
        """The algorithm and the hex digest to compare with, None when none is known."""
        if self.sha256:
            return "sha256", self.sha256
        return ("md5", self.md5) if self.md5 else None


class Edition(_Row):
    """One set of files that holds the data: the owner's, or a mirror's.

    Attributes
    ----------
    files : all of them are needed.
    facts : what is counted in the content after loading, by name.
    why : how a mirror's files differ from the owner's.
    part : which part of the set they hold; empty when all of it.
    """

    files: tuple[DataFile, ...] = Field(min_length=1)
    facts: dict[str, int] = Field(min_length=1)
    why: str = ""
    part: str = ""

    def __hash__(self) -> int:  # `facts` has none of its own
        return hash(self.files)


class RegisteredSet(_Row):
    """One data set, or small model; the registry's comments explain each key."""

    title: str
    about: str
    shape: str
    chapters: tuple[int, ...] = Field(min_length=1)
    licence: str
    tests_only: bool = False
    folder: str = ""
    page: str
    stand_in: str = ""
    recipe: str = ""
    upstream: Edition
    mirror: Edition | None = None

    @model_validator(mode="after")
    def _is_always_to_be_had(self) -> Self:
        if bool(self.stand_in) == bool(self.recipe):
            raise ValueError("say in `stand_in` what is used in its place, or in `recipe` what made it; not both")
        return self

    @property
    def editions(self) -> tuple[Edition, ...]:
        """The editions, the owner's first."""
        return (self.upstream, self.mirror) if self.mirror else (self.upstream,)


class _Registry(RootModel[dict[str, RegisteredSet]]):
    """By name."""


@functools.cache
def registry() -> MappingProxyType[str, RegisteredSet]:
    """Return every entry by name, in the order of ``registry.toml``."""
    path = resources.files(__package__).joinpath("registry.toml")
    return MappingProxyType(read_toml(path, _Registry, DataError).root)


def names() -> tuple[str, ...]:
    """Return the names that ``load`` and ``fetch`` take."""
    return tuple(registry())


def info(name: str) -> RegisteredSet:
    """Return what is known about the data set `name`: title, shape, files, licence.

    Raises
    ------
    DataError : there is no such set; the message lists those that exist.
    """
    try:
        return registry()[name]
    except KeyError:
        known = ", ".join(names())
        raise DataError(f"There is no data set {name!r}.{near(name, names())} Data sets: {known}.") from None
