"""Serving models, a client (tf2.19.9): the answers."""

import httpx
import numpy as np
from numpy.typing import ArrayLike, NDArray


def predict(client: httpx.Client, X: ArrayLike, version: str | None = None) -> tuple[str, NDArray[np.float64]]:
    """Ask a server for predictions, in one request.

    Parameters
    ----------
    client : knows the server's address: its `base_url` is set.
    X : (n, d) finite numbers, n >= 1.
    version : which one is to answer; None: the active one.

    Returns
    -------
    The version that has answered, and its predictions, an array of float64.

    Raises
    ------
    ValueError : the server answers with a status from 400 to 499.
    RuntimeError : with any other one but 200.

    Examples
    --------
    >>> def answer(request):
    ...     return httpx.Response(200, json={"version": "v1", "predictions": [3.0]})
    >>> transport = httpx.MockTransport(answer)
    >>> client = httpx.Client(transport=transport, base_url="http://server")
    >>> version, predictions = predict(client, [[1.0, 2.0]])
    >>> version, predictions.tolist()
    ('v1', [3.0])
    """
    query = {} if version is None else {"version": version}
    answer = client.post("/predict", json={"instances": np.asarray(X, dtype=np.float64).tolist()}, params=query)
    if 400 <= answer.status_code < 500:
        raise ValueError(f"{answer.status_code}: {answer.text}")
    if answer.status_code != 200:
        raise RuntimeError(f"the server answers {answer.status_code}")
    content = answer.json()
    return content["version"], np.array(content["predictions"], dtype=np.float64)
