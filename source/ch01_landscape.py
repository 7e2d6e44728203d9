# %% [markdown]
# # The machine-learning landscape
#
# Twenty questions on what machine learning is, which kinds there are, and how one knows whether it has worked.
#
# ### Afterwards you can
#
# - say what learning from data means, and when it pays;
# - tell the kinds of learning apart, and find the one that suits a task;
# - say what a model learns by itself, and what somebody has to set beforehand;
# - find out why a model that did well in training fails in use;
# - use training, validation and test sets for what each of them is there for, and for nothing else.
#
# ### Before you start
#
# You need Python, NumPy's arrays, and to have read the book's chapter on the landscape of machine learning.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# Most come in two halves:
#
# - a question that you answer **in your own words**, in a few sentences. A person reads it; the points it earns are in
#   the rubric that comes with your feedback;
# - a **small function** that takes the same idea and is graded automatically, on inputs you have not seen. The text in
#   quotes below each `def` states what is asked, and its examples are run by the cell after your answer.
#
# Where the function would give the words away, it waits in part E, at the end. Write first, then go there.
#
# Some questions ask for a **choice** instead. Its options are listed above it, and it counts only together with the
# function beside it: guessing earns nothing.
#
# What else you need, import in your answer's own cell.
#
# Cells marked *Look* are for your eyes: they are not graded, and nothing depends on them. Where one begins with
# `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun yet.

# %%
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from course.datasets import load

Array = NDArray[Any]  # an array of any kind of number
Line = tuple[float, float]  # a line: intercept and slope

# %% [markdown]
# # Part A · What it is, and what for
#
# ## 1. What is machine learning?
#
# One thermostat does what its maker has written into it. Another one watches for two weeks when people reach for the
# dial, and from then on turns the heating up and down for them. Only of the second one do we say that it *learns*.
#
# **In your own words:** what has to be true of a program before you say that it learns? Be strict enough to keep out a
# camera that takes a thousand pictures and stores them all, and say what it is that keeps it out.

# %% exercise="p.01.1" points=2 probe_points=2
from solutions.ch01_landscape.kinds import P_01_1

# %% [markdown]
# Here is the smallest learner there is. It has one number to find, by `learn_threshold(values, labels)`: the threshold
# from which on it says "1". Instead of choosing the number yourself, let the examples do it. A few of them may be
# labelled wrongly, so don't trust any single one: go by the measure, the number of mistakes. And if "never 1", or
# "always 1", makes the fewest, then that is what the examples teach.

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
# Your boss would like to know when it pays to let a program learn, and when a few lines of code do the job.
#
# **In your own words:** give four different reasons for letting it learn, each with an example. (The second half is in
# part E.)

# %% exercise="p.01.2" points=2 probe_points=2
from solutions.ch01_landscape.kinds import P_01_2

# %% [markdown]
# ## 3. With labels and without
#
# A hospital has ten thousand X-ray pictures of lungs, and nothing else.
#
# **In your own words:** what has to be added to make a labelled training set of them? And what could still be learned
# from the pictures if nobody has the time to do that?

# %% exercise="p.01.3" points=2 probe_points=1
from solutions.ch01_landscape.kinds import P_01_3

# %% [markdown]
# Real tables have gaps. Write `labelled_rows(rows, target)`, which finds the rows that a supervised model can be
# trained on. What is a gap in a feature, and what is a gap in the label? And is 0 a gap?

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
# The two differ in what they predict, and so in what the best answer is when nothing else is known. Such an answer is a
# *baseline*: whatever model you train later has to beat it. Write `baseline(targets, between)`, which looks at the
# targets alone, says which of the two tasks it is, and gives the baseline.
#
# Which task it is can't be told by the type: a digit that somebody has written by hand is a number, and still a name.
# Ask instead whether there is something *between* two targets. Half-way between 2 and 3 rooms there may well be an
# answer; half-way between the digit 2 and the digit 3 there is none.

# %% exercise="p.01.4" points=2
from solutions.ch01_landscape.kinds import P_01_4_CHOICE, baseline

# %% [markdown]
# ## 5. Four unsupervised tasks
#
# **Choose** four tasks that need no labels: `classification`, `clustering`, `visualization`, `regression`,
# `dimensionality reduction`, `forecasting`, `anomaly detection`, `association rule learning`, `image captioning`,
# `density estimation`. (There are more than four.)
#
# Two of them can be done in a few lines, at least in their simplest form. A shop looks for goods that are bought
# together (`bought_together`); and a bank looks for the transaction that is like no other (`odd_one_out`). Nobody tells
# either of them what is right.

