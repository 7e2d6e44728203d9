"""The exchange's client in the networks that people have: proxies, certificates, a .netrc of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tornado import web
from tornado.httpserver import HTTPServer

from course.exchange import ExchangeClient
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
