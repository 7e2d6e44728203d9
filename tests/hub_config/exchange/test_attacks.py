"""The exchange, attacked: raw requests of somebody who knows the protocol and means harm."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from course.errors import OperatorError
from course.exchange.bundle import CHUNK
from course.exchange.client import Received
from hub_config.exchange.rules import Exchange
from tests.support.exchange_server import client, folder_of, serving

KEY = "k" * 16


@pytest.fixture
def url(exchange: Exchange, tmp_path: Path) -> Iterator[str]:
    with serving(exchange) as url:
        client(url, "grace").release("ml", "ch03", folder_of(tmp_path / "release", {"ch03.ipynb": "task"}))
        yield url


@pytest.fixture
def ben(url: str, tmp_path: Path) -> Received:
    """Another student's hand-in."""
    return client(url, "ben").submit("ml", "ch03", folder_of(tmp_path / "ben", {"ch03.ipynb": "ben's secret answer"}))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def ask(method: str, url: str, name: str = "ada", **options: Any) -> requests.Response:
    headers = {"Authorization": f"token {name}", **options.pop("headers", {})}
    return requests.request(method, url, headers=headers, timeout=30, allow_redirects=False, **options)


def put(url: str, data: bytes, name: str = "ada") -> str:
    assert ask("PUT", f"{url}/chunks/{digest(data)}", name, data=data).status_code == 204
    return digest(data)


def bundle(path: str = "ch03.ipynb", data: bytes = b"x", **fields: Any) -> dict[str, Any]:
    files = [{"path": path, "size": len(data), "chunks": [digest(data)]}]
    return {"kind": "submission", "course": "ml", "assignment": "ch03", "files": files, "key": KEY, **fields}


def handed_in(url: str) -> list[tuple[str, str]]:
    return [(one.student, one.id) for one in client(url, "grace").submissions("ml")]


@pytest.mark.parametrize(
    "header", ["", "token", "token  ", "token mallory", "Basic YWRhOmFkYQ==", "ada", "token ada x"]
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/bundles"), ("PUT", f"/chunks/{'0' * 64}")])
def test_without_a_token_of_the_hub_nothing_is_told(url: str, method: str, path: str, header: str) -> None:
    reply = requests.request(method, url + path, headers={"Authorization": header}, timeout=30)
    assert reply.status_code == 401
    assert "task" not in reply.text


def test_a_cookie_or_an_address_is_no_token(url: str) -> None:
    reply = requests.get(f"{url}/?token=ada", cookies={"token": "ada", "jupyterhub-user": "ada"}, timeout=30)
    assert reply.status_code == 401


@pytest.mark.parametrize("forged", ["student", "owner", "user", "created", "time", "id", "timestamp"])
def test_nobody_says_who_they_are_or_when_it_is(url: str, forged: str) -> None:
    put(url, b"x")
    reply = ask("POST", f"{url}/bundles", json=bundle(**{forged: "ben" if forged != "created" else 0}))
    assert reply.status_code == 400
    assert handed_in(url) == []


def test_the_name_in_the_token_counts(url: str) -> None:
    put(url, b"x")
    receipt = ask("POST", f"{url}/bundles", headers={"X-Forwarded-User": "ben", "Date": "yesterday"}, json=bundle())
    assert (receipt.json()["student"], receipt.json()["owner"]) == ("ada", "ada")


@pytest.mark.parametrize(
    "path", ["../../ben/ch03.ipynb", "/etc/cron.d/x", "a/../../x", "..", "a\\..\\b", "a\x00.ipynb"]
)
def test_a_path_leads_nowhere_else(url: str, path: str, tmp_path: Path) -> None:
    put(url, b"x")
    before = {one for one in tmp_path.rglob("*") if "exchange" not in one.parts}
    assert ask("POST", f"{url}/bundles", json=bundle(path)).status_code == 400
    assert {one for one in tmp_path.rglob("*") if "exchange" not in one.parts} == before


@pytest.mark.parametrize("field", ["course", "assignment"])
@pytest.mark.parametrize("value", ["../ml", "ml/../ml", "", "m l", "ml\n", "x" * 80, ".", "ml%2f..", 3, None])
def test_a_name_is_a_name(url: str, field: str, value: object) -> None:
    put(url, b"x")
    assert ask("POST", f"{url}/bundles", json=bundle(**{field: value})).status_code == 400


@pytest.mark.parametrize("path", ["/chunks/../bundles", "/chunks/%2e%2e%2fexchange.db", "/bundles/../../exchange.db"])
def test_an_address_leads_nowhere_else(url: str, path: str) -> None:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=30)  # sends an address as it stands
    connection.request("GET", place.path + path, headers={"Authorization": "token ada"})
    reply = connection.getresponse()
    assert reply.status in (404, 405)
    assert b"SQLite" not in reply.read()
    connection.close()


