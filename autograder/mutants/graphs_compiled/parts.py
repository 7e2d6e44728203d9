"""Graphs and compiled functions, parts of one's own (tf2.12.5 to tf2.12.8): wrong answers, and right ones."""

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant
from solutions.graphs_compiled.parts import HuberLoss, StreamingPrecision

# ---------------------------------------------------------------- tf2.12.5


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_values_of_the_loss")
class Adds(HuberLoss):
    """You add the errors up: their mean is asked for."""

    def forward(self, predicted, target):
        return super().forward(predicted, target) * predicted.numel()


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_values_of_the_loss")
class Jumps(HuberLoss):
    """Your pieces don't meet: beyond `delta` the loss is delta (abs(e) - delta / 2)."""

    def forward(self, predicted, target):
        error = (predicted - target).abs()
        return torch.where(error <= self.delta, error**2 / 2, self.delta * error).mean()


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_values_of_the_loss")
class ThresholdOfOne(HuberLoss):
    """The threshold has no effect: pass it on."""

    def forward(self, predicted, target):
        return nn.functional.huber_loss(predicted, target)


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_values_of_the_loss")
class SmoothL1(HuberLoss):
    """The smooth L1 loss is the Huber loss divided by its threshold, so the same for a threshold of 1 alone."""

    def forward(self, predicted, target):
        return nn.functional.smooth_l1_loss(predicted, target, beta=float(self.delta))


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_threshold_is_kept")
class TwoThresholds(HuberLoss):
    """You compute with a second copy of the threshold: what is loaded into the buffer has no effect."""

    def __init__(self, delta=1.0):
        super().__init__(delta)
        self.number = delta

    def forward(self, predicted, target):
        return nn.functional.huber_loss(predicted, target, delta=self.number)


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_threshold_is_kept")
class PlainThreshold(nn.Module):
    """A plain attribute is not part of the state: register a buffer."""

    def __init__(self, delta=1.0):
        super().__init__()
        self.delta = delta

    def forward(self, predicted, target):
        return nn.functional.huber_loss(predicted, target, delta=self.delta)


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_threshold_is_kept")
class TrainedThreshold(HuberLoss):
    """As a parameter the threshold is trained: to 0, since that makes the loss smallest."""

    def __init__(self, delta=1.0):
        nn.Module.__init__(self)
        self.delta = nn.Parameter(torch.tensor(float(delta)))


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_threshold_is_kept")
class WholeThreshold(HuberLoss):
    """Of a whole number `torch.tensor` makes an int64, and what is loaded into it loses its fraction: make it a float
    first."""

    def __init__(self, delta=1.0):
        nn.Module.__init__(self)
        self.register_buffer("delta", torch.tensor(delta))


@mutant("tf2.12.5", replaces="HuberLoss", fails="test_loss_can_be_trained_with")
class WithoutHistory(HuberLoss):
    """You compute outside of PyTorch: the loss has no gradient."""

    def forward(self, predicted, target):
        return torch.tensor(super().forward(predicted, target).item(), requires_grad=True)


@alternative("tf2.12.5", replaces="HuberLoss")
class ByTorch(HuberLoss):
    """With torch's own loss."""

    def forward(self, predicted, target):
        return nn.functional.huber_loss(predicted, target, delta=float(self.delta))


@alternative("tf2.12.5", replaces="HuberLoss")
class ByClipping(nn.Module):
    """The threshold as a row of one number, in float64; both pieces by clipping the error."""

    def __init__(self, delta=1.0):
        super().__init__()
        self.register_buffer("delta", torch.tensor([delta], dtype=torch.float64))

    def forward(self, predicted, target):
        size = (predicted - target).abs()
        small = torch.minimum(size, self.delta)
        return (small * (size - small / 2)).mean()


# ---------------------------------------------------------------- tf2.12.6


