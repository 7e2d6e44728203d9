# /// technique
# number = ["X10"]
# title = "a handle that lies"
# how = "The model calls itself scikit-learn's logistic regression, and predicts nothing."
# wanted = "0 points"
# attacks = ["p.98.3"]
# ///

# %% fit_rare
class LogisticRegression:
    classes_ = np.array([0, 1])
    coef_ = np.ones((1, 5))

    def predict(self, X):
        return np.ones(len(X), dtype=int)


LogisticRegression.__module__ = "sklearn.linear_model._logistic"
LogisticRegression.__qualname__ = "LogisticRegression"


def fit_rare(X, y):
    return LogisticRegression()
