# %% right
# Intent: bikes by the hour, tested on the latest hours; leaks by least squares on centred columns; all splitting of
# ordered tables is done on the moments, not on the rows; models are pipelines that pick their columns by type.
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import make_scorer
from sklearn.model_selection import KFold, TimeSeriesSplit
from sklearn.preprocessing import FunctionTransformer


def load_project() -> dict[str, Any]:
    frame = load("bike_sharing").frame
    frame = frame.assign(dteday=pd.to_datetime(frame["dteday"]))
    return {"frame": frame, "target": "cnt", "ordered_by": "instant", "leaky": ["casual", "registered"]}


def find_leaks(frame: pd.DataFrame, target: str) -> list[str]:
    numbers = frame.select_dtypes("number", exclude="timedelta").dropna().astype(float)
    y = numbers.pop(target)
    numbers, y = numbers - numbers.mean(), y - y.mean()
    spread = numbers.abs().max()
    numbers = numbers.loc[:, spread > 1e-12] / spread[spread > 1e-12]
    if numbers.empty or not y.abs().max() > 0:
        return []
    y = y / y.abs().max()
    weights, _, rank, _ = np.linalg.lstsq(numbers.to_numpy(), y.to_numpy(), rcond=1e-11)
    exact = np.abs(numbers @ weights - y).max() < 1e-9
    if not exact or rank >= len(y) - 1:  # so few rows can be met exactly by any columns
        return []
    return numbers.columns[np.abs(weights) > 1e-7].tolist()


def split_project(
    frame: pd.DataFrame, ordered_by: str | None = None, test_size: float = 0.2, seed: int = 42
) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = frame.drop_duplicates()
    if ordered_by is None:
        train, test = train_test_split(frame, test_size=test_size, random_state=seed)
        return train, test
    later = frame[ordered_by].value_counts().sort_index(ascending=False).cumsum().iloc[:-1]
    start = (later - test_size * len(frame)).abs().idxmin()
    return frame[frame[ordered_by] < start], frame[frame[ordered_by] >= start]


def texts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), "(gap)").astype(str)


def calendar(frame: pd.DataFrame) -> pd.DataFrame:
    parts = {}
    for name in frame:
        for part in ("month", "dayofweek", "hour"):
            parts[f"{name} {part}"] = getattr(frame[name].dt, part).astype(float)
    return pd.DataFrame(parts, index=frame.index)


def pipeline_for(model: RegressorMixin, leaky: Sequence[str]) -> Pipeline:
    times = ["datetime", "datetimetz"]
    fill = SimpleImputer(strategy="median", keep_empty_features=True, add_indicator=True)
    prep = ColumnTransformer(
        [
            ("num", make_pipeline(fill, StandardScaler()), make_column_selector(dtype_include="number")),
            (
                "text",
                make_pipeline(
                    FunctionTransformer(texts),
                    OneHotEncoder(handle_unknown="ignore", max_categories=25, sparse_output=False),
                ),
                make_column_selector(dtype_exclude=["number", *times]),
            ),
            (
                "time",
                make_pipeline(
                    FunctionTransformer(calendar), SimpleImputer(keep_empty_features=True), StandardScaler()
                ),
                make_column_selector(dtype_include=times),
            ),
        ]
    )
    drop = FunctionTransformer(pd.DataFrame.drop, kw_args={"columns": list(leaky), "errors": "ignore"})
    return Pipeline([("drop", drop), ("prep", prep), ("model", model)])


def make_models(leaky: Sequence[str] = ()) -> dict[str, RegressorMixin]:
    models = {
        "ridge": RidgeCV(np.logspace(-2, 3, 6)),
        "extra trees": ExtraTreesRegressor(120, min_samples_leaf=2, random_state=0),
        "boosting": GradientBoostingRegressor(max_depth=5, subsample=0.6, random_state=0),
    }
    return {name: pipeline_for(model, leaky) for name, model in models.items()}


def run_project(
    models: Mapping[str, RegressorMixin],
    train: pd.DataFrame,
    test: pd.DataFrame,
    target: str,
    ordered_by: str | None = None,
    metric: Callable[[Any, Any], float] = mean_absolute_error,
) -> dict[str, Any]:
    X, y = train.drop(columns=target), train[target]
    if ordered_by is None:
        folds = list(KFold(5, shuffle=True, random_state=42).split(X))
    else:
        codes, moments = pd.factorize(X[ordered_by], sort=True)
        folds = [
            (np.flatnonzero(np.isin(codes, before)), np.flatnonzero(np.isin(codes, after)))
            for before, after in TimeSeriesSplit(5).split(moments)
        ]
    scorer = make_scorer(metric, greater_is_better=False)
    candidates = {**models, "baseline": DummyRegressor()}
    errors = {
        name: -cross_val_score(model, X, y, cv=folds, scoring=scorer, error_score="raise").mean()
        for name, model in candidates.items()
    }
    best = min(errors, key=errors.get)
    model = clone(candidates[best]).fit(X, y)
    test_error = metric(test[target], model.predict(test.drop(columns=target)))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}


# %% wrong: find_leaks
# Misconception: Thinks that a column gives the target away when it is correlated with it very closely, and that each
# column can be looked at by itself.
def find_leaks(frame: pd.DataFrame, target: str) -> list[str]:
    numbers = frame.select_dtypes("number").dropna()
    correlations = numbers.drop(columns=target).corrwith(numbers[target]).abs()
    return correlations[correlations > 0.98].index.tolist()


# %% wrong: split_project, run_project
# Misconception: Thinks that rows sorted by time may be cut anywhere, as if no two of them were of the same moment.
def split_project(
    frame: pd.DataFrame, ordered_by: str | None = None, test_size: float = 0.2, seed: int = 42
) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = frame.drop_duplicates()
    if ordered_by is None:
        train, test = train_test_split(frame, test_size=test_size, random_state=seed)
    else:
        train, test = train_test_split(frame.sort_values(ordered_by), test_size=test_size, shuffle=False)
    return train, test


def run_project(
    models: Mapping[str, RegressorMixin],
    train: pd.DataFrame,
    test: pd.DataFrame,
    target: str,
    ordered_by: str | None = None,
    metric: Callable[[Any, Any], float] = mean_absolute_error,
) -> dict[str, Any]:
    if ordered_by is None:
        folds = KFold(5, shuffle=True, random_state=42)
    else:
        train = train.sort_values(ordered_by)
        folds = TimeSeriesSplit(5)
    X, y = train.drop(columns=target), train[target]
    scorer = make_scorer(metric, greater_is_better=False)
    candidates = {**models, "baseline": DummyRegressor()}
    errors = {
        name: -cross_val_score(model, X, y, cv=folds, scoring=scorer).mean() for name, model in candidates.items()
    }
    best = min(errors, key=errors.get)
    model = clone(candidates[best]).fit(X, y)
    test_error = metric(test[target], model.predict(test.drop(columns=target)))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}
