"""How much: processor time beyond the students' own, and memory per submission in flight."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.lab import Lab
from benchmarks.row import BenchmarkRow, row

OVERHEAD = 0.3  # seconds of processor time per submission
FLIGHT = 60.0  # MB of unshared memory per submission in flight
_LOOKS = 20.0  # per second


def cpu_overhead(lab: Lab) -> Iterator[BenchmarkRow]:
    """Processor time of one more submission, less what its cells and checks need when run plainly.

    One more: the difference between two classes of different size, so that what every run needs once is left out.
    """
    few, many = lab.sizes.few, lab.sizes.many
    own = (lab.plain(many) - lab.plain(few)) / (many - few)
    ours, fixed, counted_by = [], [], set()
    for _ in range(lab.sizes.repeats):
        small, large = (lab.ours(count).took for count in (few, many))
        each = (large.cpu - small.cpu) / (many - few)
        ours.append(each - own)
        fixed.append(small.cpu - each * few)
        counted_by |= {small.counted_by, large.counted_by}
    pairs = [(a.took.cpu, b.took.cpu) for a in lab.nbgrader_runs(few) for b in lab.nbgrader_runs(many)]
    yield row(
        "cpu_overhead per submission",
        "s",
        ours,
        [(large - small) / (many - few) - own for small, large in pairs],
        f"<= {OVERHEAD} s",
        holds=float(np.median(ours)) <= OVERHEAD,
        detail=f"beyond {own:.2f} s of cells and checks; once per run {np.median(fixed):.1f} s; "
        f"counted by {' and '.join(sorted(counted_by))}",
    )


def memory_in_flight(lab: Lab) -> Iterator[BenchmarkRow]:
    """The most unshared memory (USS) that one submission's kernel and its supervisor hold together."""
    few, many = lab.sizes.few, lab.sizes.many
    ours, stock = lab.ours(many, hertz=_LOOKS).took, lab.nbgrader(few, hertz=_LOOKS).took
    assert ours.memory is not None
    assert stock.memory is not None
    # Small helpers of other kinds come and go as well; a submission's processes are the largest.
    mine, theirs = ours.memory.flights[:many], stock.memory.flights[:few]
    seen = len(mine) == many and not ours.memory.hidden
    said = f"{len(mine)} of {many} seen, {ours.memory.hidden} looks refused"
    yield row(
        "memory_in_flight per submission",
        "MB",
        mine,
        theirs,
        f"<= {FLIGHT:g} MB",
        holds=seen and float(np.median(mine)) <= FLIGHT,
        detail=f"{said}; besides {ours.memory.standing:.0f} MB of grader, workers and zygote "
        f"(nbgrader {stock.memory.standing:.0f}); all processes, shared pages once: "
        f"{ours.memory.total:.0f} MB (nbgrader {stock.memory.total:.0f})",
    )
