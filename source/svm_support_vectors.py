# %% [markdown]
# # Support vector machines
#
# Two classes, and a line between them: but which line? A support vector machine takes the one with the most room on
# both sides. In this notebook you explain why that works, state the problem for a solver, find the same line in three
# ways, and let kernels read digits and guess the prices of houses.
#
# ### Afterwards you can
#
# - say what a support vector machine makes as large as possible, and which rows decide about it;
# - say why inputs are scaled, and show what happens if they are not;
# - choose between primal and dual form, and between values of gamma and C;
# - write the soft margin down for a solver, and hold three implementations against each other;
# - let kernels read digits and guess prices, choose among machines, and test the best one without a leak.
#
# ### Before you start
#
# You need NumPy, scalar products and scikit-learn's pipelines, and to have read a chapter on support vector machines
# (this book has it online, an earlier edition in print).
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
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
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris, make_blobs, make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC

from course.datasets import load

# %% [markdown]
# ## 1. The idea
#
# A logistic regression and a support vector machine have drawn different lines between the same two classes, and
# neither of them makes a mistake. Explain in four to six sentences, to somebody who knows the first but not the second,
# which line the second was looking for, what it would have done with classes that overlap, and what with classes that
# no straight line can part.

# %% exercise="tf2.05.1" points=2 probe_points=2
from solutions.svm_support_vectors.street import TF2_05_1

# %% [markdown]
# The idea in two small functions: `street_width(w)`, what is to be large, and `soft_margin_cost(X, t, w, b, C)`, what
# is minimised instead.

# %% exercise="tf2.05.1"
from solutions.svm_support_vectors.street import street_width, soft_margin_cost

# %% [markdown]
# *Look*: a high price of violations, and a low one. Which street would you trust with new rows?

# %% demo
X, y = make_blobs(60, centers=[(0, 0), (3, 2)], cluster_std=1.1, random_state=4)
figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
for axis, C in zip(axes, (100, 0.02)):
    model = SVC(kernel="linear", C=C).fit(X, y)
    w, b = model.coef_[0], model.intercept_[0]
    DecisionBoundaryDisplay.from_estimator(
        model, X, ax=axis, response_method="decision_function", plot_method="contour", levels=[-1, 0, 1], colors="black"
    )
    axis.scatter(*X.T, c=y, cmap="RdBu", s=15)
    cost = soft_margin_cost(X, np.where(y == 1, 1, -1), w, b, C)
    axis.set_title(f"C = {C}: width {street_width(w):.2f}, cost {cost:.2f}")
plt.show()

# %% [markdown]
# ## 2. Support vectors
#
# After training, somebody deletes 180 of 200 rows, trains again, and gets the same line to the last digit. Which rows
# are the 20 that were kept: where do they lie, and what have they got to do with the line? What do predictions need?
# And what would have been allowed to happen to the 180 instead?

# %% exercise="tf2.05.2" points=2 probe_points=3
from solutions.svm_support_vectors.street import TF2_05_2

# %% [markdown]
# Two functions to check yourself by. `support_rows(X, t, w, b)` finds the support vectors, given the line. And
# `decide(vectors, coefs, b, gamma, X)` predicts with a kernel, and sees nothing but support vectors.

# %% exercise="tf2.05.2"
from solutions.svm_support_vectors.street import support_rows, decide

# %% [markdown]
# *Look*: how many of 200 rows does the machine remember? Nothing is lost without the others.

# %% demo
X, y = make_moons(200, noise=0.2, random_state=0)
whole = SVC(gamma=2, C=5, tol=1e-6).fit(X, y)
kept = whole.support_
part = SVC(gamma=2, C=5, tol=1e-6).fit(X[kept], y[kept])
print(f"{len(kept)} of {len(X)} rows are support vectors")
scores = whole.decision_function(X)
print(f"largest change of a score without the others: {np.abs(scores - part.decision_function(X)).max():.1e}")
ours = decide(whole.support_vectors_, whole.dual_coef_[0], whole.intercept_[0], 2, X)
print(
    f"largest difference between your scores and scikit-learn's: {np.abs(ours - whole.decision_function(X)).max():.1e}"
)
plt.scatter(*X.T, c=y, cmap="RdBu", s=12)
plt.scatter(*X[kept].T, s=60, facecolors="none", edgecolors="black")
plt.title("support vectors are circled")
plt.show()

