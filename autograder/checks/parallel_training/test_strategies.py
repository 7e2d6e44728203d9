"""Hidden checks of training on several devices: ways to share the work (tf2.19.7 and tf2.19.8)."""

from itertools import pairwise

import torch
from torch import nn

from autograder.testing import check
from autograder.testing.closed import ask_all


def _sent(widths, batch_size, n_devices, cuts):
    net = nn.ModuleList(nn.Linear(before, after, device="meta") for before, after in pairwise(widths))
    count = sum(value.numel() for value in net.parameters())
    per_device = 2 * (n_devices - 1) * count / n_devices
    crossing = torch.tensor([widths[cut] for cut in cuts], dtype=torch.int64).sum() * batch_size
    # As float, which need not be exact: whoever multiplies by n what was divided by n is right, too.
    return {"data": float(per_device * n_devices), "model": int(crossing * 2)}


@check("tf2.19.7", core=True, hint="The biases are parameters, too. What comes back over a cut?")
def test_numbers_that_are_sent(student, rng):
    """The numbers sent are right for both ways, with any layers, batches, devices and cuts."""
    cases = []
    for _ in range(25):
        widths = rng.integers(1, 40, rng.integers(3, 7)).tolist()
        cuts = sorted(rng.permutation(range(1, len(widths) - 1))[: rng.integers(0, len(widths) - 1)].tolist())
        cases.append((widths, int(rng.integers(1, 100)), int(rng.integers(1, 6)), cuts))
    ask_all(student.numbers_sent, _sent, cases)


def _speed(seconds, batch_size, strategy, spare):
    """By counting the batches that are done after a long time."""
    until = 1000 * max(seconds)
    if strategy == "asynchronous":
        return sum(until / one for one in seconds) * batch_size / until
    slowest = max(sorted(seconds)[: len(seconds) - spare])
    return (len(seconds) - spare) * batch_size * (until / slowest) / until


@check("tf2.19.8", core=True, hint="Who is waited for in a step, and whose rows count?")
def test_rows_per_second(student, rng):
    """The rows per second are right for workers of any speed, waiting for all, for some, or for nobody."""
    cases = []
    for number in range(30):
        seconds = rng.uniform(0.05, 2, rng.integers(2, 8)).tolist()
        spare = int(rng.integers(0, len(seconds))) if number % 3 == 1 else 0
        cases.append((seconds, int(rng.integers(1, 200)), "asynchronous" if number % 3 == 2 else "synchronous", spare))
    ask_all(student.rows_per_second, _speed, cases)


@check("tf2.19.8", hint="Adam has two numbers of its own for each parameter.")
def test_numbers_on_each_device(student, rng):
    """What each device keeps is right, mirrored and cut up, for any numbers of parameters and devices."""

    def kept(n_parameters, n_devices, strategy):
        return 4 * n_parameters / (n_devices if strategy == "sharded" else 1)

    cases = [
        (int(rng.integers(1, 10_000)), int(rng.integers(1, 9)), ("mirrored", "sharded")[number % 2])
        for number in range(20)
    ]
    ask_all(lambda *case: float(student.numbers_kept(*case)), kept, cases)
