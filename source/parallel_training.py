# %% [markdown]
# # Training on several devices
#
# One device is too slow, or too small, or one network is not enough. Then the work is shared: among GPUs, among
# processes, among machines. How to share it is quickly said; what goes wrong are the details: who has whose numbers,
# who waits for whom, and what happens to the others when one of them dies. All of it can be learned on a machine
# without any GPU, with two processes in place of two devices.
#
# ### Afterwards you can
#
# - say what is on which device, what is moved for you and what is not;
# - tell what can run at the same time, and why one sometimes wants less of that;
# - train several networks at once, each in a process of its own, and outlive those that fail;
# - train one network in several processes so that the result is that of one, and find those that have died;
# - choose between splitting the data, splitting the model, waiting and not waiting.
#
# ### Before you start
#
# You need PyTorch's modules and a training loop, and to have read the book's chapter on training at scale (in its
# second edition), or on training across devices and servers (in its first). No GPU is needed. The last part forks
# processes, which Linux and macOS can do, and Windows can't: take the course's server there, or WSL.
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
#   beside it is right.
# - Cells marked *Look* are for your eyes. They are not graded, and nothing depends on them. Where one begins with
#   `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun yet.
# - Your functions are graded on inputs that you have not seen. Use only what is passed in, and no global variable. What
#   else you need, import in your answer's own cell. Everything is graded on the CPU, with one thread in each process.
#
# ### Devices that are not there
#
# The device `"meta"` is always there: tensors on it have a shape and no numbers. As far as *being elsewhere* goes it
# behaves as a GPU does, so that you can try most of what is asked on any machine.

# %%
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import ArrayLike
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

Batch = tuple[Tensor, Tensor]  # rows and their labels

# %% [markdown]
# # What is where
#
# ## 1. Out of memory before it began
#
# Your program stops at its first tensor: the GPU is out of memory, though your network is tiny. What has probably
# happened, and what can be done about it? Name at least two ways, in four to eight sentences.

# %% exercise="tf1.12.1" points=3 probe_points=4
from solutions.parallel_training.devices import TF1_12_1

# %% [markdown]
# Two functions that say who has what. `physical_gpu(visible, index, n_gpus)` tells which GPU a program means by
# `cuda:0`; `allocator_memory(events)` why a GPU looks full when nearly nothing is in use.

# %% exercise="tf1.12.1"
from solutions.parallel_training.devices import physical_gpu, allocator_memory

# %% [markdown]
# *Look*: tensors of growing size, each deleted before the next one is made. What the GPU has given, and what is in use.

# %% demo
events, seen = [], []
for number, size in enumerate((10, 20, 30, 40, 50)):
    for event in (("new", f"t{number}", size), ("delete", f"t{number}", 0)):
        events.append(event)
        seen.append(allocator_memory(events))
plt.step(range(len(seen)), seen, where="post", label=["in use", "taken from the GPU"])
plt.xlabel("events")
plt.ylabel("MB")
plt.legend()
plt.show()

# %% [markdown]
# ## 2. Asked for and really there
#
# In TensorFlow's first version one *pinned* an operation to a device, and later it was *placed*. What was the
# difference? And what is left of it in PyTorch? Three to six sentences.

# %% exercise="tf1.12.2" points=3 probe_points=2
from solutions.parallel_training.devices import TF1_12_2

# %% [markdown]
# Somebody has called `model.to(device)`, and yet `forward` complains about tensors on two devices. Write
# `left_behind(model, device)`, which finds the culprit.

# %% exercise="tf1.12.2"
from solutions.parallel_training.devices import left_behind

# %% [markdown]
# ## 3. Where things go if nobody says
#
# If the default is all that decides, is everything on the first GPU? First as it was: write
# `placed(operations, n_gpus, soft)`.

# %% exercise="tf1.12.3" points=4
from solutions.parallel_training.devices import placed

