"""Chapter 11, twenty layers that are asked by Monte Carlo dropout (p.11.8): wrong answers, and right ones."""

import copy

import torch
from torch import nn

from autograder.testing import alternative, mutant


def _mc(model, X, n_samples=10, seed=42, *, awake=(nn.Dropout, nn.AlphaDropout), back=True, mean="probabilities"):
    """The reference, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    modes = [(part, part.training) for part in model.modules()]
    for part, _ in modes:
        part.training = isinstance(part, awake)
    with torch.no_grad():
        logits = torch.stack([model(X) for _ in range(n_samples)])
    for part, training in modes if back else []:
        part.training = training
    return logits.softmax(dim=-1).mean(dim=0) if mean == "probabilities" else logits.mean(dim=0).softmax(dim=-1)


@mutant("p.11.8", replaces="mc_predict", fails="test_mean_of_many_answers")
def dropout_asleep(model, X, n_samples=10, seed=42):
    """You ask in evaluation mode, where no unit is dropped: all answers are the same."""
    return _mc(model, X, n_samples, seed, awake=())


@mutant("p.11.8", replaces="mc_predict", fails="test_mean_of_many_answers")
def mean_of_the_logits(model, X, n_samples=10, seed=42):
    """You take the mean of logits: the mean of *probabilities* is asked for, which is less sure of itself."""
    return _mc(model, X, n_samples, seed, mean="logits")


@mutant("p.11.8", replaces="mc_predict", fails="test_mean_of_many_answers")
def one_answer(model, X, n_samples=10, seed=42):
    """You ask once, whatever `n_samples` says."""
    return _mc(model, X, 1, seed)


@mutant("p.11.8", replaces="mc_predict", fails="test_batch_norm_stays_asleep")
def all_in_training_mode(model, X, n_samples=10, seed=42):
    """You put the whole network into training mode, and batch norm takes its figures from the rows at hand."""
    return _mc(model, X, n_samples, seed, awake=nn.Module)


@mutant("p.11.8", replaces="mc_predict", fails="test_batch_norm_stays_asleep")
def left_awake(model, X, n_samples=10, seed=42):
    """You leave dropout awake: whoever uses the network afterwards gets random answers."""
    return _mc(model, X, n_samples, seed, back=False)


@mutant("p.11.8", replaces="mc_predict", fails="test_seed_decides_the_samples")
def alpha_dropout_asleep(model, X, n_samples=10, seed=42):
    """You wake `nn.Dropout` only: `nn.AlphaDropout` is another class."""
    return _mc(model, X, n_samples, seed, awake=nn.Dropout)


@mutant("p.11.8", replaces="mc_predict", fails="test_seed_decides_the_samples")
def unseeded_samples(model, X, n_samples=10, seed=42):
    """You don't use `seed`."""
    return _mc(model, X, n_samples, None)


@alternative("p.11.8", replaces="mc_predict")
def summed_up(model, X, n_samples=10, seed=42):
    """The probabilities are summed up, as an array."""
    torch.manual_seed(seed)
    awake = [(part, part.training) for part in model.modules()]
    for part, _ in awake:
        part.training = "Dropout" in type(part).__name__
    total = sum(model(X).softmax(dim=1).detach().numpy() for _ in range(n_samples))
    for part, training in awake:
        part.training = training
    return total / n_samples


@alternative("p.11.8", replaces="mc_predict")
def all_at_once(model, X, n_samples=10, seed=42):
    """All samples are the rows of one batch, in which each row has units of its own that are dropped."""
    torch.manual_seed(seed)
    modes = [(part, part.training) for part in model.modules()]
    for part, _ in modes:
        part.training = isinstance(part, nn.Dropout | nn.AlphaDropout)
    with torch.inference_mode():
        answers = model(X.repeat(n_samples, 1)).softmax(dim=1).unflatten(0, (n_samples, len(X)))
    for part, training in modes:
        part.training = training
    return answers.mean(dim=0)


@alternative("p.11.8", replaces="mc_predict")
def of_a_copy(model, X, n_samples=10, seed=42):
    """A copy is put to sleep, and woken where it drops units."""
    torch.manual_seed(seed)
    twin = copy.deepcopy(model).eval()
    for part in twin.modules():
        if isinstance(part, nn.Dropout | nn.AlphaDropout):
            part.train()
    with torch.no_grad():
        return sum(twin(X).softmax(dim=-1) for _ in range(n_samples)) / n_samples
