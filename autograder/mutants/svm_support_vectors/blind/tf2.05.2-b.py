# %% right
# Intent: Support vectors are all rows on the edge, inside of the street or on the wrong side (t f <= 1, give or
# take tol). The decision function is scikit-learn's RBF kernel times the coefficients.
from sklearn.metrics.pairwise import rbf_kernel


def support_rows(X, t, w, b, tol=1e-6):
    margins = np.asarray(t) * (np.asarray(X) @ np.asarray(w) + b)
    return np.flatnonzero(margins <= 1 + tol)


def decide(vectors, coefs, b, gamma, X):
    return rbf_kernel(X, vectors, gamma=gamma) @ np.asarray(coefs) + b


# %% wrong: support_rows
# Misconception: Thinks that support vectors are exactly the rows on the edges of the street, and forgets that with
# a soft margin the rows inside of it or on the wrong side hold the line as well.
def support_rows(X, t, w, b, tol=1e-6):
    margins = np.asarray(t) * (np.asarray(X) @ np.asarray(w) + b)
    return np.flatnonzero(np.abs(margins - 1) <= tol)


# %% wrong: decide
# Misconception: Thinks that the RBF kernel falls with the distance itself, not with its square.
def decide(vectors, coefs, b, gamma, X):
    from scipy.spatial.distance import cdist

    return np.exp(-gamma * cdist(X, vectors)) @ np.asarray(coefs) + b
