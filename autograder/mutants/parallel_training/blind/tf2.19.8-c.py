# %% right
# Intent: a synchronous step lasts as long as the slowest worker that is waited for; asynchronous speeds just add up.
def rows_per_second(seconds: Sequence[float], batch_size: int, strategy: str, spare: int = 0) -> float:
    if strategy == "asynchronous":
        return float(batch_size * np.reciprocal(np.asarray(seconds, dtype=float)).sum())
    counted = np.sort(np.asarray(seconds, dtype=float))[: len(seconds) - spare]
    return float(batch_size * counted.size / counted[-1])


def numbers_kept(n_parameters: int, n_devices: int, strategy: str) -> float:
    everything = 4 * n_parameters  # parameters, gradients, two averages
    return everything if strategy == "mirrored" else everything / n_devices


# %% wrong: rows_per_second
# Misconception: the spare ones are still trained on, only nobody waits for them.
def rows_per_second(seconds: Sequence[float], batch_size: int, strategy: str, spare: int = 0) -> float:
    if strategy == "asynchronous":
        return sum(batch_size / one for one in seconds)
    return batch_size * len(seconds) / sorted(seconds)[len(seconds) - spare - 1]


# %% wrong: numbers_kept
# Misconception: sharding is about the optimiser's averages; parameters and gradients have to be whole on each device.
def numbers_kept(n_parameters: int, n_devices: int, strategy: str) -> float:
    if strategy == "mirrored":
        return 4 * n_parameters
    return 2 * n_parameters + 2 * n_parameters / n_devices
