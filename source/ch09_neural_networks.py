# %% [markdown]
# # Neural networks with scikit-learn
#
# One unit adds up what it gets and says yes or no. A few of them in two layers can do what none can do alone, and with
# some hundreds you tell trees and digits apart. In this notebook you find weights by hand, work out how a computer
# finds them, play with small networks until you know their moods, and train two that have a target to reach.
#
# ### Afterwards you can
#
# - build a network of threshold units for a given task, and say what one layer alone can't do;
# - say what activation functions are for, and choose the right ones for hidden layers and for the output;
# - compute what a network answers, and the gradient of its loss, layer by layer;
# - train a multilayer perceptron on a large table, with scaled columns and an eye on the validation rows;
# - choose a learning rate by a sweep, and interrupt a training without losing anything.
#
# ### Before you start
#
# You need NumPy, scikit-learn's `fit` and `predict`, gradient descent, and to have read the book's introduction to
# neural networks. PyTorch is not needed.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` states exactly what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.
#   What else you need, import in your answer's own cell.

# %%
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course.datasets import load

# %% [markdown]
# # Part A · A network to play with
#
# ## 1. What can two units do, and what eight?
#
# There are playgrounds on the web in which one watches a small network learn. Here you build your own, and then you
# play. Write three functions:
#
# - **`small_net(X, y, hidden, activation, seed)`**: trains a small network on points in the plane. Take scikit-learn's
#   `MLPClassifier`; for so few points its solver `"lbfgs"`, which goes down as far as it can, suits better than small
#   steps. The points may be anywhere, so scale them first, in one model with the network;
# - **`success_rate(X, y, hidden, seeds, activation)`**: how often that ends well. Whether it does may depend on the
#   first weights, so one run says little;
# - **`decision_map(model, x, y)`**: what to paint behind the points.
#
# In grading they get crowds with a ring around them, stretched and turned. Networks of eight units have to succeed
# there from seven of eight seeds at least, with tanh and with ReLU.

# %% exercise="p.09.1" points=4 probe_points=6
from solutions.ch09_neural_networks.playground import small_net, success_rate, decision_map

# %% [markdown]
# *Look*: two, three and eight units, from four seeds each. Who closes the ring?


