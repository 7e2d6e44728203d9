# %% [markdown]
# # Dimensionality reduction
#
# Many data sets have hundreds of features, or millions. Most of them don't need so many: the pixels at the edge of an
# image are always white, and neighbouring ones say nearly the same. In this notebook you find out what can be left out,
# what that costs, and when it pays; and you draw maps on which a computer that knows no digits has sorted them.
#
# ### Afterwards you can
#
# - say what is gained and what is lost when dimensions are reduced;
# - choose how many components to keep, and know between which bounds that lies;
# - choose between kinds of PCA and a random projection by the size of the data;
# - measure whether a reduction has kept what you need, and choose one without a leak;
# - draw maps of data with hundreds of dimensions.
#
# ### Before you start
#
# You need NumPy, scikit-learn's `fit` and `transform`, means and variances, and to have read the book's chapter on
# dimensionality reduction.
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
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import make_swiss_roll
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.manifold import MDS, TSNE, LocallyLinearEmbedding
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline

from course.datasets import load

# %% [markdown]
# ## 1. Why reduce?
#
# A colleague puts PCA in front of every model, "because one does". Tell him in three to six sentences what he may gain
# by that, and what he pays for it: two gains of different kinds, and two prices, at least.

# %% exercise="p.07.1" points=2 probe_points=1
from solutions.ch07_dim_reduction.questions import P_07_1

# %% [markdown]
# One of the reasons can be counted. Write `numbers_stored(n, d, k)`: how many numbers it takes to keep a data set that
# PCA has compressed, if you want to be able to turn it back.
#
# Then choose all the reasons *for* a reduction among these statements: `"faster training"`, `"information is lost"`,
# `"less noise"`, `"one more step to compute"`, `"less storage"`, `"a more complex pipeline"`,
# `"a picture of the data"`, `"features that are hard to interpret"`.

# %% exercise="p.07.1"
from solutions.ch07_dim_reduction.questions import numbers_stored, P_07_1_CHOICE

# %% [markdown]
# *Look*: images of 784 pixels, reduced to 50 numbers each. From how many images on does compression save anything?

# %% demo
images = np.unique(np.geomspace(10, 10_000, 50).astype(int))
for k in (20, 50, 150):
    plt.plot(images, [numbers_stored(int(n), 784, k) / (n * 784) for n in images], label=f"{k} components")
plt.axhline(1, linestyle="--", color="gray")
plt.xscale("log")
plt.ylim(0, 3)
plt.xlabel("images")
plt.ylabel("numbers stored, compressed / as they are")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. The curse of dimensionality
#
# For each of 300 patients, 8,000 genes have been measured, and for a new patient the most similar one of them is to be
# found. "That's hopeless," says a statistician, "it's the *curse of dimensionality*." Explain what she means: what is
# it about 8,000 dimensions that makes near and far lose their meaning, what does it do to a model that learns from
# these rows, and why is it no way out to ask a few hundred patients more?

# %% exercise="p.07.2" points=2 probe_points=2
from solutions.ch07_dim_reduction.questions import P_07_2

# %% [markdown]
# See for yourself how strange these spaces are:
#
# - `border_share(d, margin)`: how likely it is that a random point of a cube is close to one of its borders;
# - `contrast(X, x)`: how much farther away the farthest row is than the nearest.

# %% exercise="p.07.2"
from solutions.ch07_dim_reduction.questions import border_share, contrast

# %% [markdown]
# *Look*: the share of points within 0.001 of a border, and what becomes of the words "near" and "far".

# %% demo
for d in (2, 10_000):
    print(f"{d:>6} dimensions: {border_share(d, 0.001):.7%} of all points are within 0.001 of a border")
rng = np.random.default_rng(0)
dimensions = [1, 2, 3, 5, 10, 30, 100, 300, 1_000]
typical = [np.median([contrast(rng.random((200, d)), rng.random(d)) for _ in range(20)]) for d in dimensions]
plt.loglog(dimensions, typical, marker="o")
plt.xlabel("dimensions")
plt.ylabel("(farthest - nearest) / nearest of 200 points")
plt.show()

