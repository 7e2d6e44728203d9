# %% right
# Intent: KMeans with several starts for the unknown groups, the nearest old customer for the known ones.
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsClassifier

P_01_7_UNKNOWN = "clustering"
P_01_7_KNOWN = "classification"


def find_groups(X, k):
    return KMeans(n_clusters=k, n_init=20, random_state=0).fit_predict(X)


def assign_groups(X, names, new):
    return KNeighborsClassifier(n_neighbors=1).fit(X, names).predict(new)


# %% wrong: assign_groups
# Misconception: Thinks that every named group has one centre, and that the nearest centre decides.
def assign_groups(X, names, new):
    from sklearn.neighbors import NearestCentroid

    return NearestCentroid().fit(X, names).predict(new)


# %% wrong: assign_groups
# Misconception: Thinks that knowing the groups means knowing their number: clusters the old customers into as many
# groups as there are names, and calls each cluster by its most frequent name.
def assign_groups(X, names, new):
    model = KMeans(n_clusters=len(set(names)), n_init=20, random_state=0).fit(X)
    groups = model.labels_
    names = np.asarray(names)
    called = {}
    for group in set(groups):
        found, counts = np.unique(names[groups == group], return_counts=True)
        called[group] = found[counts.argmax()]
    return [called[group] for group in model.predict(new)]
