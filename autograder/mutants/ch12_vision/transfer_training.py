"""Wrong and right answers of chapter 12: own kinds of pictures, learned (p.12.9)."""

import copy

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from autograder.testing import alternative, mutant, naive
from solutions.ch12_vision.transfer_training import TransferNet, parameter_groups

# ---------------------------------------------------------------- weights


def _state(path, unpack=True, strip=True):
    saved = torch.load(path, map_location="cpu", weights_only=True)
    saved = saved.get("state_dict", saved) if unpack else saved
    return {name.removeprefix("module.") if strip else name: value for name, value in saved.items()}


def _copied(model, saved):
    own = model.state_dict()
    fit = {
        name for name in own if name in saved and torch.is_tensor(saved[name]) and saved[name].shape == own[name].shape
    }
    model.load_state_dict({name: saved[name] if name in fit else value for name, value in own.items()})
    return sorted(own.keys() - fit)


@mutant("p.12.9", replaces="load_weights", fails="test_weights_are_loaded")
def state_not_unpacked(model, path):
    """The state may be in a dictionary, under "state_dict", beside other things."""
    return _copied(model, _state(path, unpack=False))


@mutant("p.12.9", replaces="load_weights", fails="test_weights_are_loaded")
def names_of_several_gpus(model, path):
    """Names may begin with "module.": take it away."""
    return _copied(model, _state(path, strip=False))


@mutant("p.12.9", replaces="load_weights", fails="test_weights_are_loaded")
def parameters_only(model, path):
    """Batch norm's running means are no parameters, but they belong to what was learned: take all of `state_dict`."""
    saved = _state(path)
    names = {name for name, _ in model.named_parameters()}
    return _copied(model, {name: value for name, value in saved.items() if name in names})


@mutant("p.12.9", replaces="load_weights", fails="test_another_head_is_left_alone")
def names_without_shapes(model, path):
    """`strict=False` forgives names that are missing, and no shapes: leave out what has another shape."""
    return sorted(model.load_state_dict(_state(path), strict=False).missing_keys)


@mutant("p.12.9", replaces="load_weights", fails="test_another_head_is_left_alone")
def nothing_told(model, path):
    """You don't say what was not copied: then nobody notices a file of another network."""
    _copied(model, _state(path))
    return []


@mutant("p.12.9", replaces="load_weights", fails="test_another_head_is_left_alone")
def evaluated_once_loaded(model, path):
    """You put the network into evaluation mode, and whoever trains it next doesn't know."""
    return _copied(model.eval(), _state(path))


@mutant("p.12.9", replaces="load_weights", fails="test_another_head_is_left_alone")
def head_set_to_zero(model, path):
    """What is not in the file keeps its values; you put zeros there."""
    missing = _copied(model, _state(path))
    own = model.state_dict()
    for name in missing:
        own[name].zero_()
    return missing


# ---------------------------------------------------------------- the network


@mutant("p.12.9", replaces="TransferNet", fails="test_network_has_a_head_for_the_classes")
class ThousandClasses(TransferNet):
    """Your head is made for 1,000 classes: make it for those that there are."""

    def __init__(self, backbone, n_features, n_classes):
        super().__init__(backbone, n_features, 1_000)


@mutant("p.12.9", replaces="TransferNet", fails="test_network_has_a_head_for_the_classes")
class EndsInSoftmax(TransferNet):
    """`cross_entropy` wants logits: leave out the softmax."""

    def forward(self, X):
        return super().forward(X).softmax(dim=1)


@mutant("p.12.9", replaces="TransferNet", fails="test_network_has_a_head_for_the_classes")
class BackboneCopiedAnew(TransferNet):
    """You reset the backbone's weights, and with them all that it has learned."""

    def __init__(self, backbone, n_features, n_classes):
        super().__init__(backbone, n_features, n_classes)
        for part in self.backbone.modules():
            if hasattr(part, "reset_parameters"):
                part.reset_parameters()
        self.extra = nn.Linear(n_classes, n_classes)


@mutant("p.12.9", replaces="parameter_groups", fails="test_backbone_learns_at_a_tenth_of_the_rate")
def one_rate_for_all(model, lr, frozen):
    """The backbone learns as fast as the head, and soon forgets what it knew: a tenth of the rate is enough."""
    groups = [{"params": list(model.head.parameters()), "lr": lr}]
    return groups if frozen else [*groups, {"params": list(model.backbone.parameters()), "lr": lr}]


@mutant("p.12.9", replaces="parameter_groups", fails="test_backbone_learns_at_a_tenth_of_the_rate")
def frozen_all_the_same(model, lr, frozen):
    """You hand over the backbone's weights while they are frozen: batch norm or weight decay may change them."""
    return parameter_groups(model, lr, False)


