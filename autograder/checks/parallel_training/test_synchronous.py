"""Hidden checks of training on several devices: the same step everywhere (tf2.19.10)."""

import copy

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch.nn.functional import cross_entropy

from autograder.checks.parallel_training.inputs import (
    Children,
    big_step,
    grouped,
    nets_of,
    numbers,
    some_batches,
    theirs,
)
from autograder.testing import check
from autograder.testing.closed import built_in
from autograder.testing.modules import group_backend


@check("tf2.19.10", core=True, hint="`state_dict` has parameters and buffers. Are they copied, or the same memory?")
def test_replicas_begin_alike(student, rng):
    """All replicas take over the first one's parameters and buffers, as copies; the first one stays as it was."""
    for n in (1, 3):
        replicas, ours = nets_of(student, rng, n, "norm")
        student.probe_(_shake)(replicas[0])
        first = theirs(student, replicas[0])
        assert not np.allclose(first, numbers(ours[0]))
        student.broadcast(replicas)
        for replica in replicas:
            assert_allclose(theirs(student, replica), first, atol=1e-6)
        if n > 1:
            student.probe_(_shake)(replicas[1])
            assert_allclose(theirs(student, replicas[0]), first, atol=1e-6)
            assert_allclose(theirs(student, replicas[2]), first, atol=1e-6)


def _shake(net):
    """Probe: change every number of a module in place."""
    import torch

    with torch.no_grad():
        for value in net.state_dict().values():
            value += 1


def _same(student, rng, n):
    """Replicas that are alike, and ours."""
    replicas, ours = nets_of(student, rng, 1)
    replicas += [student.probe_(_copied)(replicas[0]) for _ in range(n - 1)]
    return replicas, ours[0]


def _copied(net):
    """Probe: a deep copy of a module."""
    import copy

    return copy.deepcopy(net)


def _steps(student, rng, sizes, n_steps=3, lr=0.3):
    """Steps of the student's replicas and of ours; all losses and numbers are compared at the end."""
    replicas, ours = _same(student, rng, len(sizes))
    found, wanted = [], []
    for _ in range(n_steps):
        batches = some_batches(rng, sizes)
        found.append(float(student.sync_step(replicas, batches, lr)))
        wanted.append(big_step(ours, batches, lr))
    return replicas, ours, found, wanted


@check(
    "tf2.19.10",
    core=True,
    weight=2,
    hint="Average the gradients, not the losses alone; and forget those of the step before.",
)
def test_one_step_as_one_device(student, rng):
    """With parts of equal size, several steps of replicas are those of one module with the whole batch."""
    for sizes in ((8, 8), (5, 5, 5), (6,)):
        replicas, ours, _, _ = _steps(student, rng, sizes)
        assert_allclose(theirs(student, replicas[0]), numbers(ours), atol=2e-5)


@check("tf2.19.10", core=True, weight=2, hint="Every row counts the same. What does the mean of a small batch weigh?")
def test_unequal_parts_are_weighted(student, rng):
    """With parts of unequal size, steps and losses are those of one module with the whole batch, too."""
    for sizes in ((2, 11), (7, 1, 4)):
        replicas, ours, found, wanted = _steps(student, rng, sizes)
        assert_allclose(theirs(student, replicas[0]), numbers(ours), atol=2e-5)
        assert_allclose(found, wanted, rtol=1e-4)


@check("tf2.19.10", core=True, hint="Whoever does not step falls behind.")
def test_replicas_stay_alike(student, rng):
    """After several steps all replicas have the same parameters, and they have moved."""
    replicas, _, _, _ = _steps(student, rng, (3, 9, 4))
    before = theirs(student, replicas[0])
    student.sync_step(replicas, some_batches(rng, (3, 9, 4)), 0.3)
    first = theirs(student, replicas[0])
    assert np.isfinite(first).all() and np.abs(first - before).max() > 1e-4
    for replica in replicas[1:]:
        assert_allclose(theirs(student, replica), first, atol=1e-6)


@check(
    "tf2.19.10", hint="Each replica normalises with its own rows; afterwards all keep the first one's running means."
)
def test_each_sees_its_own_rows(student, rng):
    """With a batch normalisation each replica uses its own rows, and all have the first one's buffers afterwards."""
    replicas, ours = nets_of(student, rng, 1, "norm")
    replicas += [student.probe_(_copied)(replicas[0]) for _ in range(2)]
    mine = [ours[0]] + [copy.deepcopy(ours[0]) for _ in range(2)]
    batches = some_batches(rng, (4, 9, 6))
    losses = [
        cross_entropy(net(X.double()), y, reduction="sum") / 19 for net, (X, y) in zip(mine, batches, strict=True)
    ]
    sum(losses).backward()
    with torch.no_grad():
        for values in zip(*(net.parameters() for net in mine), strict=True):
            values[0].sub_(0.3 * torch.stack([value.grad for value in values]).sum(0))
    found = float(student.sync_step(replicas, batches, 0.3))
    for replica in replicas:
        assert_allclose(theirs(student, replica), numbers(mine[0]), atol=2e-5)
    assert abs(found - sum(one.item() for one in losses)) < 1e-4


