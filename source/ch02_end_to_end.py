# %% [markdown]
# # An end-to-end project
#
# What is a house worth? The California census of 1990 tells for 20,640 districts where they are, how old their houses
# are, how many rooms and people they have and what those people earn, and the median value of their houses. In this
# notebook you improve a model that predicts this value, step by step, from the raw table to the prediction. Then you
# do a project of your own: a model is a small part of it; before the model come a question, data, a split and a
# preparation, and after it an honest test.
#
# ### Afterwards you can
#
# - put everything between a raw table and a prediction into one object;
# - search for settings on a grid and at random, those of the preparation included;
# - write transformers that scikit-learn takes for its own;
# - do a project of your own, from the question to an honest test, and report on it.
#
# ### Before you start
#
# You need pandas, scikit-learn's `fit`, `transform` and `predict`, and to have read the book's end-to-end project.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.
#   Some of these data are of regions that are made up: the columns are California's, but other things make houses dear,
#   so that a model knows only what it learns from the rows it is given. What else you need, import in your answer's own
#   cell.

# %%
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR
from sklearn.utils.validation import check_is_fitted, validate_data

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
# In grading there are 90 rows to 300, so that a dozen candidates take a second or two. If one of them takes minutes,
# its C is too large for the scale of your target. How good your best estimator is, is measured in three made-up regions
# where values go straight up or down with the numbers, beside an untuned SVR on the same rows (the settings it comes
# with, in your pipeline or, if that does better than yours, in one that scales the target). Untuned, the error is 100%;
# with a linear kernel alone, tuned, it is about {naive:test_svr_learns_new_regions/svr_linear_only:.0%}; yours may be
# {bar:test_svr_learns_new_regions:.0%} at most.

# %% exercise="p.02.1" points=2 probe_points=10
from solutions.ch02_end_to_end.svr import _preparation, _svr, tune_svr


# %%
def districts():
    """Return districts to learn from and districts to test on: X, y, X_test, y_test. For what you look at, below."""
    parts = train_test_split(load("california_housing").frame, test_size=0.2, random_state=42)
    train, test = ((part.drop(columns="median_house_value"), part["median_house_value"]) for part in parts)
    return *train, *test


# %% [markdown]
# *Look*: all your candidates, on 1,000 districts. Which kernel wins? Is the best value at the edge of what you tried?
# (On 5,000 rows, the settings that are good change little, and the error falls by some thousand dollars.)

# %% demo
housing = load("california_housing")
X, y, X_test, y_test = districts()
found = tune_svr(X, y, n_rows=1_000)
print(f"{housing.label}; best: {found['best_params']}")
print(f"RMSE in cross-validation: {found['cv_rmse']:,.0f}; of always saying the mean: {y[:1_000].std():,.0f}")
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
# **And in your own words**, four to six sentences with your own figures: by how much does your best machine beat the
# simplest thing that could have been done, and how does it do beside another kind of model on the same rows? What made
# the difference: the kernel, the settings, the preparation? Why, do you think?

# %% exercise="p.02.1"
from solutions.ch02_end_to_end.svr import P_02_1

# %% [markdown]
# ## 2. Settings drawn at random
#
# A grid wastes its candidates: with three values of C, no matter how many candidates there are, you learn about three
# values of C. Replace `GridSearchCV` by `RandomizedSearchCV`, which draws each setting from a distribution.
#
# Write **`random_search(X, y, n_iter, cv, seed)`**. Choose the distributions with care. Between 0.01 and 100, nearly
# all values that a uniform distribution draws are above 1: is that where you want to look?
#
# How good the model is that your search finds, is measured in made-up regions here, too, with 22 candidates: which
# settings are good there, only a search can tell. As before, the untuned model's error is 100%, that of a tuned
# straight line {naive:test_random_search_learns_new_regions/random_linear_only:.0%}, and yours may be
# {bar:test_random_search_learns_new_regions:.0%} at most.

