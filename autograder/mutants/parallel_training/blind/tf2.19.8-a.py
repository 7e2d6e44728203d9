# %% right
# Intent: a synchronous step lasts as long as the slowest worker that it waits for; asynchronous workers' speeds add up.
# Four numbers for each parameter (itself, gradient, two averages).
def rows_per_second(seconds, batch_size, strategy, spare=0):
    if strategy == "asynchronous":
        total = 0.0
        for one in seconds:
            total += batch_size / one
        return total
    ordered = sorted(seconds)
    waited_for = len(ordered) - spare
    return waited_for * batch_size / ordered[waited_for - 1]


def numbers_kept(n_parameters, n_devices, strategy):
    everything = 4 * n_parameters
    if strategy == "sharded":
        return everything / n_devices
    return everything

# %% wrong: rows_per_second
# Misconception: a step takes the mean time of the workers that it waits for.
def rows_per_second(seconds, batch_size, strategy, spare=0):
    if strategy == "asynchronous":
        return float(sum(batch_size / one for one in seconds))
    used = sorted(seconds)[: len(seconds) - spare]
    return len(used) * batch_size / (sum(used) / len(used))

# %% wrong: rows_per_second, numbers_kept
# Misconception: spare workers still add rows (their batches come in later); and sharding cuts only the optimiser's
# averages, while each device has all parameters and gradients.
def rows_per_second(seconds, batch_size, strategy, spare=0):
    if strategy == "asynchronous":
        return float(sum(batch_size / one for one in seconds))
    return len(seconds) * batch_size / sorted(seconds)[len(seconds) - spare - 1]


def numbers_kept(n_parameters, n_devices, strategy):
    if strategy == "sharded":
        return 2 * n_parameters + 2 * n_parameters / n_devices
    return 4 * n_parameters
