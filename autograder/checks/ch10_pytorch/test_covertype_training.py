"""Hidden checks of chapter 10: a network that knows what grows where (p.10.15)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch.nn.functional import cross_entropy

from autograder.checks.ch10_pytorch.inputs import network
from autograder.checks.ch10_pytorch.inputs_cover import gone_through, land, loaders_of, numbered
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, is_complete, outputs, weights_of
from course.datasets import load


def _stirred(student: Any, rng: np.random.Generator) -> Any:
    """Return a network whose weights are moved a little: a last layer that begins with zeros says nothing."""
    model = built(student, student.CoverMLP, rng, n_hidden=16)
    weights = weights_of(model)
    for value in weights.values():
        if value.dtype.kind == "f":
            value += 0.1 * rng.normal(size=value.shape).astype(value.dtype)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return model


@check("p.10.15", core=True, hint="Seven numbers of any sign for each row: `cross_entropy` does the softmax by itself. "
       "And there are two hidden layers or more, of `n_hidden` units each.")  # fmt: skip
def test_network_gives_logits(student, rng):
    """`CoverMLP` gives seven logits for each row; every weight of it is registered and can learn, and it has two hidden
    layers or more, of the size that is asked for."""
    X = rng.normal(size=(40, 54))
    model = _stirred(student, rng)
    found = outputs(model, X, shape=(40, 7))
    assert np.abs(np.exp(found).sum(axis=1) - 1).max() > 1e-3  # neither log-softmax …
    assert found.min() < 0  # … nor softmax
    gradients_flow(student, model, X, rng=rng)
    is_complete(lambda: _stirred(student, rng), X, rng=rng)
    small, middle, large = (
        sum(value.size for value in weights_of(built(student, student.CoverMLP, rng, n_hidden=n)).values())
        for n in (16, 48, 80)
    )
    assert large - middle > middle - small + 500  # weights from hidden layer to hidden layer grow by the square


def _watched(scale: "Any") -> "Any":
    """Return a small network that notes in which mode it was asked, whether gradients were recorded, and what it said
    in training."""
    import torch
    from torch import nn

    class Watched(nn.Linear):
        def __init__(self) -> None:
            super().__init__(54, 7)
            self.asked: list[Any] = []
            self.learned: list[Any] = []
            with torch.no_grad():
                self.weight.mul_(scale)

        def forward(self, X: "Any") -> "Any":
            self.asked.append([self.training, torch.is_grad_enabled(), len(X)])
            found = super().forward(X)
            if self.training:
                self.learned.append(found.detach().cpu())
            return found

    return Watched()


@check(
    "p.10.15",
    hint="`train()` at the beginning of each epoch, `eval()` and `no_grad()` for validation: each epoch anew.",
)
def test_modes_of_the_loop(student, rng):
    """In each epoch all training batches are learned from in training mode; validation rows are asked about in
    evaluation mode, without a record for gradients, and the model is left in evaluation mode."""
    X, y = numbered(rng, 210)
    train, valid, _ = loaders_of(student, X, y, batch_size=32)
    model = student.probe_(_watched)(0.5)
    student.train_cover(model, train, valid, 3)
    asked = [tuple(one) for one in model.asked]
    assert all(recorded is training for training, recorded, _ in asked)
    turns = [training for (training, _, _), before in zip(asked, [(False, 0, 0), *asked], strict=False)
             if training is not before[0]]  # fmt: skip
    assert turns[:5] == [True, False, True, False, True]
    assert sum(n for training, _, n in asked if training) == 3 * 126
    assert model.training is False


@check("p.10.15", hint="The last batch is smaller. And is the accuracy that of the validation rows?")
def test_history_of_the_training(student, rng):
    """Loss, validation loss and validation accuracy are there for each epoch, each row counted once: the loss as it
    came in training, and the last two as they are of the model that you hand back."""
    X, y = land(rng)(330)
    train, valid, _ = loaders_of(student, X, y, batch_size=50)
    model = built(student, student.CoverMLP, rng, n_hidden=16)
    history = student.train_cover(model, train, valid, 4)
    assert set(history) == {"loss", "valid_loss", "valid_accuracy"}
    assert all(len(figures) == 4 for figures in history.values())
    assert all(np.isfinite(np.asarray(figures, dtype=float)).all() for figures in history.values())
    rows, labels, _ = student.probe_(gone_through)(valid)
    logits = torch.from_numpy(outputs(model, rows, shape=(66, 7)))
    assert_allclose(float(history["valid_loss"][-1]), float(cross_entropy(logits, labels)), rtol=1e-3)
    assert_allclose(
        float(history["valid_accuracy"][-1]), np.mean(logits.argmax(dim=1).numpy() == labels.numpy()), atol=1e-3
    )
    assert 0 < float(history["loss"][-1]) < float(history["loss"][0])
    _training_losses_are_right(student, rng)


def _training_losses_are_right(student: Any, rng: np.random.Generator) -> None:
    """Assert that the training losses are those of what the model has said meanwhile, each row counted once."""
    X, labels = rng.normal(size=(102, 54)).astype(np.float32), torch.from_numpy(rng.integers(0, 7, 102))
    X[100:] *= 5  # two rows are alone in the last batch, and their loss is another
    loader = student.probe_(_plain)(torch.from_numpy(X), labels, 50)
    model = student.probe_(_watched)(3.0)
    history = student.train_cover(model, loader, loader, 3)
    logits = [torch.as_tensor(part) for part in model.learned]
    assert [len(part) for part in logits] == [50, 50, 2] * 3
    each = cross_entropy(torch.cat(logits), labels.repeat(3), reduction="none").view(3, 102)
    assert_allclose(np.asarray(history["loss"], dtype=float), each.mean(dim=1), rtol=1e-4)


def _plain(X: "Any", labels: "Any", batch_size: "Any") -> "Any":
    """Return a loader of rows in their order."""
    from torch.utils.data import DataLoader, TensorDataset

    return DataLoader(TensorDataset(X, labels), batch_size)


def _ready(dataset: "Any", batch_size: "Any") -> "Any":
    from torch.utils.data import DataLoader

    return DataLoader(dataset, batch_size)


def _named(student: Any, model: Any, like: Any, X: np.ndarray) -> np.ndarray:
    """Return what the submission says of rows, whose types it is not told."""
    dataset = student.CoverDataset(X, np.ones(len(X), dtype=np.int64), np.asarray(like.mean), np.asarray(like.std))
    found = student.cover_types(model, student.probe_(_ready)(dataset, 400))
    return np.asarray(found)


@check("p.10.15", hint="Types are 1 to 7. And in which mode, in which order are the rows asked about?")
def test_types_of_all_rows(student, rng):
    """`cover_types` returns the type with the largest logit of each row, 1 to 7, in the loader's order and whatever the
    model's mode."""
    X, y = numbered(rng, 210)
    _, _, test = loaders_of(student, X, y, batch_size=32)
    rows, _, _ = student.probe_(gone_through)(test)
    right = np.ones(42)
    while len(set(right.tolist())) < 4 or np.all(np.diff(right) >= 0):  # else the order of the rows would not show
        seed = int(rng.integers(2**31))
        with torch.no_grad():
            logits = network([54, 16, 7], seed, 0.5).eval()(torch.as_tensor(np.asarray(rows)))
        right = logits.numpy().argmax(axis=1) + 1
    model = student.probe_(network)([54, 16, 7], seed, 0.5)
    for training in (True, False):
        model.train(training)
        found = np.asarray(student.cover_types(model, test))
        assert found.shape == (42,) and found.dtype == np.int64
        assert_array_equal(found, right)