# %% [markdown]
# ## 3. Scaling
#
# A table gives distances in kilometres. Somebody turns one column into metres, no row has moved in the world, and the
# support vector machine finds another boundary. Explain in two to four sentences how that comes, which columns are the
# losers, and what to do about it.

# %% exercise="tf2.05.3" points=2 probe_points=2
from solutions.svm_support_vectors.street import TF2_05_3

# %% [markdown]
# See for yourself: `boundary_angle(X, y, factor, scale)` measures how far the boundary turns when one column is given
# in another unit. Mind that two boundaries can only be compared in the same units: if a column is multiplied by 10, the
# *same* boundary has a tenth of the weight there.

# %% exercise="tf2.05.3"
from solutions.svm_support_vectors.street import boundary_angle

# %% [markdown]
# *Look*: units from a thousandth to a thousand, with and without scaling.

# %% demo
X, y = make_blobs(60, centers=[(0, 0), (3, 3)], random_state=2)
factors = np.geomspace(0.001, 1000, 25)
for scale in (False, True):
    plt.plot(factors, [boundary_angle(X, y, factor, scale) for factor in factors], label=f"scale={scale}")
plt.xscale("log")
plt.xlabel("unit of the first column")
plt.ylabel("turn of the boundary, degrees")
plt.legend()
plt.show()

# %% [markdown]
# ## 4. How sure is it?
#
# Of two customers the machine says "will cancel". Which of them should be called first? And may one tell the boss that
# this one "will cancel with 80%"?
#
# Write `distances(X, w, b)`, a row's distance from the boundary, and `calibrated(scores, y, new_scores)`, which learns
# from rows that were held out what a score is worth.

# %% exercise="tf2.05.4" points=4
from solutions.svm_support_vectors.kernels import distances, calibrated

# %% [markdown]
# Now choose all that is right:
#
# - `"scores say how sure it is"`: the further a row is from the boundary, the surer;
# - `"scores are probabilities"`: `decision_function` returns them;
# - `"probabilities take a second model"`: which is trained on scores;
# - `"rows held out"`: such a second model should be given scores of rows that the machine was not trained on;
# - `"rows trained on"`: it should be given the scores of those that it was.

# %% exercise="tf2.05.4"
from solutions.svm_support_vectors.kernels import TF2_05_4_CHOICE

# %% [markdown]
# *Look*: scores of held-out rows, and the probabilities that your function makes of them.

# %% demo
X, y = make_moons(600, noise=0.35, random_state=1)
model = SVC(C=1).fit(X[:300], y[:300])
scores = model.decision_function(X[300:])
grid = np.linspace(-3, 3, 100)
plt.plot(grid, calibrated(scores, y[300:], grid))
plt.scatter(scores, y[300:], s=8, alpha=0.4)
plt.xlabel("score")
plt.ylabel("probability of class 1")
plt.show()

# %% [markdown]
# ## 5. Millions of rows
#
# The problem of a linear support vector machine can be stated in two ways: the *primal* form looks for weights, the
# *dual* form for one number alpha per row. Which of them to solve depends on the shape of the table.
#
# Write `numbers_in_h(form, m, n)`, the size of the matrix that a solver of quadratic programs would be given, and
# `training_seconds(form, m, measured_m, measured_seconds)`, an estimate of the time. Then try millions.

# %% exercise="tf2.05.5" points=3
from solutions.svm_support_vectors.kernels import numbers_in_h, training_seconds

# %% [markdown]
# Which form, `"primal"` or `"dual"`, suits each of these cases?

# %% exercise="tf2.05.5"
from solutions.svm_support_vectors.kernels import TF2_05_5_CHOICE

