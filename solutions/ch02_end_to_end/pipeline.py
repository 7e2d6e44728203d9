"""Chapter 2, one pipeline from raw data to prediction (tf2.02.4): the answers."""

from sklearn.base import RegressorMixin, clone
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.pipeline import Pipeline

from solutions.ch02_end_to_end.svr import _preparation


def full_pipeline(model: RegressorMixin, k: int = 8) -> Pipeline:
    """Return one object, not fitted, that goes from raw districts to predictions.

    Parameters
    ----------
    model : any regressor. It is left as it is, whatever is done to the pipeline, which
        has a copy of it, not fitted.
    k : how many features the model gets: those that say most about the values of the
        training rows. There are as many at least, once all is prepared.

    Returns
    -------
    A `Pipeline` for raw districts, of which any number may be missing, and whose
    ``ocean_proximity`` may be new. Among its steps are ``"prep"``, the preparation,
    then ``"select"``, the selection, and as the last one ``"model"``. Settings of all
    three can be searched, `k` by the name of ``select__k``. Fitted to the same rows it
    says the same, and once fitted it can be saved with pickle.

    Examples
    --------
    >>> from course.datasets import load
    >>> X = load("california_housing").frame.drop(columns="median_house_value").head(60)
    >>> y = 5_000 * X["housing_median_age"]  # made up
    >>> pipeline = full_pipeline(KNeighborsRegressor(3), k=2)
    >>> [name for name in pipeline.named_steps if name in ("prep", "select", "model")]
    ['prep', 'select', 'model']
    >>> pipeline.get_params()["select__k"]
    2
    >>> pipeline.fit(X, y).predict(X.tail(4)).shape
    (4,)
    >>> pipeline["model"].n_features_in_
    2
    """
    # It is the pipeline that fits all of it, so a fold that is held back tells none of the three steps anything.
    return Pipeline([("prep", _preparation()), ("select", SelectKBest(f_regression, k=k)), ("model", clone(model))])
