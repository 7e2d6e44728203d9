"""A few automatic mutants of a chapter, others from day to day: are its checks as good as its page says?"""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Iterator

from autograder.audit.audit import AuditPlan, audit
from autograder.audit.report import page_path
from autograder.audit.rows import AuditRow
from course.errors import AuthorError, Problem
from course.project import Project
from course.syllabus import Chapter

EXERCISES = 2
MOST = 6  # mutants of each, if SECONDS are enough for them
SECONDS = 6.0
# What no audit has had the time for may be new to the page: one of those of an exercise of which nearly all were tried,
# half of another's. Of a check that is broken, most get through.
ALLOWED = 1
NEARLY_ALL = 0.8


def sampled(project: Project, chapter: Chapter, at_once: int, day: datetime.date) -> Iterator[AuditRow]:
    """Yield the rows of a few exercises, which the day draws. Of what gets through they hold what is new to the page,
    where that is more than can be expected.

    Raises
    ------
    AuthorError : the chapter has no page.
    """
    path = page_path(project, chapter)
    if not path.exists():
        raise AuthorError([Problem(path, 0, f"run `course audit {chapter.short} --write` first.", chapter.name)])
    known = path.read_text(encoding="utf-8")
    plan = AuditPlan(SECONDS, at_once, day.isoformat(), least=0, most=MOST)
    ids = [one.id for one in chapter.exercise if f"| {one.id} |" in known]
    drawn = random.Random(f"{plan.sample} {chapter.name}").sample(ids, min(EXERCISES, len(ids)))  # no secret
    for row in audit(project, chapter, plan, frozenset(drawn)):
        new = tuple(one for one in row.survivors if f"`{one.mutant}`" not in known)
        many = len(new) > (ALLOWED if _is_known(known, row.exercise) else max(ALLOWED, row.automatic // 2))
        drawn_only = {"automatic_all": row.automatic}  # there are more, and that they are not tried is meant
        yield row.model_copy(update={"survivors": new if many else (), **drawn_only})


def is_broken(row: AuditRow) -> bool:
    """Whether a sampled exercise's checks are not what its page says."""
    return bool(row.broken or row.unasked or row.survivors)


def _is_known(page: str, exercise: str) -> bool:
    """Whether nearly all mutants of an exercise were tried for its chapter's page."""
    found = re.search(rf"^\| {re.escape(exercise)} \|[^|]*\| \d+/(\d+) of (\d+) \|", page, re.MULTILINE)
    return found is None or int(found[1]) >= NEARLY_ALL * int(found[2])
