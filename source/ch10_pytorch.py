# %% [markdown]
# # Building networks with PyTorch
#
# Tensors, gradients, layers, loops: what a network is made of, each part first by itself. Then you put them together,
# twice: to tell from a map what grows where, and to train the two halves of one network in different ways.
#
# ### Afterwards you can
#
# - move between NumPy and PyTorch, and tell what is done in place, and where;
# - work out gradients by hand and have them worked out, and keep PyTorch from doing so;
# - write layers of your own, and find out whether they are right;
# - write a training loop, and know what each of its lines is for;
# - take a table from its file to a trained network.
#
# ### Before you start
#
# You need NumPy, and to know what a layer, a loss and gradient descent are. A GPU is not needed.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once.
# - Where a choice is asked for, take your words or letters from the list, as they stand there. The choice counts once
#   the function beside it is right.
# - Cells marked *Look* are for your eyes. They may take a while, they are not graded, and nothing depends on them.
#   Where one begins with `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun
#   yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in: no file, no global variable.
#   What else you need, import in your answer's own cell.
# - `device()` is where a network is trained fastest: a GPU if there is one, else the CPU. Move the network and its
#   batches there, and hand a trained network back on the CPU, where all the rest is. Nothing is lost if you leave it
#   out: these networks are small.

# %%
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset, TensorDataset

from course import device
from course.datasets import load

# %% [markdown]
# # Tensors
#
# ## 1. Beyond arrays
#
# Somebody at your institute has simulated glaciers with NumPy for years and asks why anybody would use PyTorch: "It has
# arrays, I have arrays." Tell her what she would get, in two to four sentences. What would she no longer have to do by
# herself, and what could the same lines run on? (A function and a choice for this come after question 13.)

# %% exercise="p.10.1" points=2 probe_points=2
from solutions.ch10_pytorch.tensors import P_10_1

# %% [markdown]
# ## 2. With and without an underscore
#
# Many of a tensor's methods are there twice, `exp` and `exp_`, `relu` and `relu_`. Show that you know what the last
# character promises by writing such a pair: `squash(x)` and `squash_(x)`.

# %% exercise="p.10.2" points=3
from solutions.ch10_pytorch.tensors import squash, squash_

# %% [markdown]
# Then choose all sentences that are true:
#
# - `"a"`: `x.exp_()` returns `x` itself, so that another call can follow it.
# - `"b"`: `x.exp()` leaves `x` as it is.
# - `"c"`: A tensor that was made with `requires_grad=True` can be changed by `x.exp_()` like any other.
# - `"d"`: `x.exp_()` saves the memory that a second tensor would take.
# - `"e"`: The underscore says that a method is private, and may change with the next version.
# - `"f"`: If `y = x[0]`, then `y.zero_()` leaves `x` as it is.

# %% exercise="p.10.2"
from solutions.ch10_pytorch.tensors import P_10_2_CHOICE

# %% [markdown]
# ## 3. Two ways to another device
#
# There are two ways to a tensor on a GPU. One puts it there from the beginning, the other one brings it there later,
# which takes an extra copy. Write both, for any device: `made_there(…)` and `moved_there(…)`.
#
# (It is graded without a GPU. PyTorch has a device `"meta"` for tensors that have a shape, but no values.)

# %% exercise="p.10.3" points=3
from solutions.ch10_pytorch.tensors import made_there, moved_there

# %% [markdown]
# # Gradients
#
# ## 4. Nothing to be recorded
#
# PyTorch writes down what it computes, to be able to differentiate it. That takes memory and time, and where nobody
# wants a gradient it is in vain. Write three functions, which avoid it in three ways:
#
# - `quiet(function, x)` calls a function without a record;
# - `cut(x)` returns a tensor without its history;
# - `freeze(model, prefix)` keeps some parameters of a network from ever getting gradients.

# %% exercise="p.10.4" points=5
from solutions.ch10_pytorch.autograd import quiet, cut, freeze

