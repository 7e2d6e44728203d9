# %% right
# Intent: one inner function with the rule for what is pinned to nothing, one set of existing devices, and the pinned
# case on top. The choices: only constructors obey the context; everything made from a tensor stays with it.
def placed(operations: Sequence[tuple[str | None, bool]], n_gpus: int, soft: bool) -> list[str]:
    gpus = {f"gpu:{number}" for number in range(n_gpus)}

    def place(pin: str | None, has_kernel: bool) -> str:
        free = "gpu:0" if gpus and has_kernel else "cpu:0"
        if pin is None:
            return free
        if pin == "cpu:0" or (pin in gpus and has_kernel):
            return pin
        if not soft:
            raise ValueError(f"no operation can be placed on {pin}")
        return free

    return [place(*operation) for operation in operations]


TF1_12_3_CHOICE: dict[str, str] = {
    "plain": "cpu",
    "context": "cuda:1",
    "from_numpy": "cpu",
    "layer": "cpu",
    "result": "cuda:1",
    "like": "cuda:0",
}

# %% wrong: placed
# Misconception: soft placement means to fall back on the CPU, whatever else is there.
def placed(operations: Sequence[tuple[str | None, bool]], n_gpus: int, soft: bool) -> list[str]:
    gpus = {f"gpu:{number}" for number in range(n_gpus)}

    def place(pin: str | None, has_kernel: bool) -> str:
        if pin is None:
            return "gpu:0" if gpus and has_kernel else "cpu:0"
        if pin == "cpu:0" or (pin in gpus and has_kernel):
            return pin
        if not soft:
            raise ValueError(f"no operation can be placed on {pin}")
        return "cpu:0"

    return [place(*operation) for operation in operations]


# %% wrong: TF1_12_3_CHOICE
# Misconception: within `with torch.device(...)` everything that is made lands on that device, however it is made.
TF1_12_3_CHOICE: dict[str, str] = {
    "plain": "cpu",
    "context": "cuda:1",
    "from_numpy": "cuda:1",
    "layer": "cpu",
    "result": "cuda:1",
    "like": "cuda:1",
}
