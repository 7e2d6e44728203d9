"""Graphs and compiled functions, logistic regression with checkpoints (tf1.09.12): wrong answers, and right ones."""

import json
import pickle
from pathlib import Path

import numpy as np
import torch

from autograder.testing import alternative, mutant, naive
from solutions.graphs_compiled.checkpoints import log_loss_and_gradient, predict_proba

# ---------------------------------------------------------------- wrong: the pieces


@mutant("tf1.09.12", replaces="predict_proba", fails="test_probabilities")
def without_a_bias(theta, X):
    """The bias, theta's first number, is left out of your score."""
    return 1 / (1 + np.exp(-np.asarray(X) @ np.asarray(theta)[1:]))


@mutant("tf1.09.12", replaces="predict_proba", fails="test_large_scores_make_no_warning")
def overflows(theta, X):
    """exp(-score) overflows where the score is very negative; NumPy warns of it. `np.logaddexp` or `expit` do not."""
    theta = np.asarray(theta, dtype=float)
    return 1 / (1 + np.exp(-(theta[0] + np.asarray(X, dtype=float) @ theta[1:])))


@mutant("tf1.09.12", replaces="log_loss_and_gradient", fails="test_stands_large_scores")
def logarithm_of_zero(theta, X, y):
    """A probability that is rounded to 0 has the logarithm minus infinity: work log(1 + exp(score)) out instead."""
    _, gradient = log_loss_and_gradient(theta, X, y)
    p, y = predict_proba(theta, X), np.asarray(y)
    return float(-np.log(np.where(y == 1, p, 1 - p)).mean()), gradient


@mutant("tf1.09.12", replaces="log_loss_and_gradient", fails="test_stands_large_scores")
def clipped_probabilities(theta, X, y):
    """You keep probabilities away from 0: the loss is finite then, but no longer what it is."""
    _, gradient = log_loss_and_gradient(theta, X, y)
    p, y = predict_proba(theta, X).clip(1e-12, 1 - 1e-12), np.asarray(y)
    return float(-np.log(np.where(y == 1, p, 1 - p)).mean()), gradient


@mutant("tf1.09.12", replaces="log_loss_and_gradient", fails="test_loss_and_gradient")
def sums_over_rows(theta, X, y):
    """You add up over the rows: with a mean the step does not depend on the size of the batch."""
    loss, gradient = log_loss_and_gradient(theta, X, y)
    return loss * len(y), gradient * len(y)


@mutant("tf1.09.12", replaces="log_loss_and_gradient", fails="test_loss_and_gradient")
def uphill(theta, X, y):
    """Your gradient points downhill: it is probabilities minus classes, not the other way round."""
    loss, gradient = log_loss_and_gradient(theta, X, y)
    return loss, -gradient


@mutant("tf1.09.12", replaces="log_loss_and_gradient", fails="test_tables_are_left_alone")
def centres_in_place(theta, X, y):
    """`X -= …` changes the caller's table: make a new one."""
    found = log_loss_and_gradient(theta, X, y)
    X -= X.mean(axis=0)
    return found


# ---------------------------------------------------------------- wrong: the training


