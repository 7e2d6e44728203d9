"""How good the checks of an exercise are: what of all that is wrong they find, and what of all that is right they pass.

Nothing is tried in this process: whatever a wrong answer does, it does in a process of its own (`forked`).
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.audit.blind import BlindAnswer, load_blind, notebook_names
from autograder.audit.exceptions import Exceptions, load_exceptions, unknown
from autograder.audit.forked import Lost, forked
from autograder.audit.lazy import LAZY
from autograder.audit.leaks import leaks
from autograder.audit.mutate import AutomaticMutant, mutants_of, mutants_of_alternative
from autograder.audit.restyle import STYLES, restyled
from autograder.audit.rows import LEAST_TRIED, AuditRow, Survivor
from autograder.audit.trial import SEED, Profile, Trial, Verdict
from autograder.calibration.asked import answer_names
from autograder.classroom.assignment import open_examiner
from autograder.engine.judging.checks import Variant
from autograder.engine.judging.judge import Seed
from course.errors import AuthorError
from course.project import Project
from course.syllabus import Chapter

PATIENCE = 5.0  # a wrong answer may take so many times as long as the right one, and
LEAST = 10.0  # this many seconds at least;
SLOWER = 60.0  # a right one may take so many more
_SEEDS = [Seed(f"audit {number}", "audit", "1") for number in range(3_000)]
_FLAKES = 50
_FLAKE_SHARE = 9  # of the seconds for draws, which the same draw again may take beside


@dataclass(frozen=True)
class AuditPlan:
    """How much is tried.

    Attributes
    ----------
    seconds : for the automatic mutants of one exercise, and for other draws of its hidden inputs (3,000 where that is
        enough for them); what is not reached is not counted.
    at_once : processes.
    sample : what chooses the mutants that are tried first.
    within : for all exercises, in equal shares: nothing more is begun after it, and what was not tried is not counted.
    least : automatic mutants of one exercise that are tried even where that takes longer than `seconds`.
    most : automatic mutants of one exercise, and then nothing else is tried; 0: all that there is time for.
    """

    seconds: float
    at_once: int
    sample: str = ""
    within: float = math.inf
    least: int = LEAST_TRIED
    most: int = 0


@dataclass
class _Exercise:
    """What is known of an exercise while it is audited."""

    trial: Trial
    plan: AuditPlan
    exceptions: Exceptions
    answers: Mapping[str, Any]
    blind: Sequence[BlindAnswer]
    notebook: dict[str, Any]
    profile: list[Profile] = field(default_factory=list)
    until: float = math.inf  # when the part that is tried has had its time

    @property
    def id(self) -> str:
        return self.trial.exercise.id

    @property
    def seconds(self) -> float:
        """How long the reference takes with all checks."""
        return sum(one.seconds for one in self.profile)

    def order(self, names: frozenset[str] | None = None) -> list[str]:
        """Return the checks that ask for one of `names` (or all), the quick ones first."""
        asking = [one for one in self.profile if names is None or one.names & names]
        return [one.check for one in sorted(asking, key=lambda one: one.seconds)]

    def run(
        self, jobs: Sequence[Callable[[], Any]], more: float = 0.0, goes_on: Callable[[], bool] = lambda: True
    ) -> Iterator[tuple[int, Any]]:
        """Run jobs in processes of their own, with `more` seconds for each than a right answer would need; begin no
        further one once it does not go on."""
        limit = max(LEAST, PATIENCE * self.seconds) + more
        yield from forked(jobs, limit, self.plan.at_once, lambda: time.monotonic() < self.until and goes_on())

    def mine(self, kind: str) -> list[Variant]:
        """Return the exercise's mutants or alternatives."""
        return [one for one in getattr(self.trial.examiner.checks, kind) if one.exercise == self.id]


