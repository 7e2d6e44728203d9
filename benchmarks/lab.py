"""Both sides, prepared once and shared by the benchmarks; how large and how often everything is measured."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.checkout import Checkout, Scores, make_checkout
from benchmarks.meter import Measurement
from benchmarks.stock import StockCourse, make_stock_course


@dataclass(frozen=True)
class Sizes:
    """How many submissions, and how often.

    Attributes
    ----------
    few, many : submissions of a class; the cost of one more is the difference between the two.
    growth : submissions, ascending.
    regrade : submissions; the target is judged at the last.
    repeats, stock_repeats : measurements of ours and of nbgrader's, which takes minutes.
    gradings, starts : how often a class is graded, and a kernel started.
    workers : for the comparison of grades.
    """

    few: int = 10
    many: int = 30
    growth: tuple[int, ...] = (10, 30, 100, 300)
    regrade: tuple[int, ...] = (30, 300)
    repeats: int = 3
    stock_repeats: int = 2
    gradings: int = 20
    starts: int = 10
    workers: tuple[int, ...] = (1, 2, 4)


FULL = Sizes()
QUICK = Sizes(
    few=2, many=3, growth=(1, 2, 3), regrade=(3,), repeats=1, stock_repeats=1, gradings=2, starts=1, workers=(1, 2)
)  # to see that everything works; its figures mean nothing


@dataclass(frozen=True)
class MeasuredRun:
    """One whole command on `count` submissions: what it took, and the scores it gave."""

    took: Measurement
    scores: Scores


@dataclass
class Lab:
    """A checkout of ours and a stock nbgrader course with the same chapter, and the measurements made so far."""

    checkout: Checkout
    stock: StockCourse
    sizes: Sizes
    _stock_runs: dict[int, list[MeasuredRun]] = field(default_factory=dict)
    _plain: dict[int, float] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, sizes: Sizes) -> Lab:
        """Prepare both sides in `folder`, and grade one submission on each, so that nothing is met the first time."""
        checkout = make_checkout(folder / "ours")
        lab = cls(checkout, make_stock_course(folder / "nbgrader", checkout.notebook("source")), sizes)
        lab.ours(1)
        lab.nbgrader(1)
        return lab

    def ours(self, count: int, *options: str, hertz: float = 0, warm: bool = False) -> MeasuredRun:
        """Grade `count` submissions from nothing with ``course grade``."""
        self.checkout.hand_in(count)
        self.checkout.forget()
        return MeasuredRun(*self.checkout.grade(*options, hertz=hertz, warm=warm))

    def ours_again(self, warm: bool = False) -> MeasuredRun:
        """Run ``course grade`` once more on what is there."""
        return MeasuredRun(*self.checkout.grade(warm=warm))

    def nbgrader(self, count: int, *, hertz: float = 0) -> MeasuredRun:
        """Grade `count` submissions from nothing with ``nbgrader autograde``."""
        self.stock.hand_in(count)
        self.stock.forget()
        run = MeasuredRun(*self.stock.grade(hertz=hertz))
        if not hertz:
            self._stock_runs.setdefault(count, []).append(run)
        return run

    def nbgrader_runs(self, count: int) -> list[MeasuredRun]:
        """Return the measurements of nbgrader on `count` submissions made so far; at least one."""
        if count not in self._stock_runs:
            self.nbgrader(count)
        return self._stock_runs[count]

    def plain(self, count: int) -> float:
        """Return the processor seconds that the cells and checks of `count` submissions need by themselves."""
        if count not in self._plain:
            paths = [str(path) for path in (self.stock.source(), *self.stock.hand_in(count))]
            self._plain[count] = sum(json.loads(self.checkout.run("benchmarks.plain", *paths).output))
        return self._plain[count]
