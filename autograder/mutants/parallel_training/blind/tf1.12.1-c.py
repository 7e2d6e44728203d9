# %% right
# Intent: read the variable with takewhile, since an impossible number ends it; keep the allocator's state in two
# containers, one for the blocks in use (with what was asked), one for the kept blocks, and pick by min over those that fit.
from itertools import takewhile


def physical_gpu(visible: str | None, index: int, n_gpus: int) -> int | None:
    if visible is None:
        seen = list(range(n_gpus))
    else:
        numbers = (int(part) if part.strip() else -1 for part in visible.split(","))
        seen = list(takewhile(lambda number: 0 <= number < n_gpus, numbers))
    return seen[index] if index < len(seen) else None


def allocator_memory(events: Iterable[tuple[str, str, int]]) -> tuple[int, int]:
    used: dict[str, tuple[int, int]] = {}  # name: (asked for, block)
    kept: list[int] = []
    for kind, name, size in events:
        if kind == "new":
            block = min((one for one in kept if one >= size), default=None)
            if block is None:
                block = size
            else:
                kept.remove(block)
            used[name] = size, block
        elif kind == "delete":
            kept.append(used.pop(name)[1])
        else:
            kept.clear()
    allocated = sum(asked for asked, _ in used.values())
    return allocated, sum(kept) + sum(block for _, block in used.values())


# %% wrong: physical_gpu
# Misconception: CUDA_VISIBLE_DEVICES only says which GPUs are seen; they are still counted in the machine's order, and
# impossible numbers are just skipped.
def physical_gpu(visible: str | None, index: int, n_gpus: int) -> int | None:
    if visible is None:
        seen = list(range(n_gpus))
    else:
        named = {int(part) for part in visible.split(",") if part.strip()}
        seen = [gpu for gpu in range(n_gpus) if gpu in named]
    return seen[index] if index < len(seen) else None


# %% wrong: allocator_memory
# Misconception: a kept block that is too large is cut, and what is left over of it can be given to the next tensor.
def allocator_memory(events: Iterable[tuple[str, str, int]]) -> tuple[int, int]:
    used: dict[str, int] = {}
    kept: list[int] = []
    for kind, name, size in events:
        if kind == "new":
            block = min((one for one in kept if one >= size), default=None)
            if block is not None:
                kept.remove(block)
                if block > size:
                    kept.append(block - size)
            used[name] = size
        elif kind == "delete":
            kept.append(used.pop(name))
        else:
            kept.clear()
    allocated = sum(used.values())
    return allocated, allocated + sum(kept)
