# %% right
# Intent: every row has the same log probabilities, log softmax of the biases; weight them by the shares of classes.
def first_loss(counts: Sequence[int], biases: ArrayLike | None = None) -> float:
    counts = torch.as_tensor(np.asarray(counts, dtype=np.float64))
    logits = torch.zeros_like(counts) if biases is None else torch.as_tensor(np.asarray(biases, dtype=np.float64))
    shares = counts / counts.sum()
    return -torch.einsum("k,k->", shares, logits.log_softmax(dim=0)).item()


P_11_3_CHOICE: list[str] = ["b", "c", "f"]

# %% wrong: first_loss
# Misconception: a network that knows nothing about the rows gives the shares of the classes by itself, so that
# without biases its loss is the entropy of the classes.
def first_loss(counts: Sequence[int], biases: ArrayLike | None = None) -> float:
    shares = torch.as_tensor(np.asarray(counts, dtype=np.float64))
    shares = shares / shares.sum()
    if biases is None:
        return -(shares * shares.log()).sum().item()
    logits = torch.as_tensor(np.asarray(biases, dtype=np.float64))
    return -(shares * logits.log_softmax(dim=0)).sum().item()


# %% wrong: P_11_3_CHOICE
# Misconception: biases at 0 are as bad as equal weights: the units stay alike.
P_11_3_CHOICE: list[str] = ["a", "c", "f"]
