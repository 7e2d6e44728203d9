# %% [markdown]
# # Graphs, eager mode and compiled functions
#
# Earlier editions of the book began with a graph: one wrote down a computation, opened a *session*, fed numbers into
# *placeholders*, and only then was anything computed. PyTorch computes at once, and captures a graph later, if somebody
# asks for it. The questions of those days have not gone away, though: what is computed twice, who keeps which numbers,
# what can be replaced from outside, and what does a compiler need to know? Here they are, in today's words.
#
# ### Afterwards you can
#
# - say where PyTorch's tensors behave as NumPy's arrays do, and where they don't;
# - read a program's graph, join two of them, and step in where a layer hands on its output;
# - tell parameters, buffers and arguments apart, and who shares which memory;
# - write losses, metrics and training steps of your own, and functions that a compiler takes as a whole;
# - train a model so that it can be interrupted at any time and goes on exactly where it was.
#
# ### Before you start
#
# You need PyTorch's tensors, `nn.Module` and a training loop, and to have read the book's chapter on building networks
# with PyTorch. No compiler of C++ is needed anywhere.
#
# It takes about {minutes} minutes in all, {minutes:core} of them for the core exercises; what is marked *extra* can be
# left out without missing what comes later.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` states exactly what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right. Try things out before you choose: that is what an eager framework is for.
# - Cells marked *Look* are for your eyes. They are not graded, and nothing depends on them. Where one begins with
#   `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun yet.
# - Your functions are graded on inputs that you have not seen. Use only what is passed in, and no global variable. What
#   else you need, import in your answer's own cell.

# %%
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import make_moons
from torch import Tensor, fx, nn

Array = NDArray[np.float64]

# %% [markdown]
# ## 1. What a framework is for
#
# A friend knows NumPy well and wonders what PyTorch has that NumPy doesn't. Answer in three to six sentences; and name
# another library that does the same job.

# %% exercise="tf2.12.1" points=3 probe_points=2
from solutions.graphs_compiled.tensors import TF2_12_1

# %% [markdown]
# One of these things in a function: `slopes(f, x)`, the derivative of a function that somebody hands to you. Nine
# digits are asked for, which no quotient of small differences gives.

# %% exercise="tf2.12.1"
from solutions.graphs_compiled.tensors import slopes

# %% [markdown]
# *Look*: a function and its derivative, about which nobody has told the framework anything.

# %% demo
x = np.linspace(-3, 3, 200)
plt.plot(x, np.tanh(x) * np.cos(3 * x), label="f")
plt.plot(x, slopes(lambda t: torch.tanh(t) * torch.cos(3 * t), x), label="its derivative")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. NumPy by another name?
#
# Can one write `import torch as np` and go on? Many names are the same, which makes those things dangerous that are
# nearly so. Take the standard deviation: `a.std(axis=0)` and `t.std(dim=0)` of the same numbers disagree. Write
# `numpy_std(t, dim)`, which gives for a tensor what NumPy gives for an array.

# %% exercise="tf2.12.2" points=3
from solutions.graphs_compiled.tensors import numpy_std

# %% [markdown]
# Now choose all that is true:
#
# - `"drop-in replacement"`: programs for NumPy run if `np` stands for PyTorch;
# - `"from_numpy shares memory"`: if `t = torch.from_numpy(a)`, then `t[0] = 7` changes `a`, too;
# - `"tensor shares memory"`: the same for `t = torch.tensor(a)`;
# - `"tensor of an array keeps its dtype"`: `torch.tensor(np.array([1.5]))` is float64, as the array is;
# - `"tensor of a list is float64"`: `torch.tensor([1.5])` is, too.

# %% exercise="tf2.12.2"
from solutions.graphs_compiled.tensors import TF2_12_2_CHOICE

# %% [markdown]
# ## 3. The same numbers, made in two ways
#
# In TensorFlow, `range(10)` and a constant made of `np.arange(10)` held the same numbers in different types. And in
# PyTorch? To be sure, write `compare(one, other)`.

# %% exercise="tf2.12.3" points=3
from solutions.graphs_compiled.tensors import compare

