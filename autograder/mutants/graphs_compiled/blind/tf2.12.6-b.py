# %% right
# Intent: two counts, of positive predictions and of those that are right.
import numpy as np


class StreamingPrecision:
    def __init__(self):
        self.reset()

    def update(self, y_true, y_pred):
        said = np.asarray(y_pred) == 1
        self.positive += int(said.sum())
        self.right += int((np.asarray(y_true)[said] == 1).sum())

    def compute(self):
        return self.right / self.positive if self.positive else float("nan")

    def reset(self):
        self.right = self.positive = 0

# %% wrong: StreamingPrecision
# Misconception: the mean of the batches' precisions is the precision of all.
from sklearn.metrics import precision_score


class StreamingPrecision:
    def __init__(self):
        self.reset()

    def update(self, y_true, y_pred):
        if np.sum(y_pred):
            self.values.append(precision_score(y_true, y_pred))

    def compute(self):
        return float(np.mean(self.values)) if self.values else float("nan")

    def reset(self):
        self.values = []

# %% wrong: StreamingPrecision
# Misconception: precision without any positive prediction is 0, as scikit-learn returns it with a warning.
class StreamingPrecision:
    def __init__(self):
        self.right, self.positive = 0, 0

    def update(self, y_true, y_pred):
        said = np.asarray(y_pred) == 1
        self.positive += int(said.sum())
        self.right += int((np.asarray(y_true)[said] == 1).sum())

    def compute(self):
        return self.right / max(self.positive, 1)

    def reset(self):
        self.right, self.positive = 0, 0
