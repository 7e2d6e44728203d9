# %% [markdown]
# # Decision trees
#
# A decision tree asks one simple question after the other: is this value at most that? Nobody has to scale anything,
# and you can read what it has learned. But how deep does it grow, how long does that take, and when has it grown too
# far? You work that out here, tune a tree on noisy data, and then plant a forest.
#
# ### Afterwards you can
#
# - work out how deep a tree grows, how long training takes, and when it pays to sort beforehand;
# - say what a split is chosen for, and what it does not promise;
# - tell what helps a tree that learns too much, or too little, and what does nothing at all;
# - tune a tree by cross-validation, and test it once;
# - plant a forest by hand, and judge what the vote is worth.
#
# ### Before you start
#
# You need NumPy, scikit-learn's `fit` and `predict`, and to have read the book's chapter on decision trees.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` states exactly what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Where a choice or a single number is asked for, it counts once the function beside it is right. Take the words of a
#   choice from the list, as they stand there.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.
#   What else you need, import in your answer's own cell.

# %%
import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, plot_tree

# %% [markdown]
# ## 1. A million rows
#
# A tree that nothing holds back has gone on splitting until each of its training rows sits in a leaf of its own. How
# many questions does the unluckiest row have to answer on its way down?
#
# First suppose that the tree is balanced: each split sends half of the rows to either side. Write
# `balanced_depth(n_rows)`.

# %% exercise="p.05.1" points=4
from solutions.ch05_trees.questions import balanced_depth

# %% [markdown]
# And how many is that with 1,000,000 rows? Answer with a whole number.

# %% exercise="p.05.1"
from solutions.ch05_trees.questions import P_05_1_DEPTH

# %% [markdown]
# Real trees are not balanced, as nobody tells them to halve their rows. A fitted tree of scikit-learn is a handful of
# arrays: `model.tree_.children_left` and `model.tree_.children_right` hold the numbers of each node's children. Write
# `depth_of(left, right)`, which measures how deep it is. (Once it works, compare it with `model.get_depth()`.)

# %% exercise="p.05.1"
from solutions.ch05_trees.questions import depth_of

# %% [markdown]
# *Look*: real trees beside balanced ones. Where there is nothing to learn, the best split often cuts off just a few
# rows at the edge.

# %% demo
sizes = 2 ** np.arange(4, 15)
rng = np.random.default_rng(0)
plt.plot(sizes, [balanced_depth(int(n)) for n in sizes], "k--", label="balanced, one row per leaf")
for noise in (0.2, 0.4):
    trees = [DecisionTreeClassifier().fit(*make_moons(n, noise=noise, random_state=1)).tree_ for n in sizes]
    plt.plot(sizes, [depth_of(t.children_left, t.children_right) for t in trees], ".-", label=f"moons, noise {noise}")
trees = [DecisionTreeClassifier().fit(rng.random((n, 2)), rng.integers(0, 2, n)).tree_ for n in sizes]
plt.plot(sizes, [depth_of(t.children_left, t.children_right) for t in trees], ".-", label="labels by tossing a coin")
plt.xscale("log", base=2)
plt.xlabel("rows")
plt.ylabel("depth")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. Purer and purer?
#
# The Gini impurity of a node is 1 less the sum of the squared shares of its classes. A tree splits a node to get purer
# ones. Does it? Write `impurities(y, goes_left)`, which gives the impurities around a split.

# %% exercise="p.05.2" points=5
from solutions.ch05_trees.questions import impurities

# %% [markdown]
# Now try orders of zeros and ones, and all splits of each with `impurities`. Is there an order for which the *best*
# split leaves a child that is less pure than its parent? Write `worse_child(n_zeros, n_ones)`, which gives such an
# order for the numbers it gets, and None if these have none (perhaps they never have).

# %% exercise="p.05.2"
from solutions.ch05_trees.questions import worse_child

# %% [markdown]
# So how often are the children of a best split at least as pure as their parent? Choose `"always"`, `"usually"`,
# `"seldom"` or `"never"`, for two things: the impurity of `"one child"`, looked at by itself, and the mean impurity of
# `"both children"`, weighted by their rows.

# %% exercise="p.05.2"
from solutions.ch05_trees.questions import P_05_2_CHOICE

# %% [markdown]
# *Look*: your rows, and what each split is worth.

