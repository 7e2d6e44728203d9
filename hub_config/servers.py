"""What a person's notebook server finds when it starts: which of nbgrader's tools there are, and whose course it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from course.files import write_atomically

Role = Literal["student", "grader"]
_FORMGRADER = ("@jupyter/nbgrader:formgrader", "@jupyter/nbgrader:create-assignment", "@jupyter/nbgrader:course-list")
_NEWS = "@jupyterlab/apputils-extension:announcements"  # asks each person, then an address outside
_GRADERS_ONLY = ("nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list")

_STUDENT = '''"""For nbgrader in a student's server: assignments come from the hub's exchange."""

from course.exchange.plugin import configure_exchange

configure_exchange(get_config())  # noqa: F821  # nbgrader runs this file with it
'''

_GRADER = '''"""For nbgrader in a course's server: it works on the checkout and grades with our engine."""

import sys

sys.path.insert(0, {root!r})

from autograder.nbgrader_plugins import configure
from course.project import Project
from nbgrader.auth import JupyterHubAuthPlugin
from pathlib import Path

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {course!r}
configure(c, Project.find(Path({root!r})).activate())
c.Authenticator.plugin_class = JupyterHubAuthPlugin
'''

_SERVER = '''"""For a course's server, whose formgrader shows its pages in a frame."""

c = get_config()  # noqa: F821
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
'''


def write_config(folder: Path, role: Role, *, root: Path | None = None, course: str = "") -> Path:
    """Write a folder for ``JUPYTER_CONFIG_PATH`` and return it.

    Parameters
    ----------
    role : a student's server has nothing of formgrader; a grader's has all.
    root, course : for a grader, the course's checkout and its id.
    """
    disabled = dict.fromkeys((_NEWS, *_FORMGRADER) if role == "student" else (_NEWS,), True)
    extensions = dict.fromkeys(_GRADERS_ONLY, role == "grader")
    _write_json(folder / "labconfig" / "page_config.json", {"disabledExtensions": disabled})
    _write_json(folder / "jupyter_server_config.json", {"ServerApp": {"jpserver_extensions": extensions}})
    if role == "student":
        write_atomically(folder / "nbgrader_config.py", _STUDENT)
    else:
        write_atomically(folder / "nbgrader_config.py", _GRADER.format(root=str(root), course=course))
        write_atomically(folder / "jupyter_server_config.py", _SERVER)
    return folder


def _write_json(path: Path, content: object) -> None:
    write_atomically(path, json.dumps(content, indent=1) + "\n")
