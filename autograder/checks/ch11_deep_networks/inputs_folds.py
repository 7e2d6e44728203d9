"""What a cross-validation of chapter 11 is seen to do: which rows are seen during each of its trainings."""

# No `from __future__ import annotations`: the source of the probe must stand alone.
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np


class Training(NamedTuple):
    """One training: its rate, and the first number of each row that the network was given from its first step to its
    last, to learn from or to be asked about."""

    rate: float
    rows: frozenset[float]


def trainings(student: Any, run: Callable[[], Any], n_inputs: int, n_steps: Mapping[float, int]) -> list[Training]:
    """Do `run`, and return its trainings, one after the other.

    Parameters
    ----------
    n_inputs : of the network's first layer.
    n_steps : for each rate, which tells whose training it is, how many steps one has to have.

    Raises
    ------
    AssertionError : a training has another rate, or too few steps.
    """
    log = student.probe_(_RowLog)(n_inputs)
    log.start()
    try:
        run()
    finally:
        log.stop()
    events, found = list(log.events()), []
    while any(kind == "step" for kind, _ in events):
        first = next(number for number, (kind, _) in enumerate(events) if kind == "step")
        rate = float(events[first][1])
        known = [one for one in n_steps if np.isclose(one, rate)]
        assert known, f"a step has a rate of {rate}"
        rows: set[float] = set()
        left = n_steps[known[0]] - 1
        events = events[first + 1 :]
        while left:
            assert events, "a training has too few steps"
            (kind, value), *events = events
            if kind == "step":
                assert np.isclose(value, rate), "a training has too few steps"
                left -= 1
            else:
                rows |= set(value)
        found.append(Training(known[0], frozenset(rows)))
    return found


class _RowLog:
    """Probe: writes down the steps of all optimisers, and the rows that first layers are given in between."""

    def __init__(self, n_inputs):
        self.n_inputs, self.found, self.hooks = n_inputs, [], []

    def start(self):
        """The hooks are all networks', and end with this log: a replay, which stops at the first difference, may never
        stop it."""
        import weakref

        from torch.nn.modules.module import register_module_forward_pre_hook
        from torch.optim.optimizer import register_optimizer_step_pre_hook

        me = weakref.ref(self)

        def stepped(optimizer, args, kwargs):
            if (log := me()) is not None:
                log.found.append(["step", float(optimizer.param_groups[0]["lr"])])

        def asked(module, inputs):
            if (log := me()) is not None and getattr(module, "in_features", 0) == log.n_inputs:
                log.found.append(["rows", inputs[0][:, 0].tolist()])

        self.hooks = [register_optimizer_step_pre_hook(stepped), register_module_forward_pre_hook(asked)]
        for hook in self.hooks:
            weakref.finalize(self, hook.remove)

    def stop(self):
        for hook in self.hooks:
            hook.remove()

    def events(self):
        return self.found