# %% exercise="p.01.5" points=3
from solutions.ch01_landscape.kinds import P_01_5_CHOICE, bought_together, odd_one_out

# %% [markdown]
# ## 6. A robot on unknown ground
#
# A machine with six legs is to find its way over gravel, ice, moss and whatever else a planet may have in store. Which
# family of methods suits it? **Choose** one: `supervised learning`, `unsupervised learning`,
# `semi-supervised learning`, `reinforcement learning`.
#
# Meanwhile it has stumbled about, and noted for each step the ground, its move, and the reward: how far it got. Most
# moves were made by habit; some went well by luck. Let `best_moves(experience)` turn these notes into a plan (it is
# called a *policy*): what to do on each ground.

# %% exercise="p.01.6" points=2
from solutions.ch01_landscape.kinds import P_01_6_CHOICE, best_moves

# %% [markdown]
# ## 7. Groups of customers
#
# A shop wants to put its customers into groups. What kind of task is that, if it does not know yet what groups there
# are? And if it knows them, and knows many customers of each? **Choose** one for each case: `classification`,
# `regression`, `clustering`, `anomaly detection`, `reinforcement learning`.
#
# Then write both, `find_groups(X, k)` and `assign_groups(X, names, new)`. Scikit-learn has what you need: two lines
# each.

# %% exercise="p.01.7" points=2
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
# Then write the heart of a very simple filter, `spam_words`: from marked mails, learn the words that give spam away. If
# the marks were others, so would be the words.

# %% exercise="p.01.8" points=2
from solutions.ch01_landscape.spam import P_01_8_CHOICE, spam_words

# %% [markdown]
# ## 9. Learning from a stream
#
# Share prices, clicks, sensors: such data doesn't come as a table, it keeps coming. Two systems forecast the same
# prices. One learns *online*, the other one in *batches*; it is noon, and a new price comes in.
#
# **In your own words:** what does each of the two have to do to learn from it? Where is that worth a lot, and what may
# go wrong with the online one when the new price is a typing error?

# %% exercise="p.01.9" points=2 probe_points=1
from solutions.ch01_landscape.learning import P_01_9

# %% [markdown]
# Now let one run: `predict_then_learn(x, y, rate)`. Its model is a single weight. What counts is the order of things:
# the prediction comes first, and only then the answer that it learns from.

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
# Some learners are called *out-of-core*, which means something like "outside the memory".
#
# **In your own words:** what drives somebody to learn in this way, what happens to the data from the beginning to the
# end, and what must the learner be able to do for it? (The second half is in part E.)

# %% exercise="p.01.10" points=2 probe_points=2
from solutions.ch01_landscape.learning import P_01_10

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
# Then write one, `predict_by_neighbours(x, y, new, k)`: the prediction is the mean of the k most similar examples, and
# similar means that the feature differs little.

# %% exercise="p.01.11" points=2
from solutions.ch01_landscape.learning import P_01_11_CHOICE, predict_by_neighbours

# %% [markdown]
# ## 12. Parameter or hyperparameter?
#
# A baker has a model that tells from the weather how many rolls will be sold. In its manual there are two lists of
# numbers, *parameters* and *hyperparameters*, and the baker asks which of them are hers to set.
#
# **In your own words:** answer her, with a number or two that may stand in each list, and tell her how to find good
# values for those that are hers.

# %% exercise="p.01.12" points=2 probe_points=2
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
# Then write `fit_with_penalty(x, y, alpha)`, which gets a hyperparameter and returns the parameters. It fits a line,
# but a steep one has to be paid for, and `alpha` is the price.

# %% exercise="p.01.12"
from solutions.ch01_landscape.learning import P_01_12_LEARNED, fit_with_penalty

# %% [markdown]
# ## 13. Model-based learning
#
# Somebody draws a straight line through the countries above and says: "The computer has learned this."
#
# **In your own words:** among what has it searched, and how could it tell that this line is the one to keep? What does
# it do when a new country comes along? (The second half is in part E.)

# %% exercise="p.01.13" points=2 probe_points=2
from solutions.ch01_landscape.learning import P_01_13

