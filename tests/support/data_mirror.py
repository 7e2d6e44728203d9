"""The real data sets, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from course.datasets import info, names
from tests.support.checkout import ROOT

BESIDE = ROOT.parent / "shared" / "datasets"
MIRROR = Path(os.environ.get("COURSE_DATA_MIRROR") or BESIDE)
needs_mirror = pytest.mark.skipif(
    not MIRROR.is_dir(), reason="real data: set COURSE_DATA_MIRROR, or put the mirror beside the checkout"
)
SLOW = {"imdb"}  # 19 MB of bz2
REAL = [
    pytest.param(name, marks=[pytest.mark.full] if name in SLOW else []) for name in names() if not info(name).recipe
]


def arrays(value: object) -> list[np.ndarray]:
    """Return every array inside `value`."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple | list):
        return [array for item in value for array in arrays(item)]
    return []
