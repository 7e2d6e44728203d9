# %% [markdown]
# # Serving models
#
# A trained model is of use to nobody as long as it lies in a notebook. In this one you write it to a file, make it
# small, put it behind an address, replace it while people are using it, and take the new one back when it disappoints.
#
# ### Afterwards you can
#
# - say what is in a model's file, and read it without running it;
# - decide when a model needs a server, how many, and how to talk to it;
# - store a network in 8 bits, and say how wrong that makes it;
# - serve several versions of a model, update it without losing a request, and roll back;
# - let a tuner search for hyperparameters, interrupt it, and go on.
#
# ### Before you start
#
# You need PyTorch (modules, `state_dict`, gradients), Python's `with`, and a rough idea of HTTP: a request has a
# method, a path and a body, an answer has a status and a body. A GPU is not needed.
#
# It takes about {minutes} minutes in all. All exercises are *extra*: nothing that comes later needs them.
#
# ### How it works
#
# - Write your answer where the cell says so. The text in quotes below each `def` or `class` states what is asked.
# - The examples in that text are run by the cell after your answer, so you see at once whether you are on the way.
# - Questions that ask for words are read by a person. Each comes with a small function that is checked at once, so that
#   you know whether you have understood it.
# - Where a choice is asked for, take your words from the list, as they stand there. The choice counts once the function
#   beside it is right.
# - Cells marked *Look* are for your eyes. They are not graded, and nothing depends on them. Where one begins with
#   `needs(…)`, it shows answers of yours, and says in one line which of them you have not begun yet.
# - Your functions are graded on data that you have not seen. Use only what is passed in, and no global variable. What
#   else you need, import in your answer's own cell.

# %%
import io
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import matplotlib.pyplot as plt
import numpy as np
import optuna
import torch
import uvicorn
from numpy.typing import ArrayLike, NDArray
from optuna.trial import Trial
from torch import Tensor, nn

Model = Callable[[NDArray[np.float64]], NDArray[np.float64]]  # rows (n, d) to predictions (n,) or (n, k)

# %% [markdown]
# ## 1. What is in the file?
#
# Somebody sends you a trained model as a file. What may be in it, and what not: think of a file of weights, and of one
# that a program can run without the code the model was made with. How do you look into either, without trusting the
# sender? Four to eight sentences.

# %% exercise="tf2.19.1" points=3 probe_points=2
from solutions.serving_models.questions import TF2_19_1

# %% [markdown]
# Look into one yourself, without reading a single weight: `tensor_entries(data)`.

# %% exercise="tf2.19.1"
from solutions.serving_models.questions import tensor_entries

# %% [markdown]
# *Look*: the same network as a file of weights and as a program. Where is the graph, and where are the weights?

# %% demo
from safetensors.torch import save

network = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
for name, entry in tensor_entries(save(network.state_dict())).items():
    print(name, *entry)
buffer = io.BytesIO()
program = torch.export.export(network.eval(), (torch.zeros(1, 3),))
torch.export.save(program, buffer)
for name in zipfile.ZipFile(buffer).namelist():
    print("   in the archive:", name)
print(program.graph)

# %% [markdown]
# ## 2. When to put a model behind a server
#
# A model is a function: one could call it where one needs it. When is it better to put it behind a server? Say what
# a server does that a function call does not, and name two programs that do it. Five to eight sentences.

# %% exercise="tf2.19.2" points=4 probe_points=2
from solutions.serving_models.questions import TF2_19_2

# %% [markdown]
# One thing that servers do is gather requests of different people, so that the GPU answers them together. Write
# `batch_requests(arrivals, max_batch, max_wait)`.

# %% exercise="tf2.19.2"
from solutions.serving_models.questions import batch_requests

# %% [markdown]
# *Look*: 200 requests in two seconds, and what patience does to the batches.

# %% demo
arrivals = np.sort(np.random.default_rng(3).uniform(0, 2, 200)).tolist()
waits = [0, 0.01, 0.02, 0.05, 0.1, 0.2]
sizes = [np.mean([len(batch) for batch in batch_requests(arrivals, 16, wait)]) for wait in waits]
plt.plot(waits, sizes, marker="o")
plt.axhline(16, color="gray", linestyle="--", label="the largest batch")
plt.xlabel("seconds that the first one waits at most")
plt.ylabel("requests in a batch")
plt.legend()
plt.show()

