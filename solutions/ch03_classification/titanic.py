"""Chapter 3, the Titanic (p.03.3): the answers."""

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC


def _described(passengers: pd.DataFrame) -> pd.DataFrame:
    """Return the passengers with columns for what their names, families and ages tell."""
    family = passengers["SibSp"] + passengers["Parch"]
    title = passengers["Name"].str.extract(r", ([^.]*)\.", expand=False)
    return passengers.assign(Title=title, Family=family, Alone=family == 0, Child=passengers["Age"] < 13)


def fit_titanic(train: pd.DataFrame) -> Pipeline:
    """Return a fitted model that says who survived.

    Parameters
    ----------
    train : DataFrame, shape (n, 12)
        Passengers with all columns of ``train.csv``, the answer ``Survived`` (0 or 1)
        among them. Not changed.

    Returns
    -------
    model : any object whose ``predict(passengers)`` takes a DataFrame of m rows, with
        or without ``Survived``, and returns m zeros and ones.

    Examples
    --------
    A made-up ship of 100, whose women survived and whose men did not:

    >>> ship = pd.DataFrame({
    ...     "PassengerId": range(1, 101), "Survived": [0, 1] * 50,
    ...     "Pclass": [1, 1, 2, 2, 3] * 20, "Sex": ["male", "female"] * 50,
    ...     "Name": ["Smith, Mr. John", "Smith, Mrs. Jane"] * 50,
    ...     "Age": [30.0, 25.0, None, 41.0] * 25, "SibSp": 1, "Parch": 0,
    ...     "Ticket": "A 1", "Fare": 8.0, "Cabin": None,
    ...     "Embarked": ["S", "S", "C", "Q", None] * 20})
    >>> model = fit_titanic(ship)
    >>> [int(label) for label in model.predict(ship.head(4))]
    [0, 1, 0, 1]
    >>> len(model.predict(ship.drop(columns="Survived")))
    100
    """
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    # Columns are chosen by name: what is not listed (PassengerId, Name, Ticket, Cabin, Survived) is left out.
    preparation = make_column_transformer(
        (numbers, ["Age", "Family", "Fare"]),
        (categories, ["Pclass", "Sex", "Embarked", "Title", "Alone", "Child"]),
    )
    return make_pipeline(FunctionTransformer(_described), preparation, SVC()).fit(train, train["Survived"])
