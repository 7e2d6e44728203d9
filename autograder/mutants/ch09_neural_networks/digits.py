"""Chapter 9, digits (tf2.10.10): wrong answers that must fail, and right ones that must pass."""

import copy
import io
import pickle
from itertools import pairwise

import joblib
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from autograder.testing import alternative, mutant, naive
from solutions.ch09_neural_networks.rates import lr_sweep, pick_rate

BAR = "test_reads_a_made_up_script"


class _Net:
    """A network on pixels from 0 to 255."""

    def __init__(self, rate, hidden, seed, n):
        self.model = MLPClassifier(hidden, solver="sgd", learning_rate_init=rate, batch_size=min(32, n),
                                   random_state=np.random.RandomState(seed))  # fmt: skip

    def epoch(self, X, y):
        self.model.partial_fit(X / 255, y, classes=np.unique(y))

    def predict(self, X):
        return self.model.predict(X / 255)

    def predict_proba(self, X):
        return self.model.predict_proba(X / 255)


def _kept(checkpoint):
    return pickle.loads(checkpoint)  # noqa: S301  # our own


def _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed, checkpoint=None, start=0):
    """A right training; patience is counted from epoch `start` on."""
    if checkpoint:
        losses, model, best = _kept(checkpoint)
    else:
        losses, model, best = [], _Net(rate, hidden, seed, len(X_train)), None
    while len(losses) < n_epochs:
        since = len(losses) - max(int(np.argmin(losses)) + 1, start) if losses else 0
        if since >= patience:
            break
        model.epoch(X_train, y_train)
        losses.append(float(log_loss(y_val, model.predict_proba(X_val))))
        best = copy.deepcopy(model) if losses[-1] == min(losses) else best
    return {"model": best, "losses": losses, "checkpoint": pickle.dumps((losses, model, best))}


# training, wrong


@mutant("tf2.10.10", replaces="train_digits", fails="test_training_stops_in_time")
def last_weights(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                 checkpoint=None):  # fmt: skip
    """You return the last network: keep a copy of the best one (`best = model` is none), and return
    that."""
    state = _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed, checkpoint)
    return {**state, "model": _kept(state["checkpoint"])[1]}


@mutant("tf2.10.10", replaces="train_digits", fails="test_training_stops_in_time")
def patience_one_too_many(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                          checkpoint=None):  # fmt: skip
    """You train one epoch more than patience allows: with patience 4 the fourth epoch in a row without a new lowest
    loss is the last one."""
    return _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience + 1, seed, checkpoint)


@mutant("tf2.10.10", replaces="train_digits", fails="test_training_stops_in_time")
def training_loss(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                  checkpoint=None):  # fmt: skip
    """You watch the loss on the training rows, which falls to the end: the validation rows tell when to stop."""
    return _trained(X_train, y_train, X_train, y_train, rate, n_epochs, hidden, patience, seed, checkpoint)


@mutant("tf2.10.10", replaces="train_digits", fails="test_an_interrupted_training_ends_the_same")
def weights_only(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                 checkpoint=None):  # fmt: skip
    """Your checkpoint has the weights, but not what the optimizer keeps (momentum) and where the random numbers are:
    save all of it."""
    if checkpoint is not None:
        losses, old, best = _kept(checkpoint)
        new = _Net(rate, hidden, seed, len(X_train))
        new.epoch(X_train, y_train)
        for mine, theirs in zip(new.model.coefs_ + new.model.intercepts_, old.model.coefs_ + old.model.intercepts_,
                                strict=True):  # fmt: skip
            mine[...] = theirs
        checkpoint = pickle.dumps((losses, new, best))
    return _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed, checkpoint)


@mutant("tf2.10.10", replaces="train_digits", fails="test_an_interrupted_training_ends_the_same")
def epochs_once_more(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                     checkpoint=None):  # fmt: skip
    """You train `n_epochs` more after a checkpoint: those before it count as well."""
    before = len(_kept(checkpoint)[0]) if checkpoint else 0
    return _trained(X_train, y_train, X_val, y_val, rate, n_epochs + before, hidden, patience, seed, checkpoint)


