# %% right
# Intent: pick the hidden patches with a boolean mask, and hand them to scikit-learn's mean_squared_error.
import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import mean_squared_error


def jepa_loss(predicted: ArrayLike, wanted: ArrayLike, hidden: ArrayLike) -> float:
    mask = np.asarray(hidden, dtype=bool)
    return float(mean_squared_error(np.asarray(wanted, dtype=float)[mask], np.asarray(predicted, dtype=float)[mask]))


P_16_7_CHOICE: list[str] = ["the vectors of hidden patches", "an average of earlier encoders"]

# %% wrong: jepa_loss
# Misconception: setting the others' errors to zero leaves them out of the mean, too.
def jepa_loss(predicted: ArrayLike, wanted: ArrayLike, hidden: ArrayLike) -> float:
    mask = np.asarray(hidden, dtype=bool)[..., None]
    return float(np.mean(mask * (np.asarray(predicted, dtype=float) - np.asarray(wanted, dtype=float)) ** 2))

# %% wrong: P_16_7_CHOICE
# Misconception: a JEPA is a masked autoencoder: hidden pixels are filled in, as they are in the picture.
P_16_7_CHOICE: list[str] = ["the pixels of hidden patches", "the raw picture"]
