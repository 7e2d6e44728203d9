# %% right
# Intent: an inner product with the vector of powers of gamma (numpy's 0**0 is 1); argmax takes the first best plan.
def discounted_return(rewards, gamma):
    r = np.asarray(rewards, dtype=np.float64).reshape(-1)
    return float(np.einsum("k,k->", r, np.power(float(gamma), np.arange(len(r)))))


def best_plan(plans, gamma):
    return int(np.argmax([discounted_return(plan, gamma) for plan in plans]))

# %% wrong: discounted_return
# Misconception: the first reward is already one step away, so it is discounted too.
def discounted_return(rewards, gamma):
    r = np.asarray(rewards, dtype=np.float64).reshape(-1)
    return float(np.einsum("k,k->", r, np.power(float(gamma), np.arange(1, len(r) + 1))))

# %% wrong: best_plan
# Misconception: plans of different lengths have to be made comparable, by the mean reward per step.
def best_plan(plans, gamma):
    return int(np.argmax([discounted_return(plan, gamma) / max(len(plan), 1) for plan in plans]))
