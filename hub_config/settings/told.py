"""What a hub tells its exchange of the courses: rules, closings, and how often somebody may hand in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

from course.errors import CourseError
from course.exchange.plan import AtOnce, Plan, Planned
from course.project import Project
from course.syllabus import load_syllabus
from hub_config.settings.hub import Course, Courses
from hub_config.settings.schedule import closings, plan_of


def exchange_environ(
    courses: Courses, folder_of: Callable[[Course], Path], grading_of: Callable[[Course], str] = lambda course: ""
) -> dict[str, str]:
    """Return what the exchange finds in its environment (`hub_config.exchange.__main__`).

    Parameters
    ----------
    folder_of, grading_of : the checkout that a course is graded in, and its server's address; empty where each grader
        has a server of their own.

    Raises
    ------
    SetupError : a schedule can't be meant so.
    """
    closed, rules = {}, {}
    for course in courses.course:
        planned, zone = plan_of(course.schedule, course.time_zone, folder_of(course))
        closed[course.id] = closings(planned, zone)
        found = _rules(course, zone.key, folder_of(course), grading_of(course))
        rules[course.id] = found.model_dump(mode="json", exclude_defaults=True)
    tries = {course.id: course.feedback.tries_per_hour for course in courses.course if course.feedback.instant}
    told = {"TRIES": tries, "CLOSINGS": closed, "RULES": rules}
    return {f"COURSE_EXCHANGE_{name}": json.dumps(content, ensure_ascii=False) for name, content in told.items()}


def _rules(course: Course, time_zone: str, folder: Path, grading: str) -> Plan:
    """What can be said of a course without its gradebook."""
    titles = {}
    with contextlib.suppress(CourseError):  # the course's server says what is wrong
        titles = {one.name: Planned(title=one.title) for one in load_syllabus(Project(folder).syllabus)}
    return Plan(
        title=course.title,
        time_zone=time_zone,
        grade=course.grade,
        feedback=AtOnce.model_validate(course.feedback.model_dump()),
        grading=grading,
        assignments=titles,
    )
