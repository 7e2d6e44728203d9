# %% right
# Intent: count weights and biases layer by layer; n devices send 2 (n - 1) n-ths each, and each cut costs twice its
# activations.
def numbers_sent(widths, batch_size, n_devices, cuts):
    gradients = 0
    for i in range(len(widths) - 1):
        gradients += widths[i] * widths[i + 1] + widths[i + 1]
    model = 0
    for cut in cuts:
        model += 2 * batch_size * widths[cut]
    return {"data": 2 * (n_devices - 1) * gradients, "model": model}

# %% wrong: numbers_sent
# Misconception: in data parallelism each device sends its gradients once to all the others, n (n - 1) times in all.
def numbers_sent(widths, batch_size, n_devices, cuts):
    gradients = sum(a * b + b for a, b in zip(widths, widths[1:]))
    return {
        "data": n_devices * (n_devices - 1) * gradients,
        "model": 2 * batch_size * sum(widths[cut] for cut in cuts),
    }

# %% wrong: numbers_sent
# Misconception: only activations cross a cut; backwards each device works on its own part.
def numbers_sent(widths, batch_size, n_devices, cuts):
    gradients = sum(a * b + b for a, b in zip(widths, widths[1:]))
    return {"data": 2 * (n_devices - 1) * gradients, "model": batch_size * sum(widths[cut] for cut in cuts)}
