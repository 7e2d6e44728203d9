"""Hidden checks of training on several devices: with and without waiting, and in two parts (tf1.12.10)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch.nn.functional import cross_entropy

from autograder.checks.parallel_training.inputs import (
    Children,
    big_step,
    nets_of,
    numbers,
    some_batches,
    theirs,
    with_optimisers,
)
from autograder.testing import check
from autograder.testing.closed import built_in
from autograder.testing.modules import group_backend


def _shards(rng, sizes):
    """Batches for each process, and the steps that they make together. `sizes`: for each process its rows per step."""
    steps = [some_batches(rng, step) for step in zip(*sizes, strict=True)]
    return [[step[rank] for step in steps] for rank in range(len(sizes))], steps


@check("tf1.12.10", core=True, weight=2, hint="A child has a copy of your model. What has to come back?")
def test_synchronous_as_one_process(student, rng):
    """Trained by two processes or three with unequal batches, the caller's module is what one process makes of all
    rows."""
    student.probe_(with_optimisers)()
    backend = group_backend(student)
    for sizes in ([(6, 6, 6), (6, 6, 6)], [(2, 5), (9, 1), (4, 2)]):
        (model,), (ours,) = nets_of(student, rng, 1)
        shards, steps = _shards(rng, sizes)
        student.train_sync(model, shards, 0.3, timeout=40.0, backend=backend)
        for step in steps:
            big_step(ours, step, 0.3)
        assert_allclose(theirs(student, model), numbers(ours), atol=2e-5)
    watched = student.probe_(_Watched)(student.train_sync, [(2, 0.0, 0), (2, 0.0, 0)], 0.3, 40.0, backend=backend)
    assert not watched.error
    assert tuple(watched.processes()) == (2, True, False)


class _Watched:
    """Probe: a training by several processes, whose model writes down who called it, and when.

    Each row of a batch is (shard, seconds to wait, what to do): the model's table has a line for each shard, so that
    only its own process changes it. `meets`: for a shard the number of one of its calls, before which it waits until
    there are so many calls of another one, or some seconds, if they don't come.
    """

    def __init__(self, train, plan, lr, timeout, meets=None, **how):
        import os
        import shutil
        import sys
        import tempfile
        import time
        import types

        import torch
        from torch import nn

        folder, own = tempfile.mkdtemp(), os.getpid()

        def calls(shard):
            return sum(len(lines) for (one, _), lines in self.written(folder).items() if one == shard)

        class Table(nn.Module):
            def __init__(self):
                super().__init__()
                self.table = nn.Parameter(torch.zeros(len(plan), 2))

            def forward(self, X):
                shard, seconds, do = X[0].tolist()
                before, until = calls(int(shard)), time.monotonic() + 5
                number, other, n = (meets or {}).get(int(shard), (0, 0, 0))
                while before + 1 == number and calls(other) < n and time.monotonic() < until:
                    time.sleep(0.01)
                with open(f"{folder}/{int(shard)}.{os.getpid()}", "a", encoding="utf-8") as file:
                    file.write(f"{time.monotonic()}\n")
                time.sleep(seconds)
                if do in (1, 2) or (do == 3 and before == 2):
                    if do != 2 and os.getpid() != own:
                        os.kill(os.getpid(), 9)
                    raise ValueError("broken")
                return self.table[int(shard)].expand(len(X), 2)

        Table.__module__, Table.__qualname__ = "watched", "Table"  # so that it can be pickled, too
        sys.modules["watched"] = types.ModuleType("watched")
        sys.modules["watched"].Table = Table
        self.model = Table()
        shards = [
            [(torch.tensor([[float(shard), seconds, float(do)]] * 4), torch.zeros(4, dtype=torch.int64))] * n
            for shard, (n, seconds, do) in enumerate(plan)
        ]
        begin = time.monotonic()
        try:
            train(self.model, shards, lr, timeout=timeout, **how)
            self.error = ""
        except NotImplementedError:  # not begun
            raise
        except Exception as error:
            self.error = type(error).__name__
        self.seconds = time.monotonic() - begin
        self.calls = {key: [float(line) for line in lines] for key, lines in self.written(folder).items()}
        self.own = own
        shutil.rmtree(folder, True)

    def written(self, folder):
        """By shard and process, the lines that its calls have left."""
        import os

        found = {}
        for name in os.listdir(folder):
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                found[tuple(map(int, name.split(".")))] = file.readlines()
        return found

    def processes(self):
        """How many processes there were, whether each had one shard, and whether this one was among them."""
        found = [process for _, process in self.calls]
        return len(set(found)), len(found) == len(set(found)), self.own in found

    def logits(self):
        return [float(one) for one in (self.model.table[:, 0] - self.model.table[:, 1]).detach()]

    def counts(self):
        found = {shard: len(times) for (shard, _), times in self.calls.items()}
        return [found.get(shard, 0) for shard in range(len(found))]

    def done_before(self, one, other):
        """Whether one shard's last call came before another's third."""
        ends = {shard: times for (shard, _), times in self.calls.items()}
        return ends[one][-1] < ends[other][2]

    def failed(self, within):
        return self.error, self.seconds < within


def _way(n, lr):
    """The difference of two logits after n steps of gradient descent for one of them."""
    difference = 0.0
    for _ in range(n):
        difference += 2 * lr / (1 + np.exp(difference))
    return difference


@check(
    "tf1.12.10", core=True, weight=2, hint="`share_memory()` before the fork; else each child trains a copy of its own."
)
def test_all_change_the_same_parameters(student, rng):
    """Each process's steps are in the caller's parameters in the end, and each shard had one process of its own."""
    student.probe_(with_optimisers)()
    plan = [(int(n), 0.02, 0) for n in rng.integers(30, 50, 3)]
    watched = student.probe_(_Watched)(student.train_async, plan, 0.1, 40.0)
    assert not watched.error
    assert tuple(watched.processes()) == (3, True, False)
    assert list(watched.counts()) == [n for n, _, _ in plan]
    # Now and then one change overwrites another.
    assert_allclose(watched.logits(), [_way(n, 0.1) for n, _, _ in plan], rtol=0.25)


@check("tf1.12.10", core=True, hint="Neither locks, nor barriers, nor turns.")
def test_nobody_waits(student, rng):
    """A slow process does not hold up a quick one, which is done before the slow one's third batch."""
    student.probe_(with_optimisers)()
    slow = int(rng.integers(2))
    quick, plan = 1 - slow, [(8, 0.0, 0), (8, 0.0, 0)]
    plan[slow] = (4, 0.1, 0)
    # Before its third batch the slow one waits for all of the quick one's, which begins when the slow one has begun.
    meets = {quick: (1, slow, 1), slow: (3, quick, 8)}
    watched = student.probe_(_Watched)(student.train_async, plan, 0.1, 40.0, meets)
    assert list(watched.counts()) == [n for n, _, _ in plan]
    assert watched.done_before(quick, slow)


