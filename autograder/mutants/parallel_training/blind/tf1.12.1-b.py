# %% right
# Intent: itertools.takewhile cuts the list of visible GPUs; the kept blocks are a sorted list that is searched with bisect.
from bisect import bisect_left, insort
from itertools import takewhile


def physical_gpu(visible, index, n_gpus):
    if visible is None:
        seen = list(range(n_gpus))
    else:
        numbers = map(int, visible.split(",")) if visible.strip() else ()
        seen = list(takewhile(lambda number: 0 <= number < n_gpus, numbers))
    return dict(enumerate(seen)).get(index)


def allocator_memory(events):
    kept, tensors = [], {}
    for kind, name, size in events:
        if kind == "new":
            place = bisect_left(kept, size)
            tensors[name] = (size, kept.pop(place) if place < len(kept) else size)
        elif kind == "delete":
            insort(kept, tensors.pop(name)[1])
        else:
            kept.clear()
    return sum(asked for asked, _ in tensors.values()), sum(block for _, block in tensors.values()) + sum(kept)


# %% wrong: physical_gpu
# Misconception: a number that is no GPU of the machine is just skipped; the rest of the list still counts.
def physical_gpu(visible, index, n_gpus):
    if visible is None:
        seen = list(range(n_gpus))
    else:
        numbers = [int(part) for part in visible.split(",") if part.strip()]
        seen = [number for number in numbers if 0 <= number < n_gpus]
    return seen[index] if index < len(seen) else None


# %% wrong: allocator_memory
# Misconception: what is allocated is the blocks in use; a tensor in a larger block takes all of it, so it counts as that many MB.
def allocator_memory(events):
    kept, used = [], {}
    for kind, name, size in events:
        if kind == "new":
            block = min((block for block in kept if block >= size), default=None)
            if block is None:
                block = size
            else:
                kept.remove(block)
            used[name] = block
        elif kind == "delete":
            kept.append(used.pop(name))
        else:
            kept = []
    return sum(used.values()), sum(used.values()) + sum(kept)