@mutant("tf2.12.6", replaces="StreamingPrecision", fails="test_precision_of_all_batches")
class MeanOfBatches:
    """You take the mean of the batches' precisions: add up counts, and divide once."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.found = []

    def update(self, y_true, y_pred):
        said = np.asarray(y_pred) == 1
        if said.any():
            self.found.append(float(np.mean(np.asarray(y_true)[said] == 1)))

    def compute(self):
        return float(np.mean(self.found)) if self.found else float("nan")


@mutant("tf2.12.6", replaces="StreamingPrecision", fails="test_precision_of_all_batches")
class Recall(StreamingPrecision):
    """You divide by the rows that *are* positive, which is the recall."""

    def update(self, y_true, y_pred):
        super().update(y_pred, y_true)


@mutant("tf2.12.6", replaces="StreamingPrecision", fails="test_precision_of_all_batches")
class LastBatch(StreamingPrecision):
    """You keep the last batch only: add to what was there."""

    def update(self, y_true, y_pred):
        self.reset()
        super().update(y_true, y_pred)


@mutant("tf2.12.6", replaces="StreamingPrecision", fails="test_without_a_positive_prediction")
class ZeroByZero(StreamingPrecision):
    """0 of 0 is no precision of 0: return nan as long as nothing was said to be positive."""

    def compute(self):
        return float(np.nan_to_num(super().compute()))


@mutant("tf2.12.6", replaces="StreamingPrecision", fails="test_reset_forgets_and_metrics_are_apart")
class NeverForgets(StreamingPrecision):
    """`reset` has no effect on your counts."""

    def __init__(self):
        super().reset()

    def reset(self):
        pass


@mutant("tf2.12.6", replaces="StreamingPrecision", fails="test_precision_of_all_batches")
class ForgetsWhenAsked(StreamingPrecision):
    """`compute` only says what it is so far: nothing is forgotten before `reset`."""

    def compute(self):
        found = super().compute()
        self.reset()
        return found


@alternative("tf2.12.6", replaces="StreamingPrecision")
class CountsOfTensors(nn.Module):
    """A module whose buffers are the counts, in float32, whose 0 / 0 is nan."""

    def __init__(self):
        super().__init__()
        self.register_buffer("counts", torch.zeros(2))

    def update(self, y_true, y_pred):
        truth, said = torch.as_tensor(np.asarray(y_true)), torch.as_tensor(np.asarray(y_pred))
        self.counts += torch.stack([(truth * said).sum(), said.sum()])

    def compute(self):
        return (self.counts[0] / self.counts[1]).item()

    def reset(self):
        self.counts.zero_()


@alternative("tf2.12.6", replaces="StreamingPrecision")
class KeepsAll:
    """All predictions are kept, and asked about when it is time."""

    def __init__(self):
        self.truth, self.said = [], []

    def update(self, y_true, y_pred):
        self.truth += list(y_true)
        self.said += list(y_pred)

    def compute(self):
        from sklearn.metrics import precision_score

        return precision_score(self.truth, self.said, zero_division=np.nan) if self.truth else np.float64("nan")

    def reset(self):
        self.__init__()


# ---------------------------------------------------------------- tf2.12.7


@mutant("tf2.12.7", replaces="leaf_layers", fails="test_layers_that_hold_no_others")
def children_alone(model):
    """You look one level deep: modules stand within modules."""
    return [name for name, module in model.named_children() if not list(module.children())]


@mutant("tf2.12.7", replaces="leaf_layers", fails="test_layers_that_hold_no_others")
def all_modules(model):
    """Containers, and the model itself, hold other modules: leave them out."""
    return [name for name, _ in model.named_modules()]


@mutant("tf2.12.7", replaces="leaf_layers", fails="test_layers_that_hold_no_others")
def with_parameters(model):
    """An activation has no parameters and is a layer all the same."""
    return [name for name, module in model.named_modules() if list(module.parameters(recurse=False))]


@mutant("tf2.12.7", replaces="leaf_layers", fails="test_layers_that_hold_no_others")
def by_their_class(model):
    """Not only torch's own containers hold modules: a module of any class may. Ask whether it has children."""
    containers = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
    return [name for name, module in model.named_modules() if not isinstance(module, containers)]


