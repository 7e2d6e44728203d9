# %% right
# Intent: pick the vectors of the hidden patches out with the truth values, and average the squares of all their numbers.
import numpy as np


def jepa_loss(predicted, wanted, hidden):
    p = np.asarray(predicted, dtype=np.float64)
    w = np.asarray(wanted, dtype=np.float64)
    h = np.asarray(hidden, dtype=bool)
    difference = p[h] - w[h]
    return float((difference * difference).sum() / difference.size)


P_16_7_CHOICE = ["the vectors of hidden patches", "an average of earlier encoders"]

# %% wrong: jepa_loss
# Misconception: masking means setting to zero: the others' errors are zeroed, and the mean goes over all patches.
def jepa_loss(predicted, wanted, hidden):
    p = np.asarray(predicted, dtype=np.float64)
    w = np.asarray(wanted, dtype=np.float64)
    h = np.asarray(hidden, dtype=bool)[:, :, None]
    return float((((p - w) * h) ** 2).mean())

# %% wrong: P_16_7_CHOICE
# Misconception: a JEPA is a masked autoencoder: it paints hidden patches, and the picture itself says what they look like.
P_16_7_CHOICE = ["the pixels of hidden patches", "the raw picture"]
