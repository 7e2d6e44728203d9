"""Inputs of chapter 12's photos, styles and dreams: small networks of ours, and pictures."""

import numpy as np


def picture(rng, height: int, width: int, grain: float):
    """Return (1, 3, height, width) from 0 to 1: colours that change over about `grain` pixels."""
    from scipy import ndimage

    noise = rng.normal(size=(3, height, width))
    smooth = ndimage.gaussian_filter(noise, (0, grain, grain), mode="wrap")
    smooth = (smooth - smooth.mean(axis=(1, 2), keepdims=True)) / smooth.std(axis=(1, 2), keepdims=True)
    level = rng.uniform(0.35, 0.65, (3, 1, 1))
    return np.clip(level + 0.2 * smooth, 0, 1)[None].astype(np.float32)


# ---------------------------------------------------------------- probes: run in the student's process


def small_network(seed):
    """Return convolutions and what stands between them: six layers, of which a ReLU works in place."""
    import torch

    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 6, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.Conv2d(6, 8, 3, padding=1),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(inplace=True),
        torch.nn.AvgPool2d(2),
    )
    network[3].running_mean.uniform_(-0.1, 0.1)
    return network.eval()


def watching(network):
    """Return a network with one layer more in front, which notes the pictures that it is shown; so do its copies, and
    in the same place."""
    import torch

    class Seen(list):
        def __deepcopy__(self, memo):
            return self

    class Watching(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.seen = Seen()

        def forward(self, X):
            self.seen.append(X.detach().clone())
            return X

    return torch.nn.Sequential(Watching(), *network)


def pictures_seen(network):
    """Return all pictures that such a network has been shown."""
    return list(network[0].seen)


def state_of(network):
    """Return all that a network keeps, and whether a weight has a gradient or is frozen."""
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    flags = [parameter.requires_grad for parameter in network.parameters()]
    gradients = [
        parameter.grad is not None and bool(parameter.grad.abs().sum() > 0) for parameter in network.parameters()
    ]
    hooks = sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in network.modules())
    return kept, flags, gradients, hooks, network.training


def wants_gradient(function, *args):
    """Return whether what a function gives still hangs on a graph, or is to be learned."""
    return function(*args).requires_grad


def maps_gradient(function, network, picture, layers):
    """Return how the sum of the squares of all maps changes with the picture."""
    import torch

    picture = torch.as_tensor(picture).requires_grad_(True)
    total = sum((maps**2).sum() for maps in function(network, picture, layers))
    (gradient,) = torch.autograd.grad(total, picture)
    return gradient


def gram_gradient(function, maps):
    """Return how the sum of a Gram matrix' squares changes with the maps."""
    import torch

    maps = torch.as_tensor(maps).requires_grad_(True)
    (gradient,) = torch.autograd.grad((function(maps) ** 2).sum(), maps)
    return gradient


def response_gradient(function, network, picture, layer, channel):
    """Return how a map's response changes with the picture."""
    import torch

    picture = torch.as_tensor(picture).requires_grad_(True)
    (gradient,) = torch.autograd.grad(function(network, picture, layer, channel), picture)
    return gradient


def talker(logits, with_more=False):
    """Return a model that says the same of every picture beside its brightness; while it is trained, something else,
    and a second opinion."""
    import torch

    class Talker(torch.nn.Module):
        def forward(self, X):
            said = torch.as_tensor(logits, dtype=torch.float32) * X.mean(dim=(1, 2, 3))[:, None]
            if self.training:
                return (said.flip(1), -said)
            return (said, -said) if with_more else said

    return Talker()


def write_photo(pixels, orientation, name):
    """Save a photo as a camera does; return its path, an object whose name no transcript holds."""
    import pathlib
    import tempfile

    import numpy as np
    from PIL import Image

    path = pathlib.Path(tempfile.mkdtemp()) / name
    photo = Image.fromarray(np.asarray(pixels))
    exif = Image.Exif()
    if orientation:
        exif[274] = orientation
    options = {"exif": exif} if orientation else {}
    if name.endswith(".jpg"):
        options |= {"quality": 98, "subsampling": 0}
    photo.save(path, **options)
    return path
