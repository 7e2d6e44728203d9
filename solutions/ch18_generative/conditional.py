"""Chapter 18, a DCGAN that is told the class (tf2.17.11): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import softplus

from course import device


class ClassGenerator(nn.Module):
    """A generator that is told which class of picture it is to make.

    Parameters
    ----------
    n_classes : K, how many classes there are.
    n_latent : length of a row of noise.
    width : whatever decides about its size; 16 is enough for 8 x 8 pixels.
    side : height and width of a picture, a multiple of 4 and at least 8.

    Examples
    --------
    >>> generator = ClassGenerator(n_classes=3, n_latent=5)
    >>> generator(torch.randn(2, 5), torch.tensor([0, 2])).shape
    torch.Size([2, 1, 8, 8])
    """

    def __init__(self, n_classes: int, n_latent: int = 8, width: int = 16, side: int = 8) -> None:
        super().__init__()
        small = side // 4
        self.embedding = nn.Embedding(n_classes, n_latent)
        self.net = nn.Sequential(
            nn.Linear(2 * n_latent, 4 * width * small**2),
            nn.Unflatten(1, (4 * width, small, small)),
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(4 * width, 2 * width, 4, stride=2, padding=1),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * width, 1, 4, stride=2, padding=1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return pictures, (B, 1, side, side) from -1 to 1, of noise, (B, n_latent),
        and classes, (B,) whole numbers from 0."""
        return self.net(torch.cat([z, self.embedding(y)], dim=1))  # type: ignore[no-any-return]


class ClassDiscriminator(nn.Module):
    """A discriminator that is told which class a picture is said to be of.

    Parameters
    ----------
    n_classes, width, side : as for `ClassGenerator`.

    Examples
    --------
    >>> discriminator = ClassDiscriminator(n_classes=3)
    >>> discriminator(torch.zeros(2, 1, 8, 8), torch.tensor([0, 2])).shape
    torch.Size([2])
    """

    def __init__(self, n_classes: int, width: int = 16, side: int = 8) -> None:
        super().__init__()
        self.side = side
        self.embedding = nn.Embedding(n_classes, side**2)  # the class as a second picture
        self.net = nn.Sequential(
            nn.Conv2d(2, 2 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(4 * width * (side // 4) ** 2, 1),
        )

    def forward(self, X: Tensor, y: Tensor) -> Tensor:
        """Return one logit for each picture and its class, (B,): above 0 if the picture
        is taken for a real one *of this class*. Pictures are (B, 1, side, side) from -1
        to 1, classes (B,) whole numbers from 0."""
        told = self.embedding(y).reshape(-1, 1, self.side, self.side)
        return self.net(torch.cat([X, told], dim=1)).squeeze(1)  # type: ignore[no-any-return]


def fit_class_gan(
    X: ArrayLike, y: ArrayLike, n_steps: int = 300, n_latent: int = 8, width: int = 16, seed: int = 42
) -> ClassGenerator:
    """Train both halves of a DCGAN that is told the classes; return the generator.

    Parameters
    ----------
    X : (n, 1, side, side) pictures, values from 0 to 1: not the generator's range.
    y : (n,) their classes, whole numbers from 0; each is there.
    n_steps : steps of each half.
    n_latent, width : for `ClassGenerator` and `ClassDiscriminator`.
    seed : decides everything that is left to chance.

    Returns
    -------
    The trained generator, on the CPU; whatever else it may be, it is one that
    `generate_classes` can use.

    Examples
    --------
    >>> X, y = np.zeros((20, 1, 8, 8)), np.arange(20) % 2
    >>> generator = fit_class_gan(X, y, n_steps=2, n_latent=5)
    >>> generator(torch.randn(3, 5), torch.tensor([1, 0, 1])).shape
    torch.Size([3, 1, 8, 8])
    """
    torch.manual_seed(seed)
    real = torch.tensor(np.asarray(X), dtype=torch.float32).to(device()) * 2 - 1  # tanh's range
    classes = torch.tensor(np.asarray(y)).long().to(device())
    n_classes, side = int(classes.max()) + 1, real.shape[-1]
    generator = ClassGenerator(n_classes, n_latent, width, side).to(device())
    discriminator = ClassDiscriminator(n_classes, width, side).to(device())
    of_generator = torch.optim.Adam(generator.parameters(), 0.003, betas=(0.0, 0.9))
    of_discriminator = torch.optim.Adam(discriminator.parameters(), 0.003, betas=(0.0, 0.9))
    generator.train(), discriminator.train()
    for _ in range(n_steps):
        rows = torch.randint(len(real), (32,))
        asked = classes[rows]  # real and made pictures of the same classes
        fake = generator(torch.randn(32, n_latent).to(device()), asked)
        on_real, on_fake = discriminator(real[rows], asked), discriminator(fake.detach(), asked)
        loss = softplus(-on_real).mean() + softplus(on_fake).mean()
        of_discriminator.zero_grad()
        loss.backward()
        of_discriminator.step()
        loss = softplus(-discriminator(fake, asked)).mean()
        of_generator.zero_grad()
        loss.backward()
        of_generator.step()
    return generator.cpu()


def generate_classes(generator: nn.Module, y: ArrayLike, n_latent: int = 8, seed: int = 42) -> NDArray[np.float32]:
    """Return new pictures of the classes that are asked for.

    Parameters
    ----------
    generator : takes and gives what a `ClassGenerator` does. It is asked in evaluation
        mode, and left in the mode that it was in.
    y : (n,) classes, whole numbers from 0, in any order.
    n_latent : length of a row of noise, which comes from N(0, I).
    seed : decides which pictures: the same seed draws the same ones.

    Returns
    -------
    (n, 1, side, side) float32, from 0 to 1: the generator's -1 is 0.

    Examples
    --------
    >>> generate_classes(ClassGenerator(n_classes=3), [2, 0, 0, 1]).shape
    (4, 1, 8, 8)
    """
    was_training = generator.training
    generator.eval()
    asked = torch.tensor(np.asarray(y)).long()
    z = torch.randn(len(asked), n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        pictures = (generator(z, asked) + 1) / 2
    generator.train(was_training)
    return pictures.numpy()  # type: ignore[no-any-return]
