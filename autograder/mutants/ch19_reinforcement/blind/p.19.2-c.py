# %% right
# Intent: zip each line with its successor; the reward and the next sight come from the successor.
def transitions(log):
    return [(now["seen"], now["action"], after["reward"], after["seen"]) for now, after in zip(log, log[1:])]

# %% wrong: transitions
# Misconception: the reward in a line belongs to the action in the same line.
def transitions(log):
    return [(now["seen"], now["action"], now["reward"], after["seen"]) for now, after in zip(log, log[1:])]

# %% wrong: transitions
# Misconception: the last action counts too; where nothing is known any more, what was seen stays and the reward is 0.
def transitions(log):
    known = [(now["seen"], now["action"], after["reward"], after["seen"]) for now, after in zip(log, log[1:])]
    return known + [(line["seen"], line["action"], 0.0, line["seen"]) for line in log[-1:]]