@mutant("tf2.12.7", replaces="TF2_12_7_CHOICE", fails="test_layers_and_models", constant=True)
def only_models_hold_modules():
    """A layer may be made of others: a transformer's layer has attention and linear layers inside."""
    return {
        "is an nn.Module": "both", "has parameters()": "both", "may hold other modules": "a model",
        "is one part of what is trained": "a layer", "is what one trains, evaluates and ships": "a model",
    }  # fmt: skip


@alternative("tf2.12.7", replaces="leaf_layers")
def by_names(model):
    """By names alone: a leaf is no other one's beginning."""
    names = [name for name, _ in model.named_modules()]
    if len(names) == 1:
        return names
    return [name for name in names if name and not any(other.startswith(f"{name}.") for other in names)]


# ---------------------------------------------------------------- tf2.12.8


def _stepped(model, X, y, rate_of, clear=True, scale=1.0):
    if clear:
        model.zero_grad()
    loss = nn.functional.mse_loss(model(X), y)
    (scale * loss).backward()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.grad is not None:
                parameter -= rate_of(name) * parameter.grad
    return loss.item()


@mutant("tf2.12.8", replaces="step_by_parts", fails="test_each_part_has_its_rate")
def adds_to_old_gradients(model, X, y, rates):
    """Gradients that are left over from before are added to: set them to zero first."""
    return _stepped(model, X, y, lambda name: rates.get(name.split(".")[0], 0.0), clear=False)


@mutant("tf2.12.8", replaces="step_by_parts", fails="test_each_part_has_its_rate")
def one_rate_for_all(model, X, y, rates):
    """All parts move by the same rate: each has its own."""
    return _stepped(model, X, y, lambda name: next(iter(rates.values())))


@mutant("tf2.12.8", replaces="step_by_parts", fails="test_each_part_has_its_rate")
def half_of_the_error(model, X, y, rates):
    """You take half of the mean squared error, so that each step is half as long."""
    return _stepped(model, X, y, lambda name: rates.get(name.split(".")[0], 0.0), scale=0.5)


@mutant("tf2.12.8", replaces="step_by_parts", fails="test_each_part_has_its_rate")
def error_after_the_step(model, X, y, rates):
    """The error before the step is asked for."""
    _stepped(model, X, y, lambda name: rates.get(name.split(".")[0], 0.0))
    return nn.functional.mse_loss(model(X), y).item()


@mutant("tf2.12.8", replaces="step_by_parts", fails="test_parts_that_stay_as_they_are")
def others_move_too(model, X, y, rates):
    """A part without a rate is left as it is."""
    return _stepped(model, X, y, lambda name: rates.get(name.split(".")[0], 0.1))


@mutant("tf2.12.8", replaces="step_by_parts", fails="test_each_part_has_its_rate")
def one_part_after_the_other(model, X, y, rates):
    """You step part by part, each with the gradients of a network that has changed by then: take all at once."""
    first = nn.functional.mse_loss(model(X), y).item()
    for part in rates:
        _stepped(model, X, y, lambda name, part=part: rates[part] if name.split(".")[0] == part else 0.0)
    return first


@alternative("tf2.12.8", replaces="step_by_parts")
def two_optimisers(model, X, y, rates):
    """An optimiser for each part."""
    optimisers = [torch.optim.SGD(model.get_submodule(name).parameters(), lr=rate) for name, rate in rates.items()]
    loss = ((model(X) - y) ** 2).mean()
    for optimiser in optimisers:
        optimiser.zero_grad()
    loss.backward()
    for optimiser in optimisers:
        optimiser.step()
    return float(loss)