# %% [markdown]
# And in PyTorch? On a machine with two GPUs, choose `"cpu"`, `"cuda:0"`, `"cuda:1"` or `"error"` for what each of these
# is on. `t` is a tensor on `cuda:0`, `u` and `v` are two of equal shape on `cuda:1`, `a` is an array of NumPy. (Try
# them with `"meta"` for one of the GPUs.)
#
# - `"plain"`: `torch.zeros(3)`;
# - `"context"`: `torch.zeros(3)`, within `with torch.device("cuda:1"):`;
# - `"from_numpy"`: `torch.from_numpy(a)`, within the same;
# - `"layer"`: the weights of `nn.Linear(2, 2)`, within no context;
# - `"result"`: `u + v`;
# - `"like"`: `torch.zeros_like(t)`, within `with torch.device("cuda:1"):`.

# %% exercise="tf1.12.3"
from solutions.parallel_training.devices import TF1_12_3_CHOICE

# %% [markdown]
# ## 4. Made here, used there
#
# A variable was pinned to the first GPU. Could an operation on the second one use it? In TensorFlow's graphs it could,
# on another machine too: what had to be sent was sent, without a word. PyTorch says no, with one exception. Write
# `device_of_sum(one, other)`.

# %% exercise="tf1.12.4" points=4
from solutions.parallel_training.devices import device_of_sum

# %% [markdown]
# Is it an `"error"`, or does it just `"works"`?
#
# - `"graph, one machine"`: in a graph of TensorFlow's first version, a variable on `gpu:0` is an input of an operation
#   on `gpu:1`;
# - `"graph, cluster"`: the same, but the operation is on another machine of the cluster;
# - `"torch, sum"`: `t + u`, with vectors on `cuda:0` and `cuda:1`;
# - `"torch, layer"`: `layer(x)`, where `nn.Linear`'s weights are on `cuda:0` and `x` is a batch on the CPU;
# - `"torch, number"`: `t * torch.tensor(2.0)`, with `t` on `cuda:0`;
# - `"torch, .to"`: `t + u.to(t.device)`;
# - `"torch, copy_"`: `t.copy_(u)`.

# %% exercise="tf1.12.4"
from solutions.parallel_training.devices import TF1_12_4_CHOICE

# %% [markdown]
# # What comes first
#
# ## 5. At the same time on one device
#
# Can two operations run at the same time on one device? On a GPU what decides are its *streams*: queues, each of which
# is worked off in order. Write `stream_ends(operations)`.

# %% exercise="tf1.12.5" points=5
from solutions.parallel_training.order import stream_ends

# %% [markdown]
# *Look*: six products, of which each pair belongs together, in one stream, and in a stream for each pair.

