# %% right
# Intent: (1 - rate) ** k <= left solved by logarithms, with a hair of tolerance; early stopping by the running minimum
# and the distance of each tree from the last record.
def trees_needed(learning_rate: float, left: float) -> int:
    if learning_rate == 1:
        return 1
    return max(1, int(np.ceil(np.log(left) / np.log1p(-learning_rate) - 1e-9)))


def stop_early(errors: ArrayLike, patience: int) -> int:
    errors = np.asarray(errors)
    trees = np.arange(1, len(errors) + 1)
    record = np.r_[True, errors[1:] < np.minimum.accumulate(errors)[:-1]]
    best = np.maximum.accumulate(np.where(record, trees, 0))
    given_up = trees - best >= patience
    return int(best[given_up.argmax()] if given_up.any() else best[-1])


P_06_7_CHOICE: str = "decrease"


# %% wrong: stop_early
# Misconception: Thinks of patience as a stock for the whole training: each tree without a new record uses up one, and
# a new record doesn't give any back.
def stop_early(errors: ArrayLike, patience: int) -> int:
    errors = np.asarray(errors)
    record = np.r_[True, errors[1:] < np.minimum.accumulate(errors)[:-1]]
    given_up = np.cumsum(~record) >= patience
    seen = given_up.argmax() + 1 if given_up.any() else len(errors)
    return int(errors[:seen].argmin() + 1)


# %% wrong: P_06_7_CHOICE
# Misconception: Thinks that small steps let the trees follow the training rows more finely, so that against
# overfitting the steps have to be larger.
P_06_7_CHOICE = "increase"