# %% [markdown]
# What does it say, `"identical"`, `"another dtype"` or `"different"`, of each of these pairs? Guess first, then try.
#
# - `"whole"`: `torch.arange(10)` and `torch.tensor(np.arange(10))`, on Linux;
# - `"real"`: `torch.arange(10.0)` and `torch.tensor(np.arange(10.0))`;
# - `"tenths"`: `torch.arange(10) / 10` and `torch.tensor(np.arange(10) / 10)`;
# - `"int32"`: `torch.arange(10)` and `torch.from_numpy(np.arange(10, dtype=np.int32))`.

# %% exercise="tf2.12.3"
from solutions.graphs_compiled.tensors import TF2_12_3_CHOICE

# %% [markdown]
# ## 4. Not every table is full
#
# Besides plain tensors, in which each number has its place, PyTorch has other structures for data. Name three of them,
# each with a sentence on what it is good for.

# %% exercise="tf2.12.4" points=3 probe_points=2
from solutions.graphs_compiled.tensors import TF2_12_4

# %% [markdown]
# What do they save? Count the numbers that are kept: `sparse_numbers(rows, columns, n_nonzero)` for matrices of which
# most is 0, and `ragged_numbers(lengths, n_features)` for sequences of unequal length. Make a few and look into them:
# `indices()`, `values()`, `crow_indices()`, `col_indices()`, `data`, `batch_sizes` and `offsets()` are their parts.

# %% exercise="tf2.12.4"
from solutions.graphs_compiled.tensors import sparse_numbers, ragged_numbers

# %% [markdown]
# *Look*: from which share of zeros on does it pay?

# %% demo
shares = np.linspace(0, 1, 50)
kept = [sparse_numbers(1_000, 1_000, int(1e6 * share)) for share in shares]
for name in ("dense", "coo", "csr"):
    plt.plot(shares, [one[name] for one in kept], label=name)
plt.xlabel("share of numbers that are not 0")
plt.ylabel("numbers kept")
plt.legend()
plt.show()

# %% [markdown]
# ## 5. The graph first?
#
# TensorFlow 1 built a graph of the whole computation and ran it afterwards. What speaks for that, and what against it?
# And how does PyTorch try to have both? Two points each for and against, in your own words.

# %% exercise="tf1.09.1" points=3 probe_points=2
from solutions.graphs_compiled.graph import TF1_09_1

# %% [markdown]
# A graph can be read by a program before anything has been computed. `torch.fx.symbolic_trace(f).graph` has `nodes`,
# each with an `op` (what kind of step it is) and a `target` (what is called). Write `operations(f)`, which lists what
# the function does.

# %% exercise="tf1.09.1"
from solutions.graphs_compiled.graph import operations

# %% [markdown]
# *Look*: the same function as a table of its nodes, and as code that was written from the graph.

# %% demo
traced = fx.symbolic_trace(lambda x: torch.relu(x) * 2 + x.sum())
for node in traced.graph.nodes:
    print(f"{node.op:14} {node.name:8} from {[str(one) for one in node.all_input_nodes]}")
print(traced.code)

# %% [markdown]
# ## 6. Two ways to say the same?
#
# In a session, `x.eval()` and `session.run(x)` were the same. In PyTorch, too, many things can be said in two ways.
# Among them are `model(x)` and `model.forward(x)`. Write `hook_gap(model, x)`, which measures how different they are.

# %% exercise="tf1.09.2" points=3
from solutions.graphs_compiled.graph import hook_gap

# %% [markdown]
# Do these have the same effect and the same result, whatever the tensors and the model are? Choose `"the same"` or
# `"not the same"` for each:
#
# - `"product"`: `torch.matmul(A, B)` and `A @ B`;
# - `"number"`: `t.item()` and `float(t)`, for a tensor `t` that holds a single float;
# - `"call"`: `model(x)` and `model.forward(x)`;
# - `"in place"`: `t.add(1)` and `t.add_(1)`.

# %% exercise="tf1.09.2"
from solutions.graphs_compiled.graph import TF1_09_2_CHOICE