def audit(
    project: Project, chapter: Chapter, plan: AuditPlan, only: frozenset[str] = frozenset()
) -> Iterator[AuditRow]:
    """Yield one row for each exercise of a chapter that has checks, or for those of them that `only` names.

    Raises
    ------
    AuthorError : the reference fails a check, or a mutant listed as equivalent is none.
    """
    examiner, exceptions = open_examiner(project, chapter), load_exceptions(project, chapter.name)
    solutions = [f"solutions.{chapter.name}.{path.stem}" for path in project.solution_files(chapter.name)]
    modules = [importlib.import_module(name) for name in solutions]
    blind = load_blind(project, chapter)
    notebook = notebook_names(project, chapter, examiner.checks.reference) if blind else {}
    exercises, pools, stale = [], {}, []
    for exercise in chapter.exercise:
        if not examiner.checks.of(exercise.id):
            continue
        answers = {name: examiner.checks.reference[name] for name in sorted(answer_names(project, chapter, exercise))}
        mine = [each for each in blind if each.exercise == exercise.id]
        one = _Exercise(Trial(exercise, examiner), plan, exceptions, answers, mine, notebook)
        pools[one.id] = [*mutants_of(answers, modules), *_of_alternatives(one)]
        stale += unknown(project, chapter.name, one.id, exceptions, (each.key for each in pools[one.id]))
        exercises.append(one)
    if stale:  # of any exercise, and at once
        raise AuthorError(stale)
    wanted = [one for one in exercises if not only or one.id in only]
    ends = time.monotonic() + plan.within
    for number, one in enumerate(wanted):
        now = time.monotonic()
        yield _row(one, pools[one.id], now + (ends - now) / (len(wanted) - number))


def _row(one: _Exercise, pool: list[AutomaticMutant], ends: float) -> AuditRow:
    started = time.monotonic()
    ((_, profile),) = forked([one.trial.profile], 600.0, 1, lambda: True)
    failing = [each.check for each in profile if not each.passed] if isinstance(profile, list) else [str(profile)]
    if failing:
        return AuditRow(exercise=one.id, broken=tuple(failing))
    one.profile = profile
    found: dict[str, Any] = {"unasked": tuple(sorted(name for name in one.answers if not one.order(frozenset({name}))))}
    troubles: list[str] = []
    automatic = functools.partial(_automatic, pool=pool)
    parts: list[Callable[[_Exercise], dict[str, Any]]] = [_written, _right, _blind, _lazy, automatic, _drawn]
    parts = [automatic] if one.plan.most else parts
    for number, part in enumerate(parts):
        now = time.monotonic()
        one.until = now + (ends - now) / (len(parts) - number)
        figures = part(one)
        troubles += figures.pop("troubles", ())
        found |= figures
    seconds = round(time.monotonic() - started, 1)
    return AuditRow(exercise=one.id, seconds=seconds, troubles=tuple(sorted(troubles)), **found)


def _written(one: _Exercise) -> dict[str, Any]:
    """Try the mutants written by hand: each must fail what is there for it, and be told what it has got wrong."""
    mutants = one.mine("mutants")
    jobs = [functools.partial(one.trial.known, mutant.name) for mutant in mutants]
    # One process looks for the hints, too.
    results = {mutants[number].name: result for number, result in one.run(jobs, more=one.trial.examiner.hint_seconds)}
    judged = {name: result for name, result in results.items() if not isinstance(result, Lost)}
    confusions = tuple(sorted((name, told) for name, (_, told) in judged.items() if told != name))
    return {
        "handwritten": len(results),
        "handwritten_killed": sum(killed for killed, _ in judged.values()),
        "hint_accuracy": round(1 - len(confusions) / len(judged), 4) if judged else None,
        "confusions": confusions,
        "troubles": _lost(results),
    }