# %% exercise="p.02.2" points=6
from solutions.ch02_end_to_end.random_search import random_search

# %% [markdown]
# *Look*: where the candidates are, and how good. Light dots are good ones.

# %% demo
X, y, _, _ = districts()
search = random_search(X[:600], y[:600], n_iter=30)
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
# one time to the next, as do the values: let the data decide.

# %% exercise="p.02.3" points=6
from solutions.ch02_end_to_end.selection import make_select_pipeline

# %% [markdown]
# *Look*: how many features are left at various thresholds, and what that costs. Columns that tell much the same share
# their importance: what does that mean for a threshold?

# %% demo
X, y, X_test, y_test = districts()
for threshold in (0.0, "0.2*mean", "median", "mean", "3*mean"):
    model = make_select_pipeline(threshold).fit(X[:1_000], y[:1_000])
    kept = model["select"].get_support()
    error = np.sqrt(np.mean((model.predict(X_test) - y_test) ** 2))
    print(f"threshold {threshold!s:>9}: {kept.sum():2} of {len(kept)} features, RMSE on test rows {error:,.0f}")

# %% [markdown]
# ## 4. What people earn around here
#
# A district's own income says much about the price of its houses, and the income of its surroundings says a little
# more. Nobody has collected that number, but a model can estimate it: `KNeighborsRegressor`, with latitude and
# longitude as its inputs and the income as its target, answers with the mean of the nearest districts. A model's
# prediction becomes another model's feature. Write
#
# - **`FeatureFromRegressor`**, a transformer that does so with any regressor and any target;
# - **`prepare_with_location(n_neighbors)`**, a preparation of the whole housing table that uses it.
#
# The transformer sits in the middle of a preparation, and there the `y` that `fit` gets is the price. What if the
# neighbours learned prices instead? In training each district is one of its own neighbours. Think about what the next
# model in line would rely on, and what it would miss when it is used on new districts.

# %% exercise="p.02.4" points=8
from solutions.ch02_end_to_end.neighbours import FeatureFromRegressor, prepare_with_location

# %% [markdown]
# *Look*: few neighbours, many neighbours. Where is the money? And does the new column help a linear model? With 1,600
# neighbours, all districts that a fold has to learn from, the column is one and the same number, and can't help.

# %% demo
housing = load("california_housing")
table = housing.frame
place = table[["latitude", "longitude"]]
figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
for axis, n_neighbors in zip(axes, (3, 100)):
    smooth = FeatureFromRegressor(KNeighborsRegressor(n_neighbors)).fit(place, table["median_income"])
    dots = axis.scatter(table["longitude"], table["latitude"], c=smooth.transform(place)[:, 0], s=2, vmin=1, vmax=8)
    axis.set_title(f"mean income of {n_neighbors} neighbours")
    axis.set_xlabel("longitude")
figure.colorbar(dots, label="tens of thousands of dollars")
figure.suptitle(housing.label)
plt.show()
sample = table.sample(2_000, random_state=42)
for n_neighbors in (1, 10, 100, 1_600):
    model = make_pipeline(prepare_with_location(n_neighbors), Ridge())
    errors = -cross_val_score(
        model,
        sample,
        sample["median_house_value"],
        scoring="neg_root_mean_squared_error",
    )
    print(f"{n_neighbors:>5,} neighbours: cross-validated RMSE {errors.mean():,.0f} dollars")

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
# In grading there are 80 rows to 240, with 12 candidates at most: a few seconds are enough. How good the pipeline is
# that your search finds, is measured in three made-up regions where values don't go straight up or down. Beside the
# error of ridge regression as it comes, which is 100%, a search among straight lines reaches
# {naive:test_prep_search_learns_new_regions:.0%}; yours may be {bar:test_prep_search_learns_new_regions:.0%} at most.

# %% exercise="p.02.5" points=6
from solutions.ch02_end_to_end.preparation import search_prep

# %% [markdown]
# *Look*: the five best candidates. Which choices do they share?

