# %% right
# Intent: fit every degree to the training set, keep the one with the least validation error, fit it anew to both sets
# together, and look at the test set once.
P_01_17_ORDER = ["d", "b", "f", "a", "e", "c"]


class FittedPolynomial:
    """Least squares on the powers of x, which is first brought to about -1 to 1."""

    def __init__(self, x: Array, y: Array, degree: int) -> None:
        self.degree = int(degree)
        low, high = float(np.min(x)), float(np.max(x))
        self.centre = (low + high) / 2
        self.half = (high - low) / 2 if high > low else 1.0
        self.weights = np.linalg.lstsq(self.table(x), np.asarray(y, dtype=float), rcond=None)[0]

    def table(self, x: Array) -> Array:
        z = (np.asarray(x, dtype=float) - self.centre) / self.half
        return np.column_stack([z**power for power in range(self.degree + 1)])

    def error(self, x: Array, y: Array) -> float:
        off = self.table(x) @ self.weights - y
        return float(np.sqrt(np.mean(off * off)))


def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    best_degree, least = int(degrees[0]), float("inf")
    for degree in degrees:
        error = FittedPolynomial(train[0], train[1], degree).error(validation[0], validation[1])
        if error < least:
            best_degree, least = int(degree), error
    x = np.concatenate([train[0], validation[0]])
    y = np.concatenate([train[1], validation[1]])
    return best_degree, FittedPolynomial(x, y, best_degree).error(test[0], test[1])


# %% wrong: choose_degree
# Misconception: Thinks that the candidate that has won is the final model already, and that the validation set is used
# up: no training on both sets together.
def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    best_degree, best_model, least = int(degrees[0]), None, float("inf")
    for degree in degrees:
        model = FittedPolynomial(train[0], train[1], degree)
        error = model.error(validation[0], validation[1])
        if best_model is None or error < least:
            best_degree, best_model, least = int(degree), model, error
    return best_degree, best_model.error(test[0], test[1])


# %% wrong: choose_degree
# Misconception: Thinks that each candidate should learn from all rows outside the test set before the validation set
# compares them, because more rows make better models.
def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    x = np.concatenate([train[0], validation[0]])
    y = np.concatenate([train[1], validation[1]])
    models = [FittedPolynomial(x, y, degree) for degree in degrees]
    errors = [model.error(validation[0], validation[1]) for model in models]
    winner = int(np.argmin(errors))
    return int(degrees[winner]), models[winner].error(test[0], test[1])
