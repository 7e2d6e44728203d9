# %% right
# Intent: compare codings with inputs; the least error is the energy of the centred matrix's singular values after the k-th.
def autoencoder_kind(sizes):
    inputs, codings = sizes[0], sizes[len(sizes) // 2]
    if codings < inputs:
        return "undercomplete"
    return "overcomplete" if codings > inputs else "neither"


def least_error(X, k):
    A = torch.as_tensor(np.asarray(X, dtype=np.float64))
    s = torch.linalg.svdvals(A - A.mean(dim=0, keepdim=True))
    return float(s[k:].square().sum() / A.numel())

# %% wrong: autoencoder_kind
# Misconception: any hidden layer that is wider than the inputs makes an autoencoder overcomplete.
def autoencoder_kind(sizes):
    widest = max(sizes[1:-1])
    if widest > sizes[0]:
        return "overcomplete"
    return "undercomplete" if widest < sizes[0] else "neither"

# %% wrong: least_error
# Misconception: the reconstruction error of a row is its squared distance, so that only the rows are averaged over.
def least_error(X, k):
    A = torch.as_tensor(np.asarray(X, dtype=np.float64))
    s = torch.linalg.svdvals(A - A.mean(dim=0, keepdim=True))
    return float(s[k:].square().sum() / len(A))