# %% demo
X, y, X_test, y_test = districts()
search = search_prep(X[:600], y[:600], n_iter=20)
order = np.argsort(-search.cv_results_["mean_test_score"])[:5]
for rank in order:
    print(f"RMSE {-search.cv_results_['mean_test_score'][rank]:,.0f}")
    for name, value in search.cv_results_["params"][rank].items():
        print(f"    {name} = {value:.3g}" if isinstance(value, float) else f"    {name} = {value}")
error = np.sqrt(np.mean((search.predict(X_test) - y_test) ** 2))
print(f"RMSE of the best one on test rows: {error:,.0f}")

# %% [markdown]
# ## 6. A scaler that knows the way back
#
# `StandardScaler` is a good model for transformers of your own: it is small, and it keeps every promise that
# scikit-learn expects. Write `StandardScalerClone`, with `fit`, `transform`, and two things that are easily forgotten:
#
# - `inverse_transform`, the way back: what was scaled becomes what it was before;
# - `get_feature_names_out`, which says what the columns are called, so that pipelines and plots can name them.
#
# Do the arithmetic yourself, without `StandardScaler`. From `sklearn.utils.validation`, `check_is_fitted` and
# `validate_data` can save you work: the second, called in `fit`, notes the number of columns and their names, if there
# are any, and forgets those from before.

# %% exercise="p.02.6" points=8
from solutions.ch02_end_to_end.scaler import StandardScalerClone

# %% [markdown]
# *Look*: before and after. What has changed, and what has not? Columns with a long tail keep it.

# %% demo
housing = load("california_housing")
columns = ["median_income", "population", "housing_median_age"]
before = housing.frame[columns]
after = StandardScalerClone().fit(before).transform(before)
figure, axes = plt.subplots(2, 3, figsize=(10, 5), layout="constrained")
for number, name in enumerate(columns):
    axes[0, number].hist(before[name], bins=60)
    axes[0, number].set_title(name)
    axes[1, number].hist(after[:, number], bins=60, color="tab:orange")
    axes[1, number].set_xlabel("standard deviations from the mean")
figure.suptitle(housing.label)
plt.show()

# %% [markdown]
# ## 7. A project of your own
#
# Time to go the whole way yourself. Choose a table with a number worth predicting. The course offers two:
#
# - `load("bike_sharing")`: bikes rented in each hour of two years, with weather and calendar; the target is `cnt`;
# - `load("cardekho")`: used cars and their prices; see all its `.frames`. Some cars are listed twice.
#
# Any other regression table is welcome if it can be had where your notebook is graded: from `course.datasets`, from
# `sklearn.datasets` without a download, or written into `load_project` itself. What you hand in has two parts.
#
# **The report**, in the next cell: about a page, for a reader who decides whether your model is used. What is
# predicted, for whom, and what is known at that moment? What did you see in the data? How did you split them, and why?
# What has been done to the columns? Which models did you compare (two kinds at least, and a baseline), by which error,
# and why that one? How well does the chosen model do on the test rows, used once, and where does it fail? Give figures.
# A person grades it.

# %% exercise="p.02.7" points=10 probe_points=20
from solutions.ch02_end_to_end.project import P_02_7

# %% [markdown]
# **The functions behind it** are checked by machine. They are written for *any* table, so that your project can be
# repeated with other data, and that is how they are graded: on tables that you have not seen, and on your own.
#
# - **`load_project()`** says what your data are;
# - **`find_leaks(frame, target)`** warns of columns that give the target away;
# - **`split_project(frame, ordered_by)`** sets test rows aside, such that no case is in both parts;
# - **`make_models(leaky)`** returns models, each one pipeline from raw table to prediction;
# - **`run_project(models, train, test, …)`** compares them by cross-validation, chooses, and tests once.
#
# What your own table is looked at for: that it is raw (no column is standardised, has its mean in the gaps, or holds
# the mean target of a group; what is learned from other rows is learned inside the pipeline), that no column left to
# the models adds up to the target, that your functions carry your project out, and that on rows that are held back, the
# later ones if there is an order, the best of your models is nearer to the target than the mean and the median of the
# training rows, by more than chance explains.
#
# In `make_models` the columns are chosen by type, not by name: `make_column_selector` does that. Models are judged on
# several hundred cars or hours; let none take longer than a second or two to fit, and keep to one process (no
# `n_jobs`). On bikes, the best of them is compared with a forecast that repeats the last week: linear models alone make
# {naive:test_models_beat_last_week/only_straight_lines:.0%} of its error, a model that repeats the last week itself
# {naive:test_models_beat_last_week/last_week_again:.0%}, and yours may make
# {bar:test_models_beat_last_week:.0%} at most.

