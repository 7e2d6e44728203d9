# %% [markdown]
# # Unsupervised learning
#
# Most data have no labels: nobody has looked at them yet. There is a lot to be learned from them all the same: what
# belongs together, what is normal, and what stands out. In this notebook you group, draw and reconstruct faces, and
# find out how far one gets with few labels or none.
#
# How it works:
#
# - Write your answer where the cell says so. The text in quotes below each `def` states exactly what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.

# %%
import math
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import multivariate_normal
from sklearn.base import ClassifierMixin, clone
from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import load_digits, make_blobs, make_moons
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from course.datasets import load

# %% [markdown]
# ## 10. Faces in clusters
#
# The Olivetti faces are 400 portraits of 40 people, ten of each: with glasses and without, laughing, looking away. An
# image of 64 × 64 grey values is a row of 4,096 numbers. First you need parts to train on, to choose by, and for the
# final word. With so few portraits of each person, chance is a bad friend: write `split_faces`, which gives everyone
# the same place in every part.

# %% exercise="p.08.10" points=8
from solutions.ch08_unsupervised import split_faces

# %% [markdown]
# Now hide the labels. Into how many groups do the portraits fall by themselves? Write `cluster_faces(X, ks)`, which
# tries several numbers of clusters and keeps the one with the best silhouette. k-means will do; so will any method that
# is told the number of clusters. Reducing the dimensions first makes it quicker.
#
# In `FACE_KS`, say which numbers you would try for 280 portraits of 40 people: 20 numbers or more, in a wide range.
# Would you expect one cluster for each person?

# %% exercise="p.08.10"
from solutions.ch08_unsupervised import FACE_KS, cluster_faces

# %% [markdown]
# *Look*: the silhouette for each number, and some of the clusters. What do the faces in a cluster have in common?

# %% demo
faces = load("olivetti_faces")
(X_train, y_train), (X_val, y_val), (X_test, y_test) = split_faces(faces.X, faces.y)
best_k, model, scores = cluster_faces(X_train, FACE_KS)
plt.plot(list(scores), list(scores.values()), marker=".")
plt.axvline(40, linestyle="--", color="gray", label="number of people")
plt.plot(best_k, scores[best_k], "o", label=f"best: {best_k} clusters")
plt.xlabel("clusters")
plt.ylabel("silhouette")
plt.title(faces.label)
plt.legend()
plt.show()


# %% demo
def show_faces(rows, titles=None, columns=10):
    """Show portraits in a grid."""
    lines = -(-len(rows) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(columns, 1.2 * lines), squeeze=False, layout="constrained")
    for axis in axes.flat:
        axis.axis("off")
    for number, (axis, row) in enumerate(zip(axes.flat, rows)):
        axis.imshow(np.reshape(row, (64, 64)), cmap="gray", vmin=0, vmax=1)
        axis.set_title("" if titles is None else titles[number], fontsize=8)
    plt.show()


clusters = np.asarray(model.predict(X_train))
for number in np.argsort(-np.bincount(clusters))[:4]:
    members = np.flatnonzero(clusters == number)[:10]
    show_faces(X_train[members], [f"person {person}" for person in y_train[members]])

# %% [markdown]
# ## 11. Distances as features
#
# How well can people be recognised? Write `fit_face_classifier`, any classifier that you like; graded is how many
# portraits it gets right that it has not seen.
#
# Then use clusters to reduce the dimensions: replace the 4,096 pixels of a portrait by its distances to k centroids,
# which are the output of k-means' `transform`. Write `fit_reducer`, with plain k-means (not the mini-batch kind).
#
# Is a classifier better off with distances than with pixels? `search_k` tries several k, and then both together. It is
# given a classifier that is not fitted yet: for each variant, train a fresh copy, `clone(classifier)`.

# %% exercise="p.08.11" points=8
from solutions.ch08_unsupervised import fit_face_classifier, fit_reducer, search_k

# %% [markdown]
# *Look*: your own answer to the question. Do the distances pay? And if they don't, what do you think was lost?

# %% demo
print(f"your classifier: {np.mean(fit_face_classifier(X_train, y_train).predict(X_val) == y_val):.1%}")
found = search_k(SVC(kernel="linear"), X_train, y_train, X_val, y_val, range(10, 160, 10))
plt.plot(list(found["scores"]), list(found["scores"].values()), marker=".", label="distances only")
plt.axhline(found["plain"], color="black", label="pixels")
plt.axhline(found["appended"], linestyle="--", color="tab:red", label=f"pixels and {found['best_k']} distances")
plt.xlabel("clusters")
plt.ylabel("validation accuracy of a linear SVM")
plt.title(faces.label)
plt.legend()
plt.show()

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
# The last two are graded with models of ours as well, and all together on portraits that were darkened, turned upside
# down, or laid on their side.

# %% exercise="p.08.12" points=8
from solutions.ch08_unsupervised import fit_mixture, sample_faces, face_scores

# %% [markdown]
# *Look*: new faces, and then some that have been altered. What do the scores say?

# %% demo
pca, mixture = fit_mixture(X_train)
print(f"{pca.n_components_} dimensions keep {pca.explained_variance_ratio_.sum():.2%} of the variance")
show_faces(sample_faces(pca, mixture, 20))

# %% demo
altered = {
    "normal": X_val,
    "dark": X_val * 0.3,
    "upside down": X_val.reshape(-1, 64, 64)[:, ::-1].reshape(-1, 4096),
    "on its side": np.rot90(X_val.reshape(-1, 64, 64), axes=(1, 2)).reshape(-1, 4096),
}
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

# %% exercise="p.08.13" points=8
from solutions.ch08_unsupervised import recon_error, find_odd_faces

# %% [markdown]
# *Look*: faces above, reconstructions below. What does the PCA make of a face that stands on its head? And which of the
# three alterations does this method miss, though the mixture did not? Why is that?

# %% demo
kinds = [rows[n] for rows in altered.values() for n in range(2)]
back = pca.inverse_transform(pca.transform(np.array(kinds)))
show_faces([*kinds, *back], [f"{error:.4f}" for error in recon_error(pca, np.array(kinds))] + [""] * 8, columns=8)
print(f"median error of the faces it was fitted to: {np.median(recon_error(pca, X_train)):.5f}")
for name, rows in altered.items():
    odd = find_odd_faces(X_train, X_val, rows[: len(rows) // 2] if name == "normal" else rows)
    print(f"{name:>12}: median error {np.median(recon_error(pca, rows)):.5f}, {np.mean(odd):.0%} found odd")
