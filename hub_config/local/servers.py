"""What a person's notebook server finds when it starts: which of nbgrader's tools there are, and whose course it is.

``python -m hub_config.local.servers student FOLDER`` writes it into an image; ``grader FOLDER ROOT`` that of a
grader's own server, which works on the checkout in ROOT and is told the course in COURSE_ID.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal

from course.files import write_atomically

Role = Literal["student", "grader"]
_FORMGRADER = ("@jupyter/nbgrader:formgrader", "@jupyter/nbgrader:create-assignment", "@jupyter/nbgrader:course-list")
_NEWS = "@jupyterlab/apputils-extension:announcements"  # asks each person, then an address outside
_GRADERS_ONLY = ("nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list")

_STUDENT = '''"""For nbgrader in a student's server: assignments come from the hub's exchange."""

from course.nbgrader_plugins.exchange import configure_exchange

configure_exchange(get_config())  # noqa: F821  # nbgrader runs this file with it
'''

_GRADER = '''"""For nbgrader in a grader's server: it works on the checkout and grades with our engine."""

import os
import sys

sys.path.insert(0, {root!r})

from autograder.classroom.nbgrader_plugins import configure
from course.project import Project
from pathlib import Path

c = get_config()  # noqa: F821
configure(c, Project.find(Path({root!r})).activate())
'''
_SHARED = """
# The course's server, which all of its graders share: it may ask the hub who they are.
from nbgrader.auth import JupyterHubAuthPlugin

c.CourseDirectory.course_id = {course!r}
c.Authenticator.plugin_class = JupyterHubAuthPlugin
"""
_OWN = """
# A grader's own server.
c.CourseDirectory.course_id = os.environ["COURSE_ID"]
"""

_SERVER = '''"""For a person's server, or a course's."""

import os
import shutil

c = get_config()  # noqa: F821
# Not a login shell, which forgets where the commands of this environment are; and where nobody logs in to the account
# that a course's server runs as, it has none that works.
shell = os.environ.get("SHELL", "")
if not shell or os.path.basename(shell) in ("nologin", "false"):
    shell = shutil.which("bash") or "/bin/sh"
c.ServerApp.terminado_settings = {"shell_command": [shell]}
'''
_FRAME = """# Formgrader shows its pages in a frame.
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
"""


def write_config(folder: Path, role: Role, *, root: Path | None = None, course: str = "") -> Path:
    """Write a folder for ``JUPYTER_CONFIG_PATH`` and return it.

    Parameters
    ----------
    role : a student's server has nothing of formgrader; a grader's has all.
    root, course : for a grader, the course's checkout and its id; without one it is a grader's own server, and the
        environment names the course in ``COURSE_ID``.
    """
    disabled = dict.fromkeys((_NEWS, *_FORMGRADER) if role == "student" else (_NEWS,), True)
    extensions = dict.fromkeys(_GRADERS_ONLY, role == "grader")
    _write_json(folder / "labconfig" / "page_config.json", {"disabledExtensions": disabled})
    _write_json(folder / "jupyter_server_config.json", {"ServerApp": {"jpserver_extensions": extensions}})
    if role == "student":
        _write(folder / "nbgrader_config.py", _STUDENT)
        _write(folder / "jupyter_server_config.py", _SERVER)
    else:
        whose = _SHARED.format(course=course) if course else _OWN
        _write(folder / "nbgrader_config.py", _GRADER.format(root=str(root)) + whose)
        _write(folder / "jupyter_server_config.py", _SERVER + _FRAME)
    for one in (folder, folder / "labconfig"):
        one.chmod(0o755)
    return folder


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