@mutant("tf2.10.10", replaces="train_digits", fails="test_an_interrupted_training_ends_the_same")
def checkpoint_ignored(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                       checkpoint=None):  # fmt: skip
    """Only the network is brought back, not the losses so far: the list has to begin with the very first epoch."""
    if checkpoint is not None:
        losses, old, best = _kept(checkpoint)
        rest = pickle.dumps(([], old, best))
        return _trained(X_train, y_train, X_val, y_val, rate, n_epochs - len(losses), hidden, patience, seed, rest)
    return _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed)


@mutant("tf2.10.10", replaces="train_digits", fails="test_patience_goes_on_counting")
def patience_begins_anew(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                         checkpoint=None):  # fmt: skip
    """After a checkpoint your patience begins anew: epochs without a new lowest loss before it count as well."""
    start = len(_kept(checkpoint)[0]) if checkpoint else 0
    return _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed, checkpoint, start)


@mutant("tf2.10.10", replaces="train_digits", fails="test_patience_goes_on_counting")
def best_network_forgotten(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                           checkpoint=None):  # fmt: skip
    """Your checkpoint lacks the best network so far: where no later epoch is better, that one has to be returned."""
    if checkpoint is not None:
        losses, model, _ = _kept(checkpoint)
        checkpoint = pickle.dumps((losses, model, model))
    return _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed, checkpoint)


class _Places:
    """Answers with the place of a label instead of the label."""

    def __init__(self, model):
        self.predict_proba = model.predict_proba

    def predict(self, X):
        return np.asarray(self.predict_proba(X)).argmax(axis=1)


@mutant("tf2.10.10", replaces="train_digits", fails="test_models_answer_with_labels")
def places_of_labels(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                     checkpoint=None):  # fmt: skip
    """Your network says at which place among the labels its answer stands: turn that back into the label."""
    found = _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed, checkpoint)
    return {**found, "model": _Places(found["model"])}


@mutant("tf2.10.10", replaces="train_digits", fails="test_seed_decides_the_network")
def one_seed(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
             checkpoint=None):  # fmt: skip
    """You don't use the seed that you are given."""
    return _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, 0, checkpoint)


# reading, naive


@naive("tf2.10.10", replaces="fit_digits", fails=BAR)
def no_hidden_layer(X, y, seed=42):
    """Logistic regression has no hidden layer."""
    return LogisticRegression(max_iter=60).fit(X, y)


@naive("tf2.10.10", replaces="fit_digits", fails=BAR)
def pixels_as_they_come(X, y, seed=42):
    """You take `MLPClassifier` as it comes, on pixels up to 255: scale them, and choose a rate that suits."""
    return MLPClassifier(random_state=seed).fit(X, y)


# reading, wrong


def _reader(X, y, seed):
    network = MLPClassifier((150,), learning_rate_init=0.002, batch_size=32, max_iter=18, random_state=seed)
    return make_pipeline(StandardScaler(), network).fit(X, y)


@mutant("tf2.10.10", replaces="fit_digits", fails="test_models_answer_with_labels")
def reader_says_places(X, y, seed=42):
    """Your reader says at which place among the labels its answer stands: where a digit is lacking, that is another
    one."""
    return _Places(_reader(X, y, seed))


@mutant("tf2.10.10", replaces="fit_digits", fails="test_seed_decides_the_network")
def reader_without_seed(X, y, seed=42):
    """`fit_digits` gives another network each time: hand its seed on to all that draws by chance."""
    return _reader(X, y, None)


# right


class _Torch(nn.Module):
    """A network in PyTorch on pixels from 0 to 255, whose answers are tensors."""

    def __init__(self, hidden, labels):
        super().__init__()
        self.labels = torch.as_tensor(labels)
        sizes = [784, *hidden, len(labels)]
        layers = []
        for n_in, n_out in pairwise(sizes):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        self.net = nn.Sequential(*layers[:-1])

    def forward(self, X):
        return self.net(torch.as_tensor(np.asarray(X), dtype=torch.float32) / 255)

    def predict_proba(self, X):
        with torch.no_grad():
            return torch.softmax(self(X), dim=1).double()

    def predict(self, X):
        return self.labels[self.predict_proba(X).argmax(dim=1)]


