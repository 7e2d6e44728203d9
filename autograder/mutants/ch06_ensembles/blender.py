"""Chapter 6, stacks (p.06.9): wrong answers that must fail, and right ones that must pass."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from autograder.mutants.ch06_ensembles.vote import _quick, _three
from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- p.06.9, wrong


def _probas(models, X):
    return np.hstack([model.predict_proba(X) for model in models])


def _logistic(features, y):
    return LogisticRegression(max_iter=300).fit(features, y)


@mutant("p.06.9", replaces="fit_blender", fails="test_blender_sees_through_a_model_that_knows_its_rows_by_heart")
def learns_from_training_rows(models, X_train, y_train, X_val, y_val):
    """Your blender learns from rows that the models were trained on, where those who overfit look best: give it nothing
    but rows that they have not seen."""
    return _logistic(_probas(models, X_train), y_train)


@mutant("p.06.9", replaces="fit_blender", fails="test_blender_sees_through_a_model_that_knows_its_rows_by_heart")
def learns_from_all_rows(models, X_train, y_train, X_val, y_val):
    """You give your blender the training rows along with the others: on these, those who know them by heart look best,
    and there are more of them."""
    features = np.vstack([_probas(models, X_train), _probas(models, X_val)])
    return _logistic(features, np.concatenate([y_train, y_val]))


def _with_pixels(models, X):
    return np.hstack([_probas(models, X), np.asarray(X) / 255])


@mutant("p.06.9", replaces="make_blend_features", fails="test_features_are_predictions_and_nothing_else")
def adds_the_pixels(models, X):
    """The images themselves are among your features: a blender sees predictions only."""
    return _with_pixels(models, X)


@mutant("p.06.9", replaces="make_blend_features", fails="test_every_model_is_heard")
def first_model_only(models, X):
    """Your features hold one model's predictions: all of them have to be heard."""
    return models[0].predict_proba(X)


@mutant("p.06.9", replaces="make_blend_features", fails="test_features_are_predictions_and_nothing_else")
def one_row_per_model(models, X):
    """Your features have one row per model: turn them over, so that there is one row per image."""
    return np.array([model.predict(X) for model in models])


@mutant("p.06.9", replaces="make_blend_features", fails="test_every_model_is_heard")
def mean_of_all(models, X):
    """You average before the blender gets to see anything, so that it can't tell the models apart."""
    return np.mean([model.predict(X) for model in models], axis=0, keepdims=True).round().T


def _mean_probas(models, X):
    return np.mean([model.predict_proba(X) for model in models], axis=0)


@mutant("p.06.9", replaces="make_blend_features", fails="test_blender_learns_from_mistakes", also={
    "fit_blender": lambda models, X_train, y_train, X_val, y_val: _logistic(_mean_probas(models, X_val), y_val),
    "stack_predict": lambda models, blender, X: blender.predict(_mean_probas(models, X)),
})  # fmt: skip
def mean_of_the_probabilities(models, X):
    """You average the probabilities of all models, as a vote does: the blender can't tell any more who said what."""
    return _mean_probas(models, X)


class _Linear(ClassifierMixin, BaseEstimator):
    """One straight line per class through label numbers, least squares."""

    def fit(self, X, y):
        self.weights = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), np.eye(10)[y], rcond=None)[0]
        return self

    def predict(self, X):
        return (np.column_stack([X, np.ones(len(X))]) @ self.weights).argmax(axis=1)


def _label_numbers(models, X):
    return np.column_stack([model.predict(X) for model in models]).astype(float)


def _linear_blender(models, X_train, y_train, X_val, y_val):
    return _Linear().fit(_label_numbers(models, X_val), y_val)


@naive("p.06.9", replaces="make_blend_features", fails="test_blender_reads_a_made_up_script", also={
    "fit_blender": _linear_blender,
    "stack_predict": lambda models, blender, X: blender.predict(_label_numbers(models, X)),
})  # fmt: skip
def labels_as_quantities(models, X):
    """A linear blender takes the label 8 for twice a 4: give it probabilities, or one column per digit."""
    return _label_numbers(models, X)


@mutant("p.06.9", replaces="fit_blender", fails="test_models_are_left_as_they_are")
def fits_the_models_again(models, X_train, y_train, X_val, y_val):
    """You fit the models again, to the rows that the blender needs: take their predictions and leave them alone."""
    for model in models:
        model.fit(X_val, y_val)
    return RandomForestClassifier(60, random_state=0).fit(_probas(models, X_val), y_val)


