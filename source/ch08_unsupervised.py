# %% [markdown]
# # Unsupervised learning
#
# Most data have no labels: nobody has looked at them yet. There is a lot to be learned from them all the same: what
# belongs together, what is normal, and what stands out. In this notebook you group, draw and reconstruct faces, and
# find out how far one gets with few labels or none.
#
# ### Afterwards you can
#
# - group rows, compare two groupings, and say how many groups there are;
# - make a few labels go a long way, and ask for those that are worth most;
# - tell anomalies from novelties, and find both;
# - work with Gaussian mixtures: how dense they are, which component a row comes from, new samples;
# - judge whether distances to centroids help a classifier.
#
# ### Before you start
#
# You need NumPy, scikit-learn's `fit`, `predict` and `transform`, and to have read the book's chapters on
# dimensionality reduction and on unsupervised learning.
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
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import load_digits, make_blobs, make_moons
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from course.datasets import load

# %% [markdown]
# ## 1. What is clustering?
#
# A museum has 40,000 photos, and nobody has ever written down what is on them. Explain in three to six sentences how
# *clustering* would bring order into them: what such an algorithm is given, what it gives back, and who decides which
# photos are alike. Name three algorithms. (A function for this comes after question 9, as for 2, 4 and 6.)

# %% exercise="p.08.1" points=2 probe_points=2
from solutions.ch08_unsupervised.groups import P_08_1

# %% [markdown]
# ## 2. What is it good for?
#
# Think of four people whose work has little in common, and whom a clustering would help with four *different* kinds of
# task. Who is it, what is clustered, and what is done with the clusters? A sentence or two for each.

# %% exercise="p.08.2" points=2 probe_points=2
from solutions.ch08_unsupervised.groups import P_08_2

# %% [markdown]
# ## 3. How many clusters?
#
# k-means has to be told the number of clusters. Its *inertia*, the sum of squared distances from each row to its
# centroid, can't tell you by itself: more clusters always bring it down. Find two ways out:
#
# - `elbow(inertias)` gets nothing but the inertias with 1, 2, 3, … clusters, and makes the best of them;
# - `best_k(X, ks)` gets the rows themselves, and may use any other measure of a clustering that you know. It is graded
#   on groups that are well apart, with no more rows than some hundred.

# %% exercise="p.08.3" points=4
from solutions.ch08_unsupervised.groups import best_k, elbow

# %% [markdown]
# *Look*: five groups, two of them so close to each other that they look like one; below, all of them are apart. Do both
# ways agree? And do you agree with them?

# %% demo
figure, axes = plt.subplots(2, 3, figsize=(13, 6.4), layout="constrained")
ks = list(range(1, 10))
for line, second in zip(axes, ((2.2, 0), (4, -5.5))):
    X, _ = make_blobs(300, centers=[(0, 0), second, (8, 1), (1, 7), (8, 8)], cluster_std=0.7, random_state=1)
    runs = {k: KMeans(k, n_init=5, random_state=0).fit(X) for k in ks}
    line[0].scatter(*X.T, s=5)
    line[1].plot(ks, [model.inertia_ for model in runs.values()], marker=".")
    line[1].axvline(elbow([model.inertia_ for model in runs.values()]), linestyle="--", color="gray")
    line[1].set(xlabel="clusters", ylabel="inertia")
    line[2].plot(ks[1:], [silhouette_score(X, runs[k].labels_) for k in ks[1:]], marker=".")
    line[2].axvline(best_k(X, ks[1:]), linestyle="--", color="gray")
    line[2].set(xlabel="clusters", ylabel="silhouette")
plt.show()

# %% [markdown]
# ## 4. A few labels go a long way
#
# There are 5,000 recordings of frogs, and an expert has had the time to name 50 of them. "We have *label propagation*
# for that," says somebody. Explain in four to eight sentences what will be done with the other 4,950, step by step, why
# the model that comes of it may be better than one trained on the 50, and how it may get worse.

# %% exercise="p.08.4" points=2 probe_points=3
from solutions.ch08_unsupervised.groups import P_08_4

# %% [markdown]
# ## 5. Large data, dense data
#
# Clustering algorithms differ in what they cost and in what they look for. Write
#
# - `distances_computed(algorithm, n, k, rounds, batch)`, a measure of the work that three algorithms do, and
# - `core_rows(X, eps, min_samples)`, the heart of an algorithm that looks for dense regions.

