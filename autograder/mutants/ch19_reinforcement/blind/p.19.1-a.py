# %% right
# Intent: compare each pull with the best mean, in a plain loop.
def regret(means, choices):
    best = max(float(m) for m in means)
    lost = 0.0
    for arm in choices:
        lost += best - float(means[int(arm)])
    return lost


P_19_1_CHOICE = {
    "a lift decides where to wait, and people's waiting times are counted": "reinforcement",
    "letters are sorted as ten thousand were by people": "supervised",
    "customers are put into groups that nobody has named": "unsupervised",
    "a thermostat finds out by trying when to heat, and pays the bill": "reinforcement",
    "the wear of a tyre is foretold from tyres whose wear was measured": "supervised",
    "a program plays chess against itself, and learns from who has won": "reinforcement",
}

# %% wrong: regret
# Misconception: regret is measured against the best arm that one has tried oneself.
def regret(means, choices):
    if len(choices) == 0:
        return 0.0
    pulled = [float(means[int(arm)]) for arm in choices]
    return max(pulled) * len(pulled) - sum(pulled)

# %% wrong: regret
# Misconception: regret is a mean per pull (how much worse one does on average), not the whole loss.
def regret(means, choices):
    if len(choices) == 0:
        return 0.0
    best = max(float(m) for m in means)
    return sum(best - float(means[int(arm)]) for arm in choices) / len(choices)

# %% wrong: P_19_1_CHOICE
# Misconception: without labels given by people it is unsupervised; a reward that is counted by a meter is a label.
P_19_1_CHOICE = {
    "a lift decides where to wait, and people's waiting times are counted": "supervised",
    "letters are sorted as ten thousand were by people": "supervised",
    "customers are put into groups that nobody has named": "unsupervised",
    "a thermostat finds out by trying when to heat, and pays the bill": "reinforcement",
    "the wear of a tyre is foretold from tyres whose wear was measured": "supervised",
    "a program plays chess against itself, and learns from who has won": "unsupervised",
}
