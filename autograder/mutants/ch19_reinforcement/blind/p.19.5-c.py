# %% right
# Intent: broadcast the delays k - i, take gamma to their power, keep the upper triangle, scale the columns by rewards.
def credit(rewards, gamma):
    r = np.asarray(rewards, dtype=np.float64).reshape(-1)
    k = np.arange(len(r))
    delay = k[None, :] - k[:, None]
    weights = np.where(delay >= 0, np.power(float(gamma), np.maximum(delay, 0)), 0.0)
    return np.einsum("ik,k->ik", weights, r)


P_19_5_CHOICE = {"discounting", "rewards on the way to the goal", "subtracting what a critic expects"}

# %% wrong: credit
# Misconception: credit is discounted from the beginning of the episode, so all rows use the same powers.
def credit(rewards, gamma):
    r = np.asarray(rewards, dtype=np.float64).reshape(-1)
    k = np.arange(len(r))
    return np.triu(np.broadcast_to(np.power(float(gamma), k) * r, (len(r), len(r))))

# %% wrong: credit, P_19_5_CHOICE
# Misconception: all actions share in each reward, by their distance in time, before or after; and one reward at the very
# end is clearest, since nothing else blurs the credit.
def credit(rewards, gamma):
    r = np.asarray(rewards, dtype=np.float64).reshape(-1)
    k = np.arange(len(r))
    return np.power(float(gamma), np.abs(k[None, :] - k[:, None])) * r


P_19_5_CHOICE = {"discounting", "rewards only at the very end", "subtracting what a critic expects"}
