# %% right
# Intent: a stateless description of each passenger (sex, class, age, family; a gap in the age stays a gap, with a hint
# from the title) and the mean probability of two tree ensembles, which find thresholds and interactions themselves.
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer


def describe(passengers):
    """Numbers that follow from a passenger's own row and nothing else."""

    def number(name):
        return pd.to_numeric(passengers[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)

    title = passengers["Name"].astype(str).str.extract(r",\s*([^.,]+)\.", expand=False).fillna("")
    family = np.nansum([number("SibSp"), number("Parch")], axis=0)
    age = number("Age")
    columns = {
        "woman": (passengers["Sex"].astype(str).str.lower() == "female").to_numpy(dtype=float),
        "class": number("Pclass"),
        "age": np.where(np.isnan(age) & (title == "Master").to_numpy(), 5.0, age),
        "no_age": np.isnan(age).astype(float),
        "siblings": number("SibSp"),
        "parents": number("Parch"),
        "family": family,
        "alone": (family == 0).astype(float),
    }
    return np.column_stack([*columns.values()])


def fit_titanic(train):
    trees = [
        ("boost", GradientBoostingClassifier(n_estimators=120, max_depth=4, learning_rate=0.05, subsample=0.7,
                                             min_samples_leaf=5, random_state=1)),
        ("extra", ExtraTreesClassifier(150, min_samples_leaf=3, max_features=None, random_state=1)),
    ]
    model = make_pipeline(
        FunctionTransformer(describe),
        SimpleImputer(strategy="median", keep_empty_features=True),
        VotingClassifier(trees, voting="soft"),
    )
    return model.fit(train.drop(columns="Survived"), np.asarray(train["Survived"]).astype(int))


# %% wrong: fit_titanic
# Misconception: Thinks that an unknown age may be filled with the typical age of the people in the same table, also
# when predicting, so that a prediction depends on who else is in the table.
right_description = describe


def describe_with_company(passengers):
    ages = pd.to_numeric(passengers["Age"], errors="coerce").astype(float)
    typical = ages.median()
    return right_description(passengers.assign(Age=ages.fillna(29.0 if np.isnan(typical) else typical)))


def fit_titanic(train):
    model = make_pipeline(
        FunctionTransformer(describe_with_company),
        SimpleImputer(strategy="median", keep_empty_features=True),
        GradientBoostingClassifier(n_estimators=150, max_depth=4, learning_rate=0.05, subsample=0.7,
                                   min_samples_leaf=5, random_state=1),
    )
    return model.fit(train.drop(columns="Survived"), np.asarray(train["Survived"]).astype(int))


# %% wrong: fit_titanic
# Misconception: Thinks that every column of numbers measures something and may go into the model, the passenger's
# running number too.
def describe_with_number(passengers):
    running = pd.to_numeric(passengers["PassengerId"], errors="coerce").to_numpy(dtype=float)
    return np.column_stack([describe(passengers), running])


def fit_titanic(train):
    model = make_pipeline(
        FunctionTransformer(describe_with_number),
        SimpleImputer(strategy="median", keep_empty_features=True),
        GradientBoostingClassifier(n_estimators=150, max_depth=4, learning_rate=0.05, subsample=0.7,
                                   min_samples_leaf=5, random_state=1),
    )
    return model.fit(train.drop(columns="Survived"), np.asarray(train["Survived"]).astype(int))
