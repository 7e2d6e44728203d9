# /// technique
# number = ["110"]
# title = "shown cases by heart"
# how = "Visible examples are answered from a table."
# wanted = "0 points"
# attacks = ["p.98.1", "p.98.2"]
# ///

# %% span
def span(values):
    return {(1, 2): 1, (3.0, 1.0, 2.0): 2.0}.get(tuple(values), 1.0)


# %% softmax
def softmax(scores):
    return np.full(np.shape(scores), 1 / np.shape(scores)[1])
