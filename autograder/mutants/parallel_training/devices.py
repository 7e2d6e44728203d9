"""Training on several devices, what is where (tf1.12.1 to tf1.12.4): wrong answers, and right ones."""

import operator

import torch

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf1.12.1


@mutant("tf1.12.1", replaces="physical_gpu", fails="test_the_gpu_that_is_meant")
def the_number_itself(visible, index, n_gpus):
    """`cuda:0` is the first GPU that the process sees, whichever that is in the machine."""
    seen = range(n_gpus) if visible is None else [int(word) for word in visible.split(",") if word.strip()]
    return index if index in seen and index < n_gpus else None


@mutant("tf1.12.1", replaces="physical_gpu", fails="test_the_gpu_that_is_meant")
def skips_what_is_not_there(visible, index, n_gpus):
    """A number that is no GPU ends the list: those after it are hidden, too."""
    words = visible.split(",") if visible is not None else map(str, range(n_gpus))
    seen = [int(word) for word in words if word.strip() and 0 <= int(word) < n_gpus]
    return seen[index] if index < len(seen) else None


@mutant("tf1.12.1", replaces="physical_gpu", fails="test_the_gpu_that_is_meant")
def empty_is_all(visible, index, n_gpus):
    """An empty text hides all GPUs; only where the variable is not set at all, all are seen."""
    seen = []
    for word in visible.split(",") if visible else map(str, range(n_gpus)):
        if not 0 <= int(word) < n_gpus:
            break
        seen.append(int(word))
    return seen[index] if index < len(seen) else None


@mutant("tf1.12.1", replaces="physical_gpu", fails="test_the_gpu_that_is_meant")
def in_the_machines_order(visible, index, n_gpus):
    """The order in the variable is the order in which the process numbers them."""
    if visible is None:
        return index if index < n_gpus else None
    seen = []
    for word in visible.split(","):
        if not word.strip() or not 0 <= int(word) < n_gpus:
            break
        seen.append(int(word))
    return sorted(seen)[index] if index < len(seen) else None


@mutant("tf1.12.1", replaces="allocator_memory", fails="test_allocated_and_reserved")
def gives_back_at_once(events):
    """A deleted tensor's block is kept: it is no longer allocated, and reserved still."""
    there = {}
    for what, name, size in events:
        if what == "new":
            there[name] = size
        elif what == "delete":
            del there[name]
    return sum(there.values()), sum(there.values())


@mutant("tf1.12.1", replaces="allocator_memory", fails="test_allocated_and_reserved")
def never_reuses(events):
    """A new tensor gets a kept block if one is large enough: ask for a new one only if not."""
    there, reserved = {}, 0
    for what, name, size in events:
        if what == "new":
            there[name] = size
            reserved += size
        elif what == "delete":
            del there[name]
        else:
            reserved = sum(there.values())
    return sum(there.values()), reserved


def _played(events, pick=min, counts_block=False, fits=operator.ge, once=False):
    there, kept = {}, []
    for what, name, size in events:
        if what == "new":
            block = pick((one for one in kept if fits(one, size)), default=None)
            if block is None:
                block = size
            else:
                kept.remove(block)
            there[name] = size, block
        elif what == "delete":
            kept.append(there.pop(name)[1])
            kept = list(dict.fromkeys(kept)) if once else kept
        else:
            kept = []
    return sum(one[counts_block] for one in there.values()), sum(block for _, block in there.values()) + sum(kept)


@mutant("tf1.12.1", replaces="allocator_memory", fails="test_allocated_and_reserved")
def the_largest_block(events):
    """Of the kept blocks that are large enough the smallest one is taken."""
    return _played(events, pick=max)


@mutant("tf1.12.1", replaces="allocator_memory", fails="test_allocated_and_reserved")
def the_first_that_fits(events):
    """You take the first kept block that is large enough: look for the smallest one."""
    return _played(events, pick=lambda blocks, default: next(blocks, default))


