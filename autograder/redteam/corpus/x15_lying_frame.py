# /// technique
# number = ["X15"]
# title = "a data frame that lies"
# how = """
# A subclass of data frame has other columns than values, and is handed over where an array is expected.
# """
# wanted = "0 points"
# attacks = ["p.98.2"]
# ///

# %% softmax
import pandas as pd


class Frame(pd.DataFrame):
    @property
    def columns(self):
        return pd.Index(range(10**6))

    @property
    def values(self):
        return np.ones((1, 1))

    def to_numpy(self, *args, **kwargs):
        return np.full(np.shape(self), 0.5)


def softmax(scores):
    return Frame(np.zeros(np.shape(scores)))