# %% demo
pairs = [(n // 2, 1.0 + n % 3, [n - 1] if n % 2 else []) for n in range(6)]
figure, axes = plt.subplots(1, 2, figsize=(10, 2.2), sharey=True, sharex=True, layout="constrained")
ends = {}
for axis, name in zip(axes, ("one stream", "three streams")):
    asked = [(0 if name == "one stream" else stream, seconds, waits) for stream, seconds, waits in pairs]
    ends[name] = stream_ends(asked)
    for number, ((_, seconds, _), end) in enumerate(zip(asked, ends[name])):
        axis.barh(number, seconds, left=end - seconds)
    axis.set(title=name, xlabel="seconds", ylabel="operation")
plt.show()

# %% [markdown]
# Can these two run at the same time, on one machine with many cores and one GPU? Choose `"can"` or `"can't"`:
#
# - `"two streams"`: two small products of matrices that have nothing to do with each other, on the GPU in two streams;
# - `"one stream"`: the same in one stream;
# - `"one needs the other"`: two products in two streams, of which one has the other's result as its input;
# - `"copy"`: a copy from pinned memory to the GPU (`non_blocking=True`) in one stream, a product in another one;
# - `"statements"`: two statements of one thread that each multiply matrices on the CPU;
# - `"threads"`: two threads of one program that each multiply large matrices on the CPU;
# - `"inside"`: the upper and the lower half of one large product on the CPU.

# %% exercise="tf1.12.5"
from solutions.parallel_training.order import TF1_12_5_CHOICE

# %% [markdown]
# ## 6. Waiting for what one does not need
#
# A *control dependency* made an operation wait for others whose results it did not need. Why would anybody want that?
# Give two reasons, and say how one gets the same in PyTorch. Four to six sentences.

# %% exercise="tf1.12.6" points=3 probe_points=4
from solutions.parallel_training.order import TF1_12_6

# %% [markdown]
# One of the reasons in numbers: `peak_memory(order, operations)`. The same program, in two orders, can need twice the
# memory.

# %% exercise="tf1.12.6"
from solutions.parallel_training.order import peak_memory

# %% [markdown]
# *Look*: eight pieces of data, each of which is loaded (100 MB) and boiled down (1 MB). All loaded at once, or each
# when the one before has been boiled down.

# %% demo
program = {f"load{n}": (100, []) for n in range(8)} | {f"boil{n}": (1, [f"load{n}"]) for n in range(8)}
orders = {"at once": list(program), "in turn": [name for n in range(8) for name in (f"load{n}", f"boil{n}")]}
peaks = {name: peak_memory(order, program) for name, order in orders.items()}
print({name: f"{peak} MB" for name, peak in peaks.items()})

# %% [markdown]
# ## 7. Forgotten to save
#
# A network has been trained for two days on a cluster, and then the program ended without having saved it. Is it lost?
# It depends on who holds the numbers, and whether he lives. The best is not to come into that situation: write
# `guarded(train, model, path)`.

# %% exercise="tf1.12.7" points=4
from solutions.parallel_training.order import guarded

# %% [markdown]
# What is left of the trained parameters? Choose `"kept"` or `"lost"`; nothing has been saved in any of these cases.
#
# - `"cluster"`: in TensorFlow's first version the variables were in containers of the cluster's servers; the program
#   that trained them has ended, the servers go on, and another program connects to them;
# - `"initialised"`: the same, but the first thing that the other program does is to run the initialiser;
# - `"notebook"`: a cell of a notebook has trained a module of PyTorch, and then raised an exception;
# - `"script"`: the same in a script, which the exception has ended;
# - `"replicas"`: four processes have trained with `DistributedDataParallel`, and all but one of them have died;
# - `"shards"`: four processes have trained a model that was cut up among them (FSDP), and one of them has died: is the
#   whole model there?
# - `"shared memory"`: workers have trained a module after `share_memory()`, and have all died; the process that made it
#   lives.

# %% exercise="tf1.12.7"
from solutions.parallel_training.order import TF1_12_7_CHOICE

# %% [markdown]
# # How to share the work
#
# ## 8. Split the model or the data
#
# What is model parallelism, what is data parallelism, and why is one of them usually the better choice? When is it not?
# Five to eight sentences.

# %% exercise="tf2.19.7" points=4 probe_points=2
from solutions.parallel_training.strategies import TF2_19_7

# %% [markdown]
# What has to be sent decides: `numbers_sent(widths, batch_size, n_devices, cuts)`.

# %% exercise="tf2.19.7"
from solutions.parallel_training.strategies import numbers_sent

# %% [markdown]
# *Look*: a network with two hidden layers of 1,000 neurons, two devices. From which batch size on is less sent if the
# data are split?

# %% demo
sizes = [2**n for n in range(4, 14)]
sent = [numbers_sent([784, 1000, 1000, 10], size, n_devices=2, cuts=[1]) for size in sizes]
for name in ("data", "model"):
    plt.loglog(sizes, [one[name] for one in sent], "o-", label=f"the {name} split")
plt.xlabel("rows in a batch")
plt.ylabel("numbers sent per step")
plt.legend()
plt.show()

# %% [markdown]
# ## 9. Several machines
#
# A network is to be trained on several machines. Which strategies are there, and how would you choose? Name three, with
# what in PyTorch does it and a case for which it is right. Six to ten sentences.

# %% exercise="tf2.19.8" points=4 probe_points=3
from solutions.parallel_training.strategies import TF2_19_8

# %% [markdown]
# Two numbers that help to choose: `rows_per_second(seconds, batch_size, strategy, spare)` says what waiting costs, and
# `numbers_kept(n_parameters, n_devices, strategy)` what fits.

# %% exercise="tf2.19.8"
from solutions.parallel_training.strategies import rows_per_second, numbers_kept

# %% [markdown]
# *Look*: ten workers, one of which becomes slower and slower.

# %% demo
slower = np.linspace(1, 5, 40)
speeds = {
    "synchronous": [rows_per_second([0.1] * 9 + [0.1 * s], 32, "synchronous") for s in slower],
    "one spare": [rows_per_second([0.1] * 9 + [0.1 * s], 32, "synchronous", spare=1) for s in slower],
    "asynchronous": [rows_per_second([0.1] * 9 + [0.1 * s], 32, "asynchronous") for s in slower],
}
for name, found in speeds.items():
    plt.plot(slower, found, label=name)
plt.xlabel("seconds of the slow worker's batch, by those of the others")
plt.ylabel("rows per second")
plt.ylim(0)
plt.legend()
plt.show()

# %% [markdown]
# # Processes
#
# A process has memory of its own, and when it dies the others go on. A few things to know before you begin:
#
# - A function from a notebook's cell is not in any module, so that a fresh Python could not import it. A process that
#   is *forked* (`multiprocessing.get_context("fork").Process(target=…)`) begins with a copy of all that its parent has,
#   that function among it.
# - Threads are not copied by a fork, and PyTorch's may be missed. Let the first line in a child be
#   `torch.set_num_threads(1)`; processes that share a machine should not fight for its cores, anyway.
# - What a child returns is pickled and sent through a pipe, which holds little. Who waits for the child's end (`join`)
#   before reading waits forever if it has more to say than fits into the pipe.
# - Tensors are sent by `torch.multiprocessing` as a handle of shared memory that goes when the child ends. Arrays, or
#   bytes that you have pickled yourself (`pickle.dumps` and `Connection.send_bytes`), are on the safe side.
# - `multiprocessing.connection.wait` waits for several pipes (or `process.sentinel`s) at a time, with a time limit. The
#   end of a pipe is seen only when all have closed the writing end, the parent too.
#
# ## 10. Several networks at once
#
# Which size, which learning rate? Networks that know nothing of each other can be trained at the same time, one per
# process. There are three steps.
#
# ### One network
#
# `train_config(config, X_train, y_train, X_valid, y_valid)`. On 1,000 points that no plane can tell apart (32 neurons,
# a learning rate of 0.05, ten epochs) its network has to name {bar:test_learns_a_bent_rule:.0%} of 500 new ones;
# without a hidden layer it is {naive:test_learns_a_bent_rule/without_a_hidden_layer:.0%}, and with all rows as a single
# batch {naive:test_learns_a_bent_rule/all_rows_at_once:.0%}.

# %% exercise="tf1.12.8" points=14
from solutions.parallel_training.several import train_config

# %% [markdown]
# ### A process for each
#
# `launch(train, configs, n_workers, timeout)`. Configurations fail: some raise an exception, some bring their process
# down, some never end. The others must not notice.

# %% exercise="tf1.12.8"
from solutions.parallel_training.launched import launch, _begun, _report, _said

# %% [markdown]
# ### The three best
#
# `best_three(results)`. What is on the test rows has no say in it.

# %% exercise="tf1.12.8"
from solutions.parallel_training.several import best_three

# %% [markdown]
# *Look*: eight configurations for handwritten digits, one of which is nonsense, two at a time.

# %% demo
X, y = load_digits(return_X_y=True)
X = X / 16
train, valid, test = np.split(np.random.default_rng(4).permutation(len(X)), [900, 1300])
configs = [{"units": units, "lr": lr, "epochs": 5, "seed": 1} for units in (2, 8, 32, 128) for lr in (0.003, 0.1)]
configs[0]["units"] = "two"
found = launch(lambda config: train_config(config, X[train], y[train], X[valid], y[valid]), configs, n_workers=2)
for done in found:
    print(done["config"], done["error"] or f"{done['result']['valid']:.1%}")
best = best_three(found)
print("best:", [done["config"] for done in best])

# %% [markdown]
# ## 11. The three best together
#
# What three networks say together is often better than what the best of them says alone. Write the class `Ensemble`,
# each of whose members can be on a device of its own, and `compare_members(ensemble, X, y)`, which finds out whether it
# was worth it.

# %% exercise="tf1.12.9" points=8
from solutions.parallel_training.ensemble import Ensemble, compare_members

# %% [markdown]
# *Look*: three small networks on handwritten digits, and the three together.

# %% demo
X, y = load_digits(return_X_y=True)
X = X / 16
train, test = np.split(np.random.default_rng(4).permutation(len(X)), [900])
members = [
    train_config({"units": 12, "lr": 0.1, "epochs": 4, "seed": seed}, X[train], y[train], X[test], y[test])["model"]
    for seed in (1, 2, 3)
]
compared = compare_members(Ensemble(members), torch.tensor(X[test]).float(), y[test])
print({name: np.round(value, 3).tolist() for name, value in compared.items()})

# %% [markdown]
# ## 12. The same step on every device
#
# Synchronous data parallelism makes a promise: the result is that of one device with one large batch. It is kept if all
# replicas begin alike, if the gradients are averaged *over rows*, and if all take the same step. There are four steps.
#
# ### Replicas in one process
#
# First without any processes: `broadcast(replicas)` and `sync_step(replicas, batches, lr)`. Mind batches of unequal
# size.

# %% exercise="tf2.19.10" points=22
from solutions.parallel_training.synchronous import broadcast, sync_step, _backward, _gradient

# %% [markdown]
# ### The parameters in one place
#
# `central_step(server, workers, batches, lr)`: workers fetch parameters and send gradients, and only the server
# updates.

# %% exercise="tf2.19.10"
from solutions.parallel_training.synchronous import central_step

# %% [markdown]
# ### A group of processes
#
# Now in earnest. `start(worker, n_processes, timeout, backend)` forks processes and has each join a group of
# `torch.distributed`: `dist.init_process_group(backend, init_method=…, rank=…, world_size=…)`. With a file that is not
# there yet in a fresh folder (`init_method="file:///tmp/…/group"`) they find each other; `"gloo"` is the backend for
# CPUs. If a process dies, the others must not wait for it forever, and neither must you. (You may be graded where no
# network is allowed: with another backend than `"gloo"`, so hand on what you get; and where `MASTER_ADDR` and a port
# would not work, but a file does.)

# %% exercise="tf2.19.10"
from solutions.parallel_training.groups import start, _in_group

# %% [markdown]
# `train_rank(model, batches, lr)` is what each of them then does: the same as `sync_step`, but with `dist.broadcast`
# and `dist.all_reduce`, which say nothing of who had how many rows. (`DistributedDataParallel` is allowed as well. It
# averages over ranks, not over rows; so scale the loss. Where no network is allowed, `dist.reduce`, `dist.all_gather`
# and `dist.barrier` are there as well, and no others.)

# %% exercise="tf2.19.10"
from solutions.parallel_training.groups import train_rank

# %% [markdown]
# *Look*: two processes with unequal shares of the rows, and one process with all of them.

# %% demo
torch.manual_seed(3)
X, begin = torch.randn(240, 6), nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 2))
y = (X[:, 0] * X[:, 1] > 0).long()
parts = ([(X[:60], y[:60])] * 60, [(X[60:], y[60:])] * 60)
together = start(lambda rank: train_rank(begin, parts[rank], lr=0.5), 2)
alone = start(lambda rank: train_rank(begin, [(X, y)] * 60, lr=0.5), 1)[0]
plt.plot(alone, linewidth=6, alpha=0.3, label="one process")
for rank, losses in enumerate(together):
    plt.plot(losses, "--", label=f"rank {rank} of 2")