# %% [markdown]
# ## 3. There and back again
#
# A telescope in space sends 50 numbers for each picture that it has taken. What can people on Earth get back of the
# picture if these were made by PCA? What if by t-SNE? And what will nobody ever get back, however the 50 were made?
# Give reasons.

# %% exercise="p.07.3" points=2 probe_points=2
from solutions.ch07_dim_reduction.questions import P_07_3

# %% [markdown]
# Measure it: `reconstruction_error(X, k)` tells how far the rows are from where they were after they have gone through
# PCA and back.
#
# For which of these methods is there a way back, at least an approximate one? Choose all of them: `"PCA"`,
# `"random projection"`, `"t-SNE"`, `"LLE"`.

# %% exercise="p.07.3"
from solutions.ch07_dim_reduction.questions import reconstruction_error, P_07_3_CHOICE

# %% [markdown]
# *Look*: digits that have gone through 5, 20, 60 and 150 components.

# %% demo
mnist = load("mnist")
X, y = mnist.X_train[:1_000].astype(float), mnist.y_train[:1_000]
figure, axes = plt.subplots(5, 8, figsize=(8, 5.4))
for line, k in zip(axes, (5, 20, 60, 150, None)):
    pca = PCA(k).fit(X)
    back = pca.inverse_transform(pca.transform(X[:8]))
    for axis, image in zip(line, back):
        axis.imshow(image.reshape(28, 28), cmap="binary")
        axis.axis("off")
    line[0].set_title(
        f"{k or 'all'}: lost {reconstruction_error(X, k or 784) / X.var(axis=0).sum():.0%} of the variance",
        loc="left",
        fontsize=8,
    )
plt.show()

# %% [markdown]
# ## 4. Curved data
#
# PCA projects rows on a plane (or its relatives in more dimensions), and hardly anything in the world is plane. Find a
# set of rows that is bent as much as you like and that PCA makes smaller without doing it any harm. Find another one
# that it ruins. What makes the difference, and what would you do with the second?

# %% exercise="p.07.4" points=2 probe_points=2
from solutions.ch07_dim_reduction.questions import P_07_4

# %% [markdown]
# Write `useless_dimensions(X)`: how many dimensions PCA could drop from a data set without losing anything at all.
#
# Then choose, among these sets in three dimensions, all that PCA takes to *two* without loss:
#
# - `"Swiss roll"`: a sheet that has been rolled up;
# - `"sphere"`: points on its surface;
# - `"tilted circle"`: a circle in a plane that is parallel to no axis;
# - `"spiral and sum"`: a flat spiral, and a third column which is the sum of the first two.

# %% exercise="p.07.4"
from solutions.ch07_dim_reduction.questions import useless_dimensions, P_07_4_CHOICE

# %% [markdown]
# *Look*: a Swiss roll, longer than it is high, squashed by PCA, and unrolled by a method that looks at neighbours only.

# %% demo
roll, along = make_swiss_roll(1_500, noise=0.1, random_state=4)
roll *= [1, 2, 1]  # it lies along the second column
figure, axes = plt.subplots(1, 2, figsize=(9, 4))
for axis, reducer, title in [
    (axes[0], PCA(2), "PCA: layers lie on each other"),
    (axes[1], LocallyLinearEmbedding(n_neighbors=12, random_state=1), "LLE: neighbours stay neighbours"),
]:
    axis.scatter(*reducer.fit_transform(roll).T, c=along, s=6)
    axis.set_title(title, fontsize=10)
print("dimensions that PCA can drop without loss:", useless_dimensions(roll))
plt.show()

