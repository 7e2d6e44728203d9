# %% [markdown]
# # Training deep networks
#
# A network of two layers nearly trains itself. At twenty, signals fade on their way, gradients with them, and nothing
# moves any more; unless you know what to do.
#
# ### Afterwards you can
#
# - draw first weights so that signals keep their size, and see whether they do, layer by layer;
# - choose activations, an optimiser and its learning rate, and say what momentum and dropout cost;
# - train twenty layers with batch norm, with SELU, with dropout and with one cycle of the learning rate;
# - ask a network how sure it is;
# - reuse what a network has learned, where there is little data for a new task.
#
# ### Before you start
#
# You need PyTorch (modules, optimisers, a training loop), and to have read the book's chapters on neural networks and
# on training deep ones. A GPU is not needed.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words or letters from the list, as they stand there. The choice counts once
#   the function beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.
#   What else you need, import in your answer's own cell.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there (`.to(device())`), and hand a trained network back on the CPU (`.cpu()`), where all the rest is.
#   Nothing is lost if you leave it out: these networks are small.

# %%
import copy
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from IPython.display import display
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from course import device
from course.datasets import load

# %% [markdown]
# ## 1. How weights begin
#
# Glorot and He each have a rule for the first weights of a network. What are these rules out to achieve, what would
# happen without it, and why are there two of them?

# %% exercise="p.11.1" points=2 probe_points=2
from solutions.ch11_deep_networks.starts import P_11_1

# %% [markdown]
# And how widely are the weights of a layer drawn? Write `init_scale(rule, fan_in, fan_out, uniform)`.

# %% exercise="p.11.1"
from solutions.ch11_deep_networks.starts import init_scale

# %% [markdown]
# *Look*: twenty layers of 100 ReLU units, whose weights are drawn in three ways. On the left, how large the signals
# are that come out of each layer; on the right, how large the gradients are that reach its weights.

# %% demo
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2), layout="constrained")
starts = {"0.01 everywhere": 0.01, "LeCun": init_scale("lecun", 100, 100), "He": init_scale("he", 100, 100)}
for name, std in starts.items():
    torch.manual_seed(42)
    layers = [nn.Linear(100, 100) for _ in range(20)]
    signal, sizes = torch.randn(500, 100), []
    for layer in layers:
        nn.init.normal_(layer.weight, std=std)
        nn.init.zeros_(layer.bias)
        signal = torch.relu(layer(signal))
        sizes.append(signal.detach().square().mean().sqrt().item())
    (signal * torch.randn(500, 100)).mean().backward()
    gradients = [layer.weight.grad.square().mean().sqrt().item() for layer in layers]
    axes[0].semilogy(range(1, 21), sizes, marker=".", label=name)
    axes[1].semilogy(range(1, 21), np.maximum(gradients, 1e-40), marker=".", label=name)
axes[0].set(title="signals", xlabel="layer", ylabel="root mean square")
axes[1].set(title="gradients", xlabel="layer")
axes[0].legend()
plt.show()

# %% [markdown]
# ## 2. One value for all weights
#
# A colleague draws *one* number by He's rule and gives it to all weights of her network. Write
# `different_units(W_in, b, W_out)`, which says how many units of a hidden layer are of any use after such a start, or
# after another one.
#
# Then choose all starts of a network with several dense layers after which the units of each hidden layer can learn
# different things:
#
# - **a** each weight is drawn by itself, by He's rule, and all biases are 0;
# - **b** one number is drawn by He's rule for all weights of the network, and all biases are 0;
# - **c** for each layer one number is drawn by He's rule, for all of its weights, and all biases are 0;
# - **d** all weights are 0, and all biases are 1;
# - **e** the weights of each layer are an orthogonal matrix that is drawn at random, and all biases are 0.

# %% exercise="p.11.2" points=3
from solutions.ch11_deep_networks.starts import different_units, P_11_2_CHOICE

