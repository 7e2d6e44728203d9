# %% right
# Intent: a set of the devices that exist; a default that depends on the kernel alone. The choices were tried with "meta".
def placed(operations, n_gpus, soft):
    devices = {"cpu:0", *(f"gpu:{number}" for number in range(n_gpus))}
    found = []
    for pin, has_kernel in operations:
        possible = pin in devices and (has_kernel or pin == "cpu:0")
        if pin is not None and not possible and not soft:
            raise ValueError(f"can't place an operation on {pin}")
        found.append(pin if possible else "gpu:0" if n_gpus and has_kernel else "cpu:0")
    return found


TF1_12_3_CHOICE = {
    "plain": "cpu",
    "context": "cuda:1",
    "from_numpy": "cpu",
    "layer": "cpu",
    "result": "cuda:1",
    "like": "cuda:0",
}


# %% wrong: placed
# Misconception: what is pinned to nothing is spread over all GPUs in turn, so that they are equally busy.
def placed(operations, n_gpus, soft):
    devices = {"cpu:0", *(f"gpu:{number}" for number in range(n_gpus))}
    found, turn = [], 0
    for pin, has_kernel in operations:
        if pin in devices and (has_kernel or pin == "cpu:0"):
            found.append(pin)
            continue
        if pin is not None and not soft:
            raise ValueError(pin)
        if n_gpus and has_kernel:
            found.append(f"gpu:{turn % n_gpus}")
            turn += 1
        else:
            found.append("cpu:0")
    return found


# %% wrong: TF1_12_3_CHOICE
# Misconception: within a device context everything that makes a tensor makes it on that device.
TF1_12_3_CHOICE = {
    "plain": "cpu",
    "context": "cuda:1",
    "from_numpy": "cuda:1",
    "layer": "cpu",
    "result": "cuda:1",
    "like": "cuda:1",
}
