"""Chapter 10, losses, modes and compiled models (p.10.10 to p.10.12): wrong answers, and right ones."""

import copy
import math

import torch
from torch import nn
from torch.nn.functional import log_softmax, logsigmoid, nll_loss, one_hot

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.10.10


@mutant("p.10.10", replaces="softmax_loss", fails="test_loss_of_classes")
def summed_up(logits, labels):
    """You add the rows' losses up: the mean is asked for."""
    return nll_loss(log_softmax(logits, dim=1), labels, reduction="sum")


@mutant("p.10.10", replaces="softmax_loss", fails="test_loss_of_classes")
def softmax_over_rows(logits, labels):
    """Your softmax runs down the columns: each row's probabilities have to sum to 1."""
    return nll_loss(log_softmax(logits, dim=0), labels)


@mutant("p.10.10", replaces="softmax_loss", fails="test_loss_of_classes")
def softmax_twice(logits, labels):
    """`cross_entropy` has a softmax inside: you take it twice."""
    return nn.functional.cross_entropy(torch.softmax(logits, dim=1), labels)


@mutant("p.10.10", replaces="softmax_loss", fails="test_loss_of_classes")
def no_logarithm(logits, labels):
    """You return the mean probability of what is wrong: take -ln of the label's."""
    return (1 - torch.softmax(logits, dim=1)[torch.arange(len(labels)), labels]).mean()


@mutant("p.10.10", replaces="softmax_loss", fails="test_losses_of_huge_logits")
def exponentials_overflow(logits, labels):
    """exp(1000) is infinite: take the largest logit away first, or use `logsumexp`."""
    p = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    return -p[torch.arange(len(labels)), labels].log().mean()


@mutant("p.10.10", replaces="sigmoid_loss", fails="test_losses_of_huge_logits")
def log_of_nothing(logits, targets):
    """For a large logit the sigmoid is exactly 1, and ln(1 - p) is infinite: put both into one formula."""
    p = logits.sigmoid()
    return -(targets * p.log() + (1 - targets) * (1 - p).log()).mean()


@mutant("p.10.10", replaces="sigmoid_loss", fails="test_loss_of_yes_or_no")
def ones_only(logits, targets):
    """Where the target is 0 your loss is 0, whatever the network says: -ln(1 - p) is due there."""
    return -(targets * logsigmoid(logits)).mean()


@mutant("p.10.10", replaces="sigmoid_loss", fails="test_loss_of_yes_or_no")
def other_way_round(logits, targets):
    """You punish what is right: where the target is 1, it is -ln p."""
    return -((1 - targets) * logsigmoid(logits) + targets * logsigmoid(-logits)).mean()


@mutant("p.10.10", replaces="sigmoid_loss", fails="test_losses_can_be_learned_by")
def through_numpy(logits, targets):
    """On the way through NumPy the record for gradients is lost: stay with PyTorch."""
    return nn.functional.binary_cross_entropy_with_logits(logits.detach(), targets).requires_grad_()


@mutant("p.10.10", replaces="sigmoid_loss", fails="test_losses_can_be_learned_by")
def infinite_where_not_taken(logits, targets):
    """`torch.where` works out both sides: one is infinite for a large logit, and though it isn't taken, the gradient is
    no number."""
    against = (1 - 2 * targets) * logits
    return torch.where(against > 0, against + (-against).exp().log1p(), against.exp().log1p()).mean()


_RIGHT = {
    "digits": "nn.CrossEntropyLoss",
    "digits, log-softmax": "nn.NLLLoss",
    "spam": "nn.BCEWithLogitsLoss",
    "tags": "nn.BCEWithLogitsLoss",
    "ill, sigmoid": "nn.BCELoss",
}


@mutant("p.10.10", replaces="P_10_10_CHOICE", fails="test_loss_for_each_network", constant=True)
def one_tag_only():
    """Several tags may be right at once: each is a question of its own with yes or no."""
    return {**_RIGHT, "tags": "nn.CrossEntropyLoss"}


