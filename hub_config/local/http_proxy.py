"""The proxy that stands before the hub and its servers: which one, and with what."""

from __future__ import annotations

import os
import shutil
import ssl
import sys
from pathlib import Path

from course.errors import SetupError
from hub_config.settings.hub import Hub

PROXY = "configurable-http-proxy"
_PATIENCE_MS = 3_600_000  # the Python one gives up on an answer after 20 s otherwise; formgrader's grading takes longer


def proxy_command(hub: Hub, folder: Path, place: Path | None = None) -> list[str]:
    """Return the command that JupyterHub starts the proxy with.

    The one that comes with the hub, without Node, does no TLS; the Node one of the same name does.

    Parameters
    ----------
    folder : of ``hub.toml``.
    place : where the command is, when it is not beside our own.

    Raises
    ------
    SetupError : no proxy is installed that can do what is asked for, or the key and the certificate are no pair.
    """
    if hub.tls_key:
        _check_pair(hub, folder)
        return [_node_proxy(folder)]
    # What the reverse proxy says of who asks, and how, is passed on as it is: the hub needs to know of https.
    command = str(place / PROXY) if place else beside(PROXY)
    return [command, f"--proxy-timeout={_PATIENCE_MS}", *(["--no-x-forward"] if hub.behind_proxy else [])]


def beside(command: str) -> str:
    """Return the path of a command of our own environment; raises `SetupError` where it is not installed."""
    found = shutil.which(command, path=str(Path(sys.executable).parent)) or shutil.which(command)
    if found is None:
        raise SetupError(f"{command} is not installed: run `make setup`.")
    return found


def _node_proxy(folder: Path) -> str:
    for place in os.get_exec_path():
        found = shutil.which(PROXY, path=place)
        if found and _runs_in_node(Path(found)):
            return found
    raise SetupError(
        f"{folder / 'hub.toml'}: tls_key and tls_cert need a proxy that does TLS, and the one that is installed does "
        f"none. Leave them out, let a reverse proxy do TLS and name public_url (docs/hub.md, TLS), or install the Node "
        f"proxy: npm install --global {PROXY}"
    )


def _runs_in_node(path: Path) -> bool:
    with path.open("rb") as file:
        return b"node" in file.readline(200)


def _check_pair(hub: Hub, folder: Path) -> None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(hub.tls_cert, hub.tls_key, password=b"")
    except (OSError, ssl.SSLError) as error:
        raise SetupError(
            f"{folder / 'hub.toml'}: tls_key and tls_cert: {hub.tls_key} and {hub.tls_cert} can't be used: "
            f"{error.strerror or error}. They are files in PEM, without a password, that belong to each other."
        ) from error
