# %% right
# Intent: Powers by a running product, the standardisation as a closure over the training set's mean and spread, then
# scikit-learn's Ridge; the error is a norm divided by the root of the number of rows.
from itertools import accumulate, repeat
from operator import mul


def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    def powers(v):
        return np.stack(list(accumulate(repeat(np.asarray(v, dtype=float), degree), mul)), axis=1)

    def standardiser(table):
        centre, spread = table.mean(axis=0), table.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        return lambda other: (other - centre) / spread

    into = standardiser(powers(x))
    model = Ridge(alpha=alpha).fit(into(powers(x)), y)

    def off(v, target):
        return float(np.linalg.norm(model.predict(into(powers(v))) - target) / np.sqrt(len(target)))

    return off(x, y), off(x_valid, y_valid)


P_04_8_CHOICE: list[str] = ["overfitting", "a lower degree", "a larger penalty", "more training data"]

# %% wrong: train_and_validation_error
# Misconception: Thinks that scaling is no learning, so that the mean and spread of the features may be taken from the
# training and validation rows together.
def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    everything = np.concatenate([x, x_valid])[:, None] ** np.arange(1, degree + 1)
    scaled = StandardScaler().fit_transform(everything)
    model = Ridge(alpha=alpha).fit(scaled[: len(x)], y)
    errors = model.predict(scaled) - np.concatenate([y, y_valid])
    return tuple(float(np.sqrt(np.mean(part**2))) for part in (errors[: len(x)], errors[len(x) :]))

# %% wrong: train_and_validation_error
# Misconception: Thinks that it is all the same whether x is standardised before the powers are taken or the powers
# afterwards, as the powers of a standardised column are standardised too.
def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    def powers(v):
        return ((v - x.mean()) / x.std())[:, None] ** np.arange(1, degree + 1)

    model = Ridge(alpha=alpha).fit(powers(x), y)

    def off(v, target):
        return float(np.sqrt(np.mean((model.predict(powers(v)) - target) ** 2)))

    return off(x, y), off(x_valid, y_valid)
