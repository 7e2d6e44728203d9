# %% right
# Intent: Soft threshold for the l1 part (w minus w clipped to the threshold), then divide for the l2 part.
import numpy as np


def shrunk(w, alpha, l1_ratio):
    threshold = alpha * l1_ratio
    return (w - np.clip(w, -threshold, threshold)) / (1 + alpha * (1 - l1_ratio))


P_04_10_CHOICE = ["lasso", "elastic net", "ridge", "elastic net"]

# %% wrong: shrunk
# Misconception: Thinks that, as the penalty of elastic net is a mixture, so is its solution: l1_ratio parts of what
# lasso finds and the rest of what ridge finds.
def shrunk(w, alpha, l1_ratio):
    lasso = w - np.clip(w, -alpha, alpha)
    ridge = w / (1 + alpha)
    return l1_ratio * lasso + (1 - l1_ratio) * ridge

# %% wrong: P_04_10_CHOICE
# Misconception: Thinks that lasso is right wherever few things matter, and that it takes features that go up and down
# together in or out as a group.
P_04_10_CHOICE = ["lasso", "lasso", "ridge", "elastic net"]
