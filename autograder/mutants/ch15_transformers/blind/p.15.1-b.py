# %% right
# Intent: let PyTorch's scaled_dot_product_attention do the work, on tensors of (heads, tokens, columns of a head).
import numpy as np
import torch
import torch.nn.functional as F


def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X, W_q, W_k, W_v, W_o = (torch.from_numpy(np.array(one, dtype=np.float64)) for one in (X, W_q, W_k, W_v, W_o))
    q, k, v = ((X @ W).unflatten(1, (n_heads, -1)).transpose(0, 1) for W in (W_q, W_k, W_v))
    heads = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return (heads.transpose(0, 1).flatten(1) @ W_o).numpy()


P_15_1_CHOICE = "multi-head attention"

# %% wrong: multi_head_attention
# Misconception: reshape to (heads, tokens, size) is the same as splitting the columns; no transpose is needed.
def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X, W_q, W_k, W_v, W_o = (torch.from_numpy(np.array(one, dtype=np.float64)) for one in (X, W_q, W_k, W_v, W_o))
    n, d = X.shape
    q, k, v = ((X @ W).reshape(n_heads, n, d // n_heads) for W in (W_q, W_k, W_v))
    heads = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return (heads.reshape(n, d) @ W_o).numpy()

# %% wrong: multi_head_attention
# Misconception: the scores are scaled by the root of the model's size d, however many heads share it.
def multi_head_attention(X, W_q, W_k, W_v, W_o, n_heads, causal=False):
    X, W_q, W_k, W_v, W_o = (torch.from_numpy(np.array(one, dtype=np.float64)) for one in (X, W_q, W_k, W_v, W_o))
    q, k, v = ((X @ W).unflatten(1, (n_heads, -1)).transpose(0, 1) for W in (W_q, W_k, W_v))
    heads = F.scaled_dot_product_attention(q, k, v, is_causal=causal, scale=X.shape[1] ** -0.5)
    return (heads.transpose(0, 1).flatten(1) @ W_o).numpy()
