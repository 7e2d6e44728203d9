# %% right
# Intent: nn.ModuleList, itertools.cycle for the devices, torch.stack(...).mean; sklearn's accuracy_score for the comparison.
from itertools import cycle

from sklearn.metrics import accuracy_score


class Ensemble(nn.Module):
    def __init__(self, members, devices=("cpu",)):
        super().__init__()
        self.devices = [device for _, device in zip(members, cycle(devices))]
        self.members = nn.ModuleList(member.to(device) for member, device in zip(members, self.devices))
        self.members.eval()

    def train(self, mode=True):
        super().train(mode)
        self.members.eval()
        return self

    def member_logits(self, X):
        return [member(X.to(device)) for member, device in zip(self.members, self.devices)]

    def forward(self, X):
        return torch.stack([logits.softmax(-1).to(X.device) for logits in self.member_logits(X)]).mean(0)


@torch.no_grad()
def compare_members(ensemble, X, y):
    members = [float(accuracy_score(y, logits.argmax(-1).cpu())) for logits in ensemble.member_logits(X)]
    together = float(accuracy_score(y, ensemble(X).argmax(-1).cpu()))
    return {"members": members, "ensemble": together, "gain": together - max(members)}


# %% wrong: Ensemble
# Misconception: the mean of the logits, put through softmax, is the mean of the probabilities.
class Ensemble(nn.Module):
    def __init__(self, members, devices=("cpu",)):
        super().__init__()
        self.devices = [device for _, device in zip(members, cycle(devices))]
        self.members = nn.ModuleList(member.to(device) for member, device in zip(members, self.devices))
        self.members.eval()

    def train(self, mode=True):
        super().train(mode)
        self.members.eval()
        return self

    def member_logits(self, X):
        return [member(X.to(device)) for member, device in zip(self.members, self.devices)]

    def forward(self, X):
        return torch.stack([logits.to(X.device) for logits in self.member_logits(X)]).mean(0).softmax(-1)


# %% wrong: compare_members
# Misconception: what an ensemble gains is measured against its average member.
@torch.no_grad()
def compare_members(ensemble, X, y):
    members = [float(accuracy_score(y, logits.argmax(-1).cpu())) for logits in ensemble.member_logits(X)]
    together = float(accuracy_score(y, ensemble(X).argmax(-1).cpu()))
    return {"members": members, "ensemble": together, "gain": together - float(np.mean(members))}
