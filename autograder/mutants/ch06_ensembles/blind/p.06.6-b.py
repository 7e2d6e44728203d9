# %% right
# Intent: np.average gives the weighted error; exp(say) is ((1 - r) / r) ** learning_rate.
def boosted_weights(weights: ArrayLike, wrong: ArrayLike, learning_rate: float) -> NDArray[np.float64]:
    r = np.average(wrong, weights=weights)
    boosted = np.where(wrong, ((1 - r) / r) ** learning_rate, 1.0) * weights
    return boosted / boosted.sum()


P_06_6_CHOICE: list[str] = ["a hundred estimators", "trees of depth 3 as base models", "a learning rate of 0.5"]


# %% wrong: boosted_weights
# Misconception: Thinks that the learning rate says how far the weights move from the old ones to the fully boosted
# ones, as in a moving average.
def boosted_weights(weights: ArrayLike, wrong: ArrayLike, learning_rate: float) -> NDArray[np.float64]:
    old = np.asarray(weights) / np.sum(weights)
    r = np.average(wrong, weights=old)
    boosted = np.where(wrong, (1 - r) / r, 1.0) * old
    new = (1 - learning_rate) * old + learning_rate * boosted / boosted.sum()
    return new / new.sum()


# %% wrong: P_06_6_CHOICE
# Misconception: Thinks that AdaBoost works with weak learners only, so that deeper trees as base models are no way out.
P_06_6_CHOICE = ["a hundred estimators", "a learning rate of 0.5"]
