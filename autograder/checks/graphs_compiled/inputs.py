"""What the checks of graphs and compiled functions share."""

from collections.abc import Iterable, Mapping
from typing import Any

from autograder.testing.closed import chosen


def all_chosen(answer: Any, right: Mapping[str, str], options: Iterable[str]) -> None:
    """Assert that a word has been chosen for each case, and the right one."""
    options = list(options)
    assert isinstance(answer, dict) and answer.keys() == right.keys(), "the cases are others"
    for key, word in right.items():
        chosen(answer[key], options, right=[word])
