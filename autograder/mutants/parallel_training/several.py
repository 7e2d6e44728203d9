"""Training on several devices, several networks at once (tf1.12.8): wrong answers, and right ones."""

from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- one network


def _trained(
    config, X_train, y_train, X_valid, y_valid, *, epochs=None, hidden=True, momentum=0.9, batch=32, seed="before",
    lr=None, score="valid", softmax=False, order="each epoch", drops=False, criterion=cross_entropy, classes="train",
):  # fmt: skip
    if seed == "before":
        torch.manual_seed(config["seed"])
    X, y = torch.as_tensor(np.asarray(X_train)).float(), torch.as_tensor(np.asarray(y_train)).long()
    n_classes, d, units = int(np.max(y_valid if classes == "valid" else y.numpy())) + 1, X.shape[1], config["units"]
    layers = [nn.Linear(d, units), nn.ReLU(), nn.Linear(units, n_classes)] if hidden else [nn.Linear(d, n_classes)]
    model = nn.Sequential(*layers, *([nn.Softmax(dim=1)] if softmax else []))
    if seed == "after":
        torch.manual_seed(config["seed"])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr or config["lr"], momentum=momentum)
    once = torch.randperm(len(X)) if order == "once" else torch.arange(len(X))
    for _ in range(config["epochs"] if epochs is None else epochs):
        for rows in (torch.randperm(len(X)) if order == "each epoch" else once).split(batch):
            if drops and len(rows) < batch:
                continue
            optimizer.zero_grad()
            criterion(model(X[rows]), y[rows]).backward()
            optimizer.step()
    shown, labels = (X, y) if score == "train" else (torch.as_tensor(np.asarray(X_valid)).float(), y_valid)
    with torch.no_grad():
        right = model(shown).argmax(dim=1).numpy() == np.asarray(labels)
    return {"model": model, "valid": float(right.mean())}


@naive("tf1.12.8", replaces="train_config", fails="test_learns_a_bent_rule")
def without_a_hidden_layer(config, X_train, y_train, X_valid, y_valid):
    """Without a hidden layer a network draws a straight line."""
    return _trained(config, X_train, y_train, X_valid, y_valid, hidden=False)


@mutant("tf1.12.8", replaces="train_config", fails="test_logits_are_no_probabilities")
def softmax_at_the_end(config, X_train, y_train, X_valid, y_valid):
    """Cross-entropy takes logits: with a softmax in the network as well, little is left of the gradient."""
    return _trained(config, X_train, y_train, X_valid, y_valid, softmax=True)


@mutant("tf1.12.8", replaces="train_config", fails="test_the_configuration_decides")
def one_epoch(config, X_train, y_train, X_valid, y_valid):
    """One epoch is not enough: train for as many as the configuration says."""
    return _trained(config, X_train, y_train, X_valid, y_valid, epochs=min(1, config["epochs"]))


@mutant("tf1.12.8", replaces="train_config", fails="test_valid_is_the_networks_accuracy")
def scored_on_training_rows(config, X_train, y_train, X_valid, y_valid):
    """You give the accuracy on the training rows: networks are compared on validation rows."""
    return _trained(config, X_train, y_train, X_valid, y_valid, score="train")


@mutant("tf1.12.8", replaces="train_config", fails="test_the_configuration_decides")
def without_momentum(config, X_train, y_train, X_valid, y_valid):
    """A momentum of 0.9 is asked for."""
    return _trained(config, X_train, y_train, X_valid, y_valid, momentum=0.0)


@naive("tf1.12.8", replaces="train_config", fails=["test_learns_a_bent_rule", "test_the_configuration_decides"])
def all_rows_at_once(config, X_train, y_train, X_valid, y_valid):
    """You take all rows as one batch: 32 are asked for."""
    return _trained(config, X_train, y_train, X_valid, y_valid, batch=10**6)


@mutant("tf1.12.8", replaces="train_config", fails="test_the_configuration_decides")
def a_rate_of_its_own(config, X_train, y_train, X_valid, y_valid):
    """The learning rate is the configuration's."""
    return _trained(config, X_train, y_train, X_valid, y_valid, lr=0.1)


