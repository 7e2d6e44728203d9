"""Training on several devices, what comes first and what is left (tf1.12.5 to tf1.12.7): wrong answers, and right
ones."""

import contextlib

import torch

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf1.12.5


@mutant("tf1.12.5", replaces="stream_ends", fails="test_ends_of_streams")
def no_streams(operations):
    """Streams run at the same time: what is in another stream does not have to be waited for."""
    ends, now = [], 0.0
    for _, seconds, _ in operations:
        now += seconds
        ends.append(now)
    return ends


@mutant("tf1.12.5", replaces="stream_ends", fails="test_ends_of_streams")
def streams_do_not_wait(operations):
    """An operation also waits for those that it names, whatever their stream."""
    last, ends = {}, []
    for stream, seconds, _ in operations:
        last[stream] = last.get(stream, 0.0) + seconds
        ends.append(last[stream])
    return ends


@mutant("tf1.12.5", replaces="stream_ends", fails="test_ends_of_streams")
def no_order_within_a_stream(operations):
    """Within a stream one operation comes after the other, also if it does not need its result."""
    ends = []
    for _, seconds, waits in operations:
        ends.append(max((ends[place] for place in waits), default=0.0) + seconds)
    return ends


@mutant("tf1.12.5", replaces="stream_ends", fails="test_ends_of_streams")
def adds_what_it_waits_for(operations):
    """Waiting for two that run at the same time takes as long as the later one, not both together."""
    last, ends = {}, []
    for stream, seconds, waits in operations:
        last[stream] = max(last.get(stream, 0.0), sum(ends[place] for place in waits)) + seconds
        ends.append(last[stream])
    return ends


def _can(**other):
    cases = dict.fromkeys(("two streams", "copy", "threads", "inside"), "can")
    return {**cases, **dict.fromkeys(("one stream", "one needs the other", "statements"), "can't"), **other}


@mutant("tf1.12.5", replaces="TF1_12_5_CHOICE", fails="test_what_can_run_together", constant=True)
def one_at_a_time():
    """A device has many cores: what does not depend on each other can run at the same time, in streams or threads."""
    return _can(**{"two streams": "can't", "threads": "can't", "copy": "can't"})


@mutant("tf1.12.5", replaces="TF1_12_5_CHOICE", fails="test_what_can_run_together", constant=True)
def streams_reorder():
    """A stream works off its operations in order, whether they depend on each other or not."""
    return _can(**{"one stream": "can"})


@mutant("tf1.12.5", replaces="TF1_12_5_CHOICE", fails="test_what_can_run_together", constant=True)
def the_lock_of_python():
    """PyTorch lets go of Python's lock while it multiplies: two threads can do so at the same time."""
    return _can(threads="can't")


@mutant("tf1.12.5", replaces="TF1_12_5_CHOICE", fails="test_what_can_run_together", constant=True)
def statements_overlap():
    """On the CPU a statement has ended before the next one of its thread begins."""
    return _can(statements="can")


@alternative("tf1.12.5", replaces="stream_ends")
def from_the_back(operations):
    """From the back: each operation asks those before it. As a tensor."""
    from functools import cache

    @cache
    def end(place):
        stream, seconds, waits = operations[place]
        before = [other for other in range(place) if operations[other][0] == stream]
        return seconds + max((end(other) for other in (*waits, *before[-1:])), default=0.0)

    return torch.tensor([end(place) for place in range(len(operations))], dtype=torch.float64)


# ---------------------------------------------------------------- tf1.12.6


def _peak(order, operations, *, counts_own=True, keeps_results=True, frees=True, checks=True):
    peak, held, done = 0, {}, set()
    for place, name in enumerate(order):
        size, needs = operations[name]
        if checks and not done.issuperset(needs):
            raise ValueError(name)
        if counts_own:
            held[name] = size
        peak = max(peak, sum(held.values()))
        held[name] = size
        done.add(name)
        later = {need for other in order[place + 1 :] for need in operations[other][1]}
        used = {need for other in order for need in operations[other][1]}
        if frees:
            held = {one: value for one, value in held.items() if one in later or (keeps_results and one not in used)}
    return peak


@mutant("tf1.12.6", replaces="peak_memory", fails="test_peak_of_memory")
def never_frees(order, operations):
    """A result goes when the last operation that needs it has ended: it does not stay to the end."""
    return _peak(order, operations, frees=False)


@mutant("tf1.12.6", replaces="peak_memory", fails="test_peak_of_memory")
def forgets_the_results(order, operations):
    """What no operation needs is the program's result, and is kept until the end."""
    return _peak(order, operations, keeps_results=False)


@mutant("tf1.12.6", replaces="peak_memory", fails="test_peak_of_memory")
def before_it_runs(order, operations):
    """While an operation runs, its own result takes memory already, beside its inputs."""
    return _peak(order, operations, counts_own=False)


@mutant("tf1.12.6", replaces="peak_memory", fails="test_peak_of_memory")
def any_order(order, operations):
    """An order in which something comes before what it needs is a `ValueError`."""
    return _peak(order, operations, checks=False)


