# %% right
# Intent: formulas as they stand, in float64 for the schedule; NoiseNet is an MLP with sines of t and one-hot classes, added to its input.
import math

import numpy as np
import torch
from torch import nn
from torch.nn.functional import mse_loss, one_hot


def cosine_schedule(n_steps, s=0.008, largest=0.5):
    t = torch.arange(n_steps + 1, dtype=torch.float64)
    g = torch.cos((t / n_steps + s) / (1 + s) * math.pi / 2) ** 2
    b = (1 - g[1:] / g[:-1]).clamp(max=largest)
    return torch.cat([torch.ones(1, dtype=torch.float64), (1 - b).cumprod(0)]).float()


def noisy(x0, t, noise, alpha_bar):
    left = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


def denoise_step(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    b = 1 - now / before
    mean = (x - b / (1 - now).sqrt() * predicted) / (1 - b).sqrt()
    return mean + (b * (1 - before) / (1 - now)).sqrt() * noise


class NoiseNet(nn.Module):
    def __init__(self, n_classes=0, width=128, side=8):
        super().__init__()
        self.n_classes = n_classes
        self.register_buffer("frequencies", torch.logspace(0, -2.5, 8))
        self.layers = nn.Sequential(
            nn.Linear(side * side + 16 + n_classes, 2 * width), nn.SiLU(),
            nn.Linear(2 * width, 2 * width), nn.SiLU(),
            nn.Linear(2 * width, side * side),
        )

    def forward(self, x, t, y=None):
        angles = t[:, None] * self.frequencies
        parts = [x.flatten(1), angles.sin(), angles.cos()]
        if self.n_classes:
            parts.append(one_hot(y, self.n_classes).to(x.dtype))
        return x + self.layers(torch.cat(parts, dim=1)).view_as(x)


def diffusion_loss(model, x0, alpha_bar, y=None):
    t = torch.randint(1, len(alpha_bar), (len(x0),))
    noise = torch.randn_like(x0)
    x = noisy(x0, t, noise, alpha_bar)
    return mse_loss(model(x, t) if y is None else model(x, t, y), noise)


def fit_diffusion(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.asarray(X), dtype=torch.float32) * 2 - 1
    y = None if y is None else torch.tensor(np.asarray(y), dtype=torch.long)
    model = NoiseNet(0 if y is None else int(y.max()) + 1, width, X.shape[-1]).train()
    n_batches = max(1, len(X) // 32)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.004, total_steps=n_epochs * n_batches + 1)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).tensor_split(n_batches):
            optimizer.zero_grad()
            diffusion_loss(model, X[rows], alpha_bar, None if y is None else y[rows]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def sample_diffusion(model, n, alpha_bar, y=None, side=8, seed=42):
    mode = model.training
    model.eval()
    random = torch.Generator().manual_seed(seed)
    classes = [] if y is None else [torch.tensor(np.asarray(y), dtype=torch.long)]
    x = torch.randn(n, 1, side, side, generator=random)
    with torch.no_grad():
        for t in range(len(alpha_bar) - 1, 0, -1):
            predicted = model(x, torch.full((n,), t), *classes)
            x = denoise_step(x, t, predicted, torch.randn(x.shape, generator=random), alpha_bar)
    model.train(mode)
    return ((x + 1) / 2).numpy()


# %% wrong: denoise_step
# Misconception: noise is multiplied by its variance.
def denoise_step(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    b = 1 - now / before
    mean = (x - b / (1 - now).sqrt() * predicted) / (1 - b).sqrt()
    return mean + b * (1 - before) / (1 - now) * noise


# %% wrong: diffusion_loss
# Misconception: one number of steps is drawn for a batch, which all of its pictures go through together.
def diffusion_loss(model, x0, alpha_bar, y=None):
    t = torch.randint(1, len(alpha_bar), (1,)).expand(len(x0))
    noise = torch.randn_like(x0)
    x = noisy(x0, t, noise, alpha_bar)
    return mse_loss(model(x, t) if y is None else model(x, t, y), noise)
