# %% right
# Intent: the formulas as they stand, the schedule by a loop; the net is an MLP on pixels, sines of t and one-hot classes, added to its input.
import math

import numpy as np
import torch
from torch import nn


def cosine_schedule(n_steps, s=0.008, largest=0.5):
    def g(t):
        return math.cos((t / n_steps + s) / (1 + s) * math.pi / 2) ** 2

    left = [1.0]
    for t in range(1, n_steps + 1):
        b = min(1 - g(t) / g(t - 1), largest)
        left.append(left[-1] * (1 - b))
    return torch.tensor(left, dtype=torch.float32)


def noisy(x0, t, noise, alpha_bar):
    a = alpha_bar[t].reshape([len(x0)] + [1] * (x0.ndim - 1))
    return torch.sqrt(a) * x0 + torch.sqrt(1 - a) * noise


def denoise_step(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    b = 1 - now / before
    mean = (x - b / torch.sqrt(1 - now) * predicted) / torch.sqrt(1 - b)
    variance = b * (1 - before) / (1 - now)
    return mean + torch.sqrt(variance) * noise


class NoiseNet(nn.Module):
    def __init__(self, n_classes=0, width=128, side=8):
        super().__init__()
        self.n_classes = n_classes
        self.register_buffer("frequencies", torch.tensor([2.0**-k for k in range(0, 9)]))
        n_inputs = side * side + 2 * 9 + n_classes
        self.first = nn.Linear(n_inputs, 2 * width)
        self.second = nn.Linear(2 * width + 2 * 9 + n_classes, 2 * width)
        self.last = nn.Linear(2 * width, side * side)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x, t, y=None):
        angles = t.reshape(-1, 1).to(x.dtype) * self.frequencies
        told = [torch.sin(angles), torch.cos(angles)]
        if self.n_classes:
            told.append(torch.eye(self.n_classes)[y])
        h = torch.nn.functional.silu(self.first(torch.cat([x.flatten(1)] + told, dim=1)))
        h = torch.nn.functional.silu(self.second(torch.cat([h] + told, dim=1)))
        return x + self.last(h).reshape(x.shape)


def diffusion_loss(model, x0, alpha_bar, y=None):
    t = torch.randint(1, len(alpha_bar), (len(x0),))
    noise = torch.randn_like(x0)
    x = noisy(x0, t, noise, alpha_bar)
    seen = model(x, t) if y is None else model(x, t, y)
    return ((seen - noise) ** 2).mean()


def fit_diffusion(X, alpha_bar, y=None, n_epochs=80, width=128, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X, dtype=np.float32)) * 2 - 1
    n_classes = 0
    if y is not None:
        y = torch.tensor(np.array(y, dtype=np.int64))
        n_classes = int(y.max()) + 1
    model = NoiseNet(n_classes, width, X.shape[-1])
    size, top = 32, 0.005
    n_steps = n_epochs * ((len(X) + size - 1) // size)
    optimizer = torch.optim.Adam(model.parameters(), lr=top)
    model.train()
    step = 0
    for _ in range(n_epochs):
        order = torch.randperm(len(X))
        for start in range(0, len(X), size):
            rows = order[start : start + size]
            optimizer.param_groups[0]["lr"] = top * max(1 - step / n_steps, 0.02)
            loss = diffusion_loss(model, X[rows], alpha_bar, None if y is None else y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
    return model.eval()


def sample_diffusion(model, n, alpha_bar, y=None, side=8, seed=42):
    rng = torch.Generator().manual_seed(seed)
    if y is not None:
        y = torch.tensor(np.array(y, dtype=np.int64))
    mode = model.training
    model.eval()
    x = torch.randn(n, 1, side, side, generator=rng)
    with torch.no_grad():
        for step in range(len(alpha_bar) - 1, 0, -1):
            t = torch.full((n,), step, dtype=torch.long)
            predicted = model(x, t) if y is None else model(x, t, y)
            noise = torch.randn(n, 1, side, side, generator=rng)
            x = denoise_step(x, step, predicted, noise, alpha_bar)
    model.train(mode)
    return ((x + 1) / 2).numpy().astype(np.float32)

# %% wrong: cosine_schedule
# Misconception: alpha_bar is g(t) / g(0) itself; the cap on b(t) is a detail that does not change what is left.
def cosine_schedule(n_steps, s=0.008, largest=0.5):
    t = torch.arange(n_steps + 1, dtype=torch.float32)
    g = torch.cos((t / n_steps + s) / (1 + s) * math.pi / 2) ** 2
    return g / g[0]

# %% wrong: denoise_step
# Misconception: the way back takes off noise only, so nothing random is added; the mean is the step.
def denoise_step(x, t, predicted, noise, alpha_bar):
    now, before = alpha_bar[t], alpha_bar[t - 1]
    b = 1 - now / before
    return (x - b / torch.sqrt(1 - now) * predicted) / torch.sqrt(1 - b)
