"""Training on several devices, the same step within one process (tf2.19.10): wrong answers, and right ones."""

import copy
import time
from itertools import pairwise

import torch
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant
from solutions.parallel_training.synchronous import broadcast, central_step, compare_strategies, sync_step

# ---------------------------------------------------------------- replicas in one process


@mutant("tf2.19.10", replaces="broadcast", fails="test_replicas_begin_alike")
def parameters_alone(replicas):
    """Running means and other buffers have to be alike as well."""
    with torch.no_grad():
        for replica in replicas[1:]:
            for value, first in zip(replica.parameters(), replicas[0].parameters(), strict=True):
                value.copy_(first)


@mutant("tf2.19.10", replaces="broadcast", fails="test_replicas_begin_alike")
def shares_the_memory(replicas):
    """The replicas have copies of the numbers: on two devices they could not share memory."""
    for replica in replicas[1:]:
        for value, first in zip(replica.parameters(), replicas[0].parameters(), strict=True):
            value.data = first.data
        for value, first in zip(replica.buffers(), replicas[0].buffers(), strict=True):
            value.data = first.data


@mutant("tf2.19.10", replaces="broadcast", fails="test_replicas_begin_alike")
def averages(replicas):
    """All take over the first one's numbers: the mean of networks that begin differently is no good beginning."""
    state = {name: value * 1.0 for name, value in replicas[0].state_dict().items()}
    for replica in replicas[1:]:
        for name, value in replica.state_dict().items():
            state[name] = state[name] + value
    for replica in replicas:
        replica.load_state_dict({name: value / len(replicas) for name, value in state.items()})


@mutant("tf2.19.10", replaces="broadcast", fails="test_replicas_begin_alike")
def does_nothing(replicas):
    """Nothing has changed: each replica keeps the numbers that it was made with."""


def _step(replicas, batches, lr, *, weigh=None, clears=True, everyone=True, buffers=True, loss="rows"):
    n_rows = sum(len(y) for _, y in batches)
    losses, gradients = [], []
    for replica, (X, y) in zip(replicas, batches, strict=True):
        if clears:
            replica.zero_grad()
        one = cross_entropy(replica(X), y)
        one.backward()
        losses.append(one.item() * (len(y) / n_rows if loss == "rows" else 1 / len(batches)))
        share = weigh(len(y), n_rows, len(batches)) if weigh else len(y) / n_rows
        gradients.append([share * value.grad for value in replica.parameters()])
    with torch.no_grad():
        for replica in replicas if everyone else replicas[:1]:
            for value, *parts in zip(replica.parameters(), *gradients, strict=True):
                value -= lr * sum(parts)
        for replica in replicas[1:] if buffers else []:
            for value, first in zip(replica.buffers(), replicas[0].buffers(), strict=True):
                value.copy_(first)
    return sum(losses)


@mutant("tf2.19.10", replaces="sync_step", fails="test_one_step_as_one_device")
def adds_them_up(replicas, batches, lr):
    """You add the gradients up: with more devices the steps become larger. Average them."""
    return _step(replicas, batches, lr, weigh=lambda n, n_rows, parts: 1.0)


@mutant("tf2.19.10", replaces="sync_step", fails="test_one_step_as_one_device")
def piles_up(replicas, batches, lr):
    """Gradients of the steps before are in the sum still: set them to zero."""
    return _step(replicas, batches, lr, clears=False)


@mutant("tf2.19.10", replaces="sync_step", fails="test_unequal_parts_are_weighted")
def mean_of_means(replicas, batches, lr):
    """The mean over replicas gives a row in a small batch more weight: each row counts the same."""
    return _step(replicas, batches, lr, weigh=lambda n, n_rows, parts: 1 / parts, loss="parts")


@mutant("tf2.19.10", replaces="sync_step", fails="test_unequal_parts_are_weighted")
def mean_of_losses(replicas, batches, lr):
    """The loss is the mean over all rows, not over the batches' means."""
    return _step(replicas, batches, lr, loss="parts")


@mutant("tf2.19.10", replaces="sync_step", fails="test_replicas_stay_alike")
def the_first_alone(replicas, batches, lr):
    """You update the first replica alone: all take the same step."""
    return _step(replicas, batches, lr, everyone=False)