# %% [markdown]
# ## 3. Biases at zero
#
# Another colleague leaves the biases at 0 and has a bad conscience. Before you tell him whether he should: write
# `first_loss(counts, biases)`, the loss before anything has been learned, which depends on the biases of the *output*
# layer.
#
# Then choose all sentences that are true of the biases of a dense network whose weights are drawn by He's rule:
#
# - **a** at 0, they make all units of a layer the same;
# - **b** all of them may begin at 0;
# - **c** they may begin as small random numbers as well;
# - **d** they need the standard deviation of the weights, or the signals explode;
# - **e** those that begin at 0 get no gradient, and stay there;
# - **f** with output biases of 0, and weights so small that the inputs hardly matter, the first loss of k classes is
#   about log k.

# %% exercise="p.11.3" points=3
from solutions.ch11_deep_networks.starts import first_loss, P_11_3_CHOICE

# %% [markdown]
# ## 4. Which activation for which layer
#
# Name activations that you would take, for hidden layers and for output layers, and say in which case you would take
# which. (A function for this comes after question 7.)

# %% exercise="p.11.4" points=3 probe_points=4
from solutions.ch11_deep_networks.activations import P_11_4

# %% [markdown]
# ## 5. Next to no friction
#
# Somebody sets the momentum of gradient descent to 0.99999. Describe what the weights will do on their way into a
# valley, and why. Will they ever arrive?

# %% exercise="p.11.5" points=2 probe_points=3
from solutions.ch11_deep_networks.optimising import P_11_5

# %% [markdown]
# Try it: `momentum_path(…)` follows such a descent, step by step, and `top_speed(rate, momentum, gradient)` tells how
# fast it can get.

# %% exercise="p.11.5"
from solutions.ch11_deep_networks.optimising import momentum_path, top_speed

# %% [markdown]
# *Look*: into the same valley with three momenta.

# %% demo
figure, axes = plt.subplots(1, 3, figsize=(11, 2.6), sharey=True, layout="constrained")
paths = {momentum: momentum_path(1.0, 0.01, momentum, 1.0, 600) for momentum in (0.5, 0.9, 0.99999)}
for axis, (momentum, path) in zip(axes, paths.items()):
    axis.plot(path, linewidth=0.8)
    axis.set(title=f"momentum {momentum}", xlabel="step")
plt.show()
print("top speed, in steps without momentum:", {momentum: round(top_speed(1.0, momentum, 1.0)) for momentum in paths})

# %% [markdown]
# ## 6. Sparse models
#
# A network has to fit into a watch: most of its weights ought to be exactly 0. Name three ways to get there. (A
# function for this comes after question 7.)

# %% exercise="p.11.6" points=3 probe_points=2
from solutions.ch11_deep_networks.optimising import P_11_6

# %% [markdown]
# ## 7. What dropout costs
#
# Write `dropped(X, rate, draws, training)`, which is dropout with random numbers that are handed to it. Then say how
# long each of the three takes, compared with the same network without dropout: `"training until it has converged"`,
# `"a prediction"`, and `"a prediction by 20 samples of Monte Carlo dropout"`. It may be `"half as long"`, `"as long"`,
# `"about twice as long"` or `"about twenty times as long"`.

# %% exercise="p.11.7" points=3
from solutions.ch11_deep_networks.optimising import dropped, P_11_7_CHOICE

# %% [markdown]
# # Second halves
#
# These go with questions 4 and 6, whose words they would have given away. If they change your mind, go back and change
# the words.
#
# ## 4. Activations at work
#
# Write `activation(name, z)` for six of them. Then choose one for each of these cases, from `"relu"`, `"leaky relu"`,
# `"selu"`, `"silu"`, `"tanh"`, `"sigmoid"`, `"softmax"` and `"none"`:
#
# - hidden layers: `"first try"` (simple, as fast as can be), `"half of them dead"` (that first try has left half of the
#   units at 0 for all rows), `"normalises itself"` (twenty dense layers and nothing else, which have to keep mean 0 and
#   standard deviation 1), `"best, not fastest"` (a large network for a hard task, where time hardly matters);
# - output layers: `"from -1 to 1"` (a steering wheel), `"spam or not"` (one probability), `"any tags of ten"`
#   (ten probabilities: a picture may have several tags, or none), `"one class of ten"` (ten probabilities: one class is
#   right), `"any number"` (the change of a price).

# %% exercise="p.11.4"
from solutions.ch11_deep_networks.activations import activation, P_11_4_CHOICE

# %% [markdown]
# ## 6. Small weights
#
# Write `pruned(weights, share)`, which takes away the smallest weights of a whole network.

