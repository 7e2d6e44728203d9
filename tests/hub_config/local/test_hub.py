"""A whole hub on this machine, as its people use it: real JupyterHub, proxy, spawner, exchange and formgrader."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from autograder.engine.isolation import cgroup
from course.errors import ExchangeRefusal
from course.exchange.client import ExchangeClient
from course.exchange.verdict import await_verdict
from course.project import Project
from hub_config.local import start
from hub_config.local.assembly import Place
from tests.support.checkout import ROOT
from tests.support.exchange_server import folder_of
from tests.support.minichapter import make_project

DEVICE = """
[[device]]
id = "0"
"""
# A second course of this hub: alan teaches it, and ben is in both.
ANOTHER = """
[[course]]
id = "art"
title = "Art"
folder = "{folder}"
graders = ["alan"]
students = ["ben"]
"""


@dataclass
class Person:
    """Somebody in a browser without JavaScript."""

    url: str
    name: str
    session: requests.Session

    @classmethod
    def logged_in(cls, url: str, name: str, code: str) -> Person:
        me = cls(url, name, requests.Session())
        me.session.get(f"{url}/hub/login", timeout=60)
        reply = me.post("/hub/login", username=name, password=code)
        assert reply.status_code == 200, reply.text
        return me

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(self.url + path, timeout=120, **options)

    def post(self, path: str, **fields: str) -> requests.Response:
        xsrf = {"_xsrf": self.session.cookies.get("_xsrf", path="/hub/") or ""}
        return self.session.post(self.url + path, data={**xsrf, **fields}, timeout=120)

    def start(self, profile: str) -> str:
        """Start a server; return the page that is shown in the end."""
        self.get("/hub/spawn")
        reply = self.post(f"/hub/spawn/{self.name}", profile=profile)
        page = reply.text
        if reply.status_code == 400:  # the form again, with what is wrong
            return page
        until = time.monotonic() + 180
        while time.monotonic() < until:
            page = self.get(f"/hub/spawn-pending/{self.name}").text
            shown = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)  # which speaks of failing in any case
            if "failed" in shown.lower() or f"/user/{self.name}/" in self.get(f"/hub/spawn-pending/{self.name}").url:
                return page
            time.sleep(0.5)
        raise AssertionError(page)

    def token(self) -> str:
        """Make a token on the hub's token page."""
        xsrf = self.session.cookies.get("_xsrf", path="/hub/")
        reply = self.session.post(
            f"{self.url}/hub/api/users/{self.name}/tokens?_xsrf={xsrf}", json={"note": "laptop"}, timeout=60,
            headers={"Referer": f"{self.url}/hub/token"},
        )  # fmt: skip
        return str(reply.json()["token"])

    def stop(self) -> None:
        """Stop the server."""
        xsrf = self.session.cookies.get("_xsrf", path="/hub/") or ""
        address = f"{self.url}/hub/api/users/{self.name}/server?_xsrf={xsrf}"
        assert self.session.delete(address, timeout=60).status_code in (202, 204)
        until = time.monotonic() + 60
        while self.get(f"/hub/api/users/{self.name}").json()["servers"]:
            assert time.monotonic() < until
            time.sleep(0.2)


def can_limit() -> bool:
    try:
        group = cgroup.make("hub-test", cpu=True)
        group.limit_cpu(1)
    except (OSError, KeyError):
        return False
    group.remove()
    return True


