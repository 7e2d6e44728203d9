# %% right
# Intent: the parameters as an inner product of (inputs + 1) and outputs; the ring's n-th parts of n devices add up to
# 2 (n - 1) times all of them.
def numbers_sent(widths: Sequence[int], batch_size: int, n_devices: int, cuts: Sequence[int]) -> dict[str, int]:
    sizes = np.asarray(widths, dtype=np.int64)
    n_parameters = int(np.einsum("i,i->", sizes[:-1] + 1, sizes[1:]))
    return {
        "data": 2 * (n_devices - 1) * n_parameters,
        "model": 2 * batch_size * sum(int(sizes[cut]) for cut in cuts),
    }


# %% wrong: numbers_sent
# Misconception: each device sends all of its gradients to every other one.
def numbers_sent(widths: Sequence[int], batch_size: int, n_devices: int, cuts: Sequence[int]) -> dict[str, int]:
    n_parameters = sum(before * after + after for before, after in zip(widths, widths[1:]))
    return {
        "data": n_devices * (n_devices - 1) * n_parameters,
        "model": 2 * batch_size * sum(widths[cut] for cut in cuts),
    }


# %% wrong: numbers_sent
# Misconception: each device takes part in every cut, so the activations are sent once for each device.
def numbers_sent(widths: Sequence[int], batch_size: int, n_devices: int, cuts: Sequence[int]) -> dict[str, int]:
    n_parameters = sum(before * after + after for before, after in zip(widths, widths[1:]))
    return {
        "data": 2 * (n_devices - 1) * n_parameters,
        "model": n_devices * batch_size * sum(widths[cut] for cut in cuts),
    }
