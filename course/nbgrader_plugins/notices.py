"""A person's server shows what the hub has written to them: ``GET course/notice``, asked by the page every few seconds.

The hub names the file in COURSE_NOTICE; where there is no hub, or nothing to say, there is no file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

_LARGEST = 2000  # characters


def notice() -> str:
    """Return what is to be shown now; empty for nothing."""
    try:
        found = json.loads(Path(os.environ["COURSE_NOTICE"]).read_text(encoding="utf-8"))
        return str(found["sentence"])[:_LARGEST]
    except (KeyError, TypeError, ValueError, OSError):  # none, or one that is just being written
        return ""


class NoticeHandler(APIHandler):
    """Gives it to the page."""

    @web.authenticated
    def get(self) -> None:
        """Called by tornado."""
        self.finish({"sentence": notice()})


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Called by Jupyter's server."""
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter's server at its start."""
    address = url_path_join(server.web_app.settings["base_url"], "course", "notice")
    server.web_app.add_handlers(".*$", [(address, NoticeHandler)])
