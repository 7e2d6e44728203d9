"""Hand-ins as people's tools and habits leave them, and what is wanted of each (`wanted.toml`)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.cases import bytes_, editors, moved, running, texts
from tests.cases.released import Released, Variants

FOLDER = Path(__file__).resolve().parent
FULL: Mapping[str, float | str] = MappingProxyType({"p.03.2": 4.0, "p.03.3": 6.0})
MAKERS: Variants = {
    **editors.VARIANTS,
    **bytes_.VARIANTS,
    **moved.VARIANTS,
    **running.VARIANTS,
}
TEXT_MAKERS: Variants = texts.VARIANTS


@dataclass(frozen=True)
class Case:
    """What is wanted of one hand-in.

    Attributes
    ----------
    name : of what makes it.
    points : by exercise, the points, or the status in words where there are none to name.
    status : of the submission as a whole.
    says : what the notes, details and hints that the student reads contain, each somewhere.
    silent : what none of them contains.
    notes : how many notes there may be at most; None where any number will do.
    todo : the item of the plan that it waits for; until then it must fail, or may where it fails "at random".
    """

    name: str
    points: Mapping[str, float | str] = field(default_factory=lambda: FULL)
    status: str = "graded"
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    notes: int | None = None
    todo: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether both answers are wanted to earn everything."""
        return self.points == FULL


def read_cases(table: str = "hand_ins") -> list[Case]:
    """Return the rows of one table of `wanted.toml`, in its order."""
    rows: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "wanted.toml").read_text(encoding="utf-8"))[table]
    return [_case(name, row) for name, row in rows.items()]


def _case(name: str, row: dict[str, Any]) -> Case:
    lists = {key: tuple(row[key]) for key in ("says", "silent") if key in row}
    return Case(name, **{**row, **lists})


def write(released: Released, name: str, path: Path) -> Path:
    """Write the hand-in called `name` to `path` and return that."""
    made = {**MAKERS, **TEXT_MAKERS}[name](released)
    path.write_bytes(made if isinstance(made, bytes) else json.dumps(made, indent=1, ensure_ascii=False).encode())
    return path
