# %% [markdown]
# # Training models
#
# *Training* means: find the parameters with the lowest cost. Sometimes there is a formula for them. Far more often a
# model walks downhill, step by step, and that is where most of what can go wrong goes wrong. In this notebook you take
# the walk apart, find out what a penalty does to a model, and build a classifier from NumPy alone.
#
# ### Afterwards you can
#
# - choose among several ways to fit a linear model by what each of them costs;
# - say what the scale of the features does to training, and which models don't care;
# - read two curves of errors, and say what to do about them;
# - choose between ridge, lasso and elastic net;
# - write a classifier, its gradient and its training from NumPy alone.
#
# ### Before you start
#
# You need NumPy, products of matrices and derivatives, and to have read the book's chapter on training models.
#
# It takes about {minutes} minutes in all; there is no need to do it at one go.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` states exactly what is asked.
# - Most exercises are a question and a small function. Write the function first: it is there to find the answer with.
# - Questions are answered by setting a name to one of the words or letters on offer. They earn points only together
#   with a function that works. Three questions are answered in your own words, and read by a person.
# - Cells marked *Look* are for your eyes. They are not graded, and nothing depends on them. Where one begins with
#   `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in. What else you need, import in
#   your answer's own cell.

# %%
from typing import Any, Self

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_iris
from sklearn.linear_model import ElasticNet, Lasso, Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

Array = NDArray[np.float64]

# %% [markdown]
# ## 1. Millions of features
#
# Linear regression has several algorithms that find the same line. The *normal equation* solves `X.T @ X` for the
# parameters, the *SVD* takes X itself apart, and *gradient descent* walks: with all the rows in each step (batch), with
# a few (mini-batch), or with one (stochastic). Which of them is best depends on the shape of X, that is, on how the
# work grows with the number of rows m and of features n.
#
# **Your task.** Count. Write `multiplications(method, m, n, batch)`: the number of multiplications that the product
# `X.T @ X` takes, or one step of gradient descent. (Solving the equation comes on top of that, and is dearer still.)
#
# **Then answer.** A portal for used cars describes 200,000 cars by 4 million columns. In each row all but a few hundred
# of these are 0, so the table fits into memory if only the others are kept, and all of the columns are of interest.
# Which methods would you use for linear regression on it? More than one will do: set `P_04_1_CHOICE` to a list of them
# all, words out of `"normal equation"`, `"SVD"`, `"batch"`, `"mini-batch"`, `"stochastic"`.

# %% exercise="p.04.1" points=3
from solutions.ch04_training_models.descent import multiplications, P_04_1_CHOICE

# %% [markdown]
# *Look*: the work for 10,000 rows. Both scales are logarithmic, so a steeper line is another power of n.

# %% demo
features = [2**power for power in range(21)]
for method in ("normal equation", "batch", "mini-batch", "stochastic"):
    plt.plot(features, [multiplications(method, 10_000, n, 64) for n in features], label=method)
plt.xscale("log")
plt.yscale("log")
plt.xlabel("features")
plt.ylabel("multiplications: the product, or one step")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. Metres and millimetres
#
# The features of a real data set rarely have one scale: age in years up to a hundred, income in thousands, distance in
# whatever somebody chose. Does it matter? To some algorithms very much.
#
# **First measure.** Write `steps_to_fit(X, y, scale)`, which counts how many steps batch gradient descent needs, with
# the columns as they come or scaled. The learning rate is chosen as large as is safe for every direction, so that the
# counts can be compared.
#
# **Then choose.** Fit each of these four until nothing changes any more, once with a column in metres and once with the
# same column in millimetres: linear regression by the `"normal equation"`, linear regression by `"SVD"`, `"ridge"`,
# `"lasso"` (with the same alpha both times). Which of them make other predictions the second time? List them in
# `P_04_2_CHOICE`.
#
# **Then explain** it to a colleague who has just turned a column from metres into millimetres, in three to six
# sentences: which of his models will take ages to train from now on, which will be other models, and which won't care?
# What is behind that? And how is he rid of the question for good?

