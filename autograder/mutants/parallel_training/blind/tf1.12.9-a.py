# %% right
# Intent: keep the members in a ModuleList beside a list of their devices; add up the probabilities in a loop on the
# device of X, and divide by the number of members.
import numpy as np
import torch
from torch import nn


class Ensemble(nn.Module):
    def __init__(self, members, devices=("cpu",)):
        super().__init__()
        self.members = nn.ModuleList()
        self.places = []
        for number, member in enumerate(members):
            place = torch.device(devices[number % len(devices)])
            self.members.append(member.to(place))
            self.places.append(place)
        self.train(self.training)

    def train(self, mode=True):
        self.training = mode
        for member in self.members:
            member.eval()
        return self

    def forward(self, X):
        total = 0.0
        for member, place in zip(self.members, self.places):
            logits = member(X.to(place))
            logits = logits - logits.max(dim=1, keepdim=True).values
            powers = torch.exp(logits)
            total = total + (powers / powers.sum(dim=1, keepdim=True)).to(X.device)
        return total / len(self.members)


def compare_members(ensemble, X, y):
    y = np.asarray(y)

    def accuracy(scores):
        return float(np.mean(scores.cpu().numpy().argmax(axis=1) == y))

    single = []
    with torch.no_grad():
        for member, place in zip(ensemble.members, ensemble.places):
            single.append(accuracy(member(X.to(place))))
        together = accuracy(ensemble(X))
    return {"members": single, "ensemble": together, "gain": together - max(single)}

# %% wrong: Ensemble
# Misconception: the mean of the logits, sent through softmax, is the same as the mean of the probabilities; and eval()
# once in the constructor is enough (nn.Module.train then takes the members along).
class Ensemble(nn.Module):
    def __init__(self, members, devices=("cpu",)):
        super().__init__()
        self.places = [torch.device(devices[i % len(devices)]) for i in range(len(members))]
        self.members = nn.ModuleList(member.to(place) for member, place in zip(members, self.places))
        self.eval()

    def forward(self, X):
        logits = [member(X.to(place)).to(X.device) for member, place in zip(self.members, self.places)]
        return torch.softmax(torch.stack(logits).mean(dim=0), dim=1)

# %% wrong: compare_members
# Misconception: the gain is measured against the average member.
def compare_members(ensemble, X, y):
    y = np.asarray(y)
    with torch.no_grad():
        single = [
            float(np.mean(member(X.to(place)).cpu().numpy().argmax(1) == y))
            for member, place in zip(ensemble.members, ensemble.places)
        ]
        together = float(np.mean(ensemble(X).numpy().argmax(1) == y))
    return {"members": single, "ensemble": together, "gain": together - sum(single) / len(single)}
