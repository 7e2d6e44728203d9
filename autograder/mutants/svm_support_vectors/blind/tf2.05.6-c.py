# %% right
# Intent: squared distances by einsum over the differences (exact for near rows far from the origin); the experiment is
# an outer product of the two lists.
from itertools import product


def rbf_similarity(X: ArrayLike, landmarks: ArrayLike, gamma: float) -> NDArray[np.float64]:
    P, Q = np.asarray(X, dtype=float), np.asarray(landmarks, dtype=float)
    gap = P[:, None] - Q[None]
    return np.exp(-gamma * np.einsum("ikj,ikj->ik", gap, gap))


def training_accuracies(
    X: NDArray[Any], y: NDArray[Any], gammas: Sequence[float], Cs: Sequence[float]
) -> NDArray[np.float64]:
    y = np.asarray(y)

    def accuracy(gamma, C):
        return np.mean(SVC(kernel="rbf", gamma=gamma, C=C).fit(X, y).predict(X) == y)

    table = np.fromiter((accuracy(*pair) for pair in product(gammas, Cs)), dtype=float)
    return table.reshape(len(gammas), len(Cs))


TF2_05_6_CHOICE: dict[str, str] = {"gamma": "increase", "C": "increase"}


# %% wrong: training_accuracies
# Misconception: Thinks that an accuracy is only worth something by cross-validation, so reports that, although the
# fit to the own training rows was asked for.
def training_accuracies(
    X: NDArray[Any], y: NDArray[Any], gammas: Sequence[float], Cs: Sequence[float]
) -> NDArray[np.float64]:
    return np.array([[cross_val_score(SVC(gamma=g, C=C), X, y, cv=2).mean() for C in Cs] for g in gammas])


# %% wrong: TF2_05_6_CHOICE
# Misconception: Thinks that C is the strength of the regularisation (like alpha), so that less of it fits better.
TF2_05_6_CHOICE: dict[str, str] = {"gamma": "increase", "C": "decrease"}
