"""Seconds on a GPU beside the CPU's: full-size figures, and grading the right answers to a chapter of networks."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Iterator, Mapping

import torch
from pydantic import BaseModel, ConfigDict

from autograder.calibration.full_size import headline_rows_beside_cpu
from autograder.engine.gpu.lending import chosen as chosen_gpus
from autograder.engine.gpu.nvml import Gpu
from autograder.engine.result import Result
from autograder.engine.settings import load_settings
from autograder.testing.chapter import load_headlines
from benchmarks.right_answers import RightAnswers
from course.errors import SetupError, chosen
from course.project import Project
from course.syllabus import Chapter

BENCHMARKS = ("figures", "grading")
_REPEATS = 3


class GpuRow(BaseModel):
    """What one benchmark found.

    Attributes
    ----------
    gpu, cpu : seconds; of several repeats the median.
    ratio : how many times sooner the GPU was done.
    holds : whether a figure is what is promised; whether both gave the same grades.
    card : the GPU's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    benchmark: str
    gpu: float
    cpu: float
    ratio: float
    holds: bool
    card: str
    detail: str = ""


def run_on_gpu(
    project: Project, chapters: Iterable[Chapter], only: frozenset[str] = frozenset(), *, quick: bool = False
) -> Iterator[GpuRow]:
    """Measure the chapters that use a GPU, where there is one, and yield each row as soon as it is measured.

    Parameters
    ----------
    quick : the first exercise of each chapter, once: shows that everything works, and its figures mean little.

    Raises
    ------
    SetupError : there is no such benchmark, or no GPU that torch and graders can use.
    """
    wanted = chosen("benchmark for GPUs", only, BENCHMARKS) or frozenset(BENCHMARKS)
    card = _card()
    return _run(project, [one for one in chapters if one.limits.gpu != "never"], wanted, card, quick)


def _card() -> Gpu:
    here = chosen_gpus(load_settings().gpus)
    if not here:
        raise SetupError(
            "This machine has no GPU that may be lent, so there is nothing to measure: run it where there is one "
            "(`course doctor` names them, `gpus` in hub_config/grading.toml chooses)."
        )
    if not torch.cuda.is_available():
        raise SetupError(
            f"This machine has the GPU {here[0].name}, and torch {torch.__version__} can't use it: install a torch "
            "with CUDA."
        )
    return here[0]


def _run(project: Project, chapters: list[Chapter], wanted: frozenset[str], card: Gpu, quick: bool) -> Iterator[GpuRow]:
    for chapter in chapters:
        if "figures" in wanted and project.headline_files(chapter.name):
            yield from _figures(chapter, card, quick)
        if "grading" in wanted:
            yield _grading(project, chapter, card, quick)


def _figures(chapter: Chapter, card: Gpu, quick: bool) -> Iterator[GpuRow]:
    exercises = frozenset({load_headlines(chapter.name)[0].exercise}) if quick else frozenset[str]()
    for row in headline_rows_beside_cpu(chapter.name, exercises, "cuda"):
        assert row.cpu_seconds is not None
        said = f"{row.ours:.4g} on {row.size}, data: {row.data}"
        name = f"figures: {row.exercise} {row.figure}"
        yield _row(name, [row.seconds], [row.cpu_seconds], row.holds, card.name, said)


def _grading(project: Project, chapter: Chapter, card: Gpu, quick: bool) -> GpuRow:
    """Grade the reference answers with a GPU and without, in turn."""
    desk = RightAnswers(project, chapter, quick)
    seconds: dict[str, list[float]] = {"required": [], "never": []}
    results: list[Result] = []
    for _ in range(1 if quick else _REPEATS):
        for gpu, taken in seconds.items():
            start = time.monotonic()
            results.append(desk.graded(gpu))
            taken.append(time.monotonic() - start)
    lent, scores = results[0].isolation.endswith(card.name), [_scores(one) for one in results]
    differ = sorted({name for other in scores for name in other if other[name] != scores[0].get(name)})
    if not lent:
        said = f"not graded on the GPU: {'; '.join(filter(None, [results[0].isolation, *results[0].notes]))}"
    elif differ:
        said = f"the grades differ for {', '.join(differ)}"
    else:
        said = f"the same grades of {len(scores[0])} exercises, {results[0].score:g} of {results[0].max_score:g} points"
    name = f"grading: {chapter.short}, right answers"
    return _row(name, seconds["required"], seconds["never"], lent and not differ, card.name, said)


def _scores(result: Result) -> Mapping[str, float | None]:
    return {f"{one.exercise} {one.grade_id}": one.score for one in result.exercises}


def _row(name: str, gpu: list[float], cpu: list[float], holds: bool, card: str, detail: str) -> GpuRow:
    mine, others = statistics.median(gpu), statistics.median(cpu)
    repeats = f" (least of {len(gpu)}: {min(gpu):.1f} s, CPU {min(cpu):.1f} s)" if len(gpu) > 1 else ""
    return GpuRow(
        benchmark=name,
        gpu=round(mine, 2),
        cpu=round(others, 2),
        ratio=round(others / mine, 2) if mine else 0.0,
        holds=holds,
        card=card,
        detail=detail + repeats,
    )
