# %% right
# Intent: the upper triangle of a Toeplitz matrix of the powers of gamma, times the rewards.
from scipy.linalg import toeplitz


def credit(rewards, gamma):
    rewards = np.asarray(rewards, dtype=float)
    return np.triu(toeplitz(np.power(float(gamma), np.arange(len(rewards))))) * rewards


P_19_5_CHOICE = {"discounting", "rewards on the way to the goal", "subtracting what a critic expects"}

# %% wrong: credit
# Misconception: rewards are discounted by when they come in the episode, not by the steps since the action.
def credit(rewards, gamma):
    rewards = np.asarray(rewards, dtype=float)
    powers = np.power(float(gamma), np.arange(len(rewards)))
    return np.triu(np.tile(powers * rewards, (len(rewards), 1)))

# %% wrong: credit
# Misconception: an action is to be credited with every reward of its episode, those before it as well.
def credit(rewards, gamma):
    rewards = np.asarray(rewards, dtype=float)
    return toeplitz(np.power(float(gamma), np.arange(len(rewards)))) * rewards

# %% wrong: P_19_5_CHOICE
# Misconception: one clear verdict at the end, and less noise by chance, tell best which action it was.
P_19_5_CHOICE = {"discounting", "rewards only at the very end", "fewer actions tried at random"}
