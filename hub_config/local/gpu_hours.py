"""The hub tells the exchange a person's GPU hours, for the start page: who else may ask is who may read their groups.

GET /hub/api/course/gpu-hours/NAME   {"used": 1.5, "of": 10}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import needs_scope

from hub_config.local.leases import Leases


class GpuHours(APIHandler):  # type: ignore[misc]  # JupyterHub has no types
    """Answers from the ledger."""

    def initialize(self, path: Path, weekly_hours: float) -> None:
        """Called by tornado with what the route says."""
        self.path, self.weekly_hours = path, weekly_hours

    @needs_scope("read:users:groups")  # type: ignore[untyped-decorator]
    def get(self, user_name: str) -> None:
        """Called by tornado; `used` this week, `of` so many (0: without a bound)."""
        self.finish({"used": Leases(self.path, None).used(user_name), "of": self.weekly_hours})


def gpu_hours_route(path: Path, weekly_hours: float) -> tuple[str, Any, dict[str, Any]]:
    """Return what `c.JupyterHub.extra_handlers` takes, for the ledger in `path`."""
    return r"/api/course/gpu-hours/(?P<user_name>[^/]+)", GpuHours, {"path": path, "weekly_hours": weekly_hours}