@mutant("tf1.12.8", replaces="train_config", fails="test_steps_go_down_the_cross_entropy")
def sum_over_the_rows(config, X_train, y_train, X_valid, y_valid):
    """You add up the rows' losses: the steps are 32 times as long then. Take their mean."""
    return _trained(config, X_train, y_train, X_valid, y_valid, criterion=partial(cross_entropy, reduction="sum"))


@mutant("tf1.12.8", replaces="train_config", fails="test_steps_go_down_the_cross_entropy")
def each_class_by_itself(config, X_train, y_train, X_valid, y_valid):
    """You ask of each class by itself whether it is this one (binary cross-entropy): the classes exclude each other,
    and cross-entropy takes the softmax over all of them."""

    def loss(logits, y):
        return binary_cross_entropy_with_logits(logits, one_hot(y, logits.shape[1]).float())

    return _trained(config, X_train, y_train, X_valid, y_valid, criterion=loss)


@mutant("tf1.12.8", replaces="train_config", fails="test_steps_go_down_the_cross_entropy")
def squared_errors(config, X_train, y_train, X_valid, y_valid):
    """You make squared errors small: cross-entropy is asked for."""

    def loss(logits, y):
        return (logits - one_hot(y, logits.shape[1])).square().mean()

    return _trained(config, X_train, y_train, X_valid, y_valid, criterion=loss)


@mutant("tf1.12.8", replaces="train_config", fails="test_valid_is_the_networks_accuracy")
def classes_of_the_validation(config, X_train, y_train, X_valid, y_valid):
    """You count the classes in the validation rows, which need not have all of them: each is in the training rows."""
    return _trained(config, X_train, y_train, X_valid, y_valid, classes="valid")


@mutant("tf1.12.8", replaces="train_config", fails="test_each_epoch_has_its_order")
def as_they_lie(config, X_train, y_train, X_valid, y_valid):
    """You take the rows as they lie: if they are sorted, the last batches know one class only. Draw an order."""
    return _trained(config, X_train, y_train, X_valid, y_valid, order="never")


@mutant("tf1.12.8", replaces="train_config", fails="test_each_epoch_has_its_order")
def shuffled_once(config, X_train, y_train, X_valid, y_valid):
    """You draw an order once: each epoch has the same batches then. Draw a new one in each."""
    return _trained(config, X_train, y_train, X_valid, y_valid, order="once")


@mutant("tf1.12.8", replaces="train_config", fails="test_each_epoch_has_its_order")
def drops_the_last(config, X_train, y_train, X_valid, y_valid):
    """You leave out a last batch that is not full (`drop_last=True`): each epoch goes over all rows."""
    return _trained(config, X_train, y_train, X_valid, y_valid, drops=True)


@mutant("tf1.12.8", replaces="train_config", fails="test_valid_is_the_networks_accuracy")
def arrays_alone(config, X_train, y_train, X_valid, y_valid):
    """`torch.from_numpy` takes no tensors: `torch.as_tensor` takes both."""
    return _trained(config, *(torch.from_numpy(one) for one in (X_train, y_train, X_valid, y_valid)))


@mutant("tf1.12.8", replaces="train_config", fails="test_seed_decides_the_network")
def seeded_too_late(config, X_train, y_train, X_valid, y_valid):
    """You set the seed after the layers have been made: their first weights are drawn before."""
    return _trained(config, X_train, y_train, X_valid, y_valid, seed="after")


@mutant("tf1.12.8", replaces="train_config", fails="test_seed_decides_the_network")
def always_the_same_seed(config, X_train, y_train, X_valid, y_valid):
    """The seed is the configuration's: with one of your own all networks begin alike."""
    return _trained({**config, "seed": 42}, X_train, y_train, X_valid, y_valid)


# ---------------------------------------------------------------- the three best


@mutant("tf1.12.8", replaces="best_three", fails="test_the_three_best")
def by_the_test(results):
    """Who chooses by the test rows has no test left: choose by validation."""
    right = [done for done in results if not done["error"]]
    return sorted(right, key=lambda done: -done["result"].get("test", done["result"]["valid"]))[:3]


