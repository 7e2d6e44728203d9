# %% right
# Intent: Gini by np.unique's counts. For the order: first the surplus of zeros, then all ones, then as many zeros as
# ones; the best cut splits off the first block and leaves a half-and-half child.
def gini(y):
    shares = np.unique(y, return_counts=True)[1] / len(y)
    return 1 - np.sum(shares**2)


def impurities(y, goes_left):
    y, goes_left = np.asarray(y), np.asarray(goes_left, dtype=bool)
    children = gini(y[goes_left]), gini(y[~goes_left])
    return gini(y), *children, np.average(children, weights=[goes_left.sum(), (~goes_left).sum()])


def worse_child(n_zeros, n_ones):
    if n_zeros <= 2 * n_ones:
        return None
    return np.repeat([0, 1, 0], [n_zeros - n_ones, n_ones, n_ones]).tolist()


P_05_2_CHOICE = {"one child": "usually", "both children": "always"}


# %% wrong: impurities
# Misconception: Takes the plain mean of the two children's impurities: a split has two children, and each counts half.
def impurities(y, goes_left):
    y, goes_left = np.asarray(y), np.asarray(goes_left, dtype=bool)
    children = gini(y[goes_left]), gini(y[~goes_left])
    return gini(y), *children, np.mean(children)


# %% wrong: worse_child
# Misconception: Overlooks that only the best split counts: takes an order as proof as soon as any of its splits leaves
# a child that is less pure than the parent.
def worse_child(n_zeros, n_ones):
    y = np.repeat([0, 1], [n_zeros, n_ones])
    for cut in range(1, len(y)):
        parent, left, right, _ = impurities(y, np.arange(len(y)) < cut)
        if max(left, right) > parent:
            return y.tolist()
    return None