# %% exercise="p.11.6"
from solutions.ch11_deep_networks.optimising import pruned

# %% [markdown]
# ## What SELU and ELU have over ReLU
#
# Write `elu(z)` and `selu(z)`, and `dead_units(X, W, b)`, which finds the units that a ReLU layer has lost. Then choose
# the three advantages of ELU and SELU over ReLU:
#
# - **a** left of 0 they are not flat, so that units which are there still get a gradient;
# - **b** they are quicker to work out;
# - **c** they never give a negative number;
# - **d** their outputs may be negative, so that the mean of a layer is nearer to 0;
# - **e** one of them keeps the mean and the variance of signals by itself, in a plain stack of dense layers;
# - **f** it does not matter to them how the first weights were drawn.

# %% exercise="tf2.11.3" points=4
from solutions.ch11_deep_networks.activations import elu, selu, dead_units, TF2_11_3_CHOICE

# %% [markdown]
# # Four projects
#
# ## 8. Twenty layers
#
# CIFAR-10 are 60,000 small colour pictures of ten kinds of things. A dense network is not what one would take for
# pictures, which makes it a good place to see what a deep one needs: with 20 hidden layers of 100 units it does not
# train at all if you do the wrong thing, and you can watch each of the remedies at work.
#
# ### The pictures
#
# Write `standardised(X_train, *others)`. It is what SELU relies on, and no harm to the others.

# %% exercise="p.11.8" points=28 full_size_points=2
from solutions.ch11_deep_networks.deep import standardised


# %%
def some_pictures(n_train, n_valid):
    """The first pictures as rows of bytes, with labels: some to learn from, and others for validation."""
    pictures = load("cifar10")
    rows, labels = pictures.X_train.reshape(len(pictures.X_train), -1), pictures.y_train
    n = min(n_train, len(rows) - n_valid)  # a stand-in has fewer
    return rows[:n], labels[:n], rows[n : n + n_valid], labels[n : n + n_valid]


# %% [markdown]
# ### The networks
#
# Write `make_mlp(…)`, which makes the network in four variants. They are graded as they begin, before any training: the
# layers and what stands between them, their first weights, and what becomes of a signal on its way. So use `nn.Linear`
# for all that is dense, call each of them in turn, and put nothing in between but what is asked for.

# %% exercise="p.11.8"
from solutions.ch11_deep_networks.deep import make_mlp

# %% [markdown]
# ### Layer by layer
#
# Whether signals keep their size is something to be seen, not believed: write `layer_statistics(model, X, kind)`.

# %% exercise="p.11.8"
from solutions.ch11_deep_networks.deep import layer_statistics

# %% [markdown]
# *Look*: mean and standard deviation of what comes out of each activation, in three variants, before training. He's
# rule was made for ReLU. What does it do before SiLU? What does batch norm make of it, where one looks in training
# mode? And does SELU keep what it promises?

# %% demo
X = torch.randn(500, 3072, generator=torch.Generator().manual_seed(1))
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2), layout="constrained")
for variant, kind in {"base": nn.SiLU, "selu": nn.SELU}.items():
    torch.manual_seed(42)
    means, stds = np.array(layer_statistics(make_mlp(variant), X, kind)).T
    axes[0].plot(range(1, 21), means, marker=".", label=variant)
    axes[1].semilogy(range(1, 21), stds, marker=".", label=variant)
torch.manual_seed(42)
network, signals = make_mlp("batch norm"), []
for part in network.modules():
    if isinstance(part, nn.SiLU):
        part.register_forward_hook(lambda module, inputs, output: signals.append(output.detach()))
network.train()(X)
axes[0].plot(range(1, 21), [float(signal.mean()) for signal in signals], marker=".", label="batch norm")
axes[1].semilogy(range(1, 21), [float(signal.std()) for signal in signals], marker=".", label="batch norm")
axes[0].set(title="mean", xlabel="layer")
axes[1].set(title="standard deviation", xlabel="layer")
axes[0].legend()
plt.show()

# %% [markdown]
# ### The learning rate
#
# A rate that is too small wastes your time, one that is too large wastes the network. Write `sweep_rates(…)`, which
# tries all of them in a hundred steps.

