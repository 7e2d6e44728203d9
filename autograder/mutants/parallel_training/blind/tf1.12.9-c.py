# %% right
# Intent: a ModuleList for the members, cycle for the devices, and one stack of probabilities whose mean is taken;
# compare_members takes the argmax of the members' stacked outputs and of the ensemble's.
from itertools import cycle


class Ensemble(nn.Module):
    def __init__(self, members: Sequence[nn.Module], devices: Sequence[str | torch.device] = ("cpu",)) -> None:
        super().__init__()
        pairs = [(member, torch.device(device)) for member, device in zip(members, cycle(devices))]
        self.members = nn.ModuleList(member.to(device) for member, device in pairs)
        self.devices = [device for _, device in pairs]
        self.train(self.training)

    def train(self, mode: bool = True) -> "Ensemble":
        super().train(mode)
        self.members.eval()
        return self

    def logits(self, X: Tensor) -> Tensor:
        """Return what each member says, (n_members, n, n_classes), where X is."""
        return torch.stack([member(X.to(device)).to(X.device) for member, device in zip(self.members, self.devices)])

    def forward(self, X: Tensor) -> Tensor:
        return self.logits(X).softmax(dim=-1).mean(dim=0)


def compare_members(ensemble: Ensemble, X: Tensor, y: ArrayLike) -> dict[str, Any]:
    labels = torch.as_tensor(np.asarray(y))
    with torch.no_grad():
        votes = torch.cat([ensemble.logits(X).argmax(dim=-1), ensemble(X).argmax(dim=-1)[None]])
    *alone, together = (votes == labels).double().mean(dim=1).tolist()
    return {"members": alone, "ensemble": together, "gain": together - max(alone)}


# %% wrong: Ensemble
# Misconception: the mean of the logits, put through a softmax, is the mean of the probabilities.
class Ensemble(nn.Module):
    def __init__(self, members: Sequence[nn.Module], devices: Sequence[str | torch.device] = ("cpu",)) -> None:
        super().__init__()
        pairs = [(member, torch.device(device)) for member, device in zip(members, cycle(devices))]
        self.members = nn.ModuleList(member.to(device) for member, device in pairs)
        self.devices = [device for _, device in pairs]
        self.train(self.training)

    def train(self, mode: bool = True) -> "Ensemble":
        super().train(mode)
        self.members.eval()
        return self

    def logits(self, X: Tensor) -> Tensor:
        return torch.stack([member(X.to(device)).to(X.device) for member, device in zip(self.members, self.devices)])

    def forward(self, X: Tensor) -> Tensor:
        return self.logits(X).mean(dim=0).softmax(dim=-1)


# %% wrong: Ensemble
# Misconception: eval() once, when the ensemble is made, is enough; a mode stays.
class Ensemble(nn.Module):
    def __init__(self, members: Sequence[nn.Module], devices: Sequence[str | torch.device] = ("cpu",)) -> None:
        super().__init__()
        pairs = [(member, torch.device(device)) for member, device in zip(members, cycle(devices))]
        self.members = nn.ModuleList(member.to(device).eval() for member, device in pairs)
        self.devices = [device for _, device in pairs]

    def train(self, mode: bool = True) -> "Ensemble":
        return super().train(mode)

    def logits(self, X: Tensor) -> Tensor:
        return torch.stack([member(X.to(device)).to(X.device) for member, device in zip(self.members, self.devices)])

    def forward(self, X: Tensor) -> Tensor:
        return self.logits(X).softmax(dim=-1).mean(dim=0)