# %% demo
def circles(n=200, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    angle, radius = rng.uniform(0, 2 * np.pi, n), np.where(y == 0, 2.0, 0.7) + rng.normal(0, 0.15, n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), y


def paint(axis, model, X, y):
    reach = 1.1 * np.abs(X).max()
    line = np.linspace(-reach, reach, 80)
    axis.imshow(
        decision_map(model, line, line), origin="lower", extent=(-reach, reach) * 2, cmap="coolwarm", vmin=0, vmax=1
    )
    axis.scatter(*X.T, c=y, cmap="coolwarm", s=6, edgecolors="white", linewidths=0.3)
    axis.set_title(f"{model.score(X, y):.0%}", fontsize=9)
    axis.set_axis_off()


X, y = circles()
rates = {}
figure, axes = plt.subplots(3, 4, figsize=(8, 6.4))
for line, units in zip(axes, (2, 3, 8)):
    for seed, axis in enumerate(line):
        paint(axis, small_net(X, y, (units,), seed=seed), X, y)
    rates[units] = success_rate(X, y, (units,), range(10))
    print(f"{units} units: {rates[units]:.0%} of 10 seeds succeed")
plt.show()

# %% [markdown]
# *Look*: now play, with a spiral. Where your notebook has *ipywidgets*, there are sliders to move; elsewhere, a grid of
# pictures. Watch which shapes a network with ReLU units paints, and which one with tanh.


# %% demo
def spiral(n=240, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    t = np.sqrt(rng.uniform(0.02, 1, n)) * 3 * np.pi
    place = np.column_stack([t * np.cos(t + np.pi * y), t * np.sin(t + np.pi * y)]) / 9
    return place + rng.normal(0, 0.03, (n, 2)), y


def painted(axis, hidden, activation, seed):
    X, y = spiral()
    model = small_net(X, y, hidden, activation, seed)
    line = np.linspace(-1.2, 1.2, 80)
    axis.imshow(decision_map(model, line, line), origin="lower", extent=(-1.2, 1.2) * 2, cmap="coolwarm")
    axis.scatter(*X.T, c=y, cmap="coolwarm", s=6, edgecolors="white", linewidths=0.3)
    axis.set_title(f"{activation} {hidden}: {model.score(X, y):.0%}", fontsize=8)
    axis.set_axis_off()


try:
    from ipywidgets import interact
except ImportError:
    interact = None


def play(units=8, layers=2, activation="tanh", seed=0):
    _, axis = plt.subplots(figsize=(4, 4))
    painted(axis, (units,) * layers, activation, seed)
    plt.show()


if interact is not None:
    interact(play, units=(1, 12), layers=(1, 4), activation=["tanh", "relu"], seed=(0, 9))
else:
    figure, axes = plt.subplots(2, 4, figsize=(10, 5.4))
    for line, activation in zip(axes, ("tanh", "relu")):
        for axis, hidden in zip(line, [(2,), (8,), (8, 8), (8, 8, 8, 8)]):
            painted(axis, hidden, activation, 0)
    plt.show()

# %% [markdown]
# **In your own words**, six to ten sentences, with your own figures: how often do two, three and eight units close the
# ring, and why is that so? What does the seed decide? How do the borders of ReLU and tanh differ, and what else do you
# notice about the two? And what changes if layers are added: what do the first ones contribute, and which layers of a
# deep tanh network learn first? (Exercise 8 has a *Look* cell for the last point; you may come back.)

# %% exercise="p.09.1"
from solutions.ch09_neural_networks.playground import P_09_1

# %% [markdown]
# # Part B · Single units
#
# ## 2. Either, but not both
#
# A threshold unit draws one straight line. AND is such a line, OR is another one, and XOR, "either, but not both", is
# none. Two layers can do it, and you find the weights, by hand, with a pencil. Write
#
# - **`threshold_net(layers, X)`**: what a network of threshold units says, whatever its weights are;
# - **`xor_net(low, high)`**: weights for XOR. The inputs are 0 and 1 as a rule, but a machine may use other levels, so
#   think about what your lines lie between. Your weights are tried by our own units, whatever your `threshold_net`
#   does; any weights that are right will do.

# %% exercise="p.09.2" points=6
from solutions.ch09_neural_networks.xor import threshold_net, xor_net

# %% [markdown]
# *Look*: the plane as your first layer and your whole network see it. Along which line does each hidden unit change its
# mind?

# %% demo
layers = xor_net()
n_hidden = np.shape(layers[0][0])[1]
grid = np.linspace(-0.5, 1.5, 120)
points = np.column_stack([part.ravel() for part in np.meshgrid(grid, grid)])
hidden, answer = threshold_net(layers[:1], points), threshold_net(layers, points)
figure, axes = plt.subplots(1, n_hidden + 1, figsize=(3 * (n_hidden + 1), 3))
for axis, said in zip(axes, [*hidden.T, answer[:, 0]]):
    axis.imshow(said.reshape(120, 120), origin="lower", extent=(-0.5, 1.5) * 2, cmap="coolwarm", vmin=0, vmax=1)
    axis.scatter([0, 1], [0, 1], c="white", edgecolors="black", label="0")
    axis.scatter([0, 1], [1, 0], c="black", edgecolors="white", label="1")
for unit, axis in enumerate(axes[:-1]):
    axis.set_title(f"hidden unit {unit}", fontsize=9)
axes[-1].set_title("the network", fontsize=9)
axes[-1].legend()
plt.show()

# %% [markdown]
# ## 3. Never done
#
# A colleague trains perceptrons, and once in a while one of them never stops. "What is it with logistic regression that
# it always comes to an end?" Tell her in three to six sentences why she should prefer it, and what she would have to
# change of her perceptron, in the unit and in its training, to get the very same.

# %% exercise="p.09.3" points=2 probe_points=3
from solutions.ch09_neural_networks.units import P_09_3

# %% [markdown]
# Watch one: `perceptron_epochs(X, y, max_epochs)` trains a perceptron and tells how long it took, if it ever got there.

# %% exercise="p.09.3"
from solutions.ch09_neural_networks.units import perceptron_epochs

# %% [markdown]
# *Look*: two crowds that come nearer to each other. How long does a perceptron take, until it takes for ever? Logistic
# regression doesn't mind.

# %% demo
rng = np.random.default_rng(5)
noise, y = rng.normal(size=(60, 2)), np.arange(60) % 2
epochs = []
for gap in (8.0, 6.0, 5.0, 4.0, 3.0, 1.0):
    X = noise + gap * y[:, None] / np.sqrt(2) + 3
    epochs.append(perceptron_epochs(X, y, 2_000))
    accuracy = LogisticRegression().fit(X, y).score(X, y)
    print(
        f"gap {gap:.0f}: perceptron {epochs[-1] or 'more than 2,000'} epochs; logistic regression {accuracy:.0%} right"
    )

# %% [markdown]
# ## 4. The soft step
#
# The first units had a step: 0 below the threshold, 1 above. When networks of several layers were to be trained, the
# step was given up for the S-shaped logistic function. Why was that necessary? Say in three to five sentences what
# training would have made of a step, and what the soft step has that it lacks. What is its weak spot?

# %% exercise="p.09.4" points=2 probe_points=3
from solutions.ch09_neural_networks.units import P_09_4

# %% [markdown]
# Work it out for one unit: `unit_gradient(activation, w, b, x, y)`, the gradient of its squared error.

# %% exercise="p.09.4"
from solutions.ch09_neural_networks.units import unit_gradient

# %% [markdown]
# ## 5. Three of them
#
# Name three activation functions that are in use, and say of each of them in a sentence or two which shape it has,
# between which bounds its values lie, what it is good for and what may go wrong with it. **Write before you read on**:
# the second half names some.

# %% exercise="p.09.5" points=2 probe_points=3
from solutions.ch09_neural_networks.units import P_09_5

# %% [markdown]
# Now three others, or relatives of yours, as functions of arrays of any shape: `leaky_relu(z, slope)`, `elu(z, alpha)`
# and `swish(z, beta)`. Mind what happens far on either side.

# %% exercise="p.09.5"
from solutions.ch09_neural_networks.units import leaky_relu, elu, swish

# %% [markdown]
# *Look*: the functions, and below them how much signal they let through on the way back, their slopes.

# %% demo
z = np.linspace(-4, 4, 401)
figure, axes = plt.subplots(2, 3, figsize=(9, 4.6), sharex=True)
for column, (name, values) in zip(
    axes.T, {"leaky ReLU, 0.1": leaky_relu(z, 0.1), "ELU": elu(z), "swish": swish(z)}.items()
):
    column[0].plot(z, values)
    column[0].set_title(name, fontsize=9)
    column[1].plot(z, np.gradient(values, z), color="C3")
axes[0, 0].set_ylabel("value")
axes[1, 0].set_ylabel("slope")
plt.show()

# %% [markdown]
# # Part C · Layers
#
# ## 6. What fits to what?
#
# A network has one hidden layer, and a batch of rows goes through it. Write
#
# - `layer_shapes(m, n_inputs, n_hidden, n_outputs)`: the shapes of all the arrays that take part, for a network of any
#   size: for 10 inputs, 50 hidden units and 3 outputs, say;
# - `forward(X, W_h, b_h, W_o, b_o)`: what comes out, if *every* unit is a ReLU, those of the output layer as well.

# %% exercise="p.09.6" points=3
from solutions.ch09_neural_networks.layers import layer_shapes, forward

# %% [markdown]
# ## 7. The last layer
#
# The task says what the output layer looks like. Write `output_activation(name, Z)`, which computes what three kinds of
# output make of their sums. The sums may be as large as 1,000.
#
# Then choose for each of three tasks how many units there are, and what they do with their sums:
#
# - `"spam"`: is this mail spam, or wanted?
# - `"digits"`: which of the digits 0 to 9 is on this picture?
# - `"price"`: what is this house worth, in dollars?
#
# Your choices are a number and a word: one of `"1 sigmoid"`, `"2 sigmoid"`, `"10 sigmoid"`, `"1 softmax"`,
# `"2 softmax"`, `"10 softmax"`, `"1 none"`, `"2 none"`, `"10 none"`.

# %% exercise="p.09.7" points=3
from solutions.ch09_neural_networks.layers import output_activation, P_09_7_CHOICE

# %% [markdown]
# ## 8. There and back
#
# Two words are often mixed up: *backpropagation* and *reverse-mode automatic differentiation*. Explain the first one
# step by step, from a batch of rows to new weights, and say which part of it the second one is. Five to eight
# sentences.

# %% exercise="p.09.8" points=3 probe_points=6
from solutions.ch09_neural_networks.layers import P_09_8

# %% [markdown]
# Then do it: `backprop(weights, biases, X, Y)`, for a network of any number of layers. Keep what each layer gives on
# the way forwards; on the way back you need it.

# %% exercise="p.09.8"
from solutions.ch09_neural_networks.layers import backprop

# %% [markdown]
# *Look*: a network with one input, four hidden layers of 8 units and small first weights. How large are the gradients
# that arrive at each layer? And how does it learn a wave, by your gradients and nothing else?

# %% demo
rng = np.random.default_rng(0)
sizes = [1, 8, 8, 8, 8, 1]
pairs = list(pairwise(sizes))
X = np.linspace(-2, 2, 64)[:, None]
Y = np.sin(2 * X)
small = [rng.normal(0, 0.5 / np.sqrt(n), (n, k)) for n, k in pairs]
arriving = [np.sqrt(np.mean(np.square(one))) for one in backprop(small, [np.zeros(k) for _, k in pairs], X, Y)[1]]

weights, biases = [rng.normal(0, 1.2 / np.sqrt(n), (n, k)) for n, k in pairs], [np.zeros(k) for _, k in pairs]
losses = []
for _ in range(1_500):
    gradients = backprop(weights, biases, X, Y)
    for part, slopes in zip((weights, biases), gradients):
        for i, slope in enumerate(slopes):
            part[i] = part[i] - 0.05 * np.asarray(slope)
    signal = X
    for i, (W, b) in enumerate(zip(weights, biases)):
        signal = (np.tanh(signal) if i else signal) @ W + b
    losses.append(np.mean((signal - Y) ** 2))

figure, axes = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
axes[0].semilogy(range(1, 6), arriving, marker="o")
axes[0].set_xlabel("layer")
axes[0].set_ylabel("typical gradient of a bias")
axes[1].semilogy(losses)
axes[1].set_xlabel("step")
axes[1].set_ylabel("loss")
axes[2].plot(X, Y, "k--", label="wave")
axes[2].plot(X, signal, label="network")
axes[2].legend()
plt.show()

# %% [markdown]
# ## 9. Many knobs
#
# Somebody who has just heard of networks asks: "What do I have to decide before training starts? And what do I turn
# when it overfits?" Name at least five decisions, of the network and of its training, and at least two cures, and say
# how one sees whether a cure has helped.

# %% exercise="p.09.9" points=3 probe_points=2
from solutions.ch09_neural_networks.layers import P_09_9

# %% [markdown]
# One thing can be counted before training: `n_parameters(sizes)`, how many numbers a network has to learn.
#
# And which of these help a network that overfits? Choose all: `"more hidden layers"`, `"fewer units"`,
# `"early stopping"`, `"more epochs"`, `"larger alpha"` (the penalty in `MLPClassifier`), `"scaling the targets"`,
# `"more training rows"`, `"training on the test rows"`.

# %% exercise="p.09.9"
from solutions.ch09_neural_networks.layers import n_parameters, P_09_9_CHOICE

# %% [markdown]
# # Part D · Two networks with a target
#
# ## 10. Forest cover
#
# For each of 581,012 patches of land, 30 metres wide, a map tells elevation, slope, distances to water and roads, the
# kind of soil and some more: 54 columns. Which of seven types of forest grows there? Write
# `fit_covertype(X_train, y_train, X_val, y_val, seed)`, which trains a multilayer perceptron.
#
# In grading it learns **another land, that nobody knows**, with fewer columns and 1,000 training rows, where again the
# columns are in very different units and some of them say nothing. There, k-nearest neighbours on standardised columns
# is the measure. A default `MLPClassifier` on standardised columns makes
# {naive:test_learns_a_made_up_land/scaled_as_it_comes:.0%} of its mistakes, on columns as they are
# {naive:test_learns_a_made_up_land/as_it_comes:.0%}, and logistic regression
# {naive:test_learns_a_made_up_land/straight_borders:.0%}; yours has to make **{bar:test_learns_a_made_up_land:.0%}** of
# them or fewer, on two such lands together. So look at sizes, learning rate, size of a batch and number of epochs, and
# let the validation rows decide. Whatever is made of multilayer perceptrons is allowed: several of them that vote, or
# one that gets some of the columns. On one slow core a call may take 20 seconds, all that it tries together.
#
# The target on the **real** data, all of it: more than **93%** of 58,101 test patches, after training on 464,810. It
# takes large layers, large batches and a few dozen epochs, which is a matter of minutes. (Two points hang on it where
# your course grades at full size; it has four minutes then.)

# %% exercise="p.09.10" points=12 full_size_points=2
from solutions.ch09_neural_networks.covtype import fit_covertype

# %% [markdown]
# *Look*: the real land, or a stand-in, with few rows. How far does your network get after 4,000 patches, and which
# types does it mix up? What would the most frequent type give?

# %% demo
cover = load("covtype")
some = np.random.default_rng(0).permutation(len(cover.X))[:7_000]
X, y = cover.X[some], cover.y[some]
model = fit_covertype(X[:4_000], y[:4_000], X[4_000:5_000], y[4_000:5_000])
found = np.asarray(model.predict(X[5_000:]))
majority, share = np.bincount(y[5_000:]).max() / 2_000, np.mean(found == y[5_000:])
print(f"{cover.label}: {share:.1%} of 2,000 other patches, the most frequent type alone {majority:.1%}")
table = np.zeros((7, 7), dtype=int)
np.add.at(table, (y[5_000:] - 1, found - 1), 1)
plt.imshow(table / np.maximum(table.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
for truth, said in np.ndindex(7, 7):
    plt.text(said, truth, table[truth, said], ha="center", va="center", fontsize=8)
plt.xticks(range(7), range(1, 8))
plt.yticks(range(7), range(1, 8))
plt.xlabel("what the network says")
plt.ylabel("type of cover")
plt.show()

# %% [markdown]
# ## 11. Digits, and how fast to learn
#
# The learning rate is the knob that matters most. Too low, and training takes for ever; too high, and it fails. Where
# between the two? One *sweeps* over all rates, from far too low to far too high, and looks. Write
#
# - **`lr_sweep(X, y, low, high, n_rates, n_epochs, seed)`**: the loss that each of many rates leads to, each with a new
#   network of some 50 hidden units, by gradient descent on small batches (10 to 32 rows), with momentum or without.
#   With scikit-learn that is `MLPClassifier` with `solver="sgd"`, whose `partial_fit` goes through all rows once. It
#   raises an error when weights are no longer finite: for you, that is a loss without bounds;
# - **`pick_rate(rates, losses)`**: the rate to take. That of the lowest loss is often close to the edge, so a common
#   rule is to stay well below the rate at which training fails.

# %% exercise="tf2.10.10" points=20 full_size_points=2
from solutions.ch09_neural_networks.rates import lr_sweep, pick_rate

# %% [markdown]
# *Look*: a sweep over digits. Where is the valley, where does training fail, and where is the rate that you pick?

# %% demo
mnist = load("mnist")
X, y = mnist.X_train[:1_500] / np.float32(255), mnist.y_train[:1_500]
rates, losses = (np.asarray(part) for part in lr_sweep(X, y, 0.0003, 30.0, n_rates=11, n_epochs=2))
picked = pick_rate(rates, losses)
plt.loglog(rates, np.minimum(losses, 1e3), marker="o")
plt.axvline(picked, linestyle="--", color="gray", label=f"picked: {picked:.2g}")
plt.xlabel("learning rate")
plt.ylabel("loss after two epochs")
plt.title(mnist.label, fontsize=9)
plt.legend()
plt.show()

# %% [markdown]
# A long training is interrupted one day: the power fails, the hour is over. So let it leave *checkpoints*. Write
#
# - **`train_digits(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed, checkpoint)`**, which
#   keeps the network of the best epoch, stops when it gets no better, and can be interrupted after any epoch. What
#   has to be in the checkpoint, so that the rest of the training is the *same* as if nothing had happened?
#   (`pickle.dumps` turns nearly everything into bytes, and `pickle.loads` turns it back. `MLPClassifier` draws the
#   order of the rows from `random_state`; a `np.random.RandomState(seed)` goes on where it was, also after it has
#   been pickled.)
# - **`fit_digits(X, y, seed)`**: all of it together. Hold out rows for validation, find a rate, train. A larger network
#   may need a lower rate than the small one of your sweep; the validation rows tell.
#
# In grading, `fit_digits` learns to read **a script that nobody knows** from 900 of its letters. Logistic regression
# is the measure; `MLPClassifier` as it comes reads
# {naive:test_reads_a_made_up_script/pixels_as_they_come:.1%} of all letters more than that (below 0 is
# fewer); yours has to read **{bar:test_reads_a_made_up_script:.1%}** more, on average over two scripts. On one slow
# core a call may take 20 seconds.
#
# The target on the **real** digits, all 60,000: more than **98%** of the 10,000 test digits. (Two points hang on it
# where your course grades at full size; it has four minutes then.)

# %% exercise="tf2.10.10"
from solutions.ch09_neural_networks.digits import _begun, train_digits, fit_digits

# %% [markdown]
# *Look*: a training that was interrupted after every third epoch, and the same without. Do the curves meet? And some
# digits that the best network reads wrongly.

# %% demo
mnist = load("mnist")
X, y = mnist.X_train[:2_000], mnist.y_train[:2_000]
rows = (X[:1_600], y[:1_600], X[1_600:], y[1_600:])
whole = train_digits(*rows, rate=0.02, n_epochs=12, hidden=(60,))
checkpoint = None
for until in (3, 6, 9, 12):
    parts = train_digits(*rows, rate=0.02, n_epochs=until, hidden=(60,), checkpoint=checkpoint)
    checkpoint = parts["checkpoint"]
figure, axes = plt.subplots(1, 6, figsize=(12, 2.6), width_ratios=[3, 1, 1, 1, 1, 1], layout="constrained")
axes[0].plot(range(1, len(whole["losses"]) + 1), whole["losses"], linewidth=4, alpha=0.4, label="at one go")
axes[0].plot(range(1, len(parts["losses"]) + 1), parts["losses"], "k--", label="interrupted")
axes[0].set_xlabel("epoch")
axes[0].set_ylabel("validation loss")
axes[0].legend()
said = np.asarray(whole["model"].predict(rows[2]))
for axis, row in zip(axes[1:], np.flatnonzero(said != rows[3])[:5]):
    axis.imshow(rows[2][row].reshape(28, 28), cmap="binary")
    axis.set_title(f"{said[row]} (it is {rows[3][row]})", fontsize=8)
for axis in axes[1:]:
    axis.set_axis_off()
plt.show()

# %% [markdown]
# ## Further
#
# - XOR of three inputs is 1 where an odd number of them is 1. How many hidden threshold units do you need, in one
#   layer? How many for ten inputs?
# - Let `small_net` learn the spiral with a penalty (`alpha`) of 0, 0.001 and 1. What becomes of the borders, and of the
#   accuracy on points that it has not seen?
# - Sweep over learning rates for Adam, and for batches of 8, 32 and 128 rows. How does the rate that fails move?
