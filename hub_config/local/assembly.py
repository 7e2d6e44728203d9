"""Puts a machine's hub together: JupyterHub's configuration from hub.toml, courses.toml and profiles.yaml."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jupyterhub.services.service import Service
from traitlets.log import get_logger

from autograder.engine.gpu.nvml import MODULE, gpus
from course.errors import CourseError, SetupError
from course.gpu_jobs.client import VARIABLE as GPU_URL
from course.project import Project, commands_path
from hub_config.exchange.callers import GRADERS, STUDENTS
from hub_config.exchange.identity import COURSE_SERVICE, INSTANT_SERVICE, SCHEDULE_SERVICE
from hub_config.local import fitness
from hub_config.local.environment import Environment
from hub_config.local.gpu_hours import gpu_hours_route
from hub_config.local.gpus import remarks
from hub_config.local.http_proxy import beside, proxy_command
from hub_config.local.lease_file import lease_file
from hub_config.local.servers import write_config
from hub_config.local.spawner import DemoProfileSpawner, LocalProfileSpawner
from hub_config.login.configure import admit
from hub_config.settings.hub import Course, Courses, GpuJobs, Hub, load_courses, load_hub
from hub_config.settings.profiles import load_profiles
from hub_config.settings.roles import EXCHANGE, GPU_JOBS, REACH, START, service_roles, shared_roles
from hub_config.settings.schedule import Planned, plan_of
from hub_config.settings.told import exchange_environ

HERE = Path(__file__).resolve().parents[1]  # hub_config
# What a grader's environment says of the machine, for the services that grade as well.
_OF_RUNS = ("COURSE_DATA_MIRROR", "COURSE_DATA_CACHE", "COURSE_MINIMUM_TIER")
_OF_THE_MACHINE = (*_OF_RUNS, "COURSE_DB_URL", "COURSE_KEY")
MIRROR = "COURSE_DATA_MIRROR"  # public data sets: people's servers have those that the checks use
DEMO = "This is a demo: all servers run as one user, and everybody can read all files, the solutions too."
# What servers and services have of the hub's own environment: no PATH or PYTHONPATH, which lead to the checkout.
_KEPT = ["LANG", "LC_ALL", "LD_LIBRARY_PATH", "JUPYTERHUB_SINGLEUSER_APP"]
FIRST_COURSE_PORT = 4  # ports of a hub: its own, then proxy's, hub's, exchange's, and from this one on the courses'
START_SECONDS = 120  # that the hub, from 6.0 on, waits for a course's server, which imports much, before it gives up


@dataclass(frozen=True)
class Place:
    """Where a hub's files are.

    Attributes
    ----------
    folder : of ``hub.toml``, ``courses.toml`` and ``profiles.yaml``.
    state : of everything it writes: database, cookie secret, invitations, leases, the exchange.
    root : the checkout.
    """

    folder: Path
    state: Path
    root: Path

    @classmethod
    def from_environ(cls) -> Place:
        """Return what `course hub` has told the hub's process."""
        return cls(*(Path(os.environ[f"COURSE_HUB_{name}"]) for name in ("FOLDER", "STATE", "ROOT")))

    def environ(self) -> dict[str, str]:
        """What `from_environ` reads."""
        return {f"COURSE_HUB_{name.upper()}": str(getattr(self, name)) for name in ("folder", "state", "root")}

    def load(self) -> tuple[Hub, Courses]:
        """Read and validate all three files; raises `SetupError`."""
        load_profiles(self.folder / "profiles.yaml")
        courses = load_courses(self.folder / "courses.toml")
        if len({self.folder_of(course) for course in courses.course}) != len(courses.course):
            raise SetupError(
                f"{self.folder / 'courses.toml'}: two courses have one folder. Each needs a checkout of its own, and "
                "with it a gradebook: `git worktree add` makes one."
            )
        if troubles := [f"course.{number}.{line}" for number, line in self._schedule_troubles(courses)]:
            raise SetupError("\n  ".join([f"{self.folder / 'courses.toml'} has mistakes:", *troubles]))
        return load_hub(self.folder / "hub.toml"), courses

    def plan_of(self, course: Course) -> tuple[list[Planned], ZoneInfo]:
        """What is planned for a course, and its time zone; raises `SetupError`."""
        return plan_of(course.schedule, course.time_zone, self.folder_of(course))

    def _schedule_troubles(self, courses: Courses) -> Iterator[tuple[int, str]]:
        for number, course in enumerate(courses.course, 1):
            try:
                self.plan_of(course)
            except CourseError as error:
                yield from ((number, line) for line in str(error).splitlines())

    def folder_of(self, course: Course) -> Path:
        """The checkout a course is graded in."""
        return (self.root / course.folder).resolve()

    def build_of(self, course: Course) -> Path:
        """Where a course's gradebook, hand-ins and key are."""
        folder, named = self.folder_of(course), os.environ.get("COURSE_BUILD")
        return (folder / named).resolve() if named and folder == self.root.resolve() else Project(folder).build

    def class_of(self, hub: Hub, courses: Courses) -> fitness.Class:
        """What has to be closed, and to whom, where people are Unix accounts."""
        taught = (
            fitness.Taught(one.id, one.account, self.folder_of(one), self.build_of(one)) for one in courses.course
        )
        return fitness.Class(
            root=self.root.resolve(),
            state=self.state.resolve(),
            services=hub.services_user,
            courses=tuple(taught),
            students=tuple(dict.fromkeys(name for one in courses.course for name in one.students)),
            graders=tuple(dict.fromkeys(name for one in courses.course for name in one.graders)),
            jobs=hub.gpu_jobs.user if hub.gpu_jobs else "",
            mirror=Path(os.environ[MIRROR]).resolve() if os.environ.get(MIRROR) else None,
        )

    def environment(self, hub: Hub) -> Environment:
        """The Python environment of people's servers, where they are Unix accounts."""
        base = Path(hub.environment) if hub.environment else self.state / "people"
        return Environment.of(self.root, base, hub.packages, hub.python)

    @property
    def exchange(self) -> Path:
        """Where the exchange keeps its files and, in ``exchange.db``, its records."""
        return self.state / "exchange"