@mutant("tf2.19.10", replaces="sync_step", fails="test_one_step_as_one_device")
def each_its_own(replicas, batches, lr):
    """Each replica goes its own way, by its own gradient: average the gradients before the step."""
    return sum(sync_step([replica], [batch], lr) for replica, batch in zip(replicas, batches, strict=True)) / len(
        replicas
    )


@mutant("tf2.19.10", replaces="sync_step", fails="test_each_sees_its_own_rows")
def one_does_it_all(replicas, batches, lr):
    """You give all rows to the first replica: the devices are to share the work."""
    rows = torch.cat([X for X, _ in batches]), torch.cat([y for _, y in batches])
    loss = sync_step(replicas[:1], [rows], lr)
    broadcast(replicas)
    return loss


@mutant("tf2.19.10", replaces="sync_step", fails="test_each_sees_its_own_rows")
def buffers_drift_apart(replicas, batches, lr):
    """The running means of the replicas drift apart: all take over the first one's after the step."""
    return _step(replicas, batches, lr, buffers=False)


# ---------------------------------------------------------------- the parameters in one place


@mutant("tf2.19.10", replaces="central_step", fails="test_central_step")
def never_fetches(server, workers, batches, lr):
    """Gradients are computed with parameters that the server does not have: fetch its parameters first."""
    n_rows, loss = sum(len(y) for _, y in batches), 0.0
    total = [torch.zeros_like(value) for value in server.parameters()]
    for worker, (X, y) in zip(workers, batches, strict=True):
        worker.zero_grad()
        one = cross_entropy(worker(X), y, reduction="sum") / n_rows
        one.backward()
        loss += one.item()
        total = [kept + value.grad for kept, value in zip(total, worker.parameters(), strict=True)]
    with torch.no_grad():
        for value, gradient in zip(server.parameters(), total, strict=True):
            value -= lr * gradient
    return loss


@mutant("tf2.19.10", replaces="central_step", fails="test_central_step")
def updates_after_each(server, workers, batches, lr):
    """The server updates when all gradients are there: you update after each of them."""
    n_rows, loss = sum(len(y) for _, y in batches), 0.0
    for worker, (X, y) in zip(workers, batches, strict=True):
        loss += central_step(server, [worker], [(X, y)], lr * len(y) / n_rows) * len(y) / n_rows
    return loss


@mutant("tf2.19.10", replaces="central_step", fails="test_central_step")
def unweighted_server(server, workers, batches, lr):
    """A worker with few rows has as much to say as one with many: weigh by rows."""
    before = copy.deepcopy(server)
    losses, moved = [], [torch.zeros_like(value) for value in server.parameters()]
    for worker, batch in zip(workers, batches, strict=True):
        server.load_state_dict(before.state_dict())
        losses.append(central_step(server, [worker], [batch], lr))
        for total, value, old in zip(moved, server.parameters(), before.parameters(), strict=True):
            total += (value - old).detach() / len(workers)
    with torch.no_grad():
        for value, old, total in zip(server.parameters(), before.parameters(), moved, strict=True):
            value.copy_(old + total)
    return sum(losses) / len(losses)


@mutant("tf2.19.10", replaces="central_step", fails="test_workers_keep_what_they_fetched")
def fetches_afterwards(server, workers, batches, lr):
    """The workers fetch at the beginning of a step, and once."""
    loss = central_step(server, workers, batches, lr)
    broadcast([server, *workers])
    return loss


@mutant("tf2.19.10", replaces="central_step", fails="test_workers_keep_what_they_fetched")
def server_does_it_all(server, workers, batches, lr):
    """The server computes with all rows itself, and the workers do nothing: they are there to share the work."""
    broadcast([server, *workers])
    rows = torch.cat([X for X, _ in batches]), torch.cat([y for _, y in batches])
    return sync_step([server], [rows], lr)


# ---------------------------------------------------------------- what it costs


