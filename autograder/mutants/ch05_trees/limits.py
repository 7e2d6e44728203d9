"""Chapter 5, trees that overfit and underfit: wrong answers that must fail, and right ones that must pass."""

import numpy as np

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.05.3


def _walk(tree, X, max_depth, goes_left=lambda value, threshold: value <= threshold):
    left, right, feature, threshold = (np.asarray(tree[name]) for name in ("left", "right", "feature", "threshold"))
    for row in np.asarray(X):
        way = [0]
        while len(way) <= max_depth and left[way[-1]] != -1:
            node = way[-1]
            way.append(int((left if goes_left(row[feature[node]], threshold[node]) else right)[node]))
        yield way


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def always_to_a_leaf(tree, X, max_depth):
    """Your rows walk down to a leaf, whatever `max_depth` says: they may make so many steps and no more."""
    return np.asarray(tree["shares"])[[way[-1] for way in _walk(tree, X, 10**6)]].argmax(axis=1)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def root_is_a_step(tree, X, max_depth):
    """You count the root as a step: with depth 1 a row makes one step, away from the root."""
    return np.asarray(tree["shares"])[[way[-1] for way in _walk(tree, X, max(max_depth - 1, 0))]].argmax(axis=1)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def threshold_goes_right(tree, X, max_depth):
    """A value that is exactly the threshold goes left; yours goes right."""
    ways = _walk(tree, X, max_depth, lambda value, threshold: value < threshold)
    return np.asarray(tree["shares"])[[way[-1] for way in ways]].argmax(axis=1)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def small_goes_right(tree, X, max_depth):
    """You send small values to the right: at most the threshold means left."""
    ways = _walk(tree, X, max_depth, lambda value, threshold: value > threshold)
    return np.asarray(tree["shares"])[[way[-1] for way in ways]].argmax(axis=1)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def rounded_share_of_ones(tree, X, max_depth):
    """You round the share of class 1: with more than two classes, take the one with the largest share."""
    return np.asarray(tree["shares"])[[way[-1] for way in _walk(tree, X, max_depth)]][:, 1].round().astype(int)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def largest_of_the_tied(tree, X, max_depth):
    """Where classes are equally frequent you take the largest: the smallest one is asked for."""
    shares = np.asarray(tree["shares"])[[way[-1] for way in _walk(tree, X, max_depth)]]
    return shares.shape[1] - 1 - shares[:, ::-1].argmax(axis=1)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def on_from_a_leaf(tree, X, max_depth):
    """You walk on from a leaf: its children are -1, which as an index is the last node. A row stops there."""
    left, right, feature, threshold, shares = (
        np.asarray(tree[name]) for name in ("left", "right", "feature", "threshold", "shares")
    )
    X, nodes = np.asarray(X), np.zeros(len(X), dtype=int)
    for _ in range(max_depth):
        goes_left = X[np.arange(len(X)), np.maximum(feature[nodes], 0)] <= threshold[nodes]
        nodes = np.where(goes_left, left[nodes], right[nodes])
    return shares[nodes].argmax(axis=1)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def all_stop_with_the_first(tree, X, max_depth):
    """All your rows stop as soon as one has reached a leaf: the others have steps to go."""
    ways = [*_walk(tree, X, max_depth)]
    shortest = min(len(way) for way in ways)
    return np.asarray(tree["shares"])[[way[shortest - 1] for way in ways]].argmax(axis=1)


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def left_child_comes_next(tree, X, max_depth):
    """You take the next number for the left child: often it is, but `tree["left"]` says so."""
    left = np.asarray(tree["left"])
    following = np.where(left == -1, -1, np.arange(len(left)) + 1)
    return np.asarray(tree["shares"])[[way[-1] for way in _walk({**tree, "left": following}, X, max_depth)]].argmax(
        axis=1
    )


@mutant("p.05.3", replaces="predict_to_depth", fails="test_walks_down_so_many_steps")
def number_of_the_node(tree, X, max_depth):
    """You return the number of the node where a row stops: look up which class is the most frequent there."""
    return np.array([way[-1] for way in _walk(tree, X, max_depth)])


@mutant("p.05.3", replaces="P_05_3_CHOICE", fails="test_what_helps_against_overfitting", constant=True)
def deeper_is_better():
    """These changes let the tree grow further, so that it follows its training rows even more closely."""
    return ["a higher max_depth", "a higher max_leaf_nodes", "a lower min_samples_leaf"]


@mutant("p.05.3", replaces="P_05_3_CHOICE", fails="test_what_helps_against_overfitting", constant=True)
def everything_lower():
    """`min_samples_leaf` is a least number: it is a *higher* one that holds the tree back."""
    return ["a lower max_depth", "a lower max_leaf_nodes", "a lower min_samples_leaf"]


