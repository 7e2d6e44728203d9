# /// technique
# number = ["X53"]
# title = "the probe overwritten"
# how = "The check's own object in the student's process is changed: it reports other weights than it has."
# wanted = "0 points"
# attacks = ["p.98.4"]
# ///

# %% train
def train(model, X, y):
    import gc

    for one in gc.get_objects():
        if type(one).__name__ == "Line" and type(one).__module__ == "probe":
            type(one).weights = lambda self: (np.ones((1, 3)) * np.nan, np.zeros(1))
            one.__dict__["weights"] = lambda: {"passed": True}