@mutant("tf2.19.10", replaces="compare_strategies", fails="test_ratios_of_seconds")
def without_a_first_step(model, batches, lr, n_steps=10):
    """The first step takes longer than the others: take one before the time is taken."""
    rows = torch.cat([X for X, _ in batches]), torch.cat([y for _, y in batches])
    one, server, *others = (copy.deepcopy(model) for _ in range(2 + 2 * len(batches)))
    replicas, workers = others[: len(batches)], others[len(batches) :]
    ends = [time.perf_counter()]
    for step in (
        lambda: sync_step([one], [rows], lr),
        lambda: sync_step(replicas, batches, lr),
        lambda: central_step(server, workers, batches, lr),
    ):
        for _ in range(n_steps):
            step()
        ends.append(time.perf_counter())
    alone, mirrored, central = (end - begin for begin, end in pairwise(ends))
    return {"one device": 1.0, "mirrored": mirrored / alone, "central": central / alone}


@mutant("tf2.19.10", replaces="compare_strategies", fails="test_ratios_of_seconds")
def seconds_not_ratios(model, batches, lr, n_steps=10):
    """Seconds depend on the machine: divide by those of one device."""
    begin = time.perf_counter()
    found = compare_strategies(model, batches, lr, n_steps)
    return {name: ratio * (time.perf_counter() - begin) for name, ratio in found.items()}


@mutant("tf2.19.10", replaces="compare_strategies", fails="test_ratios_of_seconds")
def the_other_way_round(model, batches, lr, n_steps=10):
    """You divide one device's seconds by the others': it is the other way round."""
    return {name: 1 / ratio for name, ratio in compare_strategies(model, batches, lr, n_steps).items()}


@mutant("tf2.19.10", replaces="compare_strategies", fails="test_ratios_of_seconds")
def trains_the_callers(model, batches, lr, n_steps=10):
    """The model is to be left as it is: measure with copies."""
    found = compare_strategies(model, batches, lr, n_steps)
    sync_step([model], batches[:1], lr)
    return found


@mutant("tf2.19.10", replaces="compare_strategies", fails="test_ratios_of_seconds")
def with_a_part_of_the_rows(model, batches, lr, n_steps=10):
    """One device has to do all the rows' work: with a single replica for all strategies nothing is compared."""
    return {"one device": 1.0, "mirrored": 1.0, "central": 1.0}


# ---------------------------------------------------------------- right answers


@alternative("tf2.19.10", replaces="broadcast")
def through_a_file(replicas):
    """By saving and loading."""
    import io

    file = io.BytesIO()
    torch.save(replicas[0].state_dict(), file)
    for replica in replicas[1:]:
        file.seek(0)
        replica.load_state_dict(torch.load(file))


@alternative("tf2.19.10", replaces="sync_step")
def by_weights(replicas, batches, lr):
    """Means, weighed by rows."""
    return _step(replicas, batches, lr)


@alternative("tf2.19.10", replaces="sync_step")
def functionally(replicas, batches, lr):
    """With `torch.autograd.grad`, as one vector."""
    from torch.nn.utils import parameters_to_vector, vector_to_parameters

    n_rows, total, loss = sum(len(y) for _, y in batches), 0.0, torch.zeros(())
    for replica, (X, y) in zip(replicas, batches, strict=True):
        one = cross_entropy(replica(X), y) * len(y) / n_rows
        total = total + parameters_to_vector(torch.autograd.grad(one, list(replica.parameters()))).detach()
        loss = loss + one.detach()
    moved = parameters_to_vector(replicas[0].parameters()).detach() - lr * total
    for replica in replicas:
        vector_to_parameters(moved.clone(), replica.parameters())
        for value, first in zip(replica.buffers(), replicas[0].buffers(), strict=True):
            value.data.copy_(first)
    return loss


@alternative("tf2.19.10", replaces="central_step")
def by_an_optimizer(server, workers, batches, lr):
    """The server's step by PyTorch's SGD."""
    optimizer = torch.optim.SGD(server.parameters(), lr=lr)
    n_rows, losses = sum(len(y) for _, y in batches), []
    for value in server.parameters():
        value.grad = torch.zeros_like(value)
    for worker, (X, y) in zip(workers, batches, strict=True):
        for mine, kept in zip(worker.parameters(), server.parameters(), strict=True):
            mine.data.copy_(kept.data)
            mine.grad = None
        losses.append(cross_entropy(worker(X), y) * (len(y) / n_rows))
        losses[-1].backward()
        for mine, kept in zip(worker.parameters(), server.parameters(), strict=True):
            kept.grad += mine.grad
    optimizer.step()
    return sum(losses).detach()