# %% [markdown]
# Which of these speak for a server, more than for a call of the function? Choose all:
#
# - `"many clients"`: programs in three languages want the same predictions;
# - `"weekly versions"`: a new version each week, without a new release of the programs;
# - `"one GPU"`: several programs are to share one GPU;
# - `"canary"`: one request in a hundred is to be answered by the new version first;
# - `"one script"`: a script predicts a table once a night;
# - `"no network"`: the model runs in a car, in tunnels too;
# - `"accuracy"`: its predictions are to become better.

# %% exercise="tf2.19.2"
from solutions.serving_models.questions import TF2_19_2_CHOICE

# %% [markdown]
# ## 3. One model, several servers
#
# One server is no longer enough, so there are to be five, which all serve the same model. How do they get it, how do
# requests get to them, and what happens when there is a new version? Four to six sentences.

# %% exercise="tf2.19.3" points=3 probe_points=3
from solutions.serving_models.questions import TF2_19_3

# %% [markdown]
# How long do people wait? Write `finish_times(arrivals, seconds, n_servers)`.

# %% exercise="tf2.19.3"
from solutions.serving_models.questions import finish_times

# %% [markdown]
# *Look*: 300 requests in 60 seconds that take half a second each on average. How many servers would you rent?

# %% demo
rng = np.random.default_rng(5)
arrivals = np.sort(rng.uniform(0, 60, 300)).tolist()
seconds = rng.exponential(0.5, 300).tolist()
waiting = {n: np.mean(np.array(finish_times(arrivals, seconds, n)) - arrivals) for n in range(1, 7)}
plt.semilogy(list(waiting), list(waiting.values()), marker="o")
plt.xlabel("servers")
plt.ylabel("seconds until the answer, on average")
plt.show()

# %% [markdown]
# ## 4. REST or gRPC?
#
# A server can be talked to by REST, with texts in JSON that anybody can read and write, or by gRPC, with protocol
# buffers over HTTP/2. How much do they send? Write `message_sizes(values)`.

# %% exercise="tf2.19.4" points=4
from solutions.serving_models.questions import message_sizes

# %% [markdown]
# Now choose, `"REST"` or `"gRPC"`:
#
# - `"browser"`: a web page asks for one prediction from a dozen numbers when a button is pressed;
# - `"pictures"`: a program of your own sends 500 tensors of 224 × 224 × 3 numbers a second to a server in the same
#   room;
# - `"partners"`: forty other companies, whose programs you don't know, are to use it this week with what they have;
# - `"stream"`: two of your own services, over one connection, send measurements and get predictions all day long, both
#   at once.

# %% exercise="tf2.19.4"
from solutions.serving_models.questions import TF2_19_4_CHOICE

# %% [markdown]
# ## 5. Small numbers for small devices
#
# A network of 100 MB is to run on a telephone. How do converters for mobile devices make it smaller and faster, without
# training it again? Name what they leave out, what they put together, and what they do to the numbers and the file.

# %% exercise="tf2.19.5" points=4 probe_points=4
from solutions.serving_models.quantising import TF2_19_5

# %% [markdown]
# The part that does most of it: `quantise(x)` and `dequantise(q, scale, zero_point)`.

# %% exercise="tf2.19.5"
from solutions.serving_models.quantising import quantise, dequantise

# %% [markdown]
# *Look*: 10,000 weights, and what is lost: no error is larger than half of a step. Then the same with one huge weight
# among them.

# %% demo
weights = np.random.default_rng(0).normal(0, 0.05, 10_000)
for title, x in {"as they are": weights, "one of them is 5": np.append(weights, 5.0)}.items():
    q, scale, zero_point = quantise(x)
    errors = dequantise(q, scale, zero_point) - x
    print(f"{title}: step {scale:.5f}, largest error {abs(errors).max():.5f}, {len(np.unique(q))} of 256 numbers used")
    plt.hist(errors, bins=60, alpha=0.6, label=title)
plt.xlabel("error")
plt.legend()
plt.show()

# %% [markdown]
# ## 6. Training that knows of the rounding
#
# Sometimes a network that was rounded after training is no longer good enough. What does quantisation-aware training do
# about it, when would you use it, and how can a network be trained through a function whose derivative is 0 nearly
# everywhere? Four to six sentences.

