"""The images, without an engine that makes them: what is in each, and whether what it launches is complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pytest

from hub_config.kubernetes.cluster import load_cluster
from tests.support.dockerfiles import IMAGES, ROOT, build_arguments, emulated, ignored, installs, stages

DOCKERFILES = sorted(IMAGES.glob("*.Dockerfile"))
SECRET = ("solutions", "autograder/checks", "autograder/mutants", "autograder/redteam", "source", "tests")
_OWN = re.compile(r"--\S+|\\|&&|pip|install|setuptools|\$\{\S+|'?\.\[.*|(constraints|chart|new)\.txt|\"\$\S+")


@dataclass(frozen=True)
class Image:
    """What is known of an image.

    Attributes
    ----------
    home : the folder that its Python finds the checkout's modules in.
    launches : commands that have to work in it: modules with their arguments, or code.
    needs : modules that have to be there besides; whether they are depends on the environment, so that only the full
        test tells.
    lacks : modules that must not be there.
    """

    home: str
    launches: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...]
    lacks: tuple[str, ...] = ()


EXCHANGE = "import traitlets.config.loader as l; c = l.PyFileConfigLoader('nbgrader_config.py', {0!r}).load_config(); "
KNOWN: Mapping[str, Image] = {
    "student": Image(
        "opt/course",
        (
            ("-m", "course", "fetch", "--help"),
            (
                "-c",
                EXCHANGE
                + "import course.nbgrader_plugins.exchange; assert 'course.nbgrader_plugins.exchange' in str(c)",
            ),
        ),
        ("course.datasets", "jupyterhub.singleuser.app", "jupyterlab", "sklearn", "torch"),
        ("solutions", "autograder", "hub_config", "source"),
    ),
    "hub": Image(
        "srv/course",
        (("-c", "import hub_config.local.assembly, hub_config.exchange.__main__, hub_config.login.oauth"),),
        ("hub_config.login.lti13", "jupyterhub_idle_culler", "kubespawner", "psycopg"),
        ("solutions", "autograder.checks", "autograder.mutants", "autograder.redteam", "source"),
    ),
    "grader": Image(
        "srv/course",
        (
            ("-m", "course", "doctor", "--help"),
            ("-c", EXCHANGE + "import autograder.engine.judging.grade; assert 'autograder' in str(c)"),
        ),
        (
            "autograder.classroom.nbgrader_plugins",
            "autograder.checks",
            "distributed",
            "jupyterhub.singleuser.app",
            "pyseccomp",
        ),
    ),
}


# What the image that one is made from has already, of what we need: as the chart's own list of its hub's packages says.
BASE: Mapping[str, tuple[str, ...]] = {
    "hub": (
        "jupyterhub==5.5.0",
        "jupyterhub-idle-culler",
        "jupyterhub-kubespawner==7.0.0",
        "jupyterhub-ltiauthenticator",
        "oauthenticator",
        "sqlalchemy==2.0.50",
    )
}


def name(path: Path) -> str:
    return path.name.removesuffix(".Dockerfile")


def launch(python: str, image: Image, root: Path, etc: Path, pythonpath: str) -> None:
    """Run all that the image launches, in an empty folder; fail with its words."""
    found = ["-c", f"import importlib.util as u; print([one for one in {list(image.lacks)} if u.find_spec(one)])"]
    home = root / "home"
    home.mkdir(exist_ok=True)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("COURSE_", "JUPYTER", "PYTHON"))}
    env |= {"HOME": str(home), "COURSE_ID": "ml", "COURSE_ROOT": str(root / image.home)}
    env |= {"PYTHONPATH": pythonpath} if pythonpath else {}
    for arguments in (*image.launches, tuple(found)):
        words = [one.replace("{0!r}", repr(str(etc))) for one in arguments]
        done = subprocess.run([python, *words], cwd=home, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    assert done.stdout.strip() == "[]"


def config_of(root: Path) -> Path:
    """Where nbgrader's configuration is; without one, the folder itself."""
    return next((one.parent for one in (root / "etc").rglob("nbgrader_config.py")), root)


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name(path): emulated(path, tmp_path_factory.mktemp(name(path))) for path in DOCKERFILES}


