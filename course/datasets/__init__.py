"""The data sets of the course: ``load("mnist")`` and friends.

>>> from course.datasets import load
>>> load("titanic", source="stand-in").train.shape
(891, 12)
"""

from course.datasets.api import StandInWarning, Status, fetch, load, status
from course.datasets.registry import info, names
from course.datasets.shapes import Dataset

__all__ = ["Dataset", "StandInWarning", "Status", "fetch", "info", "load", "names", "status"]