def cgroup_of(pid: int) -> Path:
    """The folder of a process's memory limit."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            return cgroup.ROOT / controllers / path.lstrip("/")
    raise AssertionError(pid)


def memory_limit(group: Path) -> int:
    """In bytes."""
    (file,) = (group / name for name in ("memory.max", "memory.limit_in_bytes") if (group / name).exists())
    return int(file.read_text())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = ROOT
    return Project(root, tmp_path_factory.mktemp("hub") / "build").activate()


@pytest.fixture(scope="module")
def place(project: Project) -> Place:
    place = start.demo_place(project, start.free_ports(8, 21_000))
    hub = place.folder / "hub.toml"
    hub.write_text(hub.read_text() + DEVICE)
    courses_file = place.folder / "courses.toml"
    courses_file.write_text(courses_file.read_text() + ANOTHER.format(folder=make_project(project.build / "art").root))
    _, courses = place.load()
    start.release_to(place, courses.course[0], "ch03", folder_of(project.build / "ch03", {"ch03.ipynb": "task"}))
    return place


@pytest.fixture(scope="module")
def running(place: Place) -> Iterator[start.Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_BUILD", str(place.folder.parent))  # the course's, too
        with start.running(place, log=place.state / "hub.log") as running:
            yield running


@pytest.fixture(scope="module")
def ada(running: start.Running) -> Person:
    return Person.logged_in(running.url, "ada", running.invitations["ada"])


@pytest.fixture(scope="module")
def ben(running: start.Running) -> Person:
    return Person.logged_in(running.url, "ben", running.invitations["ben"])


@pytest.fixture(scope="module")
def grace(running: start.Running) -> Person:
    return Person.logged_in(running.url, "grace", running.invitations["grace"])


def test_a_wrong_code_lets_nobody_in(running: start.Running) -> None:
    me = Person(running.url, "ada", requests.Session())
    me.get("/hub/login")
    reply = me.post("/hub/login", username="ada", password=running.invitations["ben"])
    assert reply.status_code == 403
    assert me.get("/hub/home").url.startswith(f"{running.url}/hub/login")


def test_who_logs_in_lands_on_the_start_page(ada: Person, grace: Person) -> None:
    reply = ada.get("/")
    assert reply.url == f"{ada.url}/services/exchange/start"
    assert "GPU hours of this week: 0.0 of 10." in reply.text
    assert "formgrader" not in reply.text
    assert "/services/course-ml/formgrader" in grace.get("/").text or "user-redirect/formgrader" in grace.get("/").text
    script = {"Sec-Fetch-Mode": "cors", "X-Requested-With": "start"}
    token = re.search(r'data-token="([^"]+)"', reply.text)
    assert token
    for more, status in (({}, 401), ({"X-XSRFToken": "guessed"}, 401), ({"X-XSRFToken": token[1]}, 200)):
        assert ada.get("/services/exchange/start", headers=script | more, allow_redirects=False).status_code == status


def test_nobody_asks_the_hub_for_anothers_gpu_hours(ada: Person) -> None:
    assert ada.get("/hub/api/course/gpu-hours/ben").status_code in (403, 404)


def test_the_page_offers_what_a_person_may_start(ada: Person, grace: Person) -> None:
    page = ada.get("/hub/spawn").text
    assert re.findall(r'name="profile" value="([a-z-]+)"', page) == ["cpu", "cpu-large", "gpu", "gpu-shared", "gpu-mig"]
    assert "1 of 1 free" in page
    assert "not on this machine" in page
    assert 'value="grading"' in grace.get("/hub/spawn").text


def test_a_profile_that_is_not_yours_is_refused(ada: Person) -> None:
    assert "no profile &#39;grading&#39; for you" in ada.start("grading").replace("&#x27;", "&#39;")


@pytest.mark.skipif(not can_limit(), reason="this machine lets us make no control groups")
def test_a_server_has_the_limits_of_its_profile(running: start.Running, ada: Person) -> None:
    ada.start("cpu")
    ours = psutil.Process(running.process.pid).children(recursive=True)  # there may be other hubs on this machine
    found = [one.as_dict(["pid", "cmdline"]) for one in ours]  # a process that has ended has no cmdline
    servers = [one["pid"] for one in found if "jupyterhub-singleuser" in " ".join(one["cmdline"] or ())]
    groups = [cgroup_of(pid) for pid in servers]
    limits = [group for group in groups if "hub-" in group.name]
    assert [memory_limit(group) for group in limits] == [4 * 2**30]
    ada.stop()
    assert not limits[0].exists()


def test_a_gpu_is_lent_to_one_and_the_other_waits_in_line(ada: Person, ben: Person, grace: Person) -> None:
    ada.start("gpu")
    ben.get("/hub/spawn")
    ben.post("/hub/spawn/ben", profile="gpu")
    assert "0 of 1 free, 1 waits, the next is back at " in grace.get("/hub/spawn").text
    page = ben.get("/hub/spawn-pending/ben").text
    assert "GPU: you are first in line. The next is back at " in page and "EventSource" not in page
    ada.stop()
    assert '"ready": true' in ben.get("/hub/api/users/ben/server/progress").text  # which ends with the start
    ada.get("/hub/spawn")
    ada.post("/hub/spawn/ada", profile="gpu")
    assert "1 waits" in grace.get("/hub/spawn").text
    ada.stop()  # gives up
    page = grace.get("/hub/spawn").text
    assert "0 of 1 free, the next is back at " in page and "waits" not in page
    ben.stop()
    assert "1 of 1 free" in ben.get("/hub/spawn").text
    ada.start("cpu")
    ada.stop()


def test_nothing_listens_beyond_this_machine(running: start.Running, ada: Person) -> None:
    ada.start("cpu")
    assert '"ready": true' in ada.get("/hub/api/users/ada/server/progress").text  # which ends with the start
    hub = psutil.Process(running.process.pid)
    sockets = [one for process in (hub, *hub.children(recursive=True)) for one in process.net_connections()]
    ada.stop()
    listening = {one.laddr for one in sockets if one.status == psutil.CONN_LISTEN}
    assert len(listening) >= 6  # proxy, its API, hub, exchange, the course's server, ada's
    assert {place.ip for place in listening} <= {"127.0.0.1", "::1"}


def test_the_hubs_token_page_is_enough_for_a_laptop(running: start.Running, ada: Person, tmp_path: Path) -> None:
    client = ExchangeClient(running.url, ada.token())
    assert client.whoami() == ("ada", {"ml": "student"})
    (release,) = client.releases("ml")
    home = client.fetch(release, tmp_path / "ch03")
    receipt = client.submit("ml", "ch03", home)
    assert (receipt.student, receipt.tries_left) == ("ada", 5)
    verdict = await_verdict(client, receipt, 60)  # by the course's service
    assert verdict is not None
    assert not verdict.complete  # since nothing is released in its checkout
    assert "Your hand-in is safe" in verdict.sentences[0]


def test_a_code_is_made_a_password(running: start.Running, ben: Person) -> None:
    code, own = running.invitations["ben"], "correct horse battery"
    ben.get("/hub/password")
    assert "is not right" in ben.post("/hub/password", old="guess", new=own).text
    assert "is changed" in ben.post("/hub/password", old=code, new=own).text
    assert Person.logged_in(running.url, "ben", own).get("/hub/home").status_code == 200
    again = Person(running.url, "ben", requests.Session())
    again.get("/hub/login")
    assert again.post("/hub/login", username="ben", password=code).status_code == 403


def test_formgrader_is_for_the_graders_of_its_course(running: start.Running, ben: Person, grace: Person) -> None:
    alan = Person.logged_in(running.url, "alan", running.invitations["alan"])
    for course, grader in {"ml": grace, "art": alan}.items():
        for person in (alan, ben, grace):
            status = 200 if person is grader else 403
            assert person.get(f"/services/course-{course}/formgrader").status_code == status


def test_who_is_in_two_courses_hands_in_for_each(running: start.Running, ben: Person, grace: Person) -> None:
    client = ExchangeClient(running.url, ben.token())
    assert client.whoami() == ("ben", {"art": "student", "ml": "student"})
    assert client.releases("art") == []
    with pytest.raises(ExchangeRefusal, match="not in a course 'art'"):
        ExchangeClient(running.url, grace.token()).releases("art")
