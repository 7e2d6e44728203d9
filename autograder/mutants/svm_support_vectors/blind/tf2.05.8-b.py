# %% right
# Intent: Hinge loss for all three, alpha = 1 / (C m), a large intercept_scaling for LinearSVC, averaged SGD with
# many epochs, and weights unscaled by the scaler's mean_ and scale_.
def _machines(m, C):
    return {
        "LinearSVC": LinearSVC(loss="hinge", C=C, intercept_scaling=20, tol=1e-6, max_iter=100_000, random_state=0),
        "SVC": SVC(kernel="linear", C=C, tol=1e-6),
        "SGDClassifier": SGDClassifier(
            loss="hinge", alpha=1 / (C * m), average=100 * m, max_iter=2_000, tol=None, random_state=0
        ),
    }


def align(X, y, C):
    found = {}
    for name, machine in _machines(len(X), C).items():
        model = make_pipeline(StandardScaler(), machine).fit(X, y)
        scaler, machine = model[0], model[-1]
        w = machine.coef_[0] / scaler.scale_
        found[name] = {"model": model, "w": w, "b": machine.intercept_[0] - w @ scaler.mean_}
    return found


# %% wrong: align
# Misconception: Thinks that SGDClassifier's alpha is simply one over C; doesn't see that its loss is a mean over
# the rows while C multiplies a sum.
def _machines(m, C):
    return {
        "LinearSVC": LinearSVC(loss="hinge", C=C, intercept_scaling=20, tol=1e-6, max_iter=100_000, random_state=0),
        "SVC": SVC(kernel="linear", C=C, tol=1e-6),
        "SGDClassifier": SGDClassifier(
            loss="hinge", alpha=1 / C, average=100 * m, max_iter=2_000, tol=None, random_state=0
        ),
    }


# %% wrong: align
# Misconception: Thinks that scaling only stretches the columns, so that dividing the weights by the scale is all
# there is to undo; the bias is returned as fitted, though the means were taken away.
def align(X, y, C):
    found = {}
    for name, machine in _machines(len(X), C).items():
        model = make_pipeline(StandardScaler(), machine).fit(X, y)
        found[name] = {"model": model, "w": model[-1].coef_[0] / model[0].scale_, "b": model[-1].intercept_[0]}
    return found
