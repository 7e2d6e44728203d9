# %% right
# Intent: a model's score is an affine function of x, and its normal is its gradient in the units of X: by the chain
# rule each linear map in front (unit, scaler) multiplies the weights. The angle comes from the half-angle formula.
def _normal(X, y, unit, scale):
    """Unit normal, in the units of X, of the boundary fitted to X @ diag(unit)."""
    rows = X * unit
    stretch = unit
    if scale:
        scaler = StandardScaler().fit(rows)
        rows = scaler.transform(rows)
        stretch = unit / scaler.scale_
    gradient = SVC(kernel="linear", C=1).fit(rows, y).coef_[0] * stretch
    return gradient / np.linalg.norm(gradient)


def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    X = np.asarray(X, dtype=float)
    plain = np.ones(X.shape[1])
    other = plain.copy()
    other[0] = factor
    u, v = (_normal(X, y, unit, scale) for unit in (plain, other))
    half = np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))
    return float(np.degrees(2 * half))


# %% wrong: boundary_angle
# Misconception: Thinks that the coefficients of the two fits can be compared as they are, since both describe "the
# same rows"; does not bring them back to the units of X.
def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    def weights(rows):
        rows = StandardScaler().fit_transform(rows) if scale else rows
        w = SVC(kernel="linear", C=1).fit(rows, y).coef_[0]
        return w / np.linalg.norm(w)

    other = X.copy()
    other[:, 0] *= factor
    u, v = weights(X), weights(other)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))))


# %% wrong: boundary_angle
# Misconception: Thinks that lines have no direction, so the sharper of the two angles is meant, and takes the absolute
# value of the cosine; a normal that turns round by more than 90 degrees is reported as less.
def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    plain = np.ones(X.shape[1])
    other = plain.copy()
    other[0] = factor
    u, v = (_normal(X, y, unit, scale) for unit in (plain, other))
    return float(np.degrees(np.arccos(np.clip(abs(u @ v), 0, 1))))
