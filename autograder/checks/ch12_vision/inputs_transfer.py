"""Inputs of chapter 12's transfer learning: folders of pictures, textures nobody knows, and a backbone that knows what
textures are made of."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

SIDE, DIRECTIONS, WINDOW = 24, 8, 9
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def filters() -> NDArray[np.float32]:
    """Return stripes under a round window, in 8 directions, light in the middle or at one side: (16, 3, 9, 9)."""
    at = np.arange(WINDOW) - WINDOW // 2
    down, across = np.meshgrid(at, at, indexing="ij")
    window = np.exp(-(down**2 + across**2) / (2 * 2.2**2))
    angles = np.pi * np.arange(DIRECTIONS)[:, None, None] / DIRECTIONS
    along = 2 * np.pi / 5 * (np.cos(angles) * down + np.sin(angles) * across)
    stripes = np.concatenate([np.cos(along), np.sin(along)]) * window
    stripes -= window * (stripes.sum(axis=(1, 2)) / window.sum())[:, None, None]  # blind to brightness
    return np.repeat(stripes[:, None] / 10, 3, axis=1).astype(np.float32)


def textures(rng, angles, n: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return n pictures of stripes in much noise, (n, 3, 24, 24), and the number of each one's angle, (n,)."""
    y = rng.permutation(np.arange(n) % len(angles))
    down, across = np.mgrid[:SIDE, :SIDE]
    angle = (np.asarray(angles)[y] + rng.normal(0, 0.04, n))[:, None, None]
    shift = rng.uniform(0, 2 * np.pi, (n, 1, 1))
    stripes = np.cos(2 * np.pi / 5 * (np.cos(angle) * down + np.sin(angle) * across) + shift)
    colours = rng.uniform(0.5, 1.5, (n, 3, 1, 1)) * rng.choice([-1, 1], (n, 1, 1, 1))
    return (0.5 * colours * stripes[:, None] + rng.normal(0, 1.6, (n, 3, SIDE, SIDE))).astype(np.float32), y


def batches(X, y, size: int = 16) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return what a loader gives, as a list."""
    return list(zip(torch.tensor(X).split(size), torch.tensor(y).split(size), strict=True))


def plain_pictures(rng, counts: dict[str, int]) -> tuple[dict[str, NDArray[np.uint8]], NDArray[np.float64]]:
    """Return pictures of one colour each, by their names in a folder, and all colours, (n, 3), which are far apart."""
    n = sum(counts.values())
    levels = np.linspace(20, 235, 6).astype(int)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    colours = rng.permutation(grid)[:n]
    names = [f"{name}/{number:03}.png" for name, count in counts.items() for number in rng.permutation(count)]
    sides = rng.integers(9, 20, (n, 2))
    files = {
        name: np.broadcast_to(colour, (*side, 3)).astype(np.uint8)
        for name, colour, side in zip(names, colours, sides, strict=True)
    }
    return files, colours / 255


def colours_of(batch: Any) -> NDArray[np.float64]:
    """Return the colour of each picture, (n, 3) from 0 to 1, from normalised ones; augmented, they may have a rim."""
    pictures = np.asarray(batch, dtype=float)
    assert pictures.ndim == 4 and pictures.shape[1] == 3, "the pictures are not (B, 3, height, width)"
    colours = np.median(pictures, axis=(2, 3), keepdims=True)
    most = (np.abs(pictures - colours) < 1e-3).mean(axis=(2, 3))
    assert most.min() > 0.5, "a picture of one colour has several"
    return colours[..., 0, 0] * STD + MEAN


# ---------------------------------------------------------------- probes: run in the student's process


def write_folder(files):
    """Write pictures (arrays) and texts into a new folder, by their names; return its path, an object whose name no
    transcript holds."""
    import pathlib
    import tempfile

    import numpy as np
    from PIL import Image

    root = pathlib.Path(tempfile.mkdtemp())
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content)
        else:
            Image.fromarray(np.asarray(content)).save(path)
    return root


def within(root, name):
    """Return the path of a file in a folder."""
    return root / name


def with_palette(root, name, new_name):
    """Save a picture of a folder anew, with a palette of its colours."""
    from PIL import Image

    with Image.open(root / name) as picture:
        picture.quantize(4).save(root / new_name)


def names_within(paths, root):
    """Return the names of paths, as seen from a folder."""
    import pathlib

    return [pathlib.Path(path).relative_to(root).as_posix() for path in paths]


def read_by(read, root, as_text):
    """Return what a function finds in a folder, whose path it gets as a path or as a text."""
    return read(str(root) if as_text else root)


def passed_through(loader):
    """Go through a loader once; return its pictures and classes, and the largest batch."""
    import torch

    found = [(torch.as_tensor(X), torch.as_tensor(y)) for X, y in loader]
    sizes = [len(X) for X, _ in found]
    return torch.cat([X for X, _ in found]), torch.cat([y for _, y in found]), max(sizes)


def stripes_backbone(weights):
    """Return a backbone: how strong stripes of each direction are, (B, 8); with batch norm, which counts while it is
    trained."""
    import torch

    class Stripes(torch.nn.Module):
        def __init__(self):
            super().__init__()
            n, channels, *window = weights.shape
            self.conv = torch.nn.Conv2d(channels, n, window, bias=False)
            self.conv.weight.data.copy_(torch.as_tensor(weights))
            self.norm = torch.nn.BatchNorm1d(n // 2)

        def forward(self, X):
            power = self.conv(X).square().mean(dim=(2, 3))
            return self.norm(torch.log(power[:, : power.shape[1] // 2] + power[:, power.shape[1] // 2 :] + 1e-3))

    return Stripes()


def dropping(backbone):
    """Return a backbone that drops some of its features while it is trained."""
    import torch

    return torch.nn.Sequential(backbone, torch.nn.Dropout(0.3))


def two_layers(seed, n_out):
    """Return a small network with a body and a head."""
    import collections

    import torch

    torch.manual_seed(seed)
    body = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Flatten())
    body[1].running_mean.uniform_(-1, 1)
    body[1].num_batches_tracked.fill_(seed % 1000 + 1)
    return torch.nn.Sequential(collections.OrderedDict(body=body, head=torch.nn.Linear(16, n_out)))


def saved(model, how):
    """Save a model's state as people do; return the file's path."""
    import pathlib
    import tempfile

    import torch

    state = {(f"module.{name}" if "parallel" in how else name): value for name, value in model.state_dict().items()}
    path = pathlib.Path(tempfile.mkdtemp()) / "weights.pt"
    torch.save({"epoch": 7, "state_dict": state} if "nested" in how else state, path)
    return path


def untouchable(batches):
    """Return a loader that counts how often somebody has gone through it."""

    class Loader:
        def __init__(self):
            self.times = 0

        def __iter__(self):
            self.times += 1
            return iter(batches)

        def __len__(self):
            return len(batches)

    return Loader()


def rates_of(parameter_groups, model, lr, frozen):
    """Return for each parameter of a model, by its name, the learning rates of the groups that it is in."""
    rates = {name: [] for name, _ in model.named_parameters()}
    for group in parameter_groups(model, lr, frozen):
        members = list(group["params"])
        for name, parameter in model.named_parameters():
            rates[name] += [float(group["lr"]) for member in members if member is parameter]
    return rates


def trainable(model):
    """Return whether each parameter can be trained."""
    return {name: parameter.requires_grad for name, parameter in model.named_parameters()}