@check("tf2.19.10", core=True, hint="Fetch first, then compute; the server's gradient is the sum of what comes in.")
def test_central_step(student, rng):
    """The server takes the step of one module with the whole batch, whatever numbers the workers had before."""
    for sizes in ((4, 4), (7, 2, 5)):
        (server, *workers), ours = nets_of(student, rng, 1 + len(sizes))
        for _ in range(3):
            batches = some_batches(rng, sizes)
            found, wanted = float(student.central_step(server, workers, batches, 0.2)), big_step(ours[0], batches, 0.2)
            assert_allclose(theirs(student, server), numbers(ours[0]), atol=2e-5)
            assert abs(found - wanted) < 1e-4 * max(1, wanted)


class _Seen:
    """Probe: how many rows each of some networks gets; its first layer is asked, which sees what all of it sees."""

    def __init__(self, nets):
        self.sizes = [set() for _ in nets]
        for net, sizes in zip(nets, self.sizes, strict=True):
            net[0].register_forward_pre_hook(lambda _, given, sizes=sizes: sizes.add(len(given[0])))

    def told(self):
        return [sorted(sizes) for sizes in self.sizes]


@check("tf2.19.10", hint="Who fetches, who computes, and with which rows? Only the server updates.")
def test_workers_keep_what_they_fetched(student, rng):
    """After a step the workers have the parameters that the server had before it, and share no memory with it; each
    has seen its own rows, and the server none."""
    (server, *workers), ours = nets_of(student, rng, 3)
    before, seen = numbers(ours[0]), student.probe_(_Seen)([server, *workers])
    student.central_step(server, workers, some_batches(rng, (5, 3)), 0.2)
    for worker in workers:
        assert_allclose(theirs(student, worker), before, atol=1e-6)
    assert built_in(seen.told()) == [[], [5], [3]]


class _Started:
    """Probe: what `start` does with workers that do as they are told, and how long it takes."""

    def __init__(self, start, does, timeout, backend):
        import os
        import time

        self.here, self.does = os.getpid(), does
        begin = time.monotonic()
        try:
            self.found, self.error = start(self.work, len(does), timeout=timeout, backend=backend), ""
        except NotImplementedError:  # not begun
            raise
        except Exception as error:
            self.found, self.error = [], type(error).__name__
        self.seconds = time.monotonic() - begin

    def work(self, rank):
        import os
        import signal
        import time

        import torch
        import torch.distributed as dist

        total = torch.tensor([2.0**rank])
        dist.all_reduce(total)
        do = self.does[rank]
        if do == "raise":
            raise ValueError("broken")
        if do == "vanish":
            os._exit(0)
        if do == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if do == "hang":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(100)
        if do == "wait":  # for one that has died
            dist.all_reduce(total)
        if do == "large":
            import numpy as np

            return rank, np.full(300_000, rank)
        return rank, float(total), dist.get_rank() == rank, dist.get_world_size(), os.getpid()

    def told(self):
        """What the ranks said, and how many processes there were besides this one."""
        processes = {one[4] for one in self.found} - {self.here}
        return [list(one[:4]) for one in self.found], len(processes)

    def sizes(self):
        return [[one[0], len(one[1]), float(one[1].mean())] for one in self.found]

    def failed(self, within):
        return self.error, self.seconds < within


def _started(student, does, timeout=40.0):
    return student.probe_(_Started)(student.start, list(does), timeout, group_backend(student))


@check(
    "tf2.19.10",
    core=True,
    weight=2,
    hint="`init_process_group` needs the rank, the number of processes, and where they meet.",
)
def test_a_group_is_started(student, rng):
    """Each rank runs in a process of its own, in a group with the others; results come in the order of ranks."""
    for n in (2, 1, 3):
        told, n_processes = _started(student, [""] * n).told()
        assert built_in(told) == [[rank, float(2**n - 1), True, n] for rank in range(n)]
        assert n_processes == n


@check(
    "tf2.19.10",
    core=True,
    weight=2,
    hint="Wait for all of them at the same time, and look at who has ended without a word.",
)
def test_a_dead_rank_is_noticed(student, rng):
    """A rank that raises, vanishes or is killed is a RuntimeError before the time is up, though others wait for it."""
    children = student.probe_(Children)()
    for how in ("kill", "raise", "vanish"):
        does = [str(one) for one in rng.permutation([how, "wait"])]
        assert tuple(_started(student, does).failed(within=12)) == ("RuntimeError", True)
    assert children.left() == 0, "a process is left"


