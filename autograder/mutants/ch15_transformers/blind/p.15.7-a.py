# %% right
# Intent: walk through the tokens from the likeliest on, keep at most top_k, then add up their softmax until top_p is reached.
def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scaled = np.array(logits, dtype=float) / temperature
    order = list(np.argsort(-scaled))
    if top_k is not None:
        order = order[:top_k]
    weights = np.exp(scaled[order] - scaled[order[0]])
    weights = weights / weights.sum()
    if top_p is not None:
        reached, kept = 0.0, 0
        for weight in weights:
            reached += weight
            kept += 1
            if reached >= top_p:
                break
        order, weights = order[:kept], weights[:kept] / weights[:kept].sum()
    shares = np.zeros(len(scaled))
    for token, weight in zip(order, weights):
        shares[token] = weight
    return shares

# %% wrong: next_shares
# Misconception: top_p keeps the tokens whose probabilities together stay within top_p; the one that crosses it is out.
def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scaled = np.array(logits, dtype=float) / temperature
    order = np.argsort(-scaled)
    if top_k is not None:
        order = order[:top_k]
    weights = np.exp(scaled[order] - scaled[order[0]])
    weights = weights / weights.sum()
    if top_p is not None:
        kept = max(1, int(np.sum(np.cumsum(weights) <= top_p)))
        order, weights = order[:kept], weights[:kept] / weights[:kept].sum()
    shares = np.zeros(len(scaled))
    shares[order] = weights
    return shares

# %% wrong: next_shares
# Misconception: the nucleus is always measured with the model's own probabilities over all tokens; top_k and top_p are two
# independent filters, and a token has to pass both.
def next_shares(logits, temperature=1.0, top_k=None, top_p=None):
    scaled = np.array(logits, dtype=float) / temperature
    order = np.argsort(-scaled)
    weights = np.exp(scaled[order] - scaled[order[0]])
    weights = weights / weights.sum()
    kept = len(order)
    if top_p is not None:
        kept = min(kept, int(np.sum(np.cumsum(weights) < top_p)) + 1)
    if top_k is not None:
        kept = min(kept, top_k)
    shares = np.zeros(len(scaled))
    shares[order[:kept]] = weights[:kept] / weights[:kept].sum()
    return shares