# %% [markdown]
# ## 7. Two calls or one
#
# A network has a body and two heads. One can compute `head1(body(x))` and then `head2(body(x))`, or the body once and
# both heads on what it gives. Write `all_heads(body, heads, x)`, which does the latter.

# %% exercise="tf1.09.3" points=3
from solutions.graphs_compiled.graph import all_heads

# %% [markdown]
# Compare the two ways. Choose `"the same"` or `"not the same"` for each of these:
#
# - `"outputs"`: what the heads give, if nothing in the network is random and it is in evaluation mode;
# - `"dropout"`: what they give in training mode, if the body has a dropout layer and the seed was set before;
# - `"time"`: how long it takes, if the body is large and nothing is compiled;
# - `"running statistics"`: in training mode, what the running mean of a batch normalisation in the body is afterwards.

# %% exercise="tf1.09.3"
from solutions.graphs_compiled.graph import TF1_09_3_CHOICE

# %% [markdown]
# ## 8. Two graphs in one
#
# You have two graphs, each a `torch.fx.GraphModule`, say one that prepares pictures and one that classifies them.
# Somebody wants one graph that does both, to optimise it as a whole. Write `joined(first, second)`.

# %% exercise="tf1.09.4" points=4
from solutions.graphs_compiled.graph import joined

# %% [markdown]
# A session ran one graph. Two models were loaded from two files into two graphs; what did one have to do to run both
# in one session? Choose one: `"nothing"`, `"merge them first"`, `"run the second inside of the first"`.

# %% exercise="tf1.09.4"
from solutions.graphs_compiled.graph import TF1_09_4_CHOICE

# %% [markdown]
# ## 9. Whose numbers are they?
#
# Two modules can have a parameter in common, and then training one of them changes the other. That they hold the same
# numbers does not prove it. Write `shared_names(one, other)`, which finds out.

# %% exercise="tf1.09.5" points=4
from solutions.graphs_compiled.variables import shared_names

# %% [markdown]
# Someone changes a parameter in place. Does the other party see it (`"shared"`), or has it its `"own copy"`?
#
# - `"threads"`: two threads of one program use the same module;
# - `"two programs"`: each has loaded its module from the same file, by `torch.load`;
# - `"forked"`: the process was forked (`os.fork`) after the module was made;
# - `"share_memory_"`: the same, but `model.share_memory()` was called before, which does so to each tensor;
# - `"deepcopy"`: the other module is `copy.deepcopy(model)`;
# - `"load_state_dict"`: the other module was given `model.state_dict()` by `load_state_dict`;
# - `"state_dict"`: the other party keeps `state = model.state_dict()`, in the same program.

# %% exercise="tf1.09.5"
from solutions.graphs_compiled.variables import TF1_09_5_CHOICE

# %% [markdown]
# ## 10. The life of a parameter
#
# When does a parameter get its first values? When do they go, and what has to be done if they are to stay for longer?
# Three to six sentences.

# %% exercise="tf1.09.6" points=3 probe_points=2
from solutions.graphs_compiled.variables import TF1_09_6

# %% [markdown]
# A model on the device `"meta"` has layers and shapes, but neither memory nor values: so one can look at a huge network
# on a small machine. Write `materialise(model, seed)`, which brings one to life (`to_empty` gives memory).

# %% exercise="tf1.09.6"
from solutions.graphs_compiled.variables import materialise

# %% [markdown]
# ## 11. Given or kept
#
# A graph had *placeholders* and *variables*. What are these in a module of PyTorch, and what does each of them have
# that the others lack? Speak of `forward`'s arguments, of parameters and of buffers, in three to six sentences.

# %% exercise="tf1.09.7" points=3 probe_points=3
from solutions.graphs_compiled.variables import TF1_09_7

# %% [markdown]
# Write the class `Standardised`, a module that has all three.

# %% exercise="tf1.09.7"
from solutions.graphs_compiled.variables import Standardised