def configure(c: Any, place: Place) -> Any:
    """Set in `c`, JupyterHub's configuration, all that this machine's hub needs, and return it.

    Raises
    ------
    SetupError : a file has a mistake, or the machine can't be a hub of that kind.
    """
    hub, courses = place.load()
    if hub.accounts == "unix" and os.geteuid() != 0:
        raise SetupError(
            'A hub with accounts = "unix" starts servers as other users, so it has to run as root. '
            'To try it out, use accounts = "demo" in hub.toml, or `make hub`.'
        )
    if hub.accounts == "unix":
        fitness.check(place.class_of(hub, courses))
    _listen(c, place, hub)
    admit(c, place.folder, place.state, hub, courses)
    c.JupyterHub.load_groups = {name: {"users": people} for name, people in courses.groups.items()}
    _spawn(c, place, hub, courses)
    _serve(c, place, hub, courses)
    for sentence in gpu_remarks(hub):
        get_logger().warning(sentence)
    return c


def gpu_remarks(hub: Hub) -> list[str]:
    """Return what whoever runs the hub should know of the GPUs it lends."""
    return remarks(hub.device, gpus() if hub.device else ())


def _listen(c: Any, place: Place, hub: Hub) -> None:
    c.JupyterHub.bind_url = hub.bind_url
    c.JupyterHub.ssl_key, c.JupyterHub.ssl_cert = hub.tls_key, hub.tls_cert
    c.JupyterHub.hub_ip, c.JupyterHub.hub_port = "127.0.0.1", hub.port + 2
    c.ConfigurableHTTPProxy.command = _proxy(place, hub)
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{hub.port + 1}"
    c.ConfigurableHTTPProxy.pid_file = str(place.state / "proxy.pid")
    c.JupyterHub.db_url = f"sqlite:///{place.state / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(place.state / "cookie_secret")
    c.JupyterHub.default_url = START
    if hub.device:
        c.JupyterHub.extra_handlers = [gpu_hours_route(lease_file(place.state), hub.weekly_gpu_hours)]
    c.JupyterHub.template_paths = [str(HERE / "templates")]
    if hub.accounts == "demo":
        c.JupyterHub.template_vars = {"announcement": DEMO}
    # A class's servers, and the GPUs they have been lent, outlive a restart of the hub.
    c.JupyterHub.cleanup_servers = hub.accounts == "demo"


def _proxy(place: Place, hub: Hub) -> list[str]:
    """The proxy is not root either, unless it has a key to read that only root may."""
    if hub.accounts == "demo" or hub.tls_key:
        return proxy_command(hub, place.folder)
    who = pwd.getpwnam(hub.services_user)
    command = proxy_command(hub, place.folder, place.environment(hub).bin)
    drop = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", "--no-new-privs", "--"]
    return [*drop, *command] if shutil.which("setpriv") and hub.port >= 1024 else command


