"""Serving models, versions behind one address (tf2.19.9): wrong answers, and right ones."""

import asyncio
import json
import math
import pickle
import urllib.parse

import httpx
import numpy as np
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, FiniteFloat
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from autograder.testing import alternative, mutant
from solutions.serving_models.serving import _rows as right_rows
from solutions.serving_models.serving import predict as right_predict


class App:
    """An application whose steps mutants change."""

    def __init__(self, registry):
        self.registry, self.app = registry, FastAPI()
        self.app.get("/models")(self.models)

        @self.app.post("/predict")
        async def predict(request: Request):
            version = request.query_params.get("version")
            return await self.answer(version, await request.body())

    def models(self):
        return {"active": self.registry.active, "versions": self.registry.versions}

    def pair(self, version):
        try:
            return self.registry.model(version)
        except KeyError:
            raise HTTPException(404) from None
        except RuntimeError:
            raise HTTPException(503) from None

    async def answer(self, version, body):
        name, model = self.pair(version)
        try:
            said = await self.run(model, self.rows(body))
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        return self.content(name, said)

    async def run(self, model, rows):
        return await run_in_threadpool(model, rows)

    def rows(self, body):
        return right_rows(body)

    def content(self, name, said):
        return {"version": name, "predictions": np.asarray(said).tolist()}


