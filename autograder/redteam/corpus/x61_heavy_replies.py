# /// technique
# number = ["X61"]
# title = "heavy replies, one after the other"
# how = "Every reply is within its bound; the grader is to run out of memory by their sum."
# wanted = "contained"
# attacks = ["p.98.1", "p.98.2"]
# aftermath = true
# ///

# %% span
def span(values):
    return np.zeros(25_000_000)


# %% softmax
def softmax(scores):
    return [1.5] * 900_000