def _spawn(c: Any, place: Place, hub: Hub, courses: Courses) -> None:
    spawner = DemoProfileSpawner if hub.accounts == "demo" else LocalProfileSpawner
    c.JupyterHub.spawner_class = spawner
    mine = c[spawner.__name__]
    mine.folder, mine.state_folder = str(place.folder), str(place.state)
    mine.default_url = "/lab"
    mine.env_keep = _KEPT
    mine.environment = {
        **({GPU_URL: gpu_url(hub, courses)} if hub.gpu_jobs else {}),
        "JUPYTER_CONFIG_PATH": str(write_config(place.state / "servers" / "student", "student", notices=True)),
        "COURSE_EXCHANGE_URL": exchange_url(hub),
        **{name: str(Path(os.environ[name]).resolve()) for name in (MIRROR,) if os.environ.get(name)},
    }
    if hub.accounts == "unix":
        people = place.environment(hub)
        mine.cmd = [str(people.bin / "jupyterhub-singleuser")]
        mine.environment["PATH"] = people.path
        return
    # A demo: all are one user, who has the checkout anyway.
    mine.cmd = [beside("jupyterhub-singleuser")]
    mine.environment |= {"PYTHONPATH": str(place.root), "PATH": commands_path()}
    mine.home_dir_template = str(place.state / "homes" / "{username}")
    if os.geteuid() == 0:
        mine.args = ["--allow-root"]


def _serve(c: Any, place: Place, hub: Hub, courses: Courses) -> None:
    c.JupyterHub.services = [
        _exchange(place, hub, courses),
        _service(
            place,
            hub,
            hub.services_user,
            "idle-culler",
            ["-m", "jupyterhub_idle_culler", f"--timeout={hub.idle_minutes * 60}"],
            {"PYTHONPATH": ""},
        ),
        *(_grading(place, hub, course, number) for number, course in enumerate(courses.course)),
        *(_instant(place, hub, course) for course in courses.course if course.feedback.instant),
        *(_nightly(place, hub, course) for course in courses.course if course.full_size_at),
        *(_schedule(place, hub, course) for course in courses.course if course.schedule),
        *([_gpu_jobs(place, hub, hub.gpu_jobs, courses)] if hub.gpu_jobs else []),
    ]
    c.JupyterHub.load_roles = [
        *shared_roles(hub.gpu_jobs is not None),
        {
            "name": "idle-culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["idle-culler"],
        },
        *(_grader_role(course) for course in courses.course),
        *(_course_role(course) for course in courses.course),
        *service_roles(courses.course),
    ]


def exchange_url(hub: Hub) -> str:
    """Return the exchange's address on this machine, past the proxy."""
    return f"http://127.0.0.1:{hub.port + 3}/services/{EXCHANGE}"


def gpu_url(hub: Hub, courses: Courses) -> str:
    """Return the address of the service for GPU jobs on this machine, past the proxy."""
    return f"http://127.0.0.1:{hub.port + FIRST_COURSE_PORT + len(courses.course)}/services/{GPU_JOBS}"


def service_name(course: Course) -> str:
    """Return the name of the service that is a course's server."""
    return COURSE_SERVICE + course.id


def _service(
    place: Place, hub: Hub, account: str, name: str, command: list[str], environ: Mapping[str, str], **more: Any
) -> dict[str, Any]:
    """A service that is a Python command: on a hub with Unix accounts one of `account`, never of root."""
    if hub.accounts == "demo":
        return {
            "name": name,
            "command": [sys.executable, *command],
            "environment": {**environ, "PATH": commands_path()},
            **more,
        }
    people = place.environment(hub)
    return {
        "name": name,
        "user": account,
        "command": [people.python, *command],
        # Where it starts has to be a folder that its account may be in; the hub's own is not.
        **{"cwd": "/", **more},
        "environment": {**environ, "PATH": people.path},
    }


def _exchange(place: Place, hub: Hub, courses: Courses) -> dict[str, Any]:
    environ = {
        "PYTHONPATH": str(place.root),
        "COURSE_EXCHANGE_DB": hub.exchange_db or f"sqlite:///{place.exchange / 'exchange.db'}",
        "COURSE_EXCHANGE_STORAGE": hub.exchange_storage or str(place.exchange),
        **exchange_environ(courses, place.folder_of, lambda course: f"/services/{service_name(course)}/"),
    }
    return _service(
        place, hub, hub.services_user, EXCHANGE, ["-m", "hub_config.exchange"], environ,
        url=f"http://127.0.0.1:{hub.port + 3}", display=False, oauth_no_confirm=True,
    )  # fmt: skip


