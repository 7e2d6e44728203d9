# %% right
# Intent: keep a running weight that is multiplied by gamma after each reward; then compare returns in a loop.
def discounted_return(rewards, gamma):
    total, weight = 0.0, 1.0
    for r in rewards:
        total += weight * float(r)
        weight *= gamma
    return total


def best_plan(plans, gamma):
    best, best_value = 0, discounted_return(plans[0], gamma)
    for i in range(1, len(plans)):
        value = discounted_return(plans[i], gamma)
        if value > best_value:
            best, best_value = i, value
    return best

# %% wrong: discounted_return
# Misconception: already the first reward lies one step in the future, so it is discounted once.
def discounted_return(rewards, gamma):
    total = 0.0
    for k, r in enumerate(rewards):
        total += gamma ** (k + 1) * float(r)
    return total

# %% wrong: best_plan
# Misconception: plans of different length have to be compared fairly, by their discounted return per step.
def best_plan(plans, gamma):
    best, best_value = 0, -float("inf")
    for i, rewards in enumerate(plans):
        value = discounted_return(rewards, gamma) / max(1, len(rewards))
        if value > best_value:
            best, best_value = i, value
    return best
