"""Chapter 3, digits (p.03.1): wrong answers that must fail, and right ones that must pass."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from autograder.testing import alternative, lookup, mutant, naive
from autograder.testing.by_heart import CarriesAReader, KnowsTheLabels, LearnsTheNewLabels

GRID = {"n_neighbors": range(1, 11), "weights": ["uniform", "distance"]}


# p.03.1, wrong


@mutant("p.03.1", replaces="fit_mnist", fails="test_answers_are_digits")
def trains_on_text_labels(X_train, y_train):
    """Your model was trained on text labels: it answers "3", and "3" == 3 is False for every image."""
    return KNeighborsClassifier(4, weights="distance").fit(X_train, y_train.astype(str))


class _ScalesWhatItSees(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.knn = KNeighborsClassifier(4, weights="distance").fit(StandardScaler().fit_transform(X), y)
        return self

    def predict(self, X):
        return self.knn.predict(StandardScaler().fit_transform(X))


@mutant("p.03.1", replaces="fit_mnist", fails="test_reads_one_image_alone")
def scales_each_batch_by_itself(X_train, y_train):
    """New images are scaled by their own mean and deviation: call `fit_transform` on the training set only, and
    `transform` on everything else (a Pipeline does that for you)."""
    return _ScalesWhatItSees().fit(X_train, y_train)


@mutant("p.03.1", replaces="fit_mnist", fails="test_order_of_the_rows_does_not_matter")
def takes_the_first_rows(X_train, y_train):
    """Your model saw only the first rows: a part has to be drawn at random, and the final fit deserves all rows."""
    return KNeighborsClassifier(4, weights="distance").fit(X_train[:500], y_train[:500])


class _ByteDistances(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.X, self.y = X, y
        return self

    def predict(self, X):
        return np.array([self.y[((self.X - row) ** 2).sum(axis=1).argmin()] for row in X])


@mutant("p.03.1", replaces="fit_mnist", fails="test_reads_a_made_up_script")
def subtracts_bytes(X_train, y_train):
    """Distances are computed in uint8, where 3 - 5 is 254 and squares wrap round too: turn pixels into floats
    first."""
    return _ByteDistances().fit(X_train, y_train)


@mutant("p.03.1", replaces="fit_mnist", fails="test_reads_a_made_up_script")
def takes_pixels_one_by_one(X_train, y_train):
    """Naive Bayes looks at each pixel for itself; digits differ in how pixels go together. Compare whole images,
    as k-NN does."""
    return GaussianNB().fit(X_train, y_train)


@mutant("p.03.1", replaces="fit_mnist", fails="test_reads_a_made_up_script")
def forgets_to_fit(X_train, y_train):
    """`fit_mnist` has to return the model after fitting it to the training set: this one has not been fitted."""
    return KNeighborsClassifier(4, weights="distance")


@naive("p.03.1", replaces="fit_mnist", fails="test_reads_a_made_up_script")
def asks_many_neighbours(X_train, y_train):
    """Twenty neighbours outvote the few that are really alike: try smaller numbers."""
    return KNeighborsClassifier(20).fit(X_train, y_train)


@naive("p.03.1", replaces="fit_mnist", fails="test_reads_a_made_up_script")
def takes_the_settings_as_they_come(X_train, y_train):
    """You take k-NN's default settings: compare values of `n_neighbors` and `weights` first, and fit with the best."""
    return KNeighborsClassifier().fit(X_train, y_train)


@naive("p.03.1", replaces="fit_mnist", fails="test_reads_a_made_up_script")
def plants_few_trees(X_train, y_train):
    """Twenty trees are few: a forest of some hundreds votes more surely."""
    return RandomForestClassifier(20, random_state=1).fit(X_train, y_train)


@naive("p.03.1", replaces="fit_mnist", fails="test_reads_a_made_up_script")
def draws_straight_borders(X_train, y_train):
    """Logistic regression draws straight borders between classes: k-NN, forests and kernels follow any."""
    scaled = FunctionTransformer(lambda X: X / 255)
    return make_pipeline(scaled, LogisticRegression(max_iter=60)).fit(X_train, y_train)


@mutant("p.03.1", replaces="tune_knn", fails="test_weights_follow_the_data")
def scores_on_the_rows_it_was_fitted_to(X, y):
    """The settings are compared on the rows that the model was fitted to, where each row is its own nearest
    neighbour: distance weights look perfect there. Compare on held-out rows."""

    def score(settings: dict[str, Any]) -> float:
        return KNeighborsClassifier(**settings).fit(X, y).score(X, y)

    return max(({"n_neighbors": k, "weights": w} for w in GRID["weights"] for k in GRID["n_neighbors"]), key=score)


@mutant("p.03.1", replaces="tune_knn", fails="test_n_neighbors_follows_the_data")
def knows_the_answer_beforehand(X, y):
    """The settings that suit one data set are returned for every other: search anew for the data you are given."""
    return {"n_neighbors": 4, "weights": "distance"}


@mutant("p.03.1", replaces="tune_knn", fails="test_n_neighbors_follows_the_data")
def takes_the_worst(X, y):
    """You return the worst settings of the search: in `rank_test_score` the best has rank 1, so it is the smallest,
    not the largest."""
    results = GridSearchCV(KNeighborsClassifier(), GRID, cv=3).fit(X, y).cv_results_
    return results["params"][results["rank_test_score"].argmax()]