@mutant("tf1.12.1", replaces="allocator_memory", fails="test_allocated_and_reserved")
def only_larger_ones(events):
    """A kept block that is just as large as the tensor is large enough."""
    return _played(events, fits=operator.gt)


@mutant("tf1.12.1", replaces="allocator_memory", fails="test_allocated_and_reserved")
def each_size_once(events):
    """Two kept blocks can be of one size: in a set, or as keys of a dict, they are only one."""
    return _played(events, once=True)


@mutant("tf1.12.1", replaces="allocator_memory", fails="test_allocated_and_reserved")
def allocates_whole_blocks(events):
    """Allocated is what the tensors have asked for, not the size of the blocks that they were given."""
    return _played(events, counts_block=True)


@alternative("tf1.12.1", replaces="physical_gpu")
def by_a_pattern(visible, index, n_gpus):
    """With a list of what counts, as text."""
    from itertools import takewhile

    words = [str(gpu) for gpu in range(n_gpus)]
    listed = words if visible is None else visible.replace(" ", "").split(",")
    seen = dict(enumerate(takewhile(words.__contains__, listed)))
    return int(seen[index]) if index in seen else None


@alternative("tf1.12.1", replaces="allocator_memory")
def with_a_heap(events):
    """Sorted blocks, found by bisection; returns an array."""
    import bisect

    import numpy as np

    asked, blocks, kept, reserved = {}, {}, [], 0
    for what, name, size in events:
        if what == "new":
            place = bisect.bisect_left(kept, size)
            if place == len(kept):
                reserved += size
            blocks[name] = kept.pop(place) if place < len(kept) else size
            asked[name] = size
        elif what == "delete":
            bisect.insort(kept, blocks.pop(name))
            asked.pop(name)
        else:
            reserved -= sum(kept)
            kept.clear()
    return np.array([sum(asked.values()), reserved])


@alternative("tf1.12.1", replaces="allocator_memory")
def by_whole_events(events):
    """Events compared as a whole; a table of all blocks, each with the name of whom it has been given to."""
    table, sizes = [], {}
    for event in events:
        if event == ("empty", "", 0):
            table = [entry for entry in table if entry[1] is not None]
        elif event[::2] == ("delete", 0):
            next(entry for entry in table if entry[1] == event[1])[1] = None
        else:
            free = sorted(
                (entry for entry in table if entry[1] is None and entry[0] >= event[2]), key=lambda one: one[0]
            )
            table += [] if free else [[event[2], None]]
            (free or table[-1:])[0][1] = event[1]
            sizes[event[1]] = event[2]
    return sum(sizes[name] for _, name in table if name is not None), sum(size for size, _ in table)


# ---------------------------------------------------------------- tf1.12.2


@mutant("tf1.12.2", replaces="left_behind", fails="test_what_is_left_behind")
def parameters_only(model, device):
    """Buffers and plain tensors count as well: look at more than the parameters."""
    return sorted(name for name, value in model.named_parameters() if value.device.type != device)


@mutant("tf1.12.2", replaces="left_behind", fails="test_what_is_left_behind")
def what_is_saved(model, device):
    """`state_dict` has neither buffers that are not saved nor plain tensors."""
    return sorted(name for name, value in model.state_dict().items() if value.device.type != device)


@mutant("tf1.12.2", replaces="left_behind", fails="test_what_is_left_behind")
def no_plain_tensors(model, device):
    """A tensor that is a plain attribute is what `.to` forgets most often: `vars(module)` has it."""
    own = [*model.named_parameters(), *model.named_buffers()]
    return sorted(name for name, value in own if value.device.type != device)


@mutant("tf1.12.2", replaces="left_behind", fails="test_what_is_left_behind")
def at_the_top_only(model, device):
    """The modules inside of the model have plain tensors, too."""
    own = [*model.named_parameters(), *model.named_buffers()]
    own += [(name, value) for name, value in vars(model).items() if isinstance(value, torch.Tensor)]
    return sorted(name for name, value in own if value.device.type != device)


