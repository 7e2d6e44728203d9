"""Starts a machine's hub: for a class, or with `demo` a small one to try out, with a course and three people."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests
from traitlets.config import Config

from course.account_names import person
from course.errors import EngineError, SetupError
from course.exchange.bundle import Packed
from course.project import Project
from course.time_zone import shown
from hub_config.exchange.blobs import Blobs
from hub_config.exchange.callers import GRADERS, Caller, Conflict
from hub_config.exchange.records import Records
from hub_config.exchange.rules import Exchange, Order
from hub_config.local.assembly import HERE, Place, configure, gpu_remarks
from hub_config.local.ready import ENTERED, make_exchange, make_ready
from hub_config.login.invites import Invitations
from hub_config.settings.hub import Course, Courses, Hub
from hub_config.settings.login import Elsewhere, Invite
from hub_config.settings.schedule import WORDS, coming

DEMO_CHAPTER = "ch03_classification"
CLASS_STATE = Path("/var/lib/handson-hub")
_PORTS = 8  # that a hub needs, one after the other
_DEMO_HUB = """\
# A hub to try out; made by `course hub --demo`.
port = {port}
accounts = "demo"
limits = "if possible"
"""
_READY_SECONDS = 180.0
_END_SECONDS = 90.0  # the hub waits for each service, up to 20 s


@dataclass(frozen=True)
class Running:
    """A hub that answers.

    Attributes
    ----------
    url : where it answers on this machine.
    invitations : codes that were made now, by person; empty where all had one, or need none.
    seconds : from the start until it answered.
    """

    url: str
    invitations: Mapping[str, str]
    process: subprocess.Popen[bytes]
    seconds: float


def demo_place(project: Project, port: int | None = None) -> Place:
    """Write a demo hub's files into the build folder, with `port` or the first of some free ones, and return it."""
    folder = project.build / "hub"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_ports(_PORTS) if port is None else port
    (folder / "hub.toml").write_text(_DEMO_HUB.format(port=port), encoding="utf-8")
    for name in ("courses.toml", "profiles.yaml"):
        if not (folder / name).exists():
            shutil.copyfile(HERE / name, folder / name)
    return Place(folder, folder, project.root)


def class_place(project: Project, state: Path | None = None) -> Place:
    """Return the place of a class's hub: its files are in ``hub_config``, or in `state` where they are there.

    Without `state`, root's hub has `CLASS_STATE`: what is in a build folder is a course's own.
    """
    state = state_folder(project, state)
    folder = state if (state / "hub.toml").exists() else HERE
    state.mkdir(parents=True, exist_ok=True)
    if state.stat().st_mode & 0o777 != ENTERED:  # as a class's hub, which may be running, has made it
        state.chmod(0o700)
    return Place(folder, state, project.root)


def state_folder(project: Project, state: Path | None = None) -> Path:
    """Return where a class's hub keeps its data: `state`, or what it is by default."""
    return state or (CLASS_STATE if os.geteuid() == 0 else project.build / "hub")


def release_to(place: Place, course: Course, assignment: str, folder: Path) -> None:
    """Put an assignment on a hub's exchange before it runs; one that is there stays as it is."""
    make_exchange(place)
    exchange = Exchange(Records(f"sqlite:///{place.exchange / 'exchange.db'}"), Blobs(str(place.exchange)))
    operator = Caller("operator", frozenset({GRADERS + course.id}))
    packed = Packed(folder, ())
    for digest in packed.manifest.chunks:
        exchange.put_chunk(operator, digest, packed.chunk(digest))
    order = Order("release", course.id, assignment, packed.manifest, key=packed.manifest.digest[:32])
    with contextlib.suppress(Conflict):
        exchange.add(operator, order)
    exchange.records.engine.dispose()


def invite(place: Place, names: Iterable[str], *, again: bool = False) -> Mapping[str, str]:
    """Return new codes for those who have none, or with `again` for all; nobody has one where they log in otherwise."""
    hub, _ = place.load()
    if not isinstance(hub.login, Invite):
        if again:
            raise SetupError(f"{place.folder / 'hub.toml'}: people log in otherwise: [login] says {hub.login.kind!r}.")
        return {}
    return Invitations(place.state / "invitations.db").invite(names, again=again)


def name_of(place: Place, account: str) -> str:
    """Return the name for courses.toml of whoever has `account` where ``[login]`` says; raises `SetupError`."""
    login = place.load()[0].login
    if not isinstance(login, Elsewhere):
        raise SetupError(f"{place.folder / 'hub.toml'}: nobody logs in elsewhere: [login] says {login.kind!r}.")
    try:
        return person(account, login.domain, ignore_case=login.ignore_case)
    except ValueError as error:
        raise SetupError(f"{account!r} is not let in: {error}.") from error


