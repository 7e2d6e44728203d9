# %% right
# Intent: a dot product with the powers of gamma; the plan with the largest one (argmax takes the first).
def discounted_return(rewards, gamma):
    rewards = np.asarray(rewards, dtype=float)
    return float(rewards @ np.power(float(gamma), np.arange(len(rewards))))


def best_plan(plans, gamma):
    return int(np.argmax([discounted_return(plan, gamma) for plan in plans]))

# %% wrong: discounted_return
# Misconception: the first reward lies in the future as well, so it is discounted once already.
def discounted_return(rewards, gamma):
    rewards = np.asarray(rewards, dtype=float)
    return float(rewards @ np.power(float(gamma), np.arange(1, len(rewards) + 1)))

# %% wrong: best_plan
# Misconception: plans of different lengths are compared fairly only per step, so the return is divided by the length.
def best_plan(plans, gamma):
    return int(np.argmax([discounted_return(plan, gamma) / max(len(plan), 1) for plan in plans]))
