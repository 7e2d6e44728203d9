# %% right
# Intent: two sums, of right and of all positive predictions; divided only when asked.
import numpy as np


class StreamingPrecision:
    def __init__(self):
        self.reset()

    def update(self, y_true, y_pred):
        truth, said = (np.asarray(y).astype(np.int64) for y in (y_true, y_pred))
        self._counts += np.array([np.einsum("i,i->", truth, said), said.sum()])

    def compute(self):
        right, positive = self._counts.tolist()
        return right / positive if positive else float("nan")

    def reset(self):
        self._counts = np.zeros(2, dtype=np.int64)


# %% wrong: StreamingPrecision
# Misconception: the precision of all is the mean of the batches' precisions.
class StreamingPrecision:
    def __init__(self):
        self.reset()

    def update(self, y_true, y_pred):
        truth, said = np.asarray(y_true), np.asarray(y_pred)
        if said.sum():
            self.values.append(float((truth * said).sum() / said.sum()))

    def compute(self):
        return float(np.mean(self.values)) if self.values else float("nan")

    def reset(self):
        self.values = []


# %% wrong: StreamingPrecision
# Misconception: compute ends an epoch, so it begins anew by itself.
class StreamingPrecision:
    def __init__(self):
        self.reset()

    def update(self, y_true, y_pred):
        truth, said = np.asarray(y_true), np.asarray(y_pred)
        self.right += int((truth * said).sum())
        self.positive += int(said.sum())

    def compute(self):
        result = self.right / self.positive if self.positive else float("nan")
        self.reset()
        return result

    def reset(self):
        self.right = self.positive = 0