plt.xlabel("step")
plt.ylabel("loss over all rows")
plt.legend()
plt.show()

# %% [markdown]
# ### What it costs
#
# `compare_strategies(model, batches, lr, n_steps)` measures mirrored replicas and a central server beside one device.
# Seconds depend on the machine, so it returns ratios. In one process nothing is gained, of course: what you see is the
# price, to which the gain of devices that work at the same time has to be compared.

# %% exercise="tf2.19.10"
from solutions.parallel_training.synchronous import compare_strategies

# %% [markdown]
# *Look*: the price for a small network and for a large one, with four devices.

# %% demo
prices = {}
for units in (16, 1024):
    net = nn.Sequential(nn.Linear(64, units), nn.ReLU(), nn.Linear(units, 10))
    share = [(torch.randn(64, 64), torch.randint(10, (64,))) for _ in range(4)]
    prices[units] = compare_strategies(net, share, lr=0.1)
    print(f"{units} neurons:", {name: round(ratio, 1) for name, ratio in prices[units].items()})

# %% [markdown]
# ## 13. With and without waiting, and in two parts
#
# Last, three ways to train one network on two devices: synchronously, asynchronously, and with the network split in
# two. You may use your answers to the exercise before.
#
# ### Waiting
#
# `train_sync(model, shards, lr, timeout, backend)`: `start` and `train_rank`, put together so that the caller's module
# is trained in the end. Children have copies.

