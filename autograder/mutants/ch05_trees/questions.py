"""Chapter 5, the questions: wrong answers that must fail, and right ones that must pass."""

import math
from collections import Counter

import numpy as np

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.05.1


@mutant("p.05.1", replaces="balanced_depth", fails="test_shallowest_tree")
def one_split_per_row(n_rows):
    """That is how many splits there are in all: on the way to any one leaf there are far fewer."""
    return n_rows - 1


@mutant("p.05.1", replaces="balanced_depth", fails="test_shallowest_tree")
def rounded_down(n_rows):
    """You round down, so that the tree has too few leaves: five rows need a third level."""
    return int(math.log2(n_rows))


@mutant("p.05.1", replaces="balanced_depth", fails="test_shallowest_tree")
def levels_counted(n_rows):
    """You count the levels of nodes, the root included: the depth is the number of splits on the way down."""
    return math.ceil(math.log2(n_rows)) + 1


@mutant("p.05.1", replaces="balanced_depth", fails="test_shallowest_tree")
def natural_logarithm(n_rows):
    """Each split makes two of one: it is the logarithm to base 2 that is needed."""
    return math.ceil(math.log(n_rows))


@mutant("p.05.1", replaces="depth_of", fails="test_depth_of_real_trees")
def as_if_balanced(left, right):
    """You work out how deep the tree would be if it were balanced: follow its children."""
    return math.ceil(math.log2((len(left) + 1) // 2))


@mutant("p.05.1", replaces="depth_of", fails="test_depth_of_real_trees")
def leftmost_way(left, right):
    """You follow the left children only: the deepest leaf may be on any side."""
    node = depth = 0
    while left[node] != -1:
        node, depth = left[node], depth + 1
    return depth


@mutant("p.05.1", replaces="P_05_1_DEPTH", fails="test_depth_on_a_million_rows", constant=True)
def a_million_levels():
    """A balanced tree halves its rows again and again: that takes far fewer than a million levels."""
    return 999_999


@mutant("p.05.1", replaces="P_05_1_DEPTH", fails="test_depth_on_a_million_rows", constant=True)
def natural_logarithm_of_a_million():
    """That is the natural logarithm of a million: each level doubles the leaves, so take it to base 2."""
    return 14


@alternative("p.05.1", replaces="depth_of", also={"balanced_depth": lambda n_rows: math.ceil(math.log2(n_rows))})
def from_the_leaves_up(left, right):
    """By recursion, with a stack instead; bits counted."""
    ways, deepest = [(0, 0)], 0
    while ways:
        node, depth = ways.pop()
        deepest = max(deepest, depth)
        if left[node] != -1:
            ways += [(int(left[node]), depth + 1), (int(right[node]), depth + 1)]
    return deepest


# ---------------------------------------------------------------- p.05.2


def _gini(labels):
    return 1 - sum((count / len(labels)) ** 2 for count in Counter(np.asarray(labels).tolist()).values())


def _sides(y, goes_left):
    y, goes_left = np.asarray(y), np.asarray(goes_left, dtype=bool)
    return y, y[goes_left], y[~goes_left]


@mutant("p.05.2", replaces="impurities", fails="test_impurities_around_a_split")
def children_weigh_the_same(y, goes_left):
    """You take the plain mean of both children: weight each by its number of rows."""
    node, left, right = map(_gini, _sides(y, goes_left))
    return node, left, right, (left + right) / 2


@mutant("p.05.2", replaces="impurities", fails="test_impurities_around_a_split")
def children_added(y, goes_left):
    """You add the children's impurities up: what is asked for is their mean, weighted by rows."""
    node, left, right = map(_gini, _sides(y, goes_left))
    return node, left, right, left + right


@mutant("p.05.2", replaces="impurities", fails="test_impurities_around_a_split")
def entropy(y, goes_left):
    """You work out entropies: the Gini impurity is 1 less the sum of the squared shares."""
    parts = _sides(y, goes_left)
    shares = [np.unique(part, return_counts=True)[1] / len(part) for part in parts]
    node, left, right = (float(-(share * np.log2(share)).sum()) for share in shares)
    return node, left, right, (len(parts[1]) * left + len(parts[2]) * right) / len(y)


@mutant("p.05.2", replaces="impurities", fails="test_impurities_around_a_split")
def sides_exchanged(y, goes_left):
    """You exchange left and right: the rows with True go to the left."""
    parts = _sides(y, goes_left)
    node, left, right = map(_gini, parts)
    return node, right, left, (len(parts[1]) * left + len(parts[2]) * right) / len(y)


@mutant("p.05.2", replaces="worse_child", fails="test_a_child_worse_than_its_parent")
def sorted_by_class(n_zeros, n_ones):
    """Here a single split separates the classes, and both children are pure: mix a few zeros with the ones."""
    return [1] * n_ones + [0] * n_zeros if n_zeros > 1 else None


@mutant("p.05.2", replaces="worse_child", fails="test_a_child_worse_than_its_parent")
def ones_at_both_ends(n_zeros, n_ones):
    """The best split cuts off a pure end here, and what is left is purer, too: put zeros before the ones."""
    first = n_ones // 2
    return [1] * first + [0] * n_zeros + [1] * (n_ones - first)


@mutant("p.05.2", replaces="worse_child", fails="test_a_child_worse_than_its_parent")
def one_example_for_all(n_zeros, n_ones):
    """Your rows are always the same: there have to be as many zeros and ones as asked for."""
    return [0, 1, 0, 0, 0]


@mutant("p.05.2", replaces="worse_child", fails="test_a_child_worse_than_its_parent")
def never_found(n_zeros, n_ones):
    """You say that no order does it. Try a one between zeros, with a long tail of zeros after it."""
    return None


@mutant("p.05.2", replaces="P_05_2_CHOICE", fails="test_how_often_impurity_falls", constant=True)
def every_child_is_purer():
    """A single child may be less pure than its parent: the algorithm minimises the mean of both."""
    return {"one child": "always", "both children": "always"}


@mutant("p.05.2", replaces="P_05_2_CHOICE", fails="test_how_often_impurity_falls", constant=True)
def mean_may_rise():
    """One child may be less pure, but the mean of both, weighted by rows, is never above the parent's impurity."""
    return {"one child": "usually", "both children": "usually"}


@alternative("p.05.2", replaces="impurities")
def pairs_that_differ(y, goes_left):
    """The chance that two rows drawn with replacement differ; an array."""
    parts = _sides(y, goes_left)
    node, left, right = ((part[:, None] != part[None, :]).mean() for part in parts)
    return np.array([node, left, right, np.average([left, right], weights=[len(parts[1]), len(parts[2])])])


@alternative("p.05.2", replaces="worse_child")
def at_the_other_end(n_zeros, n_ones):
    """The long tail comes first; an array."""
    if n_zeros == 1:
        return None
    y = np.zeros(n_zeros + n_ones)
    y[n_zeros - n_ones : n_zeros] = 1
    return y


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


@mutant("p.05.3", replaces="P_05_3_CHOICE", fails="test_what_helps_against_overfitting", constant=True)
def deeper_is_better():
    """These changes let the tree grow further, so that it follows its training rows even more closely."""
    return ["a higher max_depth", "a higher max_leaf_nodes", "a lower min_samples_leaf"]


@mutant("p.05.3", replaces="P_05_3_CHOICE", fails="test_what_helps_against_overfitting", constant=True)
def everything_lower():
    """`min_samples_leaf` is a least number: it is a *higher* one that holds the tree back."""
    return ["a lower max_depth", "a lower max_leaf_nodes", "a lower min_samples_leaf"]


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


@mutant("p.05.4", replaces="P_05_4_CHOICE", fails="test_what_helps_against_underfitting", constant=True)
def scaling_helps():
    """Scaling moves the thresholds along with the values: the tree stays the same, and is as poor as before."""
    return ["standardised features", "features scaled to 0..1", "a higher max_depth", "a lower min_samples_leaf"]


@mutant("p.05.4", replaces="P_05_4_CHOICE", fails="test_what_helps_against_underfitting", constant=True)
def held_back_further():
    """These changes hold the tree back: that helps against overfitting, and yours has learned too little."""
    return ["a lower max_depth", "a higher min_samples_leaf"]


@alternative("p.05.4", replaces="scaled_thresholds")
def node_by_node(feature, threshold, mean, std):
    """A loop; a list."""
    return [
        float((t - mean[f]) / std[f]) if f >= 0 else float(t)
        for f, t in zip(np.asarray(feature).tolist(), np.asarray(threshold).tolist(), strict=True)
    ]


# ---------------------------------------------------------------- p.05.5


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def rows_only(hours, n_rows, new_rows):
    """You let the time grow just as the rows do: a larger tree has more levels, too."""
    return hours * new_rows / n_rows


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def levels_only(hours, n_rows, new_rows):
    """You count the levels and forget that there are more rows on each of them."""
    return hours * math.log2(new_rows) / math.log2(n_rows)


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def every_pair_of_rows(hours, n_rows, new_rows):
    """You let the time grow with the square of the rows: on each level a row is looked at once per feature."""
    return hours * (new_rows / n_rows) ** 2


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def logarithm_of_the_ratio(hours, n_rows, new_rows):
    """You take the logarithm of the ratio of rows: it is the ratio of two logarithms, one for each tree's levels."""
    return hours * (new_rows / n_rows) * math.log2(new_rows / n_rows)


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def whole_levels(hours, n_rows, new_rows):
    """You round the number of levels: leave it as it is."""
    return hours * new_rows * math.ceil(math.log2(new_rows)) / (n_rows * math.ceil(math.log2(n_rows)))


@mutant("p.05.5", replaces="P_05_5_HOURS", fails="test_hours_on_ten_million_rows", constant=True)
def ten_hours():
    """Ten times the rows on each level make ten hours, but there are more levels, too."""
    return 10.0


@mutant("p.05.5", replaces="P_05_5_HOURS", fails="test_hours_on_ten_million_rows", constant=True)
def a_hundred_hours():
    """The time does not grow with the square of the rows, but with rows times levels."""
    return 100


@alternative("p.05.5", replaces="hours_with_more_rows")
def with_common_logarithms(hours, n_rows, new_rows):
    """The base does not matter."""
    return hours * new_rows / n_rows * math.log10(new_rows) / math.log10(n_rows)


# ---------------------------------------------------------------- p.05.6


@mutant("p.05.6", replaces="comparisons", fails="test_comparisons_in_real_trees")
def root_only(left, sizes, n_features):
    """You count the first split only: the nodes below are split, too."""
    return int(sizes[0]) * n_features if left[0] != -1 else 0


@mutant("p.05.6", replaces="comparisons", fails="test_comparisons_in_real_trees")
def leaves_too(left, sizes, n_features):
    """You count the leaves as well: they are not split, so nothing is compared there."""
    return int(np.sum(sizes)) * n_features


@mutant("p.05.6", replaces="comparisons", fails="test_comparisons_in_real_trees")
def one_feature_per_node(left, sizes, n_features):
    """You count only the feature that is chosen: to choose it, all of them have to be tried."""
    return int(np.sum(np.asarray(sizes)[np.asarray(left) != -1]))


@mutant("p.05.6", replaces="comparisons", fails="test_comparisons_in_real_trees")
def logarithm_of_the_features(left, sizes, n_features):
    """You let the features count by their logarithm: it is the levels that do; each feature costs the same."""
    return int(np.sum(np.asarray(sizes)[np.asarray(left) != -1]) * math.log2(n_features + 1))


@mutant("p.05.6", replaces="P_05_6_HOURS", fails="test_hours_with_twice_the_features", constant=True)
def four_hours():
    """Features are tried one by one, not in pairs: twice as many take twice as long."""
    return 4.0


@mutant("p.05.6", replaces="P_05_6_HOURS", fails="test_hours_with_twice_the_features", constant=True)
def no_longer_than_before():
    """A node asks about one feature in the end, but to find it all of them are tried."""
    return 1.0


@alternative("p.05.6", replaces="comparisons")
def summed_node_by_node(left, sizes, n_features):
    """A loop; a numpy number."""
    return np.int64(sum(int(size) * n_features for child, size in zip(left, sizes, strict=True) if child >= 0))
