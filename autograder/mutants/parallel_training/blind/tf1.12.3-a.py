# %% right
# Intent: list the devices that exist, treat each operation in turn: first what it asks for, then the fallback. The
# choices: only constructors of new tensors follow the context; what has an input follows the input.
def placed(operations, n_gpus, soft):
    exists = ["cpu:0"]
    for number in range(n_gpus):
        exists.append(f"gpu:{number}")
    result = []
    for pinned, kernel in operations:
        if pinned is not None:
            possible = pinned in exists and (pinned == "cpu:0" or kernel)
            if possible:
                result.append(pinned)
                continue
            if not soft:
                raise ValueError(f"an operation can't be placed on {pinned}")
        if n_gpus > 0 and kernel:
            result.append("gpu:0")
        else:
            result.append("cpu:0")
    return result


TF1_12_3_CHOICE = {
    "plain": "cpu",
    "context": "cuda:1",
    "from_numpy": "cpu",
    "layer": "cpu",
    "result": "cuda:1",
    "like": "cuda:0",
}

# %% wrong: placed
# Misconception: soft placement always falls back to the CPU.
def placed(operations, n_gpus, soft):
    exists = ["cpu:0"] + [f"gpu:{number}" for number in range(n_gpus)]
    result = []
    for pinned, kernel in operations:
        if pinned is None:
            result.append("gpu:0" if n_gpus and kernel else "cpu:0")
        elif pinned in exists and (pinned == "cpu:0" or kernel):
            result.append(pinned)
        elif soft:
            result.append("cpu:0")
        else:
            raise ValueError(pinned)
    return result

# %% wrong: TF1_12_3_CHOICE
# Misconception: PyTorch, too, puts things on the first GPU by itself, and the context decides over all that is made
# within it.
TF1_12_3_CHOICE = {
    "plain": "cuda:0",
    "context": "cuda:1",
    "from_numpy": "cuda:1",
    "layer": "cuda:0",
    "result": "cuda:1",
    "like": "cuda:1",
}
