"""A command that a message or a document tells people to run is one that there is."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from course.cli import app
from course.datasets.registry import names
from tests.support.checkout import ROOT

_BEGINS = "`course "
_QUOTED = re.compile(r"`(course [a-z][^`|\[]*)`")
_TO_BE_TYPED = re.compile(r"^ {4}(?:\S*/bin/)?(course [a-z].*?)(?: +#.*)?$", re.MULTILINE)
_PLACEHOLDER = "ch03"


def _said() -> Iterator[tuple[str, str]]:
    """Every command between backticks, and where it stands; what is filled in later is a chapter."""
    for path in (path for name in ("course", "autograder", "hub_config") for path in (ROOT / name).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if _BEGINS in source else ():  # most name none, and parsing takes long
            yield from ((found, path.name) for found in _QUOTED.findall(_text(node)))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        text = path.read_text(encoding="utf-8")
        yield from ((found, path.name) for found in [*_QUOTED.findall(text), *_TO_BE_TYPED.findall(text)])


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else _PLACEHOLDER for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


SAID = sorted({(" ".join(command.split()), where) for command, where in _said()})


def test_there_are_some() -> None:
    assert len(SAID) > 30
    assert ("course data ch03", "api.py") in SAID, "the stand-in's warning; its data set is filled in later"


@pytest.mark.parametrize(("command", "where"), SAID)
def test_a_command_that_is_named_exists(command: str, where: str) -> None:
    known: Any = typer.main.get_command(app)  # of click, as typer brings it along
    _, name, *arguments = shlex.split(command)
    assert name in known.list_commands(None), f"{where}: there is no `course {name}`"
    options = {option for one in known.get_command(None, name).params for option in one.opts}
    used = {one.split("=")[0] for one in arguments if one.startswith("-")}
    assert used <= options, f"{where}: `course {name}` has no such option"
    if name == "data":
        assert set(arguments) - used <= {*names(), _PLACEHOLDER}, f"{where}: no such data set"
