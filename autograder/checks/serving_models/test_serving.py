"""Hidden checks of serving models: versions behind one address, asked over a real server (tf2.19.9)."""

import numpy as np
from numpy.testing import assert_array_equal

from autograder.checks.serving_models.inputs import Models, Server, loaded_server, served
from autograder.testing import check

SLOW, REFUSED, BROKEN = -777.0, -555.0, -666.0
UPDATE = [["publish", "v1", "first"], ["activate", "v1"], ["publish", "v2", "second"]]


def _numbers(rng):
    """Factor and addend of each file's model, of many digits."""
    return {name: rng.normal(0, 9, 2).tolist() for name in ("first", "second", "slow second", "third one")}


def _done(student, numbers, steps):
    parts = [student.probe_(Server), student.ModelRegistry, student.probe_(Models), student.make_app]
    return list(student.probe_(served)(*parts, numbers, steps))


def _ask(X, version=None):
    """A step: a request for predictions."""
    return [
        "request",
        "POST",
        "/predict" + (f"?version={version}" if version else ""),
        {"instances": np.asarray(X).tolist()},
    ]


def _right(numbers, name, X):
    factor, addend = numbers[name]
    return np.asarray(X) * factor + addend


def _answers(found, version, predictions):
    """Assert that this is an answer with status 200, by this version, with exactly these predictions."""
    status, content = found
    assert status == 200 and isinstance(content, dict)
    assert content["version"] == version
    said = content["predictions"]
    assert isinstance(said, list)
    assert_array_equal(np.array(said, dtype=float), predictions)


def _blames_the_client(found):
    assert isinstance(found, list) and 400 <= found[0] < 500


@check("tf2.19.9", core=True, weight=2, hint="`np.asarray(predictions).tolist()` keeps every digit in JSON.")
def test_answers_with_the_models_predictions(student, rng):
    """A request is answered with the active version's name and its predictions to the last digit, one for each row, be
    they one number each or several."""
    numbers, X = _numbers(rng), rng.normal(0, 100, (5, 3))
    wide, one = rng.normal(0, 1e-9, (1, 7)), np.array([[3.0], [4.0]])
    steps = [*UPDATE, ["publish", "v3", "third one"], _ask(X), _ask(wide), _ask(one), ["activate", "v3"], _ask(X)]
    found = _done(student, numbers, steps)
    for answer, rows in zip(found[4:7], (X, wide, one), strict=True):
        _answers(answer, "v1", _right(numbers, "first", rows))
    _answers(found[8], "v3", _right(numbers, "third one", X)[:, 0])


@check("tf2.19.9", core=True, weight=2, hint="Ask the registry for version and model in each request.")
def test_updates_and_rolls_back(student, rng):
    """The second version answers as soon as it is active, and after a rollback the first one does, bit by bit as
    before; each answers at any time where it is named."""
    numbers, X = _numbers(rng), rng.normal(size=(4, 2))
    steps = [*UPDATE, _ask(X), ["activate", "v2"], _ask(X), _ask(X, "v1"), ["rollback"], _ask(X), _ask(X, "v2")]
    found = _done(student, numbers, steps)
    first, second = _right(numbers, "first", X), _right(numbers, "second", X)
    for place, version, right in (
        (3, "v1", first),
        (5, "v2", second),
        (6, "v1", first),
        (8, "v1", first),
        (9, "v2", second),
    ):
        _answers(found[place], version, right)
    assert found[7] == "v1"


@check("tf2.19.9", hint="`GET /models` is read from the registry each time.")
def test_lists_the_versions(student, rng):
    """`GET /models` tells which versions there are and which one is active, null where none is."""
    look = ["request", "GET", "/models"]
    found = _done(
        student,
        _numbers(rng),
        [look, *UPDATE[:1], look, *UPDATE[1:], look, ["activate", "v2"], look, ["rollback"], look],
    )
    wanted = [(None, []), (None, ["v1"]), ("v1", ["v1", "v2"]), ("v2", ["v1", "v2"]), ("v1", ["v1", "v2"])]
    for (status, content), (active, versions) in zip([found[n] for n in (0, 2, 5, 7, 9)], wanted, strict=True):
        assert status == 200 and isinstance(content, dict)
        assert content["active"] == active and content["versions"] == versions


@check("tf2.19.9", core=True, hint="404: there is no such thing. 503: not at the moment.")
def test_unknown_versions_are_errors(student, rng):
    """A version that is not there is 404, none active is 503 while that is so, and a named one answers even then."""
    numbers, X = _numbers(rng), rng.normal(size=(2, 2))
    ask, unknown = _ask(X), _ask(X, f"v{rng.integers(3, 99)}")
    found = _done(student, numbers, [ask, unknown, UPDATE[0], ask, _ask(X, "v1"), unknown, UPDATE[1], unknown, ask])
    assert [found[place][0] for place in (0, 3)] == [503, 503]
    assert [found[place][0] for place in (1, 5, 7)] == [404, 404, 404]
    for place in (4, 8):
        _answers(found[place], "v1", _right(numbers, "first", X))


@check(
    "tf2.19.9",
    hint="A model's `ValueError` means rows that it can't take; anything else is a fault of the server's.",
)
def test_whose_fault_it_is(student, rng):
    """Rows that the model refuses with a `ValueError` are the client's fault (4xx), any other exception of the model's
    is the server's (5xx), a `KeyError` too, and the next request is answered."""
    numbers, X = _numbers(rng), rng.normal(size=(2, 2))
    broken = [_ask([[BROKEN, number]]) for number in (0.0, 1.0, 2.0)]
    found = _done(student, numbers, [*UPDATE, _ask([[REFUSED, 1.0]]), *broken, _ask(X)])
    _blames_the_client(found[3])
    for answer in found[4:7]:
        assert isinstance(answer, list) and 500 <= answer[0] < 600
    _answers(found[7], "v1", _right(numbers, "first", X))


