# %% right
# Intent: build the table of powers by a loop, take means and deviations from the training table only, apply them to
# both tables, fit ridge on the training set and measure both root mean squared errors.
def powers(x: Array, degree: int) -> Array:
    values: Array = np.asarray(x, dtype=np.float64)
    table: Array = np.empty((len(values), degree))
    for d in range(1, degree + 1):
        table[:, d - 1] = values**d
    return table


def root_mean_squared(y: Array, predicted: Array) -> float:
    return float(np.sqrt(np.mean((np.asarray(y, dtype=np.float64) - predicted) ** 2)))


def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    table, table_valid = powers(x, degree), powers(x_valid, degree)
    scaler = StandardScaler()
    scaler.fit(table)
    model = Ridge(alpha=alpha)
    model.fit(scaler.transform(table), y)
    error = root_mean_squared(y, model.predict(scaler.transform(table)))
    error_valid = root_mean_squared(y_valid, model.predict(scaler.transform(table_valid)))
    return error, error_valid


P_04_8_CHOICE: list[str] = ["overfitting", "a lower degree", "a larger penalty", "more training data"]

# %% wrong: train_and_validation_error
# Misconception: Thinks that the scaler may be fitted on the training and the validation rows together, because it never
# sees a target.
def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    table, table_valid = powers(x, degree), powers(x_valid, degree)
    scaler = StandardScaler()
    scaler.fit(np.vstack([table, table_valid]))
    model = Ridge(alpha=alpha)
    model.fit(scaler.transform(table), y)
    error = root_mean_squared(y, model.predict(scaler.transform(table)))
    error_valid = root_mean_squared(y_valid, model.predict(scaler.transform(table_valid)))
    return error, error_valid


# %% wrong: train_and_validation_error
# Misconception: Thinks that it is all the same whether one standardises before or after raising to powers: x is
# standardised, so its powers are on one scale too.
def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    mean, spread = float(np.mean(x)), float(np.std(x))
    table = powers((np.asarray(x) - mean) / spread, degree)
    table_valid = powers((np.asarray(x_valid) - mean) / spread, degree)
    model = Ridge(alpha=alpha)
    model.fit(table, y)
    return root_mean_squared(y, model.predict(table)), root_mean_squared(y_valid, model.predict(table_valid))
