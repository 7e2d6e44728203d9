# %% right
# Intent: a stable argsort of the largest probability per row, without the labelled rows, cut after n.
def query(probas, n, labelled):
    order = np.argsort(np.max(probas, axis=1), kind="stable")
    return order[~np.isin(order, labelled)][:n].tolist()

# %% wrong: query
# Misconception: Takes "least sure" for the smallest margin between the two best classes; with more than two classes
# this is another order than that of the largest probability.
def query(probas, n, labelled):
    top = np.sort(probas, axis=1)
    order = np.argsort(top[:, -1] - top[:, -2], kind="stable")
    return order[~np.isin(order, labelled)][:n].tolist()

# %% wrong: query
# Misconception: Thinks that uncertainty is always the entropy of all classes, which also counts how the rest is shared.
from scipy.stats import entropy


def query(probas, n, labelled):
    order = np.argsort(-entropy(np.asarray(probas, dtype=float), axis=1), kind="stable")
    return order[~np.isin(order, labelled)][:n].tolist()
