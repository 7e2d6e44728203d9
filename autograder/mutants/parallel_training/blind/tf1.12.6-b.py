# %% right
# Intent: each result lives from its own place to that of its last user (or to the end); sum what lives at each place.
def peak_memory(order, operations):
    place = {name: number for number, name in enumerate(order)}
    last = {}
    for number, name in enumerate(order):
        for needed in operations[name][1]:
            if place[needed] >= number:
                raise ValueError(f"{name} comes before {needed}")
            last[needed] = number
    return max(
        (
            sum(operations[name][0] for name in order[: now + 1] if last.get(name, len(order)) >= now)
            for now in range(len(order))
        ),
        default=0,
    )


# %% wrong: peak_memory
# Misconception: an input that nobody needs any more makes room for the result of the operation that needs it last.
def peak_memory(order, operations):
    place = {name: number for number, name in enumerate(order)}
    last = {}
    for number, name in enumerate(order):
        for needed in operations[name][1]:
            if place[needed] >= number:
                raise ValueError(name)
            last[needed] = number
    return max(
        sum(operations[name][0] for name in order[: now + 1] if last.get(name, len(order)) > now)
        for now in range(len(order))
    )


# %% wrong: peak_memory
# Misconception: what no operation needs is garbage as soon as it is there, so it goes when its operation has ended.
def peak_memory(order, operations):
    place = {name: number for number, name in enumerate(order)}
    last = dict(place)
    for number, name in enumerate(order):
        for needed in operations[name][1]:
            if place[needed] >= number:
                raise ValueError(name)
            last[needed] = number
    return max(
        sum(operations[name][0] for name in order[: now + 1] if last[name] >= now) for now in range(len(order))
    )
