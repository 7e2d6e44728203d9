# %% right
# Intent: a small DCGAN; the buffer is a plain Python list of detached clones; losses by softplus; Adam with little memory.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import leaky_relu, softplus


class Generator(nn.Module):
    def __init__(self, n_latent=8, width=16, side=8):
        super().__init__()
        self.width, self.quarter = width, side // 4
        self.start = nn.Linear(n_latent, 4 * width * self.quarter**2)
        self.norm1 = nn.BatchNorm2d(4 * width)
        self.up1 = nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1)
        self.norm2 = nn.BatchNorm2d(2 * width)
        self.up2 = nn.ConvTranspose2d(2 * width, 1, 4, stride=2, padding=1)

    def forward(self, z):
        h = self.start(z).reshape(len(z), 4 * self.width, self.quarter, self.quarter)
        h = torch.relu(self.norm1(h))
        h = torch.relu(self.norm2(self.up1(h)))
        return torch.tanh(self.up2(h))


class Discriminator(nn.Module):
    def __init__(self, width=16, side=8):
        super().__init__()
        self.down1 = nn.Conv2d(1, 2 * width, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)
        self.out = nn.Linear(4 * width * (side // 4) ** 2, 1)

    def forward(self, X):
        h = leaky_relu(self.down1(X), 0.2)
        h = leaky_relu(self.down2(h), 0.2)
        return self.out(h.flatten(1))[:, 0]


class ReplayBuffer:
    def __init__(self, capacity, seed=42):
        self.capacity = capacity
        self.rng = np.random.default_rng(seed)
        self.kept = []

    def __len__(self):
        return len(self.kept)

    def push(self, pictures):
        for picture in pictures.detach():
            self.kept.append(picture.clone())
        while len(self.kept) > self.capacity:
            self.kept.pop(0)

    def sample(self, n):
        chosen = self.rng.choice(len(self.kept), size=n, replace=False)
        return torch.stack([self.kept[int(i)] for i in chosen])

    def mix(self, pictures, share=0.5):
        new = pictures.detach()
        n_old = min(int(share * len(new)), len(self.kept))
        if n_old > 0:
            batch = torch.cat([self.sample(n_old), new[: len(new) - n_old]])
        else:
            batch = new.clone()
        self.push(new)
        return batch


def discriminator_loss(real, fake):
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake):
    return softplus(-fake).mean()


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
    X = torch.tensor(np.array(X, dtype=np.float32)) * 2 - 1
    generator = Generator(n_latent, width, X.shape[-1])
    discriminator = Discriminator(width, X.shape[-1])
    g_optimizer = torch.optim.Adam(generator.parameters(), lr=0.002, betas=(0.5, 0.99))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.002, betas=(0.5, 0.99))
    buffer = ReplayBuffer(1000, seed)
    size = 64
    for step in range(n_steps):
        rows = torch.randint(len(X), (size,))
        with torch.no_grad():
            fake = generator(torch.randn(size, n_latent))
        discriminator_step(discriminator, d_optimizer, X[rows], buffer.mix(fake, 0.25))
        generator_step(generator, discriminator, g_optimizer, torch.randn(size, n_latent))
    return generator.eval()


def generate(generator, n, n_latent=8, seed=42):
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    mode = generator.training
    generator.eval()
    with torch.no_grad():
        pictures = (generator(z) + 1) / 2
    generator.train(mode)
    return pictures.numpy().astype(np.float32)

# %% wrong: generator_loss
# Misconception: the generator just wants the opposite of the discriminator: minus its cross entropy on the made pictures (the minimax loss).
def generator_loss(fake):
    return -softplus(fake).mean()

# %% wrong: discriminator_step
# Misconception: optimizer.step() alone takes a step; gradients are replaced by backward, so that there is no need to clear them, nor to detach anything.
def discriminator_step(discriminator, optimizer, real, fake):
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    loss.backward()
    optimizer.step()
    return loss.item()
