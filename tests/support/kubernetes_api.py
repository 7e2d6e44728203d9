"""A small Kubernetes API server: as much of it as KubeSpawner asks for, and a `kubelet` that a test writes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from aiohttp import web

Row = dict[str, Any]
Kubelet = Callable[[Row], Row]  # from a pod that was created to its status

NAMESPACE = "course"


class FakeCluster:
    """Pods, their events, and volume claims.

    Attributes
    ----------
    kubelet : says what becomes of a pod; a test may change it.
    refuse : what the server answers instead of creating a pod: (status, message), or None.
    stored : everything by kind and name.
    created : every pod that was ever created, as it was sent.
    """

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.refuse: tuple[int, str] | None = None
        self.stored: dict[str, dict[str, Row]] = {"pods": {}, "events": {}, "persistentvolumeclaims": {}}
        self.created: list[Row] = []
        self.url = ""
        self._numbers = itertools.count(1)
        self._watchers: list[tuple[str, asyncio.Queue[Row]]] = []

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[FakeCluster]:
        """Answer at `url` until the block ends."""
        app = web.Application()
        for kind in self.stored:
            base = f"/api/v1/namespaces/{NAMESPACE}/{kind}"
            app.router.add_get(base, self._list)
            app.router.add_post(base, self._create)
            app.router.add_get(base + "/{name}", self._read)
            app.router.add_delete(base + "/{name}", self._delete)
        app.router.add_get("/user/{name}/api", self._server)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            for _, queue in self._watchers:
                queue.put_nowait({})
            await runner.cleanup()

    @property
    def pods(self) -> dict[str, Row]:
        """The pods there are, by name."""
        return self.stored["pods"]

    def update(self, name: str, **status: Any) -> None:
        """Change a pod's status, as the kubelet does."""
        pod = self.pods[name]
        pod["status"] = {**pod["status"], **status}
        self._tell("pods", "MODIFIED", pod)

    def happen(self, pod: str, reason: str, message: str) -> None:
        """Add an event of a pod."""
        self._put(
            "events",
            {
                "metadata": {"name": f"{pod}.{next(self._numbers)}"},
                "involvedObject": {"kind": "Pod", "name": pod},
                "type": "Warning", "reason": reason, "message": message,
                "lastTimestamp": "2026-01-01T00:00:00Z", "eventTime": None,
            },
        )  # fmt: skip

    def _put(self, kind: str, row: Row) -> Row:
        number = str(next(self._numbers))
        row["metadata"] |= {"namespace": NAMESPACE, "uid": f"uid-{number}", "resourceVersion": number}
        self.stored[kind][row["metadata"]["name"]] = row
        self._tell(kind, "ADDED", row)
        return row

    def _tell(self, kind: str, type_: str, row: Row) -> None:
        row["metadata"]["resourceVersion"] = str(next(self._numbers))
        for watched, queue in self._watchers:
            if watched == kind:
                queue.put_nowait({"type": type_, "object": row})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        kind = request.path.rsplit("/", 1)[1]
        if request.query.get("watch") in ("True", "true", "1"):
            return await self._watch(request, kind)
        version = str(next(self._numbers))
        items = list(self.stored[kind].values())
        return web.json_response({"kind": "List", "metadata": {"resourceVersion": version}, "items": items})

    async def _watch(self, request: web.Request, kind: str) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        queue: asyncio.Queue[Row] = asyncio.Queue()
        for row in self.stored[kind].values():  # what has come between the list and this
            queue.put_nowait({"type": "ADDED", "object": row})
        self._watchers.append((kind, queue))
        while change := await queue.get():  # an empty one ends it
            await response.write(json.dumps(change).encode() + b"\n")
        return response

    async def _server(self, request: web.Request) -> web.Response:
        """A person's server, for a hub that looks whether it is there."""
        return web.json_response({}, headers={"X-JupyterHub-Version": "5.5.0"})

    async def _create(self, request: web.Request) -> web.Response:
        kind, row = request.path.rsplit("/", 1)[1], await request.json()
        name = row["metadata"]["name"]
        if name in self.stored[kind]:
            return _status(409, f"{name} already exists")
        if kind == "pods":
            if self.refuse:
                return _status(*self.refuse)
            self.created.append(json.loads(json.dumps(row)))
            row["status"] = self.kubelet(row)
        return web.json_response(self._put(kind, row), status=201)

    async def _read(self, request: web.Request) -> web.Response:
        kind, name = request.path.rsplit("/", 2)[1:]
        found = self.stored[kind].get(name)
        return web.json_response(found) if found else _status(404, f"{name} not found")

    async def _delete(self, request: web.Request) -> web.Response:
        kind, name = request.path.rsplit("/", 2)[1:]
        row = self.stored[kind].pop(name, None)
        if row is None:
            return _status(404, f"{name} not found")
        self._tell(kind, "DELETED", row)
        return web.json_response(row)


def runs(pod: Row) -> Row:
    """A kubelet that has every pod running at once."""
    return {"phase": "Running", "podIP": "10.0.0.7", "containerStatuses": [container(ready=True, running={})]}


def waits_for_gpus(pod: Row) -> Row:
    """A kubelet that has no GPU free, and a place for everything else."""
    return unschedulable("0/3 nodes are available: 3 Insufficient nvidia.com/gpu.") if gpus(pod) else runs(pod)


def unschedulable(message: str) -> Row:
    """The status of a pod that has found no node."""
    return {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}],
    }


def waiting(reason: str, message: str = "") -> Row:
    """The status of a pod whose container waits."""
    return {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "True"}],
        "containerStatuses": [container(waiting={"reason": reason, "message": message})],
    }


def ended(code: int, reason: str) -> Row:
    """The status of a pod whose container has ended."""
    return {
        "phase": "Failed",
        "podIP": "10.0.0.7",
        "containerStatuses": [container(terminated={"exitCode": code, "reason": reason})],
    }


def container(ready: bool = False, **state: Row) -> Row:
    """The status of the notebook's container."""
    return {"name": "notebook", "image": "x", "imageID": "x", "restartCount": 0, "ready": ready, "state": state}


def gpus(pod: Row) -> dict[str, str]:
    """The devices that a pod asks for."""
    limits = pod["spec"]["containers"][0]["resources"].get("limits", {})
    return {name: count for name, count in limits.items() if name.startswith("nvidia.com/")}


def containers(pod: Row) -> Iterator[Row]:
    """Of a pod's manifest, all of them."""
    yield from pod["spec"].get("initContainers") or ()
    yield from pod["spec"]["containers"]


def _status(code: int, message: str) -> web.Response:
    return web.json_response({"kind": "Status", "status": "Failure", "message": message, "code": code}, status=code)
