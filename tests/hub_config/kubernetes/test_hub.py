"""A real JupyterHub with our values, our spawner and our exchange, as the chart would put them together, in front of
an API server of ours: what a person sees."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from nbgrader.api import Gradebook

from course.exchange.client import ExchangeClient
from course.nbgrader_plugins.gradebook import alembic_in_process
from hub_config.kubernetes.services import make_services
from hub_config.kubernetes.values import make_values
from hub_config.local import start
from hub_config.login.invites import Invitations
from tests.hub_config.local.test_hub import Person
from tests.support.exchange_server import folder_of
from tests.support.kubernetes_api import FakeCluster, Row, gpus, runs, waiting
from tests.support.pods import HERE, chart_config, scheduled

CONFIG = """
import json
from traitlets.config import Config

given = json.load(open("given.json"))
c = get_config()
c.merge(Config(given["config"]))
c.JupyterHub.update(given["hub"])
"""


CHAPTER = "ch03_classification"
SETTINGS = scheduled(due="2199-01-08 08:00", late_until="2199-01-10 08:00")
TOKENS = {name: name.ljust(32, "-") for name in ("exchange", "schedule-ml", "instant-ml")}


def kubelet(pod: Row) -> Row:
    """No image for who wants a GPU; everything else runs here."""
    return waiting("ImagePullBackOff", "no such image") if gpus(pod) else {**runs(pod), "podIP": "127.0.0.1"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[FakeCluster]:
    """An API server with a loop of its own."""
    found, loop, ready, stop = FakeCluster(kubelet), asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with found.serving():
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(30)
    with closing(loop):
        yield found
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)


def config(cluster: FakeCluster, folder: Path, port: int) -> dict[str, Any]:
    """What the chart makes of our values, with addresses of this machine."""
    values = make_values(*SETTINGS)
    hub = values["hub"]
    options = {**hub["config"], **chart_config(values)}
    options["InviteAuthenticator"] = {"path": str(folder / "invitations.db"), "allowed_users": ["ada"]}
    options["KubeSpawner"]["port"] = int(cluster.url.rsplit(":", 1)[1])  # where our pods' servers answer
    options["PodProfileSpawner"] = {"image_seconds": 1, "look_seconds": 0.1}
    options["ConfigurableHTTPProxy"] = {
        "command": [str(Path(sys.executable).with_name("configurable-http-proxy"))],
        "api_url": f"http://127.0.0.1:{port + 1}",
        "pid_file": str(folder / "proxy.pid"),
    }
    url = f"http://127.0.0.1:{port + 3}"
    services = [
        {"name": name, **service, "api_token": TOKENS[name], **({"url": url} if "url" in service else {})}
        for name, service in hub["services"].items()
    ]
    mine = {
        "bind_url": f"http://127.0.0.1:{port}",
        "hub_ip": "127.0.0.1",
        "hub_port": port + 2,
        "template_paths": [str(HERE / "templates")],
        "load_roles": list(hub["loadRoles"].values()),
        "services": services,
    }
    return {"config": options, "hub": mine}


def exchange_environ(folder: Path, port: int) -> dict[str, str]:
    """Of the exchange's container, with addresses of this machine."""
    (container,) = make_values(*SETTINGS)["hub"]["extraContainers"]
    named = {one["name"]: one.get("value", TOKENS["exchange"]) for one in container["env"]}
    here = {name: value.replace("/srv/jupyterhub", str(folder)) for name, value in named.items()}
    here["JUPYTERHUB_API_URL"] = here["JUPYTERHUB_API_URL"].replace(":8081", f":{port + 2}")
    here["JUPYTERHUB_SERVICE_URL"] = f"http://127.0.0.1:{port + 3}"
    del here["PYTHONPATH"]  # ours is elsewhere
    return here