# %% exercise="p.08.5" points=4
from solutions.ch08_unsupervised.groups import distances_computed, core_rows

# %% [markdown]
# Now choose two algorithms, or more, that scale to large data sets, and two others, or more, that look for regions of
# high density: `"k-means"`, `"mini-batch k-means"`, `"BIRCH"`, `"DBSCAN"`, `"HDBSCAN"`, `"OPTICS"`, `"mean-shift"`,
# `"spectral"`, `"affinity propagation"`. No name may be in both lists.

# %% exercise="p.08.5"
from solutions.ch08_unsupervised.groups import P_08_5_SCALE, P_08_5_DENSITY

# %% [markdown]
# *Look*: two half moons. Core instances are dark. DBSCAN follows each moon from one end to the other; what does k-means
# make of them? (With `eps=0.12` there are gaps that DBSCAN can't cross any more: try it.)

# %% demo
X, _ = make_moons(400, noise=0.07, random_state=0)
figure, axes = plt.subplots(1, 3, figsize=(13, 3), layout="constrained")
axes[0].scatter(*X.T, c=np.where(core_rows(X, 0.15, 8), "black", "lightgray"), s=8)
axes[0].set_title("core instances")
found = DBSCAN(eps=0.15, min_samples=8).fit_predict(X)
axes[1].scatter(*X.T, c=found, s=8, cmap="tab10")
axes[1].set_title(f"DBSCAN: {found.max() + 1} clusters, {np.sum(found < 0)} rows in none")
axes[2].scatter(*X.T, c=KMeans(2, n_init=3, random_state=0).fit_predict(X), s=8, cmap="tab10")
axes[2].set_title("k-means")
plt.show()

# %% [markdown]
# ## 6. A model that asks
#
# An hour of a radiologist is dear; pictures of lungs are there by the thousand. Describe in four to six sentences how
# *active learning* would spend her hours: what she is shown next and who decides that, what is done with what she says,
# and when you let her go home.

# %% exercise="p.08.6" points=2 probe_points=2
from solutions.ch08_unsupervised.density import P_08_6

# %% [markdown]
# ## 7. Anomaly or novelty?
#
# Two smoke detectors have learned what kitchen air is like. One of them learned in a canteen, where something burned
# now and then, nobody noted when; the other in a kitchen of which it is known that nothing did. For one of them you
# need *anomaly detection*, for the other *novelty detection*. Which is which? Say what each may take for granted, what
# it has to find, and what goes wrong if they are mixed up. Name an algorithm for each.

# %% exercise="p.08.7" points=2 probe_points=2
from solutions.ch08_unsupervised.density import P_08_7

# %% [markdown]
# Suppose that some model has given every row a score: how normal it is. Write `flag`, which decides in either manner
# which rows are odd.
#
# And which manner fits these cases?
#
# - a: A table of house prices is to be cleaned of typing errors before anything is trained on it.
# - b: Every part in the training photos was inspected and is flawless. A camera has to notice the first bad one.
# - c: From hours of a sound engine, a model learns its sound, to tell when it begins to sound otherwise.
# - d: Somewhere among a year's card payments, all in the training set, are some hundred frauds, nobody knows which.

# %% exercise="p.08.7"
from solutions.ch08_unsupervised.density import flag, P_08_7_CHOICE

# %% [markdown]
# ## 8. Gaussian mixtures
#
# The heights of all women and men of a town are in one column, and nobody has noted whose is whose. Explain in four to
# six sentences what a *Gaussian mixture* takes for granted about how such rows came about, what it finds out from them,
# and two things or more that it is good for afterwards.

# %% exercise="p.08.8" points=2 probe_points=5
from solutions.ch08_unsupervised.density import P_08_8

# %% [markdown]
# Its parts in code, for given parameters: the density (`mixture_density`), the probability of each component once you
# know where a row is (`responsibilities`), and new rows (`sample_mixture`).

# %% exercise="p.08.8"
from solutions.ch08_unsupervised.density import mixture_density, _joint, responsibilities, sample_mixture

# %% [markdown]
# *Look*: a mixture of three. The colours are mixed from the responsibilities; where would you be unsure?