# %% demo
y = np.array(worse_child(9, 2))
cuts = np.arange(1, len(y))
found = np.array([impurities(y, np.arange(len(y)) < cut) for cut in cuts])
for column, name in enumerate(("parent", "left child", "right child", "both children")):
    plt.plot(cuts - 0.5, found[:, column], ".-", label=name)
plt.scatter(range(len(y)), np.full(len(y), -0.05), c=y, cmap="RdBu", edgecolors="k")
plt.axvline(cuts[found[:, 3].argmin()] - 0.5, linestyle="--", color="gray", label="best split")
plt.xlabel("feature (dots: the rows, in the colours of their classes)")
plt.ylabel("Gini impurity")
plt.legend()
plt.show()

# %% [markdown]
# ## 3. A tree that overfits
#
# What does `max_depth` do to a tree? It cuts it off. A tree of limited depth is the upper part of the tree without
# limits, so you can see all of them in one: write `predict_to_depth(tree, X, max_depth)`, which lets rows walk down,
# but only so far. The next cell turns a model of scikit-learn into the arrays that your function gets.


# %%
def as_arrays(model: DecisionTreeClassifier) -> dict[str, NDArray[Any]]:
    """Return the nodes of a fitted tree."""
    tree = model.tree_
    return {
        "left": tree.children_left,
        "right": tree.children_right,
        "feature": tree.feature,
        "threshold": tree.threshold,
        "shares": tree.value[:, 0],
    }


# %% exercise="p.05.3" points=4
from solutions.ch05_trees.limits import predict_to_depth

# %% [markdown]
# Your tree *overfits*: it is perfect on the training rows and poor on others. Which changes can help? Choose all of
# them: `"a lower max_depth"`, `"a higher max_depth"`, `"a lower max_leaf_nodes"`, `"a higher max_leaf_nodes"`,
# `"a lower min_samples_leaf"`, `"a higher min_samples_leaf"`.

# %% exercise="p.05.3"
from solutions.ch05_trees.limits import P_05_3_CHOICE

# %% [markdown]
# *Look*: one tree without limits, read to every depth. On which side does it overfit?

# %% demo
X, y = make_moons(1_000, noise=0.4, random_state=5)
model = DecisionTreeClassifier(random_state=0).fit(X[:500], y[:500])
depths = range(model.get_depth() + 1)
for name, rows in (("training rows", slice(500)), ("other rows", slice(500, None))):
    right = [np.mean(predict_to_depth(as_arrays(model), X[rows], depth) == y[rows]) for depth in depths]
    plt.plot(depths, right, ".-", label=name)
plt.xlabel("max_depth")
plt.ylabel("accuracy")
plt.legend()
plt.show()

# %% [markdown]
# ## 4. A tree that underfits
#
# Now the opposite: your tree is poor even on the training rows. Someone suggests scaling the features, which has helped
# so many other models. What would that do to a tree? Write `scaled_thresholds(feature, threshold, mean, std)`, which
# says what becomes of its thresholds.

# %% exercise="p.05.4" points=3
from solutions.ch05_trees.limits import scaled_thresholds

# %% [markdown]
# Which changes can help a tree that underfits? Choose all of them: `"standardised features"`,
# `"features scaled to 0..1"`, `"a higher max_depth"`, `"a lower max_depth"`, `"a higher min_samples_leaf"`,
# `"a lower min_samples_leaf"`, `"features made of several others"` (their product, say, or their difference).

# %% exercise="p.05.4"
from solutions.ch05_trees.limits import P_05_4_CHOICE

# %% [markdown]
# *Look*: the same tree on raw and on standardised features. What differs?

# %% demo
X, y = make_moons(300, noise=0.3, random_state=2)
X = X * [1_000, 0.01] + [5_000, 3]
scaler = StandardScaler().fit(X)
figure, axes = plt.subplots(1, 2, figsize=(12, 4))
for axis, rows in zip(axes, (X, scaler.transform(X))):
    model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(rows, y)
    plot_tree(model, ax=axis, impurity=False, filled=True, precision=4)
    axis.set_title(f"{model.score(rows, y):.1%} of the training rows right")
plt.show()

# %% [markdown]
# ## 5. Ten times as many rows
#
# Training a tree on a million rows took an hour. How long will it take on ten million, with the same features?
#
# Let us agree on what costs time: on each level of the tree, every row takes part in one comparison for each feature;
# the tree is balanced and grown until each row has a leaf of its own. You know how many levels that makes from the
# first exercise; don't round their number here. Write `hours_with_more_rows(hours, n_rows, new_rows)`, and then say
# how many hours those ten million rows take, to two decimals.

