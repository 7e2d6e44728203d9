# %% right
# Intent: Build H as a diagonal and A as a block matrix with np.block: margin constraints above, zeta >= 0 below.
def qp_sizes(m, n):
    return 1 + n + m, 2 * m


def qp_params(X, t, C):
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    H = np.diag(np.r_[0.0, np.ones(n), np.zeros(m)])
    f = np.r_[np.zeros(1 + n), np.full(m, float(C))]
    A = np.block([[-t[:, None] * np.c_[np.ones(m), X], -np.eye(m)], [np.zeros((m, 1 + n)), -np.eye(m)]])
    b = np.r_[-np.ones(m), np.zeros(m)]
    return H, f, A, b


# %% wrong: qp_params
# Misconception: Carries "H is the identity, but with 0 for the bias" over to the larger problem, so that violations
# are squared as well, and no longer cost in proportion only.
def qp_params(X, t, C):
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    H = np.diag(np.r_[0.0, np.ones(n + m)])
    f = np.r_[np.zeros(1 + n), np.full(m, float(C))]
    A = np.block([[-t[:, None] * np.c_[np.ones(m), X], -np.eye(m)], [np.zeros((m, 1 + n)), -np.eye(m)]])
    b = np.r_[-np.ones(m), np.zeros(m)]
    return H, f, A, b


# %% wrong: qp_params
# Misconception: Moves zeta to the other side with the wrong sign: thinks -t (w x + bias) + zeta <= -1, by which the
# constraint gets harder when the violation grows.
def qp_params(X, t, C):
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    H = np.diag(np.r_[0.0, np.ones(n), np.zeros(m)])
    f = np.r_[np.zeros(1 + n), np.full(m, float(C))]
    A = np.block([[-t[:, None] * np.c_[np.ones(m), X], np.eye(m)], [np.zeros((m, 1 + n)), -np.eye(m)]])
    b = np.r_[-np.ones(m), np.zeros(m)]
    return H, f, A, b
