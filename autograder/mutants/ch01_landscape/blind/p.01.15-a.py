# %% right
# Intent: bring x to about -1 to 1 (by the training set), solve the least-squares problem for its powers, and measure
# the same polynomial twice.
P_01_15_DIAGNOSIS = "overfitting"
P_01_15_CURES = ["b", "c", "e", "g"]


def powers(x: Array, centre: float, half: float, degree: int) -> Array:
    z = (np.asarray(x, dtype=float) - centre) / half
    columns = [np.ones(len(z))]
    for _ in range(degree):
        columns.append(columns[-1] * z)
    return np.column_stack(columns)


def rms(errors: Array) -> float:
    return float(np.sqrt(np.mean(errors * errors)))


def train_and_new_error(x: Array, y: Array, x_new: Array, y_new: Array, degree: int) -> tuple[float, float]:
    low, high = float(np.min(x)), float(np.max(x))
    centre, half = (low + high) / 2, (high - low) / 2
    if half == 0:
        half = 1.0
    table = powers(x, centre, half, degree)
    weights = np.linalg.lstsq(table, np.asarray(y, dtype=float), rcond=None)[0]
    return rms(table @ weights - y), rms(powers(x_new, centre, half, degree) @ weights - y_new)


# %% wrong: train_and_new_error
# Misconception: Thinks that a polynomial of degree d is a number plus a multiple of x to the power of d, without the
# powers in between.
def train_and_new_error(x: Array, y: Array, x_new: Array, y_new: Array, degree: int) -> tuple[float, float]:
    def columns(values: Array) -> Array:
        return np.column_stack([np.ones(len(values)), np.asarray(values, dtype=float) ** degree])

    weights = np.linalg.lstsq(columns(x), np.asarray(y, dtype=float), rcond=None)[0]
    return rms(columns(x) @ weights - y), rms(columns(x_new) @ weights - y_new)


# %% wrong: P_01_15_CURES
# Misconception: Thinks that more information always helps, so that further features cure overfitting just as further
# rows do.
P_01_15_CURES = ["b", "c", "e", "f"]
