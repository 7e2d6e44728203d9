"""What the hub writes to a person reaches the page of their server: the server's answer, and what the page loads."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import requests

from course.nbgrader_plugins.notices import notice
from hub_config.local.idle import Idle
from hub_config.local.notice import VARIABLE, Notice
from hub_config.local.servers import write_config
from hub_config.local.watch import _sentence
from tests.support.jupyter_server import serving

SHOWN = 140  # characters of a notification, by JupyterLab


def test_a_server_tells_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real Jupyter server, with the settings that people's servers have."""
    told = Notice(tmp_path / "notices" / "ada")
    config = write_config(tmp_path / "config", "student", notices=True)
    with serving(tmp_path, {"JUPYTER_CONFIG_PATH": str(config), VARIABLE: str(told.path)}) as (url, token):
        headers = {"Authorization": f"token {token}"}
        asked = lambda: requests.get(f"{url}/course/notice", headers=headers, timeout=60)  # noqa: E731
        assert asked().json() == {"sentence": ""}
        told.tell("Your GPU …")
        assert asked().json() == {"sentence": "Your GPU …"}
        told.withdraw()
        assert asked().json() == {"sentence": ""}
        assert requests.get(f"{url}/course/notice", timeout=60, allow_redirects=False).status_code == 403
        for app in ("lab", "tree"):
            page = requests.get(f"{url}/{app}", headers=headers, timeout=60).text
            assert '"name": "course-notices"' in page, page[:2000]
        script = requests.get(f"{url}/lab/extensions/course-notices/static/remoteEntry.js", headers=headers, timeout=60)
        assert "_JUPYTERLAB" in script.text


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", b"\xff", "null"])
def test_a_file_that_says_nothing_shows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | bytes | None
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "notice"))
    if content is not None:
        (tmp_path / "notice").write_bytes(content.encode() if isinstance(content, str) else content)
    assert notice() == ""


def test_without_a_hub_there_is_nothing_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert notice() == ""


@pytest.mark.parametrize("seconds", [30, 60, 25 * 60, 24 * 60 * 60])
def test_the_warning_is_shown_in_full(seconds: float) -> None:
    assert len(_sentence(Idle("ada/", seconds, 300))) <= SHOWN


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_only_its_person_reads_it(tmp_path: Path) -> None:
    told = Notice(tmp_path / "notices" / "ada", owner=65534)
    told.tell("Your GPU …")
    entry = told.path.stat()
    assert (entry.st_uid, entry.st_mode & 0o777) == (65534, 0o600)


def test_what_the_pages_load_says_how(tmp_path: Path) -> None:
    folder = write_config(tmp_path, "student", notices=True)
    said = json.loads((folder / "jupyter_server_config.json").read_text())
    (place,) = said["LabServerApp"]["extra_labextensions_path"]
    for name in ("course-notices", "course-start"):
        package = json.loads((Path(place) / name / "package.json").read_text())
        loaded = Path(place) / name / package["jupyterlab"]["_build"]["load"]
        assert package["name"] == name
        assert f'_JUPYTERLAB["{name}"]' in loaded.read_text()
    plain = write_config(tmp_path / "other", "student")
    assert [one.name for one in (plain / "labextensions").iterdir()] == ["course-start"]
    grader = write_config(tmp_path / "grader", "grader", root=tmp_path)
    assert "LabServerApp" not in json.loads((grader / "jupyter_server_config.json").read_text())