# %% exercise="tf2.19.6" points=3 probe_points=3
from solutions.serving_models.quantising import TF2_19_6

# %% [markdown]
# Write the operation that is put into the network for that: `fake_quantise(x, scale, zero_point)`.

# %% exercise="tf2.19.6"
from solutions.serving_models.quantising import fake_quantise

# %% [markdown]
# *Look*: one weight, steps of 1, and a loss that is least at 2.7. Gradient descent moves it, though the rounded value
# jumps. Between which two values does it end?

# %% demo
weight = torch.tensor(-1.6, requires_grad=True)
exact, rounded = [], []
for _ in range(60):
    value = fake_quantise(weight, 1.0, 0)
    exact.append(weight.item())
    rounded.append(value.item())
    (value - 2.7).square().backward()
    with torch.no_grad():
        weight -= 0.05 * weight.grad
    weight.grad = None
plt.plot(exact, label="weight")
plt.step(range(60), rounded, where="post", label="what the network computes with")
plt.axhline(2.7, color="gray", linestyle="--")
plt.xlabel("step")
plt.legend()
plt.show()

# %% [markdown]
# ## 7. Serve a model, update it, roll back
#
# Now a server of your own: versions of a network in files, a registry that holds them, an application that answers
# requests, and a client. Somebody uses it all the time, also in the second in which version 2 takes over.
#
# The server itself is [uvicorn](https://www.uvicorn.org), which runs applications of the ASGI kind, such as those of
# [FastAPI](https://fastapi.tiangolo.com) and Starlette. `serving` starts it in a thread on this machine, and ends it.
# (For models that fill a GPU there are servers with more in them, LitServe, Ray Serve or Triton. They run in processes
# of their own, which a notebook's classes can't be sent to.)