# %% exercise="p.04.2" points=2 probe_points=4
from solutions.ch04_training_models.descent import P_04_2, steps_to_fit, P_04_2_CHOICE

# %% [markdown]
# *Look*: the same walk, on a round cost and on a stretched one. Every dot is a step.

# %% demo
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
grid = np.linspace(-3.2, 3.2, 80)
for axis, stretch in zip(axes, (1.5, 25)):
    axis.contour(grid, grid, stretch * grid[None, :] ** 2 + grid[:, None] ** 2, levels=12, colors="0.7", linewidths=0.7)
    path, rate = [np.array([2.4, 2.6])], 0.4 / stretch
    for _ in range(40):
        path.append(path[-1] * (1 - 2 * rate * np.array([stretch, 1])))
    axis.plot(*np.transpose(path), "C3.-", linewidth=0.8)
    axis.set_title(f"{stretch} times as steep from left to right")
plt.show()

rng = np.random.default_rng(4)
X = rng.normal(size=(100, 2))
y = X @ [3.0, -2.0] + 1 + rng.normal(size=100)
for factor in (1, 3, 10, 30):
    counts = [steps_to_fit(X * [factor, 1], y, scale) for scale in (False, True)]
    print(f"one column {factor:>2} times as wide: {counts[0]:>5} steps as it is, {counts[1]:>3} scaled")

# %% [markdown]
# ## 3. Are there traps?
#
# A walker who only ever goes downhill ends at the bottom of *some* valley. If the cost has several, that need not be
# the deepest one. What about logistic regression?
#
# **Experiment.** Write `end_points(X, y, starts, rate, steps)`, which trains logistic regression from several starting
# points and returns where each descent ends.
#
# **Then answer.** A colleague trains each of her logistic regressions twenty times, from twenty places drawn at random,
# and keeps the best, "so that I don't miss the deepest valley". Is that worth it? Set `P_04_3_CHOICE` to a list with
# one letter:
#
# - **a** It is: there are several valleys, some of them deeper than others.
# - **b** It isn't: there are several valleys, but each is as deep as the others.
# - **c** It isn't: the cost is convex, and where it can't go down any more, it is as low as anywhere.
# - **d** It isn't: the cost is a straight line in each of the parameters.

# %% exercise="p.04.3" points=3
from solutions.ch04_training_models.descent import end_points, P_04_3_CHOICE

# %% [markdown]
# *Look*: ten descents on the cost of one data set. (If a straight line separates the classes without a mistake, there
# is no lowest point: the descents run on and on, ever more slowly, and still nothing traps them.)

# %% demo
rng = np.random.default_rng(0)
X = rng.normal(size=(80, 2))
y = (rng.random(80) < 1 / (1 + np.exp(-X @ [1.5, -1.0]))).astype(int)
starts = 5 * np.column_stack([np.cos(np.arange(10) * 0.63), np.sin(np.arange(10) * 0.63)])
paths = np.array([end_points(X, y, starts, 0.5, steps) for steps in range(0, 120, 2)])  # (60, 10, 2)
a, b = np.meshgrid(np.linspace(-6, 6, 60), np.linspace(-6, 6, 60))
scores = X @ np.vstack([a.ravel(), b.ravel()])  # (80, 3600)
costs = np.logaddexp(0, np.where(y[:, None] == 1, -1, 1) * scores).mean(axis=0).reshape(a.shape)
plt.contour(a, b, costs, levels=20, colors="0.7", linewidths=0.7)
plt.plot(paths[:, :, 0], paths[:, :, 1], ".-", markersize=3, linewidth=0.8)
plt.gca().set(aspect="equal", xlabel="first parameter", ylabel="second parameter", title="Mean log loss")
plt.show()

# %% [markdown]
# ## 4. Do all roads lead to the same model?
#
# Batch, mini-batch and stochastic gradient descent differ in one thing only: which rows a step looks at. So one
# function can be all three.
#
# **Write** `descend(X, y, batches, rate, decay)`. It gets the rows of each step, and a learning rate that shrinks from
# step to step, unless `decay` is 0.
#
# **Then answer.** Three people train one linear regression, each by another of the three, with a constant learning rate
# that suits it. After a week they compare their parameters, all digits of them. Will they agree? And whatever you say:
# what makes sure that the other two get to where batch gradient descent does, and stay there? Set `P_04_4_CHOICE` to a
# list of two: `"yes"` or `"no"`, and one of `"more epochs"`, `"smaller rate"` (but constant), `"shrinking rate"`,
# `"other row order"`.

