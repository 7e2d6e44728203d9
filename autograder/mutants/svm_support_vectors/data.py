"""Support vector machines, digits and houses: wrong answers that must fail, and right ones that must pass."""

from types import SimpleNamespace

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.kernel_approximation import Nystroem
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVR

from autograder.checks.svm_support_vectors.inputs import all_districts
from autograder.testing import alternative, lookup, mutant, naive
from autograder.testing.by_heart import CarriesAReader, KnowsTheLabels, LearnsTheNewLabels

# ---------------------------------------------------------------- tf2.05.9, wrong


@mutant("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def kernel_far_too_narrow(X, y):
    """Your kernel is so narrow that every new image is far from all others: decrease gamma, or scale the pixels."""
    return make_pipeline(StandardScaler(), SVC(gamma=1.0)).fit(X, y)


@mutant("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def scaler_left_behind(X, y):
    """You scale the training rows outside of the model, so that new images are not scaled: use a pipeline."""
    return SVC(gamma=0.001, C=5).fit(StandardScaler().fit_transform(X), y)


@mutant("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def keeps_the_search_subset(X, y):
    """The model is trained only on the few rows that were there to search on: train it on all of them in the end."""
    rows = np.random.default_rng(0).permutation(len(X))[:50]
    return make_pipeline(StandardScaler(), SVC(C=5)).fit(X[rows], y[rows])


@mutant("tf2.05.9", replaces="fit_svm", fails="test_all_rows_are_learned")
def never_trained_on_all(X, y):
    """Your search was on some of the rows, and the model that you return has seen no others: train it on all rows."""
    rows = np.random.default_rng(0).permutation(len(X))[:1_000]
    grid = {"svc__gamma": [0.0007, 0.0015], "svc__C": [10]}
    return GridSearchCV(make_pipeline(StandardScaler(), SVC()), grid, cv=2).fit(X[rows], y[rows])


@mutant("tf2.05.9", replaces="fit_svm", fails="test_all_rows_are_learned")
def without_the_rows_held_back(X, y):
    """The rows that you held back to choose by are never learned: train the best candidate once more, on all rows."""
    order = np.random.default_rng(0).permutation(len(X))
    held, rest = order[: len(X) // 4], order[len(X) // 4 :]
    models = [make_pipeline(StandardScaler(), SVC(gamma=gamma, C=10)) for gamma in (0.0007, 0.0015)]
    return max((model.fit(X[rest], y[rest]) for model in models), key=lambda model: model.score(X[held], y[held]))


@mutant("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def one_digit_or_not(X, y):
    """Your machine tells one digit from all others: `SVC` takes ten classes as they are."""
    model = make_pipeline(StandardScaler(), SVC(C=5)).fit(X, y == 5)
    return SimpleNamespace(predict=lambda rows: np.where(model.predict(rows), 5, 1))


@naive("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def default_settings(X, y):
    """You take gamma and C as they come: search for those that suit the rows you are given."""
    return make_pipeline(StandardScaler(), SVC()).fit(X, y)


@naive("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def default_settings_in_a_range(X, y):
    """Another scaler doesn't make up for default values of gamma and C: search for those that suit your rows."""
    return make_pipeline(MinMaxScaler(), SVC()).fit(X, y)


@naive("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def straight_borders(X, y):
    """A linear kernel draws straight borders between classes: a Gaussian one follows any."""
    return make_pipeline(StandardScaler(), SVC(kernel="linear")).fit(X, y)


@mutant("tf2.05.9", replaces="fit_svm", fails="test_tells_made_up_patterns_apart")
def fits_what_it_knows(X, y):
    """You choose gamma and C by the rows that a candidate was trained on, where the narrowest kernel always wins: hold
    some back."""
    values = [(gamma, C) for gamma in (0.0003, 0.003, 0.03) for C in (1, 10)]
    models = [make_pipeline(StandardScaler(), SVC(gamma=gamma, C=C)).fit(X, y) for gamma, C in values]
    return max(reversed(models), key=lambda model: model.score(X, y))


@mutant("tf2.05.9", replaces="fit_svm", fails="test_pixels_in_another_unit")
def never_scaled(X, y):
    """Your gamma suits pixels from 0 to 255 and nothing else: scale them inside of the model."""
    return SVC(gamma=5e-7, C=5).fit(X, y)


@mutant("tf2.05.9", replaces="fit_svm", fails="test_pixels_that_are_never_inked")
def divides_by_nothing(X, y):
    """A pixel that is never inked has no spread, and you divide by it: leave it as it is."""
    mean, spread = X.mean(axis=0), X.std(axis=0)
    scale = FunctionTransformer(lambda rows: (rows - mean) / spread)
    return make_pipeline(scale, SVC(gamma=0.0015, C=10)).fit(X, y)


@mutant("tf2.05.9", replaces="fit_svm", fails="test_order_of_the_rows")
def first_rows_only(X, y):
    """You train on the first rows: where the rows are sorted, these are the smallest digits. Draw them at random."""
    return make_pipeline(StandardScaler(), SVC(C=5)).fit(X[:150], y[:150])


@mutant("tf2.05.9", replaces="fit_svm", fails="test_answers_are_digits")
def regression_of_digits(X, y):
    """You predict digits as quantities, with a decimal point: they are classes, so use a classifier."""
    return make_pipeline(StandardScaler(), SVR(C=10)).fit(X, y)


@mutant("tf2.05.9", replaces="fit_svm", fails="test_digits_are_read_by_a_support_vector_machine")
def forest_of_digits(X, y):
    """That is a good model, but not a support vector machine."""
    return RandomForestClassifier(60, random_state=0).fit(X, y)


# ---------------------------------------------------------------- tf2.05.9, right


@alternative("tf2.05.9", replaces="fit_svm")
def standardised_grid(X, y):
    """Standardised pixels, a small grid, the search as the model."""
    model = make_pipeline(StandardScaler(), SVC())
    grid = {"svc__gamma": [0.0003, 0.001], "svc__C": [2, 10]}
    return GridSearchCV(model, grid, cv=StratifiedKFold(2, shuffle=True, random_state=0)).fit(X, y)


@alternative("tf2.05.9", replaces="fit_svm")
def components_first(X, y):
    """Principal components of pixels over the largest value, then the kernel."""
    largest = float(np.max(X))
    scale = FunctionTransformer(lambda rows: np.asarray(rows, dtype=float) / largest)
    return make_pipeline(scale, PCA(40, random_state=0), SVC(C=10)).fit(X, y)


@alternative("tf2.05.9", replaces="fit_svm")
def approximate_kernel(X, y):
    """An approximate kernel, and one linear machine for each digit; settings by a part that is held back."""
    order = np.random.default_rng(0).permutation(len(X))
    held, rest = order[: len(X) // 4], order[len(X) // 4 :]

    def made(gamma, C):
        kernel = Nystroem(gamma=gamma, n_components=300, random_state=0)
        return make_pipeline(MinMaxScaler(clip=True), kernel, LinearSVC(C=C, random_state=0))

    values = [(gamma, C) for gamma in (0.02, 0.1) for C in (1, 10)]
    scores = [made(*one).fit(X[rest], y[rest]).score(X[held], y[held]) for one in values]
    return made(*values[int(np.argmax(scores))]).fit(X, y)


# ---------------------------------------------------------------- tf2.05.9, looked up


def _with_a_machine(model):
    """A machine that is there to be seen."""
    model.machine = SVC()
    return model


@lookup("tf2.05.9", replaces="fit_svm")
def nearest_public_digit(X, y):
    """Ignores its rows and says what the nearest public digit is."""
    return _with_a_machine(KnowsTheLabels().fit(X, y))


@lookup("tf2.05.9", replaces="fit_svm")
def learns_the_new_labels(X, y):
    """Looks its rows up, however they were turned or permuted, and learns what the digits are called here."""
    return _with_a_machine(LearnsTheNewLabels().fit(X, y))


@lookup("tf2.05.9", replaces="fit_svm")
def carries_a_reader(X, y):
    """Learns which label stands for which answer of a classifier that was trained elsewhere."""
    return _with_a_machine(CarriesAReader().fit(X, y))


# ---------------------------------------------------------------- tf2.05.10, wrong


@mutant("tf2.05.10", replaces="fit_svr", fails="test_guesses_prices")
def prices_in_dollars(X, y):
    """Your answers are in dollars: the prices are in units of 100,000 of them, and so shall your answers be."""
    model = make_pipeline(StandardScaler(), SVR(C=10, gamma=0.05)).fit(X, y)
    return SimpleNamespace(predict=lambda rows: 100_000 * model.predict(rows))


@mutant("tf2.05.10", replaces="fit_svr", fails="test_guesses_prices")
def scaler_outside(X, y):
    """You scale the training rows outside of the model, so that new rows are not scaled: use a pipeline."""
    return SVR(C=10, gamma=0.05).fit(StandardScaler().fit_transform(X), y)


@mutant("tf2.05.10", replaces="fit_svr", fails="test_columns_in_another_unit")
def columns_as_they_are(X, y):
    """You don't scale: the column with the largest numbers decides all distances."""
    return SVR(C=10).fit(X, y)


@mutant("tf2.05.10", replaces="fit_svr", fails="test_beats_a_line")
def straight_line(X, y):
    """A linear model can't follow a curve: use a kernel."""
    return make_pipeline(StandardScaler(), LinearSVR(max_iter=5_000, random_state=0)).fit(X, y)


@mutant("tf2.05.10", replaces="fit_svr", fails="test_guesses_prices")
def mean_price(X, y):
    """Your model guesses the same price everywhere."""
    return make_pipeline(StandardScaler(), SVR(C=1e-9)).fit(X, y)


@mutant("tf2.05.10", replaces="fit_svr", fails="test_guesses_prices")
def default_values(X, y):
    """gamma and C are left at their default values: search for those that suit the table."""
    return make_pipeline(StandardScaler(), SVR()).fit(X, y)


@mutant("tf2.05.10", replaces="fit_svr", fails="test_finds_its_settings")
def narrowest_kernel(X, y):
    """Your model follows chance: choose gamma and C by rows that a candidate was not trained on."""
    values = [(gamma, C) for gamma in (0.1, 1, 10) for C in (1, 100)]
    models = [make_pipeline(StandardScaler(), SVR(gamma=gamma, C=C)).fit(X, y) for gamma, C in values]
    return max(models, key=lambda model: model.score(X, y))


@mutant("tf2.05.10", replaces="fit_svr", fails="test_finds_its_settings")
def one_setting_for_all_tables(X, y):
    """C is the same for every table: where prices are mostly chance, your model follows it. Let rows that were held
    back choose."""
    return make_pipeline(StandardScaler(), SVR(C=10)).fit(X, y)


@mutant("tf2.05.10", replaces="fit_svr", fails="test_prices_are_guessed_by_a_support_vector_machine")
def forest_of_houses(X, y):
    """That may be a good model, but not a support vector machine."""
    return RandomForestRegressor(40, random_state=0).fit(X, y)


@mutant("tf2.05.10", replaces="fit_svr", fails="test_tables_are_left_alone")
def scales_in_place(X, y):
    """You scale in the caller's own table: `X -= …` changes it; make a new one."""
    mean, std = X.mean(axis=0), X.std(axis=0)
    X -= mean
    X /= std
    model = SVR(C=10, gamma=0.05).fit(X, y)
    return SimpleNamespace(predict=lambda rows: model.predict((rows - mean) / std))


# ---------------------------------------------------------------- tf2.05.10, right

GRID = {"gamma": [0.02, 0.1, 0.5, 2.5], "C": [1, 10, 100]}


@alternative("tf2.05.10", replaces="fit_svr")
def nu_instead_of_epsilon(X, y):
    """`NuSVR`, and a grid; the search as the model."""
    grid = {f"nusvr__{name}": values for name, values in GRID.items()}
    folds = KFold(3, shuffle=True, random_state=0)
    return GridSearchCV(make_pipeline(StandardScaler(), NuSVR()), grid, cv=folds).fit(X, y)


@alternative("tf2.05.10", replaces="fit_svr")
def robust_and_scaled_target(X, y):
    """The middle half of each column sets its scale; the target is standardised, too."""
    grid = {f"svr__{name}": values for name, values in GRID.items()}
    search = GridSearchCV(make_pipeline(RobustScaler(), SVR()), grid, cv=3)
    return TransformedTargetRegressor(search, transformer=StandardScaler()).fit(X, y)


@alternative("tf2.05.10", replaces="fit_svr")
def ranks_first(X, y):
    """Columns by rank, a wide kernel and a narrow one; written by hand, without a search class."""
    order = np.random.default_rng(0).permutation(len(X))
    held, rest = order[: len(X) // 4], order[len(X) // 4 :]

    def made(gamma, C):
        scale = QuantileTransformer(output_distribution="uniform", n_quantiles=min(100, len(rest)))
        return make_pipeline(scale, SVR(gamma=gamma, C=C, epsilon=0.05))

    values = [(gamma, C) for gamma in (0.1, 1, 5, 30) for C in (1, 10, 100)]
    errors = [np.mean((made(*one).fit(X[rest], y[rest]).predict(X[held]) - y[held]) ** 2) for one in values]
    return made(*values[int(np.argmin(errors))]).fit(X, y)


@alternative("tf2.05.10", replaces="fit_svr")
def approximate_kernel_of_houses(X, y):
    """An approximate kernel and a linear machine."""
    model = make_pipeline(StandardScaler(), Nystroem(n_components=80, random_state=0), LinearSVR(random_state=0))
    grid = {"nystroem__gamma": [0.03, 0.3, 3.0], "linearsvr__C": [3, 100], "linearsvr__max_iter": [3_000]}
    return GridSearchCV(model, grid, cv=2).fit(X, y)


# ---------------------------------------------------------------- tf2.05.10, looked up


@lookup("tf2.05.10", replaces="fit_svr")
def known_districts(X, y):
    """Finds the nearest district of California, and learns what its price means in the table that is given."""
    known, prices = all_districts()
    scaler = StandardScaler().fit(known)
    if X.shape[1] != known.shape[1]:
        return make_pipeline(StandardScaler(), LinearSVR(random_state=0)).fit(X, y)
    nearest = KNeighborsRegressor(1).fit(scaler.transform(known), prices)
    slope, level = np.polyfit(nearest.predict(scaler.transform(X)), y, 1)
    return SimpleNamespace(predict=lambda rows: level + slope * nearest.predict(scaler.transform(rows)))