def test_all_are_known() -> None:
    assert {name(path) for path in DOCKERFILES} == set(KNOWN)


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, *DOCKERFILES], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("path", DOCKERFILES, ids=name)
def test_nobody_is_root_and_everything_is_pinned(path: Path) -> None:
    for stage in stages(path):
        assert re.fullmatch(r"python:3\.1[1-9]-slim-[a-z]+|quay\.io/jupyterhub/k8s-hub:[0-9.]+", stage.base)
    last = stages(path)[-1]
    assert last.all("USER")[-1].rest == "1000"
    assert last.steps[-1].word == "CMD"
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().split()}
    for line, _ in installs(path):
        if "pip install" not in line:
            continue
        pins = "--constraint new.txt" if name(path) == "hub" else "--constraint constraints.txt"
        assert line.count("pip install") == line.count(pins) == line.count("--no-cache-dir")
        line = line[line.index("pip install") :].removesuffix("&& pip check")
        named = [re.split(r"[\[=]", word.strip("'"))[0] for word in line.split() if not _OWN.fullmatch(word)]
        assert {one.lower() for one in named} <= pinned


@pytest.mark.parametrize("image", ["student", "hub"])
def test_nothing_of_the_graders_side_is_in_it(roots: dict[str, Path], image: str) -> None:
    home = roots[image] / KNOWN[image].home
    files = [one.relative_to(home).as_posix() for one in home.rglob("*") if one.is_file()]
    assert len(files) > 20
    words = r"headline|calibration|(?<!clear_)solution"
    assert not [file for file in files if file.startswith(SECRET) or re.search(words, file)]
    assert not (roots["student"] / KNOWN["student"].home / "autograder").exists()


def test_the_grader_has_everything(roots: dict[str, Path]) -> None:
    home = roots["grader"] / KNOWN["grader"].home
    for folder in ("course", "autograder", "solutions", "source"):
        ours = {one.relative_to(ROOT) for one in (ROOT / folder).rglob("*.py")}
        assert ours
        assert {one for one in ours if not (home / one).exists()} == set()


@pytest.mark.parametrize("image", sorted(KNOWN))
def test_what_it_launches_is_complete(roots: dict[str, Path], image: str) -> None:
    root = roots[image]
    launch(sys.executable, KNOWN[image], root, config_of(root), str(root / KNOWN[image].home))


@pytest.mark.parametrize(
    ("path", "out"),
    [
        (".git/config", True),
        (".venv/lib/python3.11/site-packages/jwt/api_jwt.py", True),
        ("build/release/ch03/ch03.ipynb", True),
        ("tests/hub_config/local/test_hub.py", True),
        ("course/__pycache__/cli.cpython-311.pyc", True),
        ("hub_config/hub.toml", True),
        ("hub_config/courses.toml", True),
        ("hub_config/client-secret", True),
        ("hub_config/login/.secret.py", True),
        ("hub_config/login/oauth.py", False),
        ("hub_config/templates/password.html", False),
        ("hub_config/grading.toml", False),
        ("course/cli.py", False),
        ("constraints.txt", False),
    ],
)
def test_what_a_build_is_sent(path: str, out: bool) -> None:
    assert ignored(PurePosixPath(path)) == out


@pytest.mark.parametrize(
    ("pattern", "path", "out"),
    [("*", "a/b", True), ("a/*", "a/b/c", True), ("a/*.py", "a/b/c.py", False), ("**/x", "x", True),
     ("**/x", "a/b/x/y", True), ("a/**/c", "a/c", True), ("a\n!a/b", "a/b/c", False), ("a", "ab", False)],
)  # fmt: skip
def test_the_rules_of_dockerignore(pattern: str, path: str, out: bool) -> None:
    assert ignored(PurePosixPath(path), pattern) == out


def test_the_hubs_image_has_the_packages_of_the_extras() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    ((line, _),) = installs(IMAGES / "hub.Dockerfile")
    here = {*line.replace("'", "").split(), *(one.partition("==")[0] for one in BASE["hub"])}
    wanted = {re.split(r"[><=\[]", one)[0] for one in (*extras["hub"], *extras["login"])}
    assert wanted - here == {"configurable-http-proxy"}  # the chart's proxy has a pod of its own


