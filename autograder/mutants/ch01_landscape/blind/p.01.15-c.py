# %% right
# Intent: least squares on a Chebyshev basis over the range of the training x (same polynomials, better conditioned);
# the fit is a closure, and one error function is applied to both sets.
P_01_15_DIAGNOSIS: str = "overfitting"
P_01_15_CURES: list[str] = ["b", "c", "e", "g"]


def _polynomial(x, y, degree):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    middle, half = (x.max() + x.min()) / 2, (x.max() - x.min()) / 2 or 1.0

    def basis(points):
        return np.polynomial.chebyshev.chebvander((np.asarray(points, dtype=float) - middle) / half, degree)

    weights = np.linalg.lstsq(basis(x), y, rcond=None)[0]
    return lambda points: basis(points) @ weights


def _rms(model, x, y):
    return float(np.linalg.norm(model(x) - y) / np.sqrt(len(x)))


def train_and_new_error(x: Array, y: Array, x_new: Array, y_new: Array, degree: int) -> tuple[float, float]:
    model = _polynomial(x, y, int(degree))
    return _rms(model, x, y), _rms(model, x_new, y_new)


# %% wrong: P_01_15_CURES
# Misconception: Thinks that more features can only help, since the model then knows more about each car.
P_01_15_CURES: list[str] = ["b", "c", "e", "f"]


# %% wrong: train_and_new_error
# Misconception: Thinks that the error on the training set has to be divided by the degrees of freedom that are left (n
# less the number of coefficients), as for a standard error.
def train_and_new_error(x: Array, y: Array, x_new: Array, y_new: Array, degree: int) -> tuple[float, float]:
    model = _polynomial(x, y, int(degree))
    left = max(len(x) - degree - 1, 1)
    return float(np.linalg.norm(model(x) - y) / np.sqrt(left)), _rms(model, x_new, y_new)
