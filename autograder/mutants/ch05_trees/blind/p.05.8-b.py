# %% right
# Intent: ShuffleSplit draws the rows of each tree without repetition; scipy.stats.mode counts the votes, and the
# accuracies are means over the (n_trees, n) array of predictions.
from scipy import stats
from sklearn.metrics import accuracy_score
from sklearn.model_selection import ShuffleSplit


def grow_forest(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    draws = ShuffleSplit(n_splits=n_trees, train_size=n_rows, random_state=seed).split(X)
    return [
        DecisionTreeClassifier(**{"random_state": i, **params}).fit(X[rows], y[rows])
        for i, (rows, _) in enumerate(draws)
    ]


def majority_vote(votes):
    return stats.mode(votes, axis=0).mode


def forest_accuracy(trees, X, y):
    votes = np.array([tree.predict(X) for tree in trees])
    return (votes == y).mean(axis=1), accuracy_score(y, majority_vote(votes))


# %% wrong: grow_forest
# Misconception: Thinks that trees differ only if their rows are drawn with replacement, as in bagging.
def grow_forest(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    rng = np.random.default_rng(seed)
    draws = rng.choice(len(X), size=(n_trees, n_rows))
    return [DecisionTreeClassifier(**{"random_state": i, **params}).fit(X[r], y[r]) for i, r in enumerate(draws)]


# %% wrong: majority_vote, forest_accuracy
# Misconception: Thinks that the class in the middle of all votes is the one that most trees name, so takes the median;
# this holds for two classes, but classes are names, not amounts.
def majority_vote(votes):
    return np.median(votes, axis=0).astype(int)
