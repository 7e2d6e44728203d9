"""GPU jobs over HTTP.

    POST   /jobs                a notebook -> {"id"}
    GET    /jobs/ID             its state, place and progress; says that somebody waits for it
    GET    /jobs/ID/notebook    the notebook with its outputs, once it is over
    DELETE /jobs/ID             ends it

Every request but ``GET /health`` carries ``Authorization: token …`` with a token of the hub; cookies are not looked at.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from tornado import web
from tornado.httpserver import HTTPServer

from course.errors import OperatorError
from hub_config.exchange.app import TOKEN
from hub_config.exchange.identity import Identity
from hub_config.exchange.rules import Conflict, Forbidden, Refused, Unknown
from hub_config.gpu_jobs.jobs import Job, Jobs
from hub_config.gpu_jobs.running import NOTEBOOK_MB

_STATUS = {Unknown: 404, Forbidden: 403, Conflict: 409}
_TROUBLE = "The hub's service for GPU jobs is in trouble: try again later."
log = logging.getLogger("course.gpu")


class _Handler(web.RequestHandler):
    def initialize(self, jobs: Jobs, identity: Identity) -> None:
        self.jobs, self.identity = jobs, identity

    def check_xsrf_cookie(self) -> None:
        """No cookie is looked at here, so there is nothing to forge."""

    async def prepare(self) -> None:
        """Called before each method: find out who asks, or answer 401."""
        found = TOKEN.fullmatch(self.request.headers.get("Authorization", ""))
        caller = await self.identity.caller(found[1]) if found else None
        if caller is None:
            raise web.HTTPError(401, reason="A token of the hub that may access this service is needed")
        self.caller = caller

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Called by tornado for each exception: say what to do, and nothing of our insides."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        text = self._reason if status_code < 500 else _TROUBLE
        if isinstance(error, Refused):
            status_code, text = _STATUS.get(type(error), 400), str(error)
        elif isinstance(error, OperatorError):
            status_code = 503
        self.set_status(status_code)
        self.set_header("Content-Type", "application/json")
        self.finish({"error": text})

    def log_exception(self, *exc_info: Any) -> None:
        """A refusal is no trouble; what is, goes to the log with its trace."""
        if not isinstance(exc_info[1], Refused | web.HTTPError):
            log.error("%s %s", self.request.method, self.request.path, exc_info=exc_info)


class _New(_Handler):
    def post(self) -> None:
        job = self.jobs.send(self.caller, bytes(self.request.body))
        self.set_status(201)
        self.finish({"id": job.id})


class _One(_Handler):
    def get(self, id: str) -> None:
        self.finish(_described(self.jobs.find(self.caller, id)))

    def delete(self, id: str) -> None:
        self.jobs.cancel(self.jobs.find(self.caller, id))
        self.set_status(204)


class _Notebook(_Handler):
    async def get(self, id: str) -> None:
        job = self.jobs.find(self.caller, id)
        if not job.over or not job.result.exists():
            raise Unknown("There are no outputs of this job" + ("." if job.over else " yet."))
        self.set_header("Content-Type", "application/json")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(await asyncio.to_thread(job.result.read_bytes))


class _Health(web.RequestHandler):
    def get(self) -> None:
        self.finish({"ok": True})


def make_app(jobs: Jobs, identity: Identity, prefix: str = "/") -> web.Application:
    """Return the service as a tornado application whose addresses begin with `prefix`."""
    home, parts = prefix.rstrip("/"), {"jobs": jobs, "identity": identity}
    return web.Application(
        [
            (f"{home}/health", _Health),
            (f"{home}/jobs", _New, parts),
            (rf"{home}/jobs/([0-9a-f]{{32}})", _One, parts),
            (rf"{home}/jobs/([0-9a-f]{{32}})/notebook", _Notebook, parts),
        ],
        log_function=lambda handler: None,
    )


def make_server(app: web.Application) -> HTTPServer:
    """Return an HTTP server for `app` that takes no larger notebook than may be run, and unpacks none."""
    return HTTPServer(app, max_body_size=NOTEBOOK_MB << 20, max_header_size=2**14, decompress_request=False)


def _described(job: Job) -> dict[str, Any]:
    place, run = job.place, job.run
    return {
        "state": job.state,
        "why": job.why,
        "place": place.number if place else None,
        "free_at": place.free_at if place else None,
        "done": run.done if run else 0,
        "cells": run.cells if run else 0,
        "outputs": job.over and job.result.exists(),
    }