# %% [markdown]
# What would each of these be: `"argument"`, `"parameter"`, `"buffer"` or `"none of them"`?
#
# - `"pictures"`: a batch that is to be classified;
# - `"weights"`: those of a convolution;
# - `"running mean"`: that of a batch normalisation;
# - `"mask"`: which words of each sentence of a batch are padding;
# - `"vocabulary mean"`: the mean of each column of the training rows, with which all rows are centred;
# - `"embedding"`: the vectors of words, which are learned;
# - `"learning rate"`: how far the optimiser steps.

# %% exercise="tf1.09.7"
from solutions.graphs_compiled.variables import TF1_09_7_CHOICE

# %% [markdown]
# ## 12. An input that nobody has given
#
# A program has several inputs and several outputs, and not every output depends on every input. Its graph says which:
# write `needed_inputs(program)`. A node's `all_input_nodes` are the nodes whose values it takes; the output's `args[0]`
# is the tuple of what is returned.

# %% exercise="tf1.09.8" points=4
from solutions.graphs_compiled.variables import needed_inputs

# %% [markdown]
# Someone asks for an output and leaves an input out that has no default. Is that an `"error"`, or `"no error"`?
#
# - `"session, needed"`: a placeholder was not fed, and `session.run(output)` depends on it;
# - `"session, not needed"`: it was not fed, and the output does not depend on it;
# - `"module, needed"`: an argument of `forward` is left out which the output depends on;
# - `"module, not needed"`: one is left out which `forward` takes and never uses;
# - `"exported, not needed"`: the same, for a program made of that module by `torch.export`.

# %% exercise="tf1.09.8"
from solutions.graphs_compiled.variables import TF1_09_8_CHOICE

# %% [markdown]
# ## 13. Stepping in
#
# In a session one could feed not only placeholders, but any operation's output: "suppose this layer had said that".
# Today that is how people find out which part of a network does what. Write `with_output(model, name, value, x)`.

# %% exercise="tf1.09.9" points=4
from solutions.graphs_compiled.variables import with_output

# %% [markdown]
# What can take the place of each of these, in a model whose code you can't change? Choose the easiest that does:
# `"another argument"`, `"a forward hook"`, `"an edited graph"` or `"load_state_dict or copy_"`.
#
# - `"input"`: what goes into the model;
# - `"layer"`: the output of a layer that is one of the model's modules;
# - `"relu"`: the result of `torch.relu(…)` in the middle of `forward`;
# - `"weights"`: the parameters of a layer.

# %% exercise="tf1.09.9"
from solutions.graphs_compiled.variables import TF1_09_9_CHOICE

# %% [markdown]
# *Look*: a small network with each of its hidden layer's units silenced, one after the other. Which one matters?

# %% demo
torch.manual_seed(2)
model = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1))
x = torch.linspace(-4, 4, 100)[:, None]
with torch.no_grad():
    hidden = model[1](model[0](x))
    plt.plot(x, model(x), "k", linewidth=3, label="as it is")
    for unit in range(4):
        silenced = hidden * (torch.arange(4) != unit)
        plt.plot(x, with_output(model, "1", silenced, x), "--", label=f"without unit {unit}")
plt.legend()
plt.show()

# %% [markdown]
# ## 14. By force
#
# A parameter is to get certain values: from a paper, from another model, from a colleague's spreadsheet. How do you do
# that, in the middle of a training? Somebody suggests `model.weight = nn.Parameter(values)`: what goes wrong with that?

# %% exercise="tf1.09.10" points=2 probe_points=2
from solutions.graphs_compiled.variables import TF1_09_10

# %% [markdown]
# Write `set_value(model, name, value)`.

# %% exercise="tf1.09.10"
from solutions.graphs_compiled.variables import set_value

# %% [markdown]
# ## 15. How often through the graph?
#
# A loss depends on ten numbers, and all ten derivatives are wanted. *Reverse mode* is what `backward` does; *forward
# mode* sends a small change of one input through the computation and watches what it does to the output. Write
# `traversals(mode, n_inputs, n_outputs)`, which counts, and `forward_gradient(f, x)`, which does it.

# %% exercise="tf1.09.11" points=4
from solutions.graphs_compiled.gradients import traversals, forward_gradient