# %% [markdown]
# *Look*: what your functions say about a machine that takes a second for 10,000 rows.

# %% demo
for m in (100_000, 1_000_000, 10_000_000):
    for form in ("primal", "dual"):
        low, high = training_seconds(form, m, 10_000, 1.0)
        size = 8 * numbers_in_h(form, m, 300) / 1e9
        print(f"{m:>10,} rows, {form:>6}: {low / 3600:10.3f} to {high / 3600:11.3f} hours; H has {size:12,.3f} GB")

# %% [markdown]
# ## 6. A kernel that learns too little
#
# An RBF kernel compares rows: `rbf_similarity(X, landmarks, gamma)` falls from 1 to 0 as the distance grows, and gamma
# says how fast. Write it, and `training_accuracies(X, y, gammas, Cs)`, the experiment that shows what both settings do.

# %% exercise="tf2.05.6" points=3
from solutions.svm_support_vectors.kernels import rbf_similarity, training_accuracies

# %% [markdown]
# A machine with an RBF kernel is hardly better than a coin on the very rows it has learned from. For gamma and for C,
# say what can help: `"increase"`, `"decrease"`, or `"no difference"`.

# %% exercise="tf2.05.6"
from solutions.svm_support_vectors.kernels import TF2_05_6_CHOICE

# %% [markdown]
# *Look*: accuracies on the training rows. Where does the classifier underfit, and which way leads out?

# %% demo
X, y = make_moons(200, noise=0.3, random_state=5)
gammas, Cs = [0.01, 0.1, 1, 10, 100], [0.01, 0.1, 1, 10, 100]
table = training_accuracies(X, y, gammas, Cs)
plt.imshow(table, vmin=0.5, vmax=1)
for i, row in enumerate(table):
    for j, value in enumerate(row):
        plt.text(j, i, f"{value:.2f}", ha="center", va="center", color="white" if value < 0.9 else "black")
plt.xticks(range(len(Cs)), Cs)
plt.yticks(range(len(gammas)), gammas)
plt.xlabel("C")
plt.ylabel("gamma")
plt.show()

# %% [markdown]
# ## 7. For a solver
#
# A solver of *quadratic programs* (QP) finds the p for which ½ pᵀHp + fᵀp is least, among those that satisfy A p ≤ b,
# row by row. The *hard* margin fits in easily: p holds the bias and the weights; H is the identity, but with 0 for the
# bias; f is 0; and each row x of class t demands −t (w·x + bias) ≤ −1.
#
# Now for the soft margin. Each row gets an unknown more, its violation ζ ≥ 0: how much it may fall short of the edge of
# the street. Violations cost C each, in proportion. Write
#
# - `qp_sizes(m, n)`: the number of unknowns and of constraints, for m rows and n columns;
# - `qp_params(X, t, C)`: H, f, A and b.
#
# The signs deserve care: does your constraint get easier or harder to satisfy when ζ grows? Your problem is graded by
# solving it. The constraints may stand in any order.

# %% exercise="tf2.05.7" points=6
from solutions.svm_support_vectors.line import qp_sizes, qp_params

# %% [markdown]
# *Look*: a general solver on your problem, beside `SVC`. The three numbers of each are the bias and the weights.

# %% demo
X, y = make_blobs(16, centers=[(0, 0), (2, 2)], random_state=3)
t = np.where(y == 1, 1.0, -1.0)
H, f, A, b = qp_params(X, t, C=0.7)
found = minimize(
    lambda p: p @ H @ p / 2 + f @ p,
    np.zeros(len(f)),
    jac=lambda p: H @ p + f,
    constraints={"type": "ineq", "fun": lambda p: b - A @ p, "jac": lambda p: -A},
    method="SLSQP",
)
model = SVC(kernel="linear", C=0.7, tol=1e-6).fit(X, t)
print("your problem:", found.x[:3].round(4))
print("SVC:         ", np.append(model.intercept_, model.coef_).round(4))

