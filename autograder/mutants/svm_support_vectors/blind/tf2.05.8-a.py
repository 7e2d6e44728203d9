# %% right
# Intent: hinge loss everywhere, alpha = 1 / (C m), small tolerances, averaged steps for the descent, and a large
# intercept scaling so that the bias hardly counts among the weights; a helper turns weights back into the units of X.
def in_raw_units(pipeline: Any) -> tuple[NDArray[np.float64], float]:
    scaler, machine = pipeline[0], pipeline[-1]
    w = machine.coef_[0] / scaler.scale_
    b = float(np.ravel(machine.intercept_)[0]) - float(w @ scaler.mean_)
    return w, b


def align(X: NDArray[np.float64], y: NDArray[Any], C: float) -> dict[str, dict[str, Any]]:
    rows = np.asarray(X, dtype=float)
    classes = np.asarray(y)
    m = len(rows)
    epochs = max(1_000, 600_000 // m)
    machines: dict[str, Any] = {
        "LinearSVC": LinearSVC(
            loss="hinge", C=C, intercept_scaling=20.0, dual=True, tol=1e-6, max_iter=200_000, random_state=0
        ),
        "SVC": SVC(kernel="linear", C=C, tol=1e-6),
        "SGDClassifier": SGDClassifier(
            loss="hinge", penalty="l2", alpha=1.0 / (C * m), learning_rate="invscaling", eta0=5.0, power_t=0.6,
            average=epochs // 2 * m, max_iter=epochs, tol=None, random_state=0,
        ),
    }
    found: dict[str, dict[str, Any]] = {}
    for name, machine in machines.items():
        model = make_pipeline(StandardScaler(), machine).fit(rows, classes)
        w, b = in_raw_units(model)
        found[name] = {"model": model, "w": w, "b": b}
    return found


# %% wrong: align
# Misconception: Thinks that alpha is just 1 / C, and forgets that C multiplies a sum over the rows while alpha stands
# beside a mean.
def align(X: NDArray[np.float64], y: NDArray[Any], C: float) -> dict[str, dict[str, Any]]:
    machines = {
        "LinearSVC": LinearSVC(loss="hinge", C=C, intercept_scaling=20.0, tol=1e-6, max_iter=200_000, random_state=0),
        "SVC": SVC(kernel="linear", C=C, tol=1e-6),
        "SGDClassifier": SGDClassifier(
            loss="hinge", alpha=1.0 / C, learning_rate="invscaling", eta0=1.0, power_t=0.6, average=50_000,
            max_iter=3_000, tol=None, random_state=0,
        ),
    }
    found: dict[str, dict[str, Any]] = {}
    for name, machine in machines.items():
        model = make_pipeline(StandardScaler(), machine).fit(X, y)
        w, b = in_raw_units(model)
        found[name] = {"model": model, "w": w, "b": b}
    return found


# %% wrong: align
# Misconception: Thinks that LinearSVC has the hinge loss by itself because it is called a support vector machine, and
# leaves it with its squared hinge.
def align(X: NDArray[np.float64], y: NDArray[Any], C: float) -> dict[str, dict[str, Any]]:
    rows = np.asarray(X, dtype=float)
    m = len(rows)
    epochs = max(1_000, 600_000 // m)
    machines = {
        "LinearSVC": LinearSVC(C=C, intercept_scaling=20.0, tol=1e-6, max_iter=200_000, random_state=0),
        "SVC": SVC(kernel="linear", C=C, tol=1e-6),
        "SGDClassifier": SGDClassifier(
            loss="hinge", alpha=1.0 / (C * m), learning_rate="invscaling", eta0=5.0, power_t=0.6,
            average=epochs // 2 * m, max_iter=epochs, tol=None, random_state=0,
        ),
    }
    found: dict[str, dict[str, Any]] = {}
    for name, machine in machines.items():
        model = make_pipeline(StandardScaler(), machine).fit(rows, y)
        w, b = in_raw_units(model)
        found[name] = {"model": model, "w": w, "b": b}
    return found
