# %% right
# Intent: walk through neighbouring lines; the reward and the outcome of an action stand in the next line.
def transitions(log):
    out = []
    for i in range(len(log) - 1):
        now, later = log[i], log[i + 1]
        out.append((now["seen"], now["action"], float(later["reward"]), later["seen"]))
    return out

# %% wrong: transitions
# Misconception: a line's reward is the reward for the action in the same line.
def transitions(log):
    out = []
    for i in range(len(log) - 1):
        out.append((log[i]["seen"], log[i]["action"], float(log[i]["reward"]), log[i + 1]["seen"]))
    return out

# %% wrong: transitions
# Misconception: each line has to give a transition; the last one ends the episode, with no reward and nothing seen next.
def transitions(log):
    out = []
    for i in range(len(log)):
        if i + 1 < len(log):
            out.append((log[i]["seen"], log[i]["action"], float(log[i + 1]["reward"]), log[i + 1]["seen"]))
        else:
            out.append((log[i]["seen"], log[i]["action"], 0.0, None))
    return out
