# %% right
# Intent: candidates are fitted on the smaller training set and compared on the validation set; the winner's degree is
# fitted again to both, and measured on the test set once.
P_01_17_ORDER: list[str] = ["d", "b", "f", "a", "e", "c"]


def _fitted(rows, degree):
    return np.polynomial.Polynomial.fit(*rows, deg=int(degree))


def _rmse(model, rows):
    x, y = rows
    return float(np.sqrt(np.mean((model(x) - y) ** 2)))


def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    winner = min(degrees, key=lambda degree: _rmse(_fitted(train, degree), validation))
    both = tuple(map(np.concatenate, zip(train, validation)))
    return int(winner), _rmse(_fitted(both, winner), test)


# %% wrong: choose_degree
# Misconception: Thinks that the winner is the trained polynomial itself, and that it must not see the validation rows
# because they have decided; reports the error of the one fitted to the smaller training set.
def choose_degree(
    train: tuple[Array, Array], validation: tuple[Array, Array], test: tuple[Array, Array], degrees: Sequence[int]
) -> tuple[int, float]:
    models = {degree: _fitted(train, degree) for degree in degrees}
    winner = min(models, key=lambda degree: _rmse(models[degree], validation))
    return int(winner), _rmse(models[winner], test)


# %% wrong: P_01_17_ORDER
# Misconception: Thinks that the winner is tested first, and trained on more rows only if the test was good.
P_01_17_ORDER: list[str] = ["d", "b", "f", "a", "c", "e"]