def test_another_students_work_can_not_be_read(url: str, ben: Received) -> None:
    chunk = ben.manifest.chunks[0]
    for path in (f"/bundles/{ben.id}", f"/bundles/{ben.id}/chunks/{chunk}"):
        reply = ask("GET", url + path)
        assert (reply.status_code, "secret" in reply.text) == (404, False)
    nobodys = ask("GET", f"{url}/bundles/{'0' * 32}")
    assert nobodys.json() == ask("GET", f"{url}/bundles/{ben.id}").json()  # not even that there is something
    listed = ask("GET", f"{url}/bundles?kind=submission&course=ml").json()
    assert listed == {"bundles": []}


def test_a_grader_of_another_course_sees_nothing(url: str, ben: Received) -> None:
    assert ask("GET", f"{url}/bundles/{ben.id}", "eve").status_code == 404
    assert ask("GET", f"{url}/bundles?kind=submission&course=ml", "eve").status_code == 404


def test_knowing_a_digest_gives_no_access_to_the_bytes(url: str, ben: Received) -> None:
    """Whoever guesses what another has written can't have it confirmed, nor hand it in without having it."""
    stolen = ben.manifest.chunks[0]
    assert ask("POST", f"{url}/missing", json={"digests": [stolen]}).json() == {"missing": [stolen]}
    new = bundle()
    new["files"][0].update(chunks=[stolen], size=ben.manifest.size)
    assert ask("POST", f"{url}/bundles", json=new).status_code == 409
    assert handed_in(url) == [("ben", ben.id)]
    own = ask("POST", f"{url}/bundles", json=bundle(data=b"x", key="m" * 16))
    assert own.status_code == 409


def test_a_chunk_of_another_bundle_is_not_served_beside_it(url: str, ben: Received) -> None:
    put(url, b"x")
    mine = ask("POST", f"{url}/bundles", json=bundle()).json()["id"]
    assert ask("GET", f"{url}/bundles/{mine}/chunks/{ben.manifest.chunks[0]}").status_code == 404


def test_another_students_work_can_not_be_overwritten(url: str, ben: Received, tmp_path: Path) -> None:
    put(url, b"x")
    for new in (
        bundle(of=ben.id),
        bundle(key=KEY),
        bundle(kind="feedback", of=ben.id),
        bundle(kind="release", force=True),
    ):
        ask("POST", f"{url}/bundles", json=new)
    got = client(url, "grace").fetch(ben, tmp_path / "got")
    assert (got / "ch03.ipynb").read_text() == "ben's secret answer"
    assert [one.student for one in client(url, "grace").feedback("ml")] == []
    (release,) = client(url, "ben").releases("ml")
    assert (client(url, "ben").fetch(release, tmp_path / "task") / "ch03.ipynb").read_text() == "task"


def test_a_request_that_is_played_again_changes_nothing(url: str) -> None:
    put(url, b"x")
    once = ask("POST", f"{url}/bundles", json=bundle())
    again = ask("POST", f"{url}/bundles", json=bundle())
    assert again.json() == once.json()
    assert len(handed_in(url)) == 1
    put(url, b"y")
    assert ask("POST", f"{url}/bundles", json=bundle(data=b"y")).status_code == 409
    put(url, b"x", "ben")
    assert ask("POST", f"{url}/bundles", "ben", json=bundle()).json()["student"] == "ben"  # keys are each person's own


def test_no_request_is_larger_than_a_chunk(url: str) -> None:
    data = bytes(CHUNK + 2**17)
    with contextlib.suppress(requests.ConnectionError):  # the server may hang up in the middle of it
        assert ask("PUT", f"{url}/chunks/{digest(data)}", data=data).status_code in (400, 413)
    assert ask("POST", f"{url}/missing", json={"digests": [digest(data)]}).json() == {"missing": [digest(data)]}


