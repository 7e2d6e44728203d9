# %% right
# Intent: support vectors are the rows whose margin is not above 1 (up to tol): those on the edge, in the street, or
# on the wrong side. The decision function is a sum of bumps, one closure per support vector.
from functools import reduce


def support_rows(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, tol: float = 1e-6) -> NDArray[np.int64]:
    X, t, w = (np.asarray(a, dtype=float) for a in (X, t, w))
    slack = np.einsum("i,ij,j->i", t, X, w) + b * t - 1
    return np.argwhere(slack <= tol).ravel().astype(np.int64)


def _bump(centre, height, gamma):
    def field(P):
        away = P - centre
        return height * np.exp(-gamma * np.einsum("ij,ij->i", away, away))

    return field


def decide(vectors: ArrayLike, coefs: ArrayLike, b: float, gamma: float, X: ArrayLike) -> NDArray[np.float64]:
    P = np.asarray(X, dtype=float)
    bumps = (_bump(v, c, gamma) for v, c in zip(np.asarray(vectors, dtype=float), np.asarray(coefs, dtype=float)))
    return reduce(lambda total, bump: total + bump(P), bumps, np.full(len(P), float(b)))


# %% wrong: support_rows
# Misconception: Thinks that support vectors are only the rows exactly on the edges of the street, as with a hard
# margin; rows inside the street or on the wrong side do not support anything.
def support_rows(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, tol: float = 1e-6) -> NDArray[np.int64]:
    X, t, w = (np.asarray(a, dtype=float) for a in (X, t, w))
    return np.flatnonzero(np.abs(t * (X @ w + b) - 1) <= tol)


# %% wrong: decide
# Misconception: Thinks that the kernel falls with the distance itself ("squared distance" is only how one computes it
# before the root is taken).
def decide(vectors: ArrayLike, coefs: ArrayLike, b: float, gamma: float, X: ArrayLike) -> NDArray[np.float64]:
    V, P = np.asarray(vectors, dtype=float), np.asarray(X, dtype=float)
    length = np.linalg.norm(P[:, None, :] - V[None, :, :], axis=2)
    return np.exp(-gamma * length) @ np.asarray(coefs, dtype=float) + b
