# %% right
# Intent: two loops over the rows: first -t (w x + bias) - zeta <= -1, then -zeta <= 0; C stands in f, once per
# violation.
def qp_sizes(m: int, n: int) -> tuple[int, int]:
    return 1 + n + m, 2 * m


def qp_params(
    X: ArrayLike, t: ArrayLike, C: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    rows = np.asarray(X, dtype=float)
    signs = np.asarray(t, dtype=float)
    m, n = rows.shape
    unknowns, constraints = qp_sizes(m, n)
    H = np.zeros((unknowns, unknowns))
    for j in range(1, 1 + n):
        H[j, j] = 1.0
    f = np.zeros(unknowns)
    A = np.zeros((constraints, unknowns))
    b = np.zeros(constraints)
    for i in range(m):
        zeta = 1 + n + i
        f[zeta] = float(C)
        A[i, 0] = -signs[i]
        A[i, 1 : 1 + n] = -signs[i] * rows[i]
        A[i, zeta] = -1.0
        b[i] = -1.0
        A[m + i, zeta] = -1.0
    return H, f, A, b


# %% wrong: qp_params
# Misconception: Thinks that a violation is paid for by its square, because the objective is quadratic, and puts C into
# H instead of f.
def qp_params(
    X: ArrayLike, t: ArrayLike, C: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    rows, signs = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = rows.shape
    H = np.diag(np.concatenate([[0.0], np.ones(n), np.full(m, 2.0 * C)]))
    f = np.zeros(1 + n + m)
    edges = np.column_stack([-signs, -signs[:, None] * rows, -np.eye(m)])
    positive = np.column_stack([np.zeros((m, 1 + n)), -np.eye(m)])
    return H, f, np.vstack([edges, positive]), np.concatenate([-np.ones(m), np.zeros(m)])


# %% wrong: qp_params
# Misconception: Thinks that the bias is a weight like the others, the one of a column of ones, and has to be small too.
def qp_params(
    X: ArrayLike, t: ArrayLike, C: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    rows, signs = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = rows.shape
    H = np.diag(np.concatenate([np.ones(1 + n), np.zeros(m)]))
    f = np.concatenate([np.zeros(1 + n), np.full(m, float(C))])
    edges = np.column_stack([-signs, -signs[:, None] * rows, -np.eye(m)])
    positive = np.column_stack([np.zeros((m, 1 + n)), -np.eye(m)])
    return H, f, np.vstack([edges, positive]), np.concatenate([-np.ones(m), np.zeros(m)])
