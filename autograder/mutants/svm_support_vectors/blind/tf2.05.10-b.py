# %% right
# Intent: StandardScaler and SVR in a pipeline, a random search over gamma and C on a log scale (on a subsample of a
# large table), refitted on all rows. Pairs are compared by cross_val_score on pipelines of the training rows only.
from scipy.stats import loguniform
from sklearn.model_selection import KFold, RandomizedSearchCV


def fit_svr(X, y):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    rows = np.random.default_rng(0).permutation(len(X))[:500]
    model = make_pipeline(StandardScaler(), SVR())
    search = RandomizedSearchCV(
        model,
        {"svr__gamma": loguniform(0.01, 1), "svr__C": loguniform(1, 100)},
        n_iter=25,
        cv=3,
        scoring="neg_root_mean_squared_error",
        refit=False,
        random_state=0,
    ).fit(X[rows], y[rows])
    return model.set_params(**search.best_params_).fit(X, y)


def compare_machines(scalers, machines, X, y):
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
    pairs = {(s, m): make_pipeline(clone(scalers[s]), clone(machines[m])) for s in scalers for m in machines}
    folds = KFold(3, shuffle=True, random_state=0)
    scores = {name: cross_val_score(pair, X_train, y_train, cv=folds).mean() for name, pair in pairs.items()}
    best = max(scores, key=scores.get)
    model = pairs[best].fit(X_train, y_train)
    return {"scores": scores, "best": best, "model": model, "test_score": model.score(X_test, y_test)}


# %% wrong: compare_machines
# Misconception: Thinks that a scaler learns nothing about the prices and so can't leak: scales the whole table
# first, and splits it afterwards.
def compare_machines(scalers, machines, X, y):
    train, test = train_test_split(np.arange(len(X)), test_size=0.2, random_state=0)
    folds = KFold(3, shuffle=True, random_state=0)
    fitted = {s: clone(scaler).fit(X) for s, scaler in scalers.items()}
    scores = {
        (s, m): cross_val_score(clone(machines[m]), fitted[s].transform(X[train]), y[train], cv=folds).mean()
        for s in scalers
        for m in machines
    }
    best = max(scores, key=scores.get)
    scaler, machine = fitted[best[0]], clone(machines[best[1]])
    machine.fit(scaler.transform(X[train]), y[train])
    model = make_pipeline(scaler, machine)
    return {"scores": scores, "best": best, "model": model, "test_score": model.score(X[test], y[test])}


# %% wrong: fit_svr
# Misconception: Thinks that gamma="scale" already takes care of the units of the columns, so that no scaler is
# needed in front of the kernel.
def fit_svr(X, y):
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    rows = np.random.default_rng(0).permutation(len(X))[:600]
    gammas = np.logspace(-1, 1, 5) / X.var() / X.shape[1]
    search = RandomizedSearchCV(
        SVR(), {"gamma": gammas, "C": loguniform(1, 100)}, n_iter=15, cv=3, refit=False, random_state=0
    ).fit(X[rows], y[rows])
    return SVR(**search.best_params_).fit(X, y)
