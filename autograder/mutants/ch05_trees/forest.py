"""Chapter 5, a forest by hand: wrong answers that must fail, and right ones that must pass."""

import random
from collections import Counter

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import ShuffleSplit, train_test_split
from sklearn.tree import DecisionTreeClassifier

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- wrong


def _forest(X, y, params, subsets):
    return [DecisionTreeClassifier(**params, random_state=0).fit(X[rows], y[rows]) for rows in subsets]


@mutant("p.05.8", replaces="grow_forest", fails="test_each_tree_has_rows_of_its_own")
def all_rows_for_each_tree(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """Each of your trees is trained on all rows, so that they are all alike: draw a few for each."""
    return _forest(X, y, params, [slice(None)] * n_trees)


@mutant("p.05.8", replaces="grow_forest", fails="test_each_tree_has_rows_of_its_own")
def same_rows_for_each_tree(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """All your trees get the same rows: the generator begins anew for each tree, so make it once, before the loop."""
    return _forest(X, y, params, [np.random.default_rng(seed).permutation(len(X))[:n_rows] for _ in range(n_trees)])


@mutant("p.05.8", replaces="grow_forest", fails="test_each_tree_has_rows_of_its_own")
def one_tree_again_and_again(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """Your list holds one and the same tree many times, as it was fitted last: make a new one for each, in the loop."""
    rng, tree, trees = np.random.default_rng(seed), DecisionTreeClassifier(**params), []
    for _ in range(n_trees):
        rows = rng.permutation(len(X))[:n_rows]
        trees.append(tree.fit(X[rows], y[rows]))
    return trees


@mutant("p.05.8", replaces="grow_forest", fails="test_no_row_is_drawn_twice_for_a_tree")
def drawn_with_replacement(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """You draw with replacement, so that rows come twice in a tree. Bagging does so and does well, but here each row is
    to come once at most."""
    return _forest(X, y, params, np.random.default_rng(seed).integers(0, len(X), (n_trees, n_rows)))


@mutant("p.05.8", replaces="grow_forest", fails="test_no_row_is_drawn_twice_for_a_tree")
def labels_drawn_apart(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """You draw rows and labels apart from each other: take both with the same row numbers."""
    rng = np.random.default_rng(seed)
    return [
        DecisionTreeClassifier(**params).fit(rng.permutation(X)[:n_rows], rng.permutation(y)[:n_rows])
        for _ in range(n_trees)
    ]


@mutant("p.05.8", replaces="grow_forest", fails="test_trees_have_the_parameters")
def parameters_forgotten(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """Your trees are grown without the parameters: hand them over with two asterisks."""
    rng = np.random.default_rng(seed)
    return _forest(X, y, {}, [rng.permutation(len(X))[:n_rows] for _ in range(n_trees)])


@mutant("p.05.8", replaces="grow_forest", fails="test_seed_decides_on_the_rows")
def seed_forgotten(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """Your forest gets other rows each time: the seed has to decide which rows are drawn."""
    order = np.random.permutation  # of the global generator, as it is drawn from without a seed
    return _forest(X, y, params, [order(len(X))[:n_rows] for _ in range(n_trees)])


@mutant("p.05.8", replaces="grow_forest", fails="test_vote_beats_the_small_trees")
def same_rows_in_another_order(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """Your trees get the same rows in another order, which changes nothing: draw other rows for each."""
    rng = np.random.default_rng(seed)
    return _forest(X, y, params, [rng.permutation(n_rows) for _ in range(n_trees)])


@naive("p.05.8", replaces="majority_vote", fails=["test_vote_beats_the_small_trees", "test_majority_of_the_votes"])
def most_agreeable_tree(votes):
    """You let one tree answer for all, the one that the others agree with most: count the votes for each row."""
    votes = np.asarray(votes)
    agreement = [np.mean(votes == one) for one in votes]
    return votes[int(np.argmax(agreement))]


@mutant("p.05.8", replaces="majority_vote", fails="test_majority_of_the_votes")
def vote_along_the_wrong_axis(votes):
    """You count along the wrong axis: a row of the array holds one tree's votes, a column those for one row."""
    return np.array([np.bincount(row).argmax() for row in np.asarray(votes)])


@mutant("p.05.8", replaces="majority_vote", fails="test_majority_of_the_votes")
def mean_cut_off(votes):
    """You average the labels and cut off what is behind the point: count how often each class is named."""
    return np.mean(votes, axis=0).astype(int)


@mutant("p.05.8", replaces="majority_vote", fails="test_majority_of_the_votes")
def median_of_the_votes(votes):
    """You take the vote in the middle: that is the majority where there are two classes, but not among three."""
    return np.median(votes, axis=0).astype(int)


@mutant("p.05.8", replaces="majority_vote", fails="test_majority_of_the_votes")
def more_than_half_needed(votes):
    """Yours needs more than half of the votes: the class that most trees name wins, however few they are."""
    votes = np.asarray(votes)
    winners = np.array([np.bincount(column).argmax() for column in votes.T])
    return np.where((votes == winners).mean(axis=0) > 0.5, winners, 0)


@mutant("p.05.8", replaces="majority_vote", fails="test_a_tie_goes_to_one_of_the_tied")
def mean_label_on_ties(votes):
    """Where two classes are named equally often you answer with the class in the middle: name one of the two."""
    answers = []
    for column in np.transpose(votes):
        counts = np.bincount(column)
        answers.append(round(np.flatnonzero(counts == counts.max()).mean()))
    return answers


@mutant("p.05.8", replaces="forest_accuracy", fails="test_accuracy_alone_and_together")
def together_is_the_mean(trees, X, y):
    """You average the trees' accuracies: let them vote on each row, and see how often the vote is right."""
    alone = np.array([tree.score(X, y) for tree in trees])
    return alone, float(alone.mean())


@mutant("p.05.8", replaces="forest_accuracy", fails="test_accuracy_alone_and_together")
def together_is_the_best(trees, X, y):
    """You give the best tree's accuracy for that of the vote: let all of them vote on each row."""
    alone = np.array([tree.score(X, y) for tree in trees])
    return alone, float(alone.max())


@mutant("p.05.8", replaces="forest_accuracy", fails="test_accuracy_alone_and_together")
def probabilities_averaged(trees, X, y):
    """You average what the trees take for probable: here each tree has one vote, however sure it is."""
    alone = np.array([tree.score(X, y) for tree in trees])
    classes = np.unique(np.concatenate([tree.classes_ for tree in trees]))
    shares = np.zeros((len(X), len(classes)))
    for tree in trees:
        shares[:, np.searchsorted(classes, tree.classes_)] += tree.predict_proba(X)
    return alone, float(np.mean(classes[shares.argmax(axis=1)] == y))


@mutant("p.05.8", replaces="forest_accuracy", fails="test_accuracy_alone_and_together")
def two_classes_only(trees, X, y):
    """Your vote knows the classes 0 and 1 only: there may be more of them."""
    votes = np.sum([tree.predict(X) for tree in trees], axis=0)
    return [tree.score(X, y) for tree in trees], float(np.mean((2 * votes > len(trees)) == np.asarray(y)))


@mutant("p.05.8", replaces="forest_accuracy", fails="test_accuracy_alone_and_together")
def accuracy_of_each_row(trees, X, y):
    """You have one figure per row, the share of trees that get it right: one per tree is asked for."""
    right = np.array([tree.predict(X) == y for tree in trees])
    return right.mean(axis=0), float(np.mean(right.mean(axis=0) > 0.5))


# ---------------------------------------------------------------- right


def _pasted(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """scikit-learn's bagging, without replacement."""
    tree = DecisionTreeClassifier(**params)
    bag = BaggingClassifier(tree, n_estimators=n_trees, max_samples=n_rows, bootstrap=False, random_state=seed)
    return bag.fit(X, y).estimators_


def _shares(trees, X, y):
    """Votes for each class, counted; a list and a numpy number."""
    votes = np.array([tree.predict(X) for tree in trees])
    counts = np.array([(votes == label).sum(axis=0) for label in range(votes.max() + 1)])
    return [np.float64(tree.score(X, y)) for tree in trees], np.mean(counts.argmax(axis=0) == np.asarray(y))


@alternative("p.05.8", replaces="majority_vote", also={"grow_forest": _pasted, "forest_accuracy": _shares})
def most_common(votes):
    """scipy's mode."""
    return stats.mode(votes, axis=0).mode


def _sampled(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """Python's own generator; a tuple."""
    draw = random.Random(seed)
    base = DecisionTreeClassifier(**params)
    subsets = [draw.sample(range(len(X)), n_rows) for _ in range(n_trees)]
    return tuple(clone(base).fit(X[rows], y[rows]) for rows in subsets)


@alternative("p.05.8", replaces="majority_vote", also={"grow_forest": _sampled})
def last_of_the_tied(votes):
    """Counted one by one; of several, the one that comes last; a list."""
    counts = [Counter(column) for column in np.transpose(votes).tolist()]
    return [max(count, key=lambda label, count=count: (count[label], label)) for count in counts]


def _split(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """`ShuffleSplit`, which leaves a row out at least."""
    parts = ShuffleSplit(n_trees, test_size=len(X) - n_rows, random_state=seed).split(X)
    return [DecisionTreeClassifier(**params).fit(X[rows], y[rows]) for rows, _ in parts]


@alternative("p.05.8", replaces="majority_vote", also={"grow_forest": _split})
def one_hot_votes(votes):
    """Sums of one-hot rows; floats."""
    votes = np.asarray(votes)
    return np.eye(votes.max() + 1)[votes].sum(axis=0).argmax(axis=1).astype(float)


def _by_train_size(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """`ShuffleSplit` by the size of the training part."""
    splitter = ShuffleSplit(n_splits=n_trees, train_size=n_rows, random_state=seed)
    return [DecisionTreeClassifier(**params).fit(X[rows], y[rows]) for rows, _ in splitter.split(X)]


@alternative("p.05.8", replaces="majority_vote", also={"grow_forest": _by_train_size})
def counted_with_bincount(votes):
    """`np.bincount`, column by column, into an array made beforehand."""
    votes = np.asarray(votes)
    answers = np.empty(votes.shape[1], dtype=int)
    for row in range(votes.shape[1]):
        answers[row] = np.bincount(votes[:, row]).argmax()
    return answers


def _split_again(X, y, params, n_trees=1_000, n_rows=100, seed=42):
    """`train_test_split`, once for each tree, with a seed of its own."""
    parts = [train_test_split(X, y, train_size=n_rows, random_state=seed + number) for number in range(n_trees)]
    return [DecisionTreeClassifier(**params).fit(X_part, y_part) for X_part, _, y_part, _ in parts]


@alternative("p.05.8", replaces="majority_vote", also={"grow_forest": _split_again})
def mode_of_a_table(votes):
    """pandas; of several, the smallest; a Series."""
    return pd.DataFrame(np.asarray(votes)).mode(axis=0).iloc[0].astype(int)
