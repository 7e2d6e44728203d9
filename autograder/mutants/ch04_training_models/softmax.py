"""Chapter 4, softmax regression: wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch
from scipy.special import logsumexp

from autograder.testing import alternative, mutant, naive
from solutions.ch04_training_models.softmax import SoftmaxRegression, log_softmax, loss_and_gradient

# wrong: the pieces


@mutant("p.04.12", replaces="log_softmax", fails="test_log_softmax")
def over_the_rows(scores):
    """You share the probability among the rows: the classes are along axis 1."""
    shifted = scores - scores.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


@mutant("p.04.12", replaces="log_softmax", fails="test_log_softmax")
def forgets_the_logarithm(scores):
    """These are probabilities: the logarithm is missing."""
    return np.exp(log_softmax(scores))


@mutant("p.04.12", replaces="log_softmax", fails="test_survives_large_scores")
def powers_too_large(scores):
    """exp of a large score is infinite, and infinity by infinity is nan: take the row's largest score away first."""
    powers = np.exp(scores)
    return np.log(powers / powers.sum(axis=1, keepdims=True))


@mutant("p.04.12", replaces="log_softmax", fails="test_survives_large_scores")
def logarithm_of_zero(scores):
    """A tiny probability is rounded to 0, and its logarithm is minus infinity: work the logarithm out on paper
    before you program it."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.log(powers / powers.sum(axis=1, keepdims=True))


@mutant("p.04.12", replaces="log_softmax", fails="test_survives_large_scores")
def with_an_epsilon(scores):
    """A small number inside the logarithm keeps infinity away, but every probability below it looks the same: work the
    logarithm out on paper."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.log(powers / powers.sum(axis=1, keepdims=True) + 1e-5)


@mutant("p.04.12", replaces="log_softmax", fails="test_arguments_are_left_alone")
def shifts_in_place(scores):
    """`scores -= …` changes the caller's array: make a new one."""
    scores -= scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def _parts(theta, X, y):
    A, Y = np.insert(X, 0, 1.0, axis=1), np.eye(theta.shape[1])[y]
    log_p = log_softmax(A @ theta)
    return -(Y * log_p).sum() / len(X), A.T @ (np.exp(log_p) - Y) / len(X)


@mutant("p.04.12", replaces="loss_and_gradient", fails="test_cost")
def penalises_the_biases(theta, X, y, alpha):
    """The biases are penalised, too: they say how frequent a class is, and should be free to do so."""
    cost, gradient = _parts(theta, X, y)
    return cost + alpha / 2 * (theta**2).sum(), gradient + alpha * theta


@mutant("p.04.12", replaces="loss_and_gradient", fails="test_cost")
def sums_over_rows(theta, X, y, alpha):
    """You sum over the rows: with the mean the learning rate need not change with their number."""
    cost, gradient = loss_and_gradient(theta, X, y, alpha / len(X))
    return cost * len(X), gradient * len(X)


@mutant("p.04.12", replaces="loss_and_gradient", fails="test_gradient")
def penalty_without_slope(theta, X, y, alpha):
    """The penalty is in the cost, but not in the gradient: descent never feels it."""
    _, gradient = _parts(theta, X, y)
    return loss_and_gradient(theta, X, y, alpha)[0], gradient


@mutant("p.04.12", replaces="loss_and_gradient", fails="test_gradient")
def points_downhill(theta, X, y, alpha):
    """Your gradient points downhill: it is probabilities minus targets, not the other way round."""
    cost, gradient = loss_and_gradient(theta, X, y, alpha)
    return cost, -gradient


@mutant("p.04.12", replaces="loss_and_gradient", fails="test_cost")
def penalty_not_halved(theta, X, y, alpha):
    """You add alpha times the sum of the squared weights: asked for is half of that, of slope alpha * theta."""
    return loss_and_gradient(theta, X, y, 2 * alpha)


# wrong: the training


