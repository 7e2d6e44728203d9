# %% right
# Intent: the formula itself, the root of the mean squared deviation, dividing by n.
def numpy_std(t, dim):
    if t.dtype == torch.int64:
        t = t.to(torch.float64)
    n = t.shape[dim]
    mean = t.sum(dim=dim, keepdim=True) / n
    variance = ((t - mean) ** 2).sum(dim=dim) / n
    return torch.sqrt(variance)

TF2_12_2_CHOICE = ["from_numpy shares memory", "tensor of an array keeps its dtype"]

# %% wrong: numpy_std
# Misconception: the two differ only because NumPy computes in float64; std itself is the same formula.
def numpy_std(t, dim):
    result = t.to(torch.float64).std(dim=dim)
    if t.dtype == torch.int64:
        return result
    return result.to(t.dtype)

# %% wrong: numpy_std
# Misconception: whole numbers become PyTorch's usual floats, float32.
def numpy_std(t, dim):
    if t.dtype == torch.int64:
        t = t.float()
    return t.std(dim=dim, unbiased=False)
