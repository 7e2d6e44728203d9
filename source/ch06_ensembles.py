# %% [markdown]
# # Ensembles and random forests
#
# Ask a thousand people, and the answer of the crowd often beats that of the best of them. Ensembles do the same with
# models: some vote, some correct each other, and some learn whom to trust. In this notebook you work out when that
# pays, and build two ensembles that read digits.
#
# ### Afterwards you can
#
# - say when a vote beats the best of its members, and when it can't;
# - tell bagging, pasting, boosting and stacking apart, and which of them many machines can share;
# - judge a model by the rows that were left in the bag;
# - say what to change when boosting learns too little, or too much;
# - build a vote and a stack, and measure on fresh rows what they gain.
#
# ### Before you start
#
# You need scikit-learn's `fit` and `predict`, and to have read the book's chapters on decision trees and on ensembles.
#
# It takes about {minutes} minutes in all; there is no need to do it at one go.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` states exactly what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.
#   What else you need, import in your answer's own cell.

# %%
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.datasets import make_moons
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from course.datasets import load

# %% [markdown]
# ## 1. Seven good programs
#
# Seven programs, each from another company, read the X-ray pictures of one hospital, and each of them is right about 9
# in 10. There is no money for an eighth. Is there more to be had from these seven? Say in three to six sentences how,
# when you would expect a large gain and when none at all, and what you would ask the companies.

# %% exercise="p.06.1" points=2 probe_points=1
from solutions.ch06_ensembles.bagging import P_06_1

# %% [markdown]
# How much could a vote gain? Write `majority_right(n, p, shared)`, the probability that a majority is right.
#
# If voters decide independently, the number of those who are right follows a binomial distribution. Real voters have
# read the same books, and models have learned from the same rows. So suppose that on a part of all questions, `shared`,
# they all say the same: then their number is of no use.

# %% exercise="p.06.1"
from solutions.ch06_ensembles.bagging import majority_right

# %% [markdown]
# *Look*: voters who are right in 51 cases of 100, hardly better than a coin. What do a few shared mistakes cost?

