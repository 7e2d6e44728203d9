"""Chapter 18, a diffusion model, with and without classes (p.18.13): the answers."""

import math

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import mse_loss, silu

from course import device
from solutions.ch18_generative.diffusion import denoise_step, noisy


class NoiseNet(nn.Module):
    """A network that sees a noisy picture and says which noise is in it.

    At most steps nearly all of what it sees is noise: let it give its input, plus what
    its layers make of it.

    Parameters
    ----------
    n_classes : K, how many classes it can be told; 0 if it is told none.
    width : whatever decides about its size; 128 is enough for 8 x 8 pixels.
    side : height and width of a picture.

    Examples
    --------
    >>> x, t = torch.randn(3, 1, 8, 8), torch.tensor([1, 50, 7])
    >>> NoiseNet()(x, t).shape
    torch.Size([3, 1, 8, 8])
    >>> NoiseNet(n_classes=2)(x, t, torch.tensor([0, 1, 1])).shape
    torch.Size([3, 1, 8, 8])
    """

    frequencies: Tensor

    def __init__(self, n_classes: int = 0, width: int = 128, side: int = 8) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.exp(-torch.arange(16) / 16 * math.log(1000.0)))
        self.of_time = nn.Sequential(nn.Linear(32, width), nn.SiLU(), nn.Linear(width, width))
        self.of_class = nn.Embedding(n_classes, width) if n_classes else None
        self.first = nn.Linear(side**2, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)) for _ in range(3)
        )
        self.last = nn.Linear(width, side**2)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """Return the noise, of the shape of `x`.

        `x` is (B, 1, side, side), `t` (B,) whole numbers from 1, the steps that each
        picture has gone through, `y` (B,) classes from 0: always there if `n_classes`
        is not 0, never else.
        """
        angles = t[:, None] * self.frequencies
        told = self.of_time(torch.cat([angles.sin(), angles.cos()], dim=1))
        if self.of_class is not None:
            told = told + self.of_class(y)
        h = self.first(x.flatten(1))
        for block in self.blocks:
            h = h + block(h + told)
        return x + self.last(silu(h)).reshape(x.shape)  # type: ignore[no-any-return]  # most of it is noise


def diffusion_loss(model: nn.Module, x0: Tensor, alpha_bar: Tensor, y: Tensor | None = None) -> Tensor:
    """Return how well a model sees the noise in a batch of pictures.

    Each picture goes through its own number of steps, drawn from 1 to T, all equally
    likely; both this and the noise come from torch's global random numbers.

    Parameters
    ----------
    model : is called with (x, t), or with (x, t, y) if there is a `y`, as a `NoiseNet`.
    x0 : (B, 1, side, side) pictures, from -1 to 1.
    alpha_bar : (T + 1,) a schedule.
    y : (B,) the classes, or None.

    Returns
    -------
    A tensor without a dimension: the mean squared error of the noise that the model
    sees, over all pixels and pictures.

    Examples
    --------
    >>> x0 = torch.zeros(500, 1, 8, 8)
    >>> loss = diffusion_loss(lambda x, t: 0 * x, x0, cosine_schedule(10))
    >>> abs(loss.item() - 1) < 0.05
    True
    """
    t = torch.randint(1, len(alpha_bar), (len(x0),), device=x0.device)
    noise = torch.randn_like(x0)
    x = noisy(x0, t, noise, alpha_bar.to(x0.device))
    return mse_loss(model(x, t) if y is None else model(x, t, y), noise)


def fit_diffusion(
    X: ArrayLike,
    alpha_bar: Tensor,
    y: ArrayLike | None = None,
    n_epochs: int = 80,
    width: int = 128,
    seed: int = 42,
) -> nn.Module:
    """Train a model that sees noise, with or without classes.

    Parameters
    ----------
    X : (n, 1, side, side) pictures, values from 0 to 1: double them and subtract 1
        first, so that they lie around 0.
    alpha_bar : (T + 1,) a schedule.
    y : (n,) their classes, whole numbers from 0, each of which is there; or None.
    n_epochs : how often training goes through all pictures.
    width : for `NoiseNet`.
    seed : decides everything that is left to chance.

    Returns
    -------
    The trained model, on the CPU and in evaluation mode. It is one that
    `sample_diffusion` can use.

    Examples
    --------
    >>> model = fit_diffusion(np.zeros((8, 1, 8, 8)), cosine_schedule(5), n_epochs=1)
    >>> model(torch.zeros(2, 1, 8, 8), torch.tensor([1, 5])).shape
    torch.Size([2, 1, 8, 8])
    """
    torch.manual_seed(seed)
    pictures = torch.tensor(np.asarray(X), dtype=torch.float32).to(device()) * 2 - 1
    classes = None if y is None else torch.tensor(np.asarray(y)).long().to(device())
    n_classes = 0 if classes is None else int(classes.max()) + 1
    model = NoiseNet(n_classes, width, pictures.shape[-1]).to(device())
    optimizer = torch.optim.Adam(model.parameters())
    n_steps = n_epochs * -(-len(pictures) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.003, total_steps=n_steps)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(pictures)).to(device()).split(64):
            told = None if classes is None else classes[rows]
            loss = diffusion_loss(model, pictures[rows], alpha_bar, told)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


def sample_diffusion(
    model: nn.Module, n: int, alpha_bar: Tensor, y: ArrayLike | None = None, side: int = 8, seed: int = 42
) -> NDArray[np.float32]:
    """Return new pictures: begin with noise, and take all steps back.

    Parameters
    ----------
    model : is called with (x, t), or with (x, t, y) if there is a `y`, once for each
        step from T down to 1, as a `NoiseNet`; `t` is a tensor, (n,). It is asked in
        evaluation mode, and left in the mode that it was in.
    n : how many pictures.
    alpha_bar : (T + 1,) the schedule that it was trained with.
    y : (n,) the class of each, or None.
    side : height and width of a picture.
    seed : decides which pictures: the same seed draws the same ones.

    Returns
    -------
    (n, 1, side, side) float32: what comes out after the last step, brought back from
    around -1 to 1 to around 0 to 1. Nothing is cut off: some values may be outside.

    Examples
    --------
    >>> model, alpha_bar = NoiseNet(n_classes=2), cosine_schedule(5)
    >>> sample_diffusion(model, 3, alpha_bar, y=[1, 0, 1]).shape
    (3, 1, 8, 8)
    """
    was_training = model.training
    model.eval()
    random = torch.Generator().manual_seed(seed)
    told = () if y is None else (torch.tensor(np.asarray(y)).long(),)
    x = torch.randn(n, 1, side, side, generator=random)
    with torch.no_grad():
        for t in range(len(alpha_bar) - 1, 0, -1):
            predicted = model(x, torch.full((n,), t), *told)
            x = denoise_step(x, t, predicted, torch.randn(x.shape, generator=random), alpha_bar)
    model.train(was_training)
    return ((x + 1) / 2).numpy()