# %% [markdown]
# Which mode, `"forward"` or `"reverse"`, takes fewer walks in each of these cases?
#
# - `"loss"`: ten weights, one loss;
# - `"throw"`: from the angle of a throw, the ball's place at each of 1,000 moments;
# - `"picture"`: from 784 pixels, the score of one class;
# - `"dial"`: from three dials of a simulation, the temperature at 200 places.

# %% exercise="tf1.09.11"
from solutions.graphs_compiled.gradients import TF1_09_11_CHOICE

# %% [markdown]
# *Look*: for how many inputs and outputs is either of them cheaper?

# %% demo
sizes = range(1, 41)
gain = [[traversals("reverse", m, n) - traversals("forward", m, n) for m in sizes] for n in sizes]
plt.imshow(gain, cmap="RdBu", vmin=-40, vmax=40, origin="lower", extent=(0.5, 40.5, 0.5, 40.5))
plt.colorbar(label="walks that forward mode saves")
plt.xlabel("inputs")
plt.ylabel("outputs")
plt.show()

# %% [markdown]
# ## 16. A loss of your own
#
# When do you write a loss as a function, and when as a class? Two to four sentences.

# %% exercise="tf2.12.5" points=2 probe_points=3
from solutions.graphs_compiled.parts import TF2_12_5

# %% [markdown]
# Write the class `HuberLoss`. Whoever loads its state must get its threshold back.

# %% exercise="tf2.12.5"
from solutions.graphs_compiled.parts import HuberLoss

# %% [markdown]
# ## 17. A metric of your own
#
# And a metric: when is a function that is averaged over the batches enough, and when not? What does a class need for
# that? Three to five sentences.

# %% exercise="tf2.12.6" points=3 probe_points=2
from solutions.graphs_compiled.parts import TF2_12_6

# %% [markdown]
# Write the class `StreamingPrecision`.

# %% exercise="tf2.12.6"
from solutions.graphs_compiled.parts import StreamingPrecision

# %% [markdown]
# *Look*: the precision so far, beside the mean of the batches' precisions. Where does the latter go wrong?

# %% demo
rng = np.random.default_rng(0)
metric, alone, so_far, means = StreamingPrecision(), [], [], []
for n in range(40):
    said = (rng.random(16) < (0.9 if n % 4 == 0 else 0.1)).astype(int)  # few positives in three batches of four
    truth = (rng.random(16) < (0.9 if n % 4 == 0 else 0.3)).astype(int)
    metric.update(truth, said)
    so_far.append(metric.compute())
    alone.append(np.sum(truth * said) / max(said.sum(), 1))
    means.append(np.mean(alone))
plt.plot(so_far, label="of all predictions so far")
plt.plot(means, label="mean over the batches")
plt.xlabel("batch")
plt.ylabel("precision")
plt.legend()
plt.show()

# %% [markdown]
# ## 18. Layers and models
#
# Keras has one class for layers and another for models. PyTorch has `nn.Module` for both, and a layer is a word for
# what stands inside. Write `leaf_layers(model)`, which names those modules that can't be taken apart any further.

# %% exercise="tf2.12.7" points=3
from solutions.graphs_compiled.parts import leaf_layers

# %% [markdown]
# For each sentence, say what it is true of in PyTorch: `"a layer"`, `"a model"` or `"both"`. It is true of both if
# nothing in PyTorch makes a difference between them there.
#
# - `"is an nn.Module"`;
# - `"has parameters()"`;
# - `"may hold other modules"`;
# - `"is one part of what is trained"`;
# - `"is what one trains, evaluates and ships"`.

# %% exercise="tf2.12.7"
from solutions.graphs_compiled.parts import TF2_12_7_CHOICE

# %% [markdown]
# ## 19. A training loop of your own
#
# Keras has `fit`; libraries such as Lightning and skorch bring something like it for PyTorch. When is a loop of your
# own the better choice? Give two examples, and say what it costs you.

# %% exercise="tf2.12.8" points=3 probe_points=3
from solutions.graphs_compiled.parts import TF2_12_8

# %% [markdown]
# One example in code: each part of a network has a learning rate of its own. Write `step_by_parts(model, X, y, rates)`,
# one step of plain gradient descent.

