# %% right
# Intent: scikit-learn's KNeighborsRegressor on one column.
from sklearn.neighbors import KNeighborsRegressor

P_01_11_CHOICE = "instance-based learning"


def predict_by_neighbours(x, y, new, k):
    return KNeighborsRegressor(n_neighbors=k).fit(np.reshape(x, (-1, 1)), y).predict([[new]])[0]


# %% wrong: predict_by_neighbours
# Misconception: Thinks that half of the neighbours are to be asked on each side of the new example, however far
# they are.
def predict_by_neighbours(x, y, new, k):
    order = np.argsort(x)
    start = np.clip(np.searchsorted(np.asarray(x)[order], new) - (k + 1) // 2, 0, len(x) - k)
    return np.mean(np.asarray(y)[order][start : start + k])