@check(
    "tf1.12.10", core=True, hint="The learning rate, the mean over a batch's rows, and gradients of this batch alone."
)
def test_steps_of_one_worker(student, rng):
    """With a single process, the asynchronous steps are those of plain SGD, batch by batch."""
    student.probe_(with_optimisers)()
    (model,), (ours,) = nets_of(student, rng, 1)
    batches = some_batches(rng, (5, 3, 8))
    student.train_async(model, [batches], 0.2, timeout=40.0)
    for batch in batches:
        big_step(ours, [batch], 0.2)
    assert_allclose(theirs(student, model), numbers(ours), atol=2e-5)


@check("tf1.12.10", weight=2, hint="A process that has ended without having said so is no success.")
def test_failures_are_noticed(student, rng):
    """A process that dies, raises or is late is a RuntimeError, synchronous or not, and no process is left; what has
    been trained synchronously is then left as it was."""
    student.probe_(with_optimisers)()
    children = student.probe_(Children)()
    backend = group_backend(student)
    for do, timeout in ((1, 40.0), (2, 40.0), (0, 1.5)):
        plan = [(3, 0.0, 0), (3, 0.0, do) if do else (3, 60.0, 0)]
        watched = student.probe_(_Watched)(student.train_async, plan, 0.1, timeout)
        assert tuple(watched.failed(within=12)) == ("RuntimeError", True)
    watched = student.probe_(_Watched)(student.train_sync, [(4, 0.0, 0), (4, 0.0, 3)], 0.1, 40.0, backend=backend)
    assert tuple(watched.failed(within=12)) == ("RuntimeError", True)
    assert built_in(watched.logits()) == [0.0, 0.0], "the module has changed, though the training has failed"
    assert children.left() == 0, "a process is left"


def _parts(seed):
    """Probe: the two parts of a network, and a copy of them as one."""
    import copy

    import torch
    from torch import nn

    torch.manual_seed(seed)
    first, second = nn.Sequential(nn.Linear(4, 6), nn.Tanh()), nn.Linear(6, 3)
    return first, second, copy.deepcopy(nn.Sequential(first, second))