@mutant("p.05.3", replaces="P_05_3_CHOICE", fails="test_what_helps_against_overfitting", constant=True)
def leaves_of_any_size():
    """One is missing: a leaf that needs more rows can't hold a single odd one, so the tree stays smaller."""
    return ["a lower max_depth", "a lower max_leaf_nodes"]


@alternative("p.05.3", replaces="predict_to_depth")
def level_by_level(tree, X, max_depth):
    """All rows at once, one level after the other."""
    left, right, feature, threshold, shares = (
        np.array(tree[name]) for name in ("left", "right", "feature", "threshold", "shares")
    )
    X = np.asarray(X)
    nodes = np.zeros(len(X), dtype=int)
    for _ in range(max_depth):
        goes_left = X[np.arange(len(X)), np.maximum(feature[nodes], 0)] <= threshold[nodes]
        nodes = np.where(left[nodes] == -1, nodes, np.where(goes_left, left[nodes], right[nodes]))
    return shares[nodes].argmax(axis=1).tolist()


# ---------------------------------------------------------------- p.05.4


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def mean_forgotten(feature, threshold, mean, std):
    """You divide and forget the mean: a threshold is moved just as the values are."""
    return [t / std[f] if f >= 0 else t for f, t in zip(feature, threshold, strict=True)]


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def scaled_back(feature, threshold, mean, std):
    """You go the wrong way: that turns standardised values into raw ones."""
    return [t * std[f] + mean[f] if f >= 0 else t for f, t in zip(feature, threshold, strict=True)]


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def thresholds_stay(feature, threshold, mean, std):
    """You leave the thresholds as they are: the tree does the same as before, but its values have changed."""
    return np.asarray(threshold)


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def leaves_scaled_too(feature, threshold, mean, std):
    """You scale the -2 of the leaves as well: a leaf has no threshold, and its entry stays."""
    feature = np.asarray(feature)
    return (np.asarray(threshold) - np.asarray(mean)[feature]) / np.asarray(std)[feature]


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def leaf_told_by_its_threshold(feature, threshold, mean, std):
    """You take a threshold of -2 for a leaf's, but a split may ask for -2, too: its feature tells what a node is."""
    return [t if t == -2 else (t - mean[f]) / std[f] for f, t in zip(feature, threshold, strict=True)]


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def one_feature_for_all(feature, threshold, mean, std):
    """You scale all thresholds as those of feature 0: each node asks about a feature of its own."""
    return [(t - mean[0]) / std[0] if f >= 0 else t for f, t in zip(feature, threshold, strict=True)]


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def divided_by_the_variance(feature, threshold, mean, std):
    """You divide by the variance, the square of `std`: divide by `std` itself."""
    return [(t - mean[f]) / std[f] ** 2 if f >= 0 else t for f, t in zip(feature, threshold, strict=True)]


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def deviation_forgotten(feature, threshold, mean, std):
    """You take the mean away and forget to divide by the standard deviation."""
    return [t - mean[f] if f >= 0 else t for f, t in zip(feature, threshold, strict=True)]


@mutant("p.05.4", replaces="scaled_thresholds", fails="test_tree_on_standardised_features")
def feature_0_left_out(feature, threshold, mean, std):
    """You leave out feature 0: it is a feature like the others, and only a negative number marks a leaf."""
    return [(t - mean[f]) / std[f] if f > 0 else t for f, t in zip(feature, threshold, strict=True)]


@mutant("p.05.4", replaces="P_05_4_CHOICE", fails="test_what_helps_against_underfitting", constant=True)
def scaling_helps():
    """Scaling moves the thresholds along with the values: the tree stays the same, and is as poor as before."""
    return ["standardised features", "features scaled to 0..1", "a higher max_depth", "a lower min_samples_leaf"]


@mutant("p.05.4", replaces="P_05_4_CHOICE", fails="test_what_helps_against_underfitting", constant=True)
def held_back_further():
    """These changes hold the tree back: that helps against overfitting, and yours has learned too little."""
    return ["a lower max_depth", "a higher min_samples_leaf"]


@mutant("p.05.4", replaces="P_05_4_CHOICE", fails="test_what_helps_against_underfitting", constant=True)
def no_new_features():
    """One is missing: a feature made of several lets a single question ask what would have taken many."""
    return ["a higher max_depth", "a lower min_samples_leaf"]


@alternative("p.05.4", replaces="scaled_thresholds")
def node_by_node(feature, threshold, mean, std):
    """A loop; a list."""
    return [
        float((t - mean[f]) / std[f]) if f >= 0 else float(t)
        for f, t in zip(np.asarray(feature).tolist(), np.asarray(threshold).tolist(), strict=True)
    ]
