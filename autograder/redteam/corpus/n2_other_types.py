# /// technique
# number = ["N2"]
# title = "honest, of another type"
# how = "Right answers as numpy and torch scalars, float32, Decimal-free whole numbers, lists."
# wanted = "full marks"
# attacks = ["p.98.1", "p.98.2", "p.98.3", "p.98.5"]
# ///

# %% span
def span(values):
    return np.float64(np.ptp(values))


# %% softmax
def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32).tolist()


# %% fit_rare
def fit_rare(X, y):
    from sklearn.svm import LinearSVC

    class Floats:
        def __init__(self, model):
            self.model = model

        def predict(self, X):
            return self.model.predict(X).astype(float)

    return Floats(LinearSVC(class_weight="balanced").fit(X, y))


# %% PARAMETERS
PARAMETERS = np.float64(7850)