# %% exercise="p.11.8"
from solutions.ch11_deep_networks.deep_training import _tensors, sweep_rates

# %% [markdown]
# *Look*: the sweep for three variants. Which of them learns soonest, and which bears the largest rate? Take one where
# the loss still falls, some way below where it begins to rise. (All pictures are in `load("cifar10")`; how many these
# are, the label says.)

# %% demo
X, y, _, _ = some_pictures(2000, 0)
(X,) = standardised(X)
sweeps = {}
for variant in ("base", "batch norm", "selu"):
    torch.manual_seed(42)
    rates, losses = sweep_rates(make_mlp(variant), X, y, low=1e-5, high=0.3, n_steps=80)
    sweeps[variant] = pd.Series(losses).ewm(span=8).mean().to_numpy()
    plt.semilogx(rates, sweeps[variant], label=variant)
plt.ylim(1.8, 3.5)
plt.xlabel("learning rate")
plt.ylabel("loss, smoothed")
plt.title(load("cifar10").label)
plt.legend()
plt.show()

# %% [markdown]
# ### The training
#
# Write `fit(…)`, with NAdam, early stopping and, if it is asked for, one cycle of the learning rate. What it does is
# looked at step by step: which rate the optimiser really had when it took a step, whether such steps of NAdam lead to
# the weights that are there, and whether the best weights are back in the end.
#
# It is graded on a rule that is made up for you: 600 rows of 8 numbers, four classes, eight hidden layers of 32 units,
# 8 epochs of one cycle up to a rate of 0.004, in batches of 32. Two networks, of the variants "base" and "selu", each
# have to name {bar:test_learns_a_rule_of_its_own:.1%} of new rows; one step an epoch, or plain gradient descent, leads
# to {naive:test_learns_a_rule_of_its_own:.0%} at best. At full size it is 12 epochs of one cycle on CIFAR-10, with
# batch norm, after which 37% of the test pictures have to be named rightly.

# %% exercise="p.11.8"
from solutions.ch11_deep_networks.deep_training import _epoch, _loss, fit

# %% [markdown]
# *Look*: five trainings of twenty layers on 1,500 pictures. Which of them learns most in 6 epochs, and which epochs
# take longest? With so few pictures nothing gets far; take more of them, and more epochs, if you have the time.

# %% demo
X, y, X_valid, y_valid = some_pictures(1500, 1000)
X, X_valid = standardised(X, X_valid)
table, curves = [], {}
for variant, one_cycle in [(name, False) for name in ("base", "batch norm", "selu", "alpha dropout")] + [
    ("selu", True)
]:
    torch.manual_seed(42)
    network, began = make_mlp(variant), time.perf_counter()
    rate = 2e-3 if variant == "batch norm" or one_cycle else 7e-4
    history = fit(network, X, y, X_valid, y_valid, n_epochs=6, rate=rate, one_cycle=one_cycle)
    seconds = (time.perf_counter() - began) / len(history["valid_loss"])
    network.eval()
    with torch.no_grad():
        right = (network(torch.from_numpy(X_valid)).argmax(dim=1).numpy() == y_valid).mean()
    name = variant + (", one cycle" if one_cycle else "")
    curves[name] = history
    table.append((name, round(min(history["valid_loss"]), 3), round(float(right), 3), round(seconds, 2)))
display(pd.DataFrame(table, columns=["variant", "lowest loss", "accuracy", "seconds per epoch"]))
figure, axes = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
for name, history in curves.items():
    axes[0].plot(range(1, len(history["valid_loss"]) + 1), history["valid_loss"], marker=".", label=name)
axes[1].plot(curves["selu, one cycle"]["rates"])
axes[0].set(xlabel="epoch", ylabel="validation loss")
axes[1].set(xlabel="step", ylabel="learning rate", title="one cycle, as it was applied")
axes[0].legend()
plt.show()

# %% [markdown]
# ### How sure is it?
#
# Write `mc_predict(model, X, n_samples, seed)`. A network that was trained with dropout is asked again and again, each
# time without some of its units: where the answers differ, it does not know.

# %% exercise="p.11.8"
from solutions.ch11_deep_networks.deep_training import mc_predict

# %% [markdown]
# *Look*: what a network with alpha dropout says of five pictures, asked once without dropout, and by the mean of 50
# samples. Which answers are less sure of themselves?