# %% exercise="p.05.5" points=3
from solutions.ch05_trees.costs import hours_with_more_rows, P_05_5_HOURS

# %% [markdown]
# *Look*: what more rows cost, beside what they would cost if time grew just as fast as they do.

# %% demo
sizes = np.geomspace(1e6, 1e9, 20)
plt.loglog(sizes, [hours_with_more_rows(1.0, 10**6, int(n)) for n in sizes], label="a decision tree")
plt.loglog(sizes, sizes / 1e6, "--", label="in proportion to the rows")
plt.xlabel("rows")
plt.ylabel("hours")
plt.legend()
plt.show()

# %% [markdown]
# ## 6. Twice as many features
#
# And if there are as many rows as before, but twice as many features? This time count the comparisons in real trees:
# `comparisons(left, sizes, n_features)` gets `model.tree_.children_left` and `model.tree_.n_node_samples`. Then say how
# many hours a training takes with twice the features, if it took one hour before and nothing else changes, neither the
# rows nor the shape of the tree.

# %% exercise="p.05.6" points=3
from solutions.ch05_trees.costs import comparisons, P_05_6_HOURS

# %% [markdown]
# *Look*: counts of real trees. Where there is little noise, most rows reach a pure leaf early; where there is much, the
# tree grows deep and lopsided, and its rows take part in more comparisons than in a balanced one.

# %% demo
for noise in (0.1, 0.2, 0.3, 0.4):
    tree = DecisionTreeClassifier(random_state=0).fit(*make_moons(20_000, noise=noise, random_state=1)).tree_
    counted = comparisons(tree.children_left, tree.n_node_samples, 2) / 2 / 20_000
    print(f"noise {noise}: {counted:4.1f} comparisons per row and feature (balanced: {math.log2(20_000):.1f})")

# %% [markdown]
# ## 7. Sorting beforehand
#
# A piece of history that is worth an exercise. To find the best threshold of a feature, a tree sorts the rows at each
# node. Up to version 0.21, scikit-learn's trees had an option `presort=True` that was to save time: sort all rows once,
# before the first split; each node then walks through that whole sorted list and picks out its own rows.
#
# Write `sorting_steps(sizes, presort)`, which counts the steps that either way takes, for one feature and a tree whose
# nodes have `sizes` rows.

# %% exercise="tf2.06.6" points=3
from solutions.ch05_trees.presort import sorting_steps

# %% [markdown]
# So: a tree without a limit to its depth is to be trained on 100,000 rows. With `presort=True`, would its training be
# `"faster"`, `"slower"`, or take `"about as long"`?

# %% exercise="tf2.06.6"
from solutions.ch05_trees.presort import TF2_06_6_CHOICE

# %% [markdown]
# *Look*: trees grown to single rows, halving them at each node. A step of sorting (compare and swap) costs more than a
# step of walking; how much more depends on the machine, so there are two guesses. What do small sets gain, and what
# happens to large ones?

# %% demo
depths = range(3, 18)
halving = [[2.0 ** (depth - level) for level in range(depth) for _ in range(2**level)] for depth in depths]
rows = [2**depth for depth in depths]
each_node = np.array([sorting_steps(sizes, presort=False) for sizes in halving])
walks = np.array([len(sizes) * sizes[0] for sizes in halving])
once = np.array([sorting_steps(sizes, presort=True) for sizes in halving]) - walks
for dear in (10, 50):
    plt.plot(rows, (dear * once + walks) / (dear * each_node), marker=".", label=f"sorting {dear} times as dear")
plt.axhline(1, linestyle="--", color="gray")
plt.xscale("log")
plt.yscale("log")
plt.xlabel("rows")
plt.ylabel("time with presort / without")
plt.legend()
plt.show()

# %% [markdown]
# ## 8. A tree for two moons
#
# Two half moons that reach into each other, with a lot of noise: nobody can tell all of their points apart, and a tree
# that tries will learn the noise. Write
#
# - **`moons_parts(n_rows, noise, seed)`**, which makes the data and puts 20% of them aside for the test;
# - **`tune_tree(X_train, y_train, X_test, y_test)`**, which searches by cross-validation for good parameters of a
#   `DecisionTreeClassifier`, trains it with them on all training rows, and tests it, once. What you return is stated
#   below.
#
# `GridSearchCV` does most of the work; its `cv_results_` tells what was tried. Try `max_leaf_nodes` first: from 2, the
# smallest tree there is, to 60 at least, so that your function finds the right size for other data, too. Other
# parameters and other ways to search are welcome, as long as they can make a tree as small and as large as that.
#
# Graded is how good the tree is on new moons, after tuning on 2,000 rows: it has to get
# {bar:test_tree_predicts_unseen_moons:.1%} or more of them right beyond what a tree as it comes does on the same rows
# (limits that limit nothing gain {naive:test_tree_predicts_unseen_moons/without_limits:.1%}). Graded are, too, that its
# size suits the data, whatever these are; and that each figure is what it claims to be. Aim for five seconds at most on
# 2,000 rows.

