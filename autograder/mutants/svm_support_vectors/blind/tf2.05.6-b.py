# %% right
# Intent: SciPy's cdist with squared distances; the experiment is a double loop over fitted SVCs scored on their own
# rows.
from scipy.spatial.distance import cdist


def rbf_similarity(X, landmarks, gamma):
    return np.exp(-gamma * cdist(X, landmarks, "sqeuclidean"))


def training_accuracies(X, y, gammas, Cs):
    return np.array([[SVC(gamma=gamma, C=C).fit(X, y).score(X, y) for C in Cs] for gamma in gammas])


TF2_05_6_CHOICE = {"gamma": "increase", "C": "increase"}


# %% wrong: rbf_similarity
# Misconception: Thinks that similarity falls exponentially with the distance; that it is squared is taken for a
# detail.
def rbf_similarity(X, landmarks, gamma):
    return np.exp(-gamma * cdist(X, landmarks))


# %% wrong: training_accuracies
# Misconception: Thinks that accuracy must always be measured by cross-validation, even where the question is how
# well the machine fits its own training rows.
def training_accuracies(X, y, gammas, Cs):
    return np.array([[cross_val_score(SVC(gamma=gamma, C=C), X, y, cv=2).mean() for C in Cs] for gamma in gammas])