@pytest.fixture(scope="module")
def ada(cluster: FakeCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """A student who has logged in to the hub."""
    folder = tmp_path_factory.mktemp("hub")
    port = start.free_ports(8, 31_000)
    (folder / "given.json").write_text(json.dumps(config(cluster, folder, port)))
    (folder / "jupyterhub_config.py").write_text(CONFIG)
    access = {
        "clusters": [{"name": "x", "cluster": {"server": cluster.url}}],
        "users": [{"name": "x", "user": {}}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "current-context": "x",
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", **access}))
    code = Invitations(folder / "invitations.db").invite(["ada"])["ada"]
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    common = {**os.environ, "PYTHONPATH": path, "KUBECONFIG": str(folder / "kubeconfig")}
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("wb"))
        for module, environ in (
            ("hub_config.exchange", {**common, **exchange_environ(folder, port)}),
            ("jupyterhub", common),
        ):
            process = subprocess.Popen([sys.executable, "-m", module], env=environ, cwd=folder, stdout=log, stderr=log)
            stack.callback(lambda one=process: (one.send_signal(signal.SIGTERM), one.wait(30)))
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/services/exchange/health", folder / "log")
        yield Person.logged_in(url, "ada", code)


def _wait(address: str, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if requests.get(address, timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-3000:])


def started(person: Person, profile: str) -> dict[str, Any]:
    """Start a server; return the last event of its progress, which the hub's page shows."""
    person.get("/hub/spawn")
    person.post(f"/hub/spawn/{person.name}", profile=profile)
    lines = person.get(f"/hub/api/users/{person.name}/server/progress").text.splitlines()
    return dict(json.loads([line for line in lines if line.startswith("data:")][-1].removeprefix("data:")))


def test_a_start_that_fails_is_told_in_words_and_the_next_one_asks_for_no_gpu(
    ada: Person, cluster: FakeCluster
) -> None:
    page = ada.get("/hub/spawn").text
    assert "GPU, slice" in page
    assert "Grading" not in page
    failed = started(ada, "gpu")
    assert failed["failed"]
    assert failed["message"].startswith("Spawn failed: GPU: the image of your server can't be fetched.")
    assert "GPU: the image of your server can&#39;t be fetched" in ada.get("/hub/spawn-pending/ada").text
    assert started(ada, "cpu")["ready"]
    assert [gpus(pod) for pod in cluster.created] == [{"nvidia.com/gpu": "1"}, {}]
    ada.stop()
    assert cluster.pods == {}


def test_the_exchange_beside_the_hub_knows_a_student_by_their_token(ada: Person) -> None:
    xsrf = ada.session.cookies.get("_xsrf", path="/hub/")
    reply = ada.session.post(
        f"{ada.url}/hub/api/users/ada/tokens?_xsrf={xsrf}", json={"note": "laptop"}, timeout=60,
        headers={"Referer": f"{ada.url}/hub/token"},
    )  # fmt: skip
    assert ExchangeClient(ada.url, reply.json()["token"]).whoami() == ("ada", {"ml": "student"})


def schedule_process(url: str, build: Path) -> subprocess.Popen[bytes]:
    """What runs in the pod of the course's schedule, with addresses of this machine."""
    deployment = make_services(*SETTINGS)[0]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    named = {one["name"]: one.get("value", TOKENS["schedule-ml"]) for one in container["env"]}
    here = {
        "COURSE_EXCHANGE_URL": f"{url}/services/exchange",
        "COURSE_ROOT": str(HERE.parent),
        "COURSE_BUILD": str(build),
    }
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    environ = {**os.environ, **named, **here, "PYTHONPATH": path}
    return subprocess.Popen([sys.executable, *container["command"][1:]], env=environ, cwd=build)


def test_the_start_page_has_deadlines_while_no_graders_server_runs(ada: Person, tmp_path: Path) -> None:
    """The pod of the schedule sets the due date, and tells it; the exchange keeps what it has been told."""
    service = ExchangeClient(f"{ada.url}/services/exchange", TOKENS["schedule-ml"])
    service.release("ml", CHAPTER, folder_of(tmp_path / CHAPTER, {f"{CHAPTER}.ipynb": "{}"}))
    build = tmp_path / "build"
    build.mkdir()
    with alembic_in_process(), Gradebook(f"sqlite:///{build / 'gradebook.db'}", "ml") as book:
        book.update_or_create_assignment(CHAPTER)
    process = schedule_process(ada.url, build)
    try:
        until = time.monotonic() + 60
        while "Due Tue 8 Jan 2199, 08:00 UTC" not in ada.get("/services/exchange/start").text:
            assert time.monotonic() < until and process.poll() is None
            time.sleep(0.2)
    finally:
        process.terminate()
        assert process.wait(30) == -signal.SIGTERM
    page = ada.get("/services/exchange/start").text
    assert "Due Tue 8 Jan 2199, 08:00 UTC" in page and "Taken late until Thu 10 Jan 2199, 08:00 UTC, at no cost" in page
    assert ExchangeClient(f"{ada.url}/services/exchange", TOKENS["instant-ml"]).waiting("ml") == []