class _Model(SoftmaxRegression):
    """Training in steps, for the mutants to change: they return the row numbers, codes, and what is kept."""

    early = False  # whether a loss is taken before its epoch's step

    def start(self, shape):
        return np.zeros(shape)

    def fit(self, X, y, X_valid, y_valid):
        self.classes_ = np.unique(y)
        codes, codes_valid = np.searchsorted(self.classes_, y), self.codes(y_valid)
        theta = self.theta_ = self.start((1 + X.shape[1], len(self.classes_)))
        rows, targets = self.trained_on(X, codes, X_valid, codes_valid)
        self.losses_, lowest, self.waited = [], np.inf, 0
        for _ in range(self.max_epochs):
            after = theta - self.learning_rate * self.slope(theta, rows, targets)
            seen = theta if self.early else after
            self.losses_.append(self.watched(seen, X, codes, X_valid, codes_valid))
            theta = after
            self.waited += 1
            if self.losses_[-1] < lowest:
                lowest, self.waited, self.theta_ = self.losses_[-1], 0, seen
            if self.finished():
                break
        self.end(theta)
        return self

    def codes(self, labels):
        return np.searchsorted(self.classes_, labels)

    def trained_on(self, X, codes, X_valid, codes_valid):
        return X, codes

    def slope(self, theta, X, codes):
        return loss_and_gradient(theta, X, codes, self.alpha)[1]

    def watched(self, theta, X, codes, X_valid, codes_valid):
        return loss_and_gradient(theta, X_valid, codes_valid, 0.0)[0]

    def finished(self):
        return self.waited >= self.patience

    def end(self, theta):
        pass


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_keeps_the_best_parameters")
class KeepsTheLast(_Model):
    """You keep the last parameters: since the best epoch the model has only become worse."""

    def end(self, theta):
        self.theta_ = theta


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_stops_early")
class NeverStops(_Model):
    """You go through all the epochs: compare the age of the lowest validation loss with `patience`."""

    def finished(self):
        return False


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_stops_early")
class HasNoPatience(_Model):
    """You stop as soon as the validation loss rises: wait until it has not fallen for `patience` epochs."""

    def finished(self):
        return self.waited > 0


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_stops_early")
class WaitsOnceMore(_Model):
    """You wait one epoch too long: when the lowest loss is exactly `patience` epochs old, training stops."""

    def finished(self):
        return self.waited > self.patience


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_stops_early")
class ForgetsTheLowest(_Model):
    """You compare each loss with the one before: only a new low begins the patience anew, and not every little fall."""

    def finished(self):
        falls = np.diff(self.losses_) < 0
        return len(falls) >= self.patience and not falls[-self.patience :].any()


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_fit_begins_anew")
class GoesOnWithOldLosses(SoftmaxRegression):
    """A second `fit` adds its losses to those of the first: begin the list in `fit`, not in `__init__`."""

    def fit(self, X, y, X_valid, y_valid):
        self.losses_ = getattr(self, "losses_", []) + super().fit(X, y, X_valid, y_valid).losses_
        return self


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_fit_begins_anew")
class GoesOnFromOldParameters(_Model):
    """A second `fit` goes on from the parameters of the first: they are to begin at 0."""

    def start(self, shape):
        return getattr(self, "theta_", np.zeros(shape))


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_fit_begins_anew")
class ReturnsNothing(SoftmaxRegression):
    """Your `fit` returns nothing: let it return `self`, so that `model = SoftmaxRegression().fit(…)` works."""

    def fit(self, X, y, X_valid, y_valid):
        super().fit(X, y, X_valid, y_valid)


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_losses_are_of_the_validation_set")
class WatchesTheTrainingLoss(_Model):
    """You watch the training loss, which keeps falling: only the validation set shows when the model overfits."""

    def watched(self, theta, X, codes, X_valid, codes_valid):
        return loss_and_gradient(theta, X, codes, 0.0)[0]


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_losses_are_of_the_validation_set")
class AddsThePenalty(_Model):
    """The penalty is part of your validation loss: it guides the training, and says nothing about how good the
    predictions are."""

    def watched(self, theta, X, codes, X_valid, codes_valid):
        return loss_and_gradient(theta, X_valid, codes_valid, self.alpha)[0]


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_every_epoch_is_one_step")
class LearnsTheValidationSet(_Model):
    """You train on the validation set as well: then it can't tell how the model does on new rows."""

    def trained_on(self, X, codes, X_valid, codes_valid):
        return np.vstack([X, X_valid]), np.concatenate([codes, codes_valid])


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_every_epoch_is_one_step")
class StartsAnywhere(_Model):
    """Your parameters begin at random numbers, and the docstring lets them begin at 0: the cost has one valley, so a
    start that can be repeated is as good as any."""

    def start(self, shape):
        return np.random.default_rng(0).normal(0, 0.1, shape)


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_every_epoch_is_one_step")
class LooksBeforeTheStep(_Model):
    """You look at the validation loss before the step, so that the first look is wasted on zeros and the last step is
    never judged."""

    early = True


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_every_epoch_is_one_step")
class HasNoBias(_Model):
    """Your model has no biases: all its borders go through the origin. Row 0 of theta belongs to a column of ones."""

    def slope(self, theta, X, codes):
        return super().slope(theta, X, codes) * (np.arange(len(theta)) > 0)[:, None]


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_biases_are_free")
class ShrinksTheBias(_Model):
    """Your training penalises the biases, too: under a strong penalty the model forgets which class is frequent."""

    def slope(self, theta, X, codes):
        return loss_and_gradient(theta, X, codes, 0.0)[1] + self.alpha * theta


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_labels_are_what_they_were")
class AnswersWithPositions(_Model):
    """`predict` answers with column numbers: look the labels up in `classes_`."""

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_validation_set_may_lack_a_class")
class CountsClassesTwice(_Model):
    """You number the validation labels by themselves: if one class is missing there, all numbers after it are off."""

    def codes(self, labels):
        return np.unique(labels, return_inverse=True)[1]


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_validation_set_may_lack_a_class")
class CountsToTheLargest(_Model):
    """You count the classes by the largest label of the validation set, where the last one may be missing: theta has a
    column for each."""

    def watched(self, theta, X, codes, X_valid, codes_valid):
        Y = np.eye(codes_valid.max() + 1)[codes_valid]
        return -(Y * log_softmax(theta[0] + X_valid @ theta[1:])).sum() / len(Y)


