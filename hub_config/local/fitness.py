"""Whether a machine is fit for a class with Unix accounts: who runs what, and what is closed to whom.

Everything that is wrong is told at once, with the commands that mend it; nothing is changed here.
"""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import stat
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.errors import SetupError

_CODE = ("course", "autograder", "hub_config")
_READABLE = 'for p; do if test -r "$p" || test -x "$p"; then printf "%s\\n" "$p"; fi; done'
_FOREIGN = 'for p; do test -w "$p" || printf "%s\\n" "$p"; done'
_LACKING = 'for p; do test -r "$p" || printf "%s\\n" "$p"; done'


@dataclass(frozen=True)
class Taught:
    """A course as far as its files go: its Unix account, checkout and build folder."""

    id: str
    account: str
    folder: Path
    build: Path


@dataclass(frozen=True)
class Class:
    """What is looked at.

    Attributes
    ----------
    root : the checkout that the hub runs from, as root.
    state : the hub's own folder.
    services : the account that the exchange runs as.
    courses : all of them.
    students : people of the hub, of whom those count here that are Unix accounts already.
    graders : the same.
    jobs : the account that GPU jobs run as; empty where there are none.
    mirror : the folder of data sets, where there is one.
    """

    root: Path
    state: Path
    services: str
    courses: tuple[Taught, ...]
    students: tuple[str, ...] = ()
    graders: tuple[str, ...] = ()
    jobs: str = ""
    mirror: Path | None = None

    @property
    def accounts(self) -> list[str]:
        """Those that services run as."""
        return [self.services, *(course.account for course in self.courses), *([self.jobs] if self.jobs else [])]


@dataclass(frozen=True)
class Fault:
    """What is wrong, and the commands that mend it."""

    sentence: str
    commands: tuple[str, ...] = ()


def check(found: Class) -> None:
    """Raise `SetupError` with everything that keeps this machine from being a class's hub."""
    faults = list(_accounts(found))
    if not faults:  # else the rest can't be tried
        faults = [*_checkouts(found), *_builds(found), *_state(found), *_data(found), *_reached(found)]
    if faults:
        lines = [
            line for one in faults for line in (f"- {one.sentence}", *(f"      {command}" for command in one.commands))
        ]
        raise SetupError("\n".join(["This machine is not ready for a class. As root:", *lines]))


def _accounts(found: Class) -> Iterator[Fault]:
    names = found.accounts
    for name in names:
        if not _exists(name):
            groups = "" if name == found.services else f" --groups {found.services}"
            yield Fault(
                f"There is no account {name}, which services of the hub run as:",
                (f"useradd --system --user-group --create-home --home-dir /var/lib/{name} --shell /usr/sbin/nologin"
                 f"{groups} {name}",),
            )  # fmt: skip
        elif pwd.getpwnam(name).pw_uid == 0:
            yield Fault(
                f"{name} is root, which no service may run as: name another account in courses.toml or hub.toml."
            )
        elif name in (*found.students, *found.graders):
            yield Fault(
                f"{name} is a person of the hub: services run as an account of their own, which nobody logs in to."
            )
        elif _tried(name, _FOREIGN, [pwd.getpwnam(name).pw_dir]):
            home = pwd.getpwnam(name).pw_dir
            yield Fault(f"{name} has no home of its own:", (f"install -d -o {name} -m 700 {shlex.quote(home)}",))
    if len(set(names)) < len(names):
        yield Fault("Two courses, or one, the exchange and GPU jobs, have one account: each needs its own.")


def _checkouts(found: Class) -> Iterator[Fault]:
    """Closed to others; what root runs is root's."""
    root, group = shlex.quote(str(found.root)), found.services
    loose = _writable(found.root)
    if loose is not None:
        yield Fault(
            f"{loose} is part of what the hub runs as root, and others than root may change it:",
            (f"chown -R root:{group} {root}", f"chmod -R u+rwX,g+rX-w,o-rwx {root}", *_builds_again(found)),
        )
    for folder in dict.fromkeys([found.root, *(course.folder for course in found.courses)]):
        if _mode(folder) & 0o007:
            yield Fault(
                f"Others on this machine can read {folder}, with its solutions and hidden checks:",
                (f"chmod o-rwx {shlex.quote(str(folder))}",),
            )
    for name in found.accounts:
        needed = [found.root / "hub_config" / "__init__.py", *(c.folder for c in found.courses if c.account == name)]
        if lacking := _lacking(name, needed):
            yield Fault(
                f"{name} can't read {lacking[0]}, which its services are run from:",
                (f"usermod -aG {group} {name}", f"chgrp -R {group} {root}", f"chmod -R g+rX-w {root}",
                 *_builds_again(found)),
            )  # fmt: skip


