# %% right
# Intent: a helper fits one table and brings the normal back to the units that it was given in; the caller takes care of
# the factor. The angle comes from the arctangent, which is exact for small angles.
def fitted_normal(rows: NDArray[np.float64], y: NDArray[Any], scale: bool) -> NDArray[np.float64]:
    spread = np.ones(rows.shape[1])
    if scale:
        scaler = StandardScaler().fit(rows)
        rows = scaler.transform(rows)
        spread = scaler.scale_
    model = SVC(kernel="linear", C=1).fit(rows, y)
    return model.coef_[0] / spread


def unit_vector(v: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(v))
    return v / length if length > 0 else v


def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    original = np.array(X, dtype=float)
    changed = original.copy()
    changed[:, 0] *= factor
    first = fitted_normal(original, y, scale)
    second = fitted_normal(changed, y, scale)
    second[0] *= factor  # w[0] * (factor * x) = (w[0] * factor) * x
    u, v = unit_vector(first), unit_vector(second)
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))))


# %% wrong: boundary_angle
# Misconception: Thinks that the weights of two fitted machines can be compared as they are, and that the units take
# care of themselves.
def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    changed = np.array(X, dtype=float)
    changed[:, 0] *= factor
    normals = []
    for rows in (np.array(X, dtype=float), changed):
        if scale:
            rows = StandardScaler().fit_transform(rows)
        normals.append(unit_vector(SVC(kernel="linear", C=1).fit(rows, y).coef_[0]))
    u, v = normals
    return float(np.degrees(np.arccos(np.clip(u @ v, -1, 1))))


# %% wrong: boundary_angle
# Misconception: Thinks that a weight has to grow along with its column: to get back to the old unit it is divided by
# the factor, as the column itself would be.
def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    original = np.array(X, dtype=float)
    changed = original.copy()
    changed[:, 0] *= factor
    first = fitted_normal(original, y, scale)
    second = fitted_normal(changed, y, scale)
    second[0] = second[0] * factor if scale else second[0] / factor
    u, v = unit_vector(first), unit_vector(second)
    return float(np.degrees(np.arccos(np.clip(u @ v, -1, 1))))
