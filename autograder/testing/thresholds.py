"""The calibrated thresholds of a chapter: one readable file beside its checks."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from course.errors import AuthorError, Problem


class Rival(BaseModel):
    """How another answer of ours does on the same figure: an alternative must pass, a mutant may have to fail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: str
    runs: int
    mean: float
    worst: float


class Calibration(BaseModel):
    """One threshold, and where it comes from.

    Attributes
    ----------
    check, data : which check, and whether its data set was ``real`` or a ``stand-in``.
    threshold : the figure an answer must reach (or stay under).
    runs, mean, sd, worst, best : of the reference over that many seeds.
    false_fail : bound on the share of right answers that fail, per attempt.
    method : how `threshold` and `false_fail` follow from the runs.
    rivals : the other answers' figures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    data: str
    threshold: float
    runs: int
    mean: float
    sd: float
    worst: float
    best: float
    false_fail: float
    method: str
    rivals: tuple[Rival, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calibration: tuple[Calibration, ...] = ()


def calibration_path(checks: Path, chapter: str) -> Path:
    """Return where the thresholds of `chapter` are kept, given the folder of checks."""
    return checks / chapter / "thresholds.toml"


def load_calibrations(checks: Path, chapter: str) -> dict[tuple[str, str], Calibration]:
    """Return the thresholds by (check name, data source); empty when the chapter has none.

    Raises
    ------
    AuthorError : the file is there but can't be read.
    """
    path = calibration_path(checks, chapter)
    if not path.exists():
        return {}
    try:
        rows = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).calibration
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise AuthorError([Problem(path, 0, f"not a calibration file: {error}", chapter)]) from error
    return {(row.check, row.data): row for row in rows}


def dump_calibrations(rows: Iterable[Calibration], chapter: str) -> str:
    """Return the file's text, sorted by check and data, figures to five digits."""
    blocks = [f"# Written by `course calibrate {chapter}`; commit it with the checks. Don't edit a threshold by hand."]
    for row in sorted(rows, key=lambda row: (row.check, row.data)):
        lines = [f"{key} = {_toml(value)}" for key, value in row.model_dump(exclude={"rivals"}).items()]
        rivals = ["    " + _inline(rival.model_dump()) + "," for rival in row.rivals]
        blocks.append("\n".join(["[[calibration]]", *lines, "rivals = [", *rivals, "]"]))
    return "\n\n".join(blocks) + "\n"


def _inline(row: Mapping[str, object]) -> str:
    return "{ " + ", ".join(f"{key} = {_toml(value)}" for key, value in row.items()) + " }"


def _toml(value: object) -> str:
    if isinstance(value, float):
        return repr(float(f"{value:.5g}"))
    # A JSON string is a TOML string.
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)