# %% demo
parameters = [0.5, 0.3, 0.2], [[0, 0], [3, 1], [0, 4]], [[[2, 1], [1, 1]], [[1, 0], [0, 1]], [[1, -0.5], [-0.5, 0.4]]]
x, y = np.meshgrid(np.linspace(-4, 6, 120), np.linspace(-3, 6, 120))
grid = np.column_stack([x.ravel(), y.ravel()])
drawn = np.asarray(sample_mixture(*parameters, 600))
figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
axes[0].contourf(x, y, np.log(mixture_density(grid, *parameters)).reshape(x.shape), levels=20, cmap="viridis")
axes[0].set_title("log density")
axes[1].scatter(*drawn.T, c=np.clip(responsibilities(drawn, *parameters), 0, 1), s=8)
axes[1].set_title("rows drawn, and whose they may be")
plt.show()

# %% [markdown]
# ## 9. How many components?
#
# A mixture with more components always fits its training rows better. Write what it takes to weigh that against the
# number of parameters: `n_parameters` counts them, `bic` is the Bayesian information criterion, and `best_components`
# chooses. (In the last one, scikit-learn may do the work.)

# %% exercise="p.08.9" points=4
from solutions.ch08_unsupervised.density import n_parameters, bic, best_components

# %% [markdown]
# Which of these are ways to find the number of components? Choose all: `"lowest BIC"`, `"highest BIC"`,
# `"lowest AIC"`, `"highest AIC"`, `"highest likelihood of the training rows"`,
# `"a Bayesian mixture with more components than needed"`, `"lowest inertia"`.

# %% exercise="p.08.9"
from solutions.ch08_unsupervised.density import P_08_9_CHOICE

# %% [markdown]
# *Look*: three stretched groups. The likelihood never stops rising; what do the criteria say?

# %% demo
X, _ = make_blobs(450, centers=[(0, 0), (6, 2), (2, 7)], random_state=3)
X = X @ [[1.0, 0.6], [-0.4, 0.7]]
ks = list(range(1, 9))
fits = [GaussianMixture(k, n_init=3, random_state=0).fit(X) for k in ks]
log_likelihoods = [model.score(X) * len(X) for model in fits]
plt.plot(ks, [-2 * value for value in log_likelihoods], marker=".", label="-2 log likelihood")
criteria = [bic(value, n_parameters(k, 2, "full"), len(X)) for k, value in zip(ks, log_likelihoods)]
plt.plot(ks, criteria, marker=".", label="BIC")
plt.plot(ks, [model.aic(X) for model in fits], marker=".", label="AIC")
plt.xlabel("components")
plt.legend()
plt.show()

# %% [markdown]
# # Second halves
#
# These functions and choices go with questions 1, 2, 4 and 6, whose words they would have given away. If they change
# your mind, go back and change the words.
#
# ## 1. Two clusterings
#
# Clusters have numbers, but these are names only: run k-means twice, and the same groups may be numbered otherwise.
# Write `same_grouping(a, b)`, which says whether two clusterings are one and the same.
#
# Then choose all that are clustering algorithms: `"k-means"`, `"DBSCAN"`, `"agglomerative"`, `"spectral"`,
# `"random forest"`, `"k nearest neighbours"`, `"logistic regression"`.

# %% exercise="p.08.1"
from solutions.ch08_unsupervised.groups import same_grouping, P_08_1_CHOICE

# %% [markdown]
# ## 2. Few colours
#
# An image is cut into regions by clustering the colours of its pixels, and each pixel is painted
# in the colour of its cluster. Write the second step, `segment(image, centres)`.
#
# Then choose all the tasks that clustering is made for: `"finding kinds of customers in what they buy"`,
# `"noticing rows that are close to no group"`, `"spreading a few labels over many rows"`,
# `"reducing columns to distances from groups"`, `"predicting prices from thousands of past sales"`,
# `"learning from rewards to walk"`.

# %% exercise="p.08.2"
from solutions.ch08_unsupervised.groups import segment, P_08_2_CHOICE

# %% [markdown]
# *Look*: a painting with many colours, and with few.

# %% demo
height, width = np.mgrid[0:1:60j, 0:1:90j]
sky = np.stack([0.9 - 0.6 * height, 0.6 - 0.2 * height + 0.1 * width, 0.4 + 0.5 * height], axis=2)
disc = ((width - 0.7) ** 2 + (height - 0.4) ** 2 < 0.03)[:, :, None]
painting = np.where(disc, [1.0, 0.9, 0.3], sky) + np.random.default_rng(0).normal(0, 0.03, (60, 90, 3))
figure, axes = plt.subplots(1, 4, figsize=(12, 2.4), layout="constrained")
axes[0].imshow(painting.clip(0, 1))
axes[0].set_title("all colours")
for axis, k in zip(axes[1:], (8, 4, 2)):
    centres = KMeans(k, n_init=3, random_state=0).fit(painting.reshape(-1, 3)).cluster_centers_
    axis.imshow(np.clip(segment(painting, centres), 0, 1))
    axis.set_title(f"{k} colours")
