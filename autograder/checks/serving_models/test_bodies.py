"""Hidden checks of serving models: what a request may hold (tf2.19.9)."""

from autograder.checks.serving_models.test_serving import (
    UPDATE,
    _answers,
    _ask,
    _blames_the_client,
    _done,
    _numbers,
    _right,
)
from autograder.testing import check

MALFORMED: dict[str, bytes | object] = {
    "no JSON": b"instances=1,2",
    "half of it": b'{"instances": [[1.0, 2.0], [3.0',
    "nothing": b"",
    "no text": b"\xff\xfe\x00\x80",
    "a list": [[1.0, 2.0]],
    "a number": 7,
    "null": None,
    "other names": {"rows": [[1.0, 2.0]]},
    "no list": {"instances": "all"},
    "an object": {"instances": {"0": [1.0, 2.0]}},
    "no rows": {"instances": []},
    "numbers for rows": {"instances": [1.0, 2.0]},
    "a number for one row": {"instances": [[1.0, 2.0], 3.0]},
    "other lengths": {"instances": [[1.0, 2.0], [3.0]]},
    "rows without numbers": {"instances": [[], []]},
    "a word": {"instances": [[1.0, "two"]]},
    "a gap": {"instances": [[1.0, None]]},
    "too deep": {"instances": [[[1.0], [2.0]]]},
}
NOT_FINITE = [b'{"instances": [[1.0, NaN]]}', b'{"instances": [[-Infinity, 1.0]]}', b'{"instances": [[1.0, 1e999]]}']


def _sent(bodies):
    """Steps: each of these bodies."""
    return [["request", "POST", "/predict", b"null" if body is None else body] for body in bodies]


@check("tf2.19.9", core=True, weight=2, hint="Look at each part of the body before you use it, and raise what your "
       "framework turns into 422.")  # fmt: skip
def test_malformed_input_is_the_clients_fault(student, rng):
    """What is no JSON, no object with "instances", or no list of rows of numbers of one length gets a status from 400
    to 499, and the server goes on."""
    numbers, X = _numbers(rng), rng.normal(size=(2, 2))
    kinds = list(MALFORMED)
    rng.shuffle(kinds)
    found = _done(student, numbers, [*UPDATE, *_sent(MALFORMED[kind] for kind in kinds), _ask(X)])
    for answer in found[3:-1]:
        _blames_the_client(answer)
    _answers(found[-1], "v1", _right(numbers, "first", X))


@check("tf2.19.9", hint="`json.loads` takes NaN and Infinity, and makes inf of 1e999: `math.isfinite`.")
def test_numbers_are_finite(student, rng):
    """NaN, Infinity and 1e999 get a status from 400 to 499; large numbers that are finite are numbers."""
    numbers, X = _numbers(rng), [[1e30, -1e-300], [2, 3]]
    found = _done(student, numbers, [*UPDATE, *_sent(NOT_FINITE), _ask(X)])
    for answer in found[3:-1]:
        _blames_the_client(answer)
    _answers(found[-1], "v1", _right(numbers, "first", X))
