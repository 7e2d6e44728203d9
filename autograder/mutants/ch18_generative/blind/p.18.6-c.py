# %% right
# Intent: standard normal draws, coloured by a square root of the covariance from its eigendecomposition, plus the mean.
def draw_codings(codings, n, seed=42):
    C = np.asarray(codings, dtype=float)
    values, vectors = np.linalg.eigh(np.cov(C, rowvar=False))
    root = vectors * np.sqrt(np.clip(values, 0, None))
    z = np.random.default_rng(seed).standard_normal((n, C.shape[1]))
    return C.mean(axis=0) + np.einsum("nk,jk->nj", z, root)


P_18_6_CHOICE = "variational autoencoder"

# %% wrong: draw_codings
# Misconception: each coding has its own mean and spread, and that is all there is to draw from.
def draw_codings(codings, n, seed=42):
    C = np.asarray(codings, dtype=float)
    return np.random.default_rng(seed).normal(C.mean(axis=0), C.std(axis=0, ddof=1), (n, C.shape[1]))

# %% wrong: P_18_6_CHOICE
# Misconception: the denoising autoencoder's Gaussian noise makes its codings Gaussian.
P_18_6_CHOICE = "denoising autoencoder"
