"""Training on several devices, networks that answer together (tf1.12.9): wrong answers, and right ones."""

import copy

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative, mutant
from solutions.parallel_training.ensemble import Ensemble as Right
from solutions.parallel_training.ensemble import compare_members


@mutant("tf1.12.9", replaces="Ensemble", fails="test_mean_of_probabilities")
class MeanOfLogits(Right):
    """You average logits: a member that is very sure of itself outvotes all others then. Average probabilities."""

    def forward(self, X):
        parts = [member(X.to(to)).to(X.device) for member, to in zip(self.members, self._devices, strict=True)]
        return torch.stack(parts).mean(dim=0).softmax(dim=1)


@mutant("tf1.12.9", replaces="Ensemble", fails="test_mean_of_probabilities")
class MeanOfVotes(Right):
    """You count the members' votes: that throws away how sure each of them is."""

    def forward(self, X):
        parts = [member(X.to(to)).to(X.device) for member, to in zip(self.members, self._devices, strict=True)]
        return torch.stack([nn.functional.one_hot(part.argmax(1), part.shape[1]) for part in parts]).float().mean(0)


@mutant("tf1.12.9", replaces="Ensemble", fails="test_mean_of_probabilities")
class SumOfProbabilities(Right):
    """The sum of probabilities is no probability: divide by the number of members."""

    def forward(self, X):
        return super().forward(X) * len(self.members)


@mutant("tf1.12.9", replaces="Ensemble", fails="test_mean_of_probabilities")
class SoftmaxOverRows(Right):
    """The probabilities of one row sum to 1: take the softmax over the classes (`dim=1`)."""

    def forward(self, X):
        parts = [
            member(X.to(to)).softmax(0).to(X.device) for member, to in zip(self.members, self._devices, strict=True)
        ]
        return torch.stack(parts).mean(dim=0)


@mutant("tf1.12.9", replaces="Ensemble", fails="test_members_are_in_evaluation_mode")
class LeavesTheMode(Right):
    """`train()` puts the members into training mode again, with dropout and with the batch's own means."""

    def train(self, mode=True):
        return nn.Module.train(self, mode)


@mutant("tf1.12.9", replaces="Ensemble", fails="test_members_are_in_evaluation_mode")
class EvaluatesOnce(Right):
    """`eval()` when the ensemble is made is undone by its `train()`: see to it whenever it is called."""

    def __init__(self, members, devices=("cpu",)):
        super().__init__(members, devices)
        self.members.eval()

    def train(self, mode=True):
        return nn.Module.train(self, mode) if hasattr(self, "used") or not mode else self._first()

    def _first(self):
        self.used = True
        return self


@mutant("tf1.12.9", replaces="Ensemble", fails="test_members_are_dealt_out")
class AllOnTheFirst(Right):
    """All members are on the first device: deal them out."""

    def __init__(self, members, devices=("cpu",)):
        super().__init__(members, devices[:1])


@mutant("tf1.12.9", replaces="Ensemble", fails="test_members_are_dealt_out")
class InBlocks(Right):
    """The second member goes to the second device: you give neighbours the same one."""

    def __init__(self, members, devices=("cpu",)):
        share = -(-len(members) // len(devices))
        super().__init__(members, [devices[number // share] for number in range(len(members))])


@mutant("tf1.12.9", replaces="Ensemble", fails="test_inputs_go_to_the_members")
class InputsStay(Right):
    """A member on another device needs its inputs there: move them."""

    def forward(self, X):
        return torch.stack([member(X).softmax(dim=1) for member in self.members]).mean(dim=0)


@mutant("tf1.12.9", replaces="Ensemble", fails="test_members_belong_to_it")
class CopiesThem(Right):
    """You work with copies: the members that were given are to be used."""

    def __init__(self, members, devices=("cpu",)):
        for number, member in enumerate(members):
            member.to(devices[number % len(devices)])
        super().__init__([copy.deepcopy(member) for member in members], devices)


@mutant("tf1.12.9", replaces="Ensemble", fails="test_members_belong_to_it")
class InAPlainList(nn.Module):
    """Members in a plain list are no modules of yours: neither parameters nor state know them."""

    def __init__(self, members, devices=("cpu",)):
        super().__init__()
        self.inner = [Right(members, devices)]

    def forward(self, X):
        return self.inner[0](X)


@mutant("tf1.12.9", replaces="compare_members", fails="test_compared_with_its_members")
def gain_over_the_mean(ensemble, X, y):
    """The gain is over the best member, not over the average one."""
    found = compare_members(ensemble, X, y)
    return {**found, "gain": found["ensemble"] - float(np.mean(found["members"]))}


@mutant("tf1.12.9", replaces="compare_members", fails="test_compared_with_its_members")
def never_negative(ensemble, X, y):
    """The best member can be better than all together: then the gain is negative."""
    found = compare_members(ensemble, X, y)
    return {**found, "gain": max(0.0, found["gain"])}


@mutant("tf1.12.9", replaces="compare_members", fails="test_compared_with_its_members")
def mean_of_accuracies(ensemble, X, y):
    """The ensemble's accuracy is that of its own answers, not the mean of its members' accuracies."""
    found = compare_members(ensemble, X, y)
    together = float(np.mean(found["members"]))
    return {**found, "ensemble": together, "gain": together - max(found["members"])}


@alternative("tf1.12.9", replaces="Ensemble")
class EvaluatesAlways(nn.Module):
    """Members as attributes, put into evaluation mode at each call."""

    def __init__(self, members, devices=("cpu",)):
        super().__init__()
        self.places = []
        for number, member in enumerate(members):
            self.places.append(torch.device(devices[number % len(devices)]))
            setattr(self, f"member{number}", member.to(self.places[-1]))

    @property
    def members(self):
        return [getattr(self, f"member{number}").eval() for number in range(len(self.places))]

    @property
    def _devices(self):
        return self.places

    def forward(self, X):
        total = 0.0
        for member, place in zip(self.members, self.places, strict=True):
            logits = member(X.to(place)).to(X.device)
            powers = (logits - logits.max(dim=1, keepdim=True).values).exp()
            total = total + powers / powers.sum(dim=1, keepdim=True)
        return total / len(self.places)


@alternative("tf1.12.9", replaces="Ensemble")
class BySequentials(nn.ModuleList):
    """A list of modules that is a module itself; the mode is set by hooks."""

    def __init__(self, members, devices=("cpu",)):
        super().__init__(member.to(devices[n % len(devices)]) for n, member in enumerate(members))
        self._devices = [torch.device(devices[n % len(devices)]) for n in range(len(members))]
        for member in self:
            member.register_forward_pre_hook(lambda module, _: module.eval() and None)

    @property
    def members(self):
        return list(self)

    def forward(self, X):
        with torch.no_grad():
            found = [
                nn.functional.log_softmax(member(X.to(to)), dim=-1).to(X.device)
                for member, to in zip(self, self._devices, strict=True)
            ]
        return torch.logsumexp(torch.stack(found), dim=0).exp() / len(found)


@alternative("tf1.12.9", replaces="compare_members")
def with_numpy(ensemble, X, y):
    """With arrays, all members at once."""
    with torch.no_grad():
        each = np.stack([member.eval()(X).softmax(1).numpy() for member in ensemble.members])
    labels = np.asarray(y)
    members = (each.argmax(axis=2) == labels).mean(axis=1)
    together = (each.mean(axis=0).argmax(axis=1) == labels).mean()
    return {"members": members, "ensemble": together, "gain": together - members.max()}