# %%
@contextmanager
def serving(app):
    """Serve an ASGI application on 127.0.0.1; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


# %% [markdown]
# ### A version is a file
#
# `save_network(network, path)` and `load_network(path)`. A file that somebody has tampered with must not be able to run
# anything, so it is no pickle. (`safetensors.torch` has `save_file` and `load_file`.)

# %% exercise="tf2.19.9" points=24
from solutions.serving_models.files import save_network, load_network

# %% [markdown]
# ### A registry
#
# `ModelRegistry` holds all versions and knows which one is active. Whoever operates the server calls it; clients don't.

# %% exercise="tf2.19.9"
from solutions.serving_models.registry import ModelRegistry

# %% [markdown]
# ### An application
#
# `make_app(registry)`. Everything that a client sends may be wrong, and some of it is meant to be. What can't be
# answered gets a status that says whose fault it was: 4xx the client's, 5xx the server's.
#
# Two traps. Python's `json` takes texts for JSON which are none (`NaN`), and turns `1e999` into infinity. FastAPI's own
# answer to a body that it refuses repeats what was wrong with it, and fails with a 500 if that is such a number: look
# for these yourself. And an application has one event loop: whatever computes in it, computes alone, while all others
# wait. FastAPI runs an endpoint that is written with `def` in a thread, but not one with `async def`.
#
# Your application is graded by a real server, on 127.0.0.1 or a socket of the submission's own, and by requests, some
# of which run while versions come and go. All are answered, each wholly by one version.

# %% exercise="tf2.19.9"
from solutions.serving_models.serving import make_app
from solutions.serving_models.bodies import _rows

# %% [markdown]
# ### A client
#
# `predict(client, X, version)`. Its client is one of [httpx](https://www.python-httpx.org), which keeps its connection
# open from one request to the next.

# %% exercise="tf2.19.9"
from solutions.serving_models.client import predict

# %% [markdown]
# *Look*: four clients without pause, while version 2 is published, made active and rolled back. Which answers are
# lost?

# %% demo
folder = Path(tempfile.mkdtemp())
for number in (1, 2):
    torch.manual_seed(number)
    save_network(nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1)), folder / f"v{number}")
registry = ModelRegistry(load_network)
registry.publish("v1", folder / "v1")
registry.activate("v1")
answers, end = [], threading.Event()


def use(address):
    with httpx.Client(base_url=address) as client:
        while not end.is_set():
            version, y = predict(client, np.ones((1, 4)))
            answers.append((time.perf_counter() - start, version, float(y[0, 0])))


def some_more(n=200):
    enough, limit = len(answers) + n, time.perf_counter() + 10
    while len(answers) < enough and time.perf_counter() < limit:
        time.sleep(0.01)


with serving(make_app(registry)) as address:
    start = time.perf_counter()
    users = [threading.Thread(target=use, args=(address,)) for _ in range(4)]
    for user in users:
        user.start()
    some_more()
    registry.publish("v2", folder / "v2")
    registry.activate("v2")
    some_more()
    registry.rollback()
    some_more()
    end.set()
    for user in users:
        user.join()
for version in ("v1", "v2"):
    times, values = zip(*[(t, y) for t, name, y in answers if name == version])
    plt.plot(times, values, ".", label=f"{version}: {len(times)} answers")
plt.xlabel("seconds")
plt.ylabel("prediction")
plt.legend()
plt.show()

# %% [markdown]
# ## 8. Let a tuner search
#
# Clouds have services that search for hyperparameters: they are told a range for each, call your training with some
# values, look at the score, and choose the next ones by what they have seen. [Optuna](https://optuna.org) does the same
# on a machine of your own.
#
# ### A study that can be interrupted
#
# A search takes days, and something happens each night: one training runs out of memory, another one is not worth
# going on with, the machine is switched off. `tune(objective, path, n_trials)` keeps its study in a file and stands all
# that.
#
# Your tuner is also put to the test on made-up objectives with four parameters, 50 trials each: on average its result
# has to be better than that of {bar:test_beats_random_search:.0%} of all random searches of the same length. Who leaves
# the sampler to chance gets {naive:test_beats_random_search/by_chance:.0%} at best.

# %% exercise="tf2.19.11" points=15
from solutions.serving_models.tuning import tune

# %% [markdown]
# *Look*: what is tried in a plane, early and late. The objective is least at (0.3, 0.01).


# %% demo
def valley(trial):
    a, b = trial.suggest_float("a", 0, 1), trial.suggest_float("b", 1e-5, 10, log=True)
    return (a - 0.3) ** 2 + (np.log10(b) + 2) ** 2 / 20


study = tune(valley, Path(tempfile.mkdtemp()) / "study", 60)
tried = np.array([[trial.params["a"], trial.params["b"]] for trial in study.trials])
plt.scatter(*tried.T, c=range(60), cmap="viridis")
plt.colorbar(label="trial")
plt.plot(0.3, 0.01, "r+", markersize=20)
plt.yscale("log")
plt.xlabel("a")
plt.ylabel("b")
plt.show()

# %% [markdown]
# ### A classifier
#
# Whatever decides between trials has to be measured on rows that no trial was fitted to, and what is reported in the
# end on rows that have decided nothing. Write `tune_classifier(make_model, suggest, X, y, path, n_trials)`. It uses
# your `tune`. Mind that it is called again, days later, to go on: the test rows are still test rows then.

# %% exercise="tf2.19.11"
from solutions.serving_models.classifier import tune_classifier

# %% [markdown]
# *Look*: a support vector machine for two moons. The search is called three times, and goes on each time.

# %% demo
from sklearn.datasets import make_moons
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def make_model(params):
    return make_pipeline(StandardScaler(), SVC(**params))


def suggest(trial):
    return {
        "C": trial.suggest_float("C", 1e-2, 1e3, log=True),
        "gamma": trial.suggest_float("gamma", 1e-3, 1e2, log=True),
    }


X, y = make_moons(300, noise=0.2, random_state=0)
path = Path(tempfile.mkdtemp()) / "study"
for n_trials in (5, 15, 30):
    found = tune_classifier(make_model, suggest, X, y, path, n_trials)
    shown = {name: round(value, 3) for name, value in found["params"].items()}
    print(f"{n_trials} trials: error {found['error']:.3f} with {shown}, test accuracy {found['test_accuracy']:.3f}")

# %% [markdown]
# ## Further
#
# Nobody grades these.
#
# - Let your server gather requests into batches, as in exercise 2. From how many clients on is it worth it? Measure the
#   time until the answer for the slowest request in a hundred.
# - Start two processes of your server, and something in front of them that spreads the requests. Update one after the
#   other, while clients are asking.
# - Run `tune` in two processes at the same time, with one file. What do you have to change so that there are
#   `n_trials` in the end?