# %% exercise="tf2.12.8"
from solutions.graphs_compiled.parts import step_by_parts

# %% [markdown]
# ## 20. Any Python at all?
#
# `forward` is a function of Python, so anything may stand in it. Whether a compiler can make one graph of it is another
# question. Write `is_one_graph(f, x)`, which finds out: let `torch.export.export` try, which takes a module, or
# `torch.compile` with `fullgraph=True` and `backend="eager"`, which runs the graph as it is and needs no compiler of
# C++.

# %% exercise="tf2.12.9" points=4
from solutions.graphs_compiled.compiled import is_one_graph

# %% [markdown]
# A `forward` has a line `if x.sum() > 0:`. What becomes of it: `"runs"`, `"runs in pieces"` or `"is refused"`?
#
# - `"eager"`: the model as it is;
# - `"torch.compile"`: `torch.compile(model)`;
# - `"fullgraph"`: `torch.compile(model, fullgraph=True)`;
# - `"torch.export"`: `torch.export.export(model, (x,))`.

# %% exercise="tf2.12.9"
from solutions.graphs_compiled.compiled import TF2_12_9_CHOICE

# %% [markdown]
# ## 21. House rules for a graph
#
# A colleague's functions are to be compiled. Write down the rules that she has to follow, so that they become one graph
# which does what the functions did: at least four, each with a few words on why.

# %% exercise="tf2.12.10" points=3 probe_points=3
from solutions.graphs_compiled.compiled import TF2_12_10

# %% [markdown]
# Here is one of her functions. Write `squeezed(x)`, which does the same and can be exported.


# %%
def squeezed_by_hand(x: Tensor) -> Tensor:
    """Hers: right, and not to be captured."""
    values = [value / 10 if value < 0 else value for value in x.tolist()]
    if sum(values) > 10:
        values = [value / sum(values) for value in values]
    return torch.tensor(values)


# %% exercise="tf2.12.10"
from solutions.graphs_compiled.compiled import squeezed

# %% [markdown]
# These stand in a `forward(self, x)`, where `x` has shape (2, 3) at every call, and numbers of any size. The model is
# exported by `torch.export.export(model, (x,), strict=False)`, and the program is called with other numbers, on another
# day. It may do what the model does (`"right"`), still do what was right while it was exported (`"frozen"`), or
# exporting it `"is refused"`: in that case choose `"refused"`.
#
# - `"shape"`: `return x * 2 if x.shape[1] == 3 else x`
# - `"layers"`: `for layer in self.layers: x = layer(x)`
# - `"where"`: `return torch.where(x > 0, x, 0 * x)`
# - `"torch.rand"`: `return x * torch.rand(3)`, for which "right" is to draw numbers anew
# - `"clock"`: `return x * (time.time() % 60)`
# - `"random"`: `return x * random.random()`, with Python's `random`
# - `"if"`: `return x if x.sum() > 0 else -x`
# - `"range"`: `for _ in range(int(x.sum())): x = torch.tanh(x)`

# %% exercise="tf2.12.10"
from solutions.graphs_compiled.compiled import TF2_12_10_CHOICE

# %% [markdown]
# *Look*: how many graphs `torch.compile` makes of the colleague's style, and of yours.


# %% demo
def graphs_of(f: Callable[[Tensor], Tensor]) -> list[int]:
    """The operations of each graph that is captured."""
    sizes: list[int] = []

    def backend(module: fx.GraphModule, inputs: list[Tensor]) -> Callable[..., object]:
        sizes.append(sum(node.op == "call_function" or node.op == "call_method" for node in module.graph.nodes))
        return module.forward

    torch.compiler.reset()
    torch.compile(f, backend=backend)(torch.tensor([15.0, -5.0]))
    return sizes


def with_an_if(x: Tensor) -> Tensor:
    x = torch.where(x < 0, 0.1 * x, x)
    if x.sum() > 10:
        x = x / x.sum()
    return x


pieces, whole = graphs_of(with_an_if), graphs_of(squeezed)
print("operations in each graph, with an if:", pieces)
print("operations in each graph, yours:     ", whole)

