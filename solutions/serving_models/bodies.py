"""Serving models, what a request may hold (tf2.19.9): the answers."""

import json
import sys

import numpy as np
from numpy.typing import NDArray


def _rows(body: bytes) -> NDArray[np.float64]:
    """Return the rows of a request; raise `ValueError` if it is malformed."""
    content = json.loads(body)
    instances = content.get("instances") if isinstance(content, dict) else None
    if not isinstance(instances, list) or not instances:
        raise ValueError('an object with a list "instances" is wanted')
    for row in instances:
        if not isinstance(row, list) or not row or len(row) != len(instances[0]):
            raise ValueError("all rows are lists of one length")
        if not all(isinstance(value, int | float) and abs(value) <= sys.float_info.max for value in row):
            raise ValueError("all values are finite numbers")
    return np.array(instances, dtype=np.float64)
