# %% right
# Intent: scikit-learn's KFold already plans it.
from sklearn.model_selection import KFold


def folds(n, k):
    return list(KFold(n_splits=k, shuffle=True, random_state=0).split(np.arange(n)))


# %% wrong: folds
# Misconception: Thinks that every fold has n // k rows, and that what is left over simply goes into the last one.
def folds(n, k):
    rows, size = np.arange(n), n // k
    parts = [rows[i * size : (i + 1) * size if i < k - 1 else n] for i in range(k)]
    return [(np.setdiff1d(rows, part), part) for part in parts]
