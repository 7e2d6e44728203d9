"""The pages for graders within a course's server on a hub, beside formgrader: ``mark/`` below the server's address.

The hub says who asks, and lets only the course's graders in; each of their grades has their name.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from autograder.marking.service import Marking, Service
from course.project import Project


class GraderHandler(Marking, JupyterHandler):
    """Answers who may use the server."""

    def initialize(self, service: Service) -> None:
        """Called by tornado before each request."""
        self.service = service

    @web.authenticated
    async def get(self, path: str) -> None:
        """Called by tornado."""
        self.grader = str(self.current_user.username)
        await self.answer_get(path)

    @web.authenticated
    async def post(self, path: str) -> None:
        """Called by tornado."""
        self.grader = str(self.current_user.username)
        await self.answer_post(path)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Called by Jupyter's server."""
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter's server at its start."""
    base = url_path_join(server.web_app.settings["base_url"], "mark/")
    service = Service(Project.find(), base)
    server.web_app.add_handlers(".*$", [(f"{base}(.*)", GraderHandler, {"service": service})])
