"""Serving models, versions behind one address (tf2.19.9): right answers unlike ours."""

import asyncio
import json
import math
import urllib.parse

import numpy as np
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from autograder.testing import alternative


class Body(BaseModel):
    """What a request holds."""

    instances: list[list[float]]


@alternative("tf2.19.9", replaces="make_app")
def by_pydantic(registry):
    """FastAPI with a model of the body, and endpoints that run in threads."""
    app = FastAPI()

    @app.get("/models")
    def models():
        return {"active": registry.active, "versions": list(registry.versions)}

    @app.post("/predict")
    def predict(body: Body, version: str | None = None):
        widths = {len(row) for row in body.instances}
        if len(widths) != 1 or 0 in widths or not np.isfinite(np.array(body.instances)).all():
            raise HTTPException(400, "rows of one length, please")
        try:
            name, model = registry.model(version)
        except KeyError:
            raise HTTPException(404) from None
        except RuntimeError:
            raise HTTPException(503) from None
        try:
            said = model(np.array(body.instances, dtype=float))
        except ValueError:
            raise HTTPException(400, "these rows can't be predicted") from None
        text = json.dumps({"version": name, "predictions": np.asarray(said).tolist()})
        return Response(text, media_type="application/json")

    return app


@alternative("tf2.19.9", replaces="make_app")
def by_starlette(registry):
    """With Starlette."""

    def wrong(status):
        return JSONResponse({"error": status}, status_code=status)

    async def models(_):
        return JSONResponse({"active": registry.active, "versions": list(registry.versions)})

    async def predict(request):
        try:
            rows = (await request.json())["instances"]
            X = np.array([[float(value) for value in row] for row in rows])
            assert isinstance(rows, list) and X.ndim == 2 and X.size and np.isfinite(X).all()
        except (ValueError, TypeError, KeyError, AssertionError):
            return wrong(400)
        version = request.query_params.get("version")
        if version is None and registry.active is None:
            return wrong(503)
        if version is not None and version not in registry.versions:
            return wrong(404)
        name, model = registry.model(version)
        try:
            said = await asyncio.to_thread(model, X)
        except ValueError:
            return wrong(422)
        except Exception:
            return wrong(500)
        return JSONResponse({"predictions": np.asarray(said).tolist(), "version": name})

    return Starlette(routes=[Route("/models", models), Route("/predict", predict, methods=["POST"])])


@alternative("tf2.19.9", replaces="make_app")
def bare_asgi(registry):
    """ASGI without a framework."""

    def answered(query, body):
        version = dict(urllib.parse.parse_qsl(query)).get("version")
        try:
            name, model = registry.model(version)
        except KeyError:
            return 404, None
        except RuntimeError:
            return 503, None
        try:
            rows = json.loads(body)["instances"]
            flat = [value for row in rows for value in row]
            if (
                type(rows) is not list
                or not flat
                or len({len(row) for row in rows}) > 1
                or not all(map(math.isfinite, flat))
            ):
                return 400, None
        except (ValueError, TypeError, KeyError):
            return 400, None
        try:
            return 200, {"version": name, "predictions": np.asarray(model(np.array(rows, dtype=float))).tolist()}
        except ValueError:
            return 422, None
        except Exception:
            return 500, None

    async def app(scope, receive, send):
        if scope["type"] != "http":
            raise NotImplementedError
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        if scope["path"] == "/models":
            status, content = 200, {"active": registry.active, "versions": list(registry.versions)}
        elif scope["path"] == "/predict" and scope["method"] == "POST":
            status, content = await asyncio.to_thread(answered, scope["query_string"].decode(), body)
        else:
            status, content = 404, None
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": json.dumps(content).encode()})

    return app
