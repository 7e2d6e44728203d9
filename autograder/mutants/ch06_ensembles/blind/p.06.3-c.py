# %% right
# Intent: each ensemble is a chain of layers of independent models; a layer of width w takes ceil(w / servers) rounds,
# and a layer waits for the one before.
from itertools import repeat


def layers_of(kind, n_models):
    if kind == "boosting":
        yield from repeat(1, n_models)
    else:
        yield n_models
        if kind == "stacking":
            yield 1


def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    return sum(-(-width // n_servers) for width in layers_of(kind, n_models))


P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "no",
    "stacking": "partly",
}


# %% wrong: training_rounds, P_06_3_CHOICE
# Misconception: Thinks that the blender is just one more model of the ensemble, which an idle server can train beside
# the base models, since all servers have the data.
def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    if kind == "boosting":
        return n_models
    return -(-(n_models + (kind == "stacking")) // n_servers)


P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "no",
    "stacking": "yes",
}


# %% wrong: P_06_3_CHOICE
# Misconception: Thinks that boosting can be spread in part, because each of its trees may search its splits on many
# cores, and that only that counts.
P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "partly",
    "stacking": "partly",
}
