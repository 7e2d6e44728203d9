"""`hub.toml` and `courses.toml`: what is in ours, what is refused, and what becomes of them for JupyterHub."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from traitlets.config import Config

from course.errors import EngineError, SetupError
from course.exchange.policy import GradePolicy
from course.project import Project
from hub_config.local import start
from hub_config.local.assembly import HERE, Place, configure
from hub_config.settings.hub import load_courses, load_hub

ROOT = HERE.parent


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "it.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_hub_knows_its_address_where_somebody_has_said_it(tmp_path: Path) -> None:
    for text, address in (
        ('public_url = "https://hub.example.org"', "https://hub.example.org"),
        ('accounts = "demo"\nport = 8123', "http://127.0.0.1:8123"),
        ("port = 8123", ""),
    ):
        assert load_hub(written(tmp_path, text)).origin == address


def test_our_own_hub_listens_on_this_machine_only_and_demands_limits() -> None:
    hub = load_hub(HERE / "hub.toml")
    assert (hub.ip, hub.accounts, hub.limits) == ("127.0.0.1", "unix", "required")
    assert (hub.gpu_idle_minutes, hub.gpu_jobs) == (30, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("prot = 8000", "prot: there is no such key"),
        ("port = 70000", "port: Input should be less than or equal to 65535"),
        ('accounts = "demo"\nip = "0.0.0.0"', "a demo hub listens on 127.0.0.1 only"),
        ('tls_key = "key.pem"', "belong together"),
        ('limits = "maybe"', "limits: Input should be"),
        ('[[device]]\nid = "zero"', "device.1.id"),
        ("[gpu_jobs]\nminutes = 3", "[gpu_jobs] needs GPUs to lend: name some with [[device]]"),
        ("[gpu_jobs]\nminutes = 0", "gpu_jobs.minutes"),
        ('[gpu_jobs]\nresource = "gpu"', "gpu_jobs.resource"),
        ("gpu_idle_minutes = -1", "gpu_idle_minutes"),
        ("port = ", "is not TOML"),
    ],
)
def test_a_mistake_in_hub_toml_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SetupError) as error:
        load_hub(written(tmp_path, text))
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "course"),
        ('[[course]]\nid = "a b"\ntitle = "x"', "course.1.id"),
        ('[[course]]\nid = "a"\ntitle = "x"\nstudents = ["Ada Lovelace"]', "course.1.students.1"),
        ('[[course]]\nid = "a"\ntitle = "x"\nstudents = ["ada"]\ngraders = ["ada"]', "ada can't be student and grader"),
        ('[[course]]\nid = "a"\ntitle = "x"\n[[course]]\nid = "a"\ntitle = "y"', "two courses have one id"),
    ],
)
def test_a_mistake_in_courses_toml_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SetupError) as error:
        load_courses(written(tmp_path, text))
    assert why in str(error.value)
    with pytest.raises(SetupError, match="can't be read"):
        load_courses(tmp_path / "missing.toml")


COURSE = '[[course]]\nid = "ml"\ntitle = "ML"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[course.feedback]\ninstnat = true", "course.1.feedback.instnat: there is no such key"),
        ("[course.feedback]\ninstant = true\ntries_per_hour = 0", "course.1.feedback.tries_per_hour"),
        ('[course.grade]\ncounts = "first"', "course.1.grade.counts"),
        ('[course.grade]\nlate = "penalty"', "penalty_percent belong together"),
        ("[course.grade]\npenalty_percent = 10", "penalty_percent belong together"),
        ("[course.grade]\ngrace_minutes = 10", "grace_minutes means nothing"),
        ('[course.grade]\ncounts = "best"', "it needs feedback.instant = true"),
        (
            '[course.feedback]\ninstant = true\npoints = false\n[course.grade]\ncounts = "best"',
            "feedback.points = true",
        ),
    ],
)
def test_a_mistake_in_what_counts_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SetupError) as error:
        load_courses(written(tmp_path, COURSE + text))
    assert why in str(error.value)


def test_a_course_says_nothing_of_feedback_or_lateness_unless_it_wants_to(tmp_path: Path) -> None:
    (course,) = load_courses(written(tmp_path, COURSE)).course
    assert (course.feedback.instant, course.grade) == (False, GradePolicy())
    (ours,) = load_courses(HERE / "courses.toml").course
    assert (ours.feedback.instant, ours.grade) == (True, GradePolicy())


def test_feedback_at_once_is_a_service_that_may_do_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_KEY", "secret")
    monkeypatch.setenv("COURSE_BUILD", "elsewhere")
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    (place.folder / "courses.toml").write_text(
        COURSE + "[course.feedback]\ninstant = true\ntries_per_hour = 4\npoints = false\n"
        '[course.grade]\nlate = "zero"\n' + COURSE.replace("ml", "dl") + f'folder = "{tmp_path}"\n'
    )
    c = configure(Config(), place)
    services = {service["name"]: service for service in c.JupyterHub.services}
    assert set(services) == {"exchange", "idle-culler", "course-ml", "course-dl", "instant-ml"}
    assert services["exchange"]["environment"]["COURSE_EXCHANGE_TRIES"] == '{"ml": 4}'
    assert "COURSE_KEY" not in services["exchange"]["environment"]
    for name in ("course-ml", "instant-ml"):  # who collects, and who tells at once, go by one policy
        environ = services[name]["environment"]
        assert GradePolicy.model_validate_json(environ["COURSE_GRADE_POLICY"]).late == "zero"
        assert (environ["COURSE_ID"], environ["COURSE_KEY"], environ["COURSE_BUILD"]) == ("ml", "secret", "elsewhere")
    assert "url" not in services["instant-ml"]
    assert "COURSE_BUILD" not in services["course-dl"]["environment"]  # another checkout has its own
    roles = {role["name"]: role for role in c.JupyterHub.load_roles}
    assert roles["instant-ml"]["scopes"] == ["access:services!service=exchange"]


def test_a_course_that_says_when_is_graded_at_night(tmp_path: Path) -> None:
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    (place.folder / "courses.toml").write_text(
        COURSE + 'full_size_at = "02:30"\n' + COURSE.replace("ml", "dl") + f'folder = "{tmp_path}"\n'
    )
    services = {service["name"]: service for service in configure(Config(), place).JupyterHub.services}
    assert [name for name in services if name.startswith("nightly-")] == ["nightly-ml"]
    assert services["nightly-ml"]["command"][1:] == ["-m", "hub_config.nightly"]
    assert services["nightly-ml"]["environment"]["COURSE_FULL_SIZE_AT"] == "02:30"


def test_gpu_jobs_are_a_service_that_people_and_their_servers_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_KEY", "secret")
    monkeypatch.setenv("COURSE_DB_URL", "postgresql://secret")
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    plain = configure(Config(), place)
    assert "gpu" not in {service["name"] for service in plain.JupyterHub.services}
    assert "COURSE_GPU_URL" not in plain.DemoProfileSpawner.environment
    with (place.folder / "hub.toml").open("a") as file:
        file.write('gpu_wait_minutes = 7\n[gpu_jobs]\nminutes = 3\n[[device]]\nid = "0"\n')
    c = configure(Config(), place)
    service = next(one for one in c.JupyterHub.services if one["name"] == "gpu")
    environ = service["environment"]
    assert json.loads(environ["COURSE_JOBS_TERMS"])["minutes"] == 3
    assert environ["COURSE_JOBS_WAIT_MINUTES"] == "7" and not {"COURSE_KEY", "COURSE_DB_URL"} & environ.keys()
    assert c.DemoProfileSpawner.environment["COURSE_GPU_URL"] == f"{service['url']}/services/gpu"
    assert service["url"] not in {one.get("url") for one in plain.JupyterHub.services}
    roles = {role["name"]: role["scopes"] for role in c.JupyterHub.load_roles}
    assert all("access:services!service=gpu" in roles[name] for name in ("user", "server"))
    assert roles["gpu"] == ["read:users:name", "read:users:groups"]


def test_several_courses_and_graders_get_groups_services_and_roles(tmp_path: Path) -> None:
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    (place.folder / "courses.toml").write_text(
        '[[course]]\nid = "ml"\ntitle = "ML"\ngraders = ["grace", "alan"]\nstudents = ["ada"]\n'
        '[[course]]\nid = "dl"\ntitle = "DL"\ngraders = ["grace"]\nfolder = "../dl"\nstudents = ["alan"]\n'
    )
    c = configure(Config(), place)
    assert c.JupyterHub.load_groups["formgrade-ml"] == {"users": ["grace", "alan"]}
    assert c.JupyterHub.load_groups["nbgrader-dl"] == {"users": ["alan"]}
    services = {service["name"]: service for service in c.JupyterHub.services}
    assert {"exchange", "idle-culler", "course-ml", "course-dl"} == set(services)
    assert len({service.get("url") for service in services.values()}) == 4
    roles = {role["name"]: role for role in c.JupyterHub.load_roles}
    assert roles["grader-dl"]["groups"] == ["formgrade-dl"]
    assert roles["grader-dl"]["scopes"] == ["access:services!service=course-dl"]
    assert not any("admin" in scope for role in roles.values() for scope in role["scopes"])


def test_two_courses_of_one_machine_need_a_folder_each(tmp_path: Path) -> None:
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    courses = "".join(f'[[course]]\nid = "{name}"\ntitle = "x"\nfolder = "{name}/.."\n' for name in ("a", "b"))
    (place.folder / "courses.toml").write_text(courses)
    with pytest.raises(SetupError, match="two courses have one folder"):
        place.load()


def test_the_grading_side_is_in_no_students_server(tmp_path: Path) -> None:
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    configure(Config(), place)
    student = "".join(path.read_text() for path in (place.state / "servers" / "student").rglob("*") if path.is_file())
    assert '"nbgrader.server_extensions.formgrader": false' in student
    assert '"@jupyter/nbgrader:formgrader": true' in student  # disabled
    assert "autograder" not in student


def test_unix_accounts_need_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="has to run as root"):
        configure(Config(), Place(HERE, tmp_path, ROOT))


def test_a_port_that_is_taken_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = start.demo_place(Project(ROOT, tmp_path), port=taken.getsockname()[1])
        with pytest.raises(SetupError, match="is taken"), start.running(place, log=tmp_path / "log"):
            pass


def test_a_hub_that_ends_at_once_says_why(tmp_path: Path) -> None:
    place = start.demo_place(Project(ROOT, tmp_path), port=start.free_ports(8, 23_000))
    (place.state / "jupyterhub.sqlite").write_text("this is no database")
    with pytest.raises(EngineError, match="Its last words"), start.running(place, log=tmp_path / "log"):
        pass


STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for names in ({"JUPYTERHUB_SERVICE_NAME": "exchange"}, {"JUPYTERHUB_SERVER_NAME": ""}, {}):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True, env={**os.environ, **names})
    print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("spare_people", [True, False])
def test_a_hub_that_does_not_end_leaves_nothing_but_peoples_servers(spare_people: bool) -> None:
    hub = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True)
    assert hub.stdout is not None
    with hub.stdout:
        children = [psutil.Process(int(hub.stdout.readline())) for _ in range(3)]
    start._end(hub, spare_people=spare_people, seconds=0.2)
    _, alive = psutil.wait_procs(children[::2] if spare_people else children, timeout=10)
    assert alive == []
    assert children[1].is_running() == spare_people
    if spare_people:
        children[1].kill()
