# %% right
# Intent: np.dot of neighbouring widths counts the parameters; n devices send 2 (n - 1) / n of them each.
def numbers_sent(widths, batch_size, n_devices, cuts):
    widths = np.asarray(widths, dtype=np.int64)
    n_parameters = int((widths[:-1] + 1) @ widths[1:])
    at_cuts = sum(int(widths[cut]) for cut in cuts)
    return {"data": 2 * (n_devices - 1) * n_parameters, "model": 2 * batch_size * at_cuts}


# %% wrong: numbers_sent
# Misconception: each device has to send all its gradients to every other device, ring or not.
def numbers_sent(widths, batch_size, n_devices, cuts):
    n_parameters = sum((n_in + 1) * n_out for n_in, n_out in zip(widths, widths[1:]))
    return {
        "data": n_devices * (n_devices - 1) * n_parameters,
        "model": 2 * batch_size * sum(widths[cut] for cut in cuts),
    }


# %% wrong: numbers_sent
# Misconception: a model that is split sends in the forward pass only; each part works out its own gradients.
def numbers_sent(widths, batch_size, n_devices, cuts):
    n_parameters = sum((n_in + 1) * n_out for n_in, n_out in zip(widths, widths[1:]))
    return {"data": 2 * (n_devices - 1) * n_parameters, "model": batch_size * sum(widths[cut] for cut in cuts)}
