# %% right
# Intent: Count the pairs of distinct goods per basket with a Counter; nearest other row by NearestNeighbors
# (kneighbors without an argument leaves the row itself out).
from collections import Counter
from itertools import combinations

from sklearn.neighbors import NearestNeighbors

P_01_5_CHOICE = ["clustering", "dimensionality reduction", "anomaly detection", "association rule learning"]


def bought_together(baskets):
    pairs = Counter(pair for basket in baskets for pair in combinations(sorted(set(basket)), 2))
    return list(pairs.most_common(1)[0][0])


def odd_one_out(X):
    distances, _ = NearestNeighbors(n_neighbors=1).fit(X).kneighbors()
    return distances[:, 0].argmax()


# %% wrong: bought_together
# Misconception: Thinks that the two goods that sell best are also those that are bought together most often.
def bought_together(baskets):
    goods = Counter(name for basket in baskets for name in set(basket))
    return sorted(name for name, _ in goods.most_common(2))


# %% wrong: odd_one_out
# Misconception: Thinks that the loneliest example is the one farthest from the centre of all of them.
def odd_one_out(X):
    return np.linalg.norm(X - X.mean(axis=0), axis=1).argmax()
