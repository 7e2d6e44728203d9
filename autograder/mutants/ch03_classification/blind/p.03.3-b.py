# %% right
# Intent: a few columns are made by name in a first step, gaps in age are filled with the median learned in fit, and a
# forest with not too small leaves finds out how they count together.
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import FunctionTransformer


def titanic_features(passengers: pd.DataFrame) -> pd.DataFrame:
    family = passengers["SibSp"].astype(float) + passengers["Parch"].astype(float)
    return pd.DataFrame(
        {
            "female": (passengers["Sex"] == "female").astype(float),
            "class": passengers["Pclass"].astype(float),
            "age": pd.to_numeric(passengers["Age"]).astype(float),
            "siblings": passengers["SibSp"].astype(float),
            "parents": passengers["Parch"].astype(float),
            "family": family,
        }
    )


def fit_titanic(train: pd.DataFrame) -> Pipeline:
    model = make_pipeline(
        FunctionTransformer(titanic_features),
        SimpleImputer(strategy="median", keep_empty_features=True),
        RandomForestClassifier(300, min_samples_leaf=4, max_features=0.6, random_state=0),
    )
    return model.fit(train.drop(columns="Survived"), train["Survived"].astype(int))


# %% wrong: fit_titanic
# Misconception: Thinks that gaps in the age are filled best with the mean of the table at hand, also when predicting.
def titanic_features_filled(passengers: pd.DataFrame) -> pd.DataFrame:
    features = titanic_features(passengers)
    return features.fillna(features.mean()).fillna(0)


def fit_titanic(train: pd.DataFrame) -> Pipeline:
    model = make_pipeline(
        FunctionTransformer(titanic_features_filled),
        RandomForestClassifier(300, min_samples_leaf=4, max_features=0.6, random_state=0),
    )
    return model.fit(train.drop(columns="Survived"), train["Survived"].astype(int))


# %% wrong: fit_titanic
# Misconception: Thinks that a column with as many gaps as the age can't be trusted and is better left out.
def titanic_features_complete(passengers: pd.DataFrame) -> pd.DataFrame:
    return titanic_features(passengers).drop(columns="age")


def fit_titanic(train: pd.DataFrame) -> Pipeline:
    model = make_pipeline(
        FunctionTransformer(titanic_features_complete),
        RandomForestClassifier(300, min_samples_leaf=4, max_features=0.6, random_state=0),
    )
    return model.fit(train.drop(columns="Survived"), train["Survived"].astype(int))
