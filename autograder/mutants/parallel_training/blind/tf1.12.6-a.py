# %% right
# Intent: count for each result how many operations still need it; go through the order, add the new result, note the
# sum, then drop the inputs whose count has come to zero.
def peak_memory(order, operations):
    left = {}
    for name in operations:
        left[name] = 0
    for size, inputs in operations.values():
        for one in set(inputs):
            left[one] += 1
    there = {}
    seen = set()
    peak = 0
    for name in order:
        size, inputs = operations[name]
        for one in inputs:
            if one not in seen:
                raise ValueError(f"{name} needs {one}, which comes later")
        there[name] = size
        seen.add(name)
        now = 0
        for held in there.values():
            now += held
        if now > peak:
            peak = now
        for one in set(inputs):
            left[one] -= 1
            if left[one] == 0:
                del there[one]
    return peak

# %% wrong: peak_memory
# Misconception: what the operation reads for the last time is already free while it runs, so that its result can take
# that place.
def peak_memory(order, operations):
    last = {}
    for position, name in enumerate(order):
        for one in operations[name][1]:
            if one not in order[:position]:
                raise ValueError(one)
            last[one] = position
    peak, there = 0, {}
    for position, name in enumerate(order):
        for one in operations[name][1]:
            if last[one] == position:
                there.pop(one, None)
        there[name] = operations[name][0]
        peak = max(peak, sum(there.values()))
    return peak

# %% wrong: peak_memory
# Misconception: a result that nobody needs any more, or never needs, takes no memory: it goes when its operation ends.
def peak_memory(order, operations):
    last = {name: position for position, name in enumerate(order)}
    for position, name in enumerate(order):
        for one in operations[name][1]:
            if one not in order[:position]:
                raise ValueError(one)
            last[one] = position
    peak, there = 0, {}
    for position, name in enumerate(order):
        there[name] = operations[name][0]
        peak = max(peak, sum(there.values()))
        there = {one: size for one, size in there.items() if last[one] > position}
    return peak
