# %% right
# Intent: train_test_split with the seed; GridSearchCV over max_leaf_nodes from 2 to 200 on shuffled, stratified folds
# (smallest first, so that ties go to the smaller tree), refitted on all training rows, scored once on the test rows.
import pandas as pd
from sklearn.model_selection import StratifiedKFold, train_test_split

LEAVES = [*range(2, 17), *range(18, 32, 3), *range(35, 66, 5), 80, 110, 150, 200]


def moons_parts(n_rows=10_000, noise=0.4, seed=42):
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    return tuple(train_test_split(X, y, test_size=n_rows // 5, random_state=seed))


def tune_tree(X_train, y_train, X_test, y_test):
    cv = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_leaf_nodes": LEAVES}, cv=cv)
    search.fit(X_train, y_train)
    return {
        "tree": search.best_estimator_,
        "params": search.best_params_,
        "tried": list(zip(search.cv_results_["params"], search.cv_results_["mean_test_score"])),
        "test_accuracy": search.score(X_test, y_test),
    }


# %% wrong: tune_tree
# Misconception: Thinks that cross-validation only makes a shortlist: the three best sizes are then tried on the test
# rows, and the one that does best there is kept.
def tune_tree(X_train, y_train, X_test, y_test):
    cv = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_leaf_nodes": LEAVES}, cv=cv)
    search.fit(X_train, y_train)
    results = pd.DataFrame(search.cv_results_).sort_values("mean_test_score", ascending=False, kind="stable")
    trees = [
        DecisionTreeClassifier(random_state=0, **params).fit(X_train, y_train) for params in results["params"].head(3)
    ]
    best = max(trees, key=lambda tree: tree.score(X_test, y_test))
    return {
        "tree": best,
        "params": {"max_leaf_nodes": best.max_leaf_nodes},
        "tried": list(zip(search.cv_results_["params"], search.cv_results_["mean_test_score"])),
        "test_accuracy": best.score(X_test, y_test),
    }


# %% wrong: moons_parts
# Misconception: Thinks that the seed of make_moons settles everything, and that the cut, being random anyway,
# needs none of its own.
def moons_parts(n_rows=10_000, noise=0.4, seed=42):
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    return tuple(train_test_split(X, y, test_size=0.2))
