# %% right
# Intent: one-hot classes are appended to the noise, and as constant planes to the pictures; otherwise a plain DCGAN.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as _bce
from torch.nn.functional import one_hot


class ClassGenerator(nn.Module):
    def __init__(self, n_classes, n_latent=8, width=16, side=8):
        super().__init__()
        self.n_classes = n_classes
        self.layers = nn.Sequential(
            nn.Unflatten(1, (n_latent + n_classes, 1, 1)),
            nn.ConvTranspose2d(n_latent + n_classes, 4 * width, side // 4), nn.BatchNorm2d(4 * width), nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(),
            nn.ConvTranspose2d(2 * width, 1, 4, stride=2, padding=1), nn.Tanh(),
        )

    def forward(self, z, y):
        return self.layers(torch.cat([z, one_hot(y, self.n_classes).to(z.dtype)], dim=1))


class ClassDiscriminator(nn.Module):
    def __init__(self, n_classes, width=16, side=8):
        super().__init__()
        self.n_classes = n_classes
        self.layers = nn.Sequential(
            nn.Conv2d(1 + n_classes, 2 * width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Flatten(), nn.Linear(4 * width * (side // 4) ** 2, 1), nn.Flatten(0),
        )

    def forward(self, X, y):
        planes = one_hot(y, self.n_classes).to(X.dtype)[:, :, None, None].expand(-1, -1, *X.shape[-2:])
        return self.layers(torch.cat([X, planes], dim=1))


def fit_class_gan(X, y, n_steps=300, n_latent=8, width=16, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.asarray(X), dtype=torch.float32) * 2 - 1
    y = torch.tensor(np.asarray(y), dtype=torch.long)
    K, side, batch = int(y.max()) + 1, X.shape[-1], 64
    generator, discriminator = ClassGenerator(K, n_latent, width, side), ClassDiscriminator(K, width, side)
    g_optimizer = torch.optim.Adam(generator.parameters(), 0.003, betas=(0.5, 0.9))
    d_optimizer = torch.optim.Adam(discriminator.parameters(), 0.003, betas=(0.5, 0.9))
    mean = torch.optim.swa_utils.AveragedModel(
        generator, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.95), use_buffers=True
    )
    ones, zeros = torch.ones(batch), torch.zeros(batch)
    for _ in range(n_steps):
        rows = torch.randint(len(X), (batch,))
        classes = y[torch.randint(len(X), (batch,))]
        fake = generator(torch.randn(batch, n_latent), classes)
        d_optimizer.zero_grad()
        loss = _bce(discriminator(X[rows], y[rows]), ones) + _bce(discriminator(fake.detach(), classes), zeros)
        loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        _bce(discriminator(fake, classes), ones).backward()
        g_optimizer.step()
        mean.update_parameters(generator)
    return mean.module.eval()


def generate_classes(generator, y, n_latent=8, seed=42):
    mode = generator.training
    generator.eval()
    y = torch.tensor(np.asarray(y), dtype=torch.long)
    with torch.no_grad():
        z = torch.randn(len(y), n_latent, generator=torch.Generator().manual_seed(seed))
        pictures = (generator(z, y).numpy() + 1) / 2
    generator.train(mode)
    return pictures


# %% wrong: ClassDiscriminator
# Misconception: only the generator has to know the class; the discriminator just tells real from made.
class ClassDiscriminator(nn.Module):
    def __init__(self, n_classes, width=16, side=8):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 2 * width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
            nn.Flatten(), nn.Linear(4 * width * (side // 4) ** 2, 1), nn.Flatten(0),
        )

    def forward(self, X, y):
        return self.layers(X)


# %% wrong: generate_classes
# Misconception: what is below 0 is black, so the generator's pictures only have to be cut off at 0.
def generate_classes(generator, y, n_latent=8, seed=42):
    mode = generator.training
    generator.eval()
    y = torch.tensor(np.asarray(y), dtype=torch.long)
    with torch.no_grad():
        z = torch.randn(len(y), n_latent, generator=torch.Generator().manual_seed(seed))
        pictures = generator(z, y).clamp(0, 1).numpy()
    generator.train(mode)
    return pictures