def trained(X, y, lr, batch_size, epochs, rng, theta=None, history=(), then=lambda *state: None, **how):
    """Training in steps, for others to change."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    theta = np.zeros(1 + X.shape[1]) if theta is None else np.asarray(theta)
    history = list(history)
    for epoch in range(len(history), epochs):
        order = how.get("draw", lambda rng, n: rng.permutation(n))(rng, len(X))
        for start in range(0, how.get("end", len(X)), batch_size):
            batch = order[start : start + batch_size]
            theta = theta - lr * log_loss_and_gradient(theta, X[batch], y[batch])[1]
        rows = batch if how.get("of_batch") else slice(None)
        history.append(log_loss_and_gradient(theta, X[rows], y[rows])[0])
        then(epoch + 1, theta, history, rng)
    return theta, history


def told(after_epoch, history):
    if after_epoch is not None:
        after_epoch(len(history), history[-1])


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_an_epoch_takes_each_row_once")
def drops_the_last_batch(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):  # fmt: skip
    """Rows that fill no whole batch are left out: the last batch has what is left."""
    end = max(len(X) // batch_size, 1) * batch_size
    return trained(X, y, lr, batch_size, epochs, np.random.default_rng(seed), end=min(end, len(X)))


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_an_epoch_takes_each_row_once")
def draws_with_replacement(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):  # fmt: skip
    """You draw each batch from all rows: some come twice in an epoch, others never. Draw an order, and cut it up."""
    draw = lambda rng, n: rng.integers(0, n, n)  # noqa: E731
    return trained(X, y, lr, batch_size, epochs, np.random.default_rng(seed), draw=draw)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_order_is_drawn_for_each_epoch")
def never_shuffles(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):  # fmt: skip
    """Your rows always come in the order of the table: draw another one in each epoch."""
    return trained(X, y, lr, batch_size, epochs, np.random.default_rng(seed), draw=lambda rng, n: np.arange(n))


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_order_is_drawn_for_each_epoch")
def shuffles_once(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):  # fmt: skip
    """All epochs have the same order: make the generator once, and draw from it in each epoch."""
    draw = lambda rng, n: np.random.default_rng(seed).permutation(n)  # noqa: E731
    return trained(X, y, lr, batch_size, epochs, None, draw=draw)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_history_is_of_all_rows")
def loss_of_the_last_batch(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):  # fmt: skip
    """Your history has the loss of the last batch: that of all rows is asked for."""
    return trained(X, y, lr, batch_size, epochs, np.random.default_rng(seed), of_batch=True)


# ---------------------------------------------------------------- wrong: the checkpoints


class Resuming:
    """A training with checkpoints by pickle, for the mutants to change."""

    tells_first = False

    def __call__(self, X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None):
        state = {"theta": None, "history": (), "rng": np.random.default_rng(seed)}
        if path is not None and resume and Path(path).exists():
            state |= self.read(path, seed)

        def then(epoch, theta, history, rng):
            if self.tells_first:
                told(after_epoch, history)
            if path is not None and self.writes(epoch, epochs):
                Path(path).write_bytes(pickle.dumps({"theta": theta, "history": list(history), "rng": rng}))
            if not self.tells_first:
                told(after_epoch, history)

        return trained(X, y, lr, batch_size, epochs, state.pop("rng"), then=then, **state)

    def read(self, path, seed):
        return pickle.loads(Path(path).read_bytes())  # noqa: S301  # our own

    def writes(self, epoch, epochs):
        return True


class _CountsAnew(Resuming):
    def read(self, path, seed):
        return {**super().read(path, seed), "history": ()}


class _SeedsAnew(Resuming):
    def read(self, path, seed):
        return {**super().read(path, seed), "rng": np.random.default_rng(seed)}


class _ForgetsParameters(Resuming):
    def read(self, path, seed):
        return {**super().read(path, seed), "theta": None}


class _SavesAtTheEnd(Resuming):
    def writes(self, epoch, epochs):
        return epoch == epochs


class _TellsFirst(Resuming):
    tells_first = True


class _Forgives(Resuming):
    def read(self, path, seed):
        try:
            return super().read(path, seed)
        except Exception:
            return {}


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_resumed_is_as_if_in_one_go")
def counts_epochs_anew(*args, **kwargs):
    """After resuming you train `epochs` more: those of the checkpoint count, and so does its history."""
    return _CountsAnew()(*args, **kwargs)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_resumed_is_as_if_in_one_go")
def seeds_anew(*args, **kwargs):
    """After resuming the orders of the first epochs come once more: keep the generator's state in the file."""
    return _SeedsAnew()(*args, **kwargs)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_resumed_is_as_if_in_one_go")
def forgets_the_parameters(*args, **kwargs):
    """After resuming you begin at zeros again: the parameters belong into the file."""
    return _ForgetsParameters()(*args, **kwargs)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_interrupted_it_goes_on")
def saves_at_the_end(*args, **kwargs):
    """You write the file when all is done: whoever is interrupted before that has nothing."""
    return _SavesAtTheEnd()(*args, **kwargs)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_interrupted_it_goes_on")
def told_before_it_is_written(*args, **kwargs):
    """You call `after_epoch` before the file is written: what it interrupts has lost an epoch."""
    return _TellsFirst()(*args, **kwargs)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_begins_anew_if_told_to")
def always_resumes(X, y, *, resume=True, **settings):
    """`resume=False` has no effect: then the old file is not to be read."""
    return Resuming()(X, y, **settings)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_a_spoiled_file_is_an_error")
def begins_anew_silently(*args, **kwargs):
    """A file that can't be read is an error: whoever begins anew without a word loses days of training."""
    return _Forgives()(*args, **kwargs)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_path_may_be_text")
def paths_alone(X, y, *, path=None, **settings):
    """The file may be named by text as well, which has no `exists()`: make a `Path` of it first."""
    if path is not None:
        path.exists()
    return Resuming()(X, y, path=path, **settings)


@mutant("tf1.09.12", replaces="logistic_regression", fails="test_tables_are_left_alone")
def signs_for_classes(X, y, **settings):
    """You write -1 over the class 0 in the caller's own `y`: make a new array of signs."""
    found = Resuming()(X, y, **settings)
    y[np.asarray(y) == 0] = -1
    return found


# ---------------------------------------------------------------- wrong: the features


@mutant("tf1.09.12", replaces="more_features", fails="test_features_are_of_each_row_alone")
def standardised(X):
    """You standardise by the rows that you are given: new rows among others get other features."""
    X = np.asarray(X, dtype=float)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return np.column_stack([Z, Z**2, Z**3])


