"""Chapter 2, the models of a project of your own (p.02.7): wrong answers, and right ones."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import KFold, TimeSeriesSplit, cross_val_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from autograder.testing import alternative, mutant, naive
from solutions.ch02_end_to_end.project_models import run_project

# ---------------------------------------------------------------- the models


def _prepared(model, leaky, unknown="ignore", numbers=None):
    numbers = numbers or make_pipeline(SimpleImputer(), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="?"),
        OneHotEncoder(handle_unknown=unknown, max_categories=20, sparse_output=False),
    )
    return make_pipeline(
        FunctionTransformer(lambda table: table.drop(columns=[name for name in leaky if name in table])),
        make_column_transformer(
            (numbers, make_column_selector(dtype_include="number")),
            (texts, make_column_selector(dtype_exclude=["number", "datetime"])),
        ),
        model,
    )


def _both(leaky, **options):
    """For wrong answers, which have to be quick."""
    tree = DecisionTreeRegressor(min_samples_leaf=5, random_state=0)
    return {"ridge": _prepared(Ridge(), leaky, **options), "tree": _prepared(tree, leaky, **options)}


@mutant("p.02.7", replaces="make_models", fails="test_models_take_raw_tables")
def strangers_are_errors(leaky=()):
    """A text that was not there in `fit` is an error to your encoder: tell it what to do with strangers."""
    return _both(leaky, unknown="error")


@mutant("p.02.7", replaces="make_models", fails="test_models_take_raw_tables")
def gaps_are_left(leaky=()):
    """Your linear model can't bear gaps: fill them inside the pipeline, in every column of numbers."""
    return _both(leaky, numbers=StandardScaler())


@mutant("p.02.7", replaces="make_models", fails="test_models_take_raw_tables")
def same_model_twice(leaky=()):
    """Your models predict the same: what is there to compare? Take another kind."""
    return {"ridge": _prepared(Ridge(), leaky), "linear": _prepared(Ridge(), leaky)}


class _EachTableAnew(RegressorMixin, BaseEstimator):
    """Scales every table by its own mean and spread."""

    def __init__(self, model):
        self.model = model

    def _own_scale(self, X):
        numbers = X.select_dtypes("number")
        return X.assign(**(numbers - numbers.mean()) / (numbers.std(ddof=0) + 1e-9))

    def fit(self, X, y):
        self.model_ = clone(self.model).fit(self._own_scale(X), y)
        return self

    def predict(self, X):
        return self.model_.predict(self._own_scale(X))


@mutant("p.02.7", replaces="make_models", fails="test_models_judge_each_row_alone")
def each_table_by_its_own_scale(leaky=()):
    """New rows are scaled by their own mean, so a car's prediction depends on the cars beside it: learn the scale in
    `fit`."""
    return {name: _EachTableAnew(model) for name, model in _both(leaky).items()}


@mutant("p.02.7", replaces="make_models", fails="test_models_refuse_what_leaks")
def leaks_are_welcome(leaky=()):
    """Your models use the leaky columns: they know in training what nobody will know later."""
    return _both([])


@mutant("p.02.7", replaces="make_models", fails="test_models_refuse_what_leaks")
def leaks_have_to_be_there(leaky=()):
    """Your models want the leaky columns to be in the table, if only to drop them: when a prediction is made, nobody
    has them."""

    def dropped(model):
        return make_pipeline(FunctionTransformer(lambda table: table.drop(columns=list(leaky))), model)

    return {name: dropped(model) for name, model in _both([]).items()}


@mutant("p.02.7", replaces="make_models", fails="test_models_beat_the_mean")
def log_without_way_back(leaky=()):
    """Your models learn the logarithm of the target and predict it, too: turn predictions back into the target's units,
    as TransformedTargetRegressor does."""
    return {name: _OfLogs(model) for name, model in _both(leaky).items()}


class _OfLogs(RegressorMixin, BaseEstimator):
    """Fitted to the logarithm of y."""

    def __init__(self, model):
        self.model = model

    def fit(self, X, y):
        self.model_ = clone(self.model).fit(X, np.log1p(y))
        return self

    def predict(self, X):
        return self.model_.predict(X)


@mutant("p.02.7", replaces="make_models", fails="test_own_models_beat_naive_answers")
def mean_and_median(leaky=()):
    """Your models look at no column at all: one says the mean and the other the median, whatever the row is."""
    return {"mean": DummyRegressor(), "median": DummyRegressor(strategy="median")}


@naive("p.02.7", replaces="make_models", fails="test_models_beat_last_week")
def only_straight_lines(leaky=()):
    """All your models are linear in the columns: the rush hours are two peaks, which no straight line can follow."""
    return {"ridge": _prepared(Ridge(), leaky), "stronger": _prepared(Ridge(100.0), leaky)}


@naive("p.02.7", replaces="make_models", fails="test_models_beat_last_week")
def no_better_than_the_mean(leaky=()):
    """Your models hardly look at the columns: with so much regularisation they predict the mean."""
    stump = DecisionTreeRegressor(max_depth=1, random_state=0)
    return {"ridge": _prepared(Ridge(1e9), leaky), "stump": _prepared(stump, leaky)}


