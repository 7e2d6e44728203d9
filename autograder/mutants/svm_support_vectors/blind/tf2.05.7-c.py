# %% right
# Intent: block matrices: the upper rows say t (w x + bias) + zeta >= 1, the lower ones zeta >= 0, both turned into
# "at most" by a minus sign.
def qp_sizes(m: int, n: int) -> tuple[int, int]:
    return 1 + n + m, 2 * m


def qp_params(
    X: ArrayLike, t: ArrayLike, C: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    blocks = np.repeat([0, 1, 2], [1, n, m])  # which kind of unknown: bias, weight, violation
    H = np.diag((blocks == 1).astype(float))
    f = C * (blocks == 2)
    margin = np.hstack([t[:, None], np.einsum("i,ij->ij", t, X), np.eye(m)])
    floor = np.hstack([np.zeros((m, 1 + n)), np.eye(m)])
    return H, f.astype(float), -np.vstack([margin, floor]), -np.repeat([1.0, 0.0], m)


# %% wrong: qp_params
# Misconception: Thinks that H stays "the identity, but with 0 for the bias" when the unknowns become more, so the
# violations are paid for by their squares too.
def qp_params(
    X: ArrayLike, t: ArrayLike, C: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    H = np.eye(1 + n + m)
    H[0, 0] = 0
    f = np.r_[np.zeros(1 + n), np.full(m, float(C))]
    A = np.block([[-t[:, None], -t[:, None] * X, -np.eye(m)], [np.zeros((m, 1 + n)), -np.eye(m)]])
    return H, f, A, np.r_[-np.ones(m), np.zeros(m)]


# %% wrong: qp_params
# Misconception: Thinks that a violation has to be added on the left side of -t (w x + bias) <= -1, which makes the
# constraint harder as it grows.
def qp_params(
    X: ArrayLike, t: ArrayLike, C: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    H = np.diag(np.r_[0.0, np.ones(n), np.zeros(m)])
    f = np.r_[np.zeros(1 + n), np.full(m, float(C))]
    A = np.block([[-t[:, None], -t[:, None] * X, np.eye(m)], [np.zeros((m, 1 + n)), -np.eye(m)]])
    return H, f, A, np.r_[-np.ones(m), np.zeros(m)]
