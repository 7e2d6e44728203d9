"""Configures Jupyter's server for a person, or for a course: what its terminals run, what may show its pages."""

from __future__ import annotations

import os
import shutil

from traitlets.config import Config


def configure_server(c: Config) -> Config:
    """Set in `c` what every server needs, and return it.

    No login shell, which forgets where the commands of this environment are; and where nobody logs in to the account
    that a course's server runs as, it has none that works.
    """
    shell = os.environ.get("SHELL", "")
    if not shell or os.path.basename(shell) in ("nologin", "false"):
        shell = shutil.which("bash") or "/bin/sh"
    c.ServerApp.terminado_settings = {"shell_command": [shell]}
    return c


def configure_graders_server(c: Config) -> Config:
    """Set in `c` what a server with formgrader needs, which shows its pages in a frame, and return it."""
    c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
    return configure_server(c)
