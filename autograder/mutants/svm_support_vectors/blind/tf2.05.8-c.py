# %% right
# Intent: three classes with the same hinge loss and C (alpha = 1 / (C m)), long searches and an all but free bias; w
# and b are read off each pipeline by probing it, since an affine function is known by n + 1 of its values.
def _affine(score, centre, steps):
    """Coefficients of an affine function, from its values at a centre and at one step along each axis."""
    values = score(np.vstack([centre, centre + np.diag(steps)]))
    w = (values[1:] - values[0]) / steps
    return w, float(values[0] - w @ centre)


def _rivals(m, C):
    yield LinearSVC(loss="hinge", C=C, intercept_scaling=10.0, tol=1e-5, max_iter=30_000, dual=True, random_state=0)
    yield SVC(kernel="linear", C=C, tol=1e-6)
    epochs = 400_000 // m + 1
    yield SGDClassifier(
        loss="hinge", alpha=1 / (C * m), max_iter=epochs, tol=None, average=epochs * m // 3, random_state=0
    )


def align(X: NDArray[np.float64], y: NDArray[Any], C: float) -> dict[str, dict[str, Any]]:
    X = np.asarray(X, dtype=float)

    def entry(machine):
        model = make_pipeline(StandardScaler(), machine).fit(X, y)
        w, b = _affine(model.decision_function, model[0].mean_, model[0].scale_)
        return {"model": model, "w": w, "b": b}

    return {type(machine).__name__: entry(machine) for machine in _rivals(len(X), C)}


# %% wrong: align
# Misconception: Thinks that alpha is simply 1 / C; overlooks that SGDClassifier averages the loss over the rows,
# while the others sum it.
def _rivals(m, C):
    yield LinearSVC(loss="hinge", C=C, intercept_scaling=10.0, tol=1e-5, max_iter=30_000, dual=True, random_state=0)
    yield SVC(kernel="linear", C=C, tol=1e-6)
    epochs = 400_000 // m + 1
    yield SGDClassifier(loss="hinge", alpha=1 / C, max_iter=epochs, tol=None, average=epochs * m // 3, random_state=0)


def align(X: NDArray[np.float64], y: NDArray[Any], C: float) -> dict[str, dict[str, Any]]:
    X = np.asarray(X, dtype=float)

    def entry(machine):
        model = make_pipeline(StandardScaler(), machine).fit(X, y)
        w, b = _affine(model.decision_function, model[0].mean_, model[0].scale_)
        return {"model": model, "w": w, "b": b}

    return {type(machine).__name__: entry(machine) for machine in _rivals(len(X), C)}


# %% wrong: align
# Misconception: Thinks that on centred columns the bias is near 0 anyway, so it does no harm that LinearSVC counts it
# among the weights that are to be small.
def _rivals(m, C):
    yield LinearSVC(loss="hinge", C=C, tol=1e-5, max_iter=30_000, dual=True, random_state=0)
    yield SVC(kernel="linear", C=C, tol=1e-6)
    epochs = 400_000 // m + 1
    yield SGDClassifier(
        loss="hinge", alpha=1 / (C * m), max_iter=epochs, tol=None, average=epochs * m // 3, random_state=0
    )


def align(X: NDArray[np.float64], y: NDArray[Any], C: float) -> dict[str, dict[str, Any]]:
    X = np.asarray(X, dtype=float)

    def entry(machine):
        model = make_pipeline(StandardScaler(), machine).fit(X, y)
        w, b = _affine(model.decision_function, model[0].mean_, model[0].scale_)
        return {"model": model, "w": w, "b": b}

    return {type(machine).__name__: entry(machine) for machine in _rivals(len(X), C)}
