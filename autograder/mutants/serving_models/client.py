"""Serving models, a client (tf2.19.9): wrong answers, and right ones."""

import json

import httpx
import numpy as np

from autograder.testing import alternative, mutant
from solutions.serving_models.client import predict as right_predict


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


@mutant("tf2.19.9", replaces="predict", fails="test_client_asks_and_reads")
def an_empty_name(client, X, version=None):
    """httpx sends None as an empty text, a name that no version has: leave `version` out where none is asked for."""
    return right_predict(client, X, version or "")


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


@mutant("tf2.19.9", replaces="predict", fails="test_client_raises_for_other_answers")
def any_success(client, X, version=None):
    """Predictions come with a 200: 202, say, is a success as well, but the answer is still to come."""
    params = {} if version is None else {"version": version}
    answer = client.post("/predict", json={"instances": np.asarray(X, dtype=float).tolist()}, params=params)
    if answer.is_client_error:
        raise ValueError(answer.text)
    if not answer.is_success:
        raise RuntimeError(answer.text)
    return answer.json()["version"], np.array(answer.json()["predictions"], dtype=np.float64)


@mutant("tf2.19.9", replaces="predict", fails="test_client_asks_and_reads")
def as_json_has_them(client, X, version=None):
    """A server may write 3 for 3.0, and NumPy then makes whole numbers of all: ask it for float64."""
    name, predictions = right_predict(client, X, version)
    return name, np.array([[int(v) if v == int(v) else v for v in row] for row in predictions])


class Refused(ValueError):
    """An error of one's own."""


@alternative("tf2.19.9", replaces="predict")
def raised_for_status(client, X, version=None):
    """With a body written by hand and httpx's own errors."""
    body = json.dumps({"instances": [[float(value) for value in row] for row in X]})
    address = httpx.URL("/predict", params={"version": version}) if version else "/predict"
    answer = client.post(address, content=body, headers={"content-type": "application/json"})
    if answer.is_client_error:
        raise Refused(answer.reason_phrase)
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(answer.reason_phrase)
    return answer.json()["version"], np.asarray(json.loads(answer.text)["predictions"], dtype=float)