def _automatic(one: _Exercise, pool: list[AutomaticMutant]) -> dict[str, Any]:
    """Try the automatic mutants of the reference, of the alternatives, and crossings, in a drawn order."""
    listed = one.exceptions.mutants(one.id)
    asked = [mutant for mutant in pool if mutant.key not in listed and one.order(mutant.names)]
    pool = [mutant for mutant in asked if not one.exceptions.is_free(one.id, mutant.key)]
    # As good as drawn, and who lists one leaves all others in their order.
    pool.sort(key=lambda mutant: hashlib.sha256(f"{one.plan.sample} {one.id} {mutant.key}".encode()).digest())
    jobs = [functools.partial(one.trial.wrong, mutant.build, one.order(mutant.names)) for mutant in pool]
    jobs = jobs[: one.plan.most or None]
    ends = time.monotonic() + one.plan.seconds
    judged: dict[int, Verdict] = {}
    idle, troubles = 0, []
    for number, result in one.run(jobs, goes_on=lambda: len(judged) < one.plan.least or time.monotonic() < ends):
        verdict = _verdict(result)
        if verdict.trouble:
            troubles.append(f"{pool[number].key}: {verdict.trouble}")
        elif verdict.applied:
            judged[number] = verdict
        else:
            idle += 1
    passing = [pool[number] for number, verdict in judged.items() if not verdict.by]
    survivors = [Survivor(mutant=mutant.key, checks=tuple(one.order(mutant.names))) for mutant in passing]
    return {
        "automatic": len(judged),
        "automatic_killed": len(judged) - len(survivors),
        "automatic_all": len(pool) - idle,
        "equivalent": len(listed),
        "free": len(asked) - len(pool),
        "survivors": tuple(sorted(survivors, key=lambda each: each.mutant)),
        "troubles": troubles,
    }


def _verdict(result: Verdict | Lost) -> Verdict:
    """Return what became of a wrong answer: one that runs in circles or ends its process has been found out; one that
    raises outside of its checks is our own fault."""
    return Verdict(f"lost: {result.why}", trouble=result.error) if isinstance(result, Lost) else result


def _of_alternatives(one: _Exercise) -> Iterator[AutomaticMutant]:
    """Yield the automatic mutants of alternatives, and each alternative with a wrong part of another answer."""
    for variant in one.mine("alternatives"):
        for mutant in mutants_of_alternative(variant.answers):
            yield _beside(mutant, variant.answers, _place(variant.name, mutant.place))
        for wrong in one.mine("mutants"):
            if not wrong.answers.keys() & variant.answers.keys():
                yield AutomaticMutant(
                    f"{variant.name} with {wrong.name}",
                    "crossing",
                    names=frozenset(wrong.answers),
                    build=functools.partial(dict, {**variant.answers, **wrong.answers}),
                )


def _place(variant: str, place: str) -> str:
    return place if place == variant else f"{variant}, {place}"


def _beside(mutant: AutomaticMutant, answers: Mapping[str, Any], place: str) -> AutomaticMutant:
    def build() -> dict[str, Any]:
        return {**answers, **mutant.build()}

    return AutomaticMutant(place, mutant.operator, mutant.before, mutant.after, mutant.time, mutant.names, build)


def _lost(results: Mapping[str, Any]) -> list[str]:
    """Say which of some jobs, by name, came to no result, and why."""
    return [f"{name}: {one.error or one.why}" for name, one in results.items() if isinstance(one, Lost)]


def _right(one: _Exercise) -> dict[str, Any]:
    """Try the alternatives, and the reference in other styles: all have to pass everything."""
    variants = one.mine("alternatives")
    styles = {style: restyled(style, one.answers) for style in STYLES if style not in one.exceptions.styles(one.id)}
    styles = {style: answers for style, answers in styles.items() if answers}
    right = [(variant.name, variant.answers) for variant in variants] + list(styles.items())
    jobs = [
        functools.partial(one.trial.right, functools.partial(dict, answers), one.order(frozenset(answers)))
        for _, answers in right
    ]
    results = {right[number][0]: result for number, result in one.run(jobs, more=SLOWER)}
    failed = {name: result for name, result in results.items() if result}
    return {
        "alternatives": len(results.keys() - styles.keys()),
        "alternatives_passed": sum(variant.name in results and variant.name not in failed for variant in variants),
        "restylings": len(results.keys() & styles.keys()),
        "restylings_passed": sum(style in results and style not in failed for style in styles),
        "wronged": tuple(f"{name}: {_why(result)}" for name, result in failed.items()),
    }