# %% [markdown]
# ## 5. How many are left?
#
# You may tell PCA what share of the variance to keep, and it works out with how many components it gets there. Can you
# tell beforehand? Write
#
# - `dims_for(variances, ratio)`: the number of components to keep, once the variance along each of them is known;
# - `dims_bounds(d, ratio)`: how few and how many it can be, if nothing is known of the data. Which data need the most?

# %% exercise="p.07.5" points=4
from solutions.ch07_dim_reduction.methods import dims_for, dims_bounds

# %% [markdown]
# So if 95% of the variance of 1,000 features is kept, how many dimensions are left? `"always 50"`, `"always 95"`,
# `"always 950"`, or `"depends on the data"`?

# %% exercise="p.07.5"
from solutions.ch07_dim_reduction.methods import P_07_5_CHOICE

# %% [markdown]
# *Look*: three data sets of 100 dimensions. How many components hold 95% of the variance of each? For pure noise, the
# variances that PCA finds in a few rows differ by chance, so that it takes fewer than the most.

# %% demo
rng = np.random.default_rng(1)
noise = rng.normal(size=(600, 100))
sets = {
    "pure noise": noise,
    "less and less variance": noise * np.geomspace(1, 0.05, 100),
    "almost a line": np.outer(noise[:, 0], np.ones(100)) + 0.1 * noise,
}
for name, rows in sets.items():
    variances = PCA().fit(rows).explained_variance_
    kept = dims_for(variances, 0.95)
    (line,) = plt.plot(range(1, 101), np.cumsum(variances) / variances.sum(), label=f"{name}: {kept}")
    plt.plot(kept, 0.95, "o", color=line.get_color())
plt.axhline(0.95, linestyle="--", color="gray")
plt.xlabel("components")
plt.ylabel("share of the variance")
plt.legend()
plt.show()

# %% [markdown]
# ## 6. Which one?
#
# The components of PCA can be found from all rows at once, from one batch after the other, or roughly, with the help of
# chance. And a *random projection* doesn't look for any: it multiplies the rows by random numbers, and nearly keeps
# their distances if there are enough dimensions left. Two functions show what is special:
#
# - `projection_dims(n, d, eps)`: how many dimensions are enough. Watch which of the numbers matter;
# - `batch_variances(batches, k)`: PCA of rows that are never in memory together.

# %% exercise="p.07.6" points=5
from solutions.ch07_dim_reduction.methods import projection_dims, batch_variances

# %% [markdown]
# Six people come to you for advice. You have one word for each of them: `"regular PCA"`, `"incremental PCA"`,
# `"randomized PCA"` or `"random projection"`.
#
# - `"A"`: "I have 300 measurements of each of 10,000 bottles of wine here in memory, and want to keep 95% of what
#   varies."
# - `"B"`: "My laptop has 16 gigabytes. The spectra of my stars take up 200."
# - `"C"`: "Another bus reports every minute, and from then on I want components which know of that one, too."
# - `"D"`: "20,000 pictures of 10,000 pixels are loaded. Give me the first 20 components before my tea is cold."
# - `"E"`: "A thousand novels, and for each the counts of five million words. I need some thousands of columns at once.
#   I don't want to look at them, nor to wait for anything to be fitted, if only novels that were close stay close."
# - `"F"`: "A small table, 500 rows and 20 columns. I'd like to see all the components there are."

# %% exercise="p.07.6"
from solutions.ch07_dim_reduction.methods import P_07_6_CHOICE

# %% [markdown]
# *Look*: how many dimensions are safe? Their number grows slowly with the rows, and fast with the accuracy.

# %% demo
rows = np.geomspace(10, 1e6, 40).astype(int)
for eps in (0.1, 0.2, 0.5):
    plt.plot(rows, [projection_dims(int(n), 20_000, eps) for n in rows], label=f"squared distances within {eps:.0%}")
plt.xscale("log")
plt.xlabel("rows with 20,000 features")
plt.ylabel("dimensions after a random projection")
plt.legend()
plt.show()

