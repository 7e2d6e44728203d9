# %% right
# Intent: scaled dot-product attention with einsum: queries from words, keys and values from regions, softmax over regions.
def cross_attention(
    words: ArrayLike, regions: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, W_v: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np
    import torch

    words, regions, W_q, W_k, W_v = (
        torch.tensor(np.asarray(x), dtype=torch.float64) for x in (words, regions, W_q, W_k, W_v)
    )
    scores = torch.einsum("nw,wd,rd,mr->nm", words, W_q, W_k, regions) / W_q.shape[1] ** 0.5
    weights = scores.softmax(dim=1)
    fused = torch.einsum("nm,mr,rv->nv", weights, regions, W_v)
    return fused.numpy(), weights.numpy()


# %% wrong: cross_attention
# Misconception: each region shares out its attention among the words, so the columns sum to 1.
def cross_attention(
    words: ArrayLike, regions: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, W_v: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np
    import torch

    words, regions, W_q, W_k, W_v = (
        torch.tensor(np.asarray(x), dtype=torch.float64) for x in (words, regions, W_q, W_k, W_v)
    )
    queries, keys, values = words @ W_q, regions @ W_k, regions @ W_v
    weights = (queries @ keys.T / queries.shape[1] ** 0.5).softmax(dim=0)
    return (weights @ values).numpy(), weights.numpy()


# %% wrong: cross_attention
# Misconception: the scores are scaled by the length of the tokens that come in, not of the queries.
def cross_attention(
    words: ArrayLike, regions: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, W_v: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np
    import torch

    words, regions, W_q, W_k, W_v = (
        torch.tensor(np.asarray(x), dtype=torch.float64) for x in (words, regions, W_q, W_k, W_v)
    )
    queries, keys, values = words @ W_q, regions @ W_k, regions @ W_v
    weights = (queries @ keys.T / words.shape[1] ** 0.5).softmax(dim=1)
    return (weights @ values).numpy(), weights.numpy()
