# %% right
# Intent: row by row; softmax after taking away the row's largest score, or a sigmoid per score written with
# exp(-|score|) so that no exponential overflows. Two questions with two answers each: two logistic regressions.
def softmax_of_row(row: Array) -> Array:
    exponentials: Array = np.exp(row - np.max(row))
    return exponentials / np.sum(exponentials)


def sigmoids_of_row(row: Array) -> Array:
    small: Array = np.exp(-np.abs(row))
    return np.where(row >= 0.0, 1.0, small) / (1.0 + small)


def label_probabilities(scores: Array, exclusive: bool) -> Array:
    table: Array = np.asarray(scores, dtype=np.float64)
    result: Array = np.empty_like(table)
    for i in range(table.shape[0]):
        result[i] = softmax_of_row(table[i]) if exclusive else sigmoids_of_row(table[i])
    return result


P_04_11_CHOICE: list[str] = ["b"]

# %% wrong: label_probabilities
# Misconception: Thinks that softmax is the sigmoid of each score, divided by the row's sum so that the probabilities
# add up to 1.
def softmax_of_row(row: Array) -> Array:
    alone: Array = sigmoids_of_row(row)
    total: float = float(np.sum(alone))
    if total == 0.0:
        return np.full(len(row), 1.0 / len(row))
    return alone / total


# %% wrong: label_probabilities
# Misconception: Thinks that scores beyond some hundreds mean certainty anyway, so that cutting them off before the
# exponential makes softmax safe and changes nothing (two large scores of one row become equal).
def softmax_of_row(row: Array) -> Array:
    exponentials: Array = np.exp(np.clip(row, -500.0, 500.0))
    return exponentials / np.sum(exponentials)
