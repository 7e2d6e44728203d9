# %% right
# Intent: Each task is a pair of predicates (one for training rows, one for new rows), made by closures around the
# sorted training scores.
def _novelty(ordered, n_odd):
    lowest = ordered[0]
    return (lambda s: np.zeros(s.shape, dtype=bool)), (lambda s: s < lowest)


def _anomaly(ordered, n_odd):
    bar = ordered[n_odd - 1]

    def odd(s):
        return s <= bar

    return odd, odd


def flag(
    task: str, train_scores: ArrayLike, new_scores: ArrayLike, n_odd: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    train, new = np.asarray(train_scores, dtype=float), np.asarray(new_scores, dtype=float)
    on_train, on_new = {"novelty": _novelty, "anomaly": _anomaly}[task](np.sort(train), n_odd)
    return on_train(train), on_new(new)


P_08_7_CHOICE: dict[str, str] = {"a": "anomaly", "b": "novelty", "c": "novelty", "d": "anomaly"}

# %% wrong: flag
# Misconception: Thinks that in anomaly detection, too, a new row is odd as soon as it is less normal than every normal
# training row, even if it is more normal than all the outliers.
def flag(
    task: str, train_scores: ArrayLike, new_scores: ArrayLike, n_odd: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    train, new = np.asarray(train_scores, dtype=float), np.asarray(new_scores, dtype=float)
    expected = n_odd if task == "anomaly" else 0
    bar = np.sort(train)[expected]
    return train < bar, new < bar


# %% wrong: P_08_7_CHOICE
# Misconception: Thinks that what counts is whether the odd thing is of a kind never named before: frauds that nobody
# has noted are then a novelty, though they are among the training rows.
P_08_7_CHOICE: dict[str, str] = {"a": "anomaly", "b": "novelty", "c": "novelty", "d": "novelty"}
