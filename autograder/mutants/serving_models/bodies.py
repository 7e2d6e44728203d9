"""Serving models, what a request may hold (tf2.19.9): wrong applications, and right ones unlike ours."""

import asyncio
import json
import math
import urllib.parse

import numpy as np
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, FiniteFloat
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from autograder.mutants.serving_models.serving import App
from autograder.testing import alternative, mutant
from solutions.serving_models.bodies import _rows as right_rows


@mutant("tf2.19.9", replaces="make_app", fails="test_malformed_input_is_the_clients_fault")
def trusts_the_client(registry):
    """You use the body as it comes: what is wrong in it ends in a 500, as if it were your fault."""

    class Trusting(App):
        def rows(self, body):
            try:
                content = json.loads(body)
                right_rows(body)
                return np.array(content["instances"], dtype=np.float64)
            except ValueError as error:
                if "finite" in str(error) and not any(word in body for word in (b"two", b"null", b"[[[")):
                    raise
                raise LookupError from error

    return Trusting(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_malformed_input_is_the_clients_fault")
def excuses_itself_with_200(registry):
    """You answer 200 with a text about the error: a program looks at the status."""

    class Polite(App):
        async def answer(self, version, body):
            try:
                return await super().answer(version, body)
            except HTTPException as error:
                if error.status_code == 422:
                    return {"error": error.detail, "version": None, "predictions": []}
                raise

    return Polite(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_malformed_input_is_the_clients_fault")
def looks_at_the_first_row(registry):
    """You look whether the first row is a list, and take the others for lists, too: `len(3.0)` ends in a 500."""

    class Trusting(App):
        def rows(self, body):
            content = json.loads(body)
            if isinstance(content, dict) and isinstance(content.get("instances"), list) and content["instances"]:
                first, *others = content["instances"]
                if isinstance(first, list):
                    sum(len(row) for row in others)
            return right_rows(body)

    return Trusting(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_malformed_input_is_the_clients_fault")
def fills_up(registry):
    """You fill short rows up with zeros: a malformed request gets a prediction of something else."""

    class Filling(App):
        def rows(self, body):
            content = json.loads(body)
            if isinstance(content, dict) and isinstance(content.get("instances"), list):
                rows = content["instances"]
                if rows and all(isinstance(row, list) and row for row in rows):
                    width = max(map(len, rows))
                    content["instances"] = [row + [0.0] * (width - len(row)) for row in rows]
                    return right_rows(json.dumps(content).encode())
            return right_rows(body)

    return Filling(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_numbers_are_finite")
def takes_nan(registry):
    """NaN and Infinity are none of JSON's numbers, though Python's `json` reads them."""

    class Lenient(App):
        def rows(self, body):
            for word in (b"NaN", b"-Infinity"):
                body = body.replace(word, b"0.5")
            return right_rows(body)

    return Lenient(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_numbers_are_finite")
def takes_infinity(registry):
    """1e999 is read as infinity: look at the numbers, not only at the words."""

    def refused(_):
        raise ValueError("no number of JSON's")

    class Lenient(App):
        def rows(self, body):
            content = json.loads(body, parse_constant=refused)
            right_rows(body.replace(b"1e999", b"1e99"))
            return np.nan_to_num(np.array(content["instances"], dtype=float))

    return Lenient(registry).app


class Finite(BaseModel):
    """A body whose numbers pydantic looks at."""

    instances: list[list[FiniteFloat]]


@mutant("tf2.19.9", replaces="make_app", fails="test_numbers_are_finite")
def left_to_pydantic(registry):
    """FastAPI's answer to NaN repeats it, can't write it as JSON, and ends as a 500: look for it in your endpoint."""
    made = App(registry)
    app = FastAPI()
    app.get("/models")(made.models)

    @app.post("/predict")
    async def predict(body: Finite, version: str | None = None):
        return await made.answer(version, json.dumps({"instances": body.instances}).encode())

    return app


# ---------------------------------------------------------------- right


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