def test_a_bomb_stays_packed(url: str) -> None:
    bomb = gzip.compress(bytes(200 * 2**20))
    address = f"{url}/chunks/{digest(bytes(200 * 2**20))}"
    assert ask("PUT", address, data=bomb, headers={"Content-Encoding": "gzip"}).status_code == 400
    put(url, bomb)  # as bytes like any others
    receipt = ask("POST", f"{url}/bundles", json=bundle("bomb.gz", bomb))
    assert receipt.status_code == 201
    assert len(ask("GET", f"{url}/bundles/{receipt.json()['id']}/chunks/{digest(bomb)}").content) == len(bomb)


def test_a_manifest_that_lies_about_sizes_is_found_out_on_arrival(url: str, tmp_path: Path) -> None:
    put(url, b"xyz")
    new = bundle()
    new["files"][0].update(chunks=[digest(b"xyz")], size=2)
    assert ask("POST", f"{url}/bundles", json=new).status_code == 201
    (lie,) = client(url, "grace").submissions("ml")
    with pytest.raises(OperatorError, match="came incomplete"):
        client(url, "grace").fetch(lie, tmp_path / "got")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"kind": "submission"}', b"\xff\xfe", b"[" * 100_000, b'{"digests": ' + b"1" * 5000 + b"}"],
)
@pytest.mark.parametrize("path", ["/bundles", "/missing"])
def test_nonsense_is_told_so(url: str, path: str, body: bytes) -> None:
    reply = ask("POST", url + path, data=body)
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert "Traceback" not in reply.text


def test_a_class_hands_in_at_once_and_twice(url: str, tmp_path: Path) -> None:
    """200 students, each from two windows at the same moment: 400 requests, none lost, none mixed up."""
    folders = {f"student-{n}": folder_of(tmp_path / f"s{n}", {"ch03.ipynb": f"work of {n}"}) for n in range(200)}

    def both(name: str) -> list[Received]:
        barrier = threading.Barrier(2)

        def one(_: int) -> Received:
            barrier.wait(30)
            return client(url, name).submit("ml", "ch03", folders[name])

        with ThreadPoolExecutor(2) as windows:
            return list(windows.map(one, range(2)))

    with ThreadPoolExecutor(16) as pool:
        receipts = dict(zip(folders, pool.map(both, folders), strict=True))
    grace = client(url, "grace")
    found = grace.submissions("ml", "ch03")
    assert sorted(one.id for one in found) == sorted(one.id for pair in receipts.values() for one in pair)
    assert all(one.student == name for name, pair in receipts.items() for one in pair)
    assert len({(one.student, one.time) for one in found}) == 400
    for n in (0, 99, 199):
        got = grace.fetch(receipts[f"student-{n}"][1], tmp_path / "got" / str(n))
        assert (got / "ch03.ipynb").read_text() == f"work of {n}"


_SERVER = """
import sys, time
from pathlib import Path
from tests.support.exchange_server import make_exchange, serving
with serving(make_exchange(Path(sys.argv[1]))) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-c", _SERVER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_a_server_killed_in_the_middle_loses_nothing_it_has_confirmed(tmp_path: Path) -> None:
    """SIGKILL while three students hand in without a pause; after a restart every receipt is good, and work goes on."""
    home, receipts = tmp_path / "exchange", []

    def work(url: str, name: str) -> None:
        me = client(url, name)
        for n in range(50):
            folder = folder_of(tmp_path / name, {"ch03.ipynb": os.urandom(300_000), "n": str(n)})
            try:
                receipts.append(me.submit("ml", "ch03", folder))
            except OperatorError:  # the server is gone
                return

    with _started(home) as (process, url):
        client(url, "grace").release("ml", "ch03", folder_of(tmp_path / "release", {"ch03.ipynb": "task"}))
        threads = [threading.Thread(target=work, args=(url, f"student-{n}")) for n in range(3)]
        for thread in threads:
            thread.start()
        while len(receipts) < 15:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join(30)
    assert len(receipts) < 150
    with _started(home) as (_, url):
        grace = client(url, "grace")
        found = {one.id: one for one in grace.submissions("ml")}
        assert {one.id for one in receipts} <= set(found)
        for number, one in enumerate(found.values()):  # also one whose receipt was on its way when the server died
            grace.fetch(one, tmp_path / "got" / str(number))
        late = client(url, "student-9").submit("ml", "ch03", folder_of(tmp_path / "late", {"ch03.ipynb": "late"}))
        assert late.time > max(one.time for one in found.values())
