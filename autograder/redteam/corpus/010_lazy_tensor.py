# /// technique
# number = ["10"]
# title = "lazy tensor"
# how = "The object has no numbers yet: it would be evaluated when it is compared, or has no storage at all."
# wanted = "0 points"
# attacks = ["p.98.2"]
# ///

# %% softmax
import itertools


class Lazy:
    def __init__(self, scores):
        self.scores, self.shape, self.dtype = scores, np.shape(scores), np.dtype(float)

    def __array__(self, dtype=None, copy=None):
        import autograder.redteam.reference  # the reference's own path, where the comparison happens

        return autograder.redteam.reference.softmax(self.scores)


def without_storage(scores):
    import torch

    return torch.empty(np.shape(scores), device="meta", dtype=torch.float64)


turns = itertools.cycle([Lazy, without_storage])


def softmax(scores):
    return next(turns)(scores)
