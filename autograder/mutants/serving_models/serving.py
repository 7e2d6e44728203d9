"""Serving models, versions behind one address (tf2.19.9): wrong answers, and right ones."""

import pickle

import numpy as np
from fastapi import FastAPI, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from autograder.testing import mutant
from solutions.serving_models.bodies import _rows as right_rows


class App:
    """An application whose steps mutants change; `said` makes an array of what a model has said."""

    def __init__(self, registry, said=np.asarray):
        self.registry, self.said, self.app = registry, said, FastAPI()
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
        return {"version": name, "predictions": self.said(said).tolist()}


@mutant("tf2.19.9", replaces="make_app", fails="test_answers_with_the_models_predictions")
def rounded(registry):
    """You round the predictions: no digit may be lost."""
    return App(registry, lambda said: np.round(said, 6)).app


@mutant("tf2.19.9", replaces="make_app", fails="test_answers_with_the_models_predictions")
def flattened(registry):
    """You flatten the predictions: a row with several numbers is a list of its own."""
    return App(registry, np.ravel).app


@mutant("tf2.19.9", replaces="make_app", fails="test_answers_with_the_models_predictions")
def squeezed(registry):
    """`squeeze` drops each axis of length 1: what is said of one row is still a list of one list."""
    return App(registry, np.squeeze).app


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


@mutant("tf2.19.9", replaces="make_app", fails="test_whose_fault_it_is")
def one_try_for_all(registry):
    """A `KeyError` of the model's is no unknown version: one `try` around everything takes it for one."""

    class Mistaking(App):
        async def run(self, model, rows):
            try:
                return await super().run(model, rows)
            except KeyError:
                raise HTTPException(404) from None

    return Mistaking(registry).app


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