# %% [markdown]
# Take `model = nn.Linear(3, 1)` and `x = torch.ones(3, requires_grad=True)`. In which cases does `y` not require
# gradients? Choose all:
#
# - `"a"`: `with torch.no_grad(): y = 2 * x`
# - `"b"`: `model.eval()`, then `y = model(x)`
# - `"c"`: `y = 2 * x.detach()`
# - `"d"`: `y = 2 * x.clone()`
# - `"e"`: `optimizer.zero_grad()`, then `y = model(x)`
# - `"f"`: `x.requires_grad_(False)`, then `y = 2 * x`
# - `"g"`: `y = model(x.detach())`

# %% exercise="p.10.4"
from solutions.ch10_pytorch.autograd import P_10_4_CHOICE

# %% [markdown]
# ## 5. In place, and in trouble
#
# To compute a gradient, PyTorch needs some of the numbers that were there on the way. Who overwrites them in place gets
# an error, sometimes at once, sometimes much later. Write `fate(function, value)`, which finds out.

# %% exercise="p.10.5" points=5
from solutions.ch10_pytorch.autograd import fate

# %% [markdown]
# Now predict, and then try: let `x = torch.tensor(2.0, requires_grad=True)` and `v = 1 * x`, both new for each line,
# and ask for the gradient of `y` with respect to `x`.
#
# - `"a"`: `y = x.sin().exp_()`
# - `"b"`: `y = x.sin_().exp()`
# - `"c"`: `y = x.exp_().sin_()`
# - `"d"`: `y = v.sin() * v.cos_()`
# - `"e"`: `y = v.sin_() * v.cos_()`
# - `"f"`: `y = v.exp().sin_()`
#
# For each line `"at once"`, `"in backward"` or `"never"`: when does PyTorch refuse?

# %% exercise="p.10.5"
from solutions.ch10_pytorch.autograd import P_10_5_CHOICE

# %% [markdown]
# As long as nobody asks for a gradient, both `d` and `e` give a number: the same one? `"yes"` or `"no"`.

# %% exercise="p.10.5"
from solutions.ch10_pytorch.autograd import P_10_5_SAME

# %% [markdown]
# # Layers and loops
#
# ## 6. What a linear layer holds
#
# How many numbers does a linear layer learn, and what comes out of it for a whole batch of tables? Write
# `linear_facts(n_in, n_out, shape)`. It may count, or make a layer and ask it.

# %% exercise="p.10.6" points=2
from solutions.ch10_pytorch.loop import linear_facts

# %% [markdown]
# ## 7. One epoch
#
# Write the loop that everything else is built around: `train_epoch(model, loss_fn, optimizer, batches)`.

# %% exercise="p.10.7" points=5
from solutions.ch10_pytorch.loop import train_epoch

# %% [markdown]
# These six lines are what is done with each batch, in a bad order:
#
# - `"a"`: `optimizer.step()`
# - `"b"`: `loss = loss_fn(outputs, y)`
# - `"c"`: `X, y = X.to(device), y.to(device)`
# - `"d"`: `loss.backward()`
# - `"e"`: `outputs = model(X)`
# - `"f"`: `optimizer.zero_grad()`
#
# Put all six into an order that works for batch after batch, if no gradients are there before the first; there are
# several.

# %% exercise="p.10.7"
from solutions.ch10_pytorch.loop import P_10_7_ORDER

# %% [markdown]
# ## 8. Who comes first
#
# A friend makes a network, then its optimiser, and then moves the network to the GPU. You advise him to move it first.
# Why? Say what an optimiser knows of the network, and what may go wrong.

# %% exercise="p.10.8" points=2 probe_points=2
from solutions.ch10_pytorch.loop import P_10_8

# %% [markdown]
# Write `missed_parameters(model, optimizer)`, which finds out whether an optimiser has lost sight of a network.

# %% exercise="p.10.8"
from solutions.ch10_pytorch.loop import missed_parameters

# %% [markdown]
# ## 9. Batches in time
#
# A GPU that waits for data is an expensive heater. Write `epoch_seconds(…)`, which says how long an epoch takes if some
# workers load batches ahead.

# %% exercise="p.10.9" points=4
from solutions.ch10_pytorch.loop import epoch_seconds

