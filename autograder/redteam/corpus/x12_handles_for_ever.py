# /// technique
# number = ["X12"]
# title = "handles for ever"
# how = "Each attribute of the object, called or not, is another object, and none is ever a value."
# wanted = "contained"
# attacks = ["p.98.1", "p.98.3"]
# ///

# %% first
class Chain:
    def __getattr__(self, name):
        return Chain()

    def __call__(self, *args, **kwargs):
        return [Chain() for _ in range(50_000)]


# %% span
def span(values):
    return Chain()()


# %% fit_rare
def fit_rare(X, y):
    return Chain()
