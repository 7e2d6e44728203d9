# %% right
# Intent: pair each line with the next one, which knows the reward and what was seen next.
from itertools import pairwise


def transitions(log):
    return [(now["seen"], now["action"], then["reward"], then["seen"]) for now, then in pairwise(log)]

# %% wrong: transitions
# Misconception: the reward that stands in the same line as an action is the reward for that action.
def transitions(log):
    return [(now["seen"], now["action"], now["reward"], then["seen"]) for now, then in pairwise(log)]

# %% wrong: transitions
# Misconception: every line is a transition; the last action just has nothing after it.
def transitions(log):
    pairs = list(pairwise(log))
    done = [(now["seen"], now["action"], then["reward"], then["seen"]) for now, then in pairs]
    return done + [(line["seen"], line["action"], 0.0, None) for line in log[-1:]]
