"""Serving models, versions behind one address (tf2.19.9): the answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from fastapi import FastAPI, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from solutions.serving_models.bodies import _rows
from solutions.serving_models.registry import ModelRegistry


def make_app(registry: ModelRegistry) -> Callable[..., Any]:
    """Return an ASGI application (FastAPI's, Starlette's, your own) for a registry.

    ``GET /models`` answers 200 and ``{"active": "v2", "versions": ["v1", "v2"]}``, as
    the registry has them at that moment; active is null if none is.

    ``POST /predict`` has a body of JSON, with the content type application/json:
    ``{"instances": [[1.0, 2.0], [3.0, 4.0]]}``, one list for each row. It answers 200
    and ``{"version": "v2", "predictions": [...]}``: what the active version's model
    returns for the float64 array (n, d) of these rows, as a list (of lists), no digit
    lost, and the version whose model this was. ``POST /predict?version=v1`` is answered
    by that version. The model is called once for a request.

    It answers with another status

    404 : if there is no version of that name;
    503 : if no version is active, and none is named;
    400 to 499 : if the body is no JSON; or no object with "instances"; if that is no
        list of one or more lists, or these have different lengths or none; if
        something in them is no finite number (a text, null, NaN, Infinity, 1e999); if
        the model raises `ValueError`;
    500 to 599 : if the model raises another exception; the server goes on.

    What else a body may hold, and what stands in an answer that is no 200, is up to
    you; so are true, false and numbers written as texts among the rows, and which
    status goes first if two would do. Several requests are answered at the same time:
    one whose model takes long holds up no other.

    Examples
    --------
    >>> from fastapi.testclient import TestClient
    >>> registry = ModelRegistry(load=lambda path: lambda X: X.sum(axis=1))
    >>> registry.publish("v1", "any file")
    >>> registry.activate("v1")
    >>> client = TestClient(make_app(registry))
    >>> client.post("/predict", json={"instances": [[1.0, 2.0]]}).json()
    {'version': 'v1', 'predictions': [3.0]}
    """
    app = FastAPI()

    @app.get("/models")
    def models() -> dict[str, Any]:
        return {"active": registry.active, "versions": registry.versions}

    @app.post("/predict")
    async def predict(request: Request) -> dict[str, Any]:
        try:
            name, model = registry.model(request.query_params.get("version"))
        except KeyError:
            raise HTTPException(404, "there is no such version") from None
        except RuntimeError:
            raise HTTPException(503, "no version is active") from None
        try:
            rows = _rows(await request.body())
            predictions = await run_in_threadpool(model, rows)
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        return {"version": name, "predictions": np.asarray(predictions).tolist()}

    return app
