# /// technique
# number = ["94"]
# title = "leak through the order of rows"
# how = "The label is read off the position of a row."
# wanted = "0 points"
# attacks = ["p.98.3"]
# ///

# %% fit_rare
class ByPosition:
    def predict(self, X):
        return (np.arange(len(X)) % 10 == 0).astype(int)


def fit_rare(X, y):
    return ByPosition()
