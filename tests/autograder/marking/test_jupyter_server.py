"""The pages for graders within a course's server, as they find them on a hub: a real Jupyter server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from hub_config.local.servers import write_config
from tests.support.jupyter_server import serving
from tests.support.marking_class import make_class
from tests.support.minichapter import NAME

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def test_graders_find_the_page_beside_formgrader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_KEY", raising=False)
    project = make_class(tmp_path / "course", {"ada": "It helps.", "ben": "it helps"})
    config = write_config(tmp_path / "config", "grader", root=project.root)
    environment = {"JUPYTER_CONFIG_PATH": str(config), "COURSE_ROOT": str(project.root), "COURSE_ID": "ml"}
    with serving(tmp_path, environment) as (url, token):
        assert requests.get(f"{url}/mark/", timeout=60, allow_redirects=False).status_code in (302, 403)
        with requests.Session() as session:
            session.headers["Authorization"] = f"token {token}"
            assert "A miniature chapter" in session.get(f"{url}/mark/", timeout=60).text
            page = session.get(f"{url}/mark/{NAME}/p.99.4", timeout=60)
            assert "1 equal answer" in page.text and "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
            assert session.get(f"{url}/mark/marking.js", timeout=60).status_code == 200
            key, version = (re.search(rf'data-{name}="([^"]+)"', page.text)[1] for name in ("key", "version"))  # type: ignore[index]
            verdict = {"answers": {key: version}, "score": 2, "comment": "", "earned": []}
            reply = session.post(f"{url}/mark/{NAME}/p.99.4", json=verdict, timeout=60)
            assert reply.json()["next"].startswith(f"/mark/{NAME}/p.99.4/")
            assert session.post(f"{url}/mark/{NAME}/p.99.4", json=verdict, timeout=60).status_code == 409
        the_page_of_the_course_is_there_too(url, token)


def the_page_of_the_course_is_there_too(url: str, token: str) -> None:
    """With a browser's cookies, whose forms Jupyter takes from its own pages alone."""
    with requests.Session() as session:
        page = session.get(f"{url}/mark/course", params={"token": token}, timeout=60)
        assert "A miniature chapter" in page.text and page.headers["Referrer-Policy"] == "same-origin"
        xsrf = re.search(r'name="_xsrf" value="([^"]+)"', page.text)[1]  # type: ignore[index]
        wanted = {"chapter": NAME, "student": "ada", "days": "2"}
        for body, origin in (
            ({**wanted, "_xsrf": xsrf}, "null"), ({**wanted, "_xsrf": xsrf}, "http://elsewhere"), (wanted, url),
        ):  # fmt: skip
            reply = session.post(f"{url}/mark/course/extend", body, headers={"Origin": origin}, timeout=60)
            assert reply.status_code in (403, 404), (origin, reply.text)
        reply = session.post(
            f"{url}/mark/course/extend", {**wanted, "_xsrf": xsrf}, headers={"Origin": url}, timeout=60
        )
        assert reply.url.startswith(f"{url}/mark/course?said=") and "ada has 2 more days" in reply.text


def test_a_students_server_has_no_such_page(tmp_path: Path) -> None:
    config = write_config(tmp_path, "student")
    assert "marking" not in (config / "jupyter_server_config.json").read_text(encoding="utf-8")