def _gpu_jobs(place: Place, hub: Hub, terms: GpuJobs, courses: Courses) -> dict[str, Any]:
    """The service that runs what people send to a GPU."""
    environ = {
        **{name: os.environ[name] for name in (*_OF_RUNS, MODULE) if os.environ.get(name)},
        "PYTHONPATH": str(place.root),
        "COURSE_ROOT": str(place.root),
        "COURSE_JOBS_STATE": str(lease_file(place.state).parent),
        "COURSE_JOBS_TERMS": terms.model_dump_json(),
        "COURSE_JOBS_WEEKLY_HOURS": f"{hub.weekly_gpu_hours:g}",
        "COURSE_JOBS_WAIT_MINUTES": f"{hub.gpu_wait_minutes:g}",
    }
    if hub.accounts == "unix":
        environ.pop("COURSE_DATA_CACHE", None)
    return _service(
        place, hub, terms.user, GPU_JOBS, ["-m", "hub_config.gpu_jobs"], environ,
        url=gpu_url(hub, courses).removesuffix(f"/services/{GPU_JOBS}"), display=False, oauth_no_confirm=True,
    )  # fmt: skip


def _grading(place: Place, hub: Hub, course: Course, number: int) -> dict[str, Any]:
    """A course's server: JupyterLab with formgrader on the course's folder, shared by its graders."""
    root = place.folder_of(course)
    config = write_config(place.state / "servers" / course.id, "grader", root=root, course=course.id)
    environ = {
        "JUPYTER_CONFIG_PATH": str(config),
        "JUPYTER_PATH": str(root / "autograder" / "engine" / "warm"),  # of our kernels, which are no students' business
        "JUPYTERHUB_DEFAULT_URL": "/lab",
        "JUPYTERHUB_USER": service_name(course),
        **_grader_environ(place, hub, course),
    }
    as_root = ["--allow-root"] if hub.accounts == "demo" and os.geteuid() == 0 else []
    return _service(
        place, hub, course.account, service_name(course), ["-m", "jupyterhub.singleuser", *as_root], environ,
        url=f"http://127.0.0.1:{hub.port + FIRST_COURSE_PORT + number}", cwd=str(root), display=True,
        oauth_no_confirm=True, **({"timeout": START_SECONDS} if "timeout" in Service.class_trait_names() else {}),
    )  # fmt: skip


def _instant(place: Place, hub: Hub, course: Course) -> dict[str, Any]:
    """The service that grades what is handed in at once."""
    environ, folder = _grader_environ(place, hub, course), str(place.folder_of(course))
    name = INSTANT_SERVICE + course.id
    return _service(place, hub, course.account, name, ["-m", "hub_config.instant"], environ, cwd=folder)


def _nightly(place: Place, hub: Hub, course: Course) -> dict[str, Any]:
    """The service that grades on all the data at night; it asks the hub and the exchange nothing."""
    environ, folder = _grader_environ(place, hub, course), str(place.folder_of(course))
    return _service(
        place, hub, course.account, f"nightly-{course.id}", ["-m", "hub_config.nightly"], environ, cwd=folder
    )


def _schedule(place: Place, hub: Hub, course: Course) -> dict[str, Any]:
    """The service that carries out the schedule."""
    environ, folder = _grader_environ(place, hub, course), str(place.folder_of(course))
    name = SCHEDULE_SERVICE + course.id
    return _service(place, hub, course.account, name, ["-m", "hub_config.schedule"], environ, cwd=folder)


def _grader_environ(place: Place, hub: Hub, course: Course) -> dict[str, str]:
    """What every command that collects or grades a course finds in its environment."""
    root = place.folder_of(course)
    here = {name: os.environ[name] for name in _OF_THE_MACHINE if os.environ.get(name)}
    if os.environ.get("COURSE_BUILD") and root == place.root.resolve():
        here["COURSE_BUILD"] = os.environ["COURSE_BUILD"]
    if hub.accounts == "unix":
        here.pop("COURSE_DATA_CACHE", None)  # the hub's own; an account has its own
    return {
        **here,
        "COURSE_EXCHANGE_URL": exchange_url(hub),
        "COURSE_HUB_ORIGIN": hub.origin,
        "COURSE_ROOT": str(root),
        **course.environ,
        "PYTHONPATH": os.pathsep.join([str(root), str(place.root)]),
    }


def _grader_role(course: Course) -> dict[str, Any]:
    return {
        "name": f"grader-{course.id}",
        "scopes": [f"access:services!service={service_name(course)}"],
        "groups": [GRADERS + course.id],
    }


def _course_role(course: Course) -> dict[str, Any]:
    """What nbgrader's JupyterHub plug-in asks for, and the exchange."""
    groups = (STUDENTS + course.id, GRADERS + course.id)
    return {
        "name": service_name(course),
        "scopes": [REACH, "list:users", "list:services", "list:groups", *(f"groups!group={group}" for group in groups)],
        "services": [service_name(course)],
    }
