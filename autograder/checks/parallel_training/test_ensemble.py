"""Hidden checks of training on several devices: networks that answer together (tf1.12.9)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.testing import check
from autograder.testing.closed import built_in
from autograder.testing.modules import outputs


def _members(n, seed, n_classes=3):
    """Probe: networks that are left in training mode, with dropout and a batch normalisation; each has another size."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    return [
        nn.Sequential(
            nn.Linear(4, 8 + number),
            nn.BatchNorm1d(8 + number),
            nn.Tanh(),
            nn.Dropout(0.5),
            nn.Linear(8 + number, n_classes),
        )
        for number in range(n)
    ]


def _spread(members, factor):
    """Probe: make the last layers' numbers larger, each by another factor, so that members are of unequal certainty."""
    import torch

    with torch.no_grad():
        for number, member in enumerate(members):
            member[-1].weight *= factor * (number + 1)


def _said(members, X):
    """Probe: what each member says by itself, as probabilities, in evaluation mode; its mode is put back."""
    import torch

    found = []
    for member in members:
        modes = [module.training for module in member.modules()]
        with torch.no_grad():
            found.append(member.eval()(X).softmax(dim=1).numpy())
        for module, mode in zip(member.modules(), modes, strict=True):
            module.training = mode
    return found


def _made(student, rng, n=3, **how):
    members = student.probe_(_members)(n, int(rng.integers(1000)))
    student.probe_(_spread)(members, 4.0)
    return student.Ensemble(members, **how), members


@check("tf1.12.9", core=True, weight=2, hint="`softmax` for each member, over its classes; then the mean over members.")
def test_mean_of_probabilities(student, rng):
    """The output is the mean of the members' probabilities, for one member or more."""
    X = rng.normal(0, 2, (9, 4)).astype(np.float32)
    for n in (1, 3, 4):
        ensemble, members = _made(student, rng, n)
        found = outputs(ensemble, X, shape=(9, 3))
        assert_allclose(found, np.mean(student.probe_(_said)(members, tensor_(X)), axis=0), atol=1e-5)


def tensor_(X):
    import torch

    return torch.as_tensor(X)


def _twice(ensemble, X, mode):
    """Probe: what the ensemble says twice in a mode (None: as it is), and whether a buffer of it changes by that."""
    import torch

    if mode is not None:
        ensemble.train(mode)
    before = {name: value.clone() for name, value in ensemble.state_dict().items()}
    with torch.no_grad():
        one, other = ensemble(X).numpy(), ensemble(X).numpy()
    changed = any(not torch.equal(before[name], value) for name, value in ensemble.state_dict().items())
    return one, other, changed


@check("tf1.12.9", core=True, hint="`ensemble.train()` reaches the members, too, unless you see to it.")
def test_members_are_in_evaluation_mode(student, rng):
    """No dropout, no batch's own statistics: the output is the same each time, in either mode of the ensemble."""
    X = rng.normal(0, 2, (7, 4)).astype(np.float32)
    ensemble, members = _made(student, rng)
    wanted = np.mean(student.probe_(_said)(members, tensor_(X)), axis=0)
    replies = [student.probe_(_twice)(ensemble, tensor_(X), mode) for mode in (None, True, False)]
    for one, other, changed in replies:
        assert_allclose(one, wanted, atol=1e-5)
        assert_allclose(other, wanted, atol=1e-5)
        assert not changed


def _placed(make, members, devices):
    """Probe: on which devices each member's numbers are, once an ensemble is made of them."""
    make(members, devices=devices)
    return [sorted({str(value.device.type) for value in member.state_dict().values()}) for member in members]


@check("tf1.12.9", core=True, hint="The fourth of five members with three devices goes to the first one.")
def test_members_are_dealt_out(student, rng):
    """The members go to the devices in turn, buffers as well; with none named, all are on the CPU."""
    devices = ["cpu", "meta", "cpu", "meta", "meta"][: int(rng.integers(3, 6))]
    for n, where in ((5, devices), (2, devices), (4, ["meta", "cpu"]), (3, ["cpu"])):
        found = student.probe_(_placed)(student.Ensemble, student.probe_(_members)(n, 1), where)
        assert built_in(found) == [[where[number % len(where)]] for number in range(n)]
    ensemble, _ = _made(student, rng)
    assert all(np.isfinite(np.asarray(value)).all() for value in student.probe_(_state)(ensemble))