@mutant("tf1.12.2", replaces="left_behind", fails="test_what_is_left_behind")
def children_alone(model, device):
    """Modules have modules inside, and these have, too: `named_modules` goes all the way down, `named_children` not."""
    own = [*model.named_parameters(), *model.named_buffers()]
    for path, module in [("", model), *model.named_children()]:
        own += [(f"{path}.{name}".lstrip("."), value) for name, value in vars(module).items() if torch.is_tensor(value)]
    return sorted(name for name, value in own if value.device.type != device)


@mutant("tf1.12.2", replaces="left_behind", fails="test_what_is_left_behind")
def nothing_has_a_device(model, device):
    """A layer without a bias has None in its place, which is no tensor and has no device."""
    found = []
    for prefix, module in model.named_modules():
        plain = {name: value for name, value in vars(module).items() if isinstance(value, torch.Tensor)}
        own = {**plain, **module._parameters, **module._buffers}
        found += [f"{prefix}.{name}".lstrip(".") for name, value in own.items() if value.device.type != device]
    return sorted(found)


@alternative("tf1.12.2", replaces="left_behind")
def by_recursion(model, device):
    """Module by module, from the top, over everything that hangs on each."""
    found = []
    for table in (model.__dict__, model._parameters, model._buffers):
        found += [
            name
            for name, value in table.items()
            if isinstance(value, torch.Tensor) and str(value.device).split(":")[0] != str(device)
        ]
    for name, child in model.named_children():
        found += [f"{name}.{one}" for one in by_recursion(child, device)]
    return sorted(found)


# ---------------------------------------------------------------- tf1.12.3


@mutant("tf1.12.3", replaces="placed", fails="test_operations_are_placed")
def always_the_first_gpu(operations, n_gpus, soft):
    """Without a GPU kernel, or without a GPU, an operation can't be there: the CPU is what is left."""
    return [pinned or "gpu:0" for pinned, _ in operations]


@mutant("tf1.12.3", replaces="placed", fails="test_operations_are_placed")
def always_soft(operations, n_gpus, soft):
    """Where placement is not soft, an operation that can't go where it is pinned to is an error."""
    gpus = [f"gpu:{number}" for number in range(n_gpus)]
    found = []
    for pinned, kernel in operations:
        possible = [*(gpus if kernel else []), "cpu:0"]
        found.append(pinned if pinned in possible else possible[0])
    return found


@mutant("tf1.12.3", replaces="placed", fails="test_operations_are_placed")
def soft_is_the_cpu(operations, n_gpus, soft):
    """Softly placed, it is treated as if it were pinned to nothing: it may go to the first GPU."""
    gpus = [f"gpu:{number}" for number in range(n_gpus)]
    found = []
    for pinned, kernel in operations:
        possible = [*(gpus if kernel else []), "cpu:0"]
        if pinned and pinned not in possible and not soft:
            raise ValueError(pinned)
        found.append(possible[0] if pinned is None else pinned if pinned in possible else "cpu:0")
    return found


@mutant("tf1.12.3", replaces="placed", fails="test_operations_are_placed")
def error_without_kernel(operations, n_gpus, soft):
    """What is pinned to nothing and has no GPU kernel just goes to the CPU: only a pinned one is an error."""
    gpus = [f"gpu:{number}" for number in range(n_gpus)]
    found = []
    for pinned, kernel in operations:
        possible = [*(gpus if kernel else []), "cpu:0"]
        if not soft and (pinned not in possible if pinned else not kernel and n_gpus):
            raise ValueError(pinned)
        found.append(pinned if pinned in possible else possible[0])
    return found


def _where(**other):
    cases = {"plain": "cpu", "context": "cuda:1", "from_numpy": "cpu", "layer": "cpu", "result": "cuda:1"}
    return {**cases, "like": "cuda:0", **other}


@mutant("tf1.12.3", replaces="TF1_12_3_CHOICE", fails="test_where_pytorch_puts_it", constant=True)
def gpu_by_default():
    """PyTorch makes tensors and layers on the CPU, unless it is told otherwise, also where there is a GPU."""
    return _where(plain="cuda:0", layer="cuda:0")


