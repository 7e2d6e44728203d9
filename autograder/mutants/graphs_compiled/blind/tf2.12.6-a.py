# %% right
# Intent: keep two counts, positive predictions and those of them that are right.
class StreamingPrecision:
    def __init__(self):
        self.reset()

    def update(self, y_true, y_pred):
        for truth, said in zip(np.array(y_true).tolist(), np.array(y_pred).tolist()):
            if said == 1:
                self.said_positive += 1
                if truth == 1:
                    self.right += 1

    def compute(self):
        if self.said_positive == 0:
            return float("nan")
        return self.right / self.said_positive

    def reset(self):
        self.said_positive = 0
        self.right = 0

# %% wrong: StreamingPrecision
# Misconception: the precision of all is the mean of the batches' precisions.
class StreamingPrecision:
    def __init__(self):
        self.values = []

    def update(self, y_true, y_pred):
        y_true, y_pred = np.array(y_true), np.array(y_pred)
        if (y_pred == 1).sum() > 0:
            self.values.append(float((y_true[y_pred == 1] == 1).mean()))

    def compute(self):
        return float(np.mean(self.values)) if self.values else float("nan")

    def reset(self):
        self.values = []

# %% wrong: StreamingPrecision
# Misconception: compute() ends a round, so that the next one begins from zero.
class StreamingPrecision:
    def __init__(self):
        self.reset()

    def update(self, y_true, y_pred):
        y_true, y_pred = np.array(y_true), np.array(y_pred)
        self.positive += int((y_pred == 1).sum())
        self.right += int(((y_pred == 1) & (y_true == 1)).sum())

    def compute(self):
        value = self.right / self.positive if self.positive else float("nan")
        self.reset()
        return value

    def reset(self):
        self.positive = 0
        self.right = 0