# %% exercise="p.05.7" points=9 full_size_points=2
from solutions.ch05_trees.moons import moons_parts, tune_tree

# %% [markdown]
# *Look*: all 10,000 rows. The accuracy differs with the seed: try a few before you call one tree better than another.

# %% demo
X_train, X_test, y_train, y_test = moons_parts()
found = tune_tree(X_train, y_train, X_test, y_test)
print(f"{found['params']}: {found['test_accuracy']:.1%} of the test rows")
free = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
print(f"without limits, {free.get_n_leaves():,} leaves: {free.score(X_test, y_test):.1%}")

figure, axes = plt.subplots(1, 2, figsize=(12, 4))
for axis, (model, name) in zip(axes, ((free, "without limits"), (found["tree"], "tuned"))):
    DecisionBoundaryDisplay.from_estimator(
        model, X_test, ax=axis, alpha=0.4, cmap="RdBu", response_method="predict", grid_resolution=200
    )
    axis.scatter(*X_test[:500].T, c=y_test[:500], s=5, cmap="RdBu")
    axis.set_title(name)
plt.show()

# %% [markdown]
# ## 9. A forest by hand
#
# One tuned tree has seen 8,000 rows. What do a thousand trees know that have seen 100 each, if they may vote? Write
#
# - **`grow_forest(X, y, params, n_trees, n_rows, seed)`**: many trees with the same parameters, each trained on rows
#   drawn at random, none of them twice for the same tree;
# - **`majority_vote(votes)`**: the class that most of them name, row by row;
# - **`forest_accuracy(trees, X, y)`**: how good the trees are alone, and how good together.
#
# `ShuffleSplit` draws rows, and so do numpy's generators; `scipy.stats.mode` counts, and so does `np.bincount`.
#
# In grading, the vote of 101 trees of yours has to be right about {bar:test_vote_beats_the_small_trees:.1%} or more of
# new moons beyond the best one of these trees. Letting the tree that the others agree with most answer for all gains
# {naive:test_vote_beats_the_small_trees/most_agreeable_tree:.1%}.

# %% exercise="p.05.8" points=9 full_size_points=2
from solutions.ch05_trees.forest import grow_forest, majority_vote, forest_accuracy

# %% [markdown]
# *Look*: a thousand small trees, their vote, and your tuned tree. The vote is far better than the trees that take part
# in it. Is it also better than the tuned tree? With 2,000 test rows, chance alone moves either accuracy by 0.8 points
# up or down, so judge on 20,000 new rows as well, and with other seeds.

# %% demo
X_train, X_test, y_train, y_test = moons_parts()
found = tune_tree(X_train, y_train, X_test, y_test)
trees = grow_forest(X_train, y_train, found["params"])
alone, together = forest_accuracy(trees, X_test, y_test)
plt.hist(alone, bins=40, color="lightgray", label=f"trees of 100 rows (mean {alone.mean():.1%})")
plt.axvline(together, color="C0", label=f"their vote ({together:.1%})")
plt.axvline(found["test_accuracy"], color="C1", linestyle="--", label=f"tuned tree ({found['test_accuracy']:.1%})")
plt.xlabel("accuracy on the test rows")
plt.legend()
plt.show()
X_new, y_new = make_moons(20_000, noise=0.4, random_state=7)
print(f"20,000 new rows: vote {forest_accuracy(trees, X_new, y_new)[1]:.1%}, "
      f"tuned tree {found['tree'].score(X_new, y_new):.1%}")  # fmt: skip

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Turn the two moons by 45 degrees before you train. What becomes of the tree's size, of its borders and of its
#   accuracy, and what of the forest's?
# - Let a tree grow to its full size, and cut it back by `ccp_alpha` in place of limits. Does cross-validation find a
#   tree like the one that you have tuned?
# - Add ten columns of pure noise. From how many rows on does the tree leave them alone?