# %% [markdown]
# ## 22. A model that makes up its mind as it goes
#
# In Keras a model can be made *dynamic*, so that it is never compiled. When would one want that, and what does it cost?
# And what is PyTorch's default? Three to five sentences.

# %% exercise="tf2.12.11" points=3 probe_points=2
from solutions.graphs_compiled.compiled import TF2_12_11

# %% [markdown]
# Write `settle(layer, x, tolerance, most)`: how many steps it takes is known only while it runs.

# %% exercise="tf2.12.11"
from solutions.graphs_compiled.compiled import settle

# %% [markdown]
# ## 23. Interrupted, and gone on
#
# A training that takes days will be interrupted. Write a logistic regression of your own that doesn't mind:
#
# - `predict_proba(theta, X)` and `log_loss_and_gradient(theta, X, y)`, which stand even very large scores;
# - `logistic_regression(X, y, …)`, mini-batch gradient descent that writes a *checkpoint* after each epoch, and goes on
#   from it as if nothing had happened: the same parameters to the last digit, and the same history. Think about what
#   has to be in the file. The batches of the next epoch, for example, have to be those that would have come.
# - `more_features(X)`: with the two columns of `make_moons` the boundary is a straight line. Which other columns would
#   let it bend?
#
# Derive the gradient yourself or let autograd do it, as you like, in float64 (float32 loses digits that are checked).
# No order of rows is prescribed.
#
# Graded on moons with noise 0.1, as they are, mirrored or turned by half a turn: 400 rows to train on and 1,000 new
# ones. With `lr=0.3`, `batch_size=20` and `epochs=60`, your features have to give {bar:test_bent_boundary:.1%} or more
# of the new rows their class. Two columns as they come reach {naive:test_bent_boundary/as_they_come:.1%}, with their
# squares and their product {naive:test_bent_boundary/up_to_squares:.1%}.

# %% exercise="tf1.09.12" points=12
from solutions.graphs_compiled.checkpoints import (
    predict_proba,
    log_loss_and_gradient,
    logistic_regression,
    more_features,
)

# %% [markdown]
# *Look*: a training that is interrupted after epoch 12, resumed, and laid over one that was not; and the boundary that
# it has found.

# %% demo
X, y = make_moons(400, noise=0.1, random_state=3)
F, settings = more_features(X), {"lr": 0.3, "batch_size": 20, "seed": 5}
path = Path(tempfile.mkdtemp()) / "training"
_, first = logistic_regression(F, y, epochs=12, path=path, **settings)
theta, resumed = logistic_regression(F, y, epochs=40, path=path, **settings)
_, straight = logistic_regression(F, y, epochs=40, **settings)
figure, axes = plt.subplots(1, 2, figsize=(11, 4))
axes[0].plot(range(1, 41), straight, linewidth=4, alpha=0.4, label="in one go")
axes[0].plot(range(1, 13), first, "k", label="until it was interrupted")
axes[0].plot(range(13, 41), resumed[12:], "r--", label="resumed")
axes[0].set_xlabel("epoch")
axes[0].set_ylabel("mean log-loss")
axes[0].legend()
grid = np.stack(np.meshgrid(np.linspace(-1.5, 2.5, 80), np.linspace(-1, 1.5, 60)), axis=-1)
proba = predict_proba(theta, more_features(grid.reshape(-1, 2))).reshape(60, 80)
axes[1].contourf(grid[..., 0], grid[..., 1], proba, 20, cmap="RdBu", alpha=0.5)
axes[1].scatter(*X.T, c=y, cmap="RdBu", s=10)
plt.show()

# %% [markdown]
# ## Further
#
# - Kill the process of a long training (`kill -9`) while it writes its checkpoint. What do you find in the file? Write
#   to a second file first, and rename it: what does that change?
# - Resume with another learning rate, or with rows that have been added. Should that be an error?
# - Compile `squeezed` with `torch.compile` and the default backend, if your machine has a compiler of C++. From which
#   size on is it quicker than the eager function, and how many calls does it take to earn the compilation back?