@mutant("p.12.9", replaces="parameter_groups", fails="test_backbone_learns_at_a_tenth_of_the_rate")
def backbone_left_out(model, lr, frozen):
    """Once it is not frozen any more, the backbone is trained as well."""
    return parameter_groups(model, lr, True)


@mutant("p.12.9", replaces="parameter_groups", fails="test_backbone_learns_at_a_tenth_of_the_rate")
def head_is_slow(model, lr, frozen):
    """You have exchanged the two rates: the head is new, and has a lot to learn."""
    groups = [{"params": list(model.head.parameters()), "lr": lr / 10}]
    return groups if frozen else [*groups, {"params": list(model.backbone.parameters()), "lr": lr}]


# ---------------------------------------------------------------- training


def _measured(model, batches):
    model.eval()
    with torch.no_grad():
        hits = torch.cat([model(X).argmax(dim=1) == y for X, y in batches])
    return float(hits.float().mean())


def _tuned(
    model,
    loaders,
    n_head,
    n_all,
    lr,
    *,
    still=True,
    evaluated=True,
    learn="train",
    thaw=True,
    step=True,
    measure=_measured,
):
    history = []
    for n_epochs, frozen in ((n_head, True), (n_all, False)):
        model.backbone.requires_grad_(not frozen)
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen or not thaw))
        for _ in range(n_epochs):
            model.train()
            if frozen and still:
                model.backbone.eval()
            for X, y in loaders[learn]:
                loss = cross_entropy(model(X), y)
                optimizer.zero_grad()
                loss.backward()
                if step:
                    optimizer.step()
            history.append(measure(model, loaders["valid"]))
    if thaw:
        model.requires_grad_(True)
    model.train(not evaluated)
    return history


