# %% right
# Intent: project and bring back; the threshold is a quantile of the errors of the validation portraits, which the PCA
# has not seen.
def recon_error(pca, X):
    return ((X - pca.inverse_transform(pca.transform(X))) ** 2).mean(axis=1)


def find_odd_faces(X_train, X_val, X_new, variance=0.99, usual=0.95):
    pca = PCA(variance, svd_solver="full").fit(X_train)
    return recon_error(pca, X_new) > np.quantile(recon_error(pca, X_val), usual)

# %% wrong: find_odd_faces
# Misconception: Thinks that all normal portraits together tell best what is usual, and pools the small errors of those
# that the PCA was fitted to with the others.
def find_odd_faces(X_train, X_val, X_new, variance=0.99, usual=0.95):
    pca = PCA(variance, svd_solver="full").fit(X_train)
    return recon_error(pca, X_new) > np.quantile(recon_error(pca, np.vstack([X_train, X_val])), usual)

# %% wrong: recon_error, find_odd_faces
# Misconception: Thinks that projecting on the components is all that a PCA does, and forgets that it works around the
# mean, not around the origin.
def recon_error(pca, X):
    return ((X - X @ pca.components_.T @ pca.components_) ** 2).mean(axis=1)
