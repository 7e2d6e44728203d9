"""Chapter 2, one pipeline from raw data to prediction (tf2.02.4): the answers."""

from sklearn.base import RegressorMixin, TransformerMixin, clone
from sklearn.pipeline import Pipeline


def full_pipeline(prep: TransformerMixin, model: RegressorMixin) -> Pipeline:
    """Return one object, not fitted, that goes from a raw table to predictions.

    Its `fit` takes a raw table and y, and its `predict` a raw table. Its parts are
    called `prep` and `model`, so that their parameters can be searched: ``prep__…`` and
    ``model__…``.

    Parameters
    ----------
    prep : a transformer of raw tables, e.g. a ColumnTransformer.
    model : a regressor. Both are left as they are, whatever is done to the pipeline: it
        has copies, not fitted.

    Examples
    --------
    >>> X, y = np.array([[1.0], [np.nan], [3.0]]), np.array([10.0, 20.0, 30.0])
    >>> pipeline = full_pipeline(SimpleImputer(), KNeighborsRegressor(1))
    >>> pipeline.fit(X, y).predict(np.array([[0.0], [np.nan], [4.0]])).tolist()
    [10.0, 20.0, 30.0]
    >>> pipeline = pipeline.set_params(prep__strategy="median", model__n_neighbors=3)
    >>> pipeline.get_params()["prep__strategy"]
    'median'
    """
    return Pipeline([("prep", clone(prep)), ("model", clone(model))])
