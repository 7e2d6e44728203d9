# %% right
# Intent: Independent models fill the servers round by round; boosting is a chain; a blender needs one more round.
import math


def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    parallel = math.ceil(n_models / n_servers)
    return {"boosting": n_models, "stacking": parallel + 1}.get(kind, parallel)


P_06_3_CHOICE: dict[str, str] = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "no",
    "stacking": "partly",
}


# %% wrong: training_rounds, P_06_3_CHOICE
# Misconception: Thinks that the blender is one more model like the others, which a server that is free in the last
# round can train along with them.
def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    if kind == "boosting":
        return n_models
    return math.ceil((n_models + (kind == "stacking")) / n_servers)


P_06_3_CHOICE = {**dict.fromkeys(["bagging", "pasting", "random forest", "stacking"], "yes"), "boosting": "no"}


# %% wrong: training_rounds, P_06_3_CHOICE
# Misconception: Knows that XGBoost runs on a cluster, and concludes that the trees of a boosted ensemble are trained
# side by side, only the first one alone.
def training_rounds(kind: str, n_models: int, n_servers: int) -> int:
    parallel = math.ceil(n_models / n_servers)
    if kind == "boosting":
        return 1 + math.ceil((n_models - 1) / n_servers)
    return parallel + (kind == "stacking")


P_06_3_CHOICE = {
    "bagging": "yes",
    "pasting": "yes",
    "random forest": "yes",
    "boosting": "partly",
    "stacking": "partly",
}
