# %% right
# Intent: Look up whether the models wait for each other (boosting: one a round), don't (rounds of n_servers models),
# or whether one more round for the blender comes after the others (stacking).
def _full_rounds(n_models: int, n_servers: int) -> int:
    return (n_models + n_servers - 1) // n_servers


def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    if n_servers < 1:
        raise ValueError("at least one server is needed")
    if kind == "boosting":
        return n_models
    if kind == "stacking":
        return _full_rounds(n_models, n_servers) + 1
    if kind in ("bagging", "pasting", "random forest"):
        return _full_rounds(n_models, n_servers)
    raise ValueError(f"unknown kind of ensemble: {kind!r}")


P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "no",
    "stacking": "partly",
}


# %% wrong: training_rounds, P_06_3_CHOICE
# Misconception: Thinks that the blender is just one more model of the ensemble, which learns from the same training
# rows and so can be trained beside the base models.
def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    if kind == "boosting":
        return n_models
    if kind == "stacking":
        return _full_rounds(n_models + 1, n_servers)
    return _full_rounds(n_models, n_servers)


P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "no",
    "stacking": "yes",
}


# %% wrong: training_rounds, P_06_3_CHOICE
# Misconception: Thinks that boosting only needs the row weights of the round before, so that all servers can train
# models with these weights at once and only the rounds have to wait for each other.
def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    rounds = _full_rounds(n_models, n_servers)
    if kind == "stacking":
        rounds += 1
    return rounds


P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "partly",
    "stacking": "partly",
}