def _blind(one: _Exercise) -> dict[str, Any]:
    """Try the answers that were written blind: a right one has to pass everything, a wrong one to lose the points that
    its mistake should cost."""
    names = frozenset(one.answers)
    ruled = one.exceptions.ruled(one.id)
    meant = {each: ruled.get(each.name, "wrong" if each.mistaken else "right") for each in one.blind}
    right, wrong = ([each for each, kind in meant.items() if kind == wanted] for wanted in ("right", "wrong"))
    every = one.order()
    built = {each: functools.partial(each.build, one.notebook, names) for each in one.blind}
    jobs: list[Callable[[], Any]] = [functools.partial(one.trial.right, built[each], every) for each in right]
    jobs += [functools.partial(one.trial.wrong, built[each], one.order(each.mistaken or names)) for each in wrong]
    results = {(*right, *wrong)[number]: result for number, result in one.run(jobs, more=SLOWER)}
    lost = {each.name: results[each] for each in right if results.get(each)}
    verdicts = {each: _verdict(results[each]) for each in wrong if each in results}
    # Who can't even be defined has found nothing out: it was meant to be.
    troubles = {each: verdict.trouble or verdict.by for each, verdict in verdicts.items()
                if verdict.trouble or not (verdict.by in ("", *every) or isinstance(results[each], Lost))}  # fmt: skip
    kept = [each.name for each, verdict in verdicts.items() if not verdict.by and each not in troubles]
    rights, wrongs = len([each for each in right if each in results]), len(verdicts) - len(troubles)
    return {
        "troubles": [f"{each.name}: {trouble}" for each, trouble in troubles.items()],
        "blind_right": rights,
        "blind_right_passed": rights - len(lost),
        "blind_wrong": wrongs,
        "blind_wrong_caught": wrongs - len(kept),
        "blind_lost": tuple(f"{name}: {_why(result)}" for name, result in lost.items()),
        "blind_kept": tuple(kept),
    }


def _why(result: Any) -> str:
    """Say why a right answer has not passed."""
    return result.error or f"lost: {result.why}" if isinstance(result, Lost) else ", ".join(result)


def _lazy(one: _Exercise) -> dict[str, Any]:
    """Try answers that take no work, and one that tells in its errors what it was asked."""
    reference = one.trial.examiner.checks.reference
    jobs: list[Callable[[], Any]] = [
        functools.partial(_lazy_score, one.trial, make, one.answers, reference) for make in LAZY.values()
    ]
    jobs.append(functools.partial(leaks, one.trial, one.answers))
    names = [*LAZY, "leaks"]
    results = {names[number]: result for number, result in one.run(jobs)}
    judged = {name: result for name, result in results.items() if not isinstance(result, Lost)}
    told = judged.pop("leaks", 0)
    return {"lazy_score": max(judged.values(), default=0.0), "leaks": told, "troubles": _lost(results)}


def _lazy_score(trial: Trial, make: Callable[..., Any], answers: Mapping[str, Any], reference: Any) -> float:
    return trial.score(make(answers, reference))


def _drawn(one: _Exercise) -> dict[str, Any]:
    """Judge the reference under other keys, and fifty times under the same."""
    unbound = [check.name for check in one.trial.checks if check.bound is None]
    seconds = one.plan.seconds
    jobs = {"the same draw": functools.partial(one.trial.under, [SEED] * _FLAKES, one.order(), seconds / _FLAKE_SHARE)}
    for number in range(one.plan.at_once):
        seeds = _SEEDS[number :: one.plan.at_once]
        jobs[f"other draws, {number + 1}"] = functools.partial(one.trial.under, seeds, unbound, seconds)
    names = list(jobs)
    results = {names[number]: result for number, result in one.run(list(jobs.values()), more=seconds)}
    counted = {name: found for name, found in results.items() if not isinstance(found, Lost)}
    flakes = counted.pop("the same draw", (0, 0, set()))
    runs, failed, by = (list(column) for column in zip(*counted.values(), strict=True)) if counted else ([], [], [])
    draws = (sum(runs), sum(failed), set().union(*by))
    return {
        "troubles": _lost(results),
        "false_fail_runs": draws[0],
        "false_fail_rate": round(draws[1] / draws[0], 6) if draws[0] else None,
        "flake_runs": flakes[0],
        "flake_rate": round(flakes[1] / flakes[0], 6) if flakes[0] else None,
        "unsteady": tuple(sorted(draws[2] | flakes[2])),
    }
