# %% [markdown]
# # The machine-learning landscape
#
# Twenty questions on what machine learning is, which kinds there are, and how one knows whether it has worked. Most
# come in two parts:
#
# - a question that you answer **in your own words**, in a few sentences. A person reads it; the points it earns are in
#   the rubric that comes with your feedback;
# - a **small function** that takes the same idea and is graded automatically, on inputs you have not seen. The text in
#   quotes below each `def` states what is asked, and its examples are run by the cell after your answer.
#
# Some questions ask for a **choice** instead. Its options are listed above it, and it counts only together with the
# function beside it: guessing earns nothing.
#
# Cells marked *Look* are for your eyes: they are not graded, and nothing depends on them.

# %%
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsClassifier

from course.datasets import load

Array = NDArray[Any]  # an array of any kind of number
Line = tuple[float, float]  # a line: intercept and slope

# %% [markdown]
# # Part A · What it is, and what for
#
# ## 1. What is machine learning?
#
# A spam filter can be written in two ways. Somebody may sit down and think up rules; or a program may look at mails
# that people have marked, and find out by itself. Only the second one is said to *learn*.
#
# **In your own words:** how would you define machine learning? Your definition should also tell why a program that
# has only stored a lot of data has learned nothing.

# %% exercise="p.01.1" points=3 probe_points=2
from solutions.ch01_landscape.kinds import P_01_1

# %% [markdown]
# Here is the smallest learner there is. It has one number to find: the threshold from which on it says "1". Instead
# of choosing the number yourself, let the examples do it. A few of them may be labelled wrongly, so don't trust any
# single one: go by the measure, the number of mistakes.

# %% exercise="p.01.1"
from solutions.ch01_landscape.kinds import learn_threshold

# %% [markdown]
# *Look*: how many mistakes each threshold makes, and the one that you have learned. Then make the sample smaller, and
# see what becomes of it.

# %% demo
rng = np.random.default_rng(1)
values = rng.uniform(0, 100, 200)
labels = ((values >= 60) ^ (rng.random(200) < 0.1)).astype(int)
grid = np.linspace(0, 100, 401)
plt.plot(grid, [np.sum((values >= threshold) != labels) for threshold in grid])
plt.axvline(learn_threshold(values, labels), color="C3", linestyle="--", label="learned")
plt.xlabel("threshold")
plt.ylabel("mistakes on 200 examples")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. What is it good for?
#
# **In your own words:** name four types of problems for which machine learning is a good choice, with one sentence or
# example for each.

# %% exercise="p.01.2" points=4 probe_points=3
from solutions.ch01_landscape.kinds import P_01_2

# %% [markdown]
# Four of these statements speak for machine learning; the others speak against it. Which ones speak for it?
#
# - **a** Nobody can write down the steps that solve the problem, but there are many solved examples.
# - **b** The exact answer follows from a formula that is known.
# - **c** The program would need a long list of rules, tuned by hand again and again.
# - **d** It has to be proved for every single decision that it is correct.
# - **e** There is no data yet, and no way to get any.
# - **f** What the system meets changes from month to month.
# - **g** People want to find out what is hidden in large amounts of data.
# - **h** Three rules that never change do the job.
#
# And how long does a list of rules get? Say every combination of values needs a rule of its own; a linear model
# instead adds up one weight for each value, and one number to start from. Count both.

# %% exercise="p.01.2"
from solutions.ch01_landscape.kinds import P_01_2_CHOICE, rules_and_weights

# %% [markdown]
# ## 3. What is a labelled training set?
#
# **In your own words:** what makes a training set a labelled one, and what would an unlabelled one be?

# %% exercise="p.01.3" points=2 probe_points=2
from solutions.ch01_landscape.kinds import P_01_3

# %% [markdown]
# Real tables have gaps. Find the rows that a supervised model can be trained on. What is a gap in a feature, and what
# is a gap in the label? And is 0 a gap?

# %% exercise="p.01.3"
from solutions.ch01_landscape.kinds import labelled_rows

