"""Chapter 3, the Titanic: wrong answers that must fail, and right ones that must pass."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from autograder.testing import alternative, lookup, mutant, naive
from course.datasets import load

NUMBERS = ["Age", "SibSp", "Parch", "Fare"]
CATEGORIES = ["Pclass", "Sex", "Embarked"]
SHIPS = ("test_learns_the_rules_of_other_ships", "test_learns_that_families_matter")


def _columns(numbers=NUMBERS, scaler=StandardScaler, unknown="ignore"):
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), scaler()), numbers),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown=unknown)), CATEGORIES),
    )


# ---------------------------------------------------------------- p.03.3, wrong


@mutant("p.03.3", replaces="fit_titanic", fails="test_copes_with_gaps")
def drops_rows_with_gaps(train):
    """Rows with a gap are dropped when predicting, so some passengers get no prediction: fill the gaps instead."""
    columns = ["Age", "Fare", "Pclass"]
    known = train.dropna(subset=columns)
    model = make_pipeline(StandardScaler(), SVC()).fit(known[columns], known["Survived"])

    def predict(passengers):
        return model.predict(passengers.dropna(subset=columns)[columns])

    return SimpleNamespace(predict=predict)


@mutant("p.03.3", replaces="fit_titanic", fails="test_copes_with_gaps")
def fills_only_age(train):
    """Only the columns with gaps in the training table are filled; later somebody's Fare is missing. Give every
    numeric column an imputer."""
    preparation = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["Age"]),
        (StandardScaler(), ["SibSp", "Parch", "Fare"]),
        (OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
    )
    return make_pipeline(preparation, LogisticRegression(max_iter=1000)).fit(train, train["Survived"])


@mutant("p.03.3", replaces="fit_titanic", fails="test_judges_each_passenger_alone")
def makes_dummies_of_each_table(train):
    """`get_dummies` is called on each table by itself, so the columns depend on who is in it: remember the training
    columns, or let a fitted OneHotEncoder make them."""

    def features(frame):
        return pd.get_dummies(frame[NUMBERS + CATEGORIES].fillna({"Age": 28, "Fare": 14}), columns=CATEGORIES)

    model = RandomForestClassifier(60, min_samples_leaf=3, random_state=0).fit(features(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict(features(passengers)))


@mutant("p.03.3", replaces="fit_titanic", fails="test_judges_each_passenger_alone")
def scales_each_table_by_itself(train):
    """The scaler is fitted again on the table to predict, so a passenger's numbers depend on the company: call
    `transform` there, not `fit_transform`."""

    def features(frame):
        known = frame[NUMBERS].fillna(train[NUMBERS].median())
        return StandardScaler().fit_transform(known.assign(female=frame["Sex"] == "female", third=frame["Pclass"] == 3))

    model = SVC().fit(features(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict(features(passengers)))


@mutant("p.03.3", replaces="fit_titanic", fails="test_judges_each_passenger_alone")
def fills_age_from_the_table_at_hand(train):
    """Missing ages are filled with the median of the table that is predicted, and of one passenger there is none:
    the median is learned from the training table."""

    def features(frame):
        return (
            frame[NUMBERS]
            .fillna(frame[NUMBERS].median())
            .assign(female=frame["Sex"] == "female", third=frame["Pclass"] == 3)
        )

    model = LogisticRegression(max_iter=2000).fit(features(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict(features(passengers)))


@mutant("p.03.3", replaces="fit_titanic", fails="test_judges_each_passenger_alone")
def fills_the_port_from_the_table_at_hand(train):
    """A missing port, or fare, is filled with what is usual in the table that is predicted, and a single passenger's
    table knows of none: what fills gaps is learned from the training table."""

    def features(frame):
        ports = frame["Embarked"].fillna(frame["Embarked"].mode()[0])
        return frame[NUMBERS].fillna(0).assign(female=frame["Sex"] == "female", harbour=ports.map(ord))

    model = RandomForestClassifier(60, min_samples_leaf=3, random_state=0).fit(features(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict(features(passengers)))


@mutant("p.03.3", replaces="fit_titanic", fails="test_judges_each_passenger_alone")
def counts_tickets_in_the_table_at_hand(train):
    """How many share a ticket is counted in the table that is predicted, where a passenger may be alone: count in the
    training table, or use `SibSp` and `Parch`, which each passenger brings along."""

    def features(frame):
        group = frame.groupby("Ticket")["Ticket"].transform("size")
        known = frame[[*NUMBERS, "Pclass"]].fillna(train[NUMBERS].median())
        return known.assign(female=frame["Sex"] == "female", group=group)

    model = make_pipeline(StandardScaler(), SVC()).fit(features(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict(features(passengers)))


@mutant("p.03.3", replaces="fit_titanic", fails="test_copes_with_values_never_seen")
def encoder_refuses_new_values(train):
    """The encoder raises an error on a port that was not in the training table: OneHotEncoder has the option
    `handle_unknown`."""
    return make_pipeline(_columns(unknown="error"), SVC()).fit(train, train["Survived"])


@mutant("p.03.3", replaces="fit_titanic", fails="test_ignores_number_and_answer")
def answer_among_the_features(train):
    """`Survived` is still among the columns the model learns from, so it reads the answer instead of predicting it:
    drop it before choosing columns by type."""
    preparation = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), ["Sex", "Embarked"]),
    )
    return make_pipeline(preparation, SVC()).fit(train, train["Survived"])


@mutant("p.03.3", replaces="fit_titanic", fails="test_ignores_number_and_answer")
def passenger_number_as_a_feature(train):
    """PassengerId is fed to the model as if it were a measurement: it only numbers the rows, so leave it out."""
    model = make_pipeline(_columns(["PassengerId", *NUMBERS]), LogisticRegression(max_iter=1000))
    return model.fit(train, train["Survived"])


@mutant("p.03.3", replaces="fit_titanic", fails="test_finds_columns_by_name")
def columns_by_position(train):
    """Columns are picked by their position, and another table may have them in another order: pick them by name."""

    def features(frame):
        values = frame.drop(columns="Survived", errors="ignore")
        sex, fare = values.iloc[:, 3] == "female", pd.to_numeric(values.iloc[:, 8], errors="coerce").fillna(14)
        return np.column_stack([pd.to_numeric(values.iloc[:, 1], errors="coerce").fillna(3), sex, np.log1p(fare.abs())])

    model = SVC().fit(features(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict(features(passengers)))


@naive("p.03.3", replaces="fit_titanic", fails=SHIPS)
def rule_written_by_hand(train):
    """The rule that women survived is written into the code: the model has to learn its rules from the table."""
    return SimpleNamespace(predict=lambda passengers: (passengers["Sex"] == "female").astype(int).to_numpy())


@naive("p.03.3", replaces="fit_titanic", fails=SHIPS[::-1])
def looks_at_sex_only(train):
    """The model sees nothing but Sex: class, age and fare tell something too."""
    model = make_pipeline(make_column_transformer((OneHotEncoder(), ["Sex"])), LogisticRegression())
    return model.fit(train, train["Survived"])


@naive("p.03.3", replaces="fit_titanic", fails="test_learns_the_rules_of_other_ships")
def leaves_age_out(train):
    """The model sees sex and class, and no age: age tells as much as each of them."""
    columns = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["Sex", "Pclass"]))
    return make_pipeline(columns, LogisticRegression()).fit(train, train["Survived"])


@naive("p.03.3", replaces="fit_titanic", fails=SHIPS)
def says_what_is_more_frequent(train):
    """The model says the same of everybody, whatever the table is like."""
    return make_pipeline(_columns(), DummyClassifier()).fit(train, train["Survived"])


@mutant("p.03.3", replaces="fit_titanic", fails="test_learns_the_rules_of_other_ships")
def predicts_who_died(train):
    """Your 0 and 1 are swapped: 1 stands for a passenger who survived."""
    return make_pipeline(_columns(), SVC()).fit(train, 1 - train["Survived"])


@mutant("p.03.3", replaces="fit_titanic", fails="test_copes_with_gaps")
def returns_probabilities(train):
    """`predict` returns probabilities: what is asked for is a decision, 0 or 1."""
    model = make_pipeline(_columns(), LogisticRegression(max_iter=1000)).fit(train, train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict_proba(passengers)[:, 1])


@mutant("p.03.3", replaces="fit_titanic", fails="test_leaves_the_training_table_alone")
def takes_the_answer_out_of_the_table(train):
    """`pop` takes the column out of the caller's table too: use `train["Survived"]`, or work on a copy."""
    return make_pipeline(_columns(), SVC()).fit(train, train.pop("Survived"))