# %% [markdown]
# Which arguments of a DataLoader help to keep a GPU busy, because batches are made ready sooner, further ahead, or in
# memory from which they are copied faster? Choose all three from `"shuffle"`, `"num_workers"`, `"drop_last"`,
# `"pin_memory"`, `"prefetch_factor"`, `"persistent_workers"`, `"generator"`. (One more of them only saves time between
# two epochs: with it or without it, your answer is right.)

# %% exercise="p.10.9"
from solutions.ch10_pytorch.loop import P_10_9_CHOICE

# %% [markdown]
# *Look*: an epoch of 200 batches, which the GPU computes in 10 milliseconds each, with more and more workers. From how
# many on is the GPU what takes the time? The dashed line is how long it computes.

# %% demo
workers = np.arange(9)
for load_ms in (20, 40, 80):
    seconds = [epoch_seconds(200, load_ms / 1000, 0.01, int(n)) for n in workers]
    plt.plot(workers, seconds, marker=".", label=f"{load_ms} ms to load a batch")
plt.axhline(200 * 0.01, color="gray", linestyle="--")
plt.xlabel("workers")
plt.ylabel("seconds for an epoch")
plt.ylim(0, None)
plt.legend()
plt.show()

# %% [markdown]
# ## 10. Losses
#
# Two losses are behind nearly every classifier. Write both from their formulas, so that no logit is too large for
# them, nor for their gradients: `softmax_loss(logits, labels)` and `sigmoid_loss(logits, targets)`. Functions that take
# a logarithm safely, such as `logsumexp` or `logsigmoid`, are tools like any other.

# %% exercise="p.10.10" points=5
from solutions.ch10_pytorch.losses import softmax_loss, sigmoid_loss

# %% [markdown]
# Then give each of these networks a loss from the list `"nn.CrossEntropyLoss"`, `"nn.NLLLoss"`,
# `"nn.BCEWithLogitsLoss"`, `"nn.BCELoss"`, `"nn.MSELoss"`:
#
# - `"digits"`: one of ten digits; the network ends in a linear layer with ten neurons.
# - `"digits, log-softmax"`: the same; the network ends in `nn.LogSoftmax`.
# - `"spam"`: spam or not; the network ends in a linear layer with one neuron.
# - `"tags"`: any of fifty tags, or several, or none for a photo; it ends in a linear layer with fifty neurons.
# - `"ill, sigmoid"`: ill or not; one neuron, and `nn.Sigmoid` after it.

# %% exercise="p.10.10"
from solutions.ch10_pytorch.losses import P_10_10_CHOICE

# %% [markdown]
# ## 11. Two modes
#
# When does it matter that you call `train()` or `eval()`, for which layers, and what do these do in each mode? Say as
# well what you would notice if you forgot one of the two calls.

# %% exercise="p.10.11" points=2 probe_points=2
from solutions.ch10_pytorch.losses import P_10_11

# %% [markdown]
# Write `predict(model, X)`, which uses a model and leaves no trace.

# %% exercise="p.10.11"
from solutions.ch10_pytorch.losses import predict

# %% [markdown]
# *Look*: one network with dropout, asked about one row a thousand times, in both modes.

# %% demo
torch.manual_seed(3)
network = nn.Sequential(nn.Linear(5, 50), nn.ReLU(), nn.Dropout(0.5), nn.Linear(50, 1))
row = torch.ones(1, 5)
with torch.no_grad():
    random = [network.train()(row).item() for _ in range(1000)]
said = [predict(network, row).item() for _ in range(1000)]
plt.hist(random, bins=40, label="in training mode")
plt.axvline(said[0], color="black", label="in evaluation mode")
plt.xlabel("output for one and the same row")
plt.legend()
plt.show()
print("different outputs:", len(set(random)), "in training mode,", len(set(said)), "in evaluation mode")

# %% [markdown]
# ## 12. A trace
#
# A network has an `if` in its `forward`, and a colleague turns it into TorchScript by tracing, with a picture of a cat.
# Explain how tracing and scripting go about it, what tracing makes of that `if`, and when you would take which.

# %% exercise="p.10.12" points=3 probe_points=2
from solutions.ch10_pytorch.losses import P_10_12

