"""The profiles of ``profiles.yaml``: read, validated, and shown to whom they are for. Pure: knows no spawner.

The file is KubeSpawner's ``profile_list``, so that a cluster's KubeSpawner gets it as it stands, plus a section
``course`` for each profile.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from jupyterhub.traitlets import ByteSpecification
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from traitlets import TraitError

from course.errors import SetupError
from course.parsing import read

GPU = "nvidia.com/"
# What a pod keeps from the profile before unless the next one names it.
STICKY = (
    "cpu_guarantee", "cpu_limit", "mem_guarantee", "mem_limit", "start_timeout", "environment",
    "extra_resource_guarantees", "extra_resource_limits", "node_selector", "tolerations", "extra_pod_config",
    "volumes", "volume_mounts",
)  # fmt: skip


def memory_bytes(text: str) -> int:
    """Return a memory size as JupyterHub writes it, such as ``4G`` (2**30 bytes each), in bytes.

    Raises
    ------
    ValueError : it is something else.
    """
    try:
        size = int(ByteSpecification().validate(None, text))
    except (TraitError, ValueError, OverflowError):
        size = -1
    if size < 0:
        raise ValueError(f"{text!r} is no memory size: write a number and K, M, G or T, such as 4G")
    return size


def _memory(text: object) -> str:
    memory_bytes(str(text))
    return str(text)


def _count(text: object) -> str:
    """A quantity of a device: whole, and written as text, which is what Kubernetes takes."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}", str(text)) or isinstance(text, bool):
        raise ValueError(f'{text!r} is no number of devices: write a whole number in quotes, such as "1"')
    return str(text)