# %% demo
numbers = np.unique(np.geomspace(1, 10_001, 60).astype(int) // 2 * 2 + 1)
for shared in (0.0, 0.2, 0.6, 1.0):
    values = [majority_right(int(n), 0.51, shared) for n in numbers]
    plt.plot(numbers, values, label=f"all the same on {shared:.0%} of the questions")
plt.xscale("log")
plt.xlabel("voters, each right in 51% of the cases")
plt.ylabel("how often the majority is right")
plt.legend()
plt.show()
print(f"seven independent programs at 90%: {majority_right(7, 0.9):.2%}")

# %% [markdown]
# ## 2. Two ways to vote
#
# A `VotingClassifier` of scikit-learn has a switch: `voting="hard"` or `voting="soft"`. Find an example with three
# models and one row for which the two settings end in different classes. Explain by it what either does, what it needs
# from the models, and when you would trust which of them more.

# %% exercise="p.06.2" points=3 probe_points=1
from solutions.ch06_ensembles.bagging import P_06_2

# %% [markdown]
# Now build them. `hard_vote(votes)` gets the classes that m models name for n rows; `soft_vote(probas)` gets their
# probabilities for each of k classes. Both return n classes.

# %% exercise="p.06.2"
from solutions.ch06_ensembles.bagging import hard_vote, soft_vote

# %% [markdown]
# ## 3. Many servers
#
# You have a room full of servers, and all of them have the training data. Which ensembles can you train faster by
# spreading their models over the servers?
#
# Write `training_rounds(kind, n_models, n_servers)`. In one round each server can train one model. What matters is what
# a model has to wait for: can it begin while the others are still being trained?

# %% exercise="p.06.3" points=3
from solutions.ch06_ensembles.bagging import training_rounds

# %% [markdown]
# And in a word: can the training of all its models be spread over servers? For each of the five kinds, choose `"yes"`,
# `"no"`, or `"partly"` (some models have to wait for others, which can be spread).

# %% exercise="p.06.3"
from solutions.ch06_ensembles.bagging import P_06_3_CHOICE

# %% [markdown]
# ## 4. Rows left in the bag
#
# Bagging draws the training rows of each model with replacement. Some rows come up several times, others never: these
# are *out of bag* for that model. Somebody throws the numbers of these rows away after training. Explain in three to
# five sentences what they could have been used for, what that would have saved, and how far the figure can be trusted.

# %% exercise="p.06.4" points=2 probe_points=3
from solutions.ch06_ensembles.bagging import P_06_4

# %% [markdown]
# Two small functions show how it works. `oob_fraction(n_rows, n_drawn)` says how many rows to expect out of bag, and
# `oob_accuracy(votes, drawn, y)` judges an ensemble by them. In the second, watch who may vote on which row.

# %% exercise="p.06.4"
from solutions.ch06_ensembles.bagging import oob_fraction, oob_accuracy

# %% [markdown]
# *Look*: as many draws as rows. The share that is left out soon settles; do you know the number it approaches?

# %% demo
numbers = np.arange(1, 61)
plt.plot(numbers, [oob_fraction(int(n), int(n)) for n in numbers], marker=".")
plt.axhline(np.exp(-1), linestyle="--", color="gray")
plt.xlabel("rows in the training set, and draws")
plt.ylabel("expected share out of bag")
plt.show()

# %% [markdown]
# ## 5. More random than a random forest
#
# Somebody puts `ExtraTreesClassifier` in the place of `RandomForestClassifier` and changes nothing else. Follow what
# that does: at a node that is to be split, to a single tree, to the forest as a whole, and to the clock, while it is
# trained and when it is asked.

# %% exercise="p.06.5" points=2 probe_points=3
from solutions.ch06_ensembles.bagging import P_06_5

# %% [markdown]
# Three things to check yourself by. `splits_compared(kind, n_rows, n_features)` counts the work at one node, and
# `extra_split(X, y, thresholds)` does that work for an extra-tree: the thresholds have been drawn already, one for each
# candidate feature.
#
# Then choose all statements that hold for extra-trees, compared with a random forest of as many trees:
# `"trains faster"`, `"trains slower"`, `"predicts faster"`, `"predicts slower"`, `"predicts about as fast"`,
# `"more bias and less variance"`, `"less bias and more variance"`.

# %% exercise="p.06.5"
from solutions.ch06_ensembles.bagging import splits_compared, extra_split, P_06_5_CHOICE

# %% [markdown]
# *Look*: one tree of each kind, then a hundred. A single extra-tree is a rough thing, but in a crowd that is no harm.

# %% demo
X, y = make_moons(300, noise=0.3, random_state=1)
pairs = [
    (DecisionTreeClassifier(max_features=1, random_state=1), "one tree of a random forest"),
    (ExtraTreeClassifier(max_features=1, random_state=1), "one extra-tree"),
    (RandomForestClassifier(100, max_features=1, random_state=1), "random forest"),
    (ExtraTreesClassifier(100, max_features=1, random_state=1), "extra-trees"),
]
figure, axes = plt.subplots(2, 2, figsize=(8, 6), sharex=True, sharey=True, layout="constrained")
for axis, (model, title) in zip(axes.flat, pairs):
    DecisionBoundaryDisplay.from_estimator(
        model.fit(X, y), X, ax=axis, alpha=0.4, cmap="RdBu", response_method="predict", grid_resolution=80
    )
    axis.scatter(*X.T, c=y, s=6, cmap="RdBu")
    axis.set_title(title, fontsize=10)
plt.show()

# %% [markdown]
# ## 6. AdaBoost that learns too little
#
# AdaBoost trains one model after another, and each looks harder at the rows that the one before got wrong. Write that
# step: `boosted_weights(weights, wrong, learning_rate)`. Try it with several learning rates and watch the weights of
# the rows that were wrong.

# %% exercise="p.06.6" points=3
from solutions.ch06_ensembles.boosting import boosted_weights

# %% [markdown]
# Ten stumps, boosted with a learning rate of 0.1, are right about 60% of their own training rows. Choose all the
# changes that can well raise this: `"a hundred estimators"`, `"trees of depth 3 as base models"`, `"a learning rate of
# 0.5"`, `"stopping when the validation error rises"`, `"equal weights for all rows in each round"`, `"a larger test
# set"`, `"a vote in which each stump counts the same"`.

# %% exercise="p.06.6"
from solutions.ch06_ensembles.boosting import P_06_6_CHOICE

# %% [markdown]
# *Look*: accuracy on the training rows, with trees of depth 1 (stumps) and 2.

# %% demo
X, y = make_moons(400, noise=0.35, random_state=3)
for depth, rate in [(1, 0.05), (1, 0.5), (2, 0.05), (2, 0.5)]:
    model = AdaBoostClassifier(DecisionTreeClassifier(max_depth=depth), n_estimators=60, learning_rate=rate)
    stages = list(model.fit(X, y).staged_score(X, y))
    plt.plot(range(1, len(stages) + 1), stages, label=f"depth {depth}, learning rate {rate}")
plt.xlabel("estimators")
plt.ylabel("accuracy on the training rows")
plt.legend()
plt.show()

# %% [markdown]
# ## 7. Gradient boosting that learns too much
#
# Gradient boosting adds trees, too: each is fitted to what the trees before it have left over, and `learning_rate` says
# how much of its prediction is added. Write
#
# - `trees_needed(learning_rate, left)`: how many trees it takes to fit the training rows, if each tree fits what is
#   left over perfectly (a computer rounds: what is left over by a hair's breadth doesn't count);
# - `stop_early(errors, patience)`: how many trees to keep when you watch the error on a validation set.

# %% exercise="p.06.7" points=4
from solutions.ch06_ensembles.boosting import trees_needed, stop_early

# %% [markdown]
# An ensemble of 200 trees knows its training rows far better than any others, and 200 it has to be. Which way do you
# turn its learning rate: `"increase"`, `"decrease"`? Or does it make `"no difference"`?

# %% exercise="p.06.7"
from solutions.ch06_ensembles.boosting import P_06_7_CHOICE

# %% [markdown]
# *Look*: errors on rows that were held back, and where your function would stop.

# %% demo
rng = np.random.default_rng(0)
X = rng.uniform(-3, 3, (300, 1))
y = np.sin(2 * X[:, 0]) + rng.normal(0, 0.4, 300)
for rate in (1.0, 0.3, 0.05):
    model = GradientBoostingRegressor(n_estimators=150, learning_rate=rate, max_depth=2, random_state=0)
    errors = [np.mean((y[150:] - p) ** 2) for p in model.fit(X[:150], y[:150]).staged_predict(X[150:])]
    kept = stop_early(errors, patience=10)
    (line,) = plt.plot(range(1, 151), errors, label=f"learning rate {rate}")
    plt.plot(kept, errors[kept - 1], "o", color=line.get_color())
plt.ylim(0.1, 0.6)
plt.xlabel("trees")
plt.ylabel("squared error on rows held back")
plt.legend()
plt.show()

# %% [markdown]
# ## 8. A vote on digits
#
# Time to build one. MNIST holds 70,000 digits written by hand, each flattened into a row of 784 grey values. You need
# three parts of it: one to train on, one to compare and choose (*validation*), and one for the final word (*test*),
# which you touch once, at the very end. Usual sizes are 50,000, 10,000 and 10,000. Write
#
# - **`split_digits(X, y, sizes, seed)`**, which draws such parts at random, none sharing a row with another;
# - **`build_voter(X_train, y_train, X_val, y_val)`**, which trains three or more classifiers of different kinds, scores
#   each of them on the validation rows, lets them vote in both ways, and keeps the better way. What you return is
#   stated below.
#
# Which classifiers? Those that are good by themselves, and wrong about different digits: trees, neighbours, networks
# and kernel machines see quite different things in an image. A weak member can spoil the vote: compare the vote with
# and without it, here in the notebook.
#
# Three tips. Soft voting needs `predict_proba` of every member; `SVC` has none, but `CalibratedClassifierCV(SVC(),
# ensemble=False)` has. The members of a fitted `VotingClassifier` are in `named_estimators_`, and they know the classes
# by number: 0 is the first. And `voting` can be changed after fitting.
#
# Digits can be looked up, so your vote is graded on ten letters of a script that nobody knows, drawn anew for each
# hand-in: pictures of the same size and kind, numbered 0 to 9. Your function gets 300 or 500 of them to train on, and
# 300 or fewer for validation. Graded is how well the vote reads letters that it has not seen, beside k-NN with default
# settings (of all letters, {bar:test_vote_reads_a_made_up_script:+.1%} or better; a vote of good members reads two or
# three in 100 more, one of the first three classifiers that come to mind
# {naive:test_vote_reads_a_made_up_script/what_comes_to_mind:+.1%}) and beside its best member (worse by
# {bar:test_vote_keeps_up_with_its_best_member:.1%} at most, since after so few letters, and for two scripts only, much
# is chance; a forest that poor trees outvote is worse by
# {naive:test_vote_keeps_up_with_its_best_member/outvoted_by_weak_members:.1%}); that it is a vote, equal or weighted,
# in which none of the members decides alone; that the scores are what they claim to be; and that the validation rows
# serve for choosing only. For all of this, the vote and three members have to read more than half of the letters: what
# has learned nothing promises nothing. Aim for ten seconds at most with so few rows.
#
# At full size, which is judged separately, `build_voter` gets 20,000 real digits, and 5,000 to choose by, with pixels
# and labels in another order. The vote has to read more than 96 in 100 of the 10,000 test digits, and more of them than
# any of its members.

# %% exercise="p.06.8" points=2 probe_points=14 full_size_points=2
from solutions.ch06_ensembles.vote import split_digits, _unit, _members, build_voter

# %% [markdown]
# *Look*: 5,000 digits to train on, and as many to measure on, since one in 200 decides. Is the vote better than every
# member, on validation and on test rows? (With 50,000 / 10,000 / 10,000 it takes several minutes, and all figures
# rise.) The pictures are digits on which your models don't agree. Who would you trust?

# %% demo
mnist = load("mnist")
X, y = np.concatenate([mnist.X_train, mnist.X_test]), np.concatenate([mnist.y_train, mnist.y_test])
(X_train, y_train), (X_val, y_val), (X_test, y_test) = split_digits(X, y, (5_000, 2_000, 5_000))
found = build_voter(X_train, y_train, X_val, y_val)
print(f"{mnist.label}; the better way to vote: {found['voting']}")
for name, score in found["val_scores"].items():
    print(f"{name:>12}: {score:.1%} of the validation rows")
for name, model in [*found["models"].items(), ("vote", found["voter"])]:
    print(f"{name:>12}: {np.mean(model.predict(X_test) == y_test):.1%} of the test rows")

said = {name: np.asarray(model.predict(X_val)) for name, model in found["models"].items()}
disputed = np.flatnonzero(np.ptp(list(said.values()), axis=0))[:10]
figure, axes = plt.subplots(2, 5, figsize=(10, 4.6))
for axis, row in zip(axes.flat, disputed):
    axis.imshow(X_val[row].reshape(28, 28), cmap="binary")
    axis.set_title(" ".join(str(labels[row]) for labels in said.values()) + f" (it is {y_val[row]})", fontsize=9)
for axis in axes.flat:
    axis.axis("off")
figure.suptitle(", ".join(said))
plt.show()

# %% [markdown]
# **And in your own words**, four to six sentences with your own figures: how much better is your vote than its best
# member, on rows that neither has seen? How many rows is that, and could it be chance? Where does the gain come from,
# or why is there none?

# %% exercise="p.06.8"
from solutions.ch06_ensembles.vote import P_06_8

# %% [markdown]
# ### Which ensemble, and how good is it?
#
# So far the parts were handed to your function. Now write `choose_ensemble(ensembles, X, y)`, for which nobody splits:
#
# - put a fifth of the rows, drawn at random, aside for the test, and some of the others for validation;
# - train all ensembles on what is left, and compare their accuracies on the validation rows;
# - the choice made, fit the best one to all rows that are not for the test, and return it;
# - ask it, and no other, about the test rows: once, at the end.
#
# Figures look just as good when something has leaked. So the ensembles that you get in grading keep a record of which
# rows they have been fitted to and asked about; the first column of their rows is a number to know them by. Graded is
# what the record says: that nothing has learned from a test row, that the scores you report are those of rows held out,
# which rows the last ensemble has learned from, and who was tested; and that you fit copies and leave the ensembles
# themselves as they came. (They say what they want and know rows by heart, so don't wonder about the scores.)

# %% exercise="p.06.8"
from solutions.ch06_ensembles.ensembles import choose_ensemble

# %% [markdown]
# ## 9. A model that learns whom to trust
#
# A vote treats all members alike. But one of them may be right about sevens and hopeless with eights, and a mistake
# that is always the same is information, too. So let a model learn from examples how to turn the members' predictions
# into an answer: a *blender*. The members with a blender on top are a *stack*. Write
#
# - **`make_blend_features(models, X)`**: what the models say about each image, one row per image. Their probabilities,
#   or their answers in a form that your blender can use;
# - **`fit_blender(models, X_train, y_train, X_val, y_val)`**: a trained blender. You are given both the rows that the
#   models were fitted to and rows that they have not seen. Think about which of them the blender should learn from;
# - **`stack_predict(models, blender, X)`**: the stack's answers;
# - **`fit_stacking(X, y)`**: the same in one piece, scikit-learn's `StackingClassifier`. It needs no validation set:
#   look up what its argument `cv` does.
#
# The first three are graded with models of ours. Three have learned letters of a script that nobody knows, each of them
# several letters under one name, and other ones than its fellows. There your stack has to read more of other letters
# than the best of them: {bar:test_blender_reads_a_made_up_script:.0%} of all letters more. A vote gains
# {naive:test_blender_reads_a_made_up_script/votes_instead:.0%} at most, and a linear blender that takes labels for
# quantities {naive:test_blender_reads_a_made_up_script/labels_as_quantities:.0%}. Other models of ours are strange: one
# is nearly always wrong, and one knows its training rows by heart.
#
# `fit_stacking` is trained on 300 letters, and compared with k-NN with default settings: of all letters, it has to read
# {bar:test_stacking_reads_a_made_up_script:+.1%} or better (one of three small trees:
# {naive:test_stacking_reads_a_made_up_script/stacks_weak_models:+.1%}). It should not take more than ten seconds.
# At full size, which is judged separately, it gets 10,000 real digits, with pixels and labels in another order, and has
# to read more than 96 in 100 of 10,000 others (k-NN as it comes: 95), and more than any of its base models.

# %% exercise="p.06.9" points=2 probe_points=10 full_size_points=2
from solutions.ch06_ensembles.blender import make_blend_features, fit_blender, stack_predict, fit_stacking

# %% [markdown]
# *Look*: the vote, your stack and scikit-learn's on the same digits. Which rows does each of them learn from, and how
# many are they? (This takes a minute.)

# %% demo
mnist = load("mnist")
X, y = np.concatenate([mnist.X_train, mnist.X_test]), np.concatenate([mnist.y_train, mnist.y_test])
(X_train, y_train), (X_val, y_val), (X_test, y_test) = split_digits(X, y, (5_000, 1_000, 1_000))
found = build_voter(X_train, y_train, X_val, y_val)
members = list(found["models"].values())
blender = fit_blender(members, X_train, y_train, X_val, y_val)
answers = {
    "vote": found["voter"].predict(X_test),
    "blender": stack_predict(members, blender, X_test),
    "StackingClassifier": fit_stacking(np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val])).predict(
        X_test
    ),
}
for name, labels in answers.items():
    print(f"{name:>18}: {np.mean(labels == y_test):.1%} of the test rows")

# %% [markdown]
# **And in your own words**, four to six sentences with your own figures: how does your stack do beside the vote and
# beside scikit-learn's stack? Why is that, if you think of how many rows each of them has learned from, and which?
# Which of the three would you use?

# %% exercise="p.06.9"
from solutions.ch06_ensembles.blender import P_06_9

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Let three models of one kind vote, trained with three seeds, and then three models of different kinds that are about
#   as good. How often are they wrong together, and what is the vote worth?
# - Make one voter better and better, by giving it more rows than the others. From where on does the vote do harm? Would
#   weights help?
# - Give the blender the pixels beside the predictions. Does it learn whom to trust on *which* digits, or does it merely
#   overfit?