# %% [markdown]
# ## 14. What gets in the way
#
# "I have tried it with our data," says a friend, "and this learning is good for nothing."
#
# **In your own words:** which four things, all different, would you look into before you believe that? Say of each in
# half a sentence what it does to a model. (The second half is in part E.)

# %% exercise="p.01.14" points=2 probe_points=2
from solutions.ch01_landscape.learning import P_01_14

# %% [markdown]
# # Part D · Does it work?
#
# ## 15. Brilliant in training, poor in use
#
# A model guesses what used cars are worth. On the cars of a lot that it was trained on it is 50 euros off; on others of
# the same lot, kept back by tossing coins, it is 4,000 off. **Choose** what it suffers from: `underfitting`,
# `overfitting`, `data mismatch`, `sampling bias`.
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
# The diagnosis takes two figures. Write `train_and_new_error`, which measures them, for polynomials of any degree.

# %% exercise="p.01.15" points=3
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
# ## 16. Put aside
#
# A colleague has fitted a model to all the rows there are, measured it on the same rows, and is delighted.
#
# **In your own words:** what should have been done with some of the rows before any model was fitted, and which ones
# should they have been? What would your colleague know now that he doesn't, and how often may he look?

# %% exercise="p.01.16" points=2 probe_points=1
from solutions.ch01_landscape.testing import P_01_16

# %% [markdown]
# Now draw one, by `hold_out(n, share, seed)`. Think of a table that is sorted by date or by class, and of what happens
# when you run your notebook again next week.

# %% exercise="p.01.16"
from solutions.ch01_landscape.testing import hold_out

# %% [markdown]
# ## 17. Five candidates
#
# You have some hundred rows to train on, a test set that must not be touched yet, and five polynomials to choose from,
# of degree 1 to 5.
#
# **In your own words:** which rows are to decide between the five, and why not the ones that the polynomials were
# fitted to? And what do you do with the rows that have decided, once they have? (The second half is in part E.)

# %% exercise="p.01.17" points=2 probe_points=2
from solutions.ch01_landscape.testing import P_01_17

# %% [markdown]
# ## 18. Two engineers fall out
#
# A robot is to find weeds. A computer draws plants for nothing, so it was trained on a million drawings. Real pictures
# from fields are dear: there are eight thousand, half for validation and half for the test. On the validation set the
# robot does badly, and now two engineers fall out over the cause.
#
# **In your own words:** a *train-dev set* could settle that. Which pictures would you put into it, and what must not
# be done with them? What are the two engineers at odds about, and what does each outcome say? (The second half is in
# part E.)

# %% exercise="p.01.18" points=2 probe_points=1
from solutions.ch01_landscape.testing import P_01_18

# %% [markdown]
# ## 19. The winner of forty
#
# Forty settings were tried, each was measured on the test set, and the best of them made 3% mistakes there. The sales
# department promises the customers 3%.
#
# **In your own words:** why will the customers be disappointed? And which figure could have been promised?

# %% exercise="p.01.19" points=2 probe_points=1
from solutions.ch01_landscape.testing import P_01_19

# %% [markdown]
# See it happen, in `optimism(test_right, fresh_right)`. Many models have answered the questions of a test set, and you
# keep the one that was right most often. How good is it there, and how good on fresh examples?

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
# ## 20. Too few to put aside
#
# Of a rare illness there are records of 200 patients. To put 50 of them aside only for comparing models would hurt.
#
# **In your own words:** how does *cross-validation* spare you that? Tell what it does in each of its rounds, what comes
# out at the end, and what you pay for it.

# %% exercise="tf1.01.19" points=2 probe_points=1
from solutions.ch01_landscape.testing import TF1_01_19

# %% [markdown]
# Plan it in `folds(n, k)`: which rows train, and which validate, in each of k rounds?

# %% exercise="tf1.01.19"
from solutions.ch01_landscape.testing import folds

