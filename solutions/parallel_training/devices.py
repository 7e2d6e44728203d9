"""Training on several devices, what is where (tf1.12.1 to tf1.12.4): the answers."""

from collections.abc import Iterable, Sequence

import torch
from torch import nn

TF1_12_1 = """
The GPU's memory was full before my program asked for any, so somebody else has it:
another process, perhaps a notebook of mine whose kernel still runs, or a colleague's
training. (TensorFlow's first version even took all memory as soon as it started, needed
or not, so that a second program found none.) `nvidia-smi` lists who holds how much.
What helps:

- end the other process, if it is mine and no longer needed;
- give each process GPUs of its own: start them with `CUDA_VISIBLE_DEVICES=0` and
  `CUDA_VISIBLE_DEVICES=1`;
- share one GPU, but with bounds, if both fit:
  `torch.cuda.set_per_process_memory_fraction(0.4)`, smaller batches, a smaller model.

PyTorch takes memory when it is needed, and does not give it back when a tensor is
deleted: its caching allocator keeps the block for the next tensor. So a process can
look full to others while most of its memory is free within it;
`torch.cuda.empty_cache()` returns what is not in use.
"""
TF1_12_1_RUBRIC = """
- 1 point: another process holds the memory already (and how to see which one)
- 1 point: end it, or separate the processes with CUDA_VISIBLE_DEVICES
- 1 point: share with a bound (a fraction, less memory each), or returns what the
  caching allocator keeps
"""


def physical_gpu(visible: str | None, index: int, n_gpus: int) -> int | None:
    """Return which of a machine's GPUs a process means by ``cuda:index``.

    Parameters
    ----------
    visible : the variable CUDA_VISIBLE_DEVICES when the process was started; None if it
        is not set, and then all GPUs are seen in their order. Else whole numbers with
        commas between them, and perhaps spaces: the GPUs that are seen, in this order.
        The list ends before the first number that is no GPU of the machine; so an empty
        text, or "-1", hides them all. No number comes twice.
    index : 0 or more.
    n_gpus : how many GPUs the machine has; their numbers begin with 0.

    Returns
    -------
    The number of the GPU in the machine, or None if there is no such device for the
    process.

    Examples
    --------
    >>> physical_gpu("3,1", index=0, n_gpus=4)
    3
    >>> physical_gpu("3,1", index=2, n_gpus=4) is None
    True
    >>> physical_gpu("3,-1,1", index=1, n_gpus=4) is None
    True
    """
    if visible is None:
        return index if index < n_gpus else None
    seen: list[int] = []
    for word in visible.split(","):
        if not word.strip() or not 0 <= int(word) < n_gpus:
            break
        seen.append(int(word))
    return seen[index] if index < len(seen) else None


def allocator_memory(events: Iterable[tuple[str, str, int]]) -> tuple[int, int]:
    """Play through what a caching allocator does, in a simple form.

    It asks the GPU for memory in blocks, and gives each tensor one block of its own,
    whole. The block of a deleted tensor is kept.

    Parameters
    ----------
    events : one after the other,

        - ``("new", name, size)``: a tensor needs `size` MB. It gets the smallest kept
          block that is large enough, whatever its size; if there is none, a new block
          of `size` MB is taken from the GPU.
        - ``("delete", name, 0)``: that tensor is deleted, its block is kept.
        - ``("empty", "", 0)``: all kept blocks go back to the GPU.

        A name is used for one tensor at a time, and only deleted while it is there.

    Returns
    -------
    (allocated, reserved) : MB at the end: what the tensors that are there have asked
        for, and the size of all blocks taken from the GPU, kept ones among them.

    Examples
    --------
    >>> allocator_memory([("new", "a", 10), ("new", "b", 4), ("delete", "a", 0)])
    (4, 14)
    >>> allocator_memory([("new", "a", 10), ("delete", "a", 0), ("new", "b", 4)])
    (4, 10)
    >>> allocator_memory([("new", "a", 10), ("delete", "a", 0), ("empty", "", 0)])
    (0, 0)
    """
    tensors: dict[str, tuple[int, int]] = {}  # for each its size and that of its block
    kept: list[int] = []
    for what, name, size in events:
        if what == "new":
            block = min((one for one in kept if one >= size), default=size)
            if block in kept:
                kept.remove(block)
            tensors[name] = size, block
        elif what == "delete":
            kept.append(tensors.pop(name)[1])
        else:
            kept.clear()
    allocated = sum(size for size, _ in tensors.values())
    return allocated, sum(block for _, block in tensors.values()) + sum(kept)


