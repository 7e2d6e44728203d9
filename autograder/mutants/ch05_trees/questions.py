"""Chapter 5, how deep and how pure: wrong answers that must fail, and right ones that must pass."""

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


@mutant("p.05.1", replaces="balanced_depth", fails="test_shallowest_tree")
def rounded_to_the_nearest(n_rows):
    """You round to the nearest whole number: wherever that goes down, there are too few leaves."""
    return round(math.log2(n_rows))


@mutant("p.05.1", replaces="balanced_depth", fails="test_shallowest_tree")
def one_more_than_rounded_down(n_rows):
    """For powers of two that is one level too many: round up, which leaves a whole number as it is."""
    return int(math.log2(n_rows)) + 1


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


@mutant("p.05.1", replaces="depth_of", fails="test_depth_of_real_trees")
def all_splits_counted(left, right):
    """You count all the splits of the tree: only those on the way to one leaf count, the deepest one."""
    return sum(int(child) != -1 for child in left)


def _ways(left, right, node=0):
    """Return how many splits there are on the way from a node to each of its leaves."""
    if left[node] == -1:
        return [0]
    return [1 + way for child in (left[node], right[node]) for way in _ways(left, right, child)]


@mutant("p.05.1", replaces="depth_of", fails="test_depth_of_real_trees")
def nodes_on_the_way(left, right):
    """You count the nodes on the way down: the splits are one fewer, as the leaf at the end is none."""
    return 1 + max(_ways(left, right))


@mutant("p.05.1", replaces="depth_of", fails="test_depth_of_real_trees")
def way_to_the_nearest_leaf(left, right):
    """That is the way to the nearest leaf: the deepest one is asked for."""
    return min(_ways(left, right))


@mutant("p.05.1", replaces="depth_of", fails="test_depth_of_real_trees")
def depth_of_the_last_node(left, right):
    """You say how deep the node with the largest number is: another one may be deeper."""
    depth = [0] * len(left)
    for node in range(len(left)):
        if left[node] != -1:
            depth[left[node]] = depth[right[node]] = depth[node] + 1
    return depth[-1]


@mutant("p.05.1", replaces="P_05_1_DEPTH", fails="test_depth_on_a_million_rows", constant=True)
def a_million_levels():
    """A balanced tree halves its rows again and again: that takes far fewer than a million levels."""
    return 999_999


@mutant("p.05.1", replaces="P_05_1_DEPTH", fails="test_depth_on_a_million_rows", constant=True)
def natural_logarithm_of_a_million():
    """That is the natural logarithm of a million: each level doubles the leaves, so take it to base 2."""
    return 14


@mutant("p.05.1", replaces="P_05_1_DEPTH", fails="test_depth_on_a_million_rows", constant=True)
def levels_of_a_million():
    """That is one too many: count the splits on the way down, not the levels of nodes."""
    return 21


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


@mutant("p.05.2", replaces="impurities", fails="test_impurities_around_a_split")
def weights_exchanged(y, goes_left):
    """Each child is weighted by the rows of the other one: the larger child has to count for more."""
    parts = _sides(y, goes_left)
    node, left, right = map(_gini, parts)
    return node, left, right, (len(parts[2]) * left + len(parts[1]) * right) / len(y)


@mutant("p.05.2", replaces="impurities", fails="test_impurities_around_a_split")
def one_class_against_the_rest(y, goes_left):
    """You tell one class from the rest, as if there were two: take the share of each class."""
    parts = _sides(y, goes_left)
    shares = [float(np.mean(part == part[0])) for part in parts]
    node, left, right = (2 * share * (1 - share) for share in shares)
    return node, left, right, (len(parts[1]) * left + len(parts[2]) * right) / len(y)


@mutant("p.05.2", replaces="impurities", fails="test_impurities_around_a_split")
def share_of_the_minority(y, goes_left):
    """That is the share of rows that are not of the most frequent class: Gini's has the squares of all shares."""
    parts = _sides(y, goes_left)
    node, left, right = (1 - max(Counter(part.tolist()).values()) / len(part) for part in parts)
    return node, left, right, (len(parts[1]) * left + len(parts[2]) * right) / len(y)


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


@mutant("p.05.2", replaces="worse_child", fails="test_a_child_worse_than_its_parent")
def an_order_for_one_of_each(n_zeros, n_ones):
    """With one row of each class the only split leaves two pure children: say None there."""
    return [0] * n_ones + [1] * n_ones + [0] * (n_zeros - n_ones)


@mutant("p.05.2", replaces="worse_child", fails="test_a_child_worse_than_its_parent")
def one_zero_before_the_ones(n_zeros, n_ones):
    """A single zero among several ones makes a child that is purer than its parent: put as many zeros as ones there."""
    return [0] + [1] * n_ones + [0] * (n_zeros - 1) if n_zeros > 1 else None


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