# %% [markdown]
# ## 8. Three ways to the same line
#
# `LinearSVC`, `SVC` and `SGDClassifier` can all find the line of a soft-margin classifier, each with an algorithm of
# its own. Left to their default values they find three different lines. Write `align(X, y, C)`, which makes them agree.
#
# What has to be brought into line: the loss, the price of violations (what is `alpha` in terms of C and the number of
# rows?), how long they search, and whether the bias is counted among the weights that are to be small. Also, the models
# work on standardised columns; the w and b that you return are for rows as they are in X.
#
# Graded on 80 to 200 rows, with classes that a line separates, or nearly: your w and b, brought to standardised
# columns, point the same way as the best ones (cosine above 0.999), the street has the same width (within 4%), and b
# differs by less than 0.1. Aim for a second or less.

# %% exercise="tf2.05.8" points=8
from solutions.svm_support_vectors.line import align

# %% [markdown]
# *Look*: three lines on two kinds of iris. Can you tell them apart?

# %% demo
iris = load_iris()
rows = iris.target < 2
X, y = iris.data[rows][:, 2:], iris.target[rows]
plt.scatter(*X.T, c=y, cmap="RdBu", s=15)
x = np.array([0.8, 5.2])
for (name, found), style in zip(align(X, y, C=0.5).items(), ("-", "--", ":")):
    w, b = found["w"], found["b"]
    plt.plot(x, -(w[0] * x + b) / w[1], style, label=f"{name}: w = {w.round(3)}, b = {b:.3f}")
plt.xlabel(iris.feature_names[2])
plt.ylabel(iris.feature_names[3])
plt.ylim(0, 2)
plt.legend()
plt.show()

# %% [markdown]
# ## 9. Digits
#
# A support vector machine tells two classes apart. For the ten digits, `SVC` trains one for each *pair* of digits, 45
# in all, and lets them vote; you need not do anything about that. Write `fit_svm(X, y)`, which returns a trained model.
#
# Three tips. Scale the pixels inside of the model, so that it does not matter whether the largest is 255 or 1. Search
# for gamma and C, but on some 1,000 rows only, drawn at random: the time grows faster than the square of their number.
# Then train on all rows with the best of them.
#
# Digits can be looked up, so your function is graded on pictures of ten kinds that nobody knows, drawn anew for each
# hand-in: patterns of light and dark, numbered 0 to 9, of the same size as digits. They are pushed up, down and
# sideways, and each kind has five variants. Your function gets 400 of them, and its model is compared with an `SVC()`
# on standardised pixels, whose values of gamma and C are the default ones. Of its mistakes yours has to save
# {bar:test_tells_made_up_patterns_apart:.0%} (the same machine on pixels in a range saves
# {naive:test_tells_made_up_patterns_apart/default_settings_in_a_range:.0%}; straight borders,
# {naive:test_tells_made_up_patterns_apart/straight_borders:.0%}: a linear machine needs an approximate kernel before
# it). The values need not be those that suit digits, so search from a tenth of the usual gamma to ten times that, and C
# from 1 to 100. Also looked at: that the model was trained on all rows in the end, and that neither the unit of the
# pixels nor the order of the rows makes a difference, nor pixels that are never inked.
#
# Any classifier of `sklearn.svm` will do, and `SGDClassifier` with a hinge loss. Aim for two seconds on 400 rows, five
# at most.

# %% exercise="tf2.05.9" points=9
from solutions.svm_support_vectors.data import _some, fit_svm

# %% [markdown]
# *Look*: 2,000 digits to train on. (With all 60,000 it takes minutes, and about 98% are right.) Below are some that
# were read wrongly.

# %% demo
mnist = load("mnist")
rows = np.random.default_rng(0).permutation(len(mnist.X_train))[:2_000]
X_test, y_test = mnist.X_test[:1_000], mnist.y_test[:1_000]
labels = fit_svm(mnist.X_train[rows], mnist.y_train[rows]).predict(X_test)
print(f"{mnist.label}: {np.mean(labels == y_test):.1%} of the test rows are read correctly")
figure, axes = plt.subplots(1, 6, figsize=(10, 2.2))
for axis, row in zip(axes, np.flatnonzero(labels != y_test)):
    axis.imshow(X_test[row].reshape(28, 28), cmap="binary")
    axis.set_title(f"{labels[row]} (it is {y_test[row]})", fontsize=9)