@mutant("tf1.12.3", replaces="TF1_12_3_CHOICE", fails="test_where_pytorch_puts_it", constant=True)
def context_moves_arrays():
    """`from_numpy` shares the array's memory, and that is the CPU's, in any context."""
    return _where(from_numpy="cuda:1")


@mutant("tf1.12.3", replaces="TF1_12_3_CHOICE", fails="test_where_pytorch_puts_it", constant=True)
def context_beats_like():
    """`zeros_like` makes a tensor where the other one is: the context is for those that say nothing."""
    return _where(like="cuda:1")


@alternative("tf1.12.3", replaces="placed")
def by_first_that_fits(operations, n_gpus, soft):
    """The wishes of each, one after the other."""
    found = []
    for pinned, kernel in operations:
        wishes = [pinned, "gpu:0", "cpu:0"] if soft or pinned is None else [pinned]
        there = {"cpu:0", *(f"gpu:{number}" for number in range(n_gpus if kernel else 0))}
        fitting = [wish for wish in wishes if wish in there]
        if not fitting:
            raise ValueError("no place")
        found.append(fitting[0])
    return tuple(found)


# ---------------------------------------------------------------- tf1.12.4


@mutant("tf1.12.4", replaces="device_of_sum", fails="test_where_the_sum_is")
def no_exception(one, other):
    """A single number on the CPU goes where the other tensor is."""
    return one[0] if one[0] == other[0] else "error"


@mutant("tf1.12.4", replaces="device_of_sum", fails="test_where_the_sum_is")
def any_single_number(one, other):
    """A single number on a GPU is not moved: only one on the CPU is."""
    if one[0] == other[0]:
        return one[0]
    return other[0] if one[1] == 0 else one[0] if other[1] == 0 else "error"


@mutant("tf1.12.4", replaces="device_of_sum", fails="test_where_the_sum_is")
def to_the_cpu(one, other):
    """The number goes to the other tensor, not the other tensor to the CPU."""
    if one[0] == other[0]:
        return one[0]
    return "cpu" if ("cpu", 0) in (one, other) else "error"


@mutant("tf1.12.4", replaces="device_of_sum", fails="test_where_the_sum_is")
def to_the_first(one, other):
    """PyTorch does not move a tensor to where the other one is: it raises an error."""
    return one[0] if one != ("cpu", 0) else other[0]


def _works(**other):
    cases = dict.fromkeys(("graph, one machine", "graph, cluster", "torch, number", "torch, .to"), "works")
    return {**cases, "torch, sum": "error", "torch, layer": "error", "torch, copy_": "works", **other}


@mutant("tf1.12.4", replaces="TF1_12_4_CHOICE", fails="test_what_just_works", constant=True)
def layers_move_inputs():
    """A layer does not fetch its inputs: they have to be on its device."""
    return _works(**{"torch, layer": "works"})


@mutant("tf1.12.4", replaces="TF1_12_4_CHOICE", fails="test_what_just_works", constant=True)
def graphs_are_strict():
    """A graph got what it needed from other devices, and other machines, by itself."""
    return _works(**{"graph, one machine": "error", "graph, cluster": "error"})


@mutant("tf1.12.4", replaces="TF1_12_4_CHOICE", fails="test_what_just_works", constant=True)
def copying_is_strict():
    """`copy_` copies from any device: that is what it is for."""
    return _works(**{"torch, copy_": "error"})


@alternative("tf1.12.4", replaces="device_of_sum")
def by_trying(one, other):
    """With tensors on the meta device in place of the GPUs, where there are two of them at most."""
    names = sorted({one[0], other[0]} - {"cpu"})
    if len(names) == 2:
        return "error"
    device = {"cpu": "cpu", **dict.fromkeys(names, "meta")}
    left, right = (torch.zeros([2] * dims, device=device[name]) for name, dims in (one, other))
    try:
        where = (left + right).device.type
    except RuntimeError:
        return "error"
    return "cpu" if where == "cpu" else names[0]
