# %% right
# Intent: Count the mistakes of every candidate (each value, and infinity for "never 1") in one broadcast, take the
# argmin.
def learn_threshold(values, labels):
    candidates = np.append(values, np.inf)
    mistakes = ((values >= candidates[:, None]) != np.asarray(labels, dtype=bool)).sum(axis=1)
    return candidates[mistakes.argmin()]


# %% wrong: learn_threshold
# Misconception: Thinks that a threshold has to be one of the values that were seen, and so never learns "never 1".
def learn_threshold(values, labels):
    mistakes = ((values >= values[:, None]) != np.asarray(labels, dtype=bool)).sum(axis=1)
    return values[mistakes.argmin()]