# %% [markdown]
# # Part B · Kinds of learning
#
# ## 4. The two most common supervised tasks
#
# **Choose** two of these: `classification`, `clustering`, `visualization`, `regression`, `dimensionality reduction`,
# `anomaly detection`, `association rule learning`, `density estimation`, `reinforcement learning`.
#
# The two differ in what they predict, and so in what the best answer is when nothing else is known. Such an answer is
# a *baseline*: whatever model you train later has to beat it. Write a function that looks at the targets alone, says
# which of the two tasks it is, and gives the baseline.

# %% exercise="p.01.4" points=3
from solutions.ch01_landscape.kinds import P_01_4_CHOICE, baseline

# %% [markdown]
# ## 5. Four unsupervised tasks
#
# **Choose** four tasks that need no labels: `classification`, `clustering`, `visualization`, `regression`,
# `dimensionality reduction`, `forecasting`, `anomaly detection`, `association rule learning`, `image captioning`,
# `density estimation`. (There are more than four.)
#
# Two of them can be done in a few lines, at least in their simplest form. A shop looks for goods that are bought
# together; and a bank looks for the transaction that is like no other. Nobody tells either of them what is right.

# %% exercise="p.01.5" points=4
from solutions.ch01_landscape.kinds import P_01_5_CHOICE, bought_together, odd_one_out

# %% [markdown]
# ## 6. A robot on unknown ground
#
# A robot is to walk on all sorts of ground that nobody has seen before. Which family of methods would you use?
# **Choose** one: `supervised learning`, `unsupervised learning`, `semi-supervised learning`, `reinforcement learning`.
#
# Meanwhile it has stumbled about, and noted for each step the ground, its move, and the reward: how far it got. Most
# moves were made by habit; some went well by luck. Turn these notes into a plan (it is called a *policy*): what to do
# on each ground.

# %% exercise="p.01.6" points=3
from solutions.ch01_landscape.kinds import P_01_6_CHOICE, best_moves

# %% [markdown]
# ## 7. Groups of customers
#
# A shop wants to put its customers into groups. What kind of task is that, if it does not know yet what groups there
# are? And if it knows them, and knows many customers of each? **Choose** one for each case: `classification`,
# `regression`, `clustering`, `anomaly detection`, `reinforcement learning`.
#
# Then write both. Scikit-learn has what you need: two lines each.

# %% exercise="p.01.7" points=4
from solutions.ch01_landscape.kinds import P_01_7_UNKNOWN, P_01_7_KNOWN, find_groups, assign_groups

# %% [markdown]
# *Look*: the same customers twice. On the left are the groups that you find in them, on the right those that the shop
# has names for. Neither is wrong: they answer different questions.

# %% demo
rng = np.random.default_rng(2)
place = np.repeat([0.0, 10.0, 16.0], 40)
customers = np.column_stack([place, np.zeros(120)]) + rng.normal(0, 1, (120, 2))
names = np.where(place == 16, "loyal", "rare").tolist()
figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True, layout="constrained")
axes[0].scatter(*customers.T, c=find_groups(customers, 2), cmap="coolwarm", s=12)
axes[0].set_title("two groups, found")
assigned = np.array(assign_groups(customers, names, customers)) == "loyal"
axes[1].scatter(*customers.T, c=assigned, cmap="coolwarm", s=12)
axes[1].set_title("two groups, known")
plt.show()

# %% [markdown]
# ## 8. Spam once more
#
# People have marked thousands of mails as spam or as wanted, and a filter is to do the same with new ones. Which family
# is that? **Choose** one: `supervised learning`, `unsupervised learning`, `semi-supervised learning`,
# `reinforcement learning`.
#
# Then write the heart of a very simple filter: from marked mails, learn the words that give spam away. If the marks
# were others, so would be the words.

# %% exercise="p.01.8" points=3
from solutions.ch01_landscape.kinds import P_01_8_CHOICE, spam_words

# %% [markdown]
# ## 9. Online learning
#
# Share prices, clicks, sensors: such data doesn't come as a table, it keeps coming.
#
# **In your own words:** what is an online learning system? Say how it differs from one that learns in batches, and
# what it is good for.

# %% exercise="p.01.9" points=3 probe_points=2
from solutions.ch01_landscape.learning import P_01_9

# %% [markdown]
# Now let one run. Its model is a single weight. What counts is the order of things: the prediction comes first, and
# only then the answer that it learns from.