@mutant("p.10.10", replaces="P_10_10_CHOICE", fails="test_loss_for_each_network", constant=True)
def logarithm_twice():
    """After a log-softmax the logarithms are there already: NLLLoss takes those."""
    return {**_RIGHT, "digits, log-softmax": "nn.CrossEntropyLoss"}


@mutant("p.10.10", replaces="P_10_10_CHOICE", fails="test_loss_for_each_network", constant=True)
def sigmoid_twice():
    """BCEWithLogitsLoss has a sigmoid inside, so it does not go with a network that ends in one."""
    return {**_RIGHT, "ill, sigmoid": "nn.BCEWithLogitsLoss"}


@alternative("p.10.10", replaces="softmax_loss")
def by_one_hot(logits, labels):
    """By a one-hot target, and the largest logit taken away."""
    shifted = logits - logits.max(dim=1, keepdim=True).values
    logs = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    return -(logs * one_hot(labels, logits.shape[1])).sum() / len(labels)


@alternative("p.10.10", replaces="softmax_loss")
def by_a_module(logits, labels):
    """By PyTorch's loss itself."""
    return nn.CrossEntropyLoss()(logits, labels)


@alternative("p.10.10", replaces="sigmoid_loss")
def by_logsigmoid(logits, targets):
    """By the logarithm of the sigmoid, both ways."""
    return -(targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits)).mean()


@alternative("p.10.10", replaces="sigmoid_loss")
def by_two_classes(logits, targets):
    """As a softmax over two classes, one of which has a logit of 0."""
    pair = torch.stack([torch.zeros_like(logits), logits], dim=-1)
    return (pair.logsumexp(dim=-1) - targets * logits).mean()


# ---------------------------------------------------------------- p.10.11


@mutant("p.10.11", replaces="predict", fails="test_used_in_evaluation_mode")
def in_whatever_mode(model, X):
    """In training mode dropout goes on silencing units: call `eval()` first."""
    with torch.no_grad():
        return model(X)


@mutant("p.10.11", replaces="predict", fails="test_used_in_evaluation_mode")
def in_training_mode(model, X):
    """You use the model in training mode."""
    before = model.training
    model.train()
    with torch.no_grad():
        found = model(X)
    model.train(before)
    return found


@mutant("p.10.11", replaces="predict", fails="test_modes_are_put_back")
def left_in_evaluation_mode(model, X):
    """You leave the model in evaluation mode: whoever was training it goes on without dropout."""
    model.eval()
    with torch.no_grad():
        return model(X)


@mutant("p.10.11", replaces="predict", fails="test_modes_are_put_back")
def always_back_to_training(model, X):
    """You put the model into training mode at the end, though it may have come in the other one."""
    model.eval()
    with torch.no_grad():
        found = model(X)
    model.train()
    return found


@mutant("p.10.11", replaces="predict", fails="test_modes_are_put_back")
def one_mode_for_all_parts(model, X):
    """`train(…)` sets all parts to one mode, and some may have been in another: remember the mode of each."""
    before = model.training
    model.eval()
    with torch.no_grad():
        found = model(X)
    model.train(before)
    return found


@mutant("p.10.11", replaces="predict", fails="test_modes_are_put_back")
def first_level_only(model, X):
    """`children()` are the parts of the first level; parts have parts of their own: `modules()` goes through all."""
    modes = [(part, part.training) for part in (model, *model.children())]
    model.eval()
    with torch.no_grad():
        found = model(X)
    for part, training in modes:
        part.training = training
    return found


@mutant("p.10.11", replaces="predict", fails="test_modes_are_put_back")
def recorded(model, X):
    """`eval()` does not keep gradients from being recorded: that takes `torch.no_grad()`."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    found = model(X)
    for part, training in modes:
        part.training = training
    return found


@alternative("p.10.11", replaces="predict")
def with_a_copy(model, X):
    """With a copy of the model, so that nothing has to be put back."""
    return copy.deepcopy(model).eval()(X).detach()


@alternative("p.10.11", replaces="predict")
@torch.inference_mode()
def by_names(model, X):
    """The modes are remembered by the parts' names."""
    modes = {name: part.training for name, part in model.named_modules()}
    found = model.eval()(X)
    for name, part in model.named_modules():
        part.training = modes[name]
    return found


