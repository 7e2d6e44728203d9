# %% right
# Intent: view the projections as (d, head, column) tensors, so that einsum does all heads at once; the causal mask puts -inf
# on the scores above the diagonal before the softmax.
import torch
import numpy as np


def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X, W_q, W_k, W_v, W_o = (torch.from_numpy(np.array(a, dtype=np.float64)) for a in (X, W_q, W_k, W_v, W_o))
    T, d = X.shape
    size = d // n_heads
    Q, K, V = (torch.einsum("td,dhe->hte", X, W.reshape(d, n_heads, size)) for W in (W_q, W_k, W_v))
    scores = torch.einsum("hqe,hke->hqk", Q, K) / size**0.5
    if causal:
        later = torch.ones(T, T, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    heads = torch.einsum("hqk,hke->qhe", scores.softmax(dim=-1), V)
    return (heads.reshape(T, d) @ W_o).numpy()


P_15_1_CHOICE = "multi-head attention"

# %% wrong: multi_head_attention
# Misconception: the scores are divided by the root of the model's size d, however many heads there are.
def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X, W_q, W_k, W_v, W_o = (torch.from_numpy(np.array(a, dtype=np.float64)) for a in (X, W_q, W_k, W_v, W_o))
    T, d = X.shape
    size = d // n_heads
    Q, K, V = (torch.einsum("td,dhe->hte", X, W.reshape(d, n_heads, size)) for W in (W_q, W_k, W_v))
    scores = torch.einsum("hqe,hke->hqk", Q, K) / d**0.5
    if causal:
        later = torch.ones(T, T, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    heads = torch.einsum("hqk,hke->qhe", scores.softmax(dim=-1), V)
    return (heads.reshape(T, d) @ W_o).numpy()

# %% wrong: multi_head_attention
# Misconception: to hide later tokens, their weights are set to zero once softmax has made them; nothing else has to change.
def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X, W_q, W_k, W_v, W_o = (torch.from_numpy(np.array(a, dtype=np.float64)) for a in (X, W_q, W_k, W_v, W_o))
    T, d = X.shape
    size = d // n_heads
    Q, K, V = (torch.einsum("td,dhe->hte", X, W.reshape(d, n_heads, size)) for W in (W_q, W_k, W_v))
    weights = (torch.einsum("hqe,hke->hqk", Q, K) / size**0.5).softmax(dim=-1)
    if causal:
        weights = weights.tril()
    return (torch.einsum("hqk,hke->qhe", weights, V).reshape(T, d) @ W_o).numpy()