@check("tf2.19.10", hint="What can't be asked to end has to be killed.")
def test_a_rank_that_hangs_is_ended(student, rng):
    """A rank that is not done in time is a RuntimeError soon after, no process is left, and one can start again."""
    children = student.probe_(Children)()
    for _ in range(2):
        does = [str(one) for one in rng.permutation(["hang", ""])]
        assert tuple(_started(student, does, timeout=2.0).failed(within=12)) == ("RuntimeError", True)
    assert children.left() == 0, "a process is left"
    assert built_in(_started(student, ["", ""]).told()[0]) == [[0, 3.0, True, 2], [1, 3.0, True, 2]]


@check("tf2.19.10", hint="Read what a rank has to say before you wait for its end.")
def test_ranks_say_a_lot(student, rng):
    """Results of megabytes arrive."""
    found = _started(student, ["large", "large"]).sizes()
    assert built_in(found) == [[0, 300_000, 0.0], [1, 300_000, 1.0]]


def _ranks(student, rng, sizes, lr=0.3):
    """Ranks that begin with different numbers, and ours, which begins with those of rank 0. `sizes`: for each rank the
    rows of each of its batches."""
    nets, ours = nets_of(student, rng, len(sizes))
    steps = [some_batches(rng, step) for step in zip(*sizes, strict=True)]
    parts = [[step[rank] for step in steps] for rank in range(len(sizes))]
    wanted = [big_step(ours[0], step, lr) for step in steps]
    found = student.probe_(grouped)(student.train_rank, nets, parts, lr, group_backend(student))
    assert not any(isinstance(one, str) for one in found), f"a rank failed: {found}"
    return found, ours[0], wanted


@check("tf2.19.10", core=True, weight=2, hint="Who has the right numbers at the beginning? All have to take them over.")
def test_ranks_begin_with_those_of_rank_0(student, rng):
    """Two processes that begin with different numbers end with those of one that began as rank 0, and are alike."""
    found, ours, _ = _ranks(student, rng, [(6, 6, 6), (6, 6, 6)])
    for _, values in found:
        assert_allclose(np.concatenate([np.atleast_1d(value) for value in values]), numbers(ours), atol=2e-5)


@check("tf2.19.10", core=True, weight=2, hint="How many rows have all ranks together? Ask them, in every step.")
def test_ranks_with_unequal_batches(student, rng):
    """With batches of unequal size, which change from step to step, the steps are those of one process."""
    found, ours, _ = _ranks(student, rng, [(3, 9, 1, 6), (8, 2, 6, 6)])
    for _, values in found:
        assert_allclose(np.concatenate([np.atleast_1d(value) for value in values]), numbers(ours), atol=2e-5)


@check("tf2.19.10", hint="The loss is over the rows of all ranks, so it is the same in all.")
def test_losses_of_all_ranks(student, rng):
    """Each rank returns the mean loss over the rows of all ranks, before each step."""
    found, _, wanted = _ranks(student, rng, [(4, 7), (9, 2)])
    for losses, _ in found:
        assert_allclose(losses, wanted, rtol=1e-4)


class _Timed:
    """Probe: ratios for a module that needs some time for each call, however many rows it gets."""

    def __init__(self, compare, seconds, sizes, n_steps):
        import time

        import torch
        from torch import nn

        class Slow(nn.Module):
            calls = most = 0

            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(4, 3)

            def forward(self, X):
                Slow.calls, Slow.most = Slow.calls + 1, max(Slow.most, len(X))
                time.sleep(seconds)
                return self.layer(X)

        model = Slow()
        before = [value.clone() for value in model.parameters()]
        batches = [(torch.randn(size, 4), torch.randint(3, (size,))) for size in sizes]
        self.found = compare(model, batches, 0.1, n_steps=n_steps)
        self.same = all(torch.equal(one, other) for one, other in zip(before, model.parameters(), strict=True))
        self.calls, self.most = Slow.calls, Slow.most


@check("tf2.19.10", hint="Divide by the seconds of one device with all rows as one batch.")
def test_ratios_of_seconds(student, rng):
    """The ratios are those of real times: of three calls one after the other to one call with all rows; the model is
    left alone."""
    for _ in range(3):  # a busy machine holds up now this, now that
        timed = student.probe_(_Timed)(student.compare_strategies, 0.05, [5, 2, 9], 3)
        found = timed.found
        assert isinstance(found, dict) and found.keys() == {"one device", "mirrored", "central"}
        assert abs(found["one device"] - 1) < 1e-9
        assert timed.same
        assert timed.calls >= (1 + 3) * (1 + 3 + 3), "there are fewer steps than were asked for"
        assert timed.most == 5 + 2 + 9
        ratios = float(found["mirrored"]), float(found["central"])
        if all(2 < one < 5 for one in ratios):
            break
    assert all(2 < one < 5 for one in ratios)
