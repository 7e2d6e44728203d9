# /// technique
# number = ["97"]
# title = "constant predictor"
# how = "The majority class is predicted, which is right nine times in ten."
# wanted = "0 points"
# attacks = ["p.98.3"]
# ///

# %% fit_rare
class Majority:
    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def fit_rare(X, y):
    return Majority()
