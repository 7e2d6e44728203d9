# %% right
# Intent: walk through the sorted values once, keep count of the mistakes for each cut, and remember the best cut.
def learn_threshold(values: Array, labels: Array) -> float:
    xs = np.asarray(values, dtype=float).ravel()
    ts = np.asarray(labels).astype(int).ravel()
    n = len(xs)
    if n == 0:
        return 0.0
    order = np.argsort(xs)
    mistakes = 0  # "always 1": each 0 is a mistake
    for i in range(n):
        if ts[i] == 0:
            mistakes += 1
    best_cut, best_mistakes = 0, mistakes
    for cut in range(1, n + 1):  # the lowest `cut` values are now called 0
        mistakes += 1 if ts[order[cut - 1]] == 1 else -1
        if mistakes < best_mistakes:
            best_cut, best_mistakes = cut, mistakes
    if best_cut == n:  # "never 1"
        return float(np.nextafter(xs[order[-1]], np.inf))
    return float(xs[order[best_cut]])


# %% wrong: learn_threshold
# Misconception: Thinks that the threshold has to be one of the examples' values, so that "always 1" is possible but
# "never 1" is not even tried.
def learn_threshold(values: Array, labels: Array) -> float:
    best_threshold, best_mistakes = float(values[0]), len(values) + 1
    for candidate in sorted(float(v) for v in values):
        mistakes = int(np.sum((np.asarray(values) >= candidate).astype(int) != np.asarray(labels)))
        if mistakes < best_mistakes:
            best_threshold, best_mistakes = candidate, mistakes
    return best_threshold