# %% [markdown]
# Write `trace_holds(function, example, inputs)`, which finds out where a trace says something else. (PyTorch will tell
# you that `torch.jit.trace` is deprecated; it is there all the same.)

# %% exercise="p.10.12"
from solutions.ch10_pytorch.losses import trace_holds

# %% [markdown]
# ## 13. By hand, and not by hand
#
# Work out both partial derivatives of $f(x, y) = \sin(x^2 y)$ on paper, and write them down as `by_hand(x, y)`. Then
# write `by_autograd(function, x, y)`, which does the same without paper, for any function.

# %% exercise="p.10.13" points=4
from solutions.ch10_pytorch.autograd import by_hand, by_autograd

# %% [markdown]
# What are they at $x = 1.2$, $y = 3.4$? A list of two numbers, first with respect to $x$.

# %% exercise="p.10.13"
from solutions.ch10_pytorch.autograd import P_10_13

# %% [markdown]
# *Look*: the function, with its gradient as arrows. They point uphill, across the lines of equal height.

# %% demo
x, y = np.meshgrid(np.linspace(-2, 2, 200), np.linspace(-2, 4, 200))
plt.contourf(x, y, np.sin(x**2 * y), levels=20, cmap="viridis")
places = [(a, b) for a in np.linspace(-1.7, 1.7, 9) for b in np.linspace(-1.7, 3.7, 9)]
arrows = np.array([by_autograd(lambda x, y: torch.sin(x**2 * y), a, b) for a, b in places])
by_paper = np.array([by_hand(a, b) for a, b in places])
lengths = np.linalg.norm(arrows, axis=1, keepdims=True)
plt.quiver(*np.transpose(places), *(arrows / lengths.clip(0.1)).T, color="white", scale=30)
plt.xlabel("x")
plt.ylabel("y")
plt.show()
print("largest difference between both ways:", np.abs(arrows - by_paper).max())

# %% [markdown]
# ## 1. What is new
#
# Back to question 1. (If this changes your mind, go back and change the words.) Choose all that PyTorch has and NumPy
# lacks:
#
# - `"a"`: arrays of any number of dimensions, and slices of them;
# - `"b"`: gradients, worked out by following what was computed;
# - `"c"`: broadcasting;
# - `"d"`: arrays on a GPU;
# - `"e"`: layers, losses and optimisers;
# - `"f"`: random numbers from a seed;
# - `"g"`: compiling a whole model, or exporting it to run without Python;
# - `"h"`: products of matrices.
#
# And write `to_numpy(x)`, the way back, whatever tensor it is.

# %% exercise="p.10.1"
from solutions.ch10_pytorch.tensors import to_numpy, P_10_1_CHOICE

# %% [markdown]
# # Layers of your own
#
# ## 14. A dense layer, two ways
#
# Write one layer twice: a linear layer with ReLU on top. `Dense` is built of PyTorch's modules, and `DenseParam` of
# parameters alone, so that you see what the modules do for you.

# %% exercise="p.10.14" points=9
from solutions.ch10_pytorch.layers import Dense, DenseParam

# %% [markdown]
# A layer that looks right may have wrong gradients. `gradients_agree(layer, X)` finds out, for inputs and parameters.
# (`torch.autograd.gradcheck` tries the tensors that it is handed. `torch.func.functional_call` calls a module with
# other parameters than its own.)

# %% exercise="p.10.14"
from solutions.ch10_pytorch.layers import gradients_agree

# %% [markdown]
# ## 15. Normalising rows
#
# Deep networks learn better if the numbers that go through them keep to one scale. Layer normalisation brings each row
# to mean 0 and standard deviation 1, and lets the network scale and shift that again. Write it yourself:
# `MyLayerNorm`. Then compare it with PyTorch's: `largest_difference(layer, X)`.

# %% exercise="tf2.12.12" points=8
from solutions.ch10_pytorch.norm import MyLayerNorm, largest_difference

# %% [markdown]
# *Look*: what goes through ten layers of 50 neurons with tanh whose weights are drawn too small, with your
# normalisation before each of them, and without.

