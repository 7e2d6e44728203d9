# %% right
# Intent: a loop over heads and over tokens; each token's softmax runs over the keys that it may see.
def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X = np.array(X, dtype=float)
    Q, K, V = (X @ np.array(W, dtype=float) for W in (W_q, W_k, W_v))
    T, d = X.shape
    size = d // n_heads
    heads = np.zeros((T, d))
    for head in range(n_heads):
        columns = slice(head * size, (head + 1) * size)
        for i in range(T):
            seen = i + 1 if causal else T
            scores = K[:seen, columns] @ Q[i, columns] / np.sqrt(size)
            weights = np.exp(scores - scores.max())
            weights = weights / weights.sum()
            heads[i, columns] = weights @ V[:seen, columns]
    return heads @ np.array(W_o, dtype=float)


P_15_1_CHOICE = "multi-head attention"

# %% wrong: multi_head_attention
# Misconception: the scores are scaled by the root of the model's size, which is the same for all heads.
def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X = np.array(X, dtype=float)
    Q, K, V = (X @ np.array(W, dtype=float) for W in (W_q, W_k, W_v))
    T, d = X.shape
    size = d // n_heads
    parts = []
    for head in range(n_heads):
        columns = slice(head * size, (head + 1) * size)
        scores = Q[:, columns] @ K[:, columns].T / np.sqrt(d)
        if causal:
            scores = np.where(np.tri(T, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights = weights / weights.sum(axis=1, keepdims=True)
        parts.append(weights @ V[:, columns])
    return np.hstack(parts) @ np.array(W_o, dtype=float)

# %% wrong: multi_head_attention
# Misconception: a causal mask takes later tokens' weights away after the softmax; what was lost is made up for by the
# share of tokens that are left, T of i + 1.
def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X = np.array(X, dtype=float)
    Q, K, V = (X @ np.array(W, dtype=float) for W in (W_q, W_k, W_v))
    T, d = X.shape
    size = d // n_heads
    parts = []
    for head in range(n_heads):
        columns = slice(head * size, (head + 1) * size)
        scores = Q[:, columns] @ K[:, columns].T / np.sqrt(size)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights = weights / weights.sum(axis=1, keepdims=True)
        if causal:
            weights = np.tril(weights) * (T / np.arange(1, T + 1))[:, None]
        parts.append(weights @ V[:, columns])
    return np.hstack(parts) @ np.array(W_o, dtype=float)
