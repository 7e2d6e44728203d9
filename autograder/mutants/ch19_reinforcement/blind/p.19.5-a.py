# %% right
# Intent: fill the upper triangle cell by cell.
import numpy as np


def credit(rewards, gamma):
    n = len(rewards)
    table = np.zeros((n, n))
    for i in range(n):
        for k in range(i, n):
            table[i, k] = float(rewards[k]) * float(gamma) ** (k - i)
    return table


P_19_5_CHOICE = ["discounting", "rewards on the way to the goal", "subtracting what a critic expects"]

# %% wrong: credit
# Misconception: discounting counts from the episode's beginning, so reward k is worth gamma**k for all actions.
import numpy as np


def credit(rewards, gamma):
    n = len(rewards)
    table = np.zeros((n, n))
    for i in range(n):
        for k in range(i, n):
            table[i, k] = float(rewards[k]) * float(gamma) ** k
    return table

# %% wrong: credit
# Misconception: all actions of an episode share in each reward, the nearer ones more, before and after it.
import numpy as np


def credit(rewards, gamma):
    n = len(rewards)
    table = np.zeros((n, n))
    for i in range(n):
        for k in range(n):
            table[i, k] = float(rewards[k]) * float(gamma) ** abs(k - i)
    return table

# %% wrong: P_19_5_CHOICE
# Misconception: credit is clearest when only the final result counts, and when few actions were accidents.
P_19_5_CHOICE = ["discounting", "rewards only at the very end", "fewer actions tried at random"]
