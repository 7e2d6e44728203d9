"""Chapter 10, layers, loops and loaders (p.10.6 to p.10.9): wrong answers that must fail, and right ones that pass."""

import heapq
import math

import torch
from torch import nn

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.10.6


@mutant("p.10.6", replaces="linear_facts", fails="test_linear_layer")
def weight_turned(n_in, n_out, shape):
    """The weight has a row for each neuron: (n_out, n_in)."""
    weight, bias = (n_in, n_out), (n_out,)
    return {
        "neurons": n_out, "weight": weight, "bias": bias, "parameters": n_in * n_out + n_out,
        "output": (*shape[:-1], n_out),
    }  # fmt: skip


@mutant("p.10.6", replaces="linear_facts", fails="test_linear_layer")
def inputs_are_neurons(n_in, n_out, shape):
    """A neuron is what gives an output: the inputs are none."""
    return {
        "neurons": n_in + n_out, "weight": (n_out, n_in), "bias": (n_out,), "parameters": n_in * n_out + n_out,
        "output": (*shape[:-1], n_out),
    }  # fmt: skip


@mutant("p.10.6", replaces="linear_facts", fails="test_linear_layer")
def biases_forgotten(n_in, n_out, shape):
    """Each neuron has a bias, too."""
    return {
        "neurons": n_out, "weight": (n_out, n_in), "bias": (n_out,), "parameters": n_in * n_out,
        "output": (*shape[:-1], n_out),
    }  # fmt: skip


@mutant("p.10.6", replaces="linear_facts", fails="test_linear_layer")
def always_two_axes(n_in, n_out, shape):
    """The input may have any number of axes before the last one, and the output keeps them."""
    return {
        "neurons": n_out, "weight": (n_out, n_in), "bias": (n_out,), "parameters": n_in * n_out + n_out,
        "output": (shape[0], n_out),
    }  # fmt: skip


@alternative("p.10.6", replaces="linear_facts")
def by_asking_the_layer(n_in, n_out, shape):
    """A real layer is made and asked."""
    layer = nn.Linear(n_in, n_out)
    return {
        "neurons": layer.out_features,
        "weight": layer.weight.shape,
        "bias": layer.bias.shape,
        "parameters": sum(p.numel() for p in layer.parameters()),
        "output": layer(torch.zeros(shape)).shape,
    }


# ---------------------------------------------------------------- p.10.7


def _epoch(model, loss_fn, optimizer, batches, zero=True, mean=True, mode=True):
    model.train(mode)
    total, n_rows = 0.0, 0
    for X, y in batches:
        if zero:
            optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        n = len(X) if mean else 1
        total, n_rows = total + loss.item() * n, n_rows + n
    return total / n_rows


@mutant("p.10.7", replaces="train_epoch", fails="test_weights_after_an_epoch")
def gradients_pile_up(model, loss_fn, optimizer, batches):
    """`backward()` adds to the gradients that are there: without `zero_grad()` each update uses all old batches."""
    return _epoch(model, loss_fn, optimizer, batches, zero=False)


@mutant("p.10.7", replaces="train_epoch", fails="test_weights_after_an_epoch")
def zero_after_the_step(model, loss_fn, optimizer, batches):
    """Gradients may be left from before: set them to 0 before the first `backward()`, not only after each step."""
    total, n_rows = 0.0, 0
    model.train()
    for X, y in batches:
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total, n_rows = total + loss.item() * len(X), n_rows + len(X)
    return total / n_rows


@mutant("p.10.7", replaces="train_epoch", fails="test_weights_after_an_epoch")
def zero_before_the_step(model, loss_fn, optimizer, batches):
    """You set the gradients to 0 after `backward()`, so there is nothing left to step by."""
    total, n_rows = 0.0, 0
    model.train()
    for X, y in batches:
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total, n_rows = total + loss.item() * len(X), n_rows + len(X)
    return total / n_rows