# %% demo
X, y, X_valid, y_valid = some_pictures(1500, 300)
pictures = X_valid[:5].reshape(5, 32, 32, 3)
X, X_valid = standardised(X, X_valid)
torch.manual_seed(42)
network = make_mlp("alpha dropout", dropout=0.3)
fit(network, X, y, X_valid, y_valid, n_epochs=8, rate=7e-4)
network.eval()
rows = torch.from_numpy(X_valid)
with torch.no_grad():
    once = network(rows).softmax(dim=1).numpy()
often = np.asarray(mc_predict(network, rows, n_samples=50))
names = load("cifar10").class_names
figure, axes = plt.subplots(2, 5, figsize=(12, 4), layout="constrained")
for number in range(5):
    axes[0, number].imshow(pictures[number])
    axes[0, number].set_title(names[y_valid[number]])
    axes[0, number].axis("off")
    axes[1, number].bar(np.arange(10) - 0.2, once[number], 0.4, label="once")
    axes[1, number].bar(np.arange(10) + 0.2, often[number], 0.4, label="mean of 50")
    axes[1, number].set(ylim=(0, 1), xticks=[])
axes[1, 0].legend()
plt.show()
print(f"largest probability, on average: {once.max(axis=1).mean():.3f} once, {often.max(axis=1).mean():.3f} by samples")

# %% [markdown]
# ## 9. Half of the digits
#
# Three exercises on MNIST. In this one, a network learns the digits 0 to 4 only; in the next, what it has learned is of
# use for 5 to 9.
#
# - **`pick_digits(X, y, digits)`** keeps some of the digits;
# - **`HalfDigits`** is the network, with or without batch norm and dropout, in parts that can be reused;
# - **`train_half(…)`** trains it, and keeps the best state in a file while it does so;
# - **`compare_settings(…)`** tells by cross-validation which settings are best.
#
# Here, too, a rule is made up for you: with batch norm, 8 epochs on 600 rows, and a rate of 0.003, the network has to
# name {bar:test_reads_made_up_classes:.1%} of new rows; plain gradient descent gets to
# {naive:test_reads_made_up_classes:.0%} at best. At full size it has 8 epochs for MNIST's digits 0 to 4, and has to
# read 98.5% of their test pictures.

# %% exercise="tf1.11.8" points=16 full_size_points=2
from solutions.ch11_deep_networks.digits import (
    pick_digits,
    HalfDigits,
    _learn_once,
    _loss_of,
    train_half,
    compare_settings,
)

# %% [markdown]
# *Look*: four settings, compared on a thousand pictures.

# %% demo
digits = load("mnist")
X, y = pick_digits(digits.X_train[:2000], digits.y_train[:2000], range(5))
settings = [{}, {"batch_norm": True}, {"dropout": 0.3}, {"batch_norm": True, "rate": 3e-3}]
for setting, right in zip(settings, compare_settings(X, y, settings)):
    print(f"{right:.1%}", setting or "as it comes")

# %% [markdown]
# ## 10. The other half, from a hundred of each
#
# Of 5 to 9 there are only a hundred pictures each. `some_of_each(y, n, seed)` draws them. Then teach them to a network
# that knows 0 to 4, with **`transfer(…)`**: reuse its hidden layers, all five or only the lower ones; freeze them, or
# let the upper ones learn a little; and work out what the frozen layers say only once, if that is asked for. It
# hands back a `Transferred`, a class of yours.
#
# You are graded on networks that are made for it, whose lower layers know what to look at in rows full of noise. With
# ten rows of each of four classes yours has to name {bar:test_few_rows_are_enough:.1%} of 600 others, the mean of three
# rules; who learns from scratch gets to {naive:test_few_rows_are_enough:.0%} at best. At full size four layers are
# reused that have learned MNIST's digits 0 to 4, the upper two unfrozen, and 85% of the test pictures of 5 to 9 have to
# be read.

# %% exercise="tf1.11.9" points=14 full_size_points=2
from solutions.ch11_deep_networks.transfer import some_of_each, Transferred, _prepared, transfer

# %% [markdown]
# *Look*: how well 5 to 9 are read after a hundred of each, from layers that have learned 0 to 4, and how long it takes.


