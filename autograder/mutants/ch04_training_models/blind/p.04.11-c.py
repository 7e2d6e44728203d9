# %% right
# Intent: A sigmoid is the softmax of a score and 0, so the case of independent labels calls the function itself on
# pairs; the softmax is exp(score - logsumexp), the latter folded with logaddexp, which cannot overflow.
def label_probabilities(scores: Array, exclusive: bool) -> Array:
    scores = np.asarray(scores, dtype=float)
    if exclusive:
        return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
    yes_or_no = np.stack([scores.ravel(), np.zeros(scores.size)], axis=1)
    return label_probabilities(yes_or_no, True)[:, 0].reshape(scores.shape)


P_04_11_CHOICE: list[str] = ["b"]

# %% wrong: label_probabilities
# Misconception: Thinks that scores beyond 30 are all "certain" anyway, so that they may be cut to -30 ... 30 before
# the softmax as well, where only the differences matter.
def label_probabilities(scores: Array, exclusive: bool) -> Array:
    scores = np.clip(scores, -30, 30)
    if not exclusive:
        return 1 / (1 + np.exp(-scores))
    weights = np.exp(scores)
    return weights / weights.sum(axis=1, keepdims=True)

# %% wrong: label_probabilities
# Misconception: Knows that any constant may be subtracted from the scores, and thinks that one constant for the whole
# table, its largest score, keeps every row safe.
def label_probabilities(scores: Array, exclusive: bool) -> Array:
    if not exclusive:
        return (1 + np.tanh(scores / 2)) / 2
    weights = np.exp(scores - scores.max())
    return weights / weights.sum(axis=1, keepdims=True)