class _LastWeek(RegressorMixin, BaseEstimator):
    """Says for each hour of the week what it was in the last one."""

    def fit(self, X, y):
        last = X.assign(said=y)[-7 * 24 :]
        self.known_, self.mean_ = last.groupby(["weekday", "hr"])["said"].mean(), float(np.mean(y))
        return self

    def predict(self, X):
        hours = pd.MultiIndex.from_frame(X[["weekday", "hr"]])
        return self.known_.reindex(hours).fillna(self.mean_).to_numpy()


@naive("p.02.7", replaces="make_models", fails="test_models_beat_last_week")
def last_week_again(leaky=()):
    """Your best model says what was said a week ago: let one learn from the weather and from the weeks before, too."""
    return {"ridge": _prepared(Ridge(), leaky), "week": _LastWeek()}


class _LogOfPositive(RegressorMixin, BaseEstimator):
    """Learns the logarithm where the target allows it, and turns it back."""

    def __init__(self, model):
        self.model = model

    def fit(self, X, y):
        self.positive_ = bool(np.min(y) >= 0)
        self.model_ = clone(self.model).fit(X, np.log1p(y) if self.positive_ else y)
        return self

    def predict(self, X):
        said = self.model_.predict(X)
        return np.expm1(said) if self.positive_ else said


@alternative("p.02.7", replaces="make_models")
def trees_and_logs(leaky=()):
    """Extra-trees, and boosting of the logarithm, with the way back."""
    trees = ExtraTreesRegressor(30, min_samples_leaf=2, random_state=0)
    boosting = HistGradientBoostingRegressor(max_iter=60, random_state=0)
    return {"trees": _prepared(trees, leaky), "logs": _LogOfPositive(_prepared(boosting, leaky))}


class _ByHand(RegressorMixin, BaseEstimator):
    """Prepares tables by hand: texts as numbers by their frequency, times as hours of the day."""

    def __init__(self, model, leaky=()):
        self.model = model
        self.leaky = leaky

    def _table(self, X):
        columns = {}
        for name in self.names_:
            column = X[name]
            if name in self.counts_:
                columns[name] = column.map(self.counts_[name]).astype(float).fillna(0.0)
            elif column.dtype.kind == "M":
                columns[name] = column.dt.hour.astype(float)
            else:
                columns[name] = column.astype(float).fillna(self.middle_[name])
        return np.column_stack(list(columns.values()))

    def fit(self, X, y):
        self.names_ = [name for name in X.columns if name not in self.leaky]
        kinds = {name: X[name].dtype for name in self.names_}
        texts = [n for n, kind in kinds.items() if not pd.api.types.is_numeric_dtype(kind) and kind.kind != "M"]
        self.counts_ = {name: X[name].value_counts().to_dict() for name in texts}
        self.middle_ = {n: X[n].median() for n in self.names_ if n not in texts and kinds[n].kind != "M"}
        self.model_ = clone(self.model).fit(self._table(X), y)
        return self

    def predict(self, X):
        return self.model_.predict(self._table(X))


@alternative("p.02.7", replaces="make_models")
def prepared_by_hand(leaky=()):
    """Estimators of our own: neighbours, a tree and a small forest on tables prepared by hand."""
    trees = ExtraTreesRegressor(25, random_state=1)
    near = make_pipeline(StandardScaler(), KNeighborsRegressor(4))
    return {"near": _ByHand(near, tuple(leaky)), "trees": _ByHand(trees, tuple(leaky))}


@alternative("p.02.7", replaces="make_models")
def three_kinds(leaky=()):
    """Texts as ordinal numbers; a mean, a line and boosting."""
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    columns = make_column_transformer(
        (ordinal, make_column_selector(dtype_exclude=["number", "datetime"])),
        (SimpleImputer(strategy="median"), make_column_selector(dtype_include="number")),
    )
    raw = FunctionTransformer(lambda table: table.drop(columns=list(leaky), errors="ignore"))
    kinds = {
        "mean": DummyRegressor(),
        "line": LinearRegression(),
        "boosting": HistGradientBoostingRegressor(max_iter=80),
    }
    return {name: make_pipeline(raw, columns, model) for name, model in kinds.items()}


# ---------------------------------------------------------------- the comparison and the test


def _told(candidates, errors, best, train, test, target, metric):
    X, y = train.drop(columns=target), train[target]
    model = clone(candidates[best]).fit(X, y)
    test_error = float(metric(test[target], model.predict(test.drop(columns=target))))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}