# %% exercise="p.01.9"
from solutions.ch01_landscape.learning import predict_then_learn

# %% [markdown]
# *Look*: half-way through, the world changes. How soon does your learner notice? Try other learning rates: what is the
# price of a high one?

# %% demo
rng = np.random.default_rng(3)
x = np.ones(200)
truth = np.repeat([2.0, 5.0], 100)
y = truth + rng.normal(0, 0.7, 200)
plt.plot(y, ".", color="0.8")
plt.plot(truth, "k--", label="the truth")
for rate in (0.02, 0.1, 0.8):
    plt.plot(predict_then_learn(x, y, rate), label=f"learning rate {rate}")
plt.xlabel("example")
plt.legend()
plt.show()

# %% [markdown]
# ## 10. Out-of-core learning
#
# **In your own words:** what is out-of-core learning? When is it needed, and how does it work?

# %% exercise="p.01.10" points=3 probe_points=3
from solutions.ch01_landscape.learning import P_01_10

# %% [markdown]
# A table too large for the memory is given to you part by part, and only once. For some models that is no loss at
# all: fit a line to it, exactly the one that you would get from the whole table. The check measures what your function
# keeps: a handful of numbers will do, whatever the length of the table.
#
# *If you need a start:* the least-squares line has slope $\left(n\sum xy - \sum x\sum y\right) / \left(n\sum x^2 -
# (\sum x)^2\right)$, and goes through the mean of all points. What of that can be added up as you go?

# %% exercise="p.01.10"
from solutions.ch01_landscape.learning import fit_line_in_chunks

# %% [markdown]
# # Part C · How models learn, and what gets in their way
#
# Does money make people happier? For each of some countries, the following table has the wealth per person (gross
# domestic product in dollars) and how satisfied people say they are with their lives, from 0 to 10.

# %% demo
lifesat = load("lifesat")
countries = lifesat.frames["lifesat"]
print(lifesat.label)
countries.sample(6, random_state=0)

# %% [markdown]
# ## 11. Which kind of system compares?
#
# Some systems predict by looking for known examples that are like the new one; they need a measure of similarity.
# **Choose** what they are called: `instance-based learning`, `model-based learning`, `online learning`,
# `reinforcement learning`.
#
# Then write one: the prediction is the mean of the k most similar examples, and similar means that the feature differs
# little.

# %% exercise="p.01.11" points=3
from solutions.ch01_landscape.learning import P_01_11_CHOICE, predict_by_neighbours

# %% [markdown]
# ## 12. Parameter or hyperparameter?
#
# **In your own words:** what is the difference between a parameter of a model and a hyperparameter? Give an example of
# each.

# %% exercise="p.01.12" points=3 probe_points=3
from solutions.ch01_landscape.learning import P_01_12

# %% [markdown]
# Which of these are learned from the data? **Choose** all of them; the others are set by somebody before training
# starts.
#
# - **a** the slope of a line
# - **b** the number of neighbours that are asked
# - **c** the strength of the penalty for a steep line
# - **d** the weights of a neural network
# - **e** the centres of the groups that k-means has found
# - **f** the number of groups that k-means is told to look for
# - **g** the learning rate
# - **h** the mean that a scaler takes away from each column
# - **i** the feature and threshold that a node of a decision tree asks about
# - **j** the greatest depth that a decision tree may have
#
# Then write a function that gets a hyperparameter and returns the parameters. It fits a line, but a steep one has to
# be paid for, and `alpha` is the price.

# %% exercise="p.01.12"
from solutions.ch01_landscape.learning import P_01_12_LEARNED, fit_with_penalty

# %% [markdown]
# ## 13. Model-based learning
#
# **In your own words:** what does a model-based learner search for? What strategy does it usually follow? And how does
# it make a prediction?

# %% exercise="p.01.13" points=3 probe_points=3
from solutions.ch01_landscape.learning import P_01_13

# %% [markdown]
# Now the three in code: a `cost` that says how bad a line is, a search for the line with the least cost, and a
# prediction. They are graded on countries like those above.

# %% exercise="p.01.13"
from solutions.ch01_landscape.learning import cost, search_line, predict_line

# %% [markdown]
# *Look*: instance-based and model-based predictions for every wealth in between. Which one would you believe at
# 60,000 dollars, and which at 100,000?

