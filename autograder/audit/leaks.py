"""Whether what a student reads tells anything of the hidden inputs, where an answer does its best to pass them on."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from autograder.audit.trial import SEED, Trial
from autograder.engine.judging.judge import run_check

MARK = "hidden input 7f3a"


def leaks(trial: Trial, answers: Mapping[str, Any]) -> int:
    """Return how many checks repeat what a submission's error says, which may be what it was asked."""

    def tells(*args: Any, **kwargs: Any) -> Any:
        raise ValueError(f"{MARK}: {args!r} {kwargs!r}")

    told = {name: tells for name, one in answers.items() if callable(one) and not inspect.isclass(one)}
    if not told:
        return 0
    session = trial.session(told)
    found = 0
    for check in trial.checks:
        result = run_check(check, trial.quiet, lambda: session, SEED)
        found += any(MARK in text for text in (result.detail, result.cause, result.hint, result.sentence))
    return found
