"""One line of the table: what was measured, on both sides, and whether the target holds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict


class Spread(BaseModel):
    """The repeats of one figure: `median` is what is quoted, `least` and `most` say how noisy the machine was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    median: float
    least: float
    most: float
    repeats: int

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Summarise one or more figures."""
        return cls(
            median=statistics.median(figures), least=min(figures), most=max(figures), repeats=len(figures)
        ).rounded()

    def rounded(self) -> Spread:
        """Return the same, to four significant digits."""
        short = {name: float(f"{getattr(self, name):.4g}") for name in ("median", "least", "most")}
        return self.model_copy(update=short)

    def __str__(self) -> str:
        return f"{self.median:.4g} ({self.least:.4g} to {self.most:.4g}, n={self.repeats})"


class BenchmarkRow(BaseModel):
    """What one benchmark found.

    Attributes
    ----------
    benchmark : its name, and the size where there are several.
    ours, nbgrader : medians, in `unit`; None where that side was not, or can't be, measured.
    ratio : nbgrader's figure divided by ours: how many times better ours is.
    target : what is promised, in words.
    holds : whether it is kept.
    ours_spread, nbgrader_spread, ratio_spread : the repeats behind the medians.
    detail : what else a reader needs to judge the figure.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    benchmark: str
    ours: float | None
    nbgrader: float | None
    ratio: float | None
    target: str
    holds: bool
    unit: str
    ours_spread: Spread | None = None
    nbgrader_spread: Spread | None = None
    ratio_spread: Spread | None = None
    detail: str = ""


def row(
    benchmark: str,
    unit: str,
    ours: Sequence[float],
    nbgrader: Sequence[float],
    target: str,
    *,
    holds: bool,
    detail: str = "",
) -> BenchmarkRow:
    """Return a row of the repeats of one figure on both sides; either side may have none.

    The ratio's spread is that of every repeat of nbgrader's over every repeat of ours.
    """
    mine, theirs = (Spread.of(figures) if figures else None for figures in (ours, nbgrader))
    ratios = [their / my for their in nbgrader for my in ours if my > 0]
    ratio = Spread.of(ratios) if ratios else None
    return BenchmarkRow(
        benchmark=benchmark,
        ours=mine.median if mine else None,
        nbgrader=theirs.median if theirs else None,
        ratio=ratio.median if ratio else None,
        target=target,
        holds=holds,
        unit=unit,
        ours_spread=mine,
        nbgrader_spread=theirs,
        ratio_spread=ratio,
        detail=detail,
    )
