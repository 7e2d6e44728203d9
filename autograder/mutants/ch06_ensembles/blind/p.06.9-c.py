# %% right
# Intent: each model is embedded by the square roots of its probabilities (so that inner products are Bhattacharyya
# affinities) and its one-hot answers; a linear softmax on rows the models haven't seen turns them into letters.
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.svm import SVC


def _sayings(models, X):
    for model in models:
        yield np.sqrt(np.clip(model.predict_proba(X), 0, 1))
        yield np.equal.outer(np.asarray(model.predict(X)), np.arange(10)).astype(float)


def make_blend_features(models, X):
    return np.concatenate(list(_sayings(models, X)), axis=1)


def fit_blender(models, X_train, y_train, X_val, y_val):
    return LogisticRegression(C=1.0, max_iter=2000).fit(make_blend_features(models, X_val), y_val)


def stack_predict(models, blender, X):
    return blender.predict(make_blend_features(models, X))


def fit_stacking(X, y):
    base = {
        "kernel": make_pipeline(Normalizer(), SVC(C=10.0, gamma=2.0)),
        "trees": ExtraTreesClassifier(80, random_state=0),
        "neighbours": make_pipeline(Normalizer(), KNeighborsClassifier(5, weights="distance")),
    }
    blender = LogisticRegression(C=0.3, max_iter=2000)
    return StackingClassifier(list(base.items()), final_estimator=blender, cv=5).fit(np.asarray(X, dtype=float), y)


# %% wrong: fit_blender
# Misconception: Thinks that the blender should learn from the training rows, since there are more of them and the
# models know them best.
def fit_blender(models, X_train, y_train, X_val, y_val):
    return LogisticRegression(C=1.0, max_iter=2000).fit(make_blend_features(models, X_train), y_train)


# %% wrong: make_blend_features
# Misconception: Thinks that the label a model names is a number like any other, which a linear blender can weigh: one
# column for each model.
def make_blend_features(models, X):
    return np.column_stack([model.predict(X) for model in models]).astype(float)