def _builds(found: Class) -> Iterator[Fault]:
    """The gradebook, what was handed in and the course's key are the course's own."""
    for course in found.courses:
        build, folder = course.build, shlex.quote(str(course.build))
        mend = (f"chown -R {course.account}: {folder}", f"chmod -R go-rwx {folder}")
        if not build.exists():
            yield Fault(f"{build} is not there:", (f"install -d -o {course.account} -m 700 {folder}",))
        elif build.is_symlink() or not build.is_dir():
            yield Fault(f"{build} is no folder.")
        elif build.stat().st_uid != pwd.getpwnam(course.account).pw_uid:
            yield Fault(f"{build} does not belong to {course.account}, which {course.id} is graded as:", mend)
        elif _mode(build) & 0o077:
            yield Fault(
                f"Others than {course.account} can look into {build}, with the gradebook and the hand-ins:", mend
            )
        elif other := _not_of(build, pwd.getpwnam(course.account).pw_uid):
            yield Fault(f"{other} does not belong to {course.account}, which could not change it:", mend)


def _builds_again(found: Class) -> Iterator[str]:
    """What has to be said after the whole checkout was given to root."""
    for course in found.courses:
        if course.build.is_relative_to(found.root):
            yield f"chown -R {course.account}: {shlex.quote(str(course.build))}"


def _state(found: Class) -> Iterator[Fault]:
    for folder in (found.state, *found.state.parents):
        entry = folder.stat()
        if entry.st_uid != 0 or (entry.st_mode & 0o022 and not entry.st_mode & stat.S_ISVTX):
            yield Fault(
                f"The hub's folder {found.state} is not safe: others than root may change {folder}. Name another:",
                ("course hub --state /srv/hub",),
            )
            return
        if folder != found.state and not entry.st_mode & 0o001:
            yield Fault(
                f"People's servers can't reach their environment in {found.state}: {folder} is closed. Name another:",
                ("course hub --state /srv/hub",),
            )
            return


def _data(found: Class) -> Iterator[Fault]:
    mirror = found.mirror
    if mirror is not None and (not mirror.is_dir() or _lacking(found.services, [mirror])):
        yield Fault(
            f"COURSE_DATA_MIRROR names {mirror}, which people's servers can't read:",
            (f"chmod -R o+rX {shlex.quote(str(mirror))}   # and o+x for the folders above it",),
        )


def _reached(found: Class) -> Iterator[Fault]:
    """Tried as each student that is an account already: by a group, or by a rule that the mode does not show."""
    kept = [found.root, *(path for course in found.courses for path in (course.folder, course.build))]
    closed = list(dict.fromkeys(map(str, kept)))  # a course may be in the hub's own checkout
    for name in found.students:
        for path in _tried(name, _READABLE, closed) if _exists(name) else ():
            groups = ", ".join(grp.getgrgid(gid).gr_name for gid in os.getgrouplist(name, pwd.getpwnam(name).pw_gid))
            yield Fault(f"The student {name}, of the group {groups}, can read {path}: close it to them.")


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _lacking(name: str, paths: Sequence[Path | str]) -> list[str]:
    """Those of `paths` that the account can't read."""
    return _tried(name, _LACKING, [str(path) for path in paths])


def _tried(name: str, script: str, paths: Sequence[str]) -> list[str]:
    who = pwd.getpwnam(name)
    done = subprocess.run(
        ["sh", "-c", script, "sh", *paths],
        user=who.pw_uid,
        group=who.pw_gid,
        extra_groups=os.getgrouplist(name, who.pw_gid),
        cwd="/",
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def _mode(path: Path) -> int:
    return path.stat().st_mode


def _writable(root: Path) -> Path | None:
    """Something of the hub's own code that somebody else than root may change."""
    code = [root, *(root / name for name in _CODE)]
    for path in [*code, *(path for folder in code[1:] for path in folder.rglob("*"))]:
        entry = path.lstat()
        if not stat.S_ISLNK(entry.st_mode) and (entry.st_uid != 0 or entry.st_mode & 0o022):
            return path
    return None


def _not_of(folder: Path, uid: int) -> Path | None:
    return next((path for path in folder.rglob("*") if path.lstat().st_uid != uid), None)
