"""What the start page leads to in a person's own server: a real Jupyter server over a real exchange."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from hub_config.local.servers import write_config
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.jupyter_server import serving as jupyter

NAMES = {"course": "ml", "assignment": "ch03"}
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Person:
    """Ada in a browser that is logged in to her own server; `exchange` is the exchange's address."""

    session: requests.Session
    url: str
    home: Path
    exchange: str

    def get(self, page: str, headers: dict[str, str] | None = None, **names: str) -> requests.Response:
        address = f"{self.url}/course/{page}"
        asked = NAMES | names
        return self.session.get(address, params=asked, headers=headers, timeout=60, allow_redirects=False)

    def post(self, page: str, **form: str) -> requests.Response:
        address = f"{self.url}/course/{page}"
        return self.session.post(address, data=NAMES | form, timeout=60, allow_redirects=False)

    def token(self, page: str) -> str:
        found = re.search(r'name="_xsrf" value="([^"]+)"', self.get(page).text)
        assert found
        return found[1]


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    folder, home = tmp_path_factory.mktemp("exchange"), tmp_path_factory.mktemp("ada")
    with serving(make_exchange(folder / "all", tries=2)) as exchange:
        client(exchange, "grace").release("ml", "ch03", folder_of(folder / "ch03", {"ch03.ipynb": "task"}))
        config = write_config(folder / "config", "student")
        told = {"JUPYTER_CONFIG_PATH": str(config), "COURSE_EXCHANGE_URL": exchange, "JUPYTERHUB_API_TOKEN": "ada"}
        with jupyter(home, told) as (url, token):
            session = requests.Session()
            session.get(f"{url}/tree", params={"token": token}, timeout=60)
            yield Person(session, url, home, exchange)


def test_a_person_opens_an_assignment_hands_it_in_and_is_told_what_is_not_possible(ada: Person) -> None:
    """One walk, since each step needs the one before."""
    for page in ("open", "hand-in"):
        assert ada.get(page, course="../x").status_code == 400

    asked = ada.get("hand-in")  # before there is anything
    assert "ch03 is not here" in asked.text
    assert "<form" not in asked.text

    asked = ada.get("open")
    assert "Fetch it and open it" in asked.text
    assert "requestSubmit" not in asked.text
    assert "requestSubmit" in ada.get("open", FROM_HERE).text
    assert "frame-ancestors 'none'" in asked.headers["Content-Security-Policy"]
    assert not (ada.home / "ch03").exists()  # a page alone changes nothing
    for forged in ({}, {"_xsrf": "guessed"}):
        assert ada.post("fetch", **forged).status_code == 403
    assert not (ada.home / "ch03").exists()

    done = ada.post("fetch", _xsrf=ada.token("open"))
    assert (done.status_code, done.headers["Location"]) == (303, "/lab/tree/ch03/ch03.ipynb")
    assert (ada.home / "ch03" / "ch03.ipynb").read_text() == "task"
    (ada.home / "ch03" / "ch03.ipynb").write_text("answer")
    again = ada.get("open")
    assert (again.status_code, again.headers["Location"]) == (302, "/lab/tree/ch03/ch03.ipynb")
    ada.post("fetch", _xsrf=ada.token("hand-in"))
    assert (ada.home / "ch03" / "ch03.ipynb").read_text() == "answer"  # never overwritten

    asked = ada.get("hand-in")
    assert re.search(r"<li>ch03.ipynb, saved \d\d:\d\d .* \(just now\)</li>", asked.text)
    assert ada.post("submit", _xsrf="guessed").status_code == 403
    done = ada.post("submit", _xsrf=ada.token("hand-in"))
    assert (done.status_code, done.headers["Location"]) == (303, "/services/exchange/start")
    (handed_in,) = client(ada.exchange, "ada").submissions("ml")
    assert handed_in.assignment == "ch03"

    (ada.home / "ch03" / "a\nb.txt").write_text("odd")
    done = ada.post("submit", _xsrf=ada.token("hand-in"))
    assert "ch03 is handed in" in done.text
    assert "You may hand it in no more within the hour." in done.text
    assert "<li>" in done.text

    done = ada.post("submit", _xsrf=ada.token("hand-in"))
    assert done.status_code == 409
    assert "2 hand-ins in an hour is all that is taken" in done.text

    done = ada.session.post(
        f"{ada.url}/course/fetch", timeout=60, data={**NAMES, "assignment": "ch99", "_xsrf": ada.token("hand-in")}
    )
    assert done.status_code == 409
    assert "ch99 has not been released in ml." in done.text
    assert ada.get("start").headers["Location"] == "/services/exchange/start"


def test_who_is_not_logged_in_is_shown_nothing(ada: Person) -> None:
    for page in ("open", "hand-in", "start"):
        reply = requests.get(f"{ada.url}/course/{page}", params=NAMES, timeout=60, allow_redirects=False)
        assert (reply.status_code, "login" in reply.headers.get("Location", "")) == (302, True)
    for page in ("fetch", "submit"):
        assert requests.post(f"{ada.url}/course/{page}", data=NAMES, timeout=60).status_code == 403