@alternative("tf2.10.10", replaces="train_digits")
def digits_by_torch(
    X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42, checkpoint=None
):
    """PyTorch, with a checkpoint of state dictionaries."""
    labels = np.unique(y_train)
    targets, wanted = (torch.as_tensor(np.searchsorted(labels, y)) for y in (y_train, y_val))
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = _Torch(hidden, labels)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    losses, best = [], model.state_dict()
    if checkpoint is not None:
        kept = torch.load(io.BytesIO(checkpoint), weights_only=False)
        losses, best = kept["losses"], kept["best"]
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        generator.set_state(kept["generator"])
    while len(losses) < n_epochs and (not losses or len(losses) - 1 - int(np.argmin(losses)) < patience):
        for rows in torch.randperm(len(X_train), generator=generator).split(16):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X_train[rows.numpy()]), targets[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            losses.append(float(nn.functional.nll_loss(model.predict_proba(X_val).log(), wanted)))
        if losses[-1] == min(losses):
            best = copy.deepcopy(model.state_dict())
    file = io.BytesIO()
    torch.save({"losses": losses, "best": best, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                "generator": generator.get_state()}, file)  # fmt: skip
    found = _Torch(hidden, labels)
    found.load_state_dict(best)
    return {"model": found, "losses": losses, "checkpoint": file.getvalue()}


@alternative("tf2.10.10", replaces="train_digits")
def trained_anew(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42,
                 checkpoint=None):  # fmt: skip
    """The checkpoint is of no use to it: all is trained again from the same seed, which ends the same."""
    found = _trained(X_train, y_train, X_val, y_val, rate, n_epochs, hidden, patience, seed)
    return {**found, "losses": np.array(found["losses"]), "checkpoint": b"nothing"}


@alternative("tf2.10.10", replaces="train_digits")
def by_joblib(X_train, y_train, X_val, y_val, rate, n_epochs, hidden=(300, 100), patience=5, seed=42, checkpoint=None):
    """Adam on standardised pixels, every network kept, saved by joblib."""
    scaler = StandardScaler().fit(X_train)
    models, losses = joblib.load(io.BytesIO(checkpoint)) if checkpoint else ([], [])
    while len(models) < n_epochs and not (
        len(models) > patience and min(losses[-patience:]) >= min(losses[:-patience])
    ):
        model = copy.deepcopy(models[-1]) if models else MLPClassifier(
            hidden, learning_rate_init=rate, batch_size=20, random_state=seed)  # fmt: skip
        models.append(model.partial_fit(scaler.transform(X_train), y_train, classes=np.unique(y_train)))
        losses.append(log_loss(y_val, model.predict_proba(scaler.transform(X_val))))
    file = io.BytesIO()
    joblib.dump((models, losses), file)
    best = make_pipeline(scaler, models[int(np.argmin(losses))])
    return {"model": best, "losses": tuple(losses), "checkpoint": file.getvalue()}


def _held_out(X, y, seed):
    return train_test_split(X, y, test_size=0.2, random_state=seed)


@alternative("tf2.10.10", replaces="fit_digits")
def to_the_letter(X, y, seed=42):
    """What the text says and nothing else: a fifth held out, the rate of a sweep, the default sizes."""
    X_train, X_val, y_train, y_val = _held_out(X, y, seed)
    rate = pick_rate(*lr_sweep(X_train / 255, y_train, 1e-4, 10.0, seed=seed))
    return _trained(X_train, y_train, X_val, y_val, rate, 50, (300, 100), 5, seed)["model"]


@alternative("tf2.10.10", replaces="fit_digits")
def better_of_two_rates(X, y, seed=42):
    """A third of the rate as well, whichever reads the validation rows better; in PyTorch."""
    X_train, X_val, y_train, y_val = _held_out(X, y, seed)
    rate = pick_rate(*lr_sweep(X_train / 255, y_train, 1e-3, 10.0, n_rates=9, seed=seed))
    done = [digits_by_torch(X_train, y_train, X_val, y_val, one, 20, (150, 80), 5, seed) for one in (rate, rate / 3)]
    return min(done, key=lambda found: min(found["losses"]))["model"]


@alternative("tf2.10.10", replaces="fit_digits")
def adam_in_one_go(X, y, seed=42):
    """Adam with a higher rate and small batches, for a fixed number of epochs, on standardised pixels."""
    return _reader(X, y, seed)