for axis in axes:
    axis.axis("off")
plt.show()

# %% [markdown]
# ## 10. Houses
#
# For regression the street is turned round: as many rows as possible are to be *on* it, and what lies beside it costs.
# Write `fit_svr(X, y)`, which returns a trained model. It is meant for the districts of California: eight columns of
# very different scale, and the median price of a house in units of 100,000 dollars.
#
# A kernel pays here. Search for gamma (from 0.01 to 1 or more) and C (from 1 to 100 or so) together: at random on a
# logarithmic scale, or on a grid.
#
# Graded are the errors on rows that were held back: of made-up countries, whose districts look like California's
# but whose prices follow other columns each time, and of other made-up tables. Default values are not good enough:
# in the made-up countries your error has to be at least 7% smaller (a search reaches 20 to 50%). Changing a
# column's unit must not matter. Any regressor of `sklearn.svm` will do, and `SGDRegressor` with an
# epsilon-insensitive loss. Aim for five seconds at most.

# %% exercise="tf2.05.10" points=10
from solutions.svm_support_vectors.data import fit_svr

# %% [markdown]
# *Look*: your model beside a straight line. Where are the large errors?

# %% demo
houses = load("california_housing")
table = houses.frame.dropna()
X = np.column_stack(
    [
        table["median_income"],
        table["housing_median_age"],
        table["total_rooms"] / table["households"],
        table["total_bedrooms"] / table["households"],
        table["population"],
        table["population"] / table["households"],
        table["latitude"],
        table["longitude"],
    ]
)
y = table["median_house_value"].to_numpy() / 100_000
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=2_000, test_size=2_000, random_state=42)
line = make_pipeline(StandardScaler(), SVR(kernel="linear")).fit(X_train, y_train)
figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
for axis, (name, model) in zip(axes, {"a line": line, "yours": fit_svr(X_train, y_train)}.items()):
    said = model.predict(X_test)
    axis.scatter(y_test, said, s=4, alpha=0.4)
    axis.plot([0, 5], [0, 5], color="black")
    axis.set_ylim(-1, 6)
    axis.set_title(f"{name}: RMSE {np.sqrt(np.mean((said - y_test) ** 2)):.3f}")
    axis.set_xlabel("price")
print(houses.label)
plt.show()

# %% [markdown]
# ### Which machine, and how good is it?
#
# A picture like this one needs rows that the model has not seen, and a choice needs others again. Write
# `compare_machines(scalers, machines, X, y)`, which tries each scaler with each machine. This time nobody splits for
# you:
#
# - put a fifth of the rows aside for the test;
# - compare all pairs by cross-validation on the others, three folds or more, by their R², which is what a regressor's
#   `score` gives;
# - fit the best pair to all training rows, scaler and machine, and return it;
# - ask it, and no other pair, about the test rows: once, at the end.
#
# Figures look just as good when something has leaked. So the scalers and machines that you get in grading keep a record
# of which rows they have been fitted to and asked about; the first column of their rows is a number to know them by.
# Graded is what the record says: that nothing has learned from a test row, that the scores you report are those of rows
# held out, which rows the last model has learned from, and who was tested. (They say what they want and know rows by
# heart, so don't wonder about the scores.)

# %% exercise="tf2.05.10"
from solutions.svm_support_vectors.machines import compare_machines

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Turn the labels of one row in twenty around. How many of the turned rows become support vectors, and which C minds
#   them least?
# - Let gamma grow from tiny to huge, and draw the number of support vectors and the accuracy on other rows into one
#   picture. Where do the two part?
# - `SVC` takes a function for its kernel. Write one for digits which knows that a picture moved by a pixel is nearly
#   the same picture. What does it gain, and what does it cost?
