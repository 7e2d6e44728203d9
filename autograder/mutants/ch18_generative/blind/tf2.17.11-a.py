# %% right
# Intent: one-hot classes are put beside the noise in the generator, and as constant extra planes beside the picture (and once more before the last layer) in the discriminator.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import leaky_relu, softplus


def _one_hot(y, n_classes):
    rows = torch.zeros(len(y), n_classes)
    for c in range(n_classes):
        rows[y == c, c] = 1.0
    return rows


class ClassGenerator(nn.Module):
    def __init__(self, n_classes, n_latent=8, width=16, side=8):
        super().__init__()
        self.n_classes, self.width, self.quarter = n_classes, width, side // 4
        self.start = nn.Linear(n_latent + n_classes, 4 * width * self.quarter**2)
        self.norm1 = nn.BatchNorm2d(4 * width)
        self.up1 = nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1)
        self.norm2 = nn.BatchNorm2d(2 * width)
        self.up2 = nn.ConvTranspose2d(2 * width, 1, 4, stride=2, padding=1)

    def forward(self, z, y):
        told = torch.cat([z, 2 * _one_hot(y, self.n_classes)], dim=1)
        h = self.start(told).reshape(len(z), 4 * self.width, self.quarter, self.quarter)
        h = torch.relu(self.norm1(h))
        h = torch.relu(self.norm2(self.up1(h)))
        return torch.tanh(self.up2(h))


class ClassDiscriminator(nn.Module):
    def __init__(self, n_classes, width=16, side=8):
        super().__init__()
        self.n_classes, self.side = n_classes, side
        self.down1 = nn.Conv2d(1 + n_classes, 2 * width, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)
        n_features = 4 * width * (side // 4) ** 2
        self.out = nn.Linear(n_features, 1)
        self.of_class = nn.Linear(n_features, n_classes)

    def forward(self, X, y):
        told = _one_hot(y, self.n_classes)
        planes = told[:, :, None, None].expand(-1, -1, self.side, self.side)
        h = leaky_relu(self.down1(torch.cat([X, planes], dim=1)), 0.2)
        h = leaky_relu(self.down2(h), 0.2).flatten(1)
        return self.out(h)[:, 0] + (self.of_class(h) * told).sum(dim=1)


def fit_class_gan(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X, dtype=np.float32)) * 2 - 1
    y = torch.tensor(np.array(y, dtype=np.int64))
    n_classes = int(y.max()) + 1
    generator = ClassGenerator(n_classes, n_latent, width, X.shape[-1])
    discriminator = ClassDiscriminator(n_classes, width, X.shape[-1])
    g_optimizer = torch.optim.Adam(generator.parameters(), lr=0.002, betas=(0.5, 0.99))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.002, betas=(0.5, 0.99))
    size = 64
    for _ in range(n_steps):
        rows = torch.randint(len(X), (size,))
        real, said = X[rows], y[rows]
        with torch.no_grad():
            fake = generator(torch.randn(size, n_latent), said)
        d_loss = softplus(-discriminator(real, said)).mean() + softplus(discriminator(fake, said)).mean()
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        asked = torch.randint(n_classes, (size,))
        g_loss = softplus(-discriminator(generator(torch.randn(size, n_latent), asked), asked)).mean()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
    return generator.eval()


def generate_classes(generator, y, n_latent=8, seed=42):
    y = torch.tensor(np.array(y, dtype=np.int64))
    z = torch.randn(len(y), n_latent, generator=torch.Generator().manual_seed(seed))
    mode = generator.training
    generator.eval()
    with torch.no_grad():
        pictures = (generator(z, y) + 1) / 2
    generator.train(mode)
    return pictures.numpy().astype(np.float32)

# %% wrong: ClassDiscriminator
# Misconception: only the generator has to know the class; the discriminator's task, real or not, is the same for all.
class ClassDiscriminator(nn.Module):
    def __init__(self, n_classes, width=16, side=8):
        super().__init__()
        self.down1 = nn.Conv2d(1, 2 * width, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)
        self.out = nn.Linear(4 * width * (side // 4) ** 2, 1)

    def forward(self, X, y):
        h = leaky_relu(self.down1(X), 0.2)
        h = leaky_relu(self.down2(h), 0.2)
        return self.out(h.flatten(1))[:, 0]

# %% wrong: generate_classes
# Misconception: the tanh's range may be left as it is, negative values are just clipped to black.
def generate_classes(generator, y, n_latent=8, seed=42):
    y = torch.tensor(np.array(y, dtype=np.int64))
    z = torch.randn(len(y), n_latent, generator=torch.Generator().manual_seed(seed))
    mode = generator.training
    generator.eval()
    with torch.no_grad():
        pictures = generator(z, y).clamp(0, 1)
    generator.train(mode)
    return pictures.numpy().astype(np.float32)
