# %% right
# Intent: scale each unit's weights by its largest absolute value, shift to 0.5; topk along the rows for the activations.
def weight_pictures(layer, size):
    W = layer.weight.detach().cpu().double()
    top = W.abs().amax(dim=1, keepdim=True)
    scaled = W / torch.where(top > 0, top, torch.ones_like(top))
    return (0.5 + 0.5 * scaled).reshape(len(W), *size).numpy()


def most_active(activations, k):
    A = torch.as_tensor(np.asarray(activations, dtype=np.float64))
    return A.T.sort(dim=1, descending=True, stable=True).indices[:, :k].numpy()

# %% wrong: weight_pictures
# Misconception: to compare units, all pictures need one common scale, the largest weight of the whole layer.
def weight_pictures(layer, size):
    W = layer.weight.detach().double()
    top = W.abs().max()
    return (0.5 + 0.5 * W / (top if top > 0 else 1.0)).reshape(len(W), *size).numpy()

# %% wrong: most_active
# Misconception: strongly negative activations are strong responses, too: what counts is how far from 0 they are.
def most_active(activations, k):
    A = np.abs(np.asarray(activations, dtype=float))
    return np.argsort(-A, axis=0, kind="stable")[:k].T