TF1_12_2 = """
To pin an operation to a device was a request, written down while the graph was built:
"this one on the second GPU, please". Placing it was the decision, made by the placer
when the graph was to run: it looked at the request, at which devices there are, for
which of them the operation has a kernel, and at what has to stay together. So something
could be placed elsewhere than it was pinned to (on the CPU, say, if placement was
*soft*), or fail if it could not be placed.

PyTorch has no placer. A tensor is where it was made or where `.to(device)` has put it,
and an operation runs where its inputs are; what can't be done is an error at once. What
is left of the difference: `model.to(device)` moves the parameters and buffers, and
nothing else, so that what one has asked for and where things are may differ still.
"""
TF1_12_2_RUBRIC = """
- 1 point: pinning asks for a device
- 1 point: placing decides where it really runs, by rules and constraints, and may
  differ (soft placement, no kernel)
- 1 point: PyTorch: explicit, `.to(device)` and where the inputs are; or what `.to` does
  not move
"""


def left_behind(model: nn.Module, device: str) -> list[str]:
    """Return what of a model is not on a device.

    Parameters
    ----------
    model : a module with any modules inside; nothing comes twice in it.
    device : ``"cpu"``, ``"meta"`` or another kind of device, without a number.

    Returns
    -------
    The names of all tensors on another device, sorted: parameters, buffers (also those
    that are not saved), and tensors that are plain attributes of the model or of a
    module inside it. A name has the names of the modules that lead there before it, as
    in `named_parameters`. Tensors inside of lists, dicts and other objects don't count.

    Examples
    --------
    >>> layer = nn.Linear(2, 3)
    >>> layer.scale = torch.ones(3)  # a plain attribute
    >>> model = nn.Sequential(nn.ReLU(), layer).to("meta")
    >>> left_behind(model, "meta")
    ['1.scale']
    """
    kind = torch.device(device).type
    found: dict[str, torch.Tensor] = {}
    for prefix, module in model.named_modules():
        plain = {name: value for name, value in vars(module).items() if isinstance(value, torch.Tensor)}
        own = {**plain, **dict(module.named_parameters(recurse=False)), **dict(module.named_buffers(recurse=False))}
        found |= {f"{prefix}.{name}".lstrip("."): value for name, value in own.items()}
    return sorted(name for name, value in found.items() if value.device.type != kind)


def placed(operations: Sequence[tuple[str | None, bool]], n_gpus: int, soft: bool) -> list[str]:
    """Place operations as TensorFlow's first version did, in a simple form.

    Parameters
    ----------
    operations : for each what it is pinned to ("cpu:0", "gpu:0", "gpu:1", …; None if to
        nothing) and whether it has a GPU kernel. Each has a kernel for the CPU.
    n_gpus : how many GPUs there are.
    soft : whether placement is soft.

    Returns
    -------
    The device of each. What is pinned to nothing goes to the first GPU if there is one
    and it has a kernel for it, else to "cpu:0". What is pinned goes there if that
    device exists and the operation has a kernel for it; if not, it is treated as if it
    were pinned to nothing, provided that placement is soft.

    Raises
    ------
    ValueError : it is not soft, and an operation can't go where it is pinned to.

    Examples
    --------
    >>> placed([(None, True), (None, False), ("cpu:0", True)], n_gpus=2, soft=False)
    ['gpu:0', 'cpu:0', 'cpu:0']
    >>> placed([("gpu:5", True), ("gpu:1", False)], n_gpus=2, soft=True)
    ['gpu:0', 'cpu:0']
    """
    gpus = [f"gpu:{number}" for number in range(n_gpus)]
    devices = []
    for pinned, has_gpu_kernel in operations:
        possible = [*(gpus if has_gpu_kernel else []), "cpu:0"]
        if pinned is not None and pinned not in possible and not soft:
            raise ValueError(f"an operation can't be placed on {pinned}")
        devices.append(pinned if pinned in possible else possible[0])
    return devices


# For each case "cpu", "cuda:0", "cuda:1" or "error".
TF1_12_3_CHOICE: dict[str, str] = {
    "plain": "cpu",
    "context": "cuda:1",
    "from_numpy": "cpu",
    "layer": "cpu",
    "result": "cuda:1",
    "like": "cuda:0",
}


def device_of_sum(one: tuple[str, int], other: tuple[str, int]) -> str:
    """Return where the sum of two tensors is in PyTorch.

    Parameters
    ----------
    one, other : each tensor's device ("cpu", "cuda:0", "cuda:1", …) and its number of
        dimensions (0 for a single number, without any).

    Returns
    -------
    The device of ``a + b``, or "error" where PyTorch raises an error. Nothing is moved
    for you but a single number on the CPU, which goes to where the other tensor is.

    Examples
    --------
    >>> device_of_sum(("cuda:1", 2), ("cuda:1", 1))
    'cuda:1'
    >>> device_of_sum(("cuda:1", 2), ("cpu", 1))
    'error'
    """
    if one[0] == other[0]:
        return one[0]
    if one == ("cpu", 0):
        return other[0]
    return one[0] if other == ("cpu", 0) else "error"


# For each case "works" or "error".
TF1_12_4_CHOICE: dict[str, str] = {
    "graph, one machine": "works",
    "graph, cluster": "works",
    "torch, sum": "error",
    "torch, layer": "error",
    "torch, number": "works",
    "torch, .to": "works",
    "torch, copy_": "works",
}