Memory = Annotated[str, BeforeValidator(_memory)]
Devices = Annotated[str, BeforeValidator(_count)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Override(_Section):
    """What a profile, or a choice within it, sets. The names are KubeSpawner's; None is what is not named."""

    image: str | None = None
    cpu_guarantee: Annotated[float, Field(gt=0, le=512)] | None = None
    cpu_limit: Annotated[float, Field(gt=0, le=512)] | None = None
    mem_guarantee: Memory | None = None
    mem_limit: Memory | None = None
    start_timeout: Annotated[int, Field(ge=10, le=3600)] | None = None
    environment: dict[str, str] | None = None
    extra_resource_guarantees: dict[str, Devices] | None = None
    extra_resource_limits: dict[str, Devices] | None = None
    node_selector: dict[str, str] | None = None
    tolerations: tuple[dict[str, Any], ...] | None = None
    extra_pod_config: dict[str, Any] | None = None
    extra_labels: dict[str, str] | None = None
    volumes: tuple[dict[str, Any], ...] | None = None
    volume_mounts: tuple[dict[str, Any], ...] | None = None

    @property
    def named(self) -> dict[str, Any]:
        """What is set, by name."""
        return self.model_dump(exclude_none=True, mode="json")

    def over(self, base: Override) -> Override:
        """Return `base` with what is set here in its place."""
        return Override.model_validate({**base.named, **self.named})

    @property
    def devices(self) -> dict[str, int]:
        """How many GPUs, shares or slices are asked for, by their resource's name."""
        asked = self.extra_resource_limits or {}
        return {name: int(count) for name, count in asked.items() if name.startswith(GPU)}

    @model_validator(mode="after")
    def _consistent(self) -> Override:
        if self.cpu_guarantee and self.cpu_limit and self.cpu_guarantee > self.cpu_limit:
            raise ValueError(f"cpu_guarantee {self.cpu_guarantee:g} is more than cpu_limit {self.cpu_limit:g}")
        if self.mem_guarantee and self.mem_limit and memory_bytes(self.mem_guarantee) > memory_bytes(self.mem_limit):
            raise ValueError(f"mem_guarantee {self.mem_guarantee} is more than mem_limit {self.mem_limit}")
        limits, guarantees = self.extra_resource_limits, self.extra_resource_guarantees
        if limits is not None and guarantees is not None and limits != guarantees:
            raise ValueError("a device can't be shared out: extra_resource_guarantees and _limits must be the same")
        return self


class Choice(_Section):
    """One choice of an option."""

    display_name: str
    default: bool = False
    kubespawner_override: Override = Override()


class Unlisted(_Section):
    """Lets a person type a value of their own."""

    enabled: bool = False
    display_name: str = "Other"
    display_name_in_choices: str = ""
    validation_regex: str = ".+"
    validation_message: str = ""
    kubespawner_override: dict[str, str] = {}


class Option(_Section):
    """An option of a profile."""

    display_name: str
    choices: Annotated[dict[Slug, Choice], Field(min_length=1)]
    unlisted_choice: Unlisted = Unlisted()

    @property
    def default(self) -> str:
        """The choice that is taken where none is made."""
        marked = [slug for slug, choice in self.choices.items() if choice.default]
        return (marked or list(self.choices))[0]


class CourseTerms(_Section):
    """What the course says of a profile.

    Attributes
    ----------
    groups : patterns of the hub's groups that see it; everybody, when empty.
    hours : for how long a server may run.
    gpu_share : what one hour counts in GPU hours, for each device.
    """

    groups: tuple[str, ...] = ()
    hours: Annotated[float, Field(gt=0, le=24 * 7)] = 12
    gpu_share: Annotated[float, Field(gt=0, le=1)] = 1


class Profile(_Section):
    """One server a person may start."""

    display_name: Annotated[str, Field(min_length=1)]
    slug: Slug
    description: Annotated[str, Field(min_length=1)]
    default: bool = False
    kubespawner_override: Override
    profile_options: dict[Slug, Option] = {}
    course: CourseTerms = CourseTerms()

    @model_validator(mode="after")
    def _complete(self) -> Profile:
        missing = [name for name in STICKY if getattr(self.kubespawner_override, name) is None]
        if missing:
            raise ValueError(
                f"kubespawner_override of {self.slug} does not name {', '.join(missing)}: write a value, or an empty "
                "one ({} or []), else a server keeps it from the person's last profile"
            )
        return self

    def offered(self, devices: Mapping[str, int]) -> OfferedProfile:
        """Return what of it a machine can start that has so many different devices of each resource."""
        there = {
            slug: frozenset(value for value in option.choices if _has(devices, self.chosen({slug: value})))
            for slug, option in self.profile_options.items()
        }
        default = _has(devices, self.chosen({}))
        return OfferedProfile(self, default or any(there.values()), there)

    def visible_to(self, groups: Iterable[str]) -> bool:
        """Whether a person in these groups of the hub may start it."""
        patterns, mine = self.course.groups, list(groups)
        return not patterns or any(fnmatch.fnmatchcase(group, pattern) for group in mine for pattern in patterns)

    def chosen(self, choices: Mapping[str, str]) -> Override:
        """Return what a server gets when `choices` are made of the options; others have their default.

        Raises
        ------
        ValueError : an option or a choice does not exist.
        """
        unknown = set(choices) - set(self.profile_options)
        if unknown:
            raise ValueError(f"{self.display_name} has no option {', '.join(sorted(unknown))}")
        override = self.kubespawner_override
        for slug, option in self.profile_options.items():
            made = choices.get(slug, option.default)
            if made not in option.choices:
                raise ValueError(f"{option.display_name} has no choice {made!r}")
            override = option.choices[made].kubespawner_override.over(override)
        return override

    def kubespawner(self) -> dict[str, Any]:
        """Return the profile as an entry of KubeSpawner's ``profile_list``."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"course"}, exclude_defaults=False)


@dataclass(frozen=True)
class OfferedProfile:
    """A profile as one machine has it.

    Attributes
    ----------
    available : whether it can be started here at all.
    choices : of each option, the choices that can be made here.
    """

    profile: Profile
    available: bool
    choices: Mapping[str, frozenset[str]]

    def selected(self, option: str) -> str:
        """Return the choice of an option that a form begins with: the default, or the first there is."""
        found = self.profile.profile_options[option]
        there = [value for value in found.choices if value in self.choices[option]]
        return found.default if found.default in there or not there else there[0]


def _has(devices: Mapping[str, int], override: Override) -> bool:
    return all(devices.get(name, 0) >= count for name, count in override.devices.items())


def _distinct(profiles: tuple[Profile, ...]) -> tuple[Profile, ...]:
    for what in ("slug", "display_name"):
        seen = [getattr(profile, what) for profile in profiles]
        twice = sorted({one for one in seen if seen.count(one) > 1})
        if twice:
            raise ValueError(f"two profiles have the {what} {', '.join(twice)}")
    if sum(profile.default for profile in profiles) != 1:
        raise ValueError("exactly one profile has `default: true`")
    if profiles and next(profile for profile in profiles if profile.default).course.groups:
        raise ValueError("the default profile must be there for everybody: leave out its groups")
    return profiles


class Profiles(_Section):
    """All of ``profiles.yaml``."""

    profiles: Annotated[tuple[Profile, ...], Field(min_length=1), AfterValidator(_distinct)]

    def __iter__(self) -> Iterator[Profile]:  # type: ignore[override]  # profiles, not pydantic's fields
        return iter(self.profiles)

    def visible_to(self, groups: Iterable[str]) -> list[Profile]:
        """Return the profiles that a person in these groups may start."""
        mine = list(groups)
        return [profile for profile in self if profile.visible_to(mine)]

    def find(self, slug: str, groups: Iterable[str]) -> Profile:
        """Return a profile that a person in these groups may start; with an empty `slug`, the default.

        Raises
        ------
        ValueError : there is none of that name, for them.
        """
        for profile in self.visible_to(groups):
            if profile.slug == slug or (not slug and profile.default):
                return profile
        raise ValueError(f"there is no profile {slug!r} for you")


def load_profiles(path: Path) -> Profiles:
    """Read and validate ``profiles.yaml``.

    Raises
    ------
    SetupError : it can't be read, or something in it is not right; the text names the place.
    """
    return read(path, Profiles, SetupError, _parsed, "YAML", _place)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return {"profiles": yaml.safe_load(text)}
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _place(where: tuple[int | str, ...]) -> str:
    """``profile 3.kubespawner_override.mem_limit``; profiles count from 1."""
    parts = [f"profile {int(part) + 1}" if n == 1 else str(part) for n, part in enumerate(where)]
    return ".".join(part for part in parts[1:] if part)
