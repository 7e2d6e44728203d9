"""A lab hub, looked at from outside: what its students can read, what they can do, and who its services are.

A real hub with ``accounts = "unix"``, run by root on accounts that are made for it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from course.errors import SetupError
from hub_config.local import fitness
from hub_config.local.lease_file import lease_file
from hub_config.local.leases import Leases
from tests.hub_config.local.test_hub import Person
from tests.support import unix_hub
from tests.support.gpu_jobs import notebook
from tests.support.minichapter import NAME
from tests.support.unix_hub import COURSE, JOBS, SERVICES, STUDENTS, TEACHER, UnixHub, run_as

pytestmark = pytest.mark.skipif(bool(unix_hub.why_not()), reason=unix_hub.why_not() or "it can be tried here")
ADA, BEN = STUDENTS
DOUBLE = "def double(values):\n    return 2 * np.asarray(values)"
# Prints what can be opened, of paths that come by stdin: a folder's list, or a file's bytes.
LOOK = """
import os, sys
for path in sys.stdin.read().split("\\0"):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()
    except OSError:
        continue
    print(path)
"""


@pytest.fixture(scope="module")
def hub() -> Iterator[UnixHub]:
    with unix_hub.unix_hub() as hub:
        yield hub


def server_of(hub: UnixHub, account: str, words: str) -> psutil.Process:
    """The process of the hub's that `account` runs and that has `words` in its command."""
    ours = psutil.Process(hub.running.process.pid).children(recursive=True)
    (found,) = (one for one in ours if one.username() == account and words in " ".join(one.cmdline()))
    return found