# %% demo
torch.manual_seed(1)
X = torch.randn(500, 50)
spread = {}
for name in ("without", "with"):
    values, spread[name] = X, [float(X.std())]
    with torch.no_grad():
        for _ in range(10):
            values = MyLayerNorm(50)(values) if name == "with" else values
            values = torch.tanh(values @ torch.randn(50, 50) * 0.05)
            spread[name].append(float(values.std()))
    plt.semilogy(spread[name], marker=".", label=f"{name} layer normalisation")
plt.xlabel("layer")
plt.ylabel("standard deviation of its outputs")
plt.legend()
plt.show()

# %% [markdown]
# # Two projects
#
# ## 16. What grows where
#
# The forest service of Colorado knows of 581,012 patches of land, 30 metres by 30, what grows there: spruce or fir,
# lodgepole pine, … seven types, numbered 1 to 7. And a map tells how high each patch lies, how steep it is and which
# way it faces, how far it is to water, to a road, to where a fire has been, and how much sun it gets: ten quantities.
# Four columns say in which of four areas it lies, and forty which kind of soil it has.
#
# *Look* at some of them.

# %% demo
cover = load("covtype")
print(cover.label, cover.X.shape, "types:", np.bincount(cover.y)[1:])
fig, axes = plt.subplots(1, 2, figsize=(10, 3.2), layout="constrained")
for kind in range(1, 8):
    heights = cover.X[cover.y == kind, 0]
    axes[0].hist(heights, bins=60, range=(1800, 3900), histtype="step", density=True, label=f"type {kind}")
axes[0].set(title=cover.label[:40], xlabel="elevation, metres")
axes[0].legend(fontsize=7)
axes[1].bar(cover.feature_names[:10], cover.X[:, :10].std(axis=0))
axes[1].set(title="standard deviations of the quantities")
axes[1].tick_params("x", rotation=90, labelsize=7)
plt.show()

# %% [markdown]
# Some quantities are a hundred times as large as others, and networks don't like that. So the ten quantities are
# standardised, by figures of the training rows. Write the data set, `CoverDataset`, and the three loaders,
# `make_loaders(X, y, batch_size, seed)`.

# %%
N_QUANTITIES, N_TYPES = 10, 7
Pair = tuple[Tensor, Tensor]  # a row and its class, or a batch of them

# %% exercise="p.10.15" points=20 full_size_points=2
from solutions.ch10_pytorch.covertype import CoverDataset, make_loaders

# %% [markdown]
# Then the network, `CoverMLP(n_hidden)`, the loop that trains it, `train_cover(…)`, and what it is good for,
# `cover_types(model, loader)`. How many layers it has, which activation, which optimiser and which rates are yours to
# choose.
#
# What grows on the real land can be looked up, so your network is graded on land that is made up for your hand-in, with
# columns like these. It learns from the training rows of 3,000 patches, for 10 epochs in batches of 64, with
# `n_hidden=64`, and has to name {bar:test_knows_what_grows_where:.0%} of 1,500 others rightly; aim for three seconds.
# Without a hidden layer that can bend, a network reaches
# {naive:test_knows_what_grows_where/NoHiddenLayer:.0%}, by plain gradient descent with a rate of 0.001
# {naive:test_knows_what_grows_where/plain_descent:.0%}, and after a single epoch
# {naive:test_knows_what_grows_where/one_epoch:.0%}.
#
# On all of the real land, which counts for points of its own where your course asks for it, more than 93% are wanted:
# with `n_hidden=256`, 10 epochs, and batches of 512 rows, in three minutes.

# %% exercise="p.10.15"
from solutions.ch10_pytorch.covertype_training import CoverMLP, train_cover, cover_types, _answers

# %% [markdown]
# *Look*: 20,000 patches, for 10 epochs. Which types does your network take for which others? Each row of the table is a
# type, as it grows, and sums to 1.

