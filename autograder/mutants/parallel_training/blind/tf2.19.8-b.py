# %% right
# Intent: the slowest worker that is waited for (np.sort) sets the pace of all that count; without waiting the rates are added.
def rows_per_second(seconds, batch_size, strategy, spare=0):
    if strategy == "asynchronous":
        return float(np.sum(batch_size / np.asarray(seconds, dtype=float)))
    waited = np.sort(np.asarray(seconds, dtype=float))[: len(seconds) - spare]
    return float(len(waited) * batch_size / waited[-1])


def numbers_kept(n_parameters, n_devices, strategy):
    return 4 * n_parameters if strategy == "mirrored" else 4 * n_parameters / n_devices


# %% wrong: rows_per_second
# Misconception: spare workers only shorten a step; what they compute is trained on as well.
def rows_per_second(seconds, batch_size, strategy, spare=0):
    if strategy == "asynchronous":
        return float(sum(batch_size / one for one in seconds))
    return float(len(seconds) * batch_size / sorted(seconds)[len(seconds) - spare - 1])


# %% wrong: numbers_kept
# Misconception: to compute, each device needs all parameters and gradients all the time; only the optimiser's averages are cut up.
def numbers_kept(n_parameters, n_devices, strategy):
    if strategy == "mirrored":
        return 4 * n_parameters
    return 2 * n_parameters + 2 * n_parameters / n_devices