@mutant("p.12.9", replaces="finetune", fails="test_frozen_backbone_stays_as_it_is")
def norm_goes_on_counting(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """The weights are frozen, but batch norm goes on counting: put the backbone into evaluation mode."""
    return _tuned(model, loaders, n_head, n_all, lr, still=False)


@mutant("p.12.9", replaces="finetune", fails="test_frozen_backbone_stays_as_it_is")
def nothing_frozen(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """All of the network is trained from the beginning: the head's first large errors spoil the backbone."""
    return _tuned(model, loaders, 0, n_head + n_all, lr)


@mutant("p.12.9", replaces="finetune", fails="test_all_of_the_network_is_tuned_in_the_end")
def frozen_to_the_end(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """The backbone is still frozen in the last epochs: set `requires_grad` again, and make a new optimiser."""
    history = _tuned(model, loaders, n_head + n_all, 0, lr)
    model.requires_grad_(True)
    return history


@mutant("p.12.9", replaces="finetune", fails="test_history_tells_the_accuracy_of_each_epoch")
def accuracy_on_what_it_learns_from(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """You report the accuracy on the pictures that it learns from: take those to validate on."""
    return _tuned(model, loaders, n_head, n_all, lr, measure=lambda model, _: _measured(model, loaders["train"]))


@mutant("p.12.9", replaces="finetune", fails="test_history_tells_the_accuracy_of_each_epoch")
def mean_of_batches(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """The last batch is smaller than the others: count right answers, and divide by the number of pictures."""

    def measure(model, batches):
        model.eval()
        with torch.no_grad():
            means = [float((model(X).argmax(dim=1) == y).float().mean()) for X, y in batches]
        return sum(means) / len(means)

    return _tuned(model, loaders, n_head, n_all, lr, measure=measure)


@mutant("p.12.9", replaces="finetune", fails="test_other_loaders_are_not_touched")
def learns_from_all(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """It learns from the pictures to validate on as well."""
    both = [*loaders["train"], *loaders["valid"]]
    return _tuned(model, {"train": both, "valid": loaders["valid"]}, n_head, n_all, lr)


@mutant("p.12.9", replaces="finetune", fails="test_other_loaders_are_not_touched")
def looks_at_the_test(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """You go through the pictures to test on while it is trained: keep them for the very end."""
    history = _tuned(model, loaders, n_head, n_all, lr)
    if "test" in loaders:
        _measured(model, loaders["test"])
    return history


@mutant("p.12.9", replaces="finetune", fails="test_learns_new_classes_from_few_pictures")
def left_in_training_mode(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """You leave the network in training mode: hand it back ready for use."""
    return _tuned(model, loaders, n_head, n_all, lr, evaluated=False)


@naive("p.12.9", replaces="finetune", fails="test_learns_new_classes_from_few_pictures")
def from_scratch(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """You begin with a new backbone, which a few pictures of each class can't teach: keep the one that you are
    given."""
    torch.manual_seed(seed)
    for part in model.modules():
        if hasattr(part, "reset_parameters"):
            part.reset_parameters()
    return _tuned(model, loaders, 0, n_head + n_all, lr)


@mutant("p.12.9", replaces="finetune", fails="test_learns_new_classes_from_few_pictures")
def never_steps(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """The weights never change: do you call the optimiser's `step`?"""
    return _tuned(model, loaders, n_head, n_all, lr, step=False)


@mutant("p.12.9", replaces="finetune", fails="test_seed_decides_the_tuning")
def tuned_without_a_seed(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """You don't use the seed, and dropout draws something else each time: call `torch.manual_seed(seed)` first."""
    return _tuned(model, loaders, n_head, n_all, lr)


# ---------------------------------------------------------------- right


@alternative("p.12.9", replaces="load_weights")
def part_by_part(model, path):
    """Copies one tensor after the other, in place."""
    saved, missing = _state(path), []
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name in saved and saved[name].shape == value.shape:
                value.copy_(saved[name])
            else:
                missing.append(name)
    return tuple(sorted(missing))


@alternative("p.12.9", replaces="TransferNet")
class InAFew(nn.Module):
    """Calls its parts one by one, and draws the head's weights in its own way."""

    def __init__(self, backbone, n_features, n_classes):
        super().__init__()
        self.head = nn.Linear(n_features, n_classes)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        self.backbone = backbone

    def forward(self, X):
        features = self.backbone(X)
        return nn.functional.linear(features, self.head.weight, self.head.bias)


@alternative("p.12.9", replaces="parameter_groups")
def weight_by_weight(model, lr, frozen):
    """A group for each weight."""
    rates = {"head": lr} if frozen else {"backbone": 0.1 * lr, "head": lr}
    return [
        {"params": [parameter], "lr": rates[name.split(".")[0]]}
        for name, parameter in model.named_parameters()
        if name.split(".")[0] in rates
    ]


@alternative("p.12.9", replaces="parameter_groups")
def a_rate_of_zero(model, lr, frozen):
    """Two groups always: a frozen backbone has a rate of 0."""
    return [
        {"params": list(model.head.parameters()), "lr": lr},
        {"params": list(model.backbone.parameters()), "lr": 0.0 if frozen else lr / 10},
    ]


@alternative("p.12.9", replaces="finetune")
def by_sgd_with_features(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """SGD with momentum; while the backbone is frozen, its features are computed without a gradient."""
    torch.manual_seed(seed)
    history = []
    optimizer = torch.optim.SGD(model.head.parameters(), 2 * lr, momentum=0.9)
    for epoch in range(n_head + n_all):
        if epoch == n_head:
            optimizer = torch.optim.SGD(parameter_groups(model, lr, False), momentum=0.9)
        for X, y in loaders["train"]:
            if epoch < n_head:
                with torch.no_grad():
                    features = model.backbone.eval()(X)
                loss = cross_entropy(model.head(features), y)
            else:
                loss = cross_entropy(model.train()(X), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        history.append(_measured(model, loaders["valid"]))
    model.eval()
    return torch.tensor(history)


@alternative("p.12.9", replaces="finetune")
def with_decay(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """AdamW, and a frozen twin of the backbone that is put back after each epoch."""
    torch.manual_seed(seed)
    twin, history = copy.deepcopy(model.backbone.state_dict()), []
    for epoch in range(n_head + n_all):
        frozen = epoch < n_head
        if epoch in (0, n_head):
            optimizer = torch.optim.AdamW(parameter_groups(model, lr, frozen), weight_decay=0.001)
        model.train()
        for X, y in loaders["train"]:
            if frozen:
                model.backbone.eval()
            loss = cross_entropy(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            model.train()
        if frozen:
            model.backbone.load_state_dict(twin)
        history.append(_measured(model, loaders["valid"]))
    model.eval()
    return history


@alternative("p.12.9", replaces="finetune")
def with_a_falling_rate(model, loaders, n_head, n_all, lr=0.01, seed=42):
    """Adam with a rate that falls in a straight line, in each of the two parts of the training."""
    torch.manual_seed(seed)
    history = []
    for n_epochs, frozen in ((n_head, True), (n_all, False)):
        model.backbone.requires_grad_(not frozen)
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen))
        falling = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, max(1, n_epochs - 1))
        for _ in range(n_epochs):
            model.head.train()
            model.backbone.train(not frozen)
            for X, y in loaders["train"]:
                optimizer.zero_grad()
                cross_entropy(model(X), y).backward()
                optimizer.step()
            falling.step()
            history.append(_measured(model, loaders["valid"]))
    model.backbone.requires_grad_(True)
    model.eval()
    return history
