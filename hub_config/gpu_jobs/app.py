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

from hub_config.exchange.callers import Unknown
from hub_config.exchange.handler import ServiceHandler
from hub_config.exchange.identity import Identity
from hub_config.gpu_jobs.jobs import Job, Jobs
from hub_config.gpu_jobs.running import NOTEBOOK_MB


class _Handler(ServiceHandler):
    trouble = "The hub's service for GPU jobs is in trouble: try again later."
    log = logging.getLogger("course.gpu")

    def initialize(self, jobs: Jobs, identity: Identity) -> None:
        self.jobs, self.identity = jobs, identity


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