@mutant("tf1.12.6", replaces="peak_memory", fails="test_peak_of_memory")
def inputs_go_first(order, operations):
    """Inputs are there while the operation runs: they go after it has ended."""
    peak, done = 0, set()
    for place, name in enumerate(order):
        if not done.issuperset(operations[name][1]):
            raise ValueError(name)
        done.add(name)
        later = {need for other in order[place + 1 :] for need in operations[other][1]}
        used = {need for other in order for need in operations[other][1]}
        kept = {one for one in done if one in later or one not in used} | {name}
        peak = max(peak, sum(operations[one][0] for one in kept))
    return peak


@alternative("tf1.12.6", replaces="peak_memory")
def by_spans(order, operations):
    """By the time for which each result is there, on an array."""
    import numpy as np

    places = {name: place for place, name in enumerate(order)}
    held = np.zeros(len(order) + 1)
    last = {name: len(order) - 1 for name in order}
    for name, (_, needs) in operations.items():
        for need in needs:
            if places[need] > places[name]:
                raise ValueError("too early")
    for need in {need for _, needs in operations.values() for need in needs}:
        last[need] = max(places[name] for name, (_, needs) in operations.items() if need in needs)
    for name, (size, _) in operations.items():
        held[places[name] : last[name] + 1] += size
    return float(held.max())


# ---------------------------------------------------------------- tf1.12.7


@mutant("tf1.12.7", replaces="guarded", fails="test_saved_whatever_happens")
def saves_when_all_is_well(train, model, path):
    """After an exception nothing is saved: what has to be done in any case stands in `finally`."""
    result = train(model)
    torch.save(model.state_dict(), path)
    return result


@mutant("tf1.12.7", replaces="guarded", fails="test_saved_whatever_happens")
def errors_only(train, model, path):
    """`except Exception` does not see that somebody has pressed stop (`KeyboardInterrupt`), or called `exit`."""
    try:
        result = train(model)
    except Exception:
        torch.save(model.state_dict(), path)
        raise
    torch.save(model.state_dict(), path)
    return result


@mutant("tf1.12.7", replaces="guarded", fails="test_saved_whatever_happens")
def saved_before(train, model, path):
    """You save what was there before the training: `state_dict` has to be saved when it has ended."""
    torch.save(model.state_dict(), path)
    return train(model)


@mutant("tf1.12.7", replaces="guarded", fails="test_saved_whatever_happens")
def state_taken_before(train, model, path):
    """You ask for `state_dict` before the training: a parameter that is replaced by a new one is not in it. Ask at the
    end."""
    state = model.state_dict()
    try:
        return train(model)
    finally:
        torch.save(state, path)


@mutant("tf1.12.7", replaces="guarded", fails="test_saved_whatever_happens")
def the_whole_module(train, model, path):
    """You save the module itself, which is a pickle of its class: save its `state_dict`."""
    try:
        return train(model)
    finally:
        torch.save(model, path)


@mutant("tf1.12.7", replaces="guarded", fails="test_saved_whatever_happens")
def parameters_without_buffers(train, model, path):
    """The running means of a batch normalisation belong to the model as well: save its whole `state_dict`."""
    try:
        return train(model)
    finally:
        torch.save(dict(model.named_parameters()), path)


@mutant("tf1.12.7", replaces="guarded", fails="test_goes_on_as_it_ended")
def swallows(train, model, path):
    """You swallow the exception: whoever called has to hear of it."""
    result = None
    with contextlib.suppress(BaseException):
        result = train(model)
    torch.save(model.state_dict(), path)
    return result


@mutant("tf1.12.7", replaces="guarded", fails="test_goes_on_as_it_ended")
def returns_nothing(train, model, path):
    """What the training returns is to be returned."""
    try:
        train(model)
    finally:
        torch.save(model.state_dict(), path)


def _kept(*others):
    cases = dict.fromkeys(("cluster", "notebook", "replicas", "shared memory"), "kept")
    cases |= dict.fromkeys(("initialised", "script", "shards"), "lost")
    turned = {"kept": "lost", "lost": "kept"}
    return {name: turned[word] if name in others else word for name, word in cases.items()}


@mutant("tf1.12.7", replaces="TF1_12_7_CHOICE", fails="test_what_is_kept", constant=True)
def all_is_lost():
    """Parameters are there as long as the process that holds them lives, whoever has ended besides."""
    return _kept("cluster", "notebook", "replicas", "shared memory")


@mutant("tf1.12.7", replaces="TF1_12_7_CHOICE", fails="test_what_is_kept", constant=True)
def shards_are_replicas():
    """Of a model that is cut up each process has a part: with one of them a part is gone."""
    return _kept("shards")


@mutant("tf1.12.7", replaces="TF1_12_7_CHOICE", fails="test_what_is_kept", constant=True)
def initialising_is_harmless():
    """The initialiser gives the variables new first values: what they held is gone."""
    return _kept("initialised")


@alternative("tf1.12.7", replaces="guarded")
def by_a_stack(train, model, path):
    """With an exit stack, and a file that is renamed when it is whole."""
    import os

    def save():
        torch.save(model.state_dict(), f"{path}.part")
        os.replace(f"{path}.part", path)

    with contextlib.ExitStack() as stack:
        stack.callback(save)
        return train(model)
