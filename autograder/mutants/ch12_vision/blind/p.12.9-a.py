# %% right
# Intent: plain loops over folders, classes, batches. To augment, a picture is read a little too large and a square is
# cut out of it somewhere, mirrored or not. Frozen means: no gradients, and evaluation mode for the backbone.
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def read_folder(root):
    classes = []
    for entry in Path(root).iterdir():
        if entry.is_dir() and not entry.name.startswith("."):
            classes.append(entry.name)
    classes.sort()
    paths, labels = [], []
    for label, name in enumerate(classes):
        for path in sorted((Path(root) / name).iterdir(), key=lambda path: path.name):
            if path.name.startswith(".") or not path.is_file():
                continue
            if path.suffix.lower() in (".jpg", ".jpeg", ".png"):
                paths.append(path)
                labels.append(label)
    return paths, np.array(labels, dtype=np.int64), classes


def split_rows(labels, seed=42):
    labels = np.asarray(labels)
    rng = np.random.default_rng(seed)
    sets = ([], [], [])
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        fifth = round(len(rows) / 5)
        sets[1].extend(rows[:fifth])
        sets[2].extend(rows[fifth : 2 * fifth])
        sets[0].extend(rows[2 * fifth :])
    return tuple(np.array(rows, dtype=np.int64) for rows in sets)


def load_picture(path, size):
    with Image.open(path) as picture:
        picture = picture.convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
    values = np.array(picture, dtype=np.float32) / 255
    values = (values - np.array(MEAN, dtype=np.float32)) / np.array(STD, dtype=np.float32)
    return torch.tensor(values.transpose(2, 0, 1).copy(), dtype=torch.float32)


class PictureSet(Dataset):
    def __init__(self, paths, labels, size, augment):
        self.paths = list(paths)
        self.labels = np.asarray(labels).astype(np.int64)
        self.size = size
        self.augment = augment

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        label = torch.tensor(int(self.labels[i]), dtype=torch.int64)
        if not self.augment:
            return load_picture(self.paths[i], self.size), label
        spare = int(torch.randint(1, max(2, self.size // 6) + 1, (1,)))
        X = load_picture(self.paths[i], self.size + spare)
        top, left = torch.randint(0, spare + 1, (2,)).tolist()
        X = X[:, top : top + self.size, left : left + self.size]
        if torch.rand(1).item() < 0.5:
            X = X.flip(-1)
        return X.contiguous(), label


def make_loaders(root, size, batch_size=32, seed=42):
    paths, labels, classes = read_folder(root)
    loaders = {"classes": classes}
    for name, rows in zip(("train", "valid", "test"), split_rows(labels, seed)):
        learning = name == "train"
        some = PictureSet([paths[row] for row in rows], labels[rows], size, augment=learning)
        loaders[name] = DataLoader(some, batch_size=batch_size, shuffle=learning)
    return loaders


def load_weights(model, path):
    stored = torch.load(path, map_location="cpu", weights_only=True)
    if isinstance(stored.get("state_dict"), dict):
        stored = stored["state_dict"]
    own = model.state_dict()
    prefix = "module."
    if all(name.startswith(prefix) for name in stored) and not all(name.startswith(prefix) for name in own):
        stored = {name[len(prefix) :]: values for name, values in stored.items()}
    missing = []
    with torch.no_grad():
        for name, values in own.items():
            if name in stored and stored[name].shape == values.shape:
                values.copy_(stored[name])
            else:
                missing.append(name)
    return sorted(missing)


class TransferNet(nn.Module):
    def __init__(self, backbone, n_features, n_classes):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(n_features, n_classes)

    def forward(self, X):
        return self.head(self.backbone(X))


def parameter_groups(model, lr, frozen):
    groups = [{"params": list(model.head.parameters()), "lr": lr}]
    if not frozen:
        groups.append({"params": list(model.backbone.parameters()), "lr": lr / 10})
    return groups


def share_right(model, batches):
    model.eval()
    right, n = 0, 0
    with torch.no_grad():
        for X, y in batches:
            right += int((model(X).argmax(dim=1) == y).sum())
            n += len(y)
    return right / n if n else 0.0


def finetune(model, loaders, n_head, n_all, lr=0.01, seed=42):
    torch.manual_seed(seed)
    history = []
    for frozen, n_epochs in ((True, n_head), (False, n_all)):
        for parameter in model.backbone.parameters():
            parameter.requires_grad_(not frozen)
        for parameter in model.head.parameters():
            parameter.requires_grad_(True)
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen))
        rates = [group["lr"] for group in optimizer.param_groups]
        for epoch in range(n_epochs):
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate * (1 - epoch / n_epochs)  # smaller and smaller steps
            model.train()
            if frozen:
                model.backbone.eval()
            for X, y in loaders["train"]:
                loss = nn.functional.cross_entropy(model(X), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            history.append(share_right(model, loaders["valid"]))
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    model.eval()
    return history

# %% wrong: finetune
# Misconception: a part of a network whose parameters need no gradient is frozen; its mode has nothing to do with it.
def finetune(model, loaders, n_head, n_all, lr=0.01, seed=42):
    torch.manual_seed(seed)
    history = []
    for frozen, n_epochs in ((True, n_head), (False, n_all)):
        for parameter in model.backbone.parameters():
            parameter.requires_grad_(not frozen)
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen))
        for _ in range(n_epochs):
            model.train()
            for X, y in loaders["train"]:
                loss = nn.functional.cross_entropy(model(X), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            history.append(share_right(model, loaders["valid"]))
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    model.eval()
    return history

# %% wrong: split_rows
# Misconception: a random fifth of all rows holds a fifth of each class by itself.
def split_rows(labels, seed=42):
    n = len(np.asarray(labels))
    rows = np.random.default_rng(seed).permutation(n)
    fifth = round(n / 5)
    return rows[2 * fifth :], rows[:fifth], rows[fifth : 2 * fifth]