@naive("tf1.09.12", replaces="more_features", fails="test_bent_boundary")
def as_they_come(X):
    """With the two columns alone the boundary is a straight line: add some that are made of them."""
    return np.array(X, dtype=float)


@naive("tf1.09.12", replaces="more_features", fails="test_bent_boundary")
def up_to_squares(X):
    """With squares the boundary turns once, and between the moons it has to turn twice: add cubes."""
    a, b = np.asarray(X, dtype=float).T
    return np.column_stack([a, b, a * a, a * b, b * b])


# ---------------------------------------------------------------- right


@alternative("tf1.09.12", replaces="more_features")
def all_powers(X):
    """With scikit-learn."""
    from sklearn.preprocessing import PolynomialFeatures

    return PolynomialFeatures(3, include_bias=False).fit_transform(X)


@alternative("tf1.09.12", replaces="more_features")
def waves(X):
    """With sines and cosines."""
    X = np.asarray(X, dtype=float)
    return np.column_stack([X, np.sin(2 * X), np.cos(2 * X)])


@alternative("tf1.09.12", replaces="more_features")
def near_landmarks(X):
    """How near a row is to the points of a grid."""
    grid = np.stack(np.meshgrid(np.arange(-2.5, 3, 0.5), np.arange(-2, 2.5, 0.5)), axis=-1).reshape(-1, 2)
    return np.exp(-4 * ((np.asarray(X)[:, None] - grid) ** 2).sum(axis=-1))


@alternative("tf1.09.12", replaces="logistic_regression")
def by_pickle(*args, **kwargs):
    """The generator itself in the file."""
    return Resuming()(*args, **kwargs)


@alternative("tf1.09.12", replaces="logistic_regression")
def orders_by_number(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):  # fmt: skip
    """An order by seed and number of the epoch, so that no state of a generator is needed; and a file of JSON."""
    theta, history = [0.0] * (1 + len(X[0])), []
    if path is not None and resume and Path(path).exists():
        theta, history = json.loads(Path(path).read_text())
    theta = np.array(theta)
    while len(history) < epochs:
        order = np.random.default_rng((seed, len(history))).permutation(len(X))
        for batch in np.split(order, range(batch_size, len(X), batch_size)):
            A = np.insert(X[batch], 0, 1.0, axis=1)
            theta -= lr * A.T @ (predict_proba(theta, X[batch]) - y[batch]) / len(batch)
        history.append(log_loss_and_gradient(theta, X, y)[0])
        if path is not None:
            Path(path).write_text(json.dumps([theta.tolist(), history]))
        told(after_epoch, history)
    return theta, history


@alternative("tf1.09.12", replaces="logistic_regression")
def by_autograd(
    X, y, *, lr=0.1, batch_size=32, epochs=20, seed=0, path=None, resume=True, after_epoch=None
):  # fmt: skip
    """With torch from the first to the last: its optimiser, loss, loader's order and file; returns a tensor."""
    X, y = torch.tensor(np.asarray(X), dtype=torch.float64), torch.tensor(np.asarray(y), dtype=torch.float64)
    A = torch.cat([torch.ones(len(X), 1), X], dim=1)
    theta = torch.zeros(A.shape[1], dtype=torch.float64, requires_grad=True)
    generator, history = torch.Generator().manual_seed(seed), []
    optimiser, loss = torch.optim.SGD([theta], lr=lr), torch.nn.BCEWithLogitsLoss()
    if path is not None and resume and Path(path).exists():
        saved = torch.load(path)
        history = saved["history"]
        generator.set_state(saved["generator"])
        with torch.no_grad():
            theta.copy_(saved["theta"])
    for epoch in range(len(history), epochs):
        for batch in torch.randperm(len(X), generator=generator).split(batch_size):
            optimiser.zero_grad()
            loss(A[batch] @ theta, y[batch]).backward()
            optimiser.step()
        history.append(loss(A @ theta, y).item())
        if path is not None:
            state = {"theta": theta.detach(), "history": history, "generator": generator.get_state()}
            torch.save(state, path)
        if after_epoch:
            after_epoch(epoch + 1, history[-1])
    return theta.detach(), history


@alternative("tf1.09.12", replaces="log_loss_and_gradient")
def gradient_by_autograd(theta, X, y):
    """With autograd."""
    point = torch.tensor(np.asarray(theta), dtype=torch.float64, requires_grad=True)
    scores = point[0] + torch.tensor(np.asarray(X), dtype=torch.float64) @ point[1:]
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, torch.tensor(np.asarray(y)).double())
    loss.backward()
    return loss.item(), point.grad.numpy()


@alternative("tf1.09.12", replaces="predict_proba")
def by_tanh(theta, X):
    """By the hyperbolic tangent, which is the same curve."""
    return 0.5 + 0.5 * np.tanh((theta[0] + np.asarray(X) @ np.asarray(theta)[1:]) / 2)
