# %% right
# Intent: read the variable number by number and stop at the first that is no GPU; for the allocator keep a dict of
# living tensors and a list of kept blocks, and search that list by hand for the smallest that fits.
def physical_gpu(visible, index, n_gpus):
    if visible is None:
        seen = list(range(n_gpus))
    else:
        seen = []
        for piece in visible.split(","):
            piece = piece.strip()
            if piece == "":
                break
            number = int(piece)
            if number < 0 or number >= n_gpus:
                break
            seen.append(number)
    if index < len(seen):
        return seen[index]
    return None


def allocator_memory(events):
    living = {}  # name -> (what was asked for, size of the block)
    kept = []
    for what, name, size in events:
        if what == "new":
            best = None
            for block in kept:
                if block >= size and (best is None or block < best):
                    best = block
            if best is None:
                best = size
            else:
                kept.remove(best)
            living[name] = (size, best)
        elif what == "delete":
            kept.append(living.pop(name)[1])
        else:
            kept = []
    allocated = 0
    reserved = 0
    for asked, block in living.values():
        allocated += asked
        reserved += block
    for block in kept:
        reserved += block
    return allocated, reserved

# %% wrong: physical_gpu
# Misconception: a number that is no GPU is simply skipped, and the rest of the list still counts.
def physical_gpu(visible, index, n_gpus):
    if visible is None:
        seen = list(range(n_gpus))
    else:
        seen = [int(piece) for piece in visible.split(",") if piece.strip()]
        seen = [number for number in seen if 0 <= number < n_gpus]
    return seen[index] if index < len(seen) else None

# %% wrong: allocator_memory
# Misconception: what has been deleted is given back to the GPU, so that reserved is the most that was in use at once.
def allocator_memory(events):
    living = {}
    reserved = 0
    for what, name, size in events:
        if what == "new":
            living[name] = size
        elif what == "delete":
            del living[name]
        else:
            reserved = 0
        reserved = max(reserved, sum(living.values()))
    return sum(living.values()), reserved