# %% demo
lifesat = load("lifesat")
countries = lifesat.frames["lifesat"]
wealth, satisfaction = countries.iloc[:, 1].to_numpy(float), countries.iloc[:, 2].to_numpy(float)
line = search_line(wealth, satisfaction)
between = np.linspace(wealth.min() - 5_000, wealth.max() + 5_000, 300)
plt.plot(wealth, satisfaction, "o")
plt.plot(
    between, [predict_line(line, new) for new in between], label=f"a line, cost {cost(line, wealth, satisfaction):.2f}"
)
plt.plot(between, [predict_by_neighbours(wealth, satisfaction, new, 3) for new in between], label="3 neighbours")
plt.xlabel("wealth per person (dollars)")
plt.ylabel("life satisfaction")
plt.title(lifesat.label)
plt.legend()
plt.show()

# %% [markdown]
# *Look*: and now with the poorest and the richest countries, which were left out above. What does that do to the line?

# %% demo
lifesat = load("lifesat")
countries = lifesat.frames["lifesat"]
wealth, satisfaction = countries.iloc[:, 1].to_numpy(float), countries.iloc[:, 2].to_numpy(float)
line = search_line(wealth, satisfaction)
everyone = lifesat.frames["lifesat_full"]
all_wealth, all_satisfaction = everyone.iloc[:, 1].to_numpy(float), everyone.iloc[:, 2].to_numpy(float)
left_out = ~np.isin(all_wealth, wealth)
plt.plot(wealth, satisfaction, "o", label="some countries")
plt.plot(all_wealth[left_out], all_satisfaction[left_out], "s", color="C3", label="left out")
ends = np.array([all_wealth.min(), all_wealth.max()])
for name, style, (intercept, slope) in [
    ("line of some", "C0:", line),
    ("line of all", "k-", search_line(all_wealth, all_satisfaction)),
]:
    plt.plot(ends, intercept + slope * ends, style, label=name)
plt.xlabel("wealth per person (dollars)")
plt.ylabel("life satisfaction")
plt.title(lifesat.label)
plt.legend()
plt.show()

# %% [markdown]
# ## 14. What gets in the way
#
# **In your own words:** name four of the main challenges of machine learning, and say in half a sentence what each does
# to a model.

# %% exercise="p.01.14" points=4 probe_points=3
from solutions.ch01_landscape.learning import P_01_14

# %% [markdown]
# **Choose** four that are real challenges. (There are more than four; the others are no trouble at all.)
#
# - **a** There are too few examples.
# - **b** The examples are not like those that the system will meet.
# - **c** The error on the training set is above zero.
# - **d** The data is full of mistakes and gaps.
# - **e** Most features have nothing to do with the target.
# - **f** There are more examples than features.
# - **g** There is a test set, from which the model may not learn.
# - **h** The model is too simple for the pattern in the data.
# - **i** The model is trained in a few seconds.
# - **j** The model is so flexible that it learns the noise.
#
# One of them can be measured before any training, if it is known what the world looks like. Compare a sample with the
# population that it is to stand for, group by group.

# %% exercise="p.01.14"
from solutions.ch01_landscape.learning import P_01_14_CHOICE, shares_off

# %% [markdown]
# # Part D · Does it work?
#
# ## 15. Brilliant in training, poor in use
#
# Your model does splendidly on its training data and badly on new examples. What has happened? **Choose** one:
# `underfitting`, `overfitting`, `data mismatch`, `sampling bias`.
#
# And what may help? **Choose** all that do.
#
# - **a** Give the model more parameters.
# - **b** Gather more training data.
# - **c** Take a simpler model, or constrain the one you have (regularise it).
# - **d** Train on until the training error is zero.
# - **e** Clean the training data: correct errors, leave out outliers.
# - **f** Add more features to each example.
# - **g** Leave out features that say little.
# - **h** Remove from the test set what the model gets wrong.
#
# The diagnosis takes two figures. Write the function that measures them, for polynomials of any degree.

# %% exercise="p.01.15" points=4
from solutions.ch01_landscape.testing import P_01_15_DIAGNOSIS, P_01_15_CURES, train_and_new_error

# %% [markdown]
# *Look*: the two errors, averaged over many small training sets, for more and more flexible models. Where would you
# stop?

