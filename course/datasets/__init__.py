"""The data sets of the course: ``load("mnist")`` and friends.

>>> from course.datasets import load
>>> load("titanic", source="stand-in").train.shape
(891, 12)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course.datasets.api import DataStatus, StandInWarning, fetch, load, status
    from course.datasets.registry import info, names
    from course.datasets.shapes import Dataset

__all__ = ["DataStatus", "Dataset", "StandInWarning", "fetch", "info", "load", "names", "status"]

_HOMES = {"Dataset": "shapes", "info": "registry", "names": "registry"}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for: what only lists the ``course`` commands needs neither numpy nor pandas."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'api')}"), name)
