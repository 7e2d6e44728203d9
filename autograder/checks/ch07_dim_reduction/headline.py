"""Full-size figures of chapter 7."""

from functools import cache

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA

from autograder.checks.ch07_dim_reduction.inputs import purity
from autograder.testing import headline
from course.datasets import load
from solutions.ch07_dim_reduction.maps import embed
from solutions.ch07_dim_reduction.methods import dims_bounds, dims_for
from solutions.ch07_dim_reduction.questions import border_share
from solutions.ch07_dim_reduction.speed import compare_pca

# ---------------------------------------------------------------- p.07.2


@headline("p.07.2", "points within 0.001 of a border, 2 dimensions", book="about 0.4%", data="",
          holds=lambda value: abs(value - 0.004) < 5e-5)  # fmt: skip
def border_of_a_square() -> tuple[float, str]:
    """1 - 0.998^2."""
    return border_share(2, 0.001), "exact"


@headline("p.07.2", "points that are not, 10,000 dimensions", book="below 1e-8 (above 99.999999% are)", data="",
          holds=lambda value: 0 < value < 1e-8)  # fmt: skip
def inside_of_a_large_cube() -> tuple[float, str]:
    """0.998^10,000, so that 99.9999998% are close to a border."""
    return 1 - border_share(10_000, 0.001), "exact"


# ---------------------------------------------------------------- p.07.5


@headline("p.07.5", "fewest components of 1,000 at 95%", book="1", data="", holds=lambda value: value == 1)
def fewest() -> tuple[float, str]:
    """All rows on a line."""
    return float(dims_bounds(1_000, 0.95)[0]), "exact"


@headline("p.07.5", "most components of 1,000 at 95%", book="about 950", data="", holds=lambda value: value == 950)
def most() -> tuple[float, str]:
    """All variances the same; an older edition has 1,000."""
    return float(dims_bounds(1_000, 0.95)[1]), "exact"


@headline("p.07.5", "components of 1,000 at 95%, pure noise", book="below 950", data="",
          holds=lambda value: 900 < value < 950)  # fmt: skip
def noise() -> tuple[float, str]:
    """The variances in a sample spread, so that fewer are enough."""
    X = np.random.default_rng(42).normal(size=(20_000, 1_000))
    return float(dims_for(PCA(svd_solver="covariance_eigh").fit(X).explained_variance_, 0.95)), "20,000 rows"


# ---------------------------------------------------------------- p.07.9


@cache
def _table() -> pd.DataFrame:
    digits = load("mnist")
    return compare_pca(digits.X_train, digits.y_train, digits.X_test, digits.y_test)[0]


def _size() -> str:
    digits = load("mnist")
    return f"{len(digits.X_train):,} train / {len(digits.X_test):,} test"


def _accuracy(name: str) -> float:
    return float(_table().loc[name, "accuracy"])


@headline("p.07.9", "components at 95% of the variance", book="154", data="mnist", holds=lambda value: value == 154)
def components() -> tuple[float, str]:
    """Of 784 pixels."""
    return float(_table().loc["rf+pca", "n_components"]), _size()


@headline("p.07.9", "forest, test accuracy", book="", data="mnist", holds=lambda value: value > 0.96)
def forest() -> tuple[float, str]:
    """100 trees on all pixels."""
    return _accuracy("rf"), _size()


@headline("p.07.9", "forest with PCA, test accuracy", book="lower than without", data="mnist",
          holds=lambda value: 0.9 < value < _accuracy("rf"))  # fmt: skip
def forest_with_pca() -> tuple[float, str]:
    """The same on 154 components."""
    return _accuracy("rf+pca"), _size()


@headline("p.07.9", "linear model, test accuracy", book="", data="mnist", holds=lambda value: value > 0.85)
def linear() -> tuple[float, str]:
    """SGDClassifier on all pixels."""
    return _accuracy("sgd"), _size()


@headline("p.07.9", "linear model with PCA, test accuracy", book="not much lower or higher", data="mnist",
          holds=lambda value: abs(value - _accuracy("sgd")) < 0.03)  # fmt: skip
def linear_with_pca() -> tuple[float, str]:
    """The same on 154 components."""
    return _accuracy("sgd+pca"), _size()


# ---------------------------------------------------------------- p.07.10


@cache
def _purity(method: str, size: int = 5_000) -> float:
    """How many of a digit's ten neighbours on the map of the first digits are the same digit."""
    digits = load("mnist")
    return purity(embed(digits.X_train[:size], method), digits.y_train[:size], 10)


def _first(size: int = 5_000) -> str:
    return f"first {min(size, len(load('mnist').X_train)):,} digits"


@headline("p.07.10", "t-SNE, same digit among 10 neighbours", book="separates best", data="mnist",
          holds=lambda value: value > 0.85 and value > max(_purity("pca"), _purity("lle")))  # fmt: skip
def tsne() -> tuple[float, str]:
    """Default settings, all pixels."""
    return _purity("tsne"), _first()


@headline("p.07.10", "PCA, same digit among 10 neighbours", book="overlaps", data="mnist",
          holds=lambda value: value < 0.75)  # fmt: skip
def pca() -> tuple[float, str]:
    """The first two components."""
    return _purity("pca"), _first()


@headline("p.07.10", "LLE, same digit among 10 neighbours", book="", data="mnist",
          holds=lambda value: value < _purity("tsne"))  # fmt: skip
def lle() -> tuple[float, str]:
    """Ten neighbours."""
    return _purity("lle"), _first()


@headline("p.07.10", "MDS, same digit among 10 neighbours", book="", data="mnist",
          holds=lambda value: value < _purity("tsne", 1_000))  # fmt: skip
def mds() -> tuple[float, str]:
    """With fewer digits: its time grows with the square of their number."""
    return _purity("mds", 1_000), _first(1_000)