# %% exercise="tf1.12.10" points=15
from solutions.parallel_training.shared import train_sync

# %% [markdown]
# ### Not waiting
#
# `train_async(model, shards, lr, timeout)`: all processes compute with the *same* parameters, and change them whenever
# they are ready. No group is needed for that, only memory that is shared.

# %% exercise="tf1.12.10"
from solutions.parallel_training.shared import train_async

# %% [markdown]
# ### In two parts
#
# The class `SplitNet`.

# %% exercise="tf1.12.10"
from solutions.parallel_training.shared import SplitNet

# %% [markdown]
# ### Side by side
#
# `compare_ways(first, second, shards, lr, backend)`.

# %% exercise="tf1.12.10"
from solutions.parallel_training.shared import compare_ways

# %% [markdown]
# *Look*: the four ways for a small network. Which is the fastest, and is that what you would have said? (With two large
# devices and a large network it would be another one.)

# %% demo
torch.manual_seed(5)
X = torch.randn(600, 6)
y = ((X[:, 0] > 0) ^ (X[:, 1] > 0)).long()
shards = [[(X[i : i + 30], y[i : i + 30]) for i in range(start_, start_ + 300, 30)] * 5 for start_ in (0, 300)]
ways = compare_ways(nn.Sequential(nn.Linear(6, 32), nn.ReLU()), nn.Linear(32, 2), shards, lr=0.5)
for name, way in ways.items():
    print(f"{name:13} {way['seconds']:.2f} seconds, loss {way['loss']:.3f}")

# %% [markdown]
# ## Further
#
# Nobody grades these.
#
# - Make one of the asynchronous workers a hundred times slower. What does it do to the others' time, and what do its
#   stale gradients do to the loss? And with a learning rate that is ten times as large?
# - Cut a batch into four pieces and send them through `SplitNet` one after the other. On two GPUs both parts then work
#   at the same time (a pipeline). How long would a step take if each part needed a second for the whole batch?
# - Kill one rank of a group from a terminal in the middle of a training. How long does it take until somebody notices,
#   and what would you have to save so that the training can go on with the rest?