# ---------------------------------------------------------------- p.10.12


@mutant("p.10.12", replaces="trace_holds", fails="test_where_a_trace_goes_wrong")
def always_holds(function, example, inputs):
    """A trace knows only the way that the example has taken. If yours always holds, is it made anew for each input?"""
    return [True for _ in inputs]


@mutant("p.10.12", replaces="trace_holds", fails="test_where_a_trace_goes_wrong")
def as_the_first_input(function, example, inputs):
    """You make the trace with one of the inputs: it is to be made with the example."""
    traced = torch.jit.trace(function, inputs[0], check_trace=False)
    return [torch.allclose(traced(x), function(x)) for x in inputs]


@mutant("p.10.12", replaces="trace_holds", fails="test_where_a_trace_goes_wrong")
def compared_with_the_example(function, example, inputs):
    """You compare with what the function says of the example: compare both of each input."""
    return [torch.allclose(function(example), function(x)) for x in inputs]


@mutant("p.10.12", replaces="trace_holds", fails="test_where_a_trace_goes_wrong")
def where_it_fails(function, example, inputs):
    """You say where the trace is wrong: True is to stand where it holds."""
    traced = torch.jit.trace(function, example, check_trace=False)
    return [not torch.allclose(traced(x), function(x)) for x in inputs]


@mutant("p.10.12", replaces="trace_holds", fails="test_another_way_to_the_same_numbers")
def same_graph(function, example, inputs):
    """You ask whether another trace would record the same operations. Other ones may come to the same numbers, and
    then the trace holds: compare the results."""
    graph = str(torch.jit.trace(function, example, check_trace=False).graph)
    return [str(torch.jit.trace(function, x, check_trace=False).graph) == graph for x in inputs]


@mutant("p.10.12", replaces="trace_holds", fails="test_another_way_to_the_same_numbers")
def to_the_last_digit(function, example, inputs):
    """You compare to the last digit, and two ways to one number may round differently: `torch.allclose` forgives it."""
    traced = torch.jit.trace(function, example, check_trace=False)
    return [torch.equal(traced(x), function(x)) for x in inputs]


@mutant("p.10.12", replaces="trace_holds", fails="test_another_way_to_the_same_numbers")
def near_is_enough(function, example, inputs):
    """You forgive too much: numbers that are more than 0.001 apart are not the same."""
    traced = torch.jit.trace(function, example, check_trace=False)
    return [torch.allclose(traced(x), function(x), atol=0.01) for x in inputs]


@alternative("p.10.12", replaces="trace_holds")
def by_differences(function, example, inputs):
    """By the largest difference, over all inputs."""
    traced = torch.jit.trace(function, (example,), strict=False)
    return tuple(float((traced(x) - function(x)).abs().max()) < 1e-5 for x in inputs)


@alternative("p.10.12", replaces="trace_holds")
def by_an_assertion(function, example, inputs):
    """With PyTorch's comparison for tests, which raises where two tensors differ."""
    traced = torch.jit.trace(function, example)

    def holds(x):
        try:
            torch.testing.assert_close(traced(x), function(x))
        except AssertionError:
            return False
        return True

    return [holds(x) for x in inputs]


@alternative("p.10.12", replaces="trace_holds")
def number_by_number(function, example, inputs):
    """As a module that is traced, number by number."""

    class Wrapped(nn.Module):
        def forward(self, x):
            return function(x)

    traced = torch.jit.trace(Wrapped(), (example,), check_trace=False)
    pairs = [(traced(x).tolist(), function(x).tolist()) for x in inputs]
    return [all(math.isclose(a, b, abs_tol=1e-4) for a, b in zip(*pair, strict=True)) for pair in pairs]
