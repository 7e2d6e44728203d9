# %% right
# Intent: four convolutional layers with batch norm, and the maximum of each map over the whole picture before the last
# layer, so that it does not matter where something was found. Trained with moved pictures and a rate that rises and falls.
import numpy as np
import torch
from torch import nn

from course import device


class AnywhereNet(nn.Module):
    def __init__(self, n_classes, width):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 5, padding=2, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * width)
        self.conv3 = nn.Conv2d(2 * width, 4 * width, 3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(4 * width)
        self.conv4 = nn.Conv2d(4 * width, 8 * width, 3, padding=1, bias=False)
        self.norm4 = nn.BatchNorm2d(8 * width)
        self.dropout = nn.Dropout(0.1)
        self.last = nn.Linear(8 * width, n_classes)

    def forward(self, X):
        Z = nn.functional.max_pool2d(torch.relu(self.norm1(self.conv1(X))), 2)  # 14 x 14
        Z = torch.relu(self.norm2(self.conv2(Z)))
        Z = nn.functional.max_pool2d(torch.relu(self.norm3(self.conv3(Z))), 2)  # 7 x 7
        Z = torch.relu(self.norm4(self.conv4(Z)))
        Z = Z.amax(dim=(2, 3))  # wherever it is
        return self.last(self.dropout(Z))


def make_cnn(n_classes=10, width=16):
    return AnywhereNet(n_classes, width)


def as_pictures(X):
    return torch.tensor(np.asarray(X), dtype=torch.float32).reshape(-1, 1, 28, 28) / 255


def moved(batch, far=2):
    padded = nn.functional.pad(batch, (far, far, far, far))
    down = torch.randint(0, 2 * far + 1, (len(batch),)).tolist()
    right = torch.randint(0, 2 * far + 1, (len(batch),)).tolist()
    return torch.stack([padded[i, :, d : d + 28, r : r + 28] for i, (d, r) in enumerate(zip(down, right))])


def fit_cnn(X, y, n_epochs=6, width=16, seed=42):
    torch.manual_seed(seed)
    pictures = as_pictures(X)
    labels = torch.tensor(np.asarray(y).astype(np.int64))
    n = len(pictures)
    batch_size = 16 if n < 5000 else 64
    where = device()
    model = make_cnn(int(labels.max()) + 1, width).to(where)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    total, done, peak = n_epochs * -(-n // batch_size), 0, 0.01
    model.train()
    for _ in range(n_epochs):
        order = torch.randperm(n)
        for start in range(0, n, batch_size):
            rows = order[start : start + batch_size]
            share = done / total
            rate = peak * (0.1 + 0.9 * share / 0.25 if share < 0.25 else (1 - share) / 0.75)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = nn.functional.cross_entropy(model(moved(pictures[rows]).to(where)), labels[rows].to(where))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            done += 1
    model.eval()
    return model.cpu()


def predict(model, X):
    X = np.asarray(X)
    was_training = model.training
    model.eval()
    where = next((p.device for p in model.parameters()), torch.device("cpu"))
    found = []
    with torch.no_grad():
        for start in range(0, len(X), 500):
            logits = model(as_pictures(X[start : start + 500]).to(where))
            found.extend(logits.argmax(dim=1).tolist())
    model.train(was_training)
    return np.array(found, dtype=np.int64)

# %% wrong: predict
# Misconception: torch.no_grad() is what switches a network to evaluation: dropout and batch norm need nothing else.
def predict(model, X):
    X = np.asarray(X)
    found = []
    with torch.no_grad():
        for start in range(0, len(X), 500):
            found.extend(model(as_pictures(X[start : start + 500])).argmax(dim=1).tolist())
    return np.array(found, dtype=np.int64)

# %% wrong: make_cnn
# Misconception: convolutions alone make a network blind to where things are, so that flattening the last maps for a
# dense layer does no harm.
def make_cnn(n_classes=10, width=16):
    return nn.Sequential(
        nn.Conv2d(1, width, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(2 * width * 7 * 7, 128),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(128, n_classes),
    )
