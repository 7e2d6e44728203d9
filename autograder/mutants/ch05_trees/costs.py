"""Chapter 5, what more rows and features cost: wrong answers that must fail, and right ones that must pass."""

import math

import numpy as np

from autograder.testing import alternative, mutant

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


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def rounded_hours(hours, n_rows, new_rows):
    """Your function rounds: two decimals are asked of `P_05_5_HOURS` only."""
    return round(hours * new_rows * math.log2(new_rows) / (n_rows * math.log2(n_rows)), 2)


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def always_from_a_million(hours, n_rows, new_rows):
    """You work with a million rows whatever `n_rows` says."""
    return hours * new_rows * math.log2(new_rows) / (10**6 * math.log2(10**6))


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def compared_in_the_leaves(hours, n_rows, new_rows):
    """You count a level too many: in the leaves at the bottom nothing is compared."""
    return hours * new_rows * (math.log2(new_rows) + 1) / (n_rows * (math.log2(n_rows) + 1))


@mutant("p.05.5", replaces="hours_with_more_rows", fails="test_hours_with_more_or_fewer_rows")
def a_training_for_each_doubling(hours, n_rows, new_rows):
    """Each doubling adds one level to those that were there already: it does not add the time of a whole training."""
    return hours * new_rows / n_rows * (1 + math.log2(new_rows / n_rows))


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


@mutant("p.05.6", replaces="comparisons", fails="test_comparisons_in_real_trees")
def all_rows_at_every_split(left, sizes, n_features):
    """You let all rows take part at every split: only those that have come to the node do."""
    return int(sizes[0]) * sum(int(child) != -1 for child in left) * n_features


@mutant("p.05.6", replaces="comparisons", fails="test_comparisons_in_real_trees")
def split_if_it_has_rows(left, sizes, n_features):
    """You take each node with two rows or more for a split: if they are of one class, it is a leaf."""
    return int(sum(size for size in sizes if size > 1)) * n_features


@mutant("p.05.6", replaces="comparisons", fails="test_comparisons_in_real_trees")
def one_comparison_per_node(left, sizes, n_features):
    """You count one comparison for each feature of a node: each of its rows takes part in one."""
    return sum(int(child) != -1 for child in left) * n_features


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


@alternative("p.05.6", replaces="comparisons")
def all_but_the_root(left, sizes, n_features):
    """The rows of a split are those of its two children, and every node but the root is a child; a float."""
    return float(np.sum(sizes[1:]) * n_features)