# %% exercise="p.02.7"
from solutions.ch02_end_to_end.project import load_project, find_leaks, split_project
from solutions.ch02_end_to_end.project_models import _without, make_models, _later_and_later, run_project

# %% [markdown]
# *Look*: the whole project. Which columns does `find_leaks` name, and are they in your list? Is the test error near
# the cross-validated one? If it is far off, why? And which rows does your model get wrong most?

# %% demo
project = load_project()
frame, target, ordered_by = project["frame"], project["target"], project["ordered_by"]
print(f"{len(frame):,} rows; leaks found: {find_leaks(frame, target)}; named: {project['leaky']}")
train, test = split_project(frame, ordered_by)
found = run_project(make_models(project["leaky"]), train, test, target, ordered_by)
for name, error in found["errors"].items():
    print(f"{name:>12}: cross-validated error {error:,.1f}")
print(f"{found['best']:>12}: error {found['test_error']:,.1f} on {len(test):,} test rows")
predicted = found["model"].predict(test.drop(columns=target))
plt.scatter(test[target], predicted, s=3, alpha=0.3)
plt.axline((0, 0), slope=1, color="gray", linestyle="--")
plt.xlabel(f"true {target}")
plt.ylabel("predicted")
plt.show()

# %% [markdown]
# ## 8. One pipeline from raw data to prediction
#
# A model that needs prepared rows is half a model: whoever uses it has to prepare them in exactly the same way. So put
# everything into one object: the preparation of raw districts, the selection of the features that say most, and the
# model. It can be cross-validated without a leak, tuned as a whole, saved to one file, and it takes rows as they come.
#
# Write `full_pipeline(model, k)`, for any regressor. For the preparation you may use one of those above; `SelectKBest`
# selects. Graded, on a few hundred districts, is that the model gets what it is to get, in training and later, that the
# features are selected by the values at hand, also where these were made up, and the promises above.

# %% exercise="tf2.02.4" points=6
from solutions.ch02_end_to_end.pipeline import full_pipeline

# %% [markdown]
# *Look*: raw rows in, dollars out. How many features does a linear model need? Click on the parts of the diagram.

# %% demo
table = load("california_housing").frame
sample = table.sample(4_000, random_state=42)
X, y = sample.drop(columns="median_house_value"), sample["median_house_value"]
search = GridSearchCV(full_pipeline(Ridge()), {"select__k": [1, 2, 4, 8]}, scoring="neg_root_mean_squared_error")
search.fit(X, y)
for settings, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"]):
    print(f"{settings}: cross-validated RMSE {-score:,.0f} dollars")
new = table.drop(sample.index).sample(5, random_state=1)
print(new.assign(predicted=search.predict(new).round(-2))[["ocean_proximity", "median_house_value", "predicted"]])
search.best_estimator_

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Dear houses are all listed at 500,001 dollars, whatever they cost. Leave these districts out of the training rows,
#   out of the test rows, or out of both. Which of the errors still says what you want to know?
# - Predict the logarithm of the value and turn it back. For which districts do the errors shrink, and for which do they
#   grow?
# - Hold back a whole region, such as everything south of some latitude, in place of single districts. How far does the
#   error rise, and which of the two errors would you promise to somebody in the state next door?
