# %% right
# Intent: small DCGAN from nn.Sequential, a deque as the buffer, torch's BCE with logits, Adam with betas (0.5, 0.9).
from collections import deque

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as _bce


class Generator(nn.Module):
    def __init__(self, n_latent=8, width=16, side=8):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (n_latent, 1, 1)),
            nn.ConvTranspose2d(n_latent, 2 * width, side // 4), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
            nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1), nn.Tanh(),
        )

    def forward(self, z):
        return self.layers(z)


class Discriminator(nn.Module):
    def __init__(self, width=16, side=8):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Flatten(), nn.Linear(2 * width * (side // 4) ** 2, 1), nn.Flatten(0),
        )

    def forward(self, X):
        return self.layers(X)


class ReplayBuffer:
    def __init__(self, capacity, seed=42):
        self.pictures = deque(maxlen=capacity)
        self.random = torch.Generator().manual_seed(seed)

    def __len__(self):
        return len(self.pictures)

    def push(self, pictures):
        self.pictures.extend(pictures.detach().clone())

    def sample(self, n):
        chosen = torch.randperm(len(self), generator=self.random)[:n].tolist()
        return torch.stack([self.pictures[i] for i in chosen])

    def mix(self, pictures, share=0.5):
        n_old = min(int(share * len(pictures)), len(self))
        batch = pictures.detach().clone()
        if n_old:
            batch = torch.cat([self.sample(n_old), batch[: len(batch) - n_old]])
        self.push(pictures)
        return batch


def discriminator_loss(real, fake):
    return _bce(real, torch.ones_like(real)) + _bce(fake, torch.zeros_like(fake))


def generator_loss(fake):
    return _bce(fake, torch.ones_like(fake))


def discriminator_step(discriminator, optimizer, real, fake):
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(fake.detach()))
    loss.backward()
    optimizer.step()
    return loss.item()


def generator_step(generator, discriminator, optimizer, z):
    optimizer.zero_grad()
    loss = generator_loss(discriminator(generator(z)))
    loss.backward()
    optimizer.step()
    return loss.item()


def fit_gan(X, n_steps=300, n_latent=8, width=16, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.asarray(X), dtype=torch.float32) * 2 - 1
    generator, discriminator = Generator(n_latent, width, X.shape[-1]), Discriminator(width, X.shape[-1])
    g_optimizer = torch.optim.Adam(generator.parameters(), 0.003, betas=(0.5, 0.9))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), 0.003, betas=(0.5, 0.9))
    mean = torch.optim.swa_utils.AveragedModel(
        generator, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.95), use_buffers=True
    )
    buffer, batch = ReplayBuffer(1000, seed), 64
    for _ in range(n_steps):
        real = X[torch.randint(len(X), (batch,))]
        with torch.no_grad():
            fake = generator(torch.randn(batch, n_latent))
        discriminator_step(discriminator, d_optimizer, real, buffer.mix(fake, 0.25))
        generator_step(generator, discriminator, g_optimizer, torch.randn(batch, n_latent))
        mean.update_parameters(generator)
    return mean.module.eval()


def generate(generator, n, n_latent=8, seed=42):
    mode = generator.training
    generator.eval()
    with torch.no_grad():
        z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
        pictures = (generator(z).numpy() + 1) / 2
    generator.train(mode)
    return pictures


# %% wrong: ReplayBuffer
# Misconception: drawing at random means that a picture may come up more than once (random.choices).
class ReplayBuffer:
    def __init__(self, capacity, seed=42):
        self.pictures = deque(maxlen=capacity)
        self.random = torch.Generator().manual_seed(seed)

    def __len__(self):
        return len(self.pictures)

    def push(self, pictures):
        self.pictures.extend(pictures.detach().clone())

    def sample(self, n):
        chosen = torch.randint(len(self), (n,), generator=self.random).tolist()
        return torch.stack([self.pictures[i] for i in chosen])

    def mix(self, pictures, share=0.5):
        n_old = min(int(share * len(pictures)), len(self))
        batch = pictures.detach().clone()
        if n_old:
            batch = torch.cat([self.sample(n_old), batch[: len(batch) - n_old]])
        self.push(pictures)
        return batch


# %% wrong: discriminator_step
# Misconception: since only the discriminator's optimiser steps, nothing has to be cut off from the generator.
def discriminator_step(discriminator, optimizer, real, fake):
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    loss.backward()
    optimizer.step()
    return loss.item()
