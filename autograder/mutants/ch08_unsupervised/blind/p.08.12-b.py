# %% right
# Intent: PCA by share of variance, then a mixture with one shared covariance, regularised by a share of
# the mean variance, since each component sees a handful of portraits only.
def fit_mixture(X, n_components=40, variance=0.99, seed=42):
    pca = PCA(variance, svd_solver="full", random_state=seed).fit(X)
    Z = pca.transform(X).astype(float)
    floor = 0.1 * Z.var(axis=0).mean()
    return pca, GaussianMixture(n_components, covariance_type="tied", reg_covar=floor, random_state=seed).fit(Z)


def sample_faces(pca, mixture, n):
    return pca.inverse_transform(mixture.sample(n)[0])


def face_scores(pca, mixture, X):
    return mixture.score_samples(pca.transform(X))

# %% wrong: face_scores
# Misconception: Thinks that a portrait comes from one component, the most probable, so that the density at it is that
# component's share alone and the others need not be added.
def face_scores(pca, mixture, X):
    Z = pca.transform(X).astype(float)
    return mixture.score_samples(Z) + np.log(mixture.predict_proba(Z).max(axis=1))

# %% wrong: sample_faces
# Misconception: Thinks that a PCA is a rotation only, undone by its components, and forgets that it has also taken the
# mean face away.
def sample_faces(pca, mixture, n):
    return mixture.sample(n)[0] @ pca.components_
