"""`course hub --check`: whether a hub could start, without starting it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.cli import app
from course.errors import SetupError
from hub_config.local import start
from hub_config.local.assembly import HERE, Place
from tests.support.checkout import ROOT


@pytest.fixture
def place(tmp_path: Path) -> Place:
    port = start.free_ports(8, 23000)
    (tmp_path / "hub.toml").write_text(f'port = {port}\naccounts = "demo"\nlimits = "if possible"\n')
    for name in ("courses.toml", "profiles.yaml"):
        (tmp_path / name).write_bytes((HERE / name).read_bytes())
    return Place(tmp_path, tmp_path, ROOT)


def test_what_is_in_order_is_said_and_nothing_is_started(place: Place) -> None:
    said = CliRunner().invoke(app, ["hub", "--state", str(place.state), "--check"])
    assert said.exit_code == 0, said.output
    words = " ".join(said.output.split())
    assert "hub.toml: in order" in words and "profiles.yaml: in order" in words
    assert "courses: 1; people: 3; login: invite" in words
    assert not [path for path in place.state.rglob("*") if path.suffix in (".db", ".sqlite", ".log", ".pid")]


def test_a_mistake_in_a_file_is_named(place: Place) -> None:
    (place.folder / "courses.toml").write_text('[[course]]\nid = "ml"\ncolour = "red"\n')
    with pytest.raises(SetupError, match=r"courses\.toml"):
        list(start.in_order(place))


def test_a_port_that_is_taken_is_named(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", place.load()[0].port))
        taken.listen()
        with pytest.raises(SetupError, match="is taken"):
            list(start.in_order(place))
