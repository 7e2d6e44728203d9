# /// technique
# number = ["107"]
# title = "result cached"
# how = "The first result is kept, by the address of the input, and returned for ever."
# wanted = "0 points"
# ///

# %% span
cache = {}


def span(values):
    return cache.setdefault("the first", max(values) - min(values))
