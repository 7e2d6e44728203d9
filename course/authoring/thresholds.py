"""The calibrated thresholds of a chapter: one readable file beside its checks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import tomli_w
from pydantic import BaseModel, ConfigDict

from course.errors import AuthorError
from course.parsing import read_toml

Kind = Literal["alternative", "mutant", "naive"]


class Rival(BaseModel):
    """How another answer of ours does on the same figure.

    Attributes
    ----------
    kind : an alternative must pass; a mutant must fail, and so must a naive rule, which is what anybody tries first.
    worst : of the runs the one that speaks most against the bar: an alternative's worst, the others' best.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind
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

    @property
    def at_least(self) -> bool:
        """Whether more is better."""
        return self.best >= self.worst

    def passes(self, figure: float) -> bool:
        """Return whether `figure` is on the right side of the threshold."""
        return figure >= self.threshold if self.at_least else figure <= self.threshold

    @property
    def best_naive(self) -> Rival | None:
        """The naive rule that does best on average; None where none was measured."""
        return max((rival for rival in self.rivals if rival.kind == "naive"), key=self._goodness, default=None)

    @property
    def worst_alternative(self) -> Rival | None:
        """The right answer that does worst on average; None where there is only the reference."""
        return min((rival for rival in self.rivals if rival.kind == "alternative"), key=self._goodness, default=None)

    def _goodness(self, rival: Rival) -> float:
        return rival.mean if self.at_least else -rival.mean


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
    rows = read_toml(path, _File, AuthorError, chapter).calibration
    return {(row.check, row.data): row for row in rows}


def dump_calibrations(rows: Iterable[Calibration], chapter: str) -> str:
    """Return the file's text, sorted by check and data, figures to five digits, a line for each rival."""
    blocks = [f"# Written by `course calibrate {chapter}`; commit it with the checks. Don't edit a threshold by hand."]
    for row in sorted(rows, key=lambda row: (row.check, row.data)):
        rivals = [f"    {{ {', '.join(_pairs(rival))} }}," for rival in row.rivals]
        blocks.append("\n".join(["[[calibration]]", *_pairs(row), "rivals = [", *rivals, "]"]))
    return "\n\n".join(blocks) + "\n"


def _pairs(row: Calibration | Rival) -> list[str]:
    """``key = value`` of each figure and word. tomli-w would give a rival with a long name a line for each of them."""
    values = row.model_dump(exclude={"rivals"})
    rounded = {key: float(f"{value:.5g}") if isinstance(value, float) else value for key, value in values.items()}
    return tomli_w.dumps(rounded).rstrip("\n").split("\n")
