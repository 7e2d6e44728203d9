# %% right
# Intent: for each query compute the scores of the allowed keys one by one, take a softmax over just these (largest
# subtracted first), and add up the values with the weights; forbidden keys keep a weight of 0.
def attend(queries, keys, values, mask=None):
    queries = np.asarray(queries, dtype=np.float64)
    keys = np.asarray(keys, dtype=np.float64)
    values = np.asarray(values, dtype=np.float64)
    n_queries, d = queries.shape
    n_keys = len(keys)
    if mask is None:
        allowed = list(range(n_keys))
    else:
        allowed = [s for s in range(n_keys) if np.asarray(mask)[s]]
    weights = np.zeros((n_queries, n_keys))
    found = np.zeros((n_queries, values.shape[1]))
    for t in range(n_queries):
        scores = np.array([np.sum(queries[t] * keys[s]) / math.sqrt(d) for s in allowed])
        powers = np.exp(scores - scores.max())
        shares = powers / powers.sum()
        for s, share in zip(allowed, shares):
            weights[t, s] = share
            found[t] += share * values[s]
    return found, weights


# %% wrong: attend
# Misconception: a masked key is switched off by making its score 0 before the softmax.
def attend(queries, keys, values, mask=None):
    queries, keys, values = (np.asarray(some, dtype=np.float64) for some in (queries, keys, values))
    scores = queries @ keys.T / math.sqrt(queries.shape[1])
    if mask is not None:
        scores = scores * np.asarray(mask, dtype=bool)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = powers / powers.sum(axis=1, keepdims=True)
    return weights @ values, weights


# %% wrong: attend
# Misconception: the weights of each key over all the queries are what sums to 1.
def attend(queries, keys, values, mask=None):
    queries, keys, values = (np.asarray(some, dtype=np.float64) for some in (queries, keys, values))
    scores = queries @ keys.T / math.sqrt(queries.shape[1])
    powers = np.exp(scores - scores.max(axis=0, keepdims=True))
    weights = powers / powers.sum(axis=0, keepdims=True)
    if mask is not None:
        weights = weights * np.asarray(mask, dtype=bool)
    return weights @ values, weights
