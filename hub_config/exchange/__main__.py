"""The exchange as a service of the hub: ``python -m hub_config.exchange``, started by the hub, which tells it where.

COURSE_EXCHANGE_DB : its records, as SQLAlchemy writes them (``sqlite:////srv/exchange.db``).
COURSE_EXCHANGE_STORAGE : a folder or fsspec's address of an object store (``s3://bucket/exchange``), with
COURSE_EXCHANGE_STORAGE_OPTIONS : its options, as JSON.
COURSE_EXCHANGE_TRIES : hand-ins per hour to each course with feedback at once, as JSON: ``{"ml": 6}``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from urllib.parse import urlsplit

from pydantic import PositiveInt, TypeAdapter, ValidationError

from course.errors import CourseError, SetupError
from hub_config.exchange.app import make_app, make_server
from hub_config.exchange.blobs import Blobs
from hub_config.exchange.identity import HubIdentity
from hub_config.exchange.records import Records
from hub_config.exchange.rules import Exchange

SWEEP_SECONDS = 3600.0
log = logging.getLogger("course.exchange")


def exchange_from_environ() -> Exchange:
    """Return the exchange that the environment describes.

    Raises
    ------
    SetupError : a variable is missing or is not what it should be.
    """
    try:
        options = json.loads(os.environ.get("COURSE_EXCHANGE_STORAGE_OPTIONS", "{}"))
        tries = TypeAdapter(dict[str, PositiveInt]).validate_json(os.environ.get("COURSE_EXCHANGE_TRIES", "{}"))
        records = Records(os.environ["COURSE_EXCHANGE_DB"])
        return Exchange(records, Blobs(os.environ["COURSE_EXCHANGE_STORAGE"], **options), tries=tries)
    except KeyError as error:
        raise SetupError(f"The exchange needs the environment variable {error}.") from error
    except ValidationError as error:
        raise SetupError(f"COURSE_EXCHANGE_TRIES is not what it should be: {error.errors()[0]['msg']}.") from error
    except ValueError as error:
        raise SetupError(f"COURSE_EXCHANGE_STORAGE_OPTIONS is not JSON: {error}.") from error


async def serve() -> None:
    """Serve where the hub says, until SIGTERM."""
    where = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    exchange = exchange_from_environ()
    server = make_server(make_app(exchange, HubIdentity(), os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")))
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