# %% [markdown]
# # Part E · The second halves
#
# These functions and choices belong to the questions of parts A to D whose words they would have given away. If you
# find out here that your words were wrong, go back and change them.
#
# ## 2. Where learning pays
#
# Eight tasks lie on your desk. For four of them you would let a program learn; the others are better off with a
# formula, a few lines of code, or a proof, or can't be done yet. **Choose** the four.
#
# - **a** Say which bird is singing in a recording. A club has thousands of recordings, each with the bird's name.
# - **b** Work out the interest on a loan.
# - **c** Take over from 900 hand-made patterns that find insults in comments; somebody adds to them every day.
# - **d** Set the points of a railway, where it has to be proved of every position that no two trains can meet.
# - **e** Foretell who will buy something that was invented this morning, and that nothing on sale is like.
# - **f** Notice stolen cards by what is bought with them. The thieves think of something new every few weeks.
# - **g** Find out which habits go with a battery that lasts, in the logs of ten million phones.
# - **h** Warn when the door of a freezer has been open for a minute.
#
# And how long does a list of rules get? Say every combination of values needs a rule of its own; a linear model instead
# adds up one weight for each value, and one number to start from. Count both in `rules_and_weights(levels)`.

# %% exercise="p.01.2"
from solutions.ch01_landscape.kinds import P_01_2_CHOICE, rules_and_weights

# %% [markdown]
# ## 10. A table that never is there as a whole
#
# `fit_line_in_chunks(chunks)` gets a table part by part, and only once. For some models that is no loss at all: fit a
# line to it, exactly the one that you would get from the whole table. The check measures what your function keeps: a
# handful of numbers will do, whatever the length of the table.
#
# *If you need a start:* the least-squares line has slope $\left(n\sum xy - \sum x\sum y\right) / \left(n\sum x^2 -
# (\sum x)^2\right)$, and goes through the mean of all points. What of that can be added up as you go?

# %% exercise="p.01.10"
from solutions.ch01_landscape.learning import fit_line_in_chunks

# %% [markdown]
# ## 13. The line in code
#
# A `cost` that says how bad a line is, a search for the line with the least cost, `search_line`, and a prediction,
# `predict_line`. They are graded on countries like those above.

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
# ## 14. Ten reports
#
# Ten teams report on their models. **Choose** four that have a real problem. (There are more than four; with the others
# all is as it should be.)
#
# - **a** "We want to tell 200 kinds of moss apart, and have three pictures of each."
# - **b** "Our questionnaire about commuting was filled in by people at a car park, and is to speak for the whole town."
# - **c** "On its training set our model is wrong now and then."
# - **d** "The thermometer was broken for weeks, half of its values are missing, and nobody knows which half is right."
# - **e** "To forecast sales, we have put in the numbers of all passports and the names of all dogs."
# - **f** "We have a million rows, and only twelve columns."
# - **g** "There are rows that our model was never allowed to learn from."
# - **h** "Demand goes up and down with the seasons, and we draw a straight line through the years."
# - **i** "Training was over before the coffee was ready."
# - **j** "The curve goes through each of our twelve noisy points, and has a loop between any two of them."
#
# One of these problems can be measured before any training, if it is known what the world looks like. Let
# `shares_off(sample, population)` compare a sample with the population that it is to stand for, group by group.

# %% exercise="p.01.14"
from solutions.ch01_landscape.learning import P_01_14_CHOICE, shares_off

# %% [markdown]
# ## 17. Six steps
#
# Put them into **order**:
#
# - **a** Keep the candidate that does best on the validation set.
# - **b** Split what is left into a smaller training set and a validation set.
# - **c** Measure the final model on the test set, once.
# - **d** Put the test set aside.
# - **e** Train the winner again, on the training and the validation set together.
# - **f** Train every candidate on the smaller training set.
#
# Then carry them out in `choose_degree`, from **f** on: the three sets are given.

# %% exercise="p.01.17"
from solutions.ch01_landscape.testing import P_01_17_ORDER, choose_degree

# %% [markdown]
# ## 18. The diagnosis
#
# Write it down as a function, `diagnose`: it gets the errors and says what is wrong. Mind that an error may also be
# *below* the one before it.

# %% exercise="p.01.18"
from solutions.ch01_landscape.testing import diagnose

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Take something that you use every day and that seems to learn. Write down its task, the data it may learn from, and
#   a measure by which it should get better. What would you have to observe to be sure that it learns at all?
# - `choose_degree` trusts a single validation set. Draw the split anew a hundred times. How often does another degree
#   win, and by how much does the error that you would report move?
# - Let the number of candidates grow from 1 to 10,000, all of them tossing coins, and then the number of test rows. How
#   do the two work against each other?
