"""Chapter 5, a tree for two moons: wrong answers that must fail, and right ones that must pass."""

import numpy as np
from scipy import stats
from sklearn.base import clone
from sklearn.datasets import make_moons
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score, train_test_split
from sklearn.tree import DecisionTreeClassifier

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- p.05.7, wrong


@mutant("p.05.7", replaces="moons_parts", fails="test_parts_are_the_moons")
def features_then_labels(n_rows=10_000, noise=0.4, seed=42):
    """You return each part with its labels: the order is X_train, X_test, y_train, y_test."""
    X_train, X_test, y_train, y_test = train_test_split(
        *make_moons(n_rows, noise=noise, random_state=seed), test_size=0.2, random_state=seed
    )
    return X_train, y_train, X_test, y_test


@mutant("p.05.7", replaces="moons_parts", fails="test_parts_are_the_moons")
def labels_lose_their_rows(n_rows=10_000, noise=0.4, seed=42):
    """You shuffle rows and labels one after the other: each label has to stay with its row."""
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    rng = np.random.default_rng(seed)
    X, y = rng.permutation(X), rng.permutation(y)
    return X[n_rows // 5 :], X[: n_rows // 5], y[n_rows // 5 :], y[: n_rows // 5]


@mutant("p.05.7", replaces="moons_parts", fails="test_parts_are_the_moons")
def trained_on_test_rows(n_rows=10_000, noise=0.4, seed=42):
    """Your test rows are training rows as well: no row may be in both parts."""
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    return X[: n_rows * 4 // 5], X[: n_rows // 5], y[: n_rows * 4 // 5], y[: n_rows // 5]


@mutant("p.05.7", replaces="moons_parts", fails="test_parts_are_the_moons")
def a_quarter_for_the_test(n_rows=10_000, noise=0.4, seed=42):
    """A quarter of your rows is for the test, which is what `train_test_split` does unless told: 20% are asked for."""
    return train_test_split(*make_moons(n_rows, noise=noise, random_state=seed), random_state=seed)


@mutant("p.05.7", replaces="moons_parts", fails="test_parts_are_the_moons")
def always_the_same_seed(n_rows=10_000, noise=0.4, seed=42):
    """Your moons are those of one fixed seed: use the one that is given."""
    return train_test_split(*make_moons(n_rows, noise=noise, random_state=42), test_size=0.2, random_state=seed)


@mutant("p.05.7", replaces="moons_parts", fails="test_parts_are_the_moons")
def always_the_same_noise(n_rows=10_000, noise=0.4, seed=42):
    """Your moons always have the same noise: use the one that is given."""
    return train_test_split(*make_moons(n_rows, noise=0.4, random_state=seed), test_size=0.2, random_state=seed)


@mutant("p.05.7", replaces="moons_parts", fails="test_parts_can_be_drawn_again")
def cut_without_a_seed(n_rows=10_000, noise=0.4, seed=42):
    """You make the moons with the seed and cut them without it: give it to both."""
    return train_test_split(*make_moons(n_rows, noise=noise, random_state=seed), test_size=0.2)


def _report(tree, params, tried, X_test, y_test):
    right = float(np.mean(tree.predict(X_test) == y_test))
    return {"tree": tree, "params": params, "tried": tried, "test_accuracy": right}


_LEAVES = [{"max_leaf_nodes": n} for n in (2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 45, 70)]


def _chosen(score, X_train, y_train, X_test, y_test, settings=_LEAVES, model=None):
    """The setting with the best ``score(model)``, fitted to the training rows."""
    model = model or DecisionTreeClassifier(random_state=0)
    tried = [(params, float(score(clone(model).set_params(**params)))) for params in settings]
    best = max(tried, key=lambda pair: pair[1])[0]
    return _report(clone(model).set_params(**best).fit(X_train, y_train), best, tried, X_test, y_test)


def _held_back(X, y):
    return lambda model: cross_val_score(model, X, y, cv=3).mean()


@mutant("p.05.7", replaces="tune_tree", fails="test_tree_predicts_unseen_moons")
def tuned_on_the_test_rows(X_train, y_train, X_test, y_test):
    """You choose the size that does best on the test rows: these are for the end, when all is chosen."""
    return _chosen(lambda model: model.fit(X_train, y_train).score(X_test, y_test), X_train, y_train, X_test, y_test)


@naive("p.05.7", replaces="tune_tree", fails="test_tree_predicts_unseen_moons")
def without_limits(X_train, y_train, X_test, y_test):
    """None of your settings holds the tree back, so it learns the noise: try `max_leaf_nodes`."""
    settings = [{"criterion": name, "splitter": how} for name in ("gini", "entropy") for how in ("best", "random")]
    return _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test, settings)


@naive("p.05.7", replaces="tune_tree", fails="test_tree_predicts_unseen_moons")
def stumps_only(X_train, y_train, X_test, y_test):
    """All the trees you try are stumps, which ask one question: let the search try larger ones, too."""
    settings = [{"max_depth": 1, "min_samples_leaf": n} for n in range(1, 12)]
    return _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test, settings)