@check("tf2.19.9", hint="Only `publish` loads. One call of the model for all rows of a request.")
def test_a_request_loads_nothing(student, rng):
    """Requests load no file; each calls its version's model once, with all its rows as an array of float64."""
    numbers = _numbers(rng)
    asked = [_ask(rng.normal(size=(n, 3)), version) for n, version in ((1, None), (4, "v1"), (2, "v2"), (3, None))]
    found = _done(student, numbers, [*UPDATE, *asked, _ask([[1, 2, 3]]), ["calls"]])
    loads, calls = found[-1]
    assert list(loads) == ["first", "second"]
    sizes = (("first", 1), ("first", 4), ("second", 2), ("first", 3), ("first", 1))
    assert list(calls) == [[name, "ndarray", "float64", [n, 3]] for name, n in sizes]


@check("tf2.19.9", weight=2, hint="A slow model in the event loop holds up all: an endpoint with `def`, or a thread.")
def test_a_slow_request_holds_up_no_other(student, rng):
    """While a model takes long for one request, others are answered."""
    numbers, X = _numbers(rng), rng.normal(size=(2, 2))
    slow = ["begin", *_ask([[SLOW, 1.0]])]
    found = _done(student, numbers, [*UPDATE, slow, _ask(X), _ask(X, "v2"), ["end", "request"], _ask(X)])
    assert found[3] == "began"
    _answers(found[4], "v1", _right(numbers, "first", X))
    _answers(found[5], "v2", _right(numbers, "second", X))
    _answers(found[6], "v1", _right(numbers, "first", [[SLOW, 1.0]]))


@check("tf2.19.9", core=True, hint="Ask the registry once in a request, for both: `registry.model()`.")
def test_an_answer_is_of_one_version(student, rng):
    """What the first version has begun is answered by it, and says so, though the second one has taken over."""
    numbers, X = _numbers(rng), rng.normal(size=(2, 2))
    slow = ["begin", *_ask([[SLOW, 1.0]])]
    found = _done(student, numbers, [*UPDATE, slow, ["activate", "v2"], ["end", "request"], _ask(X)])
    assert found[3] == "began"
    _answers(found[5], "v1", _right(numbers, "first", [[SLOW, 1.0]]))
    _answers(found[6], "v2", _right(numbers, "second", X))


@check("tf2.19.9", hint="No lock may be held while a file is loaded.")
def test_loading_holds_up_no_request(student, rng):
    """While the next version is loaded, the active one answers, and the next one is not there yet."""
    numbers, X = _numbers(rng), rng.normal(size=(2, 2))
    load, look = ["begin", "publish", "v2", "slow second"], ["request", "GET", "/models"]
    found = _done(
        student, numbers, [*UPDATE[:2], load, _ask(X), look, _ask(X, "v2"), ["end", "publish"], _ask(X, "v2"), _ask(X)]
    )
    assert found[2] == "began"
    _answers(found[3], "v1", _right(numbers, "first", X))
    assert found[4][0] == 200 and found[4][1]["versions"] == ["v1"]
    assert found[5][0] == 404
    _answers(found[7], "v2", _right(numbers, "slow second", X))
    _answers(found[8], "v1", _right(numbers, "first", X))


@check("tf2.19.9", core=True, weight=2, hint="Publish, then activate: between the two nothing changes for a client.")
def test_no_request_is_lost_in_an_update(student, rng):
    """Four clients that ask without pause get an answer to each request while a version comes and goes, each wholly by
    one version, and by the active one."""
    numbers = _numbers(rng)
    parts = [student.probe_(Server), student.ModelRegistry, student.probe_(Models), student.make_app]
    statuses, seen, phases = student.probe_(loaded_server)(*parts, numbers, 4)
    assert list(statuses) == [200]
    assert len(seen) == 8  # each client by each version
    for client, version, predictions in seen:
        rows = [[float(client), 0.5]] * 4
        assert_array_equal(np.array(predictions), _right(numbers, {"v1": "first", "v2": "second"}[version], rows))
    assert [list(versions) for versions in phases] == [["v1"], ["v2"], ["v1"]]


def _pickled(server_class, registry_class, models_class, make_app, numbers):
    """Probe: what is said to pickles, and whether one of them has done something."""
    import os
    import pickle
    import tempfile

    folder = tempfile.mkdtemp()

    class Trap:
        def __reduce__(self):
            return (open, (f"{folder}/sprung", "w"))

    models = models_class(numbers)
    registry = registry_class(models.load)
    registry.publish("v1", "first")
    registry.activate("v1")
    server, said = server_class(make_app(registry)), []
    try:
        for kind in (
            "application/octet-stream",
            "application/x-pickle",
            "application/python-pickle",
            "application/json",
        ):
            for protocol in (0, 4):
                said.append(server.request("POST", "/predict", pickle.dumps(Trap(), protocol), kind)[0])
    finally:
        server.close()
    return said, os.path.exists(f"{folder}/sprung")


@check("tf2.19.9", hint="A pickle is a program of the client's.")
def test_nothing_is_unpickled(student, rng):
    """A pickle that is sent gets no prediction, under whatever name it comes, and is never run."""
    parts = [student.probe_(Server), student.ModelRegistry, student.probe_(Models), student.make_app]
    said, sprung = student.probe_(_pickled)(*parts, _numbers(rng))
    assert all(400 <= status < 600 for status in said)
    assert not sprung
