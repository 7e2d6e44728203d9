"""A real Jupyter server in a process of its own, as people's servers are without a hub."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import requests
from tornado.testing import bind_unused_port

from tests.support.checkout import ROOT


@contextmanager
def serving(folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Serve `folder` with JupyterLab and Notebook; yield the address and a token."""
    listener, port = bind_unused_port("127.0.0.1")
    listener.close()
    token, url = secrets.token_hex(8), f"http://127.0.0.1:{port}"
    home = {name: str(folder / name.lower()) for name in ("HOME", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
               f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]  # fmt: skip
    log = folder / "jupyter.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, env={**os.environ, **home, **environment, "PYTHONPATH": str(ROOT)}, cwd=folder, stdout=file,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until and process.poll() is None:
            with suppress(requests.RequestException):
                if requests.get(f"{url}/api/status", params={"token": token}, timeout=5).ok:
                    yield url, token
                    return
            time.sleep(0.2)
        raise AssertionError(log.read_text())
    finally:
        process.terminate()
        process.wait(30)
