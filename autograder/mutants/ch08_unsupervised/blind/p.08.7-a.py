# %% right
# Intent: Novelty compares new rows with the lowest training score. Anomaly takes the n_odd-th lowest training score as
# a bar; what is at the bar or below is odd, among the training rows and the new ones.
import numpy as np


def flag(task: str, train_scores, new_scores, n_odd: int):
    train = np.asarray(train_scores, dtype=np.float64).ravel()
    new = np.asarray(new_scores, dtype=np.float64).ravel()
    ordered: list[float] = sorted(float(score) for score in train)
    if task == "novelty":
        return np.zeros(len(train), dtype=bool), new < ordered[0]
    if task == "anomaly":
        bar = ordered[n_odd - 1]
        return train <= bar, new <= bar
    raise ValueError(f"unknown task: {task!r}")


P_08_7_CHOICE: dict[str, str] = {"a": "anomaly", "b": "novelty", "c": "novelty", "d": "anomaly"}

# %% wrong: flag
# Misconception: Thinks that in anomaly detection a new row is odd as soon as it is stranger than every normal training
# row, so the bar is the lowest normal score and not the highest score of the outliers.
import numpy as np


def flag(task: str, train_scores, new_scores, n_odd: int):
    train = np.asarray(train_scores, dtype=float)
    new = np.asarray(new_scores, dtype=float)
    if task == "novelty":
        return np.zeros(len(train), dtype=bool), new < train.min()
    lowest_normal = np.sort(train)[n_odd]
    return train < lowest_normal, new < lowest_normal


# %% wrong: flag
# Misconception: Thinks that n_odd is a tolerance for novelty detection, too: the lowest training scores are not to be
# trusted, so a new row is odd if it is below the n_odd-th lowest.
import numpy as np


def flag(task: str, train_scores, new_scores, n_odd: int):
    train = np.asarray(train_scores, dtype=float)
    new = np.asarray(new_scores, dtype=float)
    bar = np.sort(train)[n_odd - 1]
    if task == "novelty":
        return np.zeros(len(train), dtype=bool), new < bar
    return train <= bar, new <= bar