# %% demo
def half(which, n):
    """Some pictures of 0 to 4 or of 5 to 9, with labels from 0 on."""
    return pick_digits(digits.X_train[:n], digits.y_train[:n], range(5 * which, 5 * which + 5))


digits = load("mnist")
torch.manual_seed(42)
network = HalfDigits()
with tempfile.TemporaryDirectory() as folder:
    X, y = half(0, 12_000)
    train_half(network, X[1000:], y[1000:], X[:1000], y[:1000], Path(folder) / "low.pt", n_epochs=4, patience=2)
X, y = half(1, 12_000)
X_test, y_test = pick_digits(digits.X_test, digits.y_test, range(5, 10))
rows = some_of_each(y, 100)
found = {}
for options in [{}, {"cached": True}, {"n_reused": 4}, {"n_reused": 4, "n_unfrozen": 2}]:
    began = time.perf_counter()
    learned = transfer(network, X[rows], y[rows], **options)
    seconds = time.perf_counter() - began
    with torch.no_grad():
        right = (learned(torch.from_numpy(X_test)).argmax(dim=1).numpy() == y_test).mean()
    found[str(options)] = float(right)
    print(f"{right:.1%} after {seconds:.1f} s", options or "five layers, frozen")

# %% [markdown]
# ## 11. The same or not
#
# For a network that is to tell *whether two pictures show the same digit*, labels are cheap: it takes no expert to say
# so. It learns what makes a digit the same digit, which is of use for something else.
#
# - **`make_pairs(X, y, n, seed)`** draws pairs, half of them of the same class;
# - **`PairNet`** has a tower for each of the two pictures, and one output;
# - **`fit_pairs(…)`** trains it;
# - **`fit_head(…)`** puts an output layer on top of the first tower, frozen, and trains that alone.
#
# You are graded on rules that are made up for you: 60 rows of four classes for the head, after 14 epochs of 2,000 pairs
# in batches of 100, at a rate of 0.01. A head makes many mistakes on top of a tower that has learned nothing; of these,
# at least {bar:test_pairs_teach_what_matters:.0%} have to be gone on top of one that has learned from pairs, two
# rules taken together. Plain gradient descent gets rid of {naive:test_pairs_teach_what_matters:.0%} at best. At full
# size the pairs come from 55,000 pictures of MNIST, the head sees the other 5,000, and 93% of the test pictures have to
# be read.

# %% exercise="tf1.11.10" points=12 full_size_points=2
from solutions.ch11_deep_networks.pairs import make_pairs, PairNet, fit_pairs, fit_head, _tower

# %% [markdown]
# *Look*: some pairs, and what a small network says of them after learning from 4,000.

# %% demo
digits = load("mnist")
X = (digits.X_train[:6000] / 255).astype(np.float32)
A, B, labels = (np.asarray(part) for part in make_pairs(X[:5000], digits.y_train[:5000], 4000))
torch.manual_seed(42)
network = PairNet(n_layers=2)
fit_pairs(network, A, B, labels, n_epochs=8)
network.eval()
A, B, labels = (np.asarray(part) for part in make_pairs(X[5000:], digits.y_train[5000:6000], 500, seed=7))
with torch.no_grad():
    different = network(torch.from_numpy(A), torch.from_numpy(B)).sigmoid().numpy()
figure, axes = plt.subplots(1, 8, figsize=(12, 1.6))
for axis, one, other, label, share in zip(axes, A, B, labels, different):
    axis.imshow(np.hstack([one.reshape(28, 28), other.reshape(28, 28)]), cmap="gray_r")
    axis.set_title(f"{['same', 'different'][label]}: {share:.0%}", fontsize=9)
    axis.axis("off")
plt.show()
right = np.mean((different > 0.5) == (labels == 1))
print(f"right: {right:.1%} of {len(labels)} pairs of pictures that it has not seen")

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - He's rule makes signals shrink before SiLU. Which variance would keep them? Find it by trying, and see whether
#   twenty layers learn faster then.
# - Make the SELU network forty layers deep, or give it rows that are not standardised, or plain dropout. At which layer
#   do you see it first?
# - Train with one cycle and with a constant rate, each at the best rate that you can find for it, and with the same
#   number of epochs. Is there a difference left?
