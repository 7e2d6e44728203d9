# %% right
# Intent: A row escapes one draw with probability 1 - 1/n, and the draws are independent. For the accuracy, walk over
# the rows, let only the models vote that have not seen the row, and skip rows which everyone has seen.
import numpy as np


def oob_fraction(n_rows: int, n_drawn: int) -> float:
    if n_rows < 1:
        raise ValueError("at least one row is needed")
    return float((1.0 - 1.0 / n_rows) ** n_drawn)


def _winner(names: list[int]) -> int:
    best, best_count = -1, 0
    for candidate in sorted(set(names)):
        count = names.count(candidate)
        if count > best_count:
            best, best_count = candidate, count
    return best


def _seen_by(drawn: ArrayLike) -> list[set[int]]:
    seen: list[set[int]] = []
    for rows in drawn:
        seen.append({int(row) for row in rows})
    return seen


def oob_accuracy(votes: ArrayLike, drawn: ArrayLike, y: ArrayLike) -> float:
    table = np.asarray(votes)
    truth = np.asarray(y)
    seen = _seen_by(drawn)
    judged, right = 0, 0
    for j in range(len(truth)):
        names: list[int] = []
        for i in range(len(seen)):
            if j not in seen[i]:
                names.append(int(table[i, j]))
        if not names:
            continue
        judged += 1
        if _winner(names) == int(truth[j]):
            right += 1
    return right / judged if judged > 0 else float("nan")


# %% wrong: oob_accuracy
# Misconception: Thinks that "out of bag" only selects the rows to judge by: a row counts if some model has not seen
# it, but then the ensemble is asked as a whole, with all of its models.
def oob_accuracy(votes: ArrayLike, drawn: ArrayLike, y: ArrayLike) -> float:
    table = np.asarray(votes)
    truth = np.asarray(y)
    seen = _seen_by(drawn)
    judged, right = 0, 0
    for j in range(len(truth)):
        if all(j in rows for rows in seen):
            continue
        judged += 1
        if _winner([int(v) for v in table[:, j]]) == int(truth[j]):
            right += 1
    return right / judged if judged > 0 else float("nan")


# %% wrong: oob_accuracy
# Misconception: Thinks that the out-of-bag accuracy is the mean of the models' own accuracies, each on the rows that it
# has not seen, and that there is no vote in it.
def oob_accuracy(votes: ArrayLike, drawn: ArrayLike, y: ArrayLike) -> float:
    table = np.asarray(votes)
    truth = np.asarray(y)
    scores: list[float] = []
    for i, rows in enumerate(_seen_by(drawn)):
        left_out = [j for j in range(len(truth)) if j not in rows]
        if left_out:
            scores.append(float(np.mean(table[i, left_out] == truth[left_out])))
    return sum(scores) / len(scores) if scores else float("nan")
