"""The Python environment of people's servers, and who runs what on a lab hub: by themselves, without a hub."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from traitlets.config import Config

from course.authoring.wheel import build_wheel
from course.errors import SetupError
from course.project import Project
from hub_config.local import fitness, start
from hub_config.local.assembly import HERE, Place, configure
from hub_config.local.environment import Environment, is_open
from hub_config.local.ready import make_exchange

ROOT = HERE.parent
AUTHORING = {"build", "inline", "lint", "names", "release", "script"}
IMPORT_ALL = """
import importlib, sys
sys.meta_path = [one for one in sys.meta_path if "ditable" not in repr(one)]
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What a wheel is made of, to be changed."""
    root = tmp_path / "source"
    shutil.copytree(ROOT / "course", root / "course", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("constraints.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, root)
    return root


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


def test_a_students_wheel_has_their_tools_and_nothing_that_reads_solutions(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        files = [name for name in content.namelist() if ".dist-info/" not in name]
        content.extractall(tmp_path)
    assert {name.partition("/")[0] for name in files} == {"course"}
    assert not AUTHORING & {Path(name).stem for name in files if name.count("/") == 1}
    assert "course/datasets/registry.toml" in files
    names = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in files if name[-3:] == ".py"
    ]
    names = [name for name in names if name not in ("course.__main__", "course.kernel_provisioner")]  # which act
    environ = {"PYTHONPATH": str(tmp_path), "PATH": os.defpath}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *names], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_an_environment_is_another_one_when_what_it_is_made_of_changes(source: Path, tmp_path: Path) -> None:
    first = Environment.of(source, tmp_path)
    assert Environment.of(source, tmp_path) == first
    assert Environment.of(source, tmp_path, ["seaborn"]).folder != first.folder
    assert Environment.of(source, tmp_path, (), "/usr/bin/python3.12").folder != first.folder
    for changed in ("constraints.txt", "course/examples.py", "pyproject.toml"):
        before = Environment.of(source, tmp_path)
        with (source / changed).open("a") as file:
            file.write("\n")
        assert Environment.of(source, tmp_path).folder != before.folder
    (source / "course" / "__pycache__").mkdir()
    (source / "course" / "__pycache__" / "examples.pyc").write_bytes(b"")
    assert Environment.of(source, tmp_path) == Environment.of(source, tmp_path)


def test_an_environment_is_made_once_for_everybody_to_read(source: Path, tmp_path: Path) -> None:
    made: list[Path] = []

    def install(folder: Path, wheel: Path) -> None:
        made.append(folder)
        assert wheel.exists()
        (folder / "half").write_text("")
        if len(made) == 1:
            raise SetupError("no network")

    people = Environment(tmp_path / "people" / "1", source, interpreter=sys.executable)
    before = os.umask(0o077)
    try:
        with pytest.raises(SetupError, match="no network"):
            people.make(install)
        assert not people.is_ready
        for _ in range(2):
            people.make(install)
    finally:
        assert os.umask(before) == 0o077
    assert len(made) == 2
    assert people.is_ready
    modes = {path.stat().st_mode & 0o005 for path in people.folder.rglob("*") if path.is_dir()}
    assert modes == {0o005}
    assert (people.folder / "half").stat().st_mode & 0o004
    assert not (source / "build").exists()  # nothing is written into the checkout


def test_an_environment_that_can_not_be_made_says_what_to_do(source: Path, tmp_path: Path) -> None:
    people = Environment(tmp_path / "people", source, ("no-such-package-of-ours==1",), sys.executable)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(tmp_path))
        patch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
        with pytest.raises(SetupError, match=r"The last words of pip:(.|\n)*PIP_FIND_LINKS"):
            people.make()
    with pytest.raises(SetupError, match="can't be run"):
        Environment(tmp_path / "other", source, (), "/no/such/python").make()


def test_what_is_behind_a_closed_folder_is_not_for_everybody(tmp_path: Path) -> None:
    assert is_open(Path("/usr/bin/env"))
    (tmp_path / "it").write_text("")
    (tmp_path / "it").chmod(0o644)
    tmp_path.chmod(0o700)
    assert not is_open(tmp_path / "it")
    assert not is_open(tmp_path / "missing")


UNIX = 'accounts = "unix"\nlimits = "if possible"\n'
COURSES = """
[[course]]
id = "ml"
title = "ML"
[course.feedback]
instant = true
[[course]]
id = "DL_2"
title = "DL"
folder = "{folder}"
user = "deep"
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A lab hub's files on a machine that is fit for it, or so we say."""
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    (place.folder / "hub.toml").write_text("port = 9000\n" + UNIX)
    (place.folder / "courses.toml").write_text(COURSES.format(folder=tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(fitness, "check", lambda found: None)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: SimpleNamespace(pw_uid=990, pw_gid=991))
    for name, value in {"COURSE_KEY": "secret", "COURSE_DATA_MIRROR": "/srv/data", "COURSE_BUILD": "out"}.items():
        monkeypatch.setenv(name, value)
    return place


def test_on_a_lab_hub_each_service_is_an_account_that_is_not_root(lab: Place) -> None:
    c = configure(Config(), lab)
    services: dict[str, Any] = {one["name"]: one for one in c.JupyterHub.services}
    assert {name: one["user"] for name, one in services.items()} == {
        "exchange": "course-hub", "idle-culler": "course-hub", "course-ml": "course-ml", "course-DL_2": "deep",
        "instant-ml": "course-ml",
    }  # fmt: skip
    people = lab.environment(lab.load()[0])
    assert {one["command"][0] for one in services.values()} == {people.python}
    assert not any("--allow-root" in one["command"] for one in services.values())
    assert services["idle-culler"]["environment"]["PYTHONPATH"] == ""
    assert "COURSE_KEY" not in services["exchange"]["environment"]
    command = c.ConfigurableHTTPProxy.command
    assert command[:3] == ["setpriv", "--reuid=990", "--regid=991"] or not shutil.which("setpriv")
    assert str(people.bin / "configurable-http-proxy") in command


def test_a_students_server_on_a_lab_hub_is_told_of_no_checkout_and_no_secret(lab: Place) -> None:
    mine = configure(Config(), lab).LocalProfileSpawner
    text = repr((mine.cmd, mine.environment))
    assert str(ROOT) not in text
    assert "secret" not in text
    assert "PYTHONPATH" not in mine.environment
    assert not {"PATH", "PYTHONPATH", "VIRTUAL_ENV"} & set(mine.env_keep)
    assert mine.environment["COURSE_DATA_MIRROR"] == "/srv/data"
    people = lab.environment(lab.load()[0])
    assert mine.cmd == [str(people.bin / "jupyterhub-singleuser")]
    assert mine.environment["PATH"].split(os.pathsep)[0] == str(people.bin)


def test_what_is_looked_at_is_where_the_courses_work(lab: Place, tmp_path: Path) -> None:
    found = lab.class_of(*lab.load())
    assert [(one.account, one.folder, one.build) for one in found.courses] == [
        ("course-ml", ROOT, ROOT / "out"),
        ("deep", tmp_path, tmp_path / "build"),
    ]
    assert found.mirror == Path("/srv/data")


def test_an_account_that_lacks_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    taught = fitness.Taught("ml", "no-such-course", ROOT, tmp_path)
    with pytest.raises(SetupError) as error:
        fitness.check(fitness.Class(ROOT, tmp_path, "no-such-hub", (taught,)))
    assert "useradd --system" in str(error.value)
    assert "--groups no-such-hub no-such-course" in str(error.value)
    with pytest.raises(SetupError, match="--groups no-such-hub no-such-gpu"):
        fitness.check(fitness.Class(ROOT, tmp_path, "no-such-hub", (taught,), jobs="no-such-gpu"))
    with pytest.raises(SetupError, match="the exchange and GPU jobs, have one account"):
        fitness.check(fitness.Class(ROOT, tmp_path, "no-such-hub", (taught,), jobs="no-such-hub"))
    for person in ("root", "no-such-hub"):
        with pytest.raises(SetupError):
            fitness.check(fitness.Class(ROOT, tmp_path, person, (), students=("no-such-hub",)))


@pytest.mark.parametrize(("before", "after"), [(0o711, 0o711), (0o755, 0o700), (0o700, 0o700)])
def test_asking_something_of_a_hub_that_runs_does_not_close_its_folder(tmp_path: Path, before: int, after: int) -> None:
    """As `course hub --invite` does: people's servers reach their environment through it."""
    tmp_path.chmod(before)
    assert start.class_place(Project(ROOT), tmp_path).state.stat().st_mode & 0o777 == after


def test_records_of_an_earlier_hub_are_moved_to_the_exchange(tmp_path: Path) -> None:
    (tmp_path / "exchange.db").write_text("records")
    place = Place(tmp_path, tmp_path, ROOT)
    for _ in range(2):
        make_exchange(place)
    assert (place.exchange / "exchange.db").read_text() == "records"
    assert not (tmp_path / "exchange.db").exists()
    assert place.exchange.stat().st_mode & 0o077 == 0
