# %% right
# Intent: pathlib and PIL for the files, a random zoom with mirroring by torch's grid_sample, plain DataLoaders; Adam for the head, then for all with a rate that falls.
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from course import device


def read_folder(root):
    folders = sorted(f for f in Path(root).iterdir() if f.is_dir() and not f.name.startswith("."))
    paths, labels = [], []
    for label, folder in enumerate(folders):
        for path in sorted(folder.iterdir()):
            is_picture = path.suffix.lower() in {".jpg", ".jpeg", ".png"} and not path.name.startswith(".")
            if is_picture and path.is_file():
                paths.append(path)
                labels.append(label)
    return paths, np.array(labels, dtype=np.int64), [f.name for f in folders]


def split_rows(labels, seed=42):
    labels, rng = np.asarray(labels), np.random.default_rng(seed)
    part = np.zeros(len(labels), dtype=int)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        n = round(len(rows) / 5)
        part[rows[:n]], part[rows[n : 2 * n]] = 1, 2
    return tuple(np.flatnonzero(part == p) for p in range(3))


def load_picture(path, size):
    with Image.open(path) as picture:
        pixels = np.array(picture.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))
    X = torch.tensor(pixels).movedim(-1, 0).float() / 255
    return (X - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


class PictureSet(Dataset):
    def __init__(self, paths, labels, size, augment):
        self.paths, self.labels = list(paths), torch.tensor(np.asarray(labels), dtype=torch.int64)
        self.size, self.augment = size, augment

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        X = load_picture(self.paths[i], self.size)
        if self.augment:
            zoom = 1 - 0.2 * torch.rand(()).item()
            dx, dy = ((1 - zoom) * (2 * torch.rand(2) - 1)).tolist()
            side = zoom if torch.rand(()) < 0.5 else -zoom
            theta = torch.tensor([[[side, 0, dx], [0, zoom, dy]]])
            grid = F.affine_grid(theta, [1, *X.shape], align_corners=False)
            X = F.grid_sample(X[None], grid, padding_mode="border", align_corners=False)[0]
        return X, self.labels[i]


def make_loaders(root, size, batch_size=32, seed=42):
    paths, labels, classes = read_folder(root)
    loaders = {"classes": classes}
    for name, rows in zip(("train", "valid", "test"), split_rows(labels, seed)):
        train = name == "train"
        pictures = PictureSet([paths[row] for row in rows], labels[rows], size, augment=train)
        loaders[name] = DataLoader(pictures, batch_size=batch_size, shuffle=train)
    return loaders


def load_weights(model, path):
    weights = torch.load(path, map_location="cpu", weights_only=True)
    weights = weights.get("state_dict", weights)
    own = model.state_dict()
    if all(name.startswith("module.") for name in weights) and not own.keys() & weights.keys():
        weights = {name.removeprefix("module."): value for name, value in weights.items()}
    fits = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
    model.load_state_dict(fits, strict=False)
    return sorted(own.keys() - fits.keys())


class TransferNet(nn.Module):
    def __init__(self, backbone, n_features, n_classes):
        super().__init__()
        self.backbone, self.head = backbone, nn.Linear(n_features, n_classes)

    def forward(self, X):
        return self.head(self.backbone(X))


def parameter_groups(model, lr, frozen):
    head = {"params": list(model.head.parameters()), "lr": lr}
    return [head] if frozen else [head, {"params": list(model.backbone.parameters()), "lr": lr / 10}]


def accuracy(model, loader):
    model.eval()
    with torch.no_grad():
        hits = [model(X.to(device())).argmax(dim=1).cpu() == y for X, y in loader]
    return torch.cat(hits).float().mean().item()


def finetune(model, loaders, n_head, n_all, lr=0.01, seed=42):
    torch.manual_seed(seed)
    model.to(device())
    history = []
    for n_epochs, frozen in ((n_head, True), (n_all, False)):
        if not n_epochs:
            continue
        model.requires_grad_(True)
        model.backbone.requires_grad_(not frozen)
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen))
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_epochs, eta_min=lr / 1000)
        for _ in range(n_epochs):
            model.train()
            model.backbone.train(not frozen)
            for layer in model.backbone.modules():
                if isinstance(layer, nn.modules.batchnorm._BatchNorm):
                    layer.eval()  # a few pictures say less about means than the many it has seen
            for X, y in loaders["train"]:
                loss = F.cross_entropy(model(X.to(device())), y.to(device()))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            schedule.step()
            history.append(accuracy(model, loaders["valid"]))
    model.requires_grad_(True)
    model.cpu().eval()
    return history

# %% wrong: finetune
# Misconception: requires_grad = False freezes all of a backbone, its batch norm's running means too; train() and eval() don't matter for that.
def finetune(model, loaders, n_head, n_all, lr=0.01, seed=42):
    torch.manual_seed(seed)
    model.to(device())
    history = []
    for n_epochs, frozen in ((n_head, True), (n_all, False)):
        model.backbone.requires_grad_(not frozen)
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen))
        for _ in range(n_epochs):
            model.train()
            for X, y in loaders["train"]:
                loss = F.cross_entropy(model(X.to(device())), y.to(device()))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            history.append(accuracy(model, loaders["valid"]))
    model.requires_grad_(True)
    model.cpu().eval()
    return history

# %% wrong: make_loaders
# Misconception: all three sets have to be prepared alike, so pictures to validate and to test with are augmented (and shuffled) as well.
def make_loaders(root, size, batch_size=32, seed=42):
    paths, labels, classes = read_folder(root)
    loaders = {"classes": classes}
    for name, rows in zip(("train", "valid", "test"), split_rows(labels, seed)):
        pictures = PictureSet([paths[row] for row in rows], labels[rows], size, augment=True)
        loaders[name] = DataLoader(pictures, batch_size=batch_size, shuffle=True)
    return loaders
