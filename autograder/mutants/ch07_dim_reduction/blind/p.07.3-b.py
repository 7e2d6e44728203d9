# %% right
# Intent: there and back with scikit-learn's PCA (full SVD, so nothing is left to chance), then the mean over the rows
# of the squared distances.
def reconstruction_error(X: ArrayLike, k: int) -> float:
    X = np.asarray(X, dtype=float)
    pca = PCA(k, svd_solver="full")
    back = pca.inverse_transform(pca.fit_transform(X))
    return np.square(X - back).sum(axis=1).mean()


P_07_3_CHOICE = ["PCA", "random projection"]

# %% wrong: reconstruction_error
# Misconception: Thinks that an error has to be in the units of the data, and so averages the distances themselves.
def reconstruction_error(X: ArrayLike, k: int) -> float:
    X = np.asarray(X, dtype=float)
    pca = PCA(k, svd_solver="full")
    back = pca.inverse_transform(pca.fit_transform(X))
    return np.linalg.norm(X - back, axis=1).mean()


# %% wrong: P_07_3_CHOICE
# Misconception: Thinks that what was mixed by random numbers is scrambled for good, and that only PCA, which has
# learned from the data, knows a way back.
P_07_3_CHOICE = ["PCA"]