# %% [markdown]
# ## 7. Was it any good?
#
# Two colleagues have each reduced your table to 20 columns, and each says that theirs are better. One of them can bring
# rows back to where they came from; the other one's method knows no way back. How do you find out who is right, and how
# far does it depend on what you want the 20 columns for?

# %% exercise="p.07.7" points=2 probe_points=2
from solutions.ch07_dim_reduction.methods import P_07_7

# %% [markdown]
# Here is a measure that works for every method: `neighbours_kept(X, Z, k)`, the share of neighbours that are neighbours
# still.
#
# And which of these are good ways to judge a reduction, if used alone? Choose all: `"reconstruction error"` (where
# there is a way back), `"training score of the next model"`, `"validation score of the next model"`,
# `"number of dimensions dropped"`, `"mean of the reduced data"`.

# %% exercise="p.07.7"
from solutions.ch07_dim_reduction.methods import neighbours_kept, P_07_7_CHOICE

# %% [markdown]
# *Look*: the more components, the more neighbours stay. How many would you keep?

# %% demo
mnist = load("mnist")
X = mnist.X_train[:1_000].astype(float)
numbers = [1, 2, 3, 5, 10, 20, 50, 100, 200]
scores = PCA(200).fit_transform(X)
plt.semilogx(numbers, [neighbours_kept(X, scores[:, :k], 10) for k in numbers], marker="o")
plt.xlabel("components")
plt.ylabel("ten nearest neighbours kept")
plt.title(mnist.label, fontsize=9)
plt.show()

# %% [markdown]
# ## 8. One after the other
#
# What one method has reduced, another one may reduce further. Which of these four chains would you call `"sensible"`,
# and which `"pointless"`, because a single step would do as well or better? The data have 784 dimensions.
#
# - `"PCA to 50, t-SNE to 2"`
# - `"t-SNE to 2, PCA to 2"`
# - `"random projection to 300, PCA to 20"`
# - `"PCA to 50, PCA to 20"`
#
# (As everywhere, the choice counts once the function beside it, the one below, is right.)

# %% exercise="p.07.8" points=2
from solutions.ch07_dim_reduction.methods import P_07_8_CHOICE

# %% [markdown]
# One thing that speaks for a chain, or against it, is time. Write `chain_seconds(d, steps)`, the time that a chain of
# reductions takes.

# %% exercise="p.07.8"
from solutions.ch07_dim_reduction.methods import chain_seconds

# %% [markdown]
# *Look*: a slow method (1 second per dimension) alone, and after a fast one (0.01 seconds) that leaves 50 dimensions.

# %% demo
for d in (100, 784, 10_000):
    alone, chained = chain_seconds(d, [(1.0, 2)]), chain_seconds(d, [(0.01, 50), (1.0, 2)])
    print(f"{d:>6} dimensions: {alone:>8,.0f} s alone, {chained:>6,.0f} s after a fast reduction to 50")

# %% [markdown]
# ## 9. With and without PCA
#
# Does PCA make training faster? And better, or worse? It depends on the model that comes next. Write
# **`compare_pca(X_train, y_train, X_test, y_test, ratio)`**, which trains a random forest and a linear model
# (scikit-learn's `SGDClassifier`), each on the pixels and on their principal components, and takes the time.
#
# What you return is a table and the four models. Whoever gets one of these has nothing but pixels: so let it do the
# reduction by itself, with the components that it was trained with.
#
# Graded are the numbers of components, the accuracies and the models themselves, on small images of letters that were
# made up for you (digits can be looked up); a time has to be there, but how long training takes is up to the computer.
# With 400 images of 14x14 pixels, five seconds are enough.

# %% exercise="p.07.9" points=2 probe_points=12
from solutions.ch07_dim_reduction.speed import _unit, compare_pca

# %% [markdown]
# *Look*: 5,000 digits. Which of the two models gains by PCA, and what? (With all 60,000 it takes some minutes.)

