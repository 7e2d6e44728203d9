"""What an operator says of a hub: ``hub.toml`` for the machine, ``courses.toml`` for who learns and who grades."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from course.addresses import THIS_MACHINE
from course.errors import SetupError
from course.exchange.bundle import Name
from course.exchange.plan import TITLE, AtOnce
from course.exchange.plan import VARIABLE as FEEDBACK
from course.exchange.policy import VARIABLE, GradePolicy
from course.parsing import read_toml
from course.time_zone import VARIABLE as TIME_ZONE
from course.zone_names import ZoneName
from hub_config.exchange.callers import GRADERS, STUDENTS
from hub_config.settings.device import Device
from hub_config.settings.login import Elsewhere, Invite, Login, Origin, Shared
from hub_config.settings.schedule import Entry

# A person's name on the hub: also a folder's name, a gradebook's key, and where there is one, a Unix account.
Person = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{0,31}$")]

Account = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]  # what `useradd` takes everywhere
Requirement = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]")]  # and so none of pip's options
SCHEDULE = "COURSE_SCHEDULE"  # set for a course's servers; JSON
_BARE = re.compile(r"^[^\"#]*=\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d\s*(#|$)", re.MULTILINE)
_ENTRIES = TypeAdapter(tuple[Entry, ...])


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GpuJobs(_Section):
    """Notebooks and cells that people send to a GPU, which they have for as long as these run: ``[gpu_jobs]``.

    Attributes
    ----------
    resource : what they are lent.
    gpu_share : what one hour counts in GPU hours.
    minutes : for how long one may run.
    memory_mb, gpu_memory_mb : that one may use, beyond the imports, and of the GPU's own.
    output_kb : what one cell may put out; a notebook twenty times as much.
    user : with ``accounts = "unix"``, the Unix account that they run as.
    """

    resource: Annotated[str, Field(pattern=r"^nvidia\.com/[a-z0-9.-]+$")] = "nvidia.com/gpu"
    gpu_share: Annotated[float, Field(gt=0, le=1)] = 1
    minutes: Annotated[float, Field(gt=0, le=24 * 60)] = 10
    memory_mb: Annotated[int, Field(ge=256)] = 8192
    gpu_memory_mb: Annotated[int, Field(ge=256)] = 16384
    output_kb: Annotated[int, Field(ge=10, le=20_000)] = 5000
    user: Account = "course-gpu"


class Hub(_Section):
    """One machine's hub.

    Attributes
    ----------
    ip, port : where it listens. Anything but this machine itself asks for TLS in front of it, or ``tls_key`` and
        ``tls_cert`` (files).
    public_url : its address as people's browsers know it, where a reverse proxy stands there, or where people log in
        elsewhere and come back.
    accounts : ``unix``: each person is a Unix account of this machine, and the hub runs as root; ``demo``: all servers
        run as the hub's own user, so that nothing keeps one person from another's files.
    limits : ``required``: no server is started whose memory can't be limited; ``if possible``: one is, with a warning.
    services_user : with ``unix``, the account that the exchange and the idle culler run as; its group may read the
        checkout that the hub runs from.
    environment : with ``unix``, the folder in which the Python environment of people's servers is made; ``people``
        beside the hub's own files by default.
    python : the Python that it is made with; by default the hub's, or the system's where people can't run that.
    packages : what people have in it besides, as `pip install` takes it.
    weekly_gpu_hours : each person's, from Monday to Sunday (UTC); 0 for no limit.
    gpu_wait_minutes : for how long a person may wait in line for a GPU; 0: nobody waits.
    gpu_idle_minutes : after which a GPU that has computed nothing is taken back, and its server stopped, with a warning
        before; 0: never.
    idle_minutes : after which a server that nobody uses is stopped, and its GPU is given back.
    login : how people log in.
    device : GPUs to lend: rows with an id, and one with ``auto``, which has all that the others don't name.
    gpu_jobs : whether people may send notebooks to these GPUs, and how much each may use; None: not.
    """

    ip: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: Origin = ""
    tls_key: str = ""
    tls_cert: str = ""
    accounts: Literal["unix", "demo"] = "unix"
    limits: Literal["required", "if possible"] = "required"
    services_user: Account = "course-hub"
    environment: str = ""
    python: str = ""
    packages: tuple[Requirement, ...] = ()
    weekly_gpu_hours: Annotated[float, Field(ge=0)] = 10
    gpu_wait_minutes: Annotated[float, Field(ge=0, le=24 * 60)] = 60
    gpu_idle_minutes: Annotated[float, Field(ge=0, le=24 * 60)] = 30
    idle_minutes: Annotated[int, Field(ge=5)] = 60
    exchange_db: str = ""
    exchange_storage: str = ""
    login: Login = Invite()
    device: tuple[Device, ...] = ()
    gpu_jobs: GpuJobs | None = None

    @model_validator(mode="after")
    def _private(self) -> Hub:
        if bool(self.tls_key) != bool(self.tls_cert):
            raise ValueError("tls_key and tls_cert belong together")
        if self.accounts == "demo" and self.ip not in THIS_MACHINE:
            raise ValueError("a demo hub listens on 127.0.0.1 only: its people are not kept apart")
        if isinstance(self.login, Shared) and self.accounts != "demo":
            raise ValueError('a shared password is for accounts = "demo" only: with it, everybody can be anybody')
        if isinstance(self.login, Elsewhere) and not self.public_url:
            raise ValueError("people who log in elsewhere have to come back: name public_url, the hub's own address")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> Hub:
        if sum(one.auto for one in self.device) > 1:
            raise ValueError("two rows of [[device]] say auto = true: one names all GPUs")
        if self.gpu_jobs and not self.device:
            raise ValueError("[gpu_jobs] needs GPUs to lend: name some with [[device]]")
        return self

    @property
    def origin(self) -> str:
        """Its address as browsers know it; empty where nobody has said so. A demo is for browsers of this machine."""
        return self.public_url or (self.bind_url if self.accounts == "demo" else "")

    @property
    def bind_url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.tls_key else 'http'}://{self.ip}:{self.port}"

    @property
    def behind_proxy(self) -> bool:
        """Whether a reverse proxy does its TLS."""
        return self.public_url.startswith("https:") and not self.tls_key


class Feedback(AtOnce):
    """What a student reads at the moment of handing in: ``[course.feedback]``, with what `AtOnce` has.

    Attributes
    ----------
    tries_per_hour : hand-ins of one student for one assignment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tries_per_hour: Annotated[int, Field(ge=1, le=60)] = 6