@mutant("p.10.7", replaces="train_epoch", fails="test_weights_after_an_epoch")
def one_step_per_epoch(model, loss_fn, optimizer, batches):
    """You step once per epoch: each batch has an update of its own."""
    total, n_rows = 0.0, 0
    model.train()
    optimizer.zero_grad()
    for X, y in batches:
        loss = loss_fn(model(X), y)
        loss.backward()
        total, n_rows = total + loss.item() * len(X), n_rows + len(X)
    optimizer.step()
    return total / n_rows


@mutant("p.10.7", replaces="train_epoch", fails="test_mean_loss_over_all_rows")
def mean_of_batches(model, loss_fn, optimizer, batches):
    """The mean of the batches' losses gives a small last batch as much weight as the others: weight by rows."""
    return _epoch(model, loss_fn, optimizer, batches, mean=False)


@mutant("p.10.7", replaces="train_epoch", fails="test_mean_loss_over_all_rows")
def last_batch(model, loss_fn, optimizer, batches):
    """You return the last batch's loss: the mean over all rows of the epoch is asked for."""
    batches = list(batches)
    _epoch(model, loss_fn, optimizer, batches[:-1])
    return _epoch(model, loss_fn, optimizer, batches[-1:])


@mutant("p.10.7", replaces="train_epoch", fails="test_epoch_is_in_training_mode")
def mode_as_it_is(model, loss_fn, optimizer, batches):
    """The model may come in evaluation mode: `model.train()` belongs at the beginning of each epoch."""
    return _epoch(model, loss_fn, optimizer, batches, mode=model.training)


@mutant("p.10.7", replaces="P_10_7_ORDER", fails="test_order_of_the_lines", constant=True)
def zero_between():
    """Between `backward()` and `step()` the gradients are needed."""
    return ["c", "e", "b", "d", "f", "a"]


@mutant("p.10.7", replaces="P_10_7_ORDER", fails="test_order_of_the_lines", constant=True)
def moved_too_late():
    """The batch has to be on the device before the model is asked."""
    return ["e", "c", "b", "f", "d", "a"]


@alternative("p.10.7", replaces="train_epoch")
def by_hand_and_sums(model, loss_fn, optimizer, batches):
    """Gradients are set to None by hand, losses are kept as tensors."""
    losses, sizes = [], []
    model.train()
    for X, y in batches:
        for parameter in model.parameters():
            parameter.grad = None
        losses.append(loss_fn(model(X), y))
        losses[-1].backward()
        optimizer.step()
        sizes.append(float(y.shape[0]))
    return float(torch.stack(losses).detach() @ torch.tensor(sizes) / sum(sizes))


@alternative("p.10.7", replaces="train_epoch")
def by_torchs_grad(model, loss_fn, optimizer, batches):
    """With torch.autograd.grad."""
    total = torch.tensor(0.0)
    n = 0
    model.train(True)
    for X, y in batches:
        loss = loss_fn(model(X), y)
        values = list(model.parameters())
        for value, grad in zip(values, torch.autograd.grad(loss, values), strict=True):
            value.grad = grad
        optimizer.step()
        total += loss.detach() * len(y)
        n += len(y)
    return total / n


@alternative("p.10.7", replaces="P_10_7_ORDER", constant=True)
def zero_first():
    """The gradients are set to 0 first of all."""
    return ["f", "c", "e", "b", "d", "a"]


# ---------------------------------------------------------------- p.10.8


@mutant("p.10.8", replaces="missed_parameters", fails="test_parameters_an_optimiser_has_not")
def by_value(model, optimizer):
    """You compare values: a copy has the same ones, and is another parameter. Ask with `is`, or by `id`."""
    held = [value for group in optimizer.param_groups for value in group["params"]]
    return [
        name for name, value in model.named_parameters()
        if not any(value.shape == one.shape and torch.equal(value, one) for one in held)
    ]  # fmt: skip


@mutant("p.10.8", replaces="missed_parameters", fails="test_parameters_an_optimiser_has_not")
def first_group_only(model, optimizer):
    """You look into the first group only: an optimiser may have several."""
    held = {id(value) for value in optimizer.param_groups[0]["params"]}
    return [name for name, value in model.named_parameters() if id(value) not in held]


