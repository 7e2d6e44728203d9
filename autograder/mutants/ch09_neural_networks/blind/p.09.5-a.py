# %% right
# Intent: the formulas, with exponentials taken of numbers that are not positive only.
def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, slope * z)


def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=float)
    left = np.minimum(z, 0.0)
    return np.where(z > 0, z, alpha * np.expm1(left))


def swish(z, beta=1.0):
    z = np.asarray(z, dtype=float)
    t = beta * z
    small = np.exp(-np.abs(t))
    logistic = np.where(t >= 0, 1.0, small) / (1.0 + small)
    return z * logistic

# %% wrong: leaky_relu
# Misconception: leaky ReLU is always the larger of z and slope z (so it is only below slope 1).
def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=float)
    return np.maximum(z, slope * z)

# %% wrong: elu, swish
# Misconception: np.where or a division hides whatever happens on the other side, so the plain formulas can't overflow.
def elu(z, alpha=1.0):
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, alpha * (np.exp(z) - 1))


def swish(z, beta=1.0):
    z = np.asarray(z, dtype=float)
    return z / (1 + np.exp(-beta * z))
