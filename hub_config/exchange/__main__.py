"""The exchange as a service of the hub: ``python -m hub_config.exchange``, started by the hub, which tells it where.

COURSE_EXCHANGE_DB : its records, as SQLAlchemy writes them (``sqlite:////srv/exchange.db``).
COURSE_EXCHANGE_STORAGE : a folder or fsspec's address of an object store (``s3://bucket/exchange``), with
COURSE_EXCHANGE_STORAGE_OPTIONS : its options, as JSON.
COURSE_EXCHANGE_TRIES : hand-ins per hour to each course with instant feedback, as JSON: ``{"ml": 6}``.
COURSE_EXCHANGE_CLOSINGS : when what is closed, as JSON: ``{"ml": {"ch03_…": {"at": "2026-12-18T11:00", "zone": …}}}``.
COURSE_EXCHANGE_RULES : each course's `Plan` without deadlines, as JSON: ``{"ml": {"title": …, "grade": …}}``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from typing import Any
from urllib.parse import urlsplit

from pydantic import Json, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from course.errors import CourseError, SetupError
from course.exchange.plan import Plan
from course.parsing import read_settings
from hub_config.exchange.app import make_app, make_server
from hub_config.exchange.blobs import Blobs
from hub_config.exchange.browsers import HubBrowsers
from hub_config.exchange.identity import HubIdentity
from hub_config.exchange.records import Records
from hub_config.exchange.rules import Closing, Exchange

SWEEP_SECONDS = 3600.0
log = logging.getLogger("course.exchange")


class Told(BaseSettings):
    """What the hub tells the exchange, each in a variable of its own: ``COURSE_EXCHANGE_DB``."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="COURSE_EXCHANGE_", env_ignore_empty=True, enable_decoding=False, validate_default=False
    )

    db: str
    storage: str
    storage_options: Json[dict[str, Any]] = {}
    tries: Json[dict[str, PositiveInt]] = {}
    closings: Json[dict[str, dict[str, Closing]]] = {}
    rules: Json[dict[str, Plan]] = {}


def exchange_from_environ() -> Exchange:
    """Return the exchange that the environment describes.

    Raises
    ------
    SetupError : a variable is missing or is not what it should be.
    """
    told = read_settings(Told, SetupError, "The hub sets it, and starts the exchange with it.")
    blobs = Blobs(told.storage, **told.storage_options)
    return Exchange(Records(told.db), blobs, tries=told.tries, closings=told.closings, rules=told.rules)


async def serve() -> None:
    """Serve where the hub says, until SIGTERM."""
    where = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    exchange = exchange_from_environ()
    identity, prefix = HubIdentity(), os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
    server = make_server(make_app(exchange, identity, prefix, HubBrowsers(identity)))
    server.listen(where.port or 80, where.hostname or "127.0.0.1")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log.info("The exchange listens on %s", where.netloc)
    sweeper = asyncio.create_task(_sweep(exchange))
    await stop.wait()
    sweeper.cancel()
    server.stop()
    await server.close_all_connections()


async def _sweep(exchange: Exchange) -> None:
    while True:
        try:
            if count := await asyncio.to_thread(exchange.sweep):
                log.info("%d chunks of uploads that were given up are removed", count)
        except (CourseError, OSError) as error:
            log.warning("Sweeping failed, and is tried again in an hour: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    asyncio.run(serve())