@mutant("p.04.12", replaces="SoftmaxRegression", fails="test_knows_irises")
class StepsUphill(_Model):
    """You add the gradient: the loss rises with every epoch."""

    def slope(self, theta, X, codes):
        return -super().slope(theta, X, codes)


@naive("p.04.12", replaces="SoftmaxRegression", fails="test_knows_irises")
class MostFrequentKind(_Model):
    """Your model says the most frequent label of all rows, whatever they are like: theta has to be learned."""

    def end(self, theta):
        self.theta_ = np.zeros_like(theta)


@naive("p.04.12", replaces="SoftmaxRegression", fails="test_knows_irises")
class OneStepOnly(_Model):
    """You take a single step: it finds the rough direction, and borders between neighbours need many more."""

    def finished(self):
        return True


# right


@alternative("p.04.12", replaces="log_softmax")
def by_scipy(scores):
    """With SciPy's function."""
    return scores - logsumexp(scores, axis=1, keepdims=True)


@alternative("p.04.12", replaces="loss_and_gradient")
def without_one_hot(theta, X, y, alpha):
    """Takes 1 from the probability of the right class, instead of one-hot targets; biases by themselves."""
    n, rows = len(X), np.arange(len(X))
    log_p = log_softmax(theta[0] + X @ theta[1:])
    errors = np.exp(log_p)
    errors[rows, y] -= 1
    gradient = np.vstack([errors.mean(axis=0), X.T @ errors / n + alpha * theta[1:]])
    return -log_p[rows, y].mean() + alpha / 2 * np.sum(theta[1:] ** 2), gradient


@alternative("p.04.12", replaces="loss_and_gradient")
def by_autograd(theta, X, y, alpha):
    """PyTorch works out the gradient."""
    point = torch.tensor(theta, requires_grad=True)
    scores = point[0] + torch.tensor(X) @ point[1:]
    cost = torch.nn.functional.cross_entropy(scores, torch.tensor(y)) + alpha / 2 * (point[1:] ** 2).sum()
    cost.backward()
    return cost.item(), point.grad.numpy()


@alternative("p.04.12", replaces="SoftmaxRegression")
class RowByRow:
    """Lists, a dict of codes, a step in place with a copy of the best, and no helper; `losses_` is an array."""

    def __init__(self, learning_rate=0.5, max_epochs=5000, alpha=0.0, patience=50):
        self.settings = learning_rate, max_epochs, alpha, patience

    def fit(self, X, y, X_valid, y_valid):
        rate, epochs, alpha, patience = self.settings
        self.classes_ = sorted(set(y.tolist()))
        code = {label: number for number, label in enumerate(self.classes_)}
        Y = np.array([[float(code[label] == k) for k in range(len(code))] for label in y.tolist()])
        columns = [code[label] for label in y_valid.tolist()]
        bias, W = np.zeros(len(code)), np.zeros((X.shape[1], len(code)))
        losses, waited = [], 0
        while len(losses) < epochs and waited < patience:
            errors = np.exp(self._log(X, bias, W)) - Y
            bias -= rate * errors.mean(axis=0)
            W -= rate * (np.einsum("nd,nk->dk", X, errors) / len(X) + alpha * W)
            losses.append(-np.mean(self._log(X_valid, bias, W)[np.arange(len(columns)), columns]))
            waited += 1
            if losses[-1] == min(losses):
                waited, self.theta_ = 0, np.vstack([bias, W])
        self.losses_ = np.array(losses)
        return self

    def _log(self, X, bias, W):
        scores = X @ W + bias
        return scores - logsumexp(scores, axis=1, keepdims=True)

    def predict_proba(self, X):
        return np.exp(self._log(X, self.theta_[0], self.theta_[1:])).tolist()

    def predict(self, X):
        return [self.classes_[np.argmax(row)] for row in self.predict_proba(X)]


@alternative("p.04.12", replaces="SoftmaxRegression")
class WholeHistory(SoftmaxRegression):
    """Keeps the parameters of every epoch and chooses afterwards."""

    def fit(self, X, y, X_valid, y_valid):
        self.classes_, codes = np.unique(y, return_inverse=True)
        codes_valid = np.array([list(self.classes_).index(label) for label in y_valid])
        path, self.losses_ = [np.zeros((1 + X.shape[1], len(self.classes_)))], []
        for _ in range(self.max_epochs):
            path.append(path[-1] - self.learning_rate * loss_and_gradient(path[-1], X, codes, self.alpha)[1])
            self.losses_.append(loss_and_gradient(path[-1], X_valid, codes_valid, 0.0)[0])
            if len(self.losses_) > self.patience and np.argmin(self.losses_[-1 - self.patience :]) == 0:
                break
        self.theta_ = path[1 + int(np.argmin(self.losses_))]
        return self