def _split(net, whole, X):
    """Probe: outputs of a split network and of the whole one, and the gradients of both, as they are in the end."""
    found = []
    for model in (net, whole):
        output = model(X)
        model.zero_grad()
        output.square().sum().backward()
        gradients = [value.grad.flatten() for value in model.parameters() if value.grad is not None]
        found.append(
            (output.detach().numpy(), sum(map(len, gradients)), sum(float(one.square().sum()) for one in gradients))
        )
    return found


@check("tf1.12.10", core=True, hint="First part, then second; both are modules of the module.")
def test_split_computes_the_same(student, rng):
    """Outputs and gradients of a split network are those of the whole one."""
    first, second, whole = student.probe_(_parts)(int(rng.integers(1000)))
    net = student.SplitNet(first, second, devices=["cpu", "cpu"])
    one, other = student.probe_(_split)(net, whole, torch.as_tensor(rng.normal(size=(7, 4)).astype(np.float32)))
    assert_allclose(np.asarray(one[0]), np.asarray(other[0]), atol=1e-5)
    assert one[1] == other[1] == 4 * 6 + 6 + 6 * 3 + 3
    assert_allclose(one[2], other[2], rtol=1e-4)


def _devices(make, devices):
    """Probe: where the parts of a split network are, and where its inputs, what is between, and its outputs are."""
    import torch
    from torch import nn

    seen = []

    class Part(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(3))
            self.register_buffer("count", torch.zeros(1))

        def forward(self, X):
            seen.append(X.device.type)
            return self.weight.expand(len(X), 3)

    first, second = Part(), Part()
    output = make(first, second, devices=devices)(torch.zeros(2, 5))
    parts = [sorted({value.device.type for value in part.state_dict().values()}) for part in (first, second)]
    return parts, seen, output.device.type


@check("tf1.12.10", core=True, hint="Two calls of `.to` in `forward`: before the first part, and between the two.")
def test_split_over_two_devices(student, rng):
    """Each part is on its device, is handed what is there already, and the output is on the second device."""
    for devices in (["cpu", "meta"], ["meta", "meta"], ["cpu", "cpu"]):
        parts, seen, where = student.probe_(_devices)(student.SplitNet, devices)
        assert [list(part) for part in parts] == [[devices[0]], [devices[1]]]
        assert list(seen) == devices and where == devices[1]


WAYS = {"one process", "split", "synchronous", "asynchronous"}


@check("tf1.12.10", weight=2, hint="Each way begins with the given numbers: train copies.")
def test_ways_are_compared(student, rng):
    """All four ways are measured; three end with the loss of one process, and the parts are left as they are."""
    student.probe_(with_optimisers)()
    first, second, whole = student.probe_(_parts)(int(rng.integers(1000)))
    before = [theirs(student, part) for part in (first, second)]
    shards, steps = _shards(rng, [(6, 3, 4, 5), (2, 8, 4, 7)])
    found = student.compare_ways(first, second, shards, 0.2, backend=group_backend(student))
    assert isinstance(found, dict) and found.keys() == WAYS
    seconds = {name: float(one["seconds"]) for name, one in found.items()}
    losses = {name: float(one["loss"]) for name, one in found.items()}
    assert all(0 < one < 60 for one in seconds.values()), "seconds are positive"
    ours = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3)).double()
    for value, flat in zip(ours.parameters(), student.probe_(_flat)(whole), strict=True):
        value.data.copy_(torch.as_tensor(np.asarray(flat)).reshape(value.shape))
    rows = [batch for step in steps for batch in step]
    X, y = torch.cat([X for X, _ in rows]).double(), torch.cat([y for _, y in rows])
    start = cross_entropy(ours(X), y).item()
    for step in steps:
        big_step(ours, step, 0.2)
    wanted = cross_entropy(ours(X), y).item()
    for name in WAYS - {"asynchronous"}:
        assert abs(losses[name] - wanted) < 1e-3 * max(1, wanted), name
    assert np.isfinite(losses["asynchronous"]) and abs(losses["asynchronous"] - start) > 1e-6
    for part, kept in zip((first, second), before, strict=True):
        assert_allclose(theirs(student, part), kept, atol=1e-6)


def _flat(net):
    """Probe: the parameters of a module, each as a flat array."""
    return [value.detach().double().flatten().numpy() for value in net.parameters()]
