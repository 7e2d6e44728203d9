"""Makes a hub's folder ready for a start: what is whose in it, and the Python environment of people's servers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from course.errors import SetupError
from hub_config.local.assembly import Place
from hub_config.local.environment import is_open
from hub_config.local.lease_file import make_place
from hub_config.settings.hub import Hub

_SHARED = ("servers", "people", "exchange", "gpus")  # entries of the hub's folder that others than the hub's user read
ENTERED = 0o711  # mode of the hub's folder: people's servers go through it to their environment, and see no names


def make_exchange(place: Place) -> None:
    """Make the exchange's folder; records of an earlier version, which lay beside it, are moved there."""
    place.exchange.mkdir(mode=0o700, exist_ok=True)
    for name in ("exchange.db", "exchange.db-wal", "exchange.db-shm"):
        if (place.state / name).exists():
            os.replace(place.state / name, place.exchange / name)


def make_ready(place: Place, hub: Hub, tell: Callable[[str], None]) -> None:
    """Do what a start needs; harmless when it has been done.

    Raises
    ------
    SetupError : the environment of people's servers can't be made, or they could not reach it.
    """
    make_exchange(place)
    leases = make_place(place.state).parent
    if hub.accounts != "unix":
        return
    for entry in place.state.iterdir():
        if entry.name not in _SHARED and not entry.is_symlink():
            entry.chmod(0o700 if entry.is_dir() else 0o600)
    (place.state / "servers").chmod(0o755)
    give(place.exchange, hub.services_user)
    give(leases, hub.gpu_jobs.user if hub.gpu_jobs else "root")
    place.state.chmod(ENTERED)
    people = place.environment(hub)
    people.make(tell=tell)
    if not is_open(people.folder / "bin" / "jupyterhub-singleuser"):
        raise SetupError(
            f"People can't read {people.folder}, the Python environment of their servers: open it and the folders "
            "above it (chmod o+x), or name another place in hub.toml: environment = …"
        )


def give(folder: Path, account: str) -> None:
    """Make `folder` and all in it `account`'s, and nobody else's."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, account, account)
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)