# %% demo
rng = np.random.default_rng(4)


def draw_wave(size):
    x = rng.uniform(-1, 1, size)
    return x, np.sin(3 * x) + rng.normal(0, 0.4, size)


degrees = range(9)
errors = [[train_and_new_error(*draw_wave(25), *draw_wave(200), degree) for _ in range(60)] for degree in degrees]
for name, values in zip(("training set", "new examples"), np.median(errors, axis=1).T):
    plt.plot(degrees, values, marker="o", label=name)
plt.xlabel("degree")
plt.ylabel("error (median of 60 runs)")
plt.ylim(0, 1)
plt.legend()
plt.show()

# %% [markdown]
# ## 16. The test set
#
# **In your own words:** what is a test set, and why would you want one?

# %% exercise="p.01.16" points=3 probe_points=2
from solutions.ch01_landscape.testing import P_01_16

# %% [markdown]
# Now draw one. Think of a table that is sorted by date or by class, and of what happens when you run your notebook
# again next week.

# %% exercise="p.01.16"
from solutions.ch01_landscape.testing import hold_out

# %% [markdown]
# ## 17. The validation set
#
# **In your own words:** what is a validation set for? Say what becomes of it once the choice has been made.

# %% exercise="p.01.17" points=3 probe_points=3
from solutions.ch01_landscape.testing import P_01_17

# %% [markdown]
# Put these six steps into **order**:
#
# - **a** Keep the candidate that does best on the validation set.
# - **b** Split what is left into a smaller training set and a validation set.
# - **c** Measure the final model on the test set, once.
# - **d** Put the test set aside.
# - **e** Train the winner again, on the training and the validation set together.
# - **f** Train every candidate on the smaller training set.
#
# Then carry them out, from **f** on: the three sets are given.

# %% exercise="p.01.17"
from solutions.ch01_landscape.testing import P_01_17_ORDER, choose_degree

# %% [markdown]
# ## 18. The train-dev set
#
# You train on a million photos from the web. At work, your app will see photos taken by phones, of which you have ten
# thousand: just enough for validation and test. The app does badly on the validation set. Has it learned the web photos
# by heart, or are they too different?
#
# **In your own words:** what is a train-dev set, when do you need it, and how do you use it?

# %% exercise="p.01.18" points=3 probe_points=2
from solutions.ch01_landscape.testing import P_01_18

# %% [markdown]
# Now write the diagnosis down as a function: it gets the errors and says what is wrong.

# %% exercise="p.01.18"
from solutions.ch01_landscape.testing import diagnose

# %% [markdown]
# ## 19. Tuning on the test set
#
# **In your own words:** what can go wrong if you choose hyperparameters by the test set?

# %% exercise="p.01.19" points=2 probe_points=2
from solutions.ch01_landscape.testing import P_01_19

# %% [markdown]
# See it happen. Many models have answered the questions of a test set, and you keep the one that was right most often.
# How good is it there, and how good on fresh examples?

# %% exercise="p.01.19"
from solutions.ch01_landscape.testing import optimism

# %% [markdown]
# *Look*: here the models toss coins, so that none is better than any other. The more of them you try, the better the
# winner looks, on the test set.

# %% demo
rng = np.random.default_rng(5)
tries = [1, 3, 10, 30, 100, 300]
found = [[optimism(rng.random((m, 50)) < 0.5, rng.random((m, 50)) < 0.5) for _ in range(100)] for m in tries]
for name, values in zip(("on the test set", "on fresh examples"), np.mean(found, axis=1).T):
    plt.plot(tries, values, marker="o", label=f"the winner {name}")
plt.xscale("log")
plt.xlabel("coin tossers to choose from")
plt.ylabel("accuracy")
plt.legend()
plt.show()

# %% [markdown]
# ## 20. Cross-validation
#
# **In your own words:** what is cross-validation, and why might you prefer it to a validation set?

# %% exercise="tf1.01.19" points=2 probe_points=2
from solutions.ch01_landscape.testing import TF1_01_19

# %% [markdown]
# Plan it: which rows train, and which validate, in each of k rounds?

# %% exercise="tf1.01.19"
from solutions.ch01_landscape.testing import folds
