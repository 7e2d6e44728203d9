"""What people's servers find: files that call a function, and what those functions set."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from hub_config.local.servers import write_config
from tests.support.checkout import ROOT

FRAMES = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}


def loaded(folder: Path, name: str) -> Config:
    return PyFileConfigLoader(f"{name}_config.py", path=str(folder)).load_config()


def test_a_file_is_an_import_and_a_call(tmp_path: Path) -> None:
    write_config(tmp_path / "student", "student")
    write_config(tmp_path / "grader", "grader", root=ROOT, course="ml")
    files = sorted(tmp_path.rglob("*_config.py"))
    assert len(files) == 4
    for file in files:
        *before, fetched, called = ast.parse(file.read_text()).body
        assert isinstance(fetched, ast.ImportFrom)
        assert isinstance(called, ast.Expr)
        assert isinstance(called.value, ast.Call)
        assert [ast.unparse(one) for one in before] == (
            [] if file.parent.name == "student" else ["import sys", f"sys.path.insert(0, {str(ROOT)!r})"]
        )


@pytest.mark.parametrize(("shell", "chosen"), [("/bin/zsh", "/bin/zsh"), ("/usr/sbin/nologin", ""), ("", "")])
def test_a_terminal_has_a_shell_that_works_and_is_no_login_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, chosen: str
) -> None:
    monkeypatch.setenv("SHELL", shell)
    (command,) = loaded(write_config(tmp_path, "student"), "jupyter_server").ServerApp.terminado_settings.values()
    assert len(command) == 1
    assert command == [chosen] if chosen else Path(command[0]).name in ("bash", "sh")


def test_only_a_graders_server_shows_pages_in_a_frame(tmp_path: Path) -> None:
    theirs = loaded(write_config(tmp_path / "student", "student"), "jupyter_server")
    ours = loaded(write_config(tmp_path / "grader", "grader", root=ROOT, course="ml"), "jupyter_server")
    assert "tornado_settings" not in theirs.ServerApp
    assert ours.ServerApp.tornado_settings == FRAMES
    assert ours.ServerApp.terminado_settings == theirs.ServerApp.terminado_settings


def test_the_server_that_graders_share_asks_the_hub_who_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_BUILD", str(tmp_path / "build"))
    monkeypatch.setenv("COURSE_ROOT", str(ROOT))
    c = loaded(write_config(tmp_path / "ml", "grader", root=ROOT, course="ml"), "nbgrader")
    assert (c.CourseDirectory.course_id, c.CourseDirectory.root) == ("ml", str(tmp_path / "build"))
    assert c.Authenticator.plugin_class.__name__ == "JupyterHubAuthPlugin"
    assert c.Autograde.autograde_preprocessors[0].__name__ == "Judge"
