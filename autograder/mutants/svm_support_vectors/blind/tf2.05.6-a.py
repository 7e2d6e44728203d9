# %% right
# Intent: fill the table of similarities column by column; for the accuracies fit one machine per pair in two loops.
def rbf_similarity(X: ArrayLike, landmarks: ArrayLike, gamma: float) -> NDArray[np.float64]:
    rows = np.asarray(X, dtype=float)
    marks = np.asarray(landmarks, dtype=float)
    table = np.zeros((len(rows), len(marks)))
    for j in range(len(marks)):
        table[:, j] = np.exp(-gamma * np.sum((rows - marks[j]) ** 2, axis=1))
    return table


def training_accuracies(
    X: NDArray[Any], y: NDArray[Any], gammas: Sequence[float], Cs: Sequence[float]
) -> NDArray[np.float64]:
    table = np.zeros((len(gammas), len(Cs)))
    for i in range(len(gammas)):
        for j in range(len(Cs)):
            model = SVC(kernel="rbf", gamma=float(gammas[i]), C=float(Cs[j])).fit(X, y)
            table[i, j] = float(np.mean(model.predict(X) == y))
    return table


TF2_05_6_CHOICE = {"gamma": "increase", "C": "increase"}


# %% wrong: rbf_similarity
# Misconception: Thinks that similarity falls with the distance itself, not with its square.
def rbf_similarity(X: ArrayLike, landmarks: ArrayLike, gamma: float) -> NDArray[np.float64]:
    rows = np.asarray(X, dtype=float)
    marks = np.asarray(landmarks, dtype=float)
    differences = rows[:, None, :] - marks[None, :, :]
    return np.exp(-gamma * np.linalg.norm(differences, axis=2))


# %% wrong: training_accuracies
# Misconception: Thinks that an accuracy always has to come from rows held out, also where the fit to the training rows
# is asked for, and cross-validates.
def training_accuracies(
    X: NDArray[Any], y: NDArray[Any], gammas: Sequence[float], Cs: Sequence[float]
) -> NDArray[np.float64]:
    table = np.zeros((len(gammas), len(Cs)))
    for i, gamma in enumerate(gammas):
        for j, C in enumerate(Cs):
            table[i, j] = cross_val_score(SVC(gamma=gamma, C=C), X, y, cv=2).mean()
    return table