@check("p.10.15", core=True, weight=3, at_least=True, hint="Does the loss fall, and how far? Try another learning "
       "rate, ten times as large or as small; has the network a hidden layer, and something bent in it?")  # fmt: skip
def test_knows_what_grows_where(student, rng):
    """Trained on made-up land, your network names enough of 1,500 other patches rightly."""
    patches = land(rng)
    X, y = patches(3000)
    train, valid, _ = loaders_of(student, X, y, batch_size=64)
    model = built(student, student.CoverMLP, rng, n_hidden=64)
    student.train_cover(model, train, valid, 10)
    X_new, y_new = patches(1500)
    return float(np.mean(_named(student, model, train.dataset, X_new) == y_new))


@check("p.10.15", full=True, data="covtype", hint="Larger batches, a learning rate that falls towards the end, and a "
       "network with some hundreds of units: which of them is missing?")  # fmt: skip
def test_knows_93_of_100_real_patches(student, rng):
    """Your loaders get nine tenths of the 581,012 real patches, your network (with `n_hidden=256`) 10 epochs in batches
    of 512, and it names more than 93 in 100 of the last tenth rightly: with types, quantities and kinds of soil in
    another order, so that nothing can be looked up."""
    data, types = load("covtype"), rng.permutation(7) + 1
    columns = np.concatenate([rng.permutation(10), 10 + rng.permutation(4), 14 + rng.permutation(40)])
    rows = rng.permutation(len(data.y))
    X, y = data.X[rows][:, columns], types[data.y[rows] - 1]
    n = len(y) // 10
    train, valid, _ = loaders_of(student, X[n:], y[n:], batch_size=512)
    model = built(student, student.CoverMLP, rng, n_hidden=256)
    student.train_cover(model, train, valid, 10)
    assert np.mean(_named(student, model, train.dataset, X[:n]) == y[:n]) > 0.93
