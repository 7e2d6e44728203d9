# %% right
# Intent: six conv + batch norm layers, global max pooling so that the place doesn't matter; AdamW with one-cycle rates, slightly turned and moved pictures.
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from course import device


def make_cnn(n_classes=10, width=16):
    def block(n_in, n_out):
        return [nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]

    return nn.Sequential(
        *block(1, width), *block(width, 2 * width), nn.MaxPool2d(2),
        *block(2 * width, 4 * width), *block(4 * width, 4 * width), nn.MaxPool2d(2),
        *block(4 * width, 8 * width),
        nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(8 * width, n_classes),
    )


def as_pictures(X):
    return torch.tensor(np.asarray(X)).reshape(-1, 1, 28, 28).float() / 255


def jitter(X):
    """Turn, scale and move each picture a little."""
    angle = (torch.rand(len(X)) - 0.5) * 0.3
    scale = 1 + (torch.rand(len(X)) - 0.5) * 0.15
    move = (torch.rand(2, len(X)) - 0.5) * 0.14
    cos, sin = scale * angle.cos(), scale * angle.sin()
    theta = torch.stack([cos, -sin, move[0], sin, cos, move[1]], dim=1).view(-1, 2, 3)
    return F.grid_sample(X, F.affine_grid(theta, list(X.shape), align_corners=False), align_corners=False)


def fit_cnn(X, y, n_epochs=6, width=16, seed=42):
    torch.manual_seed(seed)
    X, y = as_pictures(X), torch.tensor(np.asarray(y)).long()
    model = make_cnn(int(y.max()) + 1, width).to(device())
    loader = DataLoader(TensorDataset(X, y), batch_size=16 if len(X) < 5000 else 100, shuffle=True)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=n_epochs * len(loader) + 1)
    model.train()
    for _ in range(n_epochs):
        for X_batch, y_batch in loader:
            loss = F.cross_entropy(model(jitter(X_batch).to(device())), y_batch.to(device()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


def predict(model, X):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        found = torch.cat([model(part).argmax(dim=1) for part in as_pictures(X).split(1000)])
    model.train(was_training)
    return found.numpy()

# %% wrong: predict
# Misconception: torch.no_grad() is what puts a network into evaluation mode.
def predict(model, X):
    with torch.no_grad():
        found = torch.cat([model(part).argmax(dim=1) for part in as_pictures(X).split(1000)])
    return found.numpy()

# %% wrong: make_cnn
# Misconception: convolutions with some pooling make a network indifferent to places; after them one flattens and adds dense layers.
def make_cnn(n_classes=10, width=16):
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2 * width * 49, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, n_classes),
    )
