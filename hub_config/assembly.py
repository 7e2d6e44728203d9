"""Puts a machine's hub together: JupyterHub's configuration from hub.toml, courses.toml and profiles.yaml."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.errors import SetupError
from hub_config.exchange.identity import COURSE_SERVICE, INSTANT_SERVICE
from hub_config.exchange.rules import GRADERS, STUDENTS
from hub_config.local.spawner import DemoProfileSpawner, LocalProfileSpawner
from hub_config.login.configure import admit
from hub_config.profiles import load_profiles
from hub_config.proxy import beside, proxy_command
from hub_config.roles import EXCHANGE, REACH, shared_roles
from hub_config.servers import write_config
from hub_config.settings import Course, Courses, Hub, load_courses, load_hub

HERE = Path(__file__).resolve().parent
# What a grader's environment says of the machine, for the services that grade as well.
_OF_THE_MACHINE = ("COURSE_DATA_MIRROR", "COURSE_DATA_CACHE", "COURSE_DB_URL", "COURSE_KEY", "COURSE_MINIMUM_TIER")
FIRST_COURSE_PORT = 4  # ports of a hub: its own, then proxy's, hub's, exchange's, and from this one on the courses'


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
        return load_hub(self.folder / "hub.toml"), courses

    def folder_of(self, course: Course) -> Path:
        """The checkout a course is graded in."""
        return (self.root / course.folder).resolve()


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
    _listen(c, place, hub)
    admit(c, place.folder, place.state, hub, courses)
    c.JupyterHub.load_groups = {name: {"users": people} for name, people in courses.groups.items()}
    _spawn(c, place, hub)
    _serve(c, place, hub, courses)
    return c


def _listen(c: Any, place: Place, hub: Hub) -> None:
    scheme = "https" if hub.tls_key else "http"
    c.JupyterHub.bind_url = f"{scheme}://{hub.ip}:{hub.port}"
    c.JupyterHub.ssl_key, c.JupyterHub.ssl_cert = hub.tls_key, hub.tls_cert
    c.JupyterHub.hub_ip, c.JupyterHub.hub_port = "127.0.0.1", hub.port + 2
    c.ConfigurableHTTPProxy.command = proxy_command(hub, place.folder)
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{hub.port + 1}"
    c.ConfigurableHTTPProxy.pid_file = str(place.state / "proxy.pid")
    c.JupyterHub.db_url = f"sqlite:///{place.state / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(place.state / "cookie_secret")
    c.JupyterHub.template_paths = [str(HERE / "templates")]
    # A class's servers, and the GPUs they have been lent, outlive a restart of the hub.
    c.JupyterHub.cleanup_servers = hub.accounts == "demo"


def _spawn(c: Any, place: Place, hub: Hub) -> None:
    spawner = DemoProfileSpawner if hub.accounts == "demo" else LocalProfileSpawner
    c.JupyterHub.spawner_class = spawner
    mine = c[spawner.__name__]
    mine.folder, mine.state_folder = str(place.folder), str(place.state)
    mine.cmd = [beside("jupyterhub-singleuser")]
    mine.default_url = "/lab"
    mine.environment = {
        "JUPYTER_CONFIG_PATH": str(write_config(place.state / "servers" / "student", "student")),
        "COURSE_EXCHANGE_URL": exchange_url(hub),
        "PYTHONPATH": str(place.root),
        "PATH": _path(),
    }
    if hub.accounts == "demo":
        mine.home_dir_template = str(place.state / "homes" / "{username}")
        if os.geteuid() == 0:
            mine.args = ["--allow-root"]


def _serve(c: Any, place: Place, hub: Hub, courses: Courses) -> None:
    c.JupyterHub.services = [
        _exchange(place, hub, courses),
        {
            "name": "idle-culler",
            "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={hub.idle_minutes * 60}"],
        },
        *(_grading(place, hub, course, number) for number, course in enumerate(courses.course)),
        *(_instant(place, hub, course) for course in courses.course if course.feedback.instant),
    ]
    c.JupyterHub.load_roles = [
        *shared_roles(),
        {
            "name": "idle-culler",
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": ["idle-culler"],
        },
        *(_grader_role(course) for course in courses.course),
        *(_course_role(course) for course in courses.course),
        *(
            {"name": INSTANT_SERVICE + course.id, "scopes": [REACH], "services": [INSTANT_SERVICE + course.id]}
            for course in courses.course
            if course.feedback.instant
        ),
    ]


def exchange_url(hub: Hub) -> str:
    """Return the exchange's address on this machine, past the proxy."""
    return f"http://127.0.0.1:{hub.port + 3}/services/{EXCHANGE}"


def service_name(course: Course) -> str:
    """Return the name of the service that is a course's server."""
    return COURSE_SERVICE + course.id


def _exchange(place: Place, hub: Hub, courses: Courses) -> dict[str, Any]:
    tries = {course.id: course.feedback.tries_per_hour for course in courses.course if course.feedback.instant}
    return {
        "name": EXCHANGE,
        "url": f"http://127.0.0.1:{hub.port + 3}",
        "command": [sys.executable, "-m", "hub_config.exchange"],
        "oauth_no_confirm": True,
        "environment": {
            "PYTHONPATH": str(place.root),
            "COURSE_EXCHANGE_DB": hub.exchange_db or f"sqlite:///{place.state / 'exchange.db'}",
            "COURSE_EXCHANGE_STORAGE": hub.exchange_storage or str(place.state / "exchange"),
            "COURSE_EXCHANGE_TRIES": json.dumps(tries),
        },
    }


def _grading(place: Place, hub: Hub, course: Course, number: int) -> dict[str, Any]:
    """A course's server: JupyterLab with formgrader on the course's folder, shared by its graders."""
    root = place.folder_of(course)
    config = write_config(place.state / "servers" / course.id, "grader", root=root, course=course.id)
    return {
        "name": service_name(course),
        "display": True,
        "url": f"http://127.0.0.1:{hub.port + FIRST_COURSE_PORT + number}",
        "command": [beside("jupyterhub-singleuser"), *(["--allow-root"] if os.geteuid() == 0 else [])],
        "cwd": str(root),
        "oauth_no_confirm": True,
        "environment": {
            "JUPYTER_CONFIG_PATH": str(config),
            "JUPYTERHUB_DEFAULT_URL": "/lab",
            "JUPYTERHUB_USER": service_name(course),
            **_grader_environ(place, hub, course),
        },
    }


def _instant(place: Place, hub: Hub, course: Course) -> dict[str, Any]:
    """The service that grades what is handed in at once."""
    return {
        "name": INSTANT_SERVICE + course.id,
        "command": [sys.executable, "-m", "hub_config.instant"],
        "cwd": str(place.folder_of(course)),
        "environment": _grader_environ(place, hub, course),
    }


def _grader_environ(place: Place, hub: Hub, course: Course) -> dict[str, str]:
    """What every command that collects or grades a course finds in its environment."""
    root = place.folder_of(course)
    here = {name: os.environ[name] for name in _OF_THE_MACHINE if os.environ.get(name)}
    if os.environ.get("COURSE_BUILD") and root == place.root.resolve():
        here["COURSE_BUILD"] = os.environ["COURSE_BUILD"]
    return {
        **here,
        "COURSE_EXCHANGE_URL": exchange_url(hub),
        "COURSE_ROOT": str(root),
        **course.environ,
        "PYTHONPATH": os.pathsep.join([str(root), str(place.root)]),
        "PATH": _path(),
    }


def _path() -> str:
    """Where commands are: those of our own environment first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


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
