# %% right
# Intent: a matrix (results, moments) that says what is alive when, from each one's birth to its last use; sizes times
# this matrix is the memory over time.
def peak_memory(order: Sequence[str], operations: Mapping[str, tuple[float, Sequence[str]]]) -> float:
    place = {name: moment for moment, name in enumerate(order)}
    n = len(order)
    if n == 0:
        return 0
    born = np.arange(n)
    last = np.full(n, -1)
    for name, moment in place.items():
        for need in operations[name][1]:
            if place[need] >= moment:
                raise ValueError(f"{name} comes before {need}, which it needs")
            last[place[need]] = max(last[place[need]], moment)
    last[last < 0] = n - 1  # the program's own results
    moments = np.arange(n)
    alive = (born[:, None] <= moments) & (moments <= last[:, None])
    sizes = np.array([operations[name][0] for name in order])
    return np.einsum("r,rm->m", sizes, alive.astype(sizes.dtype)).max().item()


# %% wrong: peak_memory
# Misconception: an operation's inputs make room for its result, so they need not be there at the same time.
def peak_memory(order: Sequence[str], operations: Mapping[str, tuple[float, Sequence[str]]]) -> float:
    left = {name: sum(name in needs_ for _, needs_ in operations.values()) for name in order}
    there: dict[str, float] = {}
    done: set[str] = set()
    peak = 0
    for name in order:
        size, needed = operations[name]
        if not set(needed) <= done:
            raise ValueError(f"{name} comes too early")
        for need in set(needed):
            left[need] -= 1
            if left[need] == 0:
                del there[need]
        there[name] = size
        done.add(name)
        peak = max(peak, sum(there.values()))
    return peak


# %% wrong: peak_memory
# Misconception: what no later operation needs is garbage, and goes at once; also the program's own results.
def peak_memory(order: Sequence[str], operations: Mapping[str, tuple[float, Sequence[str]]]) -> float:
    done: dict[str, float] = {}
    peak = 0
    for moment, name in enumerate(order):
        size, needed = operations[name]
        if any(need not in done for need in needed):
            raise ValueError(f"{name} comes too early")
        done[name] = size
        wanted = {need for later in order[moment:] for need in operations[later][1]} | {name}
        peak = max(peak, sum(value for one, value in done.items() if one in wanted))
    return peak