@mutant("tf2.19.9", replaces="make_app", fails="test_answers_with_the_models_predictions")
def rounded(registry):
    """You round the predictions: no digit may be lost."""

    class Rounded(App):
        def content(self, name, said):
            return super().content(name, np.round(said, 6))

    return Rounded(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_answers_with_the_models_predictions")
def by_way_of_float32(registry):
    """You send float32: half of the digits are gone."""

    class Short(App):
        def content(self, name, said):
            return super().content(name, np.asarray(said, dtype=np.float32))

    return Short(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_answers_with_the_models_predictions")
def flattened(registry):
    """You flatten the predictions: a row with several numbers is a list of its own."""

    class Flat(App):
        def content(self, name, said):
            return super().content(name, np.ravel(said))

    return Flat(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_updates_and_rolls_back")
def asked_once_for_all(registry):
    """You ask the registry when the application is made, or at its first request: later versions never answer."""

    class Early(App):
        known = None

        def pair(self, version):
            if version is not None:
                return super().pair(version)
            self.known = self.known or super().pair(None)
            return self.known

    return Early(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_updates_and_rolls_back")
def deaf_to_the_query(registry):
    """You don't look at `?version=…`."""

    class Deaf(App):
        def pair(self, version):
            if version is not None:
                super().pair(version)
                return super().pair(None) if self.registry.active else super().pair(version)
            return super().pair(None)

    return Deaf(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_updates_and_rolls_back")
def answers_from_memory(registry):
    """You keep answers by the rows: another version gives another answer."""

    class Remembers(App):
        async def answer(self, version, body):
            self.known = getattr(self, "known", {})
            name, _ = self.pair(version)
            if (version, body) not in self.known:
                self.known[version, body] = await super().answer(version, body)
            return {**self.known[version, body], "version": name}

    return Remembers(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_lists_the_versions")
def lists_the_first_ones(registry):
    """You list the versions that there were when the application was made."""
    first = {"active": registry.active, "versions": list(registry.versions)}

    class Old(App):
        def models(self):
            return first

    return Old(registry).app


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


@mutant("tf2.19.9", replaces="make_app", fails="test_malformed_input_is_the_clients_fault")
def nobody_for_an_answer(registry):
    """No rows at all are malformed, too: there is nothing to predict."""

    class Empty(App):
        def rows(self, body):
            if body.replace(b" ", b"").startswith(b'{"instances":[[],'):
                return np.zeros((1, 2))
            return right_rows(body)

    return Empty(registry).app


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


@mutant("tf2.19.9", replaces="make_app", fails="test_unknown_versions_are_errors")
def unknown_is_500(registry):
    """An unknown version raises a KeyError that you don't catch: 404."""

    class Uncaught(App):
        def pair(self, version):
            return self.registry.model(version)

    return Uncaught(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_unknown_versions_are_errors")
def unknown_is_the_active_one(registry):
    """An unknown version is answered by the active one: whoever names one wants that and no other."""

    class Kind(App):
        def pair(self, version):
            known = version in self.registry.versions or self.registry.active is None
            return super().pair(version if known else None)

    return Kind(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_unknown_versions_are_errors")
def never_ready_is_404(registry):
    """That no version is active yet is a matter of the moment: 503, not 404."""

    class Gone(App):
        def pair(self, version):
            try:
                return self.registry.model(version)
            except (KeyError, RuntimeError):
                raise HTTPException(404) from None

    return Gone(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_whose_fault_it_is")
def always_the_clients_fault(registry):
    """Whatever goes wrong in the model, you blame the client for it."""

    class Blaming(App):
        async def run(self, model, rows):
            try:
                return await super().run(model, rows)
            except Exception as error:
                raise ValueError("bad rows") from error

    return Blaming(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_whose_fault_it_is")
def never_the_clients_fault(registry):
    """A `ValueError` of the model's says that the rows are wrong: 4xx."""

    class Humble(App):
        async def run(self, model, rows):
            try:
                return await super().run(model, rows)
            except ValueError as error:
                raise RuntimeError("it has failed") from error

    return Humble(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_a_request_loads_nothing")
def row_by_row(registry):
    """You call the model for each row: once for all rows of a request."""

    class Slow(App):
        async def run(self, model, rows):
            return np.concatenate([await run_in_threadpool(model, rows[n : n + 1]) for n in range(len(rows))])

    return Slow(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_a_request_loads_nothing")
def tried_first(registry):
    """You call the model twice, once to see whether it works."""

    class Twice(App):
        async def run(self, model, rows):
            await super().run(model, rows)
            return await super().run(model, rows)

    return Twice(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_a_slow_request_holds_up_no_other")
def in_the_event_loop(registry):
    """You call the model in the event loop (`async def`): while it computes, nobody else is answered."""

    class Blocking(App):
        async def run(self, model, rows):
            return model(rows)

    return Blocking(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_a_slow_request_holds_up_no_other")
def one_at_a_time(registry):
    """You hold a lock while the model computes: all others wait."""
    import threading

    lock = threading.Lock()

    def alone(model, rows):
        with lock:
            return model(rows)

    class Locked(App):
        async def run(self, model, rows):
            return await run_in_threadpool(alone, model, rows)

    return Locked(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_an_answer_is_of_one_version")
def named_afterwards(registry):
    """You look up the version's name after the model has answered: by then another one may be active."""

    class Late(App):
        async def answer(self, version, body):
            found = await super().answer(version, body)
            return {**found, "version": version or self.registry.active}

    return Late(registry).app


@mutant("tf2.19.9", replaces="make_app", fails="test_nothing_is_unpickled")
def takes_pickles(registry):
    """You unpickle what a client sends: it runs whatever the client wants."""

    class Trusting(App):
        def rows(self, body):
            try:
                return right_rows(body)
            except ValueError:
                if body[:1] in (b"c", b"\x80"):
                    pickle.loads(body)  # noqa: S301
                raise

    return Trusting(registry).app


# ---------------------------------------------------------------- the client


@mutant("tf2.19.9", replaces="predict", fails="test_client_asks_and_reads")
def one_request_for_each_row(client, X, version=None):
    """You send a request for each row: they may be answered by different versions."""
    found = [right_predict(client, [row], version) for row in np.asarray(X)]
    return found[0][0], np.concatenate([predictions for _, predictions in found])


@mutant("tf2.19.9", replaces="predict", fails="test_client_asks_and_reads")
def in_its_name(client, X, version=None):
    """You return the version that was asked for: the one that has answered stands in the answer."""
    name, predictions = right_predict(client, X, version)
    return version or name, predictions


@mutant("tf2.19.9", replaces="predict", fails="test_client_asks_and_reads")
def text_with_few_digits(client, X, version=None):
    """You round the rows before they are sent."""
    return right_predict(client, np.round(np.asarray(X, dtype=float), 4), version)


@mutant("tf2.19.9", replaces="predict", fails="test_client_asks_and_reads")
def version_by_hand(client, X, version=None):
    """You put the version's name into the address as it is: `params=` writes what is special in it as it has to be."""
    query = "" if version is None else f"?version={version}"
    answer = client.post("/predict" + query, json={"instances": np.asarray(X, dtype=float).tolist()})
    if answer.status_code != 200:
        raise (ValueError if 400 <= answer.status_code < 500 else RuntimeError)(answer.text)
    return answer.json()["version"], np.array(answer.json()["predictions"])


@mutant("tf2.19.9", replaces="predict", fails="test_client_raises_for_other_answers")
def believes_everything(client, X, version=None):
    """You read an answer without a look at its status."""
    answer = client.post(
        "/predict",
        json={"instances": np.asarray(X, dtype=float).tolist()},
        params={} if version is None else {"version": version},
    )
    content = answer.json()
    return content["version"], np.array(content["predictions"])


@mutant("tf2.19.9", replaces="predict", fails="test_client_raises_for_other_answers")
def one_error_for_all(client, X, version=None):
    """A 503 is no fault of the client's: `RuntimeError`."""
    try:
        return right_predict(client, X, version)
    except RuntimeError as error:
        raise ValueError("it has failed") from error


# ---------------------------------------------------------------- right


class Body(BaseModel):
    """What a request holds."""

    instances: list[list[FiniteFloat]]


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
        if len(widths) != 1 or 0 in widths:
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
def by_hand(registry):
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


@alternative("tf2.19.9", replaces="predict")
def raised_for_status(client, X, version=None):
    """With a body written by hand and httpx's own errors."""
    body = json.dumps({"instances": [[float(value) for value in row] for row in X]})
    address = httpx.URL("/predict", params={"version": version}) if version else "/predict"
    answer = client.post(address, content=body, headers={"content-type": "application/json"})
    if answer.is_client_error:
        raise ValueError(answer.reason_phrase)
    if not answer.is_success:
        raise RuntimeError(answer.reason_phrase)
    return answer.json()["version"], np.asarray(json.loads(answer.text)["predictions"], dtype=float)
