# %% right
# Intent: novelty compares with the lowest training score; anomaly with the n_odd-th lowest, for both sets alike.
def flag(task, train_scores, new_scores, n_odd):
    train, new = np.asarray(train_scores), np.asarray(new_scores)
    if task == "novelty":
        return np.zeros(len(train), dtype=bool), new < train.min()
    threshold = np.sort(train)[n_odd - 1]
    return train <= threshold, new <= threshold


P_08_7_CHOICE = {"a": "anomaly", "b": "novelty", "c": "novelty", "d": "anomaly"}

# %% wrong: flag
# Misconception: Thinks that in anomaly detection a new row is odd as soon as it is below every normal training row, so
# rows between the best outlier and the worst normal row are flagged, too.
def flag(task, train_scores, new_scores, n_odd):
    train, new = np.asarray(train_scores), np.asarray(new_scores)
    if task == "novelty":
        return np.zeros(len(train), dtype=bool), new < train.min()
    odd = train <= np.sort(train)[n_odd - 1]
    return odd, new < train[~odd].min()

# %% wrong: P_08_7_CHOICE
# Misconception: Thinks that "anomaly" is the word wherever something breaks down, and does not ask whether the
# training rows of the engine were all good.
P_08_7_CHOICE = {"a": "anomaly", "b": "novelty", "c": "anomaly", "d": "anomaly"}