# %% exercise="p.04.4" points=3
from solutions.ch04_training_models.descent import descend, P_04_4_CHOICE

# %% [markdown]
# *Look*: 25 epochs for each, with a dot for every step, or for every 8th where there are many. The cross is the
# minimum.

# %% demo
rng = np.random.default_rng(1)
m = 40
X = rng.normal(size=(m, 2))
y = X @ [2.0, 1.0] + rng.normal(size=m)
figure, axes = plt.subplots(1, 4, figsize=(12, 3.2), sharex=True, sharey=True, layout="constrained")
for axis, (title, size, rate, decay) in zip(
    axes,
    [
        ("batch", m, 0.1, 0),
        ("mini-batch", 8, 0.05, 0),
        ("stochastic", 1, 0.05, 0),
        ("stochastic, decay", 1, 0.05, 0.02),
    ],
):
    order = [rng.permutation(m) for _ in range(25)]
    batches = [rows.tolist() for epoch in order for rows in np.split(epoch, m // size)]
    stops = range(0, len(batches) + 1, -(-len(batches) // 125))
    path = np.array([descend(X, y, batches[:stop], rate, decay) for stop in stops])
    axis.plot(*path.T, ".-", markersize=2, linewidth=0.6)
    axis.plot(*np.linalg.lstsq(X, y)[0], "kx", markersize=9)
    axis.set_title(f"{title}: {len(batches)} steps", fontsize=10)
plt.show()

# %% [markdown]
# ## 5. The validation error rises
#
# Your training has run well all night. At half past six the error on the validation set begins to rise, and with each
# epoch it is a little higher. Every step uses all rows, so it can't be chance.
#
# **Explain** in three to six sentences what you look at next, which causes you can tell apart by that, and what you do
# about each. (A function for this comes after question 11.)

# %% exercise="p.04.5" points=2 probe_points=2
from solutions.ch04_training_models.epochs import P_04_5

# %% [markdown]
# ## 6. When to stop
#
# With mini-batches the validation error does not fall smoothly: it trembles. And nobody wants to sit beside it.
#
# **Write** two functions that training code can call after every epoch: `should_stop(errors, patience)`, and
# `best_epoch(errors)`, which says whose parameters to keep. `best_epoch` has its own cell, below.
#
# **Then answer** with a letter in `P_04_6_CHOICE`. Which rule would you leave your training alone with?
#
# - **a** At the first rise of the validation error.
# - **b** When the validation error has not reached a new low for quite a while; then go back to the best parameters.
# - **c** Never before the planned number of epochs, and keep the last parameters.
# - **d** When the training error rises for the first time.

# %% exercise="p.04.6" points=3
from solutions.ch04_training_models.epochs import should_stop, best_epoch, P_04_6_CHOICE

# %% [markdown]
# *Look*: one noisy curve. Where do you stop with a patience of 1, of 5, of 20?

# %% demo
rng = np.random.default_rng(8)
epochs = np.arange(120)
errors = (3 * np.exp(-epochs / 20) + 0.008 * epochs + 1 + rng.normal(0, 0.12, len(epochs))).tolist()
plt.plot(errors, color="0.6", linewidth=1)
for patience, colour in [(1, "C3"), (5, "C1"), (20, "C2")]:
    end = next((n for n in range(1, len(errors)) if should_stop(errors[:n], patience)), len(errors))
    kept = best_epoch(errors[:end])
    plt.axvline(end - 1, color=colour, linewidth=1, label=f"patience {patience}: epoch {kept} kept")
    plt.plot(kept, errors[kept], "o", color=colour)
plt.xlabel("epoch")
plt.ylabel("validation error")
plt.legend()
plt.show()

# %% [markdown]
# ## 7. Fast or exact?
#
# The smaller the batches, the more steps you take while you read the same rows, and the less each step knows. Both can
# be counted.
#
# **Write** `updates(m, batch_size, epochs)`, the number of steps, and `gradient_noise(G, batch_size)`, which measures
# how far the gradient of a batch lies from that of all rows.
#
# **Then answer**, for linear regression with a constant learning rate, on a million rows and with mini-batches of 100.
# All three read one row after the other, and reading takes all the time. Set
#
# - `P_04_7_FIRST`: who comes near the minimum first, well before the first epoch is over? `"batch"`, `"mini-batch"`
#   or `"stochastic"`.
# - `P_04_7_SETTLES`: after a thousand epochs, whose parameters don't move any more? The same three words.
# - `P_04_7_REMEDY`: and what would calm the other two in the end? `"larger batches"` (but not of all rows),
#   `"more epochs"`, `"shrinking rate"` or `"larger rate"`.

# %% exercise="p.04.7" points=4
from solutions.ch04_training_models.epochs import updates, gradient_noise, P_04_7_FIRST, P_04_7_SETTLES, P_04_7_REMEDY

# %% [markdown]
# *Look*: the same 8 gradients, in batches of every size.

# %% demo
G = np.random.default_rng(2).normal(1, 2, (8, 2))
sizes = range(1, 9)
figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
axis.bar(sizes, [gradient_noise(G, size) for size in sizes], color="C0")
axis.set(xlabel="rows in a batch", ylabel="noise (squared)")
other = axis.twinx()
other.plot(sizes, [updates(8, size, 1) for size in sizes], "C3o-")
other.set_ylabel("steps per epoch", color="C3")
plt.show()

# %% [markdown]
# ## 8. A gap between two errors
#
# A polynomial can be made to go through nearly anything. How far to trust it, two numbers tell: the error on the rows
# it has learnt from, and the error on rows it has not seen.
#
# **Write** `train_and_validation_error(...)`, which fits a polynomial of any degree with a ridge penalty, and returns
# both.
#
# **Then answer.** A polynomial of degree 12 is off by 0.1 on the rows that it was fitted to, and by 2.3 on others. Set
# `P_04_8_CHOICE` to a list with the diagnosis, `"overfitting"` or `"underfitting"`, and with all changes that may well
# make it better on rows it has not seen: `"a lower degree"`, `"a larger penalty"`, `"powers up to the 20th as well"`,
# `"more training data"`, `"every training row twice"`, `"another validation set"`, `"no penalty at all"`.

# %% exercise="p.04.8" points=3
from solutions.ch04_training_models.regular import train_and_validation_error, P_04_8_CHOICE

# %% [markdown]
# *Look*: how the two errors change with the degree, with the penalty, and with the number of rows. Where do they part?

# %% demo
rng = np.random.default_rng(6)
x, x_valid = rng.uniform(-3, 3, 300), rng.uniform(-3, 3, 300)
y, y_valid = (x**2 / 2 + np.sin(2 * x) + rng.normal(size=300) for x in (x, x_valid))
figure, axes = plt.subplots(1, 3, figsize=(11, 3), sharey=True, layout="constrained")
sweeps = [
    ("degree", range(1, 16), [(20, degree, 1e-8) for degree in range(1, 16)]),
    ("penalty (logarithm)", range(-8, 4), [(20, 12, 10.0**power) for power in range(-8, 4)]),
    ("rows", range(15, 301, 15), [(rows, 12, 1e-8) for rows in range(15, 301, 15)]),
]
for axis, (name, values, settings) in zip(axes, sweeps):
    found = [train_and_validation_error(x[:n], y[:n], x_valid, y_valid, degree, alpha) for n, degree, alpha in settings]
    for errors, label in zip(np.transpose(found), ("training", "validation")):
        axis.plot(values, errors, label=label)
    axis.set(xlabel=name, ylim=(0, 3))
axes[0].set_ylabel("root mean squared error")
axes[0].legend()
plt.show()

# %% [markdown]
# ## 9. Two errors, both high
#
# Suppose new training sets could be drawn again and again, with the same rows and new noise in the targets. The
# predictions would be different each time. Their *variance* is how much they scatter; their *bias* is how far their
# mean is from the truth. Ridge regression moves the one against the other.
#
# For ridge regression both can be worked out. Its predictions for the rows it was trained on are `H @ y`, with
#
# $$H = X \, (X^\top X + \alpha I)^{-1} \, X^\top$$
#
# **Write** `bias_and_variance(X, w, sigma, alpha)`.
#
# **Then answer.** Ridge regression forecasts the load of a power station. On days that it was fitted to it is off by 40
# megawatts, on others by 41, and the operators can live with 10. Which of the two is too high, `"bias"` or
# `"variance"`, and do you `"raise"` alpha or `"reduce"` it? Set `P_04_9_CHOICE` to a list of these two words.

# %% exercise="p.04.9" points=3
from solutions.ch04_training_models.regular import bias_and_variance, P_04_9_CHOICE

# %% demo
rng = np.random.default_rng(5)
X, w = rng.normal(size=(30, 12)), rng.normal(size=12) / 2
alphas = np.logspace(-2, 4, 60)
found = np.array([bias_and_variance(X, w, 2.0, alpha) for alpha in alphas])
plt.plot(alphas, found[:, 0], label="squared bias")
plt.plot(alphas, found[:, 1], label="variance")
plt.plot(alphas, found.sum(axis=1), "k--", label="both")
plt.xscale("log")
plt.xlabel("alpha")
plt.legend()
plt.show()

# %% [markdown]
# ## 10. Which penalty?
#
# *Ridge* adds the squares of the weights to the cost, *lasso* their absolute values, and *elastic net* a mixture. The
# difference looks small. To see what it does, take the simplest case: features that have nothing to do with each
# other. Then the penalty acts on each weight on its own.
#
# **Write** `shrunk(w, alpha, l1_ratio)`, which finds what becomes of each weight. A sketch of the curve around its kink
# at v = 0 helps.
#
# **Then match.** Which of `"ridge"`, `"lasso"`, `"elastic net"` suits each case best? Set `P_04_10_CHOICE` to a list of
# four, in this order:
#
# 1. 60 measurements that have nothing to do with each other, 5,000 rows; you expect five or so to matter, and would
#    like to know which.
# 2. 20,000 genes of 300 patients; genes work in groups that go up and down together, and few groups matter.
# 3. 30 measurements, each known to contribute a little; none is to be dropped.
# 4. 400 features, most of them useless; among the useful ones are sensors that nearly repeat each other, and all the
#    sensors of a useful group should be kept.
#
# **Then explain** in three to six sentences. Somebody goes from a plain linear regression to ridge, from there to
# lasso, and from there to the elastic net. What does each of these three steps gain, for which data, and what does it
# cost?

# %% exercise="p.04.10" points=2 probe_points=3
from solutions.ch04_training_models.regular import P_04_10, shrunk, P_04_10_CHOICE

# %% [markdown]
# *Look*: on the left what becomes of a weight, on the right the weights of 12 features in scikit-learn. The first three
# nearly repeat each other and matter, so do the next two; the others are noise.

# %% demo
figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
w = np.linspace(-3, 3, 200)
for name, ratio in [("ridge", 0.0), ("elastic net", 0.5), ("lasso", 1.0)]:
    axes[0].plot(w, shrunk(w, 1.0, ratio), label=name)
axes[0].plot(w, w, "k:", linewidth=0.8, label="no penalty")
axes[0].set(xlabel="weight without a penalty", ylabel="weight with it")
axes[0].legend()

rng = np.random.default_rng(7)
X = rng.normal(size=(60, 12))
X[:, 1:3] = X[:, :1] + 0.05 * rng.normal(size=(60, 2))
y = X[:, :5].sum(axis=1) + rng.normal(size=60)
models = [Ridge(30), ElasticNet(0.3, l1_ratio=0.5), Lasso(0.3)]
for shift, model in zip((-0.27, 0, 0.27), models):
    weights = model.fit(X, y).coef_
    label = f"{type(model).__name__}: {np.count_nonzero(weights == 0)} zeros"
    axes[1].bar(np.arange(12) + shift, weights, 0.25, label=label)
axes[1].set(xlabel="feature", ylabel="weight")
axes[1].legend()
plt.show()

# %% [markdown]
# ## 11. For children, and with gears?
#
# A shop wants to know of each photo of a bicycle whether it is for children or for adults, and whether it has gears or
# none. A model gives each label a score, any number, and there are two ways to make probabilities of scores: by
# *softmax*, for which all scores of a row matter, or by a *sigmoid* for each score on its own.
#
# **Write** `label_probabilities(scores, exclusive)`, which does the one or the other, and survives large scores.
#
# **Then answer.** What do you train for the shop? Set `P_04_11_CHOICE` to a list with one letter:
#
# - **a** One softmax classifier with the four labels children, adults, gears, none.
# - **b** Two logistic regression classifiers: one for children or adults, one for gears or none.
# - **c** Four softmax classifiers, one for each label.
# - **d** One softmax classifier with the three labels children with gears, children without, adults.

# %% exercise="p.04.11" points=3
from solutions.ch04_training_models.regular import label_probabilities, P_04_11_CHOICE

# %% [markdown]
# *Look*: the scores of children, adults, gears and none for three bicycles, and what either way makes of them.

# %% demo
scores = np.array([[4.0, -4.0, 4.0, -4.0], [-3.0, 3.0, 2.0, -2.0], [2.0, -2.0, -3.0, 3.0]])
names = ["small, 7 gears", "racing bicycle", "first bicycle"]
for name, shared, alone in zip(names, label_probabilities(scores, True), label_probabilities(scores, False)):
    print(f"{name:16} softmax {np.round(shared, 2)}   sigmoids {np.round(alone, 2)}")

# %% [markdown]
# ## 5 again. What to do
#
# **Write** `what_to_do(training, validation)`. It gets both curves up to now and says: `"lower the rate"`, `"stop"`, or
# `"go on"`.

# %% exercise="p.04.5"
from solutions.ch04_training_models.epochs import what_to_do

# %% [markdown]
# *Look*: three runs, on data with 25 rows and 20 features, and what your function says about them.

# %% demo
rng = np.random.default_rng(3)
truth = rng.normal(size=20) * (np.arange(20) < 6)
X, X_valid = rng.normal(size=(25, 20)), rng.normal(size=(200, 20))
y, y_valid = X @ truth + 2 * rng.normal(size=25), X_valid @ truth + 2 * rng.normal(size=200)
steepest = np.linalg.eigvalsh(X.T @ X / len(X))[-1]
figure, axes = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
for axis, (factor, epochs) in zip(axes, [(0.1, 15), (0.5, 150), (1.03, 40)]):
    theta, errors = np.zeros(20), []
    for _ in range(epochs):
        theta = theta - 2 * factor / steepest * X.T @ (X @ theta - y) / len(X)
        errors.append([np.mean((X @ theta - y) ** 2), np.mean((X_valid @ theta - y_valid) ** 2)])
    training, validation = np.transpose(errors)
    axis.plot(training, label="training")
    axis.plot(validation, label="validation")
    axis.set_title(what_to_do(training.tolist(), validation.tolist()))
    axis.set_xlabel("epoch")
axes[0].set_ylabel("mean squared error")
axes[0].legend()
plt.show()

# %% [markdown]
# ## 12. Softmax regression from nothing
#
# Now put it all together: a classifier for any number of classes, trained by batch gradient descent, that stops by
# itself when it is at its best. Use NumPy only. scikit-learn is for comparing, afterwards. (It is graded by its
# steps, which scikit-learn's solvers would not take.)
#
# There are three parts, and each needs the one before.
#
# ### Step 1: from scores to logarithms
#
# The cost needs the logarithm of a probability, and a probability may be so small that the computer takes it for 0. So
# don't take the logarithm of a softmax: write `log_softmax(scores)`, which never makes that 0 in the first place.

# %% exercise="p.04.12" points=16
from solutions.ch04_training_models.softmax import log_softmax

# %% [markdown]
# ### Step 2: the cost and its gradient
#
# Write `loss_and_gradient(theta, X, y, alpha)`. The gradient turns out simpler than it looks: with P for the
# probabilities and Y for the targets, 1 in the column of the right class and 0 elsewhere, it is made of `P - Y`. You
# can check it yourself: move one parameter a little, and see how the cost changes.

# %% exercise="p.04.12"
from solutions.ch04_training_models.softmax import loss_and_gradient

# %% [markdown]
# ### Step 3: training, and knowing when to stop
#
# Write the class `SoftmaxRegression`. `fit` gets a training set and a validation set. After each step it looks at the
# validation loss; when that has not fallen for `patience` epochs, it stops and keeps the *best* parameters, not the
# last.
#
# **What is graded**: each of the parts by itself; that every epoch is one step, and that training stops when it
# should, with the right parameters; labels of any kind, in any order, and a validation set that lacks one of them;
# that a strong penalty leaves the biases alone; and how many irises it names that it has not seen:
# {bar:test_knows_irises:.0%} or more, where a single step gets {naive:test_knows_irises/OneStepOnly:.0%}. Where the
# docstring settles something that could be done otherwise as well (to begin at zeros, to look at the loss after the
# step, without the penalty), one check asks for it, and the others do without.

# %% exercise="p.04.12"
from solutions.ch04_training_models.softmax import SoftmaxRegression

# %% [markdown]
# *Look*: three kinds of iris by the length and width of their petals. Left the validation loss, right the map of your
# model: the colours fade into each other where it is not sure.

# %% demo
X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X[:, 2:])
X_train, X_valid, y_train, y_valid = train_test_split(X, y, test_size=0.4, stratify=y, random_state=5)
model = SoftmaxRegression(learning_rate=0.5, max_epochs=5000).fit(X_train, y_train, X_valid, y_valid)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
axes[0].plot(model.losses_)
axes[0].set(xlabel="epoch", ylabel="validation loss", title=f"{len(model.losses_)} epochs", yscale="log")
a, b = np.meshgrid(np.linspace(-2, 2.2, 150), np.linspace(-2, 2.2, 150))
shares = np.asarray(model.predict_proba(np.column_stack([a.ravel(), b.ravel()])))
colours = np.array([[0.12, 0.47, 0.71], [1.0, 0.5, 0.05], [0.17, 0.63, 0.17]])
axes[1].imshow((shares @ colours).reshape(150, 150, 3), extent=(-2, 2.2, -2, 2.2), origin="lower", alpha=0.5)
axes[1].scatter(*X_valid.T, c=colours[y_valid], edgecolors="k", s=25)
right = np.mean(np.asarray(model.predict(X_valid)) == y_valid)
axes[1].set(xlabel="petal length", ylabel="petal width", title=f"{right:.1%} of the validation set right")
plt.show()

# %% [markdown]
# The validation set has helped to choose when to stop, so its accuracy is a little flattering. What would you need for
# an honest figure?
#
# And *look* at what early stopping is for: 30 rows with 20 columns, of which a single one means anything.

# %% demo
rng = np.random.default_rng(0)
X, X_valid = rng.normal(size=(30, 20)), rng.normal(size=(200, 20))
y, y_valid = np.arange(30) % 2, np.arange(200) % 2
X[:, 0] += 2 * y
X_valid[:, 0] += 2 * y_valid
for patience, style in [(1000, "-"), (20, "--")]:
    model = SoftmaxRegression(learning_rate=0.1, max_epochs=1000, patience=patience).fit(X, y, X_valid, y_valid)
    plt.plot(model.losses_, style, label=f"patience {patience}")
    plt.plot(np.argmin(model.losses_), min(model.losses_), "o")
plt.xlabel("epoch")
plt.ylabel("validation loss")
plt.legend()
plt.show()

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Give your softmax regression *momentum*: let each step keep nine tenths of the step before. How many epochs does
#   that save, and from which learning rate on does it begin to swing?
# - Let each epoch go through batches of ten rows. How far does the validation loss tremble, and which patience does it
#   take to get past that?
# - Add the products of all pairs of features, and draw the borders between the three kinds of iris again. Which penalty
#   keeps them from going astray?
