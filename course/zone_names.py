"""Names of time zones, as ``syllabus.toml`` and ``courses.toml`` have them."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator


def zone_named(name: str) -> ZoneInfo:
    """Return the zone that IANA calls `name`.

    Raises
    ------
    ValueError : there is none; the text says what to write.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone: write its IANA name, such as Europe/Berlin") from error


def _checked(name: str) -> str:
    zone_named(name)
    return name


ZoneName = Annotated[str, AfterValidator(_checked)]
