"""Who of a learning platform's course is who here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.classroom.lti.settings import Platform
from autograder.classroom.roster import Person, split_name
from course.account_names import claimed, person

_LEARNER = re.compile(r"(?:^|[#/])Learner(?:$|#)")
_TEST_USER = "#TestUser"  # who is for trying out


@dataclass(frozen=True)
class Members:
    """The students of a course there.

    Attributes
    ----------
    students : as they are to be in the gradebook, each with the platform's id.
    troubles : why somebody is not among them, one sentence each.
    """

    students: tuple[Person, ...]
    troubles: tuple[str, ...]

    @property
    def accounts(self) -> dict[str, str]:
        """The platform's id of each, by the id here."""
        return {one.student: one.account for one in self.students}


def read_members(rows: Iterable[Mapping[str, Any]], platform: Platform, known: Mapping[str, Person]) -> Members:
    """Return who of the platform's members is a student, and which one here.

    That is who has the platform's id in the gradebook; else the id that the hub would give them; else who has their
    e-mail address in the gradebook, if it is one student's. Else they are new.

    Parameters
    ----------
    rows : as `Services.members` yields them.
    known : the gradebook's students.
    """
    found, troubles = [], []
    by_account = {one.account: one.student for one in known.values() if one.account}
    mails = Counter(one.email.casefold() for one in known.values() if one.email)
    by_mail = {one.email.casefold(): one.student for one in known.values() if mails[one.email.casefold()] == 1}
    for row in _learners(rows):
        account, mail = str(row["user_id"]), _text(row, "email")
        called = " ".join(filter(None, (_text(row, "name"), mail))) or f"number {account}"
        student = by_account.get(account, "")
        if not student:
            try:
                made = _name(row, platform)
            except ValueError as error:
                made, why = "", str(error)
            student = made if made in known or mail.casefold() not in by_mail else by_mail[mail.casefold()]
            if not student:
                troubles.append(f"{called}: {why}. The platform has to tell it, or username_claim has to be another.")
                continue
        first, last = _text(row, "given_name"), _text(row, "family_name")
        if not (first or last):
            first, last = split_name(_text(row, "name"))
        found.append(Person(student, first[:128], last[:128], mail[:128], account))
    twice = {name for name, times in Counter(one.student for one in found).items() if times > 1}
    for name in sorted(twice):
        who = ", ".join(one.name or one.account for one in found if one.student == name)
        troubles.append(f"{who}: all would be {name} here, and are not taken for each other.")
    return Members(tuple(one for one in found if one.student not in twice), tuple(troubles))


def _learners(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        roles = [str(role) for role in row.get("roles") or ()]
        if any(role.endswith(_TEST_USER) for role in roles) or row.get("status", "Active") != "Active":
            continue
        if any(_LEARNER.search(role) for role in roles):
            yield row


def _name(row: Mapping[str, Any], platform: Platform) -> str:
    claims = {**row, "sub": row["user_id"]}  # as a person who logs in has it
    try:
        account = claimed(claims, platform.username_claim)
    except ValueError as error:
        raise ValueError(f"the platform does not tell their {platform.username_claim}") from error
    try:
        return person(account, platform.domain, ignore_case=platform.ignore_case)
    except ValueError as error:
        raise ValueError(f"{account!r} names nobody here ({error})") from error


def _text(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    return " ".join(found.split()) if isinstance(found, str) else ""
