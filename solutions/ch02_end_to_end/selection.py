"""Chapter 2, selecting features (p.02.3): the answers."""

from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.pipeline import Pipeline

from solutions.ch02_end_to_end.svr import _preparation, _svr


def make_select_pipeline(threshold: str | float = "median", seed: int = 42) -> Pipeline:
    """Return a pipeline that predicts from the important features only, not fitted.

    Parameters
    ----------
    threshold : how important a feature has to be, as `SelectFromModel` takes it: a
        number, or text such as ``"median"`` or ``"1.5*mean"``.
    seed : for all that is random in it.

    Returns
    -------
    A `Pipeline` for raw districts, of which any number may be missing: preparation,
    then a step named ``"select"``, which is a `SelectFromModel`, then the model that
    predicts house values, as the last step.

    Examples
    --------
    >>> from course.datasets import load
    >>> X = load("california_housing").frame.drop(columns="median_house_value").head(60)
    >>> y = 5_000 * X["housing_median_age"]  # made up
    >>> model = make_select_pipeline()
    >>> model.get_params()["select__threshold"]
    'median'
    >>> kept = model.fit(X, y)["select"].get_support()
    >>> bool(0 < kept.sum() < len(kept))
    True
    >>> model.predict(X.tail(2)).shape
    (2,)
    """
    forest = RandomForestRegressor(50, random_state=seed)
    return Pipeline(
        [
            ("prepare", _preparation()),
            ("select", SelectFromModel(forest, threshold=threshold)),
            ("svr", _svr(C=10, gamma=0.1)),
        ]
    )
