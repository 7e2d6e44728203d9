"""Hidden checks of serving models: a client, and all parts together (tf2.19.9)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.serving_models.inputs import Server
from autograder.checks.serving_models.test_files import _network, _said, _written
from autograder.testing import check


def _asked(predict, X, version, status, content):
    """Probe: what a client makes of an answer, and which request it has sent."""
    import json

    import httpx

    sent = []

    def answer(request):
        try:
            body = json.loads(request.read())
        except ValueError:
            body = None
        sent.append([request.method, request.url.path, sorted(map(list, request.url.params.multi_items())), body])
        return httpx.Response(status, json=content)

    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://server") as client:
        try:
            found = list(predict(client, X, version))
        except NotImplementedError:
            raise
        except Exception as error:  # a class of one's own is what it is made from
            return "raises " + next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"), sent
    return found, sent


@check("tf2.19.9", core=True, hint="`client.post(\"/predict\", json=…, params=…)`; numpy's numbers are none of JSON's.")
def test_client_asks_and_reads(student, rng):
    """The client sends all rows to the last digit in one request, with the version if one is named, and returns the
    version and the predictions of the answer."""
    ask = student.probe_(_asked)
    for X, version in ((rng.normal(size=(3, 2)), None), (rng.normal(size=(1, 4)).astype(np.float32), "v7"),
                       (rng.integers(0, 9, (2, 2)).tolist(), "a b&c=d")):  # fmt: skip
        predictions = rng.normal(size=(len(X), 2)).tolist() if version else [[3, 4]] * len(X)  # JSON's 3 may be 3.0
        found, sent = ask(student.predict, X, version, 200, {"version": "v8", "predictions": predictions})
        assert found[0] == "v8"
        assert isinstance(found[1], np.ndarray) and found[1].dtype == np.float64
        assert_array_equal(found[1], predictions)
        assert len(sent) == 1
        method, path, query, body = sent[0]
        assert (method, path, query) == ("POST", "/predict", [["version", version]] if version else [])
        assert isinstance(body, dict)
        assert_array_equal(np.array(body["instances"], dtype=float), np.asarray(X, dtype=float))


@check("tf2.19.9", hint="`client.post` raises nothing for a status: look at it before you read the answer.")
def test_client_raises_for_other_answers(student, rng):
    """A status from 400 to 499 is a `ValueError`, any other than 200 a `RuntimeError`."""
    ask, X = student.probe_(_asked), rng.normal(size=(2, 2))
    content = {"version": "v1", "predictions": [0.0, 0.0], "detail": "no"}
    for name, statuses in {"ValueError": (422, 404, 400, 499), "RuntimeError": (503, 500, 302, 202)}.items():
        for status in statuses:
            assert ask(student.predict, X, None, status, content)[0] == f"raises {name}"


def _all_together(server_class, registry_class, make_app, predict, load_network, paths, X):
    """Probe: answers of two networks from files, over a server, to the client: v1, v2, v1 again."""
    registry = registry_class(load_network)
    for number, path in enumerate(paths):
        registry.publish(f"v{number + 1}", path)
    registry.activate("v1")
    server = server_class(make_app(registry))
    try:
        with server.client() as client:
            found = [predict(client, X)]
            registry.activate("v2")
            found.append(predict(client, X))
            registry.rollback()
            found.append(predict(client, X))
            try:
                predict(client, [row[:-1] for row in X])
                refused = False
            except ValueError:
                refused = True
    finally:
        server.close()
    return [list(one) for one in found], refused


@check("tf2.19.9", hint="Each part for itself is right? Then look at what is handed from one to the next.")
def test_all_parts_work_together(student, rng):
    """Networks from files are served to your client: version 1, version 2, and version 1 again."""
    networks = [_network(rng, (3, 5, 2)), _network(rng, (3, 4, 4, 2))]
    paths = [student.probe_(_written)(student.save_network, layers, False, False)[0] for layers in networks]
    X = rng.normal(size=(6, 3)).tolist()
    parts = [student.ModelRegistry, student.make_app, student.predict, student.load_network]
    found, refused = student.probe_(_all_together)(student.probe_(Server), *parts, paths, X)
    assert [version for version, _ in found] == ["v1", "v2", "v1"]
    for (_, predictions), layers in zip(found, (*networks, networks[0]), strict=True):
        assert_allclose(predictions, _said(layers, X), rtol=1e-3, atol=1e-4)
    assert_allclose(found[0][1], found[2][1], rtol=1e-5, atol=1e-6)
    assert refused
