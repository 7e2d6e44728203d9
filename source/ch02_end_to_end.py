# %% [markdown]
# # An end-to-end project
#
# What is a house worth? The California census of 1990 tells for 20,640 districts where they are, how old their houses
# are, how many rooms and people they have and what those people earn, and the median value of their houses. In this
# notebook you improve a model that predicts this value, step by step, from the raw table to the prediction.
#
# How it works:
#
# - Write your answer where the cell says so. The text in quotes below each `def` states exactly what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.

# %%
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import loguniform, randint
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR

from course.datasets import load

# %% [markdown]
# ## 1. A support vector regressor
#
# Try a support vector machine on the housing data: scikit-learn's `SVR`, with a linear kernel and several values of
# `C`, and with an RBF kernel and several values of `C` and `gamma`. SVR gets slow with many rows, so use the first
# 5,000 rows of the training set only, and 3 folds. How good is the best one?
#
# Write **`tune_svr(X, y, n_rows, cv)`**, which does this with whatever rows it is given. What it returns is stated
# below; among it, a pipeline that takes raw districts: gaps are filled, `ocean_proximity` is encoded and numbers are
# scaled inside it.
#
# Three things to think about. SVR wants numbers of about the same size: is that true of the *target*, too, when it is
# in dollars? scikit-learn's scores are better when they are higher: what does that make of an error? And what may a
# fold that is held back for validation tell the scaler?
#
# In grading there are 90 rows to 600, so that a dozen candidates take a second or two. If one of them takes minutes,
# its C is too large for the scale of your target.

# %% exercise="p.02.1" points=8
from solutions.ch02_end_to_end import _preparation, _svr, tune_svr

# %% [markdown]
# *Look*: all your candidates, on 2,000 districts. Which kernel wins? Is the best value at the edge of what you tried?
# (On 5,000 rows, the settings that are good change little, and the error falls by a few thousand dollars.)

# %% demo
housing = load("california_housing")
train, test = train_test_split(housing.frame, test_size=0.2, random_state=42)
X, y = train.drop(columns="median_house_value"), train["median_house_value"]
X_test, y_test = test.drop(columns="median_house_value"), test["median_house_value"]
found = tune_svr(X, y, n_rows=2_000)
print(f"{housing.label}; best: {found['best_params']}")
print(f"RMSE in cross-validation: {found['cv_rmse']:,.0f}; of always saying the mean: {y[:2_000].std():,.0f}")
tried = pd.DataFrame(found["tried"])
tried["model"] = [
    f"{kernel}, gamma={gamma}" if kernel == "rbf" else kernel for kernel, gamma in zip(tried["kernel"], tried["gamma"])
]
for name, group in tried.groupby("model"):
    plt.plot(group["C"], group["rmse"], "o-", label=name)
plt.xscale("log")
plt.xlabel("C")
plt.ylabel("RMSE in cross-validation (dollars)")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. Settings drawn at random
#
# A grid wastes its candidates: with three values of C, no matter how many candidates there are, you learn about three
# values of C. Replace `GridSearchCV` by `RandomizedSearchCV`, which draws each setting from a distribution.
#
# Write **`random_search(X, y, n_iter, cv, seed)`**. Choose the distributions with care. Between 0.01 and 100, nearly
# all values that a uniform distribution draws are above 1: is that where you want to look?

# %% exercise="p.02.2" points=6
from solutions.ch02_end_to_end import random_search

# %% [markdown]
# *Look*: where the candidates are, and how good. Light dots are good ones.

# %% demo
search = random_search(X[:1_000], y[:1_000], n_iter=30)
drawn = pd.DataFrame(search.cv_results_["params"]).rename(columns=lambda name: name.split("__")[-1])
dots = plt.scatter(drawn["C"], drawn["gamma"], c=-search.cv_results_["mean_test_score"], cmap="magma_r", s=60)
plt.xscale("log")
plt.yscale("log")
plt.xlabel("C")
plt.ylabel("gamma")
plt.colorbar(dots, label="RMSE in cross-validation (dollars)")
plt.title(f"best: {-search.best_score_:,.0f}")
plt.show()

# %% [markdown]
# ## 3. Keep what is important
#
# Not every feature helps. `SelectFromModel` trains a model that says how important each feature is (a forest has
# `feature_importances_`, a linear model `coef_`), and lets only those pass that reach a threshold. As a step of a
# pipeline, it chooses anew whenever the pipeline is fitted, from the training rows alone.
#
# Write **`make_select_pipeline(threshold, seed)`**, which returns a pipeline, not yet fitted: preparation, then the
# selection, then the model that predicts. In grading it gets 800 rows or fewer, and which columns matter changes from
# one time to the next: let the data decide.

# %% exercise="p.02.3" points=6
from solutions.ch02_end_to_end import make_select_pipeline

# %% [markdown]
# *Look*: how many features are left at various thresholds, and what that costs.

# %% demo
for threshold in (0.0, "0.2*mean", "median", "mean", "3*mean"):
    model = make_select_pipeline(threshold).fit(X[:1_500], y[:1_500])
    kept = model["select"].get_support()
    error = np.sqrt(np.mean((model.predict(X_test) - y_test) ** 2))
    print(f"threshold {threshold!s:>9}: {kept.sum():2} of {len(kept)} features, RMSE on test rows {error:,.0f}")

# %% [markdown]
# ## 5. Search over the preparation, too
#
# Is the median or the mean better to fill gaps? How many clusters of places help? Such questions are like those for C
# and gamma, and can be answered in the same way: the settings of any step in a pipeline have a name, with double
# underscores between the levels (`model.get_params()` lists them all), and a search can tune them along with the model.
#
# Write **`search_prep(X, y, n_iter, cv, seed)`**, a random search over settings of the preparation and of the model
# together. Which ones, and which model, is up to you. A setting may also be a whole step, or `"passthrough"`.
#
# In grading there are 100 rows to 400, with 15 candidates at most: a few seconds are enough.

# %% exercise="p.02.5" points=6
from solutions.ch02_end_to_end import search_prep

# %% [markdown]
# *Look*: the five best candidates. Which choices do they share?

# %% demo
search = search_prep(X[:1_000], y[:1_000], n_iter=20)
order = np.argsort(-search.cv_results_["mean_test_score"])[:5]
for rank in order:
    print(f"RMSE {-search.cv_results_['mean_test_score'][rank]:,.0f}")
    for name, value in search.cv_results_["params"][rank].items():
        print(f"    {name} = {value:.3g}" if isinstance(value, float) else f"    {name} = {value}")
error = np.sqrt(np.mean((search.predict(X_test) - y_test) ** 2))
print(f"RMSE of the best one on test rows: {error:,.0f}")
