"""Wrong and right answers of chapter 12: digits, as well as you can (p.12.8)."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, log_softmax, one_hot

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- networks


def _block(n_in, n_out):
    return [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU()]


def _body(width):
    return [
        *_block(1, width),
        nn.MaxPool2d(2),
        *_block(width, 2 * width),
        nn.MaxPool2d(2),
        *_block(2 * width, 4 * width),
    ]


def _anywhere(n_classes, width):
    return nn.Sequential(*_body(width), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4 * width, n_classes))


def _flattened(n_classes, width):
    return nn.Sequential(*_body(width), nn.Flatten(), nn.Linear(49 * 4 * width, n_classes))


def _dense(n_classes, width):
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 16 * width),
        nn.ReLU(),
        nn.Linear(16 * width, 64),
        nn.ReLU(),
        nn.Linear(64, n_classes),
    )


@mutant("p.12.8", replaces="make_cnn", fails="test_logits_for_each_class")
def ten_classes_always(n_classes=10, width=32):
    """Your network has ten outputs, however many classes are asked for."""
    return _anywhere(10, width)


@mutant("p.12.8", replaces="make_cnn", fails="test_logits_for_each_class")
def probabilities(n_classes=10, width=32):
    """Your network ends in a softmax, which `cross_entropy` does once more: give logits."""
    return nn.Sequential(_anywhere(n_classes, width), nn.Softmax(dim=1))


@mutant("p.12.8", replaces="make_cnn", fails="test_logits_for_each_class")
def maps_not_flattened(n_classes=10, width=32):
    """Your last layer gives a logit for each place: bring each map down to one number."""
    return nn.Sequential(*_body(width), nn.Conv2d(4 * width, n_classes, 1))


@mutant("p.12.8", replaces="make_cnn", fails="test_all_of_the_network_can_learn")
class UnusedLayer(nn.Module):
    """One of your layers is never used, so it can't learn: is each of them called in `forward`?"""

    def __init__(self, n_classes=10, width=32):
        super().__init__()
        self.net = _anywhere(n_classes, width)
        self.unused = nn.Linear(4, 4)

    def forward(self, X):
        return self.net(X)


@mutant("p.12.8", replaces="make_cnn", fails="test_all_of_the_network_can_learn")
def far_too_large(n_classes=10, width=32):
    """Your network has more than five million weights: most of them are in the layer after the flattened maps."""
    wide = nn.Linear(49 * 4 * width, 26 * width)
    return nn.Sequential(*_body(width), nn.Flatten(), wide, nn.ReLU(), nn.Linear(26 * width, n_classes))


# ---------------------------------------------------------------- training


def _fit(
    X,
    y,
    n_epochs,
    make,
    width,
    seed,
    *,
    lr=0.01,
    loss=cross_entropy,
    batch=32,
    shuffled=True,
    moved=0,
    draw=torch.randperm,
):
    torch.manual_seed(seed)
    pictures = torch.tensor(np.asarray(X).reshape(-1, 1, 28, 28) / 255, dtype=torch.float32)
    y = torch.as_tensor(np.asarray(y)).long()
    model = make(int(y.max()) + 1, width)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch / n_epochs)
    for _ in range(n_epochs):
        model.train()
        for rows in draw(len(pictures)).split(batch):
            some = pictures[rows]
            if moved:
                some = some.roll(torch.randint(-moved, moved + 1, (2,)).tolist(), dims=(2, 3))
            labels = y[rows if shuffled else torch.arange(len(rows))]
            value = loss(model(some), labels)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
        falling.step()
    return model.eval()


@naive("p.12.8", replaces="fit_cnn", fails="test_reads_letters_wherever_they_stand")
def dense_network(X, y, n_epochs=8, width=32, seed=42):
    """A network of dense layers has to be shown each letter in each place: use convolutional layers."""
    return _fit(X, y, 15, _dense, width, seed, lr=0.003)


@naive("p.12.8", replaces="fit_cnn", fails="test_reads_letters_wherever_they_stand")
def flattened_maps(X, y, n_epochs=8, width=32, seed=42):
    """Your maps are flattened at the end, and so your network has to learn each place anew: take the largest or the
    mean of each map."""
    return _fit(X, y, n_epochs, _flattened, width, seed, lr=0.005, moved=2)


@mutant("p.12.8", replaces="fit_cnn", fails="test_reads_letters_wherever_they_stand")
def learns_nothing(X, y, n_epochs=8, width=32, seed=42):
    """Your network's weights never change: do you call the optimiser's `step`?"""
    torch.manual_seed(seed)
    return _anywhere(int(np.max(y)) + 1, width).eval()


@mutant("p.12.8", replaces="fit_cnn", fails="test_reads_letters_wherever_they_stand")
def labels_not_shuffled(X, y, n_epochs=8, width=32, seed=42):
    """You shuffle the pictures, and their labels stay where they were: use the same order for both."""
    return _fit(X, y, 2, _anywhere, width, seed, shuffled=False)


