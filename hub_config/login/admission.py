"""Lets people in who have shown elsewhere who they are: which name they get here, and whether they are in a course."""

from __future__ import annotations

import contextlib
import pwd
from collections.abc import Mapping
from typing import Any

from jupyterhub import orm
from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Bool, List, Unicode

from course.account_names import claimed, person
from hub_config.exchange.callers import STUDENTS
from hub_config.exchange.identity import COURSE_SERVICE

_PEOPLE = range(1000, 65_534)  # user ids; others are the system's


class NotIn(web.HTTPError):
    """Somebody is not let in; the hub shows them the sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(403, sentence.replace("%", "%%"))
        self.jupyterhub_message = sentence


class Admission(Authenticator):  # type: ignore[misc]  # traitlets' classes have no types
    """What the authenticators of accounts from elsewhere share."""

    account_claim = Unicode(help="What names a person there").tag(config=True)
    domain = Unicode(help="Of all accounts; empty for any").tag(config=True)
    ignore_case = Bool(False, help="Whether accounts do not differ by capital letters").tag(config=True)
    open_courses = List(Unicode(), help="Courses that whoever has an account is a student of").tag(config=True)

    def person(self, claims: Mapping[str, Any]) -> str:
        """Return the name here of whom the claims are said; raises `NotIn`."""
        try:
            return person(claimed(claims, self.account_claim), self.domain, ignore_case=self.ignore_case)
        except ValueError as error:
            raise NotIn(f"You are not let in: {error}.") from error

    def check_allowed(self, username: str, authentication: Any = None) -> bool:
        """Called by the hub with who has shown to be somebody; raises `NotIn` for who is in no course."""
        if username in self.allowed_users:
            return True
        if not self.open_courses:
            self.log.warning("%s has an account, but is not in courses.toml", username)
            raise NotIn(f"You would be {username!r} on this hub, who is in none of its courses. Tell your teacher.")
        # Else these could be had by whoever gets to choose a name there.
        if username.startswith(COURSE_SERVICE) or _is_the_systems(username):
            raise NotIn(f"{username!r} is the name of an account of the hub itself.")
        return True

    def add_user(self, user: Any) -> None:
        """Called by the hub for each person that is new to it, and for all of them when it starts."""
        super().add_user(user)
        if user.name in self.allowed_users:
            return  # whose groups are in courses.toml
        for course in self.open_courses:
            group = orm.Group.find(user.db, STUDENTS + course)
            if group is None:
                group = orm.Group(name=STUDENTS + course)
                user.db.add(group)
            if user.orm_user not in group.users:
                group.users.append(user.orm_user)
        user.db.commit()


def _is_the_systems(name: str) -> bool:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name).pw_uid not in _PEOPLE
    return False