# %% demo
cover = load("covtype")
rows = np.random.default_rng(1).permutation(len(cover.y))[:20_000]
torch.manual_seed(1)
train_loader, valid_loader, test_loader = make_loaders(cover.X[rows], cover.y[rows], batch_size=128)
network = CoverMLP(n_hidden=64)
history = train_cover(network, train_loader, valid_loader, n_epochs=10)
found = np.asarray(cover_types(network, test_loader))
truth = np.concatenate([np.asarray(labels) for _, labels in test_loader]) + 1
table = np.zeros((7, 7))
np.add.at(table, (truth - 1, found - 1), 1)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
axes[0].plot(history["loss"], marker=".", label="training loss")
axes[0].plot(history["valid_loss"], marker=".", label="validation loss")
axes[0].set(xlabel="epoch", title=cover.label[:40])
axes[0].legend()
shown = axes[1].imshow(table / table.sum(axis=1, keepdims=True), vmin=0, vmax=1, extent=(0.5, 7.5, 7.5, 0.5))
axes[1].set(xlabel="your network says", ylabel="grows there")
fig.colorbar(shown)
plt.show()
usual = np.bincount(truth).max() / len(truth)
print(f"right: {np.mean(found == truth):.1%} of {len(truth)} test patches; always the usual type: {usual:.1%}")

# %% [markdown]
# ## 17. Two halves, two optimisers
#
# Libraries that train with one line are fine until somebody wants what they have not thought of. Here, the lower half
# of a network is to be trained by one optimiser, the upper half by another, of another kind and with a rate of its own;
# and you want to see loss and accuracy after *each* batch, as means over the epoch so far. So write your own loop:
# `two_optimizers(model, lr_lower, lr_upper)`, and `train_with_both(…)`, which takes any optimisers.

# %% exercise="tf2.12.13" points=15 full_size_points=2
from solutions.ch10_pytorch.two_rates import two_optimizers, train_with_both, _figures

# %% [markdown]
# Now use both to train a network on pictures: `fit_clothes(…)`. It is graded on letters of a script that nobody writes,
# six forms of each, drawn anew for each hand-in: trained for 10 epochs on 1,500 of them, with the rates that you have
# found, it has to read {bar:test_reads_letters:.0%} of 800 others. With gradient descent below, RMSprop above and a
# rate of 0.001 for both it is {naive:test_reads_letters/one_rate_for_both:.0%}, after a single epoch
# {naive:test_reads_letters/one_epoch_only:.0%}, and with nothing but linear layers
# {naive:test_reads_letters/nothing_bent:.0%}. Aim for three seconds.
#
# On Fashion-MNIST, where that counts for points of its own, it has to know more than 85% of the test pictures, after
# five epochs with 55,000 others, in three minutes.

# %% exercise="tf2.12.13"
from solutions.ch10_pytorch.two_rates import fit_clothes

# %% [markdown]
# *Look*: 3,000 pictures of clothes, 8 epochs. The running mean begins anew with each epoch: it lags behind, and jumps
# when it is set back.

# %% demo
clothes = load("fashion_mnist")
model, history = fit_clothes(
    clothes.X_train[:3000],
    clothes.y_train[:3000],
    clothes.X_train[3000:4000],
    clothes.y_train[3000:4000],
    n_epochs=8,
)
n_batches = len(history["loss"]) // 8
epochs = np.arange(1, len(history["loss"]) + 1) / n_batches
for name in ("loss", "accuracy"):
    (line,) = plt.plot(epochs, history[name], label=f"running {name}")
    plt.plot(range(1, 9), history[f"valid_{name}"], "o", color=line.get_color(), label=f"validation {name}")
plt.xlabel("epochs")
plt.ylim(0, 1.5)
plt.title(clothes.label)
plt.legend()
plt.show()
with torch.no_grad():
    logits = model(torch.as_tensor(clothes.X_test / 255, dtype=torch.float32))
print(f"right: {np.mean(logits.argmax(dim=1).numpy() == clothes.y_test):.1%} of the test pictures")

# %% [markdown]
# ## Further
#
# Nobody grades these. Do what makes you curious, and believe nothing that you have not seen with a second seed.
#
# - Leave the quantities of the forests as they are, without standardising them. How much worse is your network? And
#   with batch normalisation before its first layer?
# - Freeze the lower half of the network for clothes, with random weights. How much is lost, and how much if you freeze
#   the upper half instead?
# - Measure how long an epoch with all forests takes on your machine, with batches of 32, 512 and 8,192 rows. Where is
#   the time spent, and what does a large batch do to what is learned?