def in_server(process: psutil.Process, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command as a terminal of this server would."""
    environ = process.environ()
    return run_as(process.username(), ["env", *(["-C", str(cwd)] if cwd else []), *command], **environ)


def said(done: subprocess.CompletedProcess[str], status: int = 0) -> str:
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def ada(hub: UnixHub) -> psutil.Process:
    """Ada's server."""
    me = Person.logged_in(hub.running.url, ADA, hub.running.invitations[ADA])
    me.start("cpu")
    assert me.get(f"/user/{ADA}/lab").status_code == 200
    return server_of(hub, ADA, "singleuser")


@pytest.fixture(scope="module")
def course(hub: UnixHub) -> psutil.Process:
    """The course's server, where its graders work."""
    return server_of(hub, COURSE, "jupyterhub.singleuser")


def test_no_service_is_root(hub: UnixHub, course: psutil.Process) -> None:
    assert course.cwd() == str(hub.checkout.root)
    assert server_of(hub, SERVICES, "hub_config.exchange").environ()["PYTHONPATH"] == str(hub.checkout.root)
    assert server_of(hub, COURSE, "hub_config.instant").is_running()
    ours = psutil.Process(hub.running.process.pid).children(recursive=True)
    assert len(ours) >= 5  # proxy, exchange, culler, the course's two
    assert not [one.cmdline() for one in ours if 0 in one.uids()]  # the hub alone is


def test_a_gpu_job_runs_as_an_account_of_its_own_and_shut_in(hub: UnixHub, ada: psutil.Process) -> None:
    """From a student's server, by the command that is in their environment."""
    root, leases, job = hub.checkout.root, lease_file(hub.place.state), Path(f"/home/{ADA}/job.ipynb")
    kept = [root / "solutions", root / "autograder" / "checks", hub.checkout.project.build, leases, job]
    cell = f"import sys, io; sys.stdin = io.StringIO({chr(0).join(map(str, kept))!r})\n{LOOK}"
    source = "import os; print(os.environ['CUDA_VISIBLE_DEVICES'], 'JUPYTERHUB_API_TOKEN' in os.environ)"
    job.write_text(notebook(source, cell))
    job.chmod(0o644)
    assert all(one.exists() for one in kept)
    text = said(in_server(ada, "course", "run", "--gpu", "job.ipynb"))
    assert "job-gpu.ipynb" in text
    first, second = json.loads(Path(f"/home/{ADA}/job-gpu.ipynb").read_text())["cells"]
    assert first["outputs"][0]["text"] == ["GPU-a1 False\n"]
    assert second["outputs"] == []  # none of these can be opened
    service = server_of(hub, JOBS, "hub_config.gpu_jobs")
    assert (service.username(), 0 in service.uids()) == (JOBS, False)
    assert (leases.owner(), leases.parent.stat().st_mode & 0o777) == (JOBS, 0o700)
    assert [one.person for one in Leases(leases, None).week()] == [ADA]


def test_a_graders_terminal_is_the_courses_account(hub: UnixHub, course: psutil.Process) -> None:
    token = Person.logged_in(hub.running.url, TEACHER, hub.running.invitations[TEACHER]).token()
    reply = requests.post(
        f"{hub.running.url}/services/course-ml/api/terminals", headers={"Authorization": f"token {token}"}, timeout=60
    )
    assert reply.status_code == 200, reply.text
    (shell,) = course.children()
    assert (shell.username(), 0 in shell.uids()) == (COURSE, False)
    assert shell.name() != "nologin"


def test_the_tools_of_a_class_work_from_release_to_feedback(
    hub: UnixHub, ada: psutil.Process, course: psutil.Process
) -> None:
    root = hub.checkout.root
    isolation = json.loads(said(in_server(course, "course", "doctor", "--json", cwd=root)))
    assert (isolation["tier"], isolation["grades"]) in (("T2", True), ("T3", True))
    for command in (["course", "release", NAME], ["nbgrader", "release_assignment", NAME]):
        said(in_server(course, *command, cwd=root))

    assert NAME in said(in_server(ada, "nbgrader", "list"))
    said(in_server(ada, "course", "fetch", NAME))
    notebook = Path(f"/home/{ADA}/{NAME}/{NAME}.ipynb")
    content = json.loads(notebook.read_text())
    (cell,) = (cell for cell in content["cells"] if "def double(" in "".join(cell["source"]))
    cell["source"] = DOUBLE
    notebook.write_text(json.dumps(content))
    assert "Traceback" not in said(in_server(ada, "nbgrader", "validate", f"{NAME}/{NAME}.ipynb"))
    submitted = said(in_server(ada, "course", "submit", NAME, "--wait", "150"))
    assert "Together: 2 of 10 points." in submitted

    for command in ("collect", "grade", "feedback"):
        said(in_server(course, "course", command, NAME, cwd=root))
    said(in_server(course, "nbgrader", "release_feedback", NAME, cwd=root))
    said(in_server(ada, "course", "fetch", NAME, "--feedback"))
    (page,) = Path(f"/home/{ADA}/{NAME}/feedback").rglob("*.html")
    assert "checks passed" in page.read_text()

    build = hub.checkout.project.build
    assert {path.owner() for path in (build, *build.rglob("*"))} == {COURSE}
    assert [path for path in (build, *build.rglob("*")) if path.lstat().st_mode & 0o077 and not path.is_symlink()] == []


def test_a_student_reads_nothing_of_the_checkout_or_of_the_hubs(hub: UnixHub, ada: psutil.Process) -> None:
    """After the walk above, when there is something to be read: the gradebook, hand-ins, transcripts."""
    state = hub.place.state
    for_all = (hub.people.folder.parent, state / "servers")
    paths = [hub.checkout.root, *hub.checkout.root.rglob("*")]
    paths += [one for one in state.rglob("*") if not any(one.is_relative_to(open_) for open_ in for_all)]
    assert {"gradebook.db", "course.key", "exchange.db", "hub.log"} <= {path.name for path in paths}
    for name in STUDENTS:
        done = subprocess.run(
            [hub.people.python, "-c", LOOK], input="\0".join(map(str, paths)), capture_output=True, text=True,
            user=name, group=name, extra_groups=[], cwd="/", env={},
        )  # fmt: skip
        assert (done.stdout, done.stderr) == ("", "")


def test_a_students_server_knows_of_no_checkout(hub: UnixHub, ada: psutil.Process) -> None:
    assert str(hub.checkout.root) not in json.dumps(ada.environ())
    assert "PYTHONPATH" not in ada.environ()
    assert "Umask:\t0077" in Path(f"/proc/{ada.pid}/status").read_text()  # classmates do not read their work either
    where = said(in_server(ada, "python", "-c", "import course, sys; print(course.__file__, sys.path)"))
    assert str(hub.people.folder) in where
    assert str(hub.checkout.root) not in where
    for name in (
        "autograder",
        "solutions",
        "hub_config",
        "course.authoring.build",
        "course.authoring.release",
        "course.authoring.inline",
    ):
        assert "ModuleNotFoundError" in said(in_server(ada, "python", "-c", f"import {name}"), status=1)
    assert "is not a checkout of the course" in said(in_server(ada, "course", "build", NAME), status=1)


def test_a_students_server_has_the_data_sets_that_the_checks_use(hub: UnixHub, ada: psutil.Process) -> None:
    mirror = hub.mirror
    assert ada.environ()["COURSE_DATA_MIRROR"] == str(mirror)
    assert "here" in said(in_server(ada, "cat", str(mirror / "a-data-set" / "rows.csv")))
    said(
        in_server(
            ada, "env", "COURSE_DATA_OFFLINE=1", "python", "-c", "from course.datasets import load; load('lifesat')"
        )
    )
    assert server_of(hub, COURSE, "hub_config.instant").environ()["COURSE_DATA_MIRROR"] == str(mirror)


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        (lambda hub: hub.checkout.root.chmod(0o755), "chmod o-rwx {root}"),
        (lambda hub: hub.checkout.root.chmod(0o751), "chmod o-rwx {root}"),
        (lambda hub: hub.checkout.project.build.chmod(0o755), "chmod -R go-rwx {build}"),
        (lambda hub: hub.checkout.project.build.chmod(0o701), "chmod -R go-rwx {build}"),
        (lambda hub: os.chown(hub.checkout.project.build, 0, 0), f"chown -R {COURSE}: {{build}}"),
        (lambda hub: os.chown(hub.checkout.root / "hub_config", 12345, -1), f"chown -R root:{SERVICES} {{root}}"),
        (lambda hub: os.chown(f"/home/{COURSE}", 0, 0), f"install -d -o {COURSE} -m 700 /home/{COURSE}"),
        (lambda hub: hub.place.state.chmod(0o777), "course hub --state"),
        (lambda hub: hub.mirror.chmod(0o700), "chmod -R o+rX"),
    ],
    ids=["checkout", "checkout-passed", "build", "build-passed", "build-of-root", "group", "home", "state", "mirror"],
)
def test_a_machine_that_is_open_is_refused_with_what_mends_it(hub: UnixHub, spoil: object, mend: str) -> None:
    assert callable(spoil)
    root, build, state = hub.checkout.root, hub.checkout.project.build, hub.place.state
    fitness.check(hub.looked_at())
    before = [
        (path, path.stat()) for path in (root, root / "hub_config", build, state, hub.mirror, Path(f"/home/{COURSE}"))
    ]
    try:
        spoil(hub)
        with pytest.raises(SetupError) as error:
            fitness.check(hub.looked_at())
    finally:
        for path, entry in before:
            os.chown(path, entry.st_uid, entry.st_gid)
            path.chmod(entry.st_mode & 0o7777)
    assert mend.format(root=root, build=build) in str(error.value)
    fitness.check(hub.looked_at())


def test_a_student_of_the_services_group_is_noticed(hub: UnixHub) -> None:
    subprocess.run(["usermod", "-aG", SERVICES, BEN], check=True)
    try:
        with pytest.raises(SetupError, match=f"The student {BEN}, of the group .*{SERVICES}, can read"):
            fitness.check(hub.looked_at())
    finally:
        subprocess.run(["gpasswd", "--delete", BEN, SERVICES], check=True, capture_output=True)
