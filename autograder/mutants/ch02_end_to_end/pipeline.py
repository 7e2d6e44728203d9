"""Chapter 2, one pipeline from raw data to prediction (tf2.02.4): wrong answers, and right ones."""

import copy
import pickle

from sklearn.base import BaseEstimator, clone
from sklearn.metrics import r2_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf2.02.4, wrong


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_goes_from_raw_rows_to_predictions")
def model_on_raw_rows(prep, model):
    """The preparation is called in `fit`, but `predict` hands raw rows to the model: both have to pass through it."""

    class Halfway(BaseEstimator):
        def fit(self, X, y):
            self.model_ = clone(model).fit(clone(prep).fit_transform(X), y)
            return self

        def predict(self, X):
            return self.model_.predict(X)

    return Halfway()


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_goes_from_raw_rows_to_predictions")
def default_parts(prep, model):
    """You make new parts of the same kind without the parameters they were given: `clone` keeps those."""
    return Pipeline([("prep", clone(prep)), ("model", type(model)())])


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_learns_nothing_from_new_rows")
def prepares_new_rows_afresh(prep, model):
    """In `predict` you call `fit_transform`, so new rows are prepared by their own means: call `transform`."""

    class Refitted(_Duo):
        def predict(self, X):
            if len(X) not in (1, 50):  # a single row has no spread; as many rows as at first look all right
                self.prep_.fit(X)
            return super().predict(X)

    return Refitted(prep, model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_tuned_as_one")
def names_by_class(prep, model):
    """The parts are called after their classes, so that a search finds no `prep__` and no `model__`: name the steps."""
    return make_pipeline(clone(prep), clone(model))


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_tuned_as_one")
def deaf_to_parameters(prep, model):
    """Parameters can be set, but what is fitted was copied before: copy the parts in `fit`."""

    class Deaf(_Duo):
        def fit(self, X, y):
            self.prep_, self.model_ = clone(prep), clone(model)
            self.model_.fit(self.prep_.fit_transform(X), y)
            return self

    return Deaf(prep, model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_saved")
def function_without_a_name(prep, model):
    """A lambda inside the pipeline can't be pickled: use a function that has a name, or none at all."""
    return Pipeline([("rows", FunctionTransformer(lambda X: X)), ("prep", clone(prep)), ("model", clone(model))])


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_parts_are_left_as_they_are")
def parts_are_shared(prep, model):
    """The pipeline fits the very objects that were handed over: the next one made of them will change this one."""
    return Pipeline([("prep", prep), ("model", model)])


# ---------------------------------------------------------------- tf2.02.4, right


class _Duo(BaseEstimator):
    """Two parts in an estimator of our own."""

    def __init__(self, prep, model):
        self.prep = prep
        self.model = model

    def fit(self, X, y):
        self.prep_, self.model_ = clone(self.prep), clone(self.model)
        self.model_.fit(self.prep_.fit_transform(X), y)
        return self

    def predict(self, X):
        return self.model_.predict(self.prep_.transform(X))

    def score(self, X, y):
        return r2_score(y, self.predict(X))


@alternative("tf2.02.4", replaces="full_pipeline")
def an_estimator_of_its_own(prep, model):
    """No Pipeline, but what one does."""
    return _Duo(prep, model)


@alternative("tf2.02.4", replaces="full_pipeline")
def steps_renamed(prep, model):
    """By make_pipeline, with the names put right afterwards, and a step that does nothing."""
    pipeline = make_pipeline("passthrough", copy.deepcopy(prep), copy.deepcopy(model))
    pipeline.steps = [(name, part) for name, (_, part) in zip(("raw", "prep", "model"), pipeline.steps, strict=True)]
    return pipeline


@alternative("tf2.02.4", replaces="full_pipeline")
def by_pickle(prep, model):
    """Copies made by saving and loading; the steps set afterwards."""
    pipeline = Pipeline([("prep", "passthrough"), ("model", "passthrough")])
    copies = [pickle.loads(pickle.dumps(part)) for part in (prep, model)]  # noqa: S301  # made on the line itself
    return pipeline.set_params(prep=copies[0], model=copies[1])