@contextlib.contextmanager
def running(place: Place, *, log: Path, tell: Callable[[str], None] = lambda text: None) -> Iterator[Running]:
    """Run the hub of `place` until the block ends; then it ends, with everything it has started.

    Parameters
    ----------
    log : where the hub writes what it does.

    Raises
    ------
    SetupError : a file has a mistake, or the port is taken.
    EngineError : the hub ended, or did not answer.
    """
    hub, courses = looked_over(place)
    make_ready(place, hub, tell)
    for sentence in gpu_remarks(hub):
        tell(sentence)
    codes = invite(place, courses.people)
    url = hub.bind_url
    tell("The hub starts …")
    started = time.monotonic()
    log.touch(mode=0o600)
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(HERE / "jupyterhub_config.py")],
            env={**os.environ, **place.environ(), "PYTHONPATH": str(place.root)},
            cwd=place.state,
            stdout=file,
            stderr=subprocess.STDOUT,
            umask=0o077,  # its database, and what its people make in their servers, is nobody else's to read
            start_new_session=True,  # a Ctrl-C is ours to pass on, once
            preexec_fn=_hears_sigint,
        )
    try:
        _wait(process, url, log)
        yield Running(url, codes, process, time.monotonic() - started)
    finally:
        _end(process, spare_people=hub.accounts == "unix")


def looked_over(place: Place) -> tuple[Hub, Courses]:
    """Return what the hub's files say, once nothing is known that would keep it from starting.

    Raises
    ------
    SetupError : a file has a mistake, the machine lacks something, or the port is taken.
    """
    hub, courses = place.load()
    configure(Config(), place)  # the hub does it again: what is wrong is better said here than in its log
    if hub.port and not _is_free(hub.port, hub.ip):
        raise SetupError(f"Port {hub.port} is taken, perhaps by a hub that runs already: end that, or choose another.")
    return hub, courses


def in_order(place: Place) -> Iterator[str]:
    """Look a hub over without starting it; yield what it would be.

    Raises
    ------
    SetupError : see `looked_over`.
    """
    hub, courses = looked_over(place)
    for name in ("hub.toml", "courses.toml", "profiles.yaml"):
        yield f"{place.folder / name}: in order"
    yield f"courses: {len(courses.course)}; people: {len(courses.people)}; login: {hub.login.kind}"
    if hub.port:
        yield f"Port {hub.port} is free."
    yield from gpu_remarks(hub)
    for course in courses.course:
        yield from _next(place, course)


def _next(place: Place, course: Course, most: int = 3) -> Iterator[str]:
    """Say what a course's schedule has next."""
    if not course.schedule:
        return
    planned, zone = place.plan_of(course)
    ahead = coming(planned, datetime.now(UTC).replace(tzinfo=None))
    for when, chapter, kind in ahead[:most]:
        yield f"{course.id}: {shown(when, zone)}: {chapter} {WORDS[kind]}"
    if len(ahead) > most:
        yield f"{course.id}: and {len(ahead) - most} more"
    if not ahead:
        yield f"{course.id}: all that its schedule has lies behind"


def free_ports(count: int, start: int = 8000) -> int:
    """Return the first of `count` ports in a row that nothing listens on."""
    for first in range(start, 60_000, count):
        if all(_is_free(port, "127.0.0.1") for port in range(first, first + count)):
            return first
    raise SetupError("No ports are free on this machine.")


def _is_free(port: int, ip: str) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError:
            return False
        return True


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise EngineError(f"The hub has ended at once. Its last words, from {log}:\n{_last_words(log)}")
        with contextlib.suppress(requests.RequestException), warnings.catch_warnings(action="ignore"):
            if requests.get(f"{url}/hub/health", timeout=5, verify=False).ok:  # our own machine
                return
        time.sleep(0.1)
    raise EngineError(f"The hub does not answer at {url}. Its last words, from {log}:\n{_last_words(log)}")


def _hears_sigint() -> None:
    """A shell's background job ignores SIGINT, and so would all that the hub starts, and stops with it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(process: subprocess.Popen[bytes], *, spare_people: bool, seconds: float = _END_SECONDS) -> None:
    """SIGTERM, which the hub passes on to servers, services and proxy; SIGKILL for what is left after `seconds`.

    With `spare_people`, their servers go on, for the next hub to find.
    """
    started = _started_by(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    for one in started:
        with contextlib.suppress(psutil.Error):
            if not (spare_people and _is_a_persons(one)):
                one.kill()


def _started_by(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _is_a_persons(process: psutil.Process) -> bool:
    """Whether it belongs to a person's server; a service has a name of another kind."""
    environ = process.environ()
    return "JUPYTERHUB_SERVER_NAME" in environ and "JUPYTERHUB_SERVICE_NAME" not in environ


def _last_words(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
