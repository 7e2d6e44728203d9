# %% right
# Intent: the file holds the float32 weights and, as metadata, the order of the layers; the forward pass is written out
# in numpy. The registry is a dictionary and a stack of activations under one lock, loading happens outside of it, under
# a lock for each name. The application is bare ASGI, which hands each prediction to a thread of its own pool. The client
# posts lists of floats and looks at the status.
import asyncio
import json
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import safetensors.numpy
import torch


def save_network(network, path):
    tensors, layers = {}, []
    for name, value in network.state_dict().items():
        tensors[name] = np.array(value.detach().to("cpu", torch.float32).numpy(), order="C", copy=True)
        if name.endswith("weight"):
            layers.append(name[: -len("weight")])
    safetensors.numpy.save_file(tensors, str(path), metadata={"layers": json.dumps(layers)})


def load_network(path):
    data = Path(path).read_bytes()
    tensors = safetensors.numpy.load(data)
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    weights, biases = [], []
    for prefix in json.loads(header["__metadata__"]["layers"]):
        weights.append(np.array(tensors[prefix + "weight"], dtype=np.float32))
        biases.append(np.array(tensors[prefix + "bias"], dtype=np.float32))
    n_inputs = weights[0].shape[1]

    def model(rows):
        h = np.array(rows, dtype=np.float64)
        if h.ndim != 2 or h.shape[1] != n_inputs:
            raise ValueError(f"the rows must be (n, {n_inputs}), but these are {h.shape}")
        h = h.astype(np.float32)
        for i in range(len(weights)):
            if i > 0:
                h = np.maximum(h, np.float32(0))
            h = h @ weights[i].T + biases[i]
        return h.astype(np.float64)

    return model


class ModelRegistry:
    def __init__(self, load):
        self._load = load
        self._lock = threading.Lock()
        self._models = {}
        self._history = []  # the activations that have not been undone
        self._publishing = {}  # a lock for each name

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
            mine = self._publishing.setdefault(version, threading.Lock())
        with mine:  # a second one of this name waits for how the first one ends
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
            if not self._history or self._history[-1] != version:
                self._history.append(version)

    def rollback(self):
        with self._lock:
            if len(self._history) < 2:
                raise RuntimeError("there is nothing to go back to")
            self._history.pop()
            return self._history[-1]

    def model(self, version=None):
        with self._lock:
            if version is None:
                if not self._history:
                    raise RuntimeError("no version is active")
                version = self._history[-1]
            return version, self._models[version]


class _Refused(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status
        self.text = text


def _no_json(text):
    raise ValueError(f"{text} is no JSON")


def _read_rows(body):
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_json)
    except (ValueError, RecursionError):
        raise _Refused(400, "the body is no JSON") from None
    if not isinstance(content, dict) or "instances" not in content:
        raise _Refused(422, "the body must be an object with instances")
    rows = content["instances"]
    if not isinstance(rows, list) or len(rows) == 0:
        raise _Refused(422, "instances must be a list of one or more rows")
    for row in rows:
        if not isinstance(row, list) or len(row) == 0 or len(row) != len(rows[0]):
            raise _Refused(422, "the rows must be lists of one length")
        for number in row:
            if isinstance(number, bool) or not isinstance(number, (int, float)):
                raise _Refused(422, "there must be numbers only")
            try:
                finite = math.isfinite(float(number))
            except OverflowError:
                finite = False
            if not finite:
                raise _Refused(422, "all numbers must be finite")
    return np.array([[float(number) for number in row] for row in rows], dtype=np.float64)


def _answer_prediction(registry, name, body):
    try:
        rows = _read_rows(body)
        try:
            version, model = registry.model(name)
        except KeyError:
            raise _Refused(404, "no such version") from None
        except RuntimeError:
            raise _Refused(503, "no version is active") from None
        try:
            result = model(rows)
        except ValueError:
            raise _Refused(400, "the model does not take these rows") from None
        predictions = np.asarray(result, dtype=np.float64).tolist()
        return 200, json.dumps({"version": version, "predictions": predictions}, allow_nan=False)
    except _Refused as refused:
        return refused.status, json.dumps({"error": refused.text})
    except Exception:
        return 500, json.dumps({"error": "the server could not answer"})


def make_app(registry):
    pool = ThreadPoolExecutor(max_workers=200)

    async def answer(send, status, text, more=()):
        content = text.encode("utf-8")
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode()), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        allowed = {"/models": "GET", "/predict": "POST"}.get(scope["path"])
        if allowed is None:
            await answer(send, 404, json.dumps({"error": "no such path"}))
            return
        if scope["method"] != allowed:
            await answer(send, 405, json.dumps({"error": "not this method"}), [(b"allow", allowed.encode())])
            return
        if allowed == "GET":
            active = registry.active  # asked for first: versions only become more
            await answer(send, 200, json.dumps({"active": active, "versions": list(registry.versions)}))
            return
        parts = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        name = query["version"][-1] if "version" in query else None
        loop = asyncio.get_running_loop()
        status, text = await loop.run_in_executor(pool, _answer_prediction, registry, name, b"".join(parts))
        await answer(send, status, text)

    return app


def predict(client, X, version=None):
    rows = [[float(number) for number in row] for row in np.asarray(X, dtype=np.float64)]
    params = None if version is None else {"version": version}
    response = client.post("/predict", json={"instances": rows}, params=params)
    if 400 <= response.status_code <= 499:
        raise ValueError(f"the server refuses this: {response.status_code} {response.text}")
    if response.status_code != 200:
        raise RuntimeError(f"the server fails: {response.status_code} {response.text}")
    content = response.json()
    return content["version"], np.array(content["predictions"], dtype=np.float64)


# %% wrong: ModelRegistry
# Misconception: to roll back, one need only know which version was active before, and change places with it.
import threading


class ModelRegistry:
    def __init__(self, load):
        self._load = load
        self._lock = threading.Lock()
        self._models = {}
        self._active = None
        self._before = None

    @property
    def versions(self):
        with self._lock:
            return list(self._models)

    @property
    def active(self):
        return self._active

    def publish(self, version, path):
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
                self._before, self._active = self._active, version

    def rollback(self):
        with self._lock:
            if self._before is None:
                raise RuntimeError("there is nothing to go back to")
            self._before, self._active = self._active, self._before
            return self._active

    def model(self, version=None):
        with self._lock:
            if version is None:
                if self._active is None:
                    raise RuntimeError("no version is active")
                version = self._active
            return version, self._models[version]


# %% wrong: make_app
# Misconception: an endpoint with "async def" runs beside the others by itself, so the model may be called in it.
from urllib.parse import parse_qs


def make_app(registry):
    from fastapi import FastAPI, Request
    from fastapi.responses import Response

    app = FastAPI()

    @app.get("/models")
    async def models():
        return {"active": registry.active, "versions": registry.versions}

    @app.post("/predict")
    async def predict_rows(request: Request):
        query = parse_qs(request.url.query, keep_blank_values=True)
        name = query["version"][-1] if "version" in query else None
        status, text = _answer_prediction(registry, name, await request.body())
        return Response(text, status_code=status, media_type="application/json")

    return app