for axis in axes:
    axis.axis("off")
plt.show()

# %% [markdown]
# ## 4. Spreading labels
#
# `representatives(distances)` says which rows a person should label, and `propagate(labels,
# distances, share)` spreads these labels over the clusters, or over the inner part of each.

# %% exercise="p.08.4"
from solutions.ch08_unsupervised.groups import representatives, propagate

# %% [markdown]
# *Look*: 1,400 small digits, and a person who labels only 20 of them. How much is gained by choosing these 20 well, and
# by spreading their labels? The inner half of each cluster is labelled more safely, as the first figure says. The
# second is what a model makes of that which believes every label, the nearest neighbour: means of ten runs of k-means.

# %% demo
small_digits, small_labels = load_digits(return_X_y=True)
X_few, X_rest = np.split(small_digits, [1400])
y_few, y_rest = np.split(small_labels, [1400])


def judged(rows, labels):
    """Return how many of some labels are right, and of the digits held back that a model reads which trusts them."""
    model = KNeighborsClassifier(1).fit(X_few[rows], labels)
    return np.mean(labels == y_few[rows]), model.score(X_rest, y_rest)


found = {}
for seed in range(10):
    gaps = KMeans(20, n_init=1, random_state=seed).fit(X_few).transform(X_few)
    asked = representatives(gaps)
    rows = {"20 drawn at random": np.random.default_rng(seed).permutation(1400)[:20], "20 representatives": asked}
    labels = {name: y_few[chosen] for name, chosen in rows.items()}
    for share in (1.0, 0.5):
        name = f"spread over {share:.0%} of each cluster"
        spread = propagate(y_few[asked], gaps, share)
        rows[name] = np.flatnonzero(spread >= 0)
        labels[name] = spread[rows[name]]
    for name in rows:
        found.setdefault(name, []).append(judged(rows[name], labels[name]))
for name, figures in found.items():
    right, accuracy = np.mean(figures, axis=0)
    print(f"{name:>31}: {right:6.1%} of the labels are right, {accuracy:.1%} of the digits held back")

# %% [markdown]
# ## 6. The question
#
# Write the question that the model asks: `query(probas, n, labelled)` picks the rows it is least sure of.

# %% exercise="p.08.6"
from solutions.ch08_unsupervised.density import query

# %% [markdown]
# *Look*: 20 labelled digits, and 20 more in each round, chosen by your function or at random.

# %% demo
small_digits, small_labels = load_digits(return_X_y=True)
X_few, X_rest = np.split(small_digits, [1400])
y_few, y_rest = np.split(small_labels, [1400])
for chosen_by in ("least sure", "chance"):
    rng = np.random.default_rng(1)
    known = list(range(20))
    course = []
    for _ in range(8):
        model = LogisticRegression(max_iter=10_000).fit(X_few[known], y_few[known])
        course.append(model.score(X_rest, y_rest))
        others = [row for row in rng.permutation(1400) if row not in known]
        known += query(model.predict_proba(X_few), 20, known) if chosen_by == "least sure" else others[:20]
    plt.plot(range(20, 180, 20), course, marker=".", label=chosen_by)
plt.xlabel("labels")
plt.ylabel("accuracy on digits held back")
plt.legend()
plt.show()

# %% [markdown]
# # Faces
#
# ## 10. Faces in clusters
#
# The Olivetti faces are 400 portraits of 40 people, ten of each: with glasses and without, laughing, looking away. An
# image of 64 × 64 grey values is a row of 4,096 numbers. First you need parts to train on, to choose by, and for the
# final word. With so few portraits of each person, chance is a bad friend: write `split_faces`, which gives everyone
# the same place in every part.

# %% exercise="p.08.10" points=2 probe_points=8
from solutions.ch08_unsupervised.faces import split_faces

# %% [markdown]
# Now hide the labels. Into how many groups do the portraits fall by themselves? Write `cluster_faces(X, ks)`, which
# tries several numbers of clusters and keeps the one with the best silhouette. k-means will do; so will any method that
# is told the number of clusters. Reducing the dimensions first makes it quicker.
#
# In `FACE_KS`, say which numbers you would try for 280 portraits of 40 people: 20 numbers or more, in a wide range.
# Would you expect one cluster for each person?