@mutant("p.05.7", replaces="tune_tree", fails="test_accuracies_are_of_rows_held_back")
def judged_by_training_rows(X_train, y_train, X_test, y_test):
    """You judge each size on the rows the tree was trained on, so that the largest wins: judge on rows held back."""
    return _chosen(lambda model: model.fit(X_train, y_train).score(X_train, y_train), X_train, y_train, X_test, y_test)


@mutant("p.05.7", replaces="tune_tree", fails="test_accuracies_are_of_rows_held_back")
def training_scores_of_the_search(X_train, y_train, X_test, y_test):
    """The accuracies that you report are of the rows each tree was trained on (`mean_train_score`): the rows that were
    held back are asked for."""
    grid = {"max_leaf_nodes": [settings["max_leaf_nodes"] for settings in _LEAVES]}
    model = DecisionTreeClassifier(random_state=0)
    search = GridSearchCV(model, grid, cv=3, return_train_score=True).fit(X_train, y_train)
    tried = [*zip(search.cv_results_["params"], search.cv_results_["mean_train_score"], strict=True)]
    return _report(search.best_estimator_, search.best_params_, tried, X_test, y_test)


@mutant("p.05.7", replaces="tune_tree", fails="test_size_suits_the_data")
def size_from_elsewhere(X_train, y_train, X_test, y_test):
    """The size of your tree is always about the same, whatever the data: let cross-validation choose, from 2 leaves to
    60 or more."""
    settings = [{"max_leaf_nodes": 17, "min_samples_split": n} for n in range(2, 13)]
    return _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test, settings)


@mutant("p.05.7", replaces="tune_tree", fails="test_size_suits_the_data")
def small_trees_only(X_train, y_train, X_test, y_test):
    """None of your trees is large: with other data it takes more leaves, so try up to 60 or more."""
    settings = [{"max_leaf_nodes": n} for n in range(2, 21)]
    return _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test, settings)


@mutant("p.05.7", replaces="tune_tree", fails="test_one_tree_on_all_training_rows")
def the_search_itself(X_train, y_train, X_test, y_test):
    """Your `"tree"` is the whole search: the tree that it has fitted to all training rows is its `best_estimator_`."""
    grid = {"max_leaf_nodes": [settings["max_leaf_nodes"] for settings in _LEAVES]}
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), grid, cv=3).fit(X_train, y_train)
    tried = [*zip(search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True)]
    return _report(search, search.best_params_, tried, X_test, y_test)


@mutant("p.05.7", replaces="tune_tree", fails="test_one_tree_on_all_training_rows")
def trained_on_a_part(X_train, y_train, X_test, y_test):
    """Your final tree has seen a part of the training rows only: fit the best setting once more, to all of them."""
    X, X_val, y, y_val = train_test_split(X_train, y_train, test_size=0.25, random_state=0)
    return _chosen(lambda model: model.fit(X, y).score(X_val, y_val), X, y, X_test, y_test)


@mutant("p.05.7", replaces="tune_tree", fails="test_one_tree_on_all_training_rows")
def trained_on_the_test_rows_too(X_train, y_train, X_test, y_test):
    """Your final tree has learned the test rows as well, so that its accuracy on them says nothing."""
    X, y = np.concatenate([X_train, X_test]), np.concatenate([y_train, y_test])
    return _chosen(_held_back(X_train, y_train), X, y, X_test, y_test)


