# %% right
# Intent: in training, a mask of what survives, and the survivors divided by the share that survives; in use, X as it
# is.
import numpy as np


def dropped(X, rate, draws, training=True):
    X = np.array(X, dtype=np.float64)
    if not training:
        return X
    draws = np.asarray(draws, dtype=np.float64)
    result = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            if draws[i, j] >= rate:
                result[i, j] = X[i, j] / (1.0 - rate)
    return result


P_11_7_CHOICE = {
    "training until it has converged": "about twice as long",
    "a prediction": "as long",
    "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
}

# %% wrong: dropped
# Misconception: what is left is divided by the dropout rate, since that is the number that was taken away.
def dropped(X, rate, draws, training=True):
    X = np.array(X, dtype=np.float64)
    if not training or rate == 0:
        return X
    return np.where(np.asarray(draws, dtype=np.float64) < rate, 0.0, X / rate)


# %% wrong: P_11_7_CHOICE
# Misconception: dropped units need not be worked out, so that training with dropout saves half of the time.
P_11_7_CHOICE = {
    "training until it has converged": "half as long",
    "a prediction": "as long",
    "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
}
