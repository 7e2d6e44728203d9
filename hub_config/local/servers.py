"""What a person's notebook server finds when it starts: which of nbgrader's tools there are, and whose course it is.

``python -m hub_config.local.servers student FOLDER`` writes it into an image; ``grader FOLDER ROOT`` that of a
grader's own server, which works on the checkout in ROOT and is told the course in COURSE_ID.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from course.files import write_atomically

Role = Literal["student", "grader"]
_FORMGRADER = ("@jupyter/nbgrader:formgrader", "@jupyter/nbgrader:create-assignment", "@jupyter/nbgrader:course-list")
_NEWS = "@jupyterlab/apputils-extension:announcements"  # asks each person, then an address outside
_GRADERS_ONLY = ("nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list")

# What their configuration files call, with what is being configured: functions, as ``module:name``.
_EXCHANGE = "course.nbgrader_plugins.exchange:configure_exchange"
_SERVER = "course.nbgrader_plugins.jupyter_server:configure_server"
_GRADER = "autograder.classroom.nbgrader_plugins:configure_grader"
_GRADERS_SERVER = "course.nbgrader_plugins.jupyter_server:configure_graders_server"
_MARKING = "autograder.marking.jupyter_server"  # of the course's checkout: answers in words, graded by hand
# Parts of a person's server: what shows a hub's notices, and what the course's start page leads to; of a grader's: what
# tells that page of deadlines.
_NOTICES, _FROM_START = "course.nbgrader_plugins.notices", "course.nbgrader_plugins.from_start"
_PLANS = "course.nbgrader_plugins.plans"
# Extensions of the pages of a person's server, each with its script.
_SHOWS_NOTICES, _LEADS_BACK = "course-notices", "course-start"
_SCRIPTS = {_SHOWS_NOTICES: "notices.js", _LEADS_BACK: "start.js"}
_PAGE = "static/remoteEntry.js"


def write_config(
    folder: Path, role: Role, *, root: Path | None = None, course: str = "", notices: bool = False
) -> Path:
    """Write a folder for ``JUPYTER_CONFIG_PATH`` and return it.

    Parameters
    ----------
    role : a student's server has nothing of formgrader; a grader's has all, and the page to grade by hand.
    root, course : for a grader, the course's checkout and its id; without one it is a grader's own server, and the
        environment names the course in ``COURSE_ID``.
    notices : whether it shows what the hub writes to its person.
    """
    disabled = dict.fromkeys((_NEWS, *_FORMGRADER) if role == "student" else (_NEWS,), True)
    extensions = dict.fromkeys(_GRADERS_ONLY, role == "grader")
    extensions[_FROM_START if role == "student" else _PLANS] = True
    shown = [_LEADS_BACK] if role == "student" else []
    if role == "grader":
        extensions[_MARKING] = True
    if notices:
        extensions[_NOTICES] = True
        shown.append(_SHOWS_NOTICES)
    _write_json(folder / "labconfig" / "page_config.json", {"disabledExtensions": disabled})
    server = {"ServerApp": {"jpserver_extensions": extensions}}
    _write_json(
        folder / "jupyter_server_config.json", server | (_pages(folder / "labextensions", shown) if shown else {})
    )
    if role == "student":
        _write(folder / "nbgrader_config.py", _call(_EXCHANGE))
        _write(folder / "jupyter_server_config.py", _call(_SERVER))
    else:
        _write(folder / "nbgrader_config.py", _call(_GRADER, str(root), course, root=root))
        _write(folder / "jupyter_server_config.py", _call(_GRADERS_SERVER, root=root))
    for one in (folder, folder / "labconfig"):
        one.chmod(0o755)
    return folder


def _pages(folder: Path, names: Sequence[str]) -> dict[str, Any]:
    """Write what the pages of JupyterLab and Notebook load besides; return the setting that has them find it."""
    build = {"load": _PAGE, "extension": "./extension"}
    for name in names:
        ours = folder / name
        _write_json(ours / "package.json", {"name": name, "version": "1.0.0", "jupyterlab": {"_build": build}})
        _write(ours / _PAGE, Path(__file__).with_name(_SCRIPTS[name]).read_text(encoding="utf-8"))
        for one in (folder, ours, ours / "static"):
            one.chmod(0o755)
    return {"LabServerApp": {"extra_labextensions_path": [str(folder.resolve())]}}


def _call(function: str, *arguments: str, root: Path | None = None) -> str:
    """Return the text of a file that calls `function`, from the checkout in `root` where one is named.

    By name: this runs where what it names is not installed. Jupyter runs the file with `get_config`.
    """
    module, _, name = function.partition(":")
    found = f"import sys\n\nsys.path.insert(0, {str(root)!r})\n" if root else ""
    given = ", ".join(["get_config()", *map(repr, arguments)])
    return f"{found}from {module} import {name}\n\n{name}({given})\n"


def _write_json(path: Path, content: object) -> None:
    _write(path, json.dumps(content, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    """Write for everybody to read: servers of other users than the hub's do, and there is no secret in it."""
    write_atomically(path, text)
    path.chmod(0o644)


if __name__ == "__main__":
    if sys.argv[1:2] not in (["student"], ["grader"]) or len(sys.argv) != (3 if sys.argv[1] == "student" else 4):
        sys.exit("usage: python -m hub_config.local.servers student FOLDER | grader FOLDER ROOT")
    kind, place, *where = sys.argv[1:]
    write_config(Path(place), "student" if kind == "student" else "grader", root=Path(*where))
