"""The packages that are pinned can be installed with the oldest Python that the project promises."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions

from packaging.specifiers import SpecifierSet

from tests.support.checkout import ROOT


def test_the_oldest_python_may_install_every_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = f"{project['requires-python'].removeprefix('>=')}.0"
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {name(line.partition("==")[0]) for line in lines if "==" in line}
    wants = {one.name: one.metadata.get("Requires-Python") for one in distributions() if name(one.name) in pins}
    assert len(wants) > 100
    assert [one for one, wanted in wants.items() if wanted and oldest not in SpecifierSet(wanted)] == []


def name(distribution: str) -> str:
    """Its normalized name, by the packaging guide."""
    return re.sub(r"[-_.]+", "-", distribution.strip()).lower()
