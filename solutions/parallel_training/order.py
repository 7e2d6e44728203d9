"""Training on several devices, what comes first and what is left (tf1.12.5 to tf1.12.7): the answers."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn


def stream_ends(operations: Sequence[tuple[int, float, Sequence[int]]]) -> list[float]:
    """Return when operations on a GPU end, counted from 0.

    Parameters
    ----------
    operations : in the order in which the program hands them to the GPU, for each

        - the number of its stream;
        - how many seconds it takes;
        - the operations whose end it waits for, as their places in this list; all of
          them come earlier in it.

    What is in one stream runs in order, one after the other. An operation begins as
    soon as the one before it in its stream, if any, and all that it waits for have
    ended. The GPU has room for whatever can run at the same time, and to hand the
    operations over takes no time.

    Returns
    -------
    The seconds at which each operation ends.

    Examples
    --------
    >>> stream_ends([(0, 2.0, []), (0, 3.0, []), (1, 4.0, [])])
    [2.0, 5.0, 4.0]
    >>> stream_ends([(0, 2.0, []), (1, 3.0, [0])])
    [2.0, 5.0]
    """
    ends: list[float] = []
    last: dict[int, float] = {}  # for each stream the end of what it has got so far
    for stream, seconds, waits in operations:
        begin = max([last.get(stream, 0.0), *(ends[place] for place in waits)])
        last[stream] = begin + seconds
        ends.append(last[stream])
    return ends


# For each pair "can" or "can't" run at the same time.
TF1_12_5_CHOICE: dict[str, str] = {
    "two streams": "can",
    "one stream": "can't",
    "one needs the other": "can't",
    "copy": "can",
    "statements": "can't",
    "threads": "can",
    "inside": "can",
}

TF1_12_6 = """
A control dependency says: this operation may not begin before those have ended, though
it needs nothing that they compute. A graph knows by itself only the order that inputs
and outputs ask for, and is free in all the rest. Reasons to want more order:

- an operation that holds much memory should wait until it is really needed, or until
  others have let go of theirs, so that not all is held at the same time;
- several that load over the network or from a disk should not do so at once, and take
  the bandwidth from each other;
- something has an effect besides its result: a counter or a running mean is to be
  updated before the step ends.

In PyTorch's eager mode statements run in the order in which they are written, which is
all the control that most programs need. On a GPU the same holds within a stream;
between streams an event is recorded in one and waited for in the other
(`stream.wait_event`). Workers that are processes wait at a `barrier`.
"""
TF1_12_6_RUBRIC = """
- 1 point: makes one operation wait for others whose results it does not need
- 1 point: a good reason: memory, bandwidth, or an effect that has to come before
- 1 point: PyTorch: the order of statements or within a stream; events, streams that
  wait, or barriers
"""


def peak_memory(order: Sequence[str], operations: Mapping[str, tuple[float, Sequence[str]]]) -> float:
    """Return how much memory a program needs at the same time, at most.

    Parameters
    ----------
    order : the names of all operations, each once, one after the other.
    operations : for each name the size of its result in MB, and the operations whose
        results it needs.

    While an operation runs, memory holds its result, its inputs, and all results that
    are there already and still needed: by a later operation, or because no operation
    needs them at all (the program's own results, which are kept until the end). A
    result goes as soon as the last operation that needs it has ended.

    Raises
    ------
    ValueError : an operation comes before one that it needs.

    Examples
    --------
    >>> operations = {"a": (5, []), "b": (1, ["a"]), "c": (7, []), "d": (1, ["b", "c"])}
    >>> peak_memory(["a", "c", "b", "d"], operations)
    13
    >>> peak_memory(["a", "b", "c", "d"], operations)
    9
    """
    users = {name: {one for one in order if name in operations[one][1]} for name in order}
    held: dict[str, float] = {}
    peak, done = 0.0, set[str]()
    for name in order:
        size, needs = operations[name]
        if not done.issuperset(needs):
            raise ValueError(f"{name} comes too early")
        held[name] = size
        peak = max(peak, sum(held.values()))
        done.add(name)
        held = {one: kept for one, kept in held.items() if not users[one] or users[one] - done}
    return peak


def guarded(train: Callable[[nn.Module], Any], model: nn.Module, path: str | Path) -> Any:
    """Train a model, and save it whatever happens.

    Parameters
    ----------
    train : is called once, with the model; it may end with any exception, also with
        KeyboardInterrupt.
    model : is trained in place.
    path : of a file, which may be there already and is replaced then.

    Returns
    -------
    What `train` returns. If it has raised something, that is raised from here, too. In
    either case the file holds, when this function ends, the model's ``state_dict`` as
    it is then, written by `torch.save`.

    Examples
    --------
    >>> import tempfile
    >>> path, model = Path(tempfile.mkdtemp()) / "model.pt", nn.Linear(1, 1)
    >>> found = guarded(lambda net: nn.init.zeros_(net.weight).item(), model, path)
    >>> found, torch.load(path)["weight"].tolist()
    (0.0, [[0.0]])
    >>> guarded(lambda net: "done", model, path)
    'done'
    """
    try:
        return train(model)
    finally:
        torch.save(model.state_dict(), path)


# For each case "kept" or "lost".
TF1_12_7_CHOICE: dict[str, str] = {
    "cluster": "kept",
    "initialised": "lost",
    "notebook": "kept",
    "script": "lost",
    "replicas": "kept",
    "shards": "lost",
    "shared memory": "kept",
}