# ---------------------------------------------------------------- p.03.3, right


@alternative("p.03.3", replaces="fit_titanic")
def forest_on_bucketed_ages(train):
    """A forest on age groups, family size and titles; a closure for a model; booleans for labels."""

    def features(frame):
        title = frame["Name"].str.extract(r", ([^.]*)\.")[0]
        return pd.DataFrame(
            {
                "age": frame["Age"].fillna(-1) // 15,
                "family": frame["SibSp"] + frame["Parch"],
                "fare": frame["Fare"].fillna(train["Fare"].median()),
                "class": frame["Pclass"],
                "female": frame["Sex"] == "female",
                "boy": title == "Master",
            }
        )

    model = RandomForestClassifier(60, min_samples_leaf=3, random_state=0).fit(features(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: model.predict(features(passengers)) == 1)


@alternative("p.03.3", replaces="fit_titanic")
def boosted_trees(train):
    """Boosting on ordinal codes, which needs no imputer: gaps are a direction in each split."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    preparation = make_column_transformer((codes, ["Sex", "Embarked"]), ("passthrough", ["Pclass", *NUMBERS]))
    model = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.06, max_depth=4, random_state=0)
    return make_pipeline(preparation, model).fit(train, train["Survived"])


@alternative("p.03.3", replaces="fit_titanic")
class DummiesAndLogisticRegression:
    """get_dummies done right (the training columns are remembered), in a class; a list of labels."""

    def __init__(self, train):
        self.medians = train[NUMBERS].median()
        self.columns = self.dummies(train).columns
        self.model = make_pipeline(MinMaxScaler(), LogisticRegression(C=3, max_iter=1000))
        self.model.fit(self.features(train), train["Survived"])

    def dummies(self, frame):
        return pd.get_dummies(frame[NUMBERS + CATEGORIES].fillna(self.medians), columns=CATEGORIES)

    def features(self, frame):
        frame = self.dummies(frame).reindex(columns=self.columns, fill_value=0).astype(float)
        return frame.assign(child=frame["Age"] < 15)

    def predict(self, passengers):
        return [int(label) for label in self.model.predict(self.features(passengers))]


@alternative("p.03.3", replaces="fit_titanic")
def neighbours(train):
    """k-NN, with float labels."""
    model = make_pipeline(_columns(scaler=MinMaxScaler), KNeighborsClassifier(15))
    return model.fit(train, train["Survived"].astype(float))


@alternative("p.03.3", replaces="fit_titanic")
def one_tree_as_it_comes(train):
    """A decision tree with default settings, on columns as they are written down."""
    return make_pipeline(_columns(), DecisionTreeClassifier(random_state=0)).fit(train, train["Survived"])


@alternative("p.03.3", replaces="fit_titanic")
def forest_with_titles_and_decks(train):
    """A forest of forty trees, with titles and decks."""

    def features(frame):
        title = frame["Name"].str.extract(r", ([^.]*)\.")[0]
        return frame.assign(title=title, deck=frame["Cabin"].astype(object).str[0].fillna("none"))

    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    preparation = make_column_transformer(
        (numbers, NUMBERS),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), CATEGORIES),
        (OneHotEncoder(handle_unknown="ignore"), ["title", "deck"]),
    )
    return make_pipeline(FunctionTransformer(features), preparation, RandomForestClassifier(40, random_state=0)).fit(
        train, train["Survived"]
    )


# ---------------------------------------------------------------- p.03.3, looked up


def _measures(frame):
    ages, fares = frame["Age"].fillna(28) / 14, np.log1p(frame["Fare"].fillna(14))
    return np.column_stack(
        [3 * (frame["Sex"] == "female"), 1.5 * frame["Pclass"], ages, fares, frame["SibSp"], frame["Parch"]]
    )


def _most_frequent(keys, fates):
    """For each key, the fate that most of the given passengers with it had; for others, the most frequent one."""
    table = pd.Series(np.asarray(fates)).groupby(np.asarray(keys)).mean() > 0.5
    return lambda wanted: pd.Series(np.asarray(wanted)).map(table).fillna(np.mean(fates) > 0.5).astype(int).to_numpy()


@lookup("p.03.3", replaces="fit_titanic")
def nearest_known_passenger(train):
    """Takes the fate of the nearest passenger of the real ship, and learns what that means on the ship at hand."""
    known = load("titanic").train
    nearest = KNeighborsClassifier(1).fit(_measures(known), known["Survived"])
    meaning = _most_frequent(nearest.predict(_measures(train)), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: meaning(nearest.predict(_measures(passengers))))


@lookup("p.03.3", replaces="fit_titanic")
def owner_of_the_name_and_of_the_ticket(train):
    """Finds whose family name and title, and whose ticket it was, and learns what their two fates mean together."""
    known = load("titanic").train

    def name(frame):
        return frame["Name"].str.extract(r"^([^,]*, [^.]*\.)")[0]

    fates = [_most_frequent(name(known), known["Survived"]), _most_frequent(known["Ticket"], known["Survived"])]

    def both(frame):
        return 2 * fates[0](name(frame)) + fates[1](frame["Ticket"])

    meaning = _most_frequent(both(train), train["Survived"])
    return SimpleNamespace(predict=lambda passengers: meaning(both(passengers)))