def test_the_hubs_image_is_made_for_the_charts_version() -> None:
    assert (
        stages(IMAGES / "hub.Dockerfile")[-1].base.split(":")[1]
        == load_cluster(ROOT / "hub_config" / "kubernetes" / "cluster.toml").chart
    )


def test_peoples_servers_have_the_hubs_own_jupyterhub() -> None:
    (hub,) = (one.partition("==")[2] for one in BASE["hub"] if one.startswith("jupyterhub=="))
    assert [build_arguments(IMAGES / f"{kind}.Dockerfile")["JUPYTERHUB"] for kind in ("student", "grader")] == [
        hub,
        hub,
    ]


def test_the_hubs_image_leaves_what_the_charts_has(tmp_path: Path) -> None:
    """The shell of its step, with a pip that says what it is asked for."""
    ((line, _),) = installs(IMAGES / "hub.Dockerfile")
    (tmp_path / "constraints.txt").write_text(
        "SQLAlchemy==2.1.9\nfsspec==1\njupyter_client==3\nsix==1\nruamel.yaml==2\n"
    )
    there = "sqlalchemy==2.0.50\nJupyter-Client==2\nruamel-yaml==1\n"
    pip = tmp_path / "pip"
    pip.write_text(f'#!/bin/sh\n[ "$1" = list ] && printf "{there}"\necho "$@" >> asked\n')
    pip.chmod(0o755)
    env = {
        **os.environ,
        **build_arguments(IMAGES / "hub.Dockerfile"),
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
    }
    subprocess.run(["sh", "-euc", line], cwd=tmp_path, env=env, check=True, timeout=60)
    assert (tmp_path / "new.txt").read_text() == "fsspec==1\nsix==1\n"
    assert (tmp_path / "chart.txt").read_text().startswith(there)
    assert [one.split()[0] for one in (tmp_path / "asked").read_text().splitlines()] == ["list", "install", "check"]


@pytest.mark.full
@pytest.mark.parametrize("path", DOCKERFILES, ids=name)
def test_an_environment_made_by_its_steps_launches_it(path: Path, tmp_path: Path) -> None:
    """Downloads several hundred megabytes of packages for each image, and installs them."""
    image, root = KNOWN[name(path)], emulated(path, tmp_path / "image")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True, timeout=300)
    bin_folder = tmp_path / "venv" / "bin"
    env = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(tmp_path / "venv")}
    env.pop("PYTHONPATH", None)
    if base := BASE.get(name(path)):
        pinned = {one.partition("==")[0] for one in base if "==" in one}
        ours = [
            one for one in (ROOT / "constraints.txt").read_text().split() if one.lower().split("==")[0] not in pinned
        ]
        (tmp_path / "base.txt").write_text("\n".join(ours))
        subprocess.run([bin_folder / "pip", "install", "-q", "-c", tmp_path / "base.txt", *base], check=True, env=env)
    for line, workdir in installs(path):
        place = root / workdir.relative_to("/")
        done = subprocess.run(["sh", "-euc", line], cwd=place, env={**build_arguments(path), **env},
                              capture_output=True, text=True, timeout=1800)  # fmt: skip
        assert done.returncode == 0, done.stderr
    versions = subprocess.run(
        [bin_folder / "pip", "list", "--format=freeze"], check=True, env=env, capture_output=True, text=True
    ).stdout.lower()
    assert all(one in versions for one in BASE["hub"] if "==" in one and (base or one.startswith("jupyterhub==")))
    installed = name(path) == "student"  # the only one that does not work on a checkout
    image = replace(image, launches=(*image.launches, ("-c", f"import {', '.join(image.needs)}")))
    launch(str(bin_folder / "python"), image, root, config_of(root), "" if installed else str(root / image.home))
    command = re.findall(r'"([^"]+)"', stages(path)[-1].steps[-1].rest)[0]
    assert subprocess.run([bin_folder / command, "--version"], env=env, timeout=120).returncode == 0
