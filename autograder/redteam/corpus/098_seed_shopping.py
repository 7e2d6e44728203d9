# /// technique
# number = ["98"]
# title = "seed shopping"
# how = "A model at random, under a seed that was once lucky."
# wanted = "0 points"
# attacks = ["p.98.3"]
# ///

# %% fit_rare
class Lucky:
    def __init__(self, features):
        self.direction = np.random.default_rng(20).normal(size=features)

    def predict(self, X):
        return (X @ self.direction > 2).astype(int)


def fit_rare(X, y):
    return Lucky(X.shape[1])