@mutant("p.05.7", replaces="tune_tree", fails="test_one_tree_on_all_training_rows")
def a_whole_forest(X_train, y_train, X_test, y_test):
    """That is a forest: one decision tree is asked for here; the forest comes next."""
    settings = [{"max_leaf_nodes": n} for n in (4, 40)]
    forest = RandomForestClassifier(5, random_state=0)
    return _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test, settings, forest)


@mutant("p.05.7", replaces="tune_tree", fails="test_best_of_what_was_tried")
def worst_of_all(X_train, y_train, X_test, y_test):
    """You keep the setting with the lowest accuracy."""
    found = _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test)
    worst = min(found["tried"], key=lambda pair: pair[1])[0]
    tree = DecisionTreeClassifier(**worst).fit(X_train, y_train)
    return _report(tree, worst, found["tried"], X_test, y_test)


@mutant("p.05.7", replaces="tune_tree", fails="test_best_of_what_was_tried")
def few_settings(X_train, y_train, X_test, y_test):
    """You try too few settings to find a good one: try ten or more."""
    return _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test, _LEAVES[1::5])


@mutant("p.05.7", replaces="tune_tree", fails="test_accuracy_on_the_test_rows")
def accuracy_on_training_rows(X_train, y_train, X_test, y_test):
    """Your `test_accuracy` is that of the training rows: score the tree on the test rows."""
    found = _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test)
    return {**found, "test_accuracy": found["tree"].score(X_train, y_train)}


@mutant("p.05.7", replaces="tune_tree", fails="test_accuracy_on_the_test_rows")
def accuracy_in_cross_validation(X_train, y_train, X_test, y_test):
    """Your `test_accuracy` is the one from cross-validation: score the tree on the test rows."""
    found = _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test)
    return {**found, "test_accuracy": max(accuracy for _, accuracy in found["tried"])}


# ---------------------------------------------------------------- p.05.7, right


def _first_fifth(n_rows=10_000, noise=0.4, seed=42):
    """`make_moons` has shuffled already: the first fifth is for the test; a list."""
    X, y = make_moons(n_samples=n_rows, noise=noise, random_state=seed)
    return [X[n_rows // 5 :], X[: n_rows // 5], y[n_rows // 5 :], y[: n_rows // 5]]


@alternative("p.05.7", replaces="tune_tree", also={"moons_parts": _first_fifth})
def at_random(X_train, y_train, X_test, y_test):
    """A random search over two parameters, by entropy."""
    ranges = {"max_leaf_nodes": stats.randint(2, 80), "min_samples_leaf": stats.randint(1, 30)}
    tree = DecisionTreeClassifier(criterion="entropy", random_state=1)
    search = RandomizedSearchCV(tree, ranges, n_iter=50, cv=4, random_state=1).fit(X_train, y_train)
    results = search.cv_results_
    tried = [*zip(results["params"], results["mean_test_score"], strict=True)]
    return _report(search.best_estimator_, search.best_params_, tried, X_test, y_test)


@alternative("p.05.7", replaces="tune_tree")
def pruned(X_train, y_train, X_test, y_test):
    """Grown without limits and cut back: cost-complexity pruning. All of the tree's settings stand in `params`."""
    path = DecisionTreeClassifier(random_state=0).cost_complexity_pruning_path(X_train, y_train)
    alphas = np.unique(np.abs(path.ccp_alphas))
    few = np.unique(np.concatenate([np.quantile(alphas, np.linspace(0, 1, 30)), alphas[-12:]]))
    settings = [{"ccp_alpha": float(alpha)} for alpha in few]
    found = _chosen(_held_back(X_train, y_train), X_train, y_train, X_test, y_test, settings)
    return {**found, "params": found["tree"].get_params()}


@alternative("p.05.7", replaces="tune_tree")
def folds_by_hand(X_train, y_train, X_test, y_test):
    """Depth and least size of a leaf; the folds are made by hand."""
    fold = np.random.default_rng(0).permutation(len(y_train)) % 5

    def accuracy(model):
        return np.mean(
            [
                model.fit(X_train[fold != k], y_train[fold != k]).score(X_train[fold == k], y_train[fold == k])
                for k in range(5)
            ]
        )

    settings = [{"max_depth": depth, "min_samples_leaf": n} for depth in range(1, 11) for n in (1, 5, 15)]
    return _chosen(accuracy, X_train, y_train, X_test, y_test, settings)