# %% exercise="p.08.10"
from solutions.ch08_unsupervised.faces import FACE_KS, cluster_faces

# %% [markdown]
# Two helpers for what you look at:


# %%
def show_faces(rows, titles=None, columns=10):
    """Show portraits in a grid."""
    lines = -(-len(rows) // columns)
    _, axes = plt.subplots(lines, columns, figsize=(columns, 1.2 * lines), squeeze=False, layout="constrained")
    for axis in axes.flat:
        axis.axis("off")
    for number, (axis, row) in enumerate(zip(axes.flat, rows)):
        axis.imshow(np.reshape(row, (64, 64)), cmap="gray", vmin=0, vmax=1)
        axis.set_title("" if titles is None else titles[number], fontsize=8)
    plt.show()


def alterations(X):
    """Return portraits as they are and in three other ways, by name."""
    return {
        "normal": X,
        "dark": X * 0.3,
        "upside down": X.reshape(-1, 64, 64)[:, ::-1].reshape(-1, 4096),
        "on its side": np.rot90(X.reshape(-1, 64, 64), axes=(1, 2)).reshape(-1, 4096),
    }


# %% [markdown]
# *Look*: the silhouette for every other number, and some of the clusters. What do the faces in a cluster have in
# common?

# %% demo
faces = load("olivetti_faces")
(X_train, y_train), (X_val, y_val), (X_test, y_test) = split_faces(faces.X, faces.y)
best, model, scores = cluster_faces(X_train, sorted(FACE_KS)[::2])
plt.plot(list(scores), list(scores.values()), marker=".")
plt.axvline(40, linestyle="--", color="gray", label="number of people")
plt.plot(best, scores[best], "o", label=f"best: {best} clusters")
plt.xlabel("clusters")
plt.ylabel("silhouette")
plt.title(faces.label)
plt.legend()
plt.show()

clusters = np.asarray(model.predict(X_train))
for number in np.argsort(-np.bincount(clusters))[:4]:
    members = np.flatnonzero(clusters == number)[:10]
    show_faces(X_train[members], [f"person {person}" for person in y_train[members]])

# %% [markdown]
# **And in your own words**, four to six sentences with your own figures: how many clusters did you find, and how many
# people are there? Do the faces in a cluster belong to one person, and the faces of a person to one cluster? What may
# the distances between rows of pixels have gone by instead?

# %% exercise="p.08.10"
from solutions.ch08_unsupervised.faces import P_08_10

# %% [markdown]
# ## 11. Distances as features
#
# How well can people be recognised? Write `fit_face_classifier`, any classifier that you like; graded is how many
# portraits it gets right that it has not seen: {bar:test_recognises_people:.0%} or more. They show people who were made
# up for you, seven portraits each of 40 to learn from, since these forty are known everywhere. A single tree, which has
# {naive:test_recognises_people/one_tree:.0%} right, is not good enough, nor is k-NN on how light a portrait is
# ({naive:test_recognises_people/the_light_alone:.0%}).
#
# Then use clusters to reduce the dimensions: replace the 4,096 pixels of a portrait by its distances to k centroids,
# which are the output of k-means' `transform`. Write `fit_reducer`, with plain k-means (not the mini-batch kind).
#
# Is a classifier better off with distances than with pixels? `search_k` tries several k, and then both together. It is
# given a classifier that is not fitted yet: for each variant, train a fresh copy, `clone(classifier)`.

# %% exercise="p.08.11" points=2 probe_points=10
from solutions.ch08_unsupervised.faces import fit_face_classifier, fit_reducer, search_k

# %% [markdown]
# *Look*: your own answer to the question. Do the distances pay? And if they don't, what do you think was lost?

# %% demo
faces = load("olivetti_faces")
(X_train, y_train), (X_val, y_val), (X_test, y_test) = split_faces(faces.X, faces.y)
print(f"your classifier: {np.mean(fit_face_classifier(X_train, y_train).predict(X_val) == y_val):.1%}")
found = search_k(SVC(kernel="linear"), X_train, y_train, X_val, y_val, range(10, 160, 20))
plt.plot(list(found["scores"]), list(found["scores"].values()), marker=".", label="distances only")
plt.axhline(found["plain"], color="black", label="pixels")
plt.axhline(found["appended"], linestyle="--", color="tab:red", label=f"pixels and {found['best_k']} distances")
plt.xlabel("clusters")
plt.ylabel("validation accuracy of a linear SVM")
plt.title(faces.label)
plt.legend()
plt.show()

# %% [markdown]
# **And in your own words**, four to six sentences with your own figures: what are the distances to centroids worth
# beside the pixels, alone and together with them? Is the difference larger than chance, with so few portraits to
# validate on? What was lost, or why was nothing gained?

# %% exercise="p.08.11"
from solutions.ch08_unsupervised.faces import P_08_11

# %% [markdown]
# ## 12. A mixture that knows faces
#
# A Gaussian mixture is a model of the data themselves, so it can do two things that no clustering can: draw new faces,
# and say how normal a given one is. In 4,096 dimensions it would drown, so reduce them first, keeping 99% of the
# variance. Write
#
# - **`fit_mixture(X, n_components, variance, seed)`**: the PCA and the mixture. Think about regularisation: how many
#   portraits does a component see, and how many numbers does its covariance have?
# - **`sample_faces(pca, mixture, n)`**: n new faces, as pixels;
# - **`face_scores(pca, mixture, X)`**: the log density at each portrait.
#
# The last two are graded with models of ours as well, and all together on portraits of people who were made up for you,
# some of them darkened, turned upside down, or laid on their side.

# %% exercise="p.08.12" points=12
from solutions.ch08_unsupervised.odd import fit_mixture, sample_faces, face_scores

# %% [markdown]
# *Look*: new faces, and then some that have been altered. What do the scores say?

# %% demo
faces = load("olivetti_faces")
(X_train, y_train), (X_val, y_val), (X_test, y_test) = split_faces(faces.X, faces.y)
pca, mixture = fit_mixture(X_train)
print(f"{pca.n_components_} dimensions keep {pca.explained_variance_ratio_.sum():.2%} of the variance")
show_faces(sample_faces(pca, mixture, 20))

altered = alterations(X_val)
show_faces(
    [rows[n] for rows in altered.values() for n in range(5)],
    [f"{face_scores(pca, mixture, rows[n : n + 1])[0]:,.0f}" for rows in altered.values() for n in range(5)],
)
for name, rows in altered.items():
    print(f"{name:>12}: median log density {np.median(face_scores(pca, mixture, rows)):>10,.0f}")

# %% [markdown]
# ## 13. Faces that can't be reconstructed
#
# There is a simpler way to notice what is odd. A PCA of normal faces has learned the directions in which normal faces
# differ. Whatever lies outside of these is lost when a portrait is projected and brought back. Write
#
# - **`recon_error(pca, X)`**: how much is lost of each row, as a mean squared error;
# - **`find_odd_faces(X_train, X_val, X_new, variance, usual)`**, which flags the portraits whose error is larger than
#   is usual for normal faces. Think about which faces can tell you what is usual: how large are the errors of those
#   that the PCA was fitted to, compared with any other?

# %% exercise="p.08.13" points=9
from solutions.ch08_unsupervised.odd import recon_error, find_odd_faces

# %% [markdown]
# *Look*: faces above, reconstructions below. What does the PCA make of a face that stands on its head? And which of the
# three alterations does this method miss, though the mixture did not? Why is that?

# %% demo
faces = load("olivetti_faces")
(X_train, y_train), (X_val, y_val), (X_test, y_test) = split_faces(faces.X, faces.y)
altered = alterations(X_val)
pca = PCA(0.99).fit(X_train)
kinds = [rows[n] for rows in altered.values() for n in range(2)]
back = pca.inverse_transform(pca.transform(np.array(kinds)))
show_faces([*kinds, *back], [f"{error:.4f}" for error in recon_error(pca, np.array(kinds))] + [""] * 8, columns=8)
print(f"median error of the faces it was fitted to: {np.median(recon_error(pca, X_train)):.5f}")
for name, rows in altered.items():
    odd = find_odd_faces(X_train, X_val, rows[: len(rows) // 2] if name == "normal" else rows)
    print(f"{name:>12}: median error {np.median(recon_error(pca, rows)):.5f}, {np.mean(odd):.0%} found odd")

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Look at the portraits that are in a cluster with somebody else. What do they share: light, glasses, a turn of the
#   head? What would you do to the pictures before you group them?
# - Fit a mixture to the portraits of two persons alone, and draw what lies halfway between them. Is it a face?
# - Let a classifier ask for ten labels at a time, and compare it with one that gets ten at random. After how many
#   labels are they equally good, and is it so for every seed?
