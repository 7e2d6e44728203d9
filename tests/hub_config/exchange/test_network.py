"""The exchange's client in the networks that people have: proxies, certificates, a .netrc of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from tornado import web
from tornado.httpserver import HTTPServer

from course.errors import ExchangeRefusal, OperatorError
from course.exchange.client import ExchangeClient
from tests.support import tornado_thread
from tests.support.exchange_server import client, make_exchange, serving


class _Proxy(web.RequestHandler):
    """Answers for every host, and notes what it was asked and with which token."""

    def initialize(self, asked: list[tuple[str, str]]) -> None:
        self.asked = asked

    def get(self) -> None:
        self.asked.append((self.request.uri or "", self.request.headers.get("Authorization", "")))
        self.write({"user": "ada", "courses": {"ml": "student"}})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What a proxy that the environment names was asked."""
    found: list[tuple[str, str]] = []
    rules = [(r".*", _Proxy, {"asked": found})]
    with tornado_thread.serving(lambda: HTTPServer(web.Application(rules))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield found


def test_a_hub_elsewhere_is_asked_by_the_proxy_of_the_environment(asked: list[tuple[str, str]]) -> None:
    assert ExchangeClient("http://hub.example.org", "mine", pauses=()).whoami() == ("ada", {"ml": "student"})
    assert asked == [("http://hub.example.org/services/exchange/", "token mine")]


def test_an_exchange_on_this_machine_is_not(asked: list[tuple[str, str]], tmp_path: Path) -> None:
    with serving(make_exchange(tmp_path / "exchange")) as url:
        for host in ("127.0.0.1", "localhost"):
            assert client(url.replace("127.0.0.1", host), "ada").whoami() == ("ada", {"ml": "student"})
    assert asked == []


def test_a_netrc_does_not_replace_the_token(
    asked: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login eve password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    requests.get("http://elsewhere.example.org/", timeout=30)
    assert asked.pop()[1].startswith("Basic ")  # it would be taken
    ExchangeClient("http://hub.example.org", "mine", pauses=()).whoami()
    assert asked[0][1] == "token mine"


def test_certificates_of_the_environment_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "uni.pem"))
    session = ExchangeClient("https://hub.example.org", "mine")._session
    found = session.merge_environment_settings("https://hub.example.org", {}, None, None, None)
    assert found["verify"] == str(tmp_path / "uni.pem")


@dataclass
class Unsteady:
    """A server that has trouble: what each next answer is, a status or ``cut``; then all is well."""

    url: str
    plan: list[int | str] = field(default_factory=list)
    asked: int = 0


@pytest.fixture
def unsteady() -> Iterator[Unsteady]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked += 1
            what = here.plan.pop(0) if here.plan else 200
            body = b'{"user": "ada", "courses": {}}' if what in (200, "cut") else b'{"error": "not now"}'
            self.send_response(what if isinstance(what, int) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:9] if what == "cut" else body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Unsteady(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("plan", [[503], ["cut"], [500, "cut"]], ids=str)
def test_a_request_is_sent_again_also_where_its_answer_broke_off(unsteady: Unsteady, plan: list[int | str]) -> None:
    unsteady.plan = list(plan)
    assert ExchangeClient(unsteady.url, "mine", pauses=(0.0, 0.0)).whoami()[0] == "ada"
    assert unsteady.asked == len(plan) + 1


@pytest.mark.parametrize(
    ("status", "times", "error", "why"),
    [
        (409, 1, ExchangeRefusal, "^not now$"),
        (503, 3, OperatorError, "not now"),
        ("cut", 3, OperatorError, "does not answer"),
    ],
)
def test_a_refusal_is_not_and_what_stays_wrong_is_told(
    unsteady: Unsteady, status: int | str, times: int, error: type[Exception], why: str
) -> None:
    unsteady.plan = [status] * 9
    with pytest.raises(error, match=why):
        ExchangeClient(unsteady.url, "mine", pauses=(0.0, 0.0)).whoami()
    assert unsteady.asked == times