@mutant("p.12.8", replaces="fit_cnn", fails="test_seed_decides_the_network")
def one_network_for_all_seeds(X, y, n_epochs=8, width=32, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you make the network."""
    return _fit(X, y, n_epochs, _anywhere, width, 42)


@mutant("p.12.8", replaces="fit_cnn", fails="test_seed_decides_the_network")
def seed_comes_late(X, y, n_epochs=8, width=32, seed=42):
    """The weights are drawn before you set the seed."""
    model = _anywhere(int(np.max(y)) + 1, width)
    return _fit(X, y, n_epochs, lambda n_classes, width: model, width, seed)


@mutant("p.12.8", replaces="fit_cnn", fails="test_seed_decides_the_network")
def order_without_the_seed(X, y, n_epochs=8, width=32, seed=42):
    """The order of the pictures does not come from the seed: draw it by PyTorch as well, or seed NumPy, too."""

    def draw(n):
        return torch.from_numpy(np.random.permutation(n))

    return _fit(X, y, n_epochs, _anywhere, width, seed, batch=64, draw=draw)


# ---------------------------------------------------------------- predicting


def _asked(model, X, scale=255, batch=500):
    pictures = torch.tensor(np.asarray(X).reshape(-1, 1, 28, 28) / scale, dtype=torch.float32)
    with torch.no_grad():
        return torch.cat([model(some) for some in pictures.split(batch)])


@mutant("p.12.8", replaces="predict", fails="test_predicts_in_evaluation_mode")
def in_the_mode_it_has(model, X):
    """You ask the model in the mode that it happens to be in: call `model.eval()` first."""
    return _asked(model, X).argmax(dim=1).numpy()


@mutant("p.12.8", replaces="predict", fails="test_predicts_in_evaluation_mode")
def left_in_evaluation_mode(model, X):
    """You leave the model in evaluation mode, even if somebody is about to train it: put it back."""
    return _asked(model.eval(), X).argmax(dim=1).numpy()


@mutant("p.12.8", replaces="predict", fails="test_classes_of_pictures")
def least_likely(model, X):
    """The largest logit is the most likely class; you take the smallest."""
    was, model = model.training, model.eval()
    found = _asked(model, X).argmin(dim=1).numpy()
    model.train(was)
    return found


@mutant("p.12.8", replaces="predict", fails="test_classes_of_pictures")
def bytes_to_the_model(model, X):
    """The model wants values from 0 to 1, as it had them when it was trained: divide the bytes by 255."""
    was, model = model.training, model.eval()
    found = _asked(model, X, scale=1).argmax(dim=1).numpy()
    model.train(was)
    return found


@mutant("p.12.8", replaces="predict", fails="test_classes_of_pictures")
def all_pictures_at_once(model, X):
    """You give the model all pictures at once: for many there is no room, so take some at a time."""
    was, model = model.training, model.eval()
    found = _asked(model, X, batch=len(X)).argmax(dim=1).numpy()
    model.train(was)
    return found


@mutant("p.12.8", replaces="predict", fails="test_classes_of_pictures")
def first_batch_only(model, X):
    """You return only the first thousand answers."""
    was, model = model.training, model.eval()
    found = _asked(model, X[:1_000]).argmax(dim=1).numpy()
    model.train(was)
    return found


# ---------------------------------------------------------------- right


class _Residual(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.body = nn.Sequential(*_block(n, n), nn.Conv2d(n, n, 3, padding=1), nn.BatchNorm2d(n))

    def forward(self, X):
        return torch.relu(X + self.body(X))


def _residual_net(n_classes=10, width=32):
    return nn.Sequential(
        *_block(1, width), nn.MaxPool2d(2), _Residual(width), nn.MaxPool2d(2), *_block(width, 4 * width),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4 * width, n_classes),
    )  # fmt: skip


@alternative("p.12.8", replaces="make_cnn")
def with_bridges(n_classes=10, width=32):
    """Layers with a bridge, as in ResNet; the reference's training."""
    return _residual_net(n_classes, width)


@alternative("p.12.8", replaces="make_cnn")
def bridges_that_begin_at_zero(n_classes=10, width=32):
    """Its bridges are all there is to begin with, as in some ResNets; the last layer finds out its size by itself."""
    model = _residual_net(n_classes, width)
    for part in model:
        if isinstance(part, _Residual):
            nn.init.zeros_(part.body[-1].weight)
    model[-1] = nn.LazyLinear(n_classes)
    model.eval()(torch.zeros(1, 1, 28, 28))
    return model.train()


@alternative("p.12.8", replaces="fit_cnn")
def without_moving(X, y, n_epochs=8, width=32, seed=42):
    """Adam, a rate that falls in a straight line, pictures as they are."""
    return _fit(X, y, n_epochs, _anywhere, width, seed)


@alternative("p.12.8", replaces="fit_cnn")
def moved_a_lot(X, y, n_epochs=8, width=32, seed=42):
    """The mean of each map, dropout, and batches that are moved about by up to 7 pixels; twice as many epochs."""

    def net(n_classes, width):
        pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1)]
        return nn.Sequential(*_body(width), *pooled, nn.Linear(4 * width, n_classes))

    return _fit(X, y, 2 * n_epochs, net, width, seed, lr=0.01, moved=7)


@alternative("p.12.8", replaces="fit_cnn", also={"make_cnn": _residual_net})
def by_sgd(X, y, n_epochs=8, width=32, seed=42):
    """Stochastic gradient descent with momentum, softened labels, a loss of its own."""
    torch.manual_seed(seed)
    pictures = torch.from_numpy(np.asarray(X)).view(-1, 1, 28, 28) / 255
    targets = one_hot(torch.tensor(np.array(y)).long()).float()
    model = _residual_net(targets.shape[1], width)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_epochs)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pictures)).chunk(max(1, len(pictures) // 40)):
            loss = -(log_softmax(model(pictures[rows]), dim=1) * (0.9 * targets[rows] + 0.01)).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return model.eval()


@alternative("p.12.8", replaces="predict")
def picture_by_picture(model, X):
    """A batch of 100 at a time, in inference mode, as a list."""
    was, found = model.training, []
    model.train(False)
    with torch.inference_mode():
        for start in range(0, len(X), 100):
            some = torch.as_tensor(np.asarray(X[start : start + 100]), dtype=torch.float32) / 255
            found += model(some.unflatten(1, (1, 28, 28))).softmax(dim=1).max(dim=1).indices.tolist()
    model.train(was)
    return found
