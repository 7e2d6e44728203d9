# %% right
# Intent: safetensors for the file, read as bytes so that nothing stays mapped; a registry with a lock, one lock per name
# while loading and a stack of activations; FastAPI with a def endpoint (its own thread) on the raw body; numpy checks the rows.
import json
import threading
from collections import defaultdict
from pathlib import Path

import httpx
import numpy as np
import safetensors.torch
import torch
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse


def save_network(network, path):
    tensors = {
        name: value.detach().to("cpu", torch.float32).clone().contiguous()
        for name, value in network.state_dict().items()
    }
    safetensors.torch.save_file(tensors, str(path))


def load_network(path):
    tensors = safetensors.torch.load(Path(path).read_bytes())
    numbers = sorted({int(name.split(".")[0]) for name in tensors})
    layers = []
    for number in numbers:
        weight = tensors[f"{number}.weight"]
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        linear.load_state_dict({"weight": weight, "bias": tensors[f"{number}.bias"]})
        layers += [linear, torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1]).eval().requires_grad_(False)
    n_inputs = network[0].in_features

    def model(X):
        X = np.asarray(X, dtype=np.float32)
        if X.ndim != 2 or X.shape[1] != n_inputs:
            raise ValueError(f"rows of {n_inputs} numbers are needed, this has shape {X.shape}")
        with torch.inference_mode():
            return network(torch.tensor(X)).numpy().astype(np.float64)

    return model


class ModelRegistry:
    def __init__(self, load):
        self._load = load
        self._models = {}
        self._history = []
        self._lock = threading.Lock()
        self._loading = defaultdict(threading.Lock)

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
            loading = self._loading[version]
        with loading:
            with self._lock:
                if version in self._models:
                    raise ValueError(f"there is a version {version!r} already")
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


def rows_of(body):
    """The rows in the body of a request as an array; ValueError if it has none."""

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    try:
        content = json.loads(body, parse_constant=refuse)
        rows = np.array(content["instances"], dtype=np.float64)
    except (TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ValueError(f"no object with rows of numbers: {error!r}") from error
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError('"instances" has to be a list of one or more lists, none of them empty')
    if not np.isfinite(rows).all():
        raise ValueError("all numbers have to be finite")
    return rows


def make_app(registry):
    app = FastAPI()

    def problem(status, error):
        return JSONResponse({"detail": ascii(error)}, status_code=status)

    async def raw(request: Request):
        return await request.body()

    @app.get("/models")
    def models():
        active = registry.active
        return JSONResponse({"active": active, "versions": registry.versions})

    @app.post("/predict")
    def answer(version: str | None = None, body: bytes = Depends(raw)):
        try:
            rows = rows_of(body)
        except ValueError as error:
            return problem(400, error)
        try:
            name, model = registry.model(version)
        except KeyError as error:
            return problem(404, error)
        except RuntimeError as error:
            return problem(503, error)
        try:
            predictions = model(rows)
        except ValueError as error:
            return problem(400, error)
        except Exception as error:
            return problem(500, error)
        try:
            return JSONResponse({"version": name, "predictions": np.asarray(predictions).tolist()})
        except Exception as error:  # such as NaN among the predictions
            return problem(500, error)

    return app


def predict(client, X, version=None):
    response = client.post(
        "/predict",
        json={"instances": np.asarray(X, dtype=np.float64).tolist()},
        params=None if version is None else {"version": version},
    )
    if 400 <= response.status_code <= 499:
        raise ValueError(f"{response.status_code}: {response.text}")
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code}: {response.text}")
    content = response.json()
    return content["version"], np.array(content["predictions"], dtype=np.float64)


# %% wrong: ModelRegistry
# Misconception: to roll back, it is enough to remember the one version that was active before; rolling back swaps the two.
import threading


class ModelRegistry:
    def __init__(self, load):
        self._load = load
        self._models = {}
        self._active = None
        self._previous = None
        self._lock = threading.Lock()

    @property
    def versions(self):
        with self._lock:
            return list(self._models)

    @property
    def active(self):
        with self._lock:
            return self._active

    def publish(self, version, path):
        with self._lock:
            if version in self._models:
                raise ValueError(f"there is a version {version!r} already")
        model = self._load(path)
        with self._lock:
            self._models[version] = model

    def activate(self, version):
        with self._lock:
            if version not in self._models:
                raise KeyError(version)
            if version != self._active:
                self._previous, self._active = self._active, version

    def rollback(self):
        with self._lock:
            if self._previous is None:
                raise RuntimeError("there is no activation before the last one")
            self._previous, self._active = self._active, self._previous
            return self._active

    def model(self, version=None):
        with self._lock:
            if version is None:
                if self._active is None:
                    raise RuntimeError("no version has been activated")
                version = self._active
            return version, self._models[version]


# %% wrong: make_app
# Misconception: an endpoint written with async def is answered concurrently by itself, whatever it computes.
import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse


def make_app(registry):
    app = FastAPI()

    def problem(status, error):
        return JSONResponse({"detail": ascii(error)}, status_code=status)

    @app.get("/models")
    async def models():
        active = registry.active
        return JSONResponse({"active": active, "versions": registry.versions})

    @app.post("/predict")
    async def answer(request: Request, version: str | None = None):
        try:
            rows = rows_of(await request.body())
        except ValueError as error:
            return problem(400, error)
        try:
            name, model = registry.model(version)
        except KeyError as error:
            return problem(404, error)
        except RuntimeError as error:
            return problem(503, error)
        try:
            predictions = model(rows)
        except ValueError as error:
            return problem(400, error)
        except Exception as error:
            return problem(500, error)
        try:
            return JSONResponse({"version": name, "predictions": np.asarray(predictions).tolist()})
        except Exception as error:
            return problem(500, error)

    return app