@mutant("tf1.12.8", replaces="best_three", fails="test_the_three_best")
def the_worst_three(results):
    """An accuracy is better if it is larger: the best comes first."""
    right = [done for done in results if not done["error"]]
    return sorted(right, key=lambda done: done["result"]["valid"])[:3]


@mutant("tf1.12.8", replaces="best_three", fails="test_the_three_best")
def only_configurations(results):
    """What `launch` says of them is asked for, with the results, not the configurations alone."""
    right = sorted((done for done in results if not done["error"]), key=lambda done: -done["result"]["valid"])
    return [done["config"] for done in right[:3]]


@mutant("tf1.12.8", replaces="best_three", fails="test_equal_ones_keep_their_order")
def last_of_equals(results):
    """Of equal ones the first comes first: don't turn a sorted list around."""
    right = [done for done in results if not done["error"]]
    return sorted(right, key=lambda done: done["result"]["valid"])[::-1][:3]


# ---------------------------------------------------------------- right answers


@alternative("tf1.12.8", replaces="train_config")
def by_hand(config, X_train, y_train, X_valid, y_valid):
    """Without an optimizer, in a module of its own, with a generator of its own."""

    class Net(nn.Module):
        def __init__(self, d, units, n_classes):
            super().__init__()
            self.hidden, self.out = nn.Linear(d, units), nn.Linear(units, n_classes)

        def forward(self, X):
            return self.out(self.hidden(X).clamp(min=0))

    X, y = torch.tensor(np.array(X_train), dtype=torch.float32), torch.tensor(np.array(y_train), dtype=torch.int64)
    with torch.random.fork_rng():
        torch.manual_seed(config["seed"])
        net = Net(X.shape[1], config["units"], len(set(y.tolist())))
    random = np.random.default_rng(config["seed"])
    speed = [torch.zeros_like(value) for value in net.parameters()]
    for _ in range(config["epochs"]):
        order = random.permutation(len(X))
        for start in range(0, len(X), 32):
            rows = order[start : start + 32]
            net.zero_grad()
            cross_entropy(net(X[rows]), y[rows]).backward()
            with torch.no_grad():
                for value, moving in zip(net.parameters(), speed, strict=True):
                    moving.mul_(0.9).add_(value.grad)
                    value -= config["lr"] * moving
    said = net(torch.tensor(np.array(X_valid), dtype=torch.float32)).argmax(1)
    return {"model": net, "valid": (said == torch.tensor(np.array(y_valid))).float().mean().item(), "seconds": 0.0}


@alternative("tf1.12.8", replaces="train_config")
def with_a_loader(config, X_train, y_train, X_valid, y_valid):
    """With a `DataLoader`, which shuffles with a generator of its own."""
    from torch.utils.data import DataLoader, TensorDataset

    X, X_new = (torch.as_tensor(one, dtype=torch.float32) for one in (X_train, X_valid))
    y, y_new = (torch.as_tensor(one, dtype=torch.long) for one in (y_train, y_valid))
    with torch.random.fork_rng():
        torch.manual_seed(config["seed"])
        layers = nn.Linear(X.shape[1], config["units"]), nn.ReLU(), nn.Linear(config["units"], int(y.max()) + 1)
    net, generator = nn.Sequential(*layers), torch.Generator().manual_seed(config["seed"])
    loader = DataLoader(TensorDataset(X, y), batch_size=32, shuffle=True, generator=generator)
    optimizer, loss = torch.optim.SGD(net.parameters(), config["lr"], 0.9), nn.CrossEntropyLoss()
    for _ in range(config["epochs"]):
        for rows, labels in loader:
            optimizer.zero_grad()
            loss(net(rows), labels).backward()
            optimizer.step()
    with torch.inference_mode():
        return {"model": net.eval(), "valid": (net(X_new).argmax(-1) == y_new).double().mean()}


@alternative("tf1.12.8", replaces="best_three")
def by_picking(results):
    """The best of what is left, three times."""
    left, found = [done for done in results if done["error"] == ""], []
    while left and len(found) < 3:
        found.append(max(left, key=lambda done: done["result"]["valid"]))
        left.remove(found[-1])
    return found