# %% demo
mnist = load("mnist")
table, _ = compare_pca(mnist.X_train[:5_000], mnist.y_train[:5_000], mnist.X_test[:2_000], mnist.y_test[:2_000])
print(mnist.label)
print(table.round({"fit_time": 1, "accuracy": 3}))

# %% [markdown]
# **And in your own words**, four to six sentences with your own figures: for which of the two models did PCA shorten
# the training, and for which did it raise the accuracy? By how much? Explain from how each of the models is trained why
# it is not the same for both.

# %% exercise="p.07.9"
from solutions.ch07_dim_reduction.speed import P_07_9

# %% [markdown]
# ### Which reduction, in front of which model?
#
# How many components to keep is a setting like any other, and a reduction is part of the model: it has learned from the
# rows that it was fitted to. Write `compare_reductions(reductions, classifiers, X, y)`, which tries each reduction with
# each classifier. This time nobody splits for you:
#
# - put a fifth of the rows aside for the test;
# - compare all pairs by cross-validation on the others, three folds or more, by their accuracy;
# - fit the best pair to all training rows, reduction and classifier, and return it;
# - ask it, and no other pair, about the test rows: once, at the end.
#
# Figures look just as good when something has leaked. So the reductions and classifiers that you get in grading keep a
# record of which rows they have been fitted to and asked about; the first column of their rows is a number to know them
# by. Graded is what the record says: that nothing has learned from a test row, that the scores you report are those of
# rows held out, which rows the last model has learned from, and who was tested. (They say what they want and know rows
# by heart, so don't wonder about the scores.)

# %% exercise="p.07.9"
from solutions.ch07_dim_reduction.reductions import compare_reductions

# %% [markdown]
# ## 10. Maps of digits
#
# The last one is for the eye. Put every digit on a map, so that like is near like, without telling the method which
# digit it is. Write
#
# - **`embed(X, method, seed)`**, which makes such a map by t-SNE, PCA, metric MDS or LLE;
# - **`plot_embedding(Z, y)`**, which draws it, one colour per digit.
#
# Graded is each map by what its method strives for, on images of letters that were made up for you, since digits can be
# looked up, and on clusters and sheets of points: t-SNE by the ten neighbours on the map, which have to be the same
# letter at least {bar:test_tsne_keeps_letters_together:.0%} as often as the ten neighbours in the data (on a map of
# PCA's, {naive:test_tsne_keeps_letters_together/pca_whatever_is_asked:.0%}; on a t-SNE map of two principal components,
# {naive:test_tsne_keeps_letters_together/tsne_of_two_components:.0%}), or come from the same cluster; PCA by the first
# two components; MDS by distances that can't be improved any more by moving points a little; LLE by how well each row
# is made of its ten neighbours. There are 60 to 400 rows; five seconds a map are enough.

# %% exercise="p.07.10" points=10
from solutions.ch07_dim_reduction.maps import embed, plot_embedding

# %% [markdown]
# *Look*: 600 digits, by all four methods. (5,000 look better still; t-SNE takes about a minute for them, and MDS much
# longer.)

# %% demo
mnist = load("mnist")
X, y = mnist.X_train[:600].astype(float), mnist.y_train[:600]
for method in ("pca", "mds", "lle", "tsne"):
    start = time.perf_counter()
    Z = embed(X, method)
    figure = plot_embedding(Z, y)
    figure.suptitle(f"{method}: {time.perf_counter() - start:.1f} s, {mnist.label}", fontsize=10)
    plt.show()

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Draw the map of the same digits by t-SNE with `perplexity` 2, 30 and 200, and with three seeds each. What stays in
#   all nine maps, and so may mean something?
# - Put a random projection in the place of PCA, in front of the linear model. How many dimensions does it take until
#   the accuracy is back, and what has become of the time?
# - Reconstruct a letter, a photo of a face or mere noise with the components of digits. What comes out, and can you
#   tell by the error that it was no digit?
