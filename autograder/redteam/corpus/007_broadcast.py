# /// technique
# number = ["7"]
# title = "broadcast trick"
# how = "A scalar, an empty array or an array of one number, so that \"all close\" over it is trivially true."
# wanted = "0 points"
# attacks = ["p.98.2"]
# ///

# %% softmax
import itertools

turns = itertools.cycle([np.float64(0.5), np.empty(0), np.empty((0, 4)), np.array([[0.5]]), np.array(0.5)])


def softmax(scores):
    return next(turns)