@mutant("p.10.8", replaces="missed_parameters", fails="test_parameters_an_optimiser_has_not")
def held_ones(model, optimizer):
    """You name the parameters that it holds: those it lacks are asked for."""
    held = {id(value) for group in optimizer.param_groups for value in group["params"]}
    return [name for name, value in model.named_parameters() if id(value) in held]


@mutant("p.10.8", replaces="missed_parameters", fails="test_parameters_an_optimiser_has_not")
def by_count(model, optimizer):
    """You count the parameters: as many may be held, and not be the model's any more."""
    held = sum(len(group["params"]) for group in optimizer.param_groups)
    return [name for name, _ in model.named_parameters()][held:]


@alternative("p.10.8", replaces="missed_parameters")
def by_identity(model, optimizer):
    """With `is`, parameter by parameter."""
    missed = []
    for name, value in model.named_parameters():
        if all(value is not one for group in optimizer.param_groups for one in group["params"]):
            missed.append(name)
    return tuple(missed)


# ---------------------------------------------------------------- p.10.9


@mutant("p.10.9", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def work_divided(n_batches, load, compute, workers):
    """The GPU computes while the workers load: the two don't add up."""
    return n_batches * (load / max(workers, 1) + compute)


@mutant("p.10.9", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def slower_of_both(n_batches, load, compute, workers):
    """That is right in the long run. But the first batch has to be loaded before anything is computed, and the last one
    has to be computed after it was loaded."""
    return n_batches * (max(load / workers, compute) if workers else load + compute)


@mutant("p.10.9", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def evenly_apart(n_batches, load, compute, workers):
    """The workers begin together, so their batches are ready together, round by round, and not one by one."""
    if workers == 0:
        return n_batches * (load + compute)
    return load + (n_batches - 1) * max(load / workers, compute) + compute


@mutant("p.10.9", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def gpu_never_waits(n_batches, load, compute, workers):
    """If loading takes longer than computing, the GPU has to wait for each batch."""
    return load + n_batches * compute if workers else n_batches * (load + compute)


@mutant("p.10.9", replaces="epoch_seconds", fails="test_seconds_of_an_epoch")
def main_process_reads_ahead(n_batches, load, compute, workers):
    """With `num_workers=0` nothing happens at the same time: the main process loads, then waits for the GPU."""
    done, workers = 0.0, max(workers, 1)
    for batch in range(n_batches):
        done = max(load * (batch // workers + 1), done) + compute
    return done


@mutant("p.10.9", replaces="P_10_9_CHOICE", fails="test_arguments_for_a_busy_gpu", constant=True)
def shuffling_as_well():
    """To shuffle is good for learning, but a batch is not loaded sooner for it."""
    return ["num_workers", "pin_memory", "prefetch_factor", "shuffle"]


@mutant("p.10.9", replaces="P_10_9_CHOICE", fails="test_arguments_for_a_busy_gpu", constant=True)
def workers_only():
    """More workers are not all: think of how far they read ahead, and of the copy to the GPU."""
    return ["num_workers"]


@alternative("p.10.9", replaces="epoch_seconds")
def by_events(n_batches, load, compute, workers):
    """By following the workers in time."""
    if not workers:
        return sum([load + compute] * n_batches)
    free = [(0.0, worker) for worker in range(workers)]
    busy_until = 0.0
    for _ in range(n_batches):
        at, worker = heapq.heappop(free)
        heapq.heappush(free, (at + load, worker))
        busy_until = max(busy_until, at + load) + compute
    return busy_until


@alternative("p.10.9", replaces="epoch_seconds")
def by_formula(n_batches, load, compute, workers):
    """By the batch that holds up all the others: the first one of a round."""
    if workers == 0:
        return n_batches * (load + compute)
    rounds = range(math.ceil(n_batches / workers))
    return max(load * (k + 1) + compute * (n_batches - k * workers) for k in rounds)


@alternative("p.10.9", replaces="P_10_9_CHOICE", constant=True)
def with_lasting_workers():
    """Workers that live on save the time of starting them."""
    return ["prefetch_factor", "persistent_workers", "pin_memory", "num_workers"]
