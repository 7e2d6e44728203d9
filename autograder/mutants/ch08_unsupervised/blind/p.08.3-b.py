# %% right
# Intent: the silhouette of k-means with ten starts chooses k; the elbow is the largest ratio of successive drops.
def best_k(X, ks):
    X = np.asarray(X, dtype=float)
    scores = {k: silhouette_score(X, KMeans(k, n_init=10, random_state=42).fit_predict(X)) for k in sorted(ks)}
    return max(scores, key=scores.get)


def elbow(inertias):
    drops = -np.diff(np.asarray(inertias, dtype=float))
    return int(np.argmax(drops[:-1] / drops[1:])) + 2

# %% wrong: elbow
# Misconception: Takes the step by which the inertia itself shrinks by the largest factor for the elbow, and does not
# look at how much the next cluster still brings.
def elbow(inertias):
    inertias = np.asarray(inertias, dtype=float)
    return int(np.argmax(inertias[:-1] / inertias[1:])) + 2

# %% wrong: best_k
# Misconception: Believes that k-means ends at the same, best centroids wherever it starts, so a single run from
# randomly chosen rows is enough for each k.
def best_k(X, ks):
    X = np.asarray(X, dtype=float)
    scores = {
        k: silhouette_score(X, KMeans(k, init="random", n_init=1, random_state=0).fit_predict(X)) for k in sorted(ks)
    }
    return max(scores, key=scores.get)