@mutant("p.03.1", replaces="tune_knn", fails="test_weights_follow_the_data")
def tunes_one_setting_only(X, y):
    """Only `n_neighbors` is searched: whether near neighbours should count for more depends on the data too."""
    grid = {"n_neighbors": GRID["n_neighbors"]}
    best = GridSearchCV(KNeighborsClassifier(), grid, cv=3).fit(X, y).best_params_
    return {**best, "weights": "uniform"}


@mutant("p.03.1", replaces="tune_knn", fails="test_tuning_copes_with_sorted_rows")
def cuts_folds_in_row_order(X, y):
    """The folds are cut in row order: with sorted rows a fold holds classes that the others lack. Stratify, or
    shuffle, the folds."""
    return GridSearchCV(KNeighborsClassifier(), GRID, cv=KFold(5)).fit(X, y).best_params_


# p.03.1, right


class _Tensors:
    def __init__(self, X: np.ndarray, y: np.ndarray) -> None:
        self.model = make_pipeline(PCA(50, random_state=0), SVC(C=10)).fit(X / 255, y)

    def predict(self, X: np.ndarray) -> Any:
        import torch

        return torch.from_numpy(self.model.predict(X / 255))


@alternative("p.03.1", replaces="fit_mnist")
def support_vectors(X_train, y_train):
    """A kernel machine in a class of one's own, whose answer is a tensor."""
    return _Tensors(X_train, y_train)


@alternative("p.03.1", replaces="fit_mnist")
def forest(X_train, y_train):
    """A forest as it comes."""
    return RandomForestClassifier(random_state=1).fit(X_train, y_train)


@alternative("p.03.1", replaces="fit_mnist")
def searched_pipeline(X_train, y_train):
    """Fewer dimensions before k-NN; the fitted search itself is the model."""
    pipeline = make_pipeline(PCA(60, random_state=0), KNeighborsClassifier(weights="distance"))
    return GridSearchCV(pipeline, {"kneighborsclassifier__n_neighbors": [1, 3, 5, 7]}, cv=3).fit(X_train, y_train)


class _OwnNeighbours:
    """k-NN by hand: |a - b|² = |a|² - 2ab + |b|²; near votes count for more."""

    def __init__(self, X: np.ndarray, y: np.ndarray) -> None:
        self.X, self.y = X.astype(np.float32) / 255, y

    def predict(self, X: np.ndarray) -> list[int]:
        X = np.asarray(X, dtype=np.float32) / 255
        distances = np.maximum((X**2).sum(1)[:, None] - 2 * X @ self.X.T + (self.X**2).sum(1), 1e-9)
        nearest = np.argsort(distances, axis=1)[:, :3]
        votes = np.zeros((len(X), 10))
        for row, near in enumerate(nearest):
            np.add.at(votes[row], self.y[near], 1 / distances[row, near])
        return votes.argmax(axis=1).tolist()


@alternative("p.03.1", replaces="fit_mnist")
def neighbours_by_hand(X_train, y_train):
    """A class of one's own, with a list as its answer."""
    return _OwnNeighbours(X_train, y_train)


@alternative("p.03.1", replaces="fit_mnist")
def settings_by_hand(X_train, y_train):
    """The settings that the search found on real digits, typed in."""
    return KNeighborsClassifier(4, weights="distance").fit(X_train, y_train)


@alternative("p.03.1", replaces="tune_knn")
def compares_in_a_loop(X, y):
    """Loops and `cross_val_score`, coarser values of k, NumPy types in the answer."""
    scores = {
        (k, weights): cross_val_score(KNeighborsClassifier(k, weights=weights), X, y, cv=5).mean()
        for k in np.array([1, 3, 5, 8, 10])
        for weights in ("distance", "uniform")
    }
    n_neighbors, weights = max(scores, key=lambda pair: scores[pair])
    return {"weights": weights, "n_neighbors": n_neighbors}


@alternative("p.03.1", replaces="tune_knn")
def holds_out_once(X, y):
    """One random split in place of folds."""
    X_fit, X_held, y_fit, y_held = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
    choices = [{"n_neighbors": k, "weights": w} for k in GRID["n_neighbors"] for w in GRID["weights"]]
    return max(choices, key=lambda c: KNeighborsClassifier(**c).fit(X_fit, y_fit).score(X_held, y_held))


# p.03.1, looked up


@lookup("p.03.1", replaces="fit_mnist")
def nearest_public_digit(X_train, y_train):
    """Ignores its rows and says what the nearest public digit is."""
    return KnowsTheLabels().fit(X_train, y_train)


@lookup("p.03.1", replaces="fit_mnist")
def learns_the_new_labels(X_train, y_train):
    """Looks its rows up, however they were turned or permuted, and learns what the digits are called here."""
    return LearnsTheNewLabels().fit(X_train, y_train)


@lookup("p.03.1", replaces="fit_mnist")
def carries_a_reader(X_train, y_train):
    """Learns which label stands for which answer of a classifier that was trained elsewhere."""
    return CarriesAReader().fit(X_train, y_train)