def _errors(candidates, train, target, folds, metric):
    X, y = train.drop(columns=target), train[target]
    scoring = make_scorer(metric, greater_is_better=False)
    return {n: -float(cross_val_score(m, X, y, cv=folds, scoring=scoring).mean()) for n, m in candidates.items()}


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def judged_on_known_rows(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You judge the models on the rows they were fitted to: hold some back."""
    candidates = {"baseline": DummyRegressor(), **models}
    X, y = train.drop(columns=target), train[target]
    errors = {name: float(metric(y, clone(model).fit(X, y).predict(X))) for name, model in candidates.items()}
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def target_among_the_inputs(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """The target is among the columns that the models get: drop it first."""
    candidates = {"baseline": DummyRegressor(), **models}
    scoring = make_scorer(metric, greater_is_better=False)
    rows = train if ordered_by is None else train.sort_values(ordered_by)
    folds = KFold(5, shuffle=True, random_state=0) if ordered_by is None else TimeSeriesSplit(5)
    scores = {n: cross_val_score(m, rows, rows[target], cv=folds, scoring=scoring) for n, m in candidates.items()}
    errors = {name: -float(score.mean()) for name, score in scores.items()}
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def sign_not_turned_back(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your errors are negative: scikit-learn turns the sign of an error, and you have to turn it back."""
    found = run_project(models, train, test, target, ordered_by, metric)
    return {**found, "errors": {name: -error for name, error in found["errors"].items()}}


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def always_the_same_metric(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You always take the mean absolute error: the metric is handed over."""
    return run_project(models, train, test, target, ordered_by)


@mutant("p.02.7", replaces="run_project", fails="test_errors_are_cross_validated")
def two_folds(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Each model learns from too few rows: with five folds it is fitted to four fifths of them."""
    if ordered_by is not None:
        return run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    errors = _errors(candidates, train, target, KFold(2, shuffle=True, random_state=0), metric)
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_folds_go_forward_in_time")
def folds_at_random_in_time(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your folds are drawn at random from a series, so models are judged on the past of what they know."""
    return run_project(models, train, test, target, None, metric)


@mutant("p.02.7", replaces="run_project", fails="test_folds_go_forward_in_time")
def series_in_disorder(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """TimeSeriesSplit goes by the order of the rows: sort them by time first."""
    if ordered_by is None:
        return run_project(models, train, test, target, None, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    errors = _errors(candidates, train, target, TimeSeriesSplit(5), metric)
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_folds_begin_between_moments")
def folds_cut_through_moments(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """TimeSeriesSplit cuts between rows: of several with the same moment, a model may be fitted to some and judged on
    the others. Cut between moments."""
    if ordered_by is None:
        return run_project(models, train, test, target, None, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    errors = _errors(candidates, train.sort_values(ordered_by), target, TimeSeriesSplit(5), metric)
    return _told(candidates, errors, min(errors, key=errors.get), train, test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def chosen_by_the_test(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You try all models on the test rows and take the best: after that there is nothing left to test it on."""
    found = run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    tried = [_told(candidates, found["errors"], name, train, test, target, metric) for name in candidates]
    return min(tried, key=lambda told: told["test_error"])


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def asks_them_all(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You choose by cross-validation, and yet test every model: who sees all those errors will choose by them."""
    found = run_project(models, train, test, target, ordered_by, metric)
    for name, model in models.items():
        _told({name: clone(model)}, found["errors"], name, train, test, target, metric)
    return found


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def fitted_to_everything(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Your final model was fitted to the test rows as well, so its test error says nothing."""
    found = run_project(models, train, test, target, ordered_by, metric)
    candidates = {"baseline": DummyRegressor(), **models}
    return _told(candidates, found["errors"], found["best"], pd.concat([train, test]), test, target, metric)


@mutant("p.02.7", replaces="run_project", fails="test_test_rows_are_used_once")
def fits_the_models_themselves(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You fit the models that were handed over: fit clones, so that they stay as they are."""
    found = run_project(models, train, test, target, ordered_by, metric)
    for model in models.values():
        model.fit(train.drop(columns=target), train[target])
    return found


@mutant("p.02.7", replaces="run_project", fails="test_baseline_is_among_the_candidates")
def baseline_can_not_win(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """You choose among the models only: if none of them is better than the mean, say so."""
    errors = run_project(models, train, test, target, ordered_by, metric)["errors"]
    return _told(models, errors, min(models, key=errors.get), train, test, target, metric)


@alternative("p.02.7", replaces="run_project")
def loops_by_hand(models, train, test, target, ordered_by=None, metric=mean_absolute_error):
    """Folds, models and errors in plain loops; blocks of moments that grow."""
    candidates = {**models, "baseline": DummyRegressor(strategy="mean")}
    rows = train.sample(frac=1, random_state=3) if ordered_by is None else train.sort_values(ordered_by)
    when = np.arange(len(rows)) if ordered_by is None else pd.factorize(rows[ordered_by])[0]
    blocks = np.array_split(np.unique(when), 5 if ordered_by is None else 6)
    parts = [np.flatnonzero(np.isin(when, block)) for block in blocks]
    if ordered_by is None:
        pairs = [(np.concatenate(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(5)]
    else:
        pairs = [(np.concatenate(parts[:i]), parts[i]) for i in range(1, 6)]
    errors = {}
    for name, model in candidates.items():
        each = []
        for known, held in pairs:
            fitted = clone(model).fit(rows.iloc[known].drop(columns=target), rows.iloc[known][target])
            each.append(metric(rows.iloc[held][target], fitted.predict(rows.iloc[held].drop(columns=target))))
        errors[name] = sum(each) / len(each)
    return _told(candidates, errors, sorted(errors, key=errors.get)[0], train, test, target, metric)