@naive("p.06.9", replaces="stack_predict", fails=("test_blender_reads_a_made_up_script",
       "test_blender_learns_from_mistakes"))  # fmt: skip
def votes_instead(models, blender, X):
    """Your stack takes a vote and never asks the blender: it is the blender that decides."""
    return np.mean([model.predict_proba(X) for model in models], axis=0).argmax(axis=1)


@naive("p.06.9", replaces="stack_predict", fails=("test_blender_reads_a_made_up_script",
       "test_blender_learns_from_mistakes"), also={"fit_blender": lambda models, X_train, y_train, X_val, y_val:
           max(models, key=lambda model: np.mean(model.predict(X_val) == y_val))})  # fmt: skip
def best_model_alone(models, blender, X):
    """You let the best of the models decide alone: the others know what it doesn't."""
    return blender.predict(X)


@mutant("p.06.9", replaces="stack_predict", fails="test_answers_are_digits")
def answers_with_probabilities(models, blender, X):
    """You return probabilities, or numbers with a decimal point: a digit is a whole number."""
    return blender.predict(_probas(models, X)).astype(float)


@mutant("p.06.9", replaces="fit_stacking", fails="test_stacking_predicts_rows_it_has_held_back")
def blends_rows_already_seen(X, y):
    """With `cv="prefit"` the blender learns from predictions for rows that the models were trained on: leave `cv` to
    its default, or give a number of folds."""
    members = [(name, clone(model).fit(X, y)) for name, model in _quick()]
    return StackingClassifier(members, final_estimator=LogisticRegression(max_iter=300), cv="prefit").fit(X, y)


@mutant("p.06.9", replaces="fit_stacking", fails="test_stacking_reads_a_made_up_script")
def neighbours_for_a_stack(X, y):
    """You hand in k-NN as it comes: a stack has several models, and one on top that learns whom to trust."""
    return KNeighborsClassifier().fit(X, y)


@naive("p.06.9", replaces="fit_stacking", fails="test_stacking_reads_a_made_up_script")
def stacks_weak_models(X, y):
    """Your base models are poor, and a blender can only make something of what they know: take better ones."""
    members = [(f"tree {n}", DecisionTreeClassifier(max_depth=3 + n, random_state=n)) for n in range(3)]
    return StackingClassifier(members, final_estimator=LogisticRegression(max_iter=300), cv=3).fit(X, y)


# ---------------------------------------------------------------- p.06.9, right


def _forest_blender(models, X_train, y_train, X_val, y_val):
    return RandomForestClassifier(80, random_state=5).fit(_label_numbers(models, X_val), y_val)


def _forest_stack(X, y):
    forest = RandomForestClassifier(60, random_state=0)
    return StackingClassifier(_three(), final_estimator=forest, cv=StratifiedKFold(3, shuffle=True)).fit(X, y)


@alternative("p.06.9", replaces="make_blend_features", also={
    "fit_blender": _forest_blender,
    "stack_predict": lambda models, blender, X: blender.predict(_label_numbers(models, X)),
    "fit_stacking": _forest_stack,
})  # fmt: skip
def labels_for_a_forest(models, X):
    """Label numbers, which trees can split as they like; shuffled folds."""
    return _label_numbers(models, X)


def _one_hot(models, X):
    encoder = OneHotEncoder(categories=[range(10)] * len(models))
    return encoder.fit_transform(_label_numbers(models, X))


@alternative("p.06.9", replaces="make_blend_features", also={
    "fit_blender": lambda models, X_train, y_train, X_val, y_val: _logistic(_one_hot(models, X_val), y_val),
    "stack_predict": lambda models, blender, X: blender.predict(_one_hot(models, X)).tolist(),
})  # fmt: skip
def one_column_per_digit(models, X):
    """A sparse matrix of zeros and ones, and a logistic blender; a list of answers."""
    return _one_hot(models, X)


@alternative("p.06.9", replaces="fit_blender", also={
    "make_blend_features": _probas,
    "stack_predict": lambda models, blender, X: blender["blender"].predict(_probas(models, X)),
})  # fmt: skip
def logistic_on_probabilities(models, X_train, y_train, X_val, y_val):
    """A logistic blender, in a dict."""
    return {"blender": _logistic(_probas(models, X_val), y_val)}
