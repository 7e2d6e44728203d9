# %% right
# Intent: n times the best mean, less the sum of the means of what was pulled.
def regret(means, choices):
    means, choices = np.asarray(means, dtype=float), np.asarray(choices, dtype=int)
    return float((means.max() - means[choices]).sum())


P_19_1_CHOICE = {
    "a lift decides where to wait, and people's waiting times are counted": "reinforcement",
    "letters are sorted as ten thousand were by people": "supervised",
    "customers are put into groups that nobody has named": "unsupervised",
    "a thermostat finds out by trying when to heat, and pays the bill": "reinforcement",
    "the wear of a tyre is foretold from tyres whose wear was measured": "supervised",
    "a program plays chess against itself, and learns from who has won": "reinforcement",
}

# %% wrong: regret
# Misconception: the best arm to compare with is the best one of those that were tried, not of all that there are.
def regret(means, choices):
    means, choices = np.asarray(means, dtype=float), np.asarray(choices, dtype=int)
    return float((means[choices].max(initial=-np.inf) - means[choices]).sum()) if len(choices) else 0.0

# %% wrong: P_19_1_CHOICE
# Misconception: without a teacher who labels anything, learning is unsupervised; so self-play is.
P_19_1_CHOICE = {
    **P_19_1_CHOICE,
    "a program plays chess against itself, and learns from who has won": "unsupervised",
    "a thermostat finds out by trying when to heat, and pays the bill": "unsupervised",
}
