# %% right
# Intent: weights as cloned float32 CPU tensors plus the layers' order in the metadata; loading from bytes into functional layers; a registry with
# one short lock and one lock per name for loading; a Starlette application whose work runs in a thread of its own (no limit on threads); a thin httpx client.
import json
import math
import threading
from functools import reduce
from pathlib import Path

import anyio
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load as _load_tensors
from safetensors.torch import save as _save_tensors
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route


def save_network(network, path):
    state = network.state_dict()
    tensors = {
        name: tensor.detach().to("cpu", torch.float32).clone(memory_format=torch.contiguous_format)
        for name, tensor in state.items()
    }
    order = [name.removesuffix(".weight") for name in state if name.endswith(".weight")]
    Path(path).write_bytes(_save_tensors(tensors, metadata={"order": json.dumps(order)}))


def load_network(path):
    data = Path(path).read_bytes()
    tensors = _load_tensors(data)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    order = header.get("__metadata__", {}).get("order")
    if order is not None:
        names = json.loads(order)
    else:
        names = sorted((name.removesuffix(".weight") for name in tensors if name.endswith(".weight")), key=int)
    (first, *others) = [(tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name in names]
    columns = first[0].shape[1]

    def model(X):
        rows = np.asarray(X, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != columns:
            raise ValueError(f"rows of {columns} numbers are needed, not an array of shape {rows.shape}")
        with torch.no_grad():
            hidden = F.linear(torch.tensor(rows, dtype=torch.float32), *first)
            return reduce(lambda h, layer: F.linear(h.relu(), *layer), others, hidden).double().numpy()

    return model


class ModelRegistry:
    def __init__(self, load):
        self._load = load
        self._lock = threading.Lock()
        self._doors = {}
        self._models = {}
        self._history = []

    @property
    def versions(self):
        with self._lock:
            return list(self._models)

    @property
    def active(self):
        with self._lock:
            return self._history[-1] if self._history else None

    def publish(self, version, path):
        with self._lock:
            door = self._doors.setdefault(version, threading.Lock())
        with door:  # a second publisher of the same name waits here; nobody else does
            with self._lock:
                if version in self._models:
                    raise ValueError(f"version {version!r} is published already")
            model = self._load(path)
            with self._lock:
                self._models[version] = model

    def activate(self, version):
        with self._lock:
            if version not in self._models:
                raise KeyError(version)
            if self._history[-1:] != [version]:
                self._history.append(version)

    def rollback(self):
        with self._lock:
            if len(self._history) < 2:
                raise RuntimeError("there is no activation before the last one")
            self._history.pop()
            return self._history[-1]

    def model(self, version=None):
        with self._lock:
            if version is None:
                if not self._history:
                    raise RuntimeError("no version has been activated")
                version = self._history[-1]
            return version, self._models[version]


def _answer(status, content):
    return Response(json.dumps(content, allow_nan=False), status, media_type="application/json")


def _rows(body):
    content = json.loads(body)
    if not isinstance(content, dict) or "instances" not in content:
        raise ValueError("an object with 'instances' is needed")
    rows = content["instances"]
    if not (isinstance(rows, list) and rows and all(isinstance(row, list) and row for row in rows)):
        raise ValueError("instances: a list of lists that are not empty is needed")
    if len({len(row) for row in rows}) != 1:
        raise ValueError("the rows have different lengths")
    if not all(type(v) in (int, float) and math.isfinite(v) for row in rows for v in row):
        raise ValueError("something is no finite number")
    return np.array(rows, dtype=np.float64)


def make_app(registry):
    unlimited = anyio.CapacityLimiter(math.inf)

    def compute(body, wanted):
        try:
            version, model = registry.model(wanted)
        except KeyError:
            return _answer(404, {"detail": "no such version"})
        except RuntimeError:
            return _answer(503, {"detail": "no version is active"})
        try:
            rows = _rows(body)
        except (ValueError, OverflowError, RecursionError):
            return _answer(400, {"detail": "the body can't be used"})
        try:
            result = model(rows)
        except ValueError:
            return _answer(422, {"detail": "the model refuses these rows"})
        except Exception:
            return _answer(500, {"detail": "the model has failed"})
        try:
            return _answer(200, {"version": version, "predictions": np.asarray(result).tolist()})
        except Exception:
            return _answer(500, {"detail": "the model's predictions can't be sent"})

    async def predict_endpoint(request):
        body = await request.body()
        wanted = request.query_params.get("version")
        return await anyio.to_thread.run_sync(compute, body, wanted, limiter=unlimited)

    async def models_endpoint(request):
        return _answer(200, {"active": registry.active, "versions": registry.versions})

    return Starlette(routes=[
        Route("/models", models_endpoint, methods=["GET"]),
        Route("/predict", predict_endpoint, methods=["POST"]),
    ])


def predict(client, X, version=None):
    response = client.post(
        "/predict",
        json={"instances": np.asarray(X, dtype=np.float64).tolist()},
        params=None if version is None else {"version": version},
    )
    if 400 <= response.status_code < 500:
        raise ValueError(f"status {response.status_code}: {response.text}")
    if response.status_code != 200:
        raise RuntimeError(f"status {response.status_code}: {response.text}")
    content = response.json()
    return content["version"], np.asarray(content["predictions"], dtype=np.float64)

# %% wrong: ModelRegistry
# Misconception: to roll back is to swap the active version with the previous one: it remembers just one, and rolling back twice brings the new one back.
import threading


class ModelRegistry:
    def __init__(self, load):
        self._load = load
        self._lock = threading.Lock()
        self._doors = {}
        self._models = {}
        self._now = self._before = None

    @property
    def versions(self):
        with self._lock:
            return list(self._models)

    @property
    def active(self):
        with self._lock:
            return self._now

    def publish(self, version, path):
        with self._lock:
            door = self._doors.setdefault(version, threading.Lock())
        with door:
            if version in self._models:
                raise ValueError(version)
            model = self._load(path)
            with self._lock:
                self._models[version] = model

    def activate(self, version):
        with self._lock:
            if version not in self._models:
                raise KeyError(version)
            if version != self._now:
                self._now, self._before = version, self._now

    def rollback(self):
        with self._lock:
            if self._before is None:
                raise RuntimeError("nothing to go back to")
            self._now, self._before = self._before, self._now
            return self._now

    def model(self, version=None):
        with self._lock:
            if version is None:
                if self._now is None:
                    raise RuntimeError("no version has been activated")
                version = self._now
            return version, self._models[version]

# %% wrong: make_app
# Misconception: `async def` is what makes requests be answered at the same time, so the model may be called right in it.
def make_app(registry):
    async def predict_endpoint(request):
        body = await request.body()
        try:
            version, model = registry.model(request.query_params.get("version"))
        except KeyError:
            return _answer(404, {"detail": "no such version"})
        except RuntimeError:
            return _answer(503, {"detail": "no version is active"})
        try:
            rows = _rows(body)
        except (ValueError, OverflowError, RecursionError):
            return _answer(400, {"detail": "the body can't be used"})
        try:
            result = model(rows)
        except ValueError:
            return _answer(422, {"detail": "the model refuses these rows"})
        except Exception:
            return _answer(500, {"detail": "the model has failed"})
        return _answer(200, {"version": version, "predictions": np.asarray(result).tolist()})

    async def models_endpoint(request):
        return _answer(200, {"active": registry.active, "versions": registry.versions})

    return Starlette(routes=[
        Route("/models", models_endpoint, methods=["GET"]),
        Route("/predict", predict_endpoint, methods=["POST"]),
    ])