class Course(_Section):
    """One course.

    Attributes
    ----------
    id : of the hub's groups (``nbgrader-<id>``, ``formgrade-<id>``), the exchange and nbgrader.
    graders, students : people of the hub; a student may also be added on the hub's admin page or by nbgrader.
    folder : the checkout that the course is built and graded in.
    user : with ``accounts = "unix"``, the Unix account that the course's server and its instant feedback run as, and
        that what is in ``build/`` belongs to; ``course-<id>`` by default.
    feedback : at once, or not.
    grade : which hand-in counts, and what a late one is worth. When it is late is each assignment's due date in the
        gradebook, which formgrader edits.
    full_size_at : time of day, ``"02:30"`` in the course's time zone, at which each night what has been collected is
        graded on all the data, too; empty for never.
    time_zone : IANA's name of the one that deadlines are meant in; by default what the checkout's syllabus says.
    schedule : what the hub does by itself, and when.
    """

    id: Name
    title: str
    graders: tuple[Person, ...] = ()
    students: tuple[Person, ...] = ()
    folder: str = "."
    user: Account | Literal[""] = ""
    feedback: Feedback = Feedback()
    grade: GradePolicy = GradePolicy()
    full_size_at: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")] = ""
    time_zone: ZoneName | None = None
    schedule: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> Course:
        if self.grade.counts == "best" and not (self.feedback.instant and self.feedback.points):
            raise ValueError(
                'grade.counts = "best" goes by the points of instant feedback: it needs feedback.instant = true, and '
                "feedback.points = true"
            )
        if self.grade.late == "refuse" and (named := [one.chapter for one in self.schedule if one.late_until]):
            raise ValueError(
                f'schedule: late_until of {", ".join(named)} means nothing where grade.late = "refuse": no hand-in '
                "counts after the due date"
            )
        return self

    @property
    def account(self) -> str:
        """The Unix account that its services run as."""
        return self.user or f"course-{self.id}".lower()[:32]

    @property
    def environ(self) -> dict[str, str]:
        """What commands that collect or grade the course find in their environment."""
        return {
            "COURSE_ID": self.id,
            TITLE: self.title,
            VARIABLE: self.grade.model_dump_json(),
            FEEDBACK: self.feedback.model_dump_json(),
            "COURSE_FULL_SIZE_AT": self.full_size_at,
            **({SCHEDULE: _ENTRIES.dump_json(self.schedule).decode()} if self.schedule else {}),
            **({TIME_ZONE: self.time_zone} if self.time_zone else {}),
        }


class Courses(_Section):
    """All of ``courses.toml``."""

    course: Annotated[tuple[Course, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Courses:
        ids = [course.id for course in self.course]
        if len(set(ids)) != len(ids):
            raise ValueError("two courses have one id")
        for course in self.course:
            both = set(course.graders) & set(course.students)
            if both:
                raise ValueError(f"{', '.join(sorted(both))} can't be student and grader of {course.id}")
        return self

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody, once."""
        named = [person for course in self.course for person in (*course.graders, *course.students)]
        return tuple(dict.fromkeys(named))

    @property
    def groups(self) -> dict[str, list[str]]:
        """The hub's groups, as nbgrader's JupyterHub plug-in names them."""
        found: dict[str, list[str]] = {}
        for course in self.course:
            found[STUDENTS + course.id] = list(course.students)
            found[GRADERS + course.id] = list(course.graders)
        return found


def load_hub(path: Path) -> Hub:
    """Read and validate ``hub.toml``; raises `SetupError`, which names the place."""
    return read_toml(path, Hub, SetupError)


def load_courses(path: Path) -> Courses:
    """Read and validate ``courses.toml``; raises `SetupError`, which names the place."""
    try:
        return read_toml(path, Courses, SetupError)
    except SetupError as error:
        if "is not TOML" in str(error) and _BARE.search(path.read_text(encoding="utf-8")):
            raise SetupError(f'{error} In TOML, times without seconds need quotes: "2026-11-30 12:00".') from error
        raise
