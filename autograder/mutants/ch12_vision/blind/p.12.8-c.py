# %% right
# Intent: a VGG-like Sequential with batch norm that ends in a global maximum over places, so that it does not matter where
# a thing is; AdamW with a one-cycle learning rate, and pictures moved by a pixel or two with one gather per batch.
import numpy as np
import torch
from torch import nn


class GlobalMax(nn.Module):
    def forward(self, maps):
        return maps.amax(dim=(-2, -1))


def make_cnn(n_classes=10, width=16):
    def block(n_in, n_out, kernel=3):
        return [nn.Conv2d(n_in, n_out, kernel, padding="same", bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]

    return nn.Sequential(
        *block(1, width, 5),
        nn.MaxPool2d(2),
        *block(width, 2 * width),
        *block(2 * width, 2 * width),
        nn.MaxPool2d(2),
        *block(2 * width, 4 * width),
        *block(4 * width, 8 * width),
        GlobalMax(),
        nn.Dropout(0.1),
        nn.Linear(8 * width, n_classes),
    )


def _moved(X, most=2):
    """Move each picture of a batch on its own, by up to `most` pixels in both directions."""
    side = X.shape[-1]
    by = torch.randint(0, 2 * most + 1, (2, len(X), 1))
    rows, columns = by + torch.arange(side)
    padded = nn.functional.pad(X[:, 0], (most,) * 4)
    return padded[torch.arange(len(X))[:, None, None], rows[:, :, None], columns[:, None, :]][:, None]


def _pictures(X):
    return torch.from_numpy(np.array(X)).reshape(-1, 1, 28, 28).float() / 255


def fit_cnn(X, y, n_epochs=6, width=16, seed=42):
    pictures, classes = _pictures(X), torch.as_tensor(np.array(y, dtype=np.int64))
    size = 32 if len(pictures) < 5000 else 128
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = make_cnn(int(classes.max()) + 1, width).to(device()).train()
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
        steps = max(2, n_epochs * -(-len(pictures) // size))
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps + 1)
        for _ in range(n_epochs):
            for rows in torch.randperm(len(pictures)).split(size):
                logits = model(_moved(pictures[rows]).to(device()))
                loss = nn.functional.cross_entropy(logits, classes[rows].to(device()))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
    return model.cpu()


def predict(model, X):
    modes = [(module, module.training) for module in model.modules()]
    where = next((weight.device for weight in model.parameters()), torch.device("cpu"))
    model.eval()
    with torch.inference_mode():
        found = [model(_pictures(some).to(where)).argmax(dim=1).cpu() for some in torch.as_tensor(np.array(X)).split(1000)]
    for module, mode in modes:
        module.training = mode
    return torch.cat(found).numpy()


# %% wrong: predict
# Misconception: torch.no_grad() is what puts a model into evaluation mode.
def predict(model, X):
    with torch.no_grad():
        found = [model(_pictures(some)).argmax(dim=1) for some in torch.as_tensor(np.array(X)).split(1000)]
    return torch.cat(found).numpy()


# %% wrong: make_cnn
# Misconception: after the convolutions one flattens, always, or the network would not know where things are.
def make_cnn(n_classes=10, width=16):
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(2 * width * 49, 64),
        nn.ReLU(),
        nn.Linear(64, n_classes),
    )
