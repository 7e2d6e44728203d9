# %% right
# Intent: exp(say) is the odds (1 - r) / r to the power of the learning rate, so the step multiplies the wrong weights
# by a power of the odds and lands on the simplex again.
import numpy as np


def boosted_weights(weights, wrong, learning_rate: float):
    w, miss = np.asarray(weights, dtype=float), np.asarray(wrong, dtype=bool)
    w = w / w.sum()
    odds = (w @ ~miss) / (w @ miss)
    raised = w * np.where(miss, odds**learning_rate, 1.0)
    return raised / raised.sum()


P_06_6_CHOICE: list[str] = ["a hundred estimators", "trees of depth 3 as base models", "a learning rate of 0.5"]


# %% wrong: boosted_weights
# Misconception: Thinks that r is the plain error rate of the newest model, the share of rows it gets wrong, whatever
# they weigh.
def boosted_weights(weights, wrong, learning_rate: float):
    w, miss = np.asarray(weights, dtype=float), np.asarray(wrong, dtype=bool)
    odds = (~miss).mean() / miss.mean()
    raised = w * np.where(miss, odds**learning_rate, 1.0)
    return raised / raised.sum()


# %% wrong: P_06_6_CHOICE
# Misconception: Thinks that a small learning rate is the careful one and fits in the end better, and that early
# stopping helps against every bad score, also where the ensemble still underfits.
P_06_6_CHOICE: list[str] = [
    "a hundred estimators",
    "trees of depth 3 as base models",
    "stopping when the validation error rises",
]
