# %% right
# Intent: pathlib and PIL for files; augmentation as a random affine map (mirror, zoom, move) by grid_sample; weights are copied
# tensor by tensor; the head is trained on a backbone in evaluation mode without gradients, then everything.
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset


def read_folder(root):
    def visible(folder):
        return sorted((path for path in Path(folder).iterdir() if not path.name.startswith(".")), key=lambda path: path.name)

    folders = [path for path in visible(root) if path.is_dir()]
    found = [
        (path, number)
        for number, folder in enumerate(folders)
        for path in visible(folder)
        if path.is_file() and path.suffix.lower() in {".jpg", ".jpeg", ".png"}
    ]
    labels = np.array([number for _, number in found], dtype=np.int64)
    return [path for path, _ in found], labels, [folder.name for folder in folders]


def split_rows(labels, seed=42):
    labels, rng = np.asarray(labels), np.random.default_rng(seed)
    parts = []
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        fifth = round(len(rows) / 5)
        parts.append((rows[2 * fifth :], rows[:fifth], rows[fifth : 2 * fifth]))
    empty = [np.empty(0, dtype=np.int64)]
    return tuple(np.concatenate(empty + [part[n] for part in parts]).astype(np.int64) for n in range(3))


def load_picture(path, size):
    with Image.open(path) as picture:
        pixels = np.array(picture.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))
    X = torch.from_numpy(pixels).movedim(-1, 0).float() / 255
    return (X - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


class PictureSet(Dataset):
    def __init__(self, paths, labels, size, augment):
        self.paths = list(paths)
        self.labels = torch.as_tensor(np.array(labels, dtype=np.int64))
        self.size, self.augment = size, augment

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        X = load_picture(self.paths[i], self.size)
        if self.augment:
            zoom = 1 - 0.2 * torch.rand(())  # the share of each side that is kept
            right, down = (1 - zoom) * (2 * torch.rand(2) - 1)
            mirror = zoom if torch.rand(()) < 0.5 else -zoom
            nothing = torch.zeros(())
            theta = torch.stack([mirror, nothing, right, nothing, zoom, down]).view(1, 2, 3)
            grid = nn.functional.affine_grid(theta, (1, *X.shape), align_corners=False)
            X = nn.functional.grid_sample(X[None], grid, padding_mode="border", align_corners=False)[0]
        return X, self.labels[i]


def make_loaders(root, size, batch_size=32, seed=42):
    paths, labels, classes = read_folder(root)
    loaders = {"classes": classes}
    for name, rows in zip(("train", "valid", "test"), split_rows(labels, seed)):
        learn = name == "train"
        pictures = PictureSet([paths[row] for row in rows], labels[rows], size, augment=learn)
        loaders[name] = DataLoader(pictures, batch_size=batch_size, shuffle=learn)
    return loaders


def load_weights(model, path):
    there = torch.load(path, map_location="cpu", weights_only=True)
    there = there.get("state_dict", there)
    own = model.state_dict()
    if there and all(name.startswith("module.") for name in there) and not own.keys() & there.keys():
        there = {name.removeprefix("module."): value for name, value in there.items()}
    missing = []
    with torch.no_grad():
        for name, value in own.items():
            if name in there and there[name].shape == value.shape:
                value.copy_(there[name])
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


def _accuracy(model, batches):
    model.eval()
    with torch.no_grad():
        hits = [model(X.to(device())).argmax(dim=1).cpu() == y for X, y in batches]
    return torch.cat(hits).double().mean().item()


def finetune(model, loaders, n_head, n_all, lr=0.01, seed=42):
    history = []
    model.to(device())
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for frozen, n_epochs in ((True, n_head), (False, n_all)):
            model.requires_grad_(True)
            model.backbone.requires_grad_(not frozen)
            groups = [group for group in parameter_groups(model, lr, frozen) if group["params"]]
            optimizer = torch.optim.Adam(groups)
            for _ in range(n_epochs):
                model.train()
                model.backbone.train(not frozen)
                for X, y in loaders["train"]:
                    loss = nn.functional.cross_entropy(model(X.to(device())), y.to(device()))
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                history.append(_accuracy(model, loaders["valid"]))
    model.requires_grad_(True)
    model.cpu().eval()
    return history


# %% wrong: finetune
# Misconception: requires_grad = False freezes all of a backbone; model.train() is right for it while the head is trained.
def finetune(model, loaders, n_head, n_all, lr=0.01, seed=42):
    history = []
    torch.manual_seed(seed)
    for frozen, n_epochs in ((True, n_head), (False, n_all)):
        for weight in model.backbone.parameters():
            weight.requires_grad = not frozen
        optimizer = torch.optim.Adam(parameter_groups(model, lr, frozen))
        for _ in range(n_epochs):
            model.train()
            for X, y in loaders["train"]:
                loss = nn.functional.cross_entropy(model(X), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                hits = torch.cat([model(X).argmax(dim=1) == y for X, y in loaders["valid"]])
            history.append(hits.double().mean().item())
    for weight in model.parameters():
        weight.requires_grad = True
    model.eval()
    return history


# %% wrong: split_rows
# Misconception: when rows are shuffled, each fifth of them has a fifth of each class by itself.
def split_rows(labels, seed=42):
    rows = np.random.default_rng(seed).permutation(len(labels))
    fifth = round(len(rows) / 5)
    return rows[2 * fifth :], rows[:fifth], rows[fifth : 2 * fifth]
