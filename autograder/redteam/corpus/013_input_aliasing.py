# /// technique
# number = ["13"]
# title = "input aliasing"
# how = "The input is changed in place so that it agrees with what is returned."
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.2"]
# ///

# %% span
def span(values):
    values[:] = [0.0] * len(values)
    return 0.0


# %% softmax
def softmax(scores):
    scores[:] = 0.0
    return scores