def _state(model):
    """Probe: all numbers of a module."""
    return [value.double().flatten().numpy() for value in model.state_dict().values()]


class _Asked:
    """Probe: an ensemble on two devices, whose members write down where their inputs are, and answer on the CPU."""

    def __init__(self, make, devices):
        import torch
        from torch import nn

        seen = []

        class Member(nn.Module):
            def __init__(self, number):
                super().__init__()
                self.number = number
                self.weight = nn.Parameter(torch.zeros(2))

            def forward(self, X):
                seen.append((self.number, X.device.type))
                return torch.full((len(X), 2), float(self.number)) * torch.tensor([1.0, 0.0])

        output = make([Member(number) for number in range(3)], devices=devices)(torch.zeros(4, 5))
        self.seen, self.where, self.output = sorted(seen), output.device.type, output.detach().numpy()


@check("tf1.12.9", hint="`X.to(device)` for each member, and `.to(X.device)` for what it says.")
def test_inputs_go_to_the_members(student, rng):
    """Each member gets its inputs on its own device, and the answer is on the inputs' device."""
    for devices in (["cpu", "meta"], ["meta", "cpu", "cpu"]):
        asked = student.probe_(_Asked)(student.Ensemble, devices)
        assert [tuple(one) for one in asked.seen] == [(number, devices[number % len(devices)]) for number in range(3)]
        assert asked.where == "cpu"
        wanted = np.mean([[1 / (1 + np.exp(-number)), 1 / (1 + np.exp(number))] for number in range(3)], axis=0)
        assert_allclose(np.asarray(asked.output), np.tile(wanted, (4, 1)), atol=1e-5)


def _moves_with(ensemble, members, X):
    """Probe: what the ensemble says after a member's weights have been changed, and how many parameters it has."""
    import torch

    with torch.no_grad():
        for value in members[0].parameters():
            value += 0.5
        return ensemble(X).numpy(), sum(value.numel() for value in ensemble.parameters()), len(ensemble.state_dict())


@check("tf1.12.9", hint="In an `nn.ModuleList` members are seen; in a plain list they are not.")
def test_members_belong_to_it(student, rng):
    """The members are used themselves, and are among the ensemble's parameters and in its state."""
    X = tensor_(rng.normal(0, 2, (5, 4)).astype(np.float32))
    ensemble, members = _made(student, rng)
    found, count, n_states = student.probe_(_moves_with)(ensemble, members, X)
    assert_allclose(found, np.mean(student.probe_(_said)(members, X), axis=0), atol=1e-5)
    assert count == sum(4 * n + 3 * n + 3 * n + 3 for n in (8, 9, 10)) and n_states >= 27


@check(
    "tf1.12.9", core=True, hint="Of members and ensemble alike: the share of rows whose most probable class is right."
)
def test_compared_with_its_members(student, rng):
    """Accuracies of members and ensemble are right, and so is the gain over the best member, which may be negative."""
    signs = set()
    for _ in range(6):
        X = rng.normal(0, 2, (60, 4)).astype(np.float32)
        ensemble, members = _made(student, rng)
        said = np.asarray(student.probe_(_said)(members, tensor_(X)))
        y = np.where(rng.random(60) < 0.5, said[int(rng.integers(3))].argmax(axis=1), rng.integers(0, 3, 60))
        alone = [float(np.mean(one.argmax(axis=1) == y)) for one in said]
        together = float(np.mean(said.mean(axis=0).argmax(axis=1) == y))
        found = student.compare_members(ensemble, tensor_(X), y)
        assert isinstance(found, dict) and found.keys() == {"members", "ensemble", "gain"}
        assert_allclose(np.asarray(found["members"], dtype=float), alone, atol=1e-6)
        assert_allclose([float(found["ensemble"]), float(found["gain"])], [together, together - max(alone)], atol=1e-6)
        signs.add(together < max(alone))
    assert signs
