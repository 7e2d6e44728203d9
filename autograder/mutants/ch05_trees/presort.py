"""Chapter 5, sorting beforehand (tf2.06.6): wrong answers, and right ones."""

import math

import numpy as np

from autograder.testing import alternative, mutant


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def walks_own_rows_only(sizes, presort):
    """You let each node walk through its own rows: to find them it has to go through the list of *all* rows."""
    return float(sizes[0] * np.log2(sizes[0]) + sum(sizes)) if presort else float(sum(m * np.log2(m) for m in sizes))


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def walks_for_free(sizes, presort):
    """With presort you count the sorting only: each node still has to pick out its rows."""
    return float(sum(m * np.log2(m) for m in (sizes[:1] if presort else sizes)))


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def sorts_at_the_root_only(sizes, presort):
    """Without presort *every* node that is split puts its own rows in order, not the root alone."""
    return float(sizes[0] * np.log2(sizes[0]) + presort * len(sizes) * sizes[0])


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def root_does_not_walk(sizes, presort):
    """With presort the root walks through the list as well: one walk for each node, the first one included."""
    first = sizes[0] * np.log2(sizes[0])
    return float(first + (len(sizes) - 1) * sizes[0]) if presort else float(sum(m * np.log2(m) for m in sizes))


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def never_put_in_order(sizes, presort):
    """With presort you count the walks only: once, beforehand, all rows have to be put in order."""
    return float(len(sizes) * sizes[0]) if presort else float(sum(m * np.log2(m) for m in sizes))


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def sorted_at_every_node_as_well(sizes, presort):
    """With presort you let each node sort once more: it only picks out its rows, which come in order."""
    return float(sum(m * np.log2(m) for m in sizes) + presort * len(sizes) * sizes[0])


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def logarithm_to_base_e(sizes, presort):
    """You take the natural logarithm: m values take m * log2(m) steps."""
    return float(sum(m * np.log(m) for m in (sizes[:1] if presort else sizes)) + presort * len(sizes) * sizes[0])


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def logarithm_of_all_rows(sizes, presort):
    """A node with m rows sorts these m only: the logarithm is that of m, and not of all rows."""
    first = np.log2(sizes[0])
    return float(sizes[0] * first + len(sizes) * sizes[0]) if presort else float(sum(sizes) * first)


@mutant("tf2.06.6", replaces="sorting_steps", fails="test_steps_of_sorting")
def ways_exchanged(sizes, presort):
    """You have exchanged the two ways: `presort=True` sorts once, at the root."""
    return step_by_step(sizes, not presort)


@mutant("tf2.06.6", replaces="TF2_06_6_CHOICE", fails="test_presort_on_a_large_set", constant=True)
def sorted_once_is_faster():
    """Sorting once sounds cheap, but each of the many nodes walks through all rows: count the steps."""
    return "faster"


@mutant("tf2.06.6", replaces="TF2_06_6_CHOICE", fails="test_presort_on_a_large_set", constant=True)
def no_effect():
    """Compare the two counts for a tree with tens of thousands of nodes: they are far apart."""
    return "about as long"


@alternative("tf2.06.6", replaces="sorting_steps")
def step_by_step(sizes, presort):
    """Node by node."""
    steps = 0.0
    for number, size in enumerate(sizes):
        steps += size * math.log2(size) * (number == 0 or not presort) + sizes[0] * presort
    return steps
