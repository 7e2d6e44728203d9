"""One person's access to the GPU jobs of a hub: send a notebook, wait for it, fetch its outputs."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from course.errors import ExchangeRefusal, OperatorError, SetupError
from course.exchange.session import hub_session

_TIMEOUT = (10.0, 60.0)  # to connect, to wait for bytes
_LOOK = 1.0  # seconds between two looks at a job
_PATIENCE = 30.0  # seconds without an answer after which a job is given up
_PATH = "/services/gpu"
VARIABLE = "COURSE_GPU_URL"


@dataclass(frozen=True)
class Done:
    """What has come of a job.

    Attributes
    ----------
    notebook : with its outputs, as JSON text; empty where no cell was begun.
    why : what stopped it, in a sentence; empty if all cells were run.
    """

    notebook: str
    why: str


class GpuJobsClient:
    """One person's access.

    Parameters
    ----------
    url : of the service, or of the hub it belongs to.
    token : of the hub, from its token page or from the environment of a notebook server.

    Every method raises `ExchangeRefusal` when the service says no, and `OperatorError` when it can't be reached.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/") if url.rstrip("/").endswith(_PATH) else f"{url.rstrip('/')}{_PATH}"
        self._session = hub_session(self.url, token)

    @classmethod
    def from_environ(cls, url: str | None = None) -> GpuJobsClient:
        """Return the client that ``COURSE_GPU_URL`` (or `url`) and the hub's token name.

        Raises
        ------
        SetupError : one of them is missing.
        """
        url = url or os.environ.get(VARIABLE, "")
        token = os.environ.get("COURSE_HUB_TOKEN") or os.environ.get("JUPYTERHUB_API_TOKEN", "")
        if not url and os.environ.get("JUPYTERHUB_API_TOKEN"):
            raise SetupError(
                "This hub takes no GPU jobs: ask whoever runs it for [gpu_jobs] in hub.toml, or start a server with a "
                "GPU."
            )
        if not url or not token:
            raise SetupError(
                "GPU jobs go to a hub, and there is none here: name it (--hub URL, or COURSE_GPU_URL), and put a token "
                "from its token page (URL/hub/token) into the environment variable COURSE_HUB_TOKEN. On this machine "
                "itself a notebook runs in Jupyter, where course.device() finds its GPU."
            )
        return cls(url, token)

    def run(self, notebook: str, tell: Callable[[str], None] = lambda text: None) -> Done:
        """Send a notebook (JSON), wait until it has been run, and return it with its outputs.

        Whatever ends the waiting, such as Ctrl-C, ends the job.

        Parameters
        ----------
        tell : is told what is waited for, whenever that changes.
        """
        id = str(self._json("POST", "/jobs", data=notebook.encode())["id"])
        try:
            state = self._wait(id, tell)
            text = self._ask("GET", f"/jobs/{id}/notebook").text if state["outputs"] else ""
            return Done(text, str(state["why"]))
        except BaseException:
            with contextlib.suppress(OperatorError, ExchangeRefusal):
                self._ask("DELETE", f"/jobs/{id}")
            raise

    def _wait(self, id: str, tell: Callable[[str], None]) -> dict[str, Any]:
        said, answered = "", time.monotonic()
        while True:
            try:
                state: dict[str, Any] = self._json("GET", f"/jobs/{id}")
                answered = time.monotonic()
            except OperatorError:
                if time.monotonic() - answered > _PATIENCE:
                    raise
                state = {"state": "unknown"}
            if state["state"] in ("done", "stopped"):
                return state
            if (text := _sentence(state)) and text != said:
                tell(text)
                said = text
            time.sleep(_LOOK * (1 + min(state.get("place") or 0, 40) / 10))  # who is far behind asks less often

    def _json(self, method: str, path: str, **options: Any) -> Any:
        try:
            return self._ask(method, path, **options).json()
        except ValueError as error:
            raise OperatorError(f"{self.url} takes no GPU jobs: is the address right?") from error

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        try:
            reply = self._session.request(method, self.url + path, timeout=_TIMEOUT, allow_redirects=False, **options)
        except requests.RequestException as error:
            raise OperatorError(
                f"{self.url} does not answer ({type(error).__name__}): is the hub running, and the address right?"
            ) from error
        if reply.status_code < 300:
            return reply
        raise _refusal(reply, self.url)


def _refusal(reply: requests.Response, url: str) -> ExchangeRefusal | OperatorError:
    try:
        text = str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        text = ""
    if reply.status_code == 401:
        return ExchangeRefusal("The hub does not know your token, or it is too old: make a new one on its token page.")
    if reply.status_code == 404 and not text:
        return ExchangeRefusal(
            f"{url} is not there: this hub takes no GPU jobs ([gpu_jobs] in its hub.toml), or it is no hub's address."
        )
    if 400 <= reply.status_code < 500:
        return ExchangeRefusal(text or f"The notebook is not taken ({reply.status_code}): it may be too large.")
    return OperatorError(f"{url}: {text or f'it answers {reply.status_code}'}")


def _sentence(state: dict[str, Any]) -> str:
    if state["state"] == "running":
        cells = f": cell {min(state['done'] + 1, state['cells'])} of {state['cells']}" if state["cells"] else ""
        return f"It runs on the GPU{cells}."
    if state["state"] == "waiting" and state["place"]:
        back = state["free_at"]
        until = (
            f" The next GPU is back at {datetime.fromtimestamp(back).astimezone():%H:%M} at the latest." if back else ""
        )
        return f"In line for a GPU: place {state['place']}.{until}"
    return ""
