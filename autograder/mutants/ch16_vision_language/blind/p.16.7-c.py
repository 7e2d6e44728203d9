# %% right
# Intent: select the hidden patches' vectors of the whole batch with a mask, then one flat mean of squares.
def jepa_loss(predicted: ArrayLike, wanted: ArrayLike, hidden: ArrayLike) -> float:
    import numpy as np
    import torch

    predicted, wanted = (torch.tensor(np.asarray(x), dtype=torch.float64) for x in (predicted, wanted))
    mask = torch.tensor(np.asarray(hidden)).bool()
    return (predicted - wanted)[mask].square().mean().item()


P_16_7_CHOICE = ["the vectors of hidden patches", "an average of earlier encoders"]


# %% wrong: jepa_loss
# Misconception: setting the errors of the visible patches to 0 is enough to leave them out of the mean.
def jepa_loss(predicted: ArrayLike, wanted: ArrayLike, hidden: ArrayLike) -> float:
    import numpy as np
    import torch

    predicted, wanted = (torch.tensor(np.asarray(x), dtype=torch.float64) for x in (predicted, wanted))
    mask = torch.tensor(np.asarray(hidden)).double()
    return torch.einsum("bnd,bn->bnd", (predicted - wanted).square(), mask).mean().item()


# %% wrong: P_16_7_CHOICE
# Misconception: a JEPA is a masked autoencoder: it paints the hidden pixels, and the picture itself is the target.
P_16_7_CHOICE = ["the pixels of hidden patches", "the raw picture"]
