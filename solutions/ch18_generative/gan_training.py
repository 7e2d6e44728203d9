"""Chapter 18, training a DCGAN with experience replay (p.18.12): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from course import device
from solutions.ch18_generative.gan import Discriminator, Generator, ReplayBuffer, discriminator_step, generator_step


def fit_gan(X: ArrayLike, n_steps: int = 300, n_latent: int = 8, width: int = 16, seed: int = 42) -> Generator:
    """Train both halves of a DCGAN, with experience replay, and return the generator.

    Parameters
    ----------
    X : (n, 1, side, side) pictures, values from 0 to 1: not the generator's range.
    n_steps : steps of each half.
    n_latent, width : for `Generator` and `Discriminator`.
    seed : decides everything that is left to chance.

    Returns
    -------
    The trained generator, on the CPU; whatever else it may be, it is one that
    `generate` can use.

    Examples
    --------
    >>> generator = fit_gan(np.zeros((20, 1, 8, 8)), n_steps=2, n_latent=5)
    >>> generator(torch.randn(3, 5)).shape
    torch.Size([3, 1, 8, 8])
    """
    torch.manual_seed(seed)
    real = torch.tensor(np.asarray(X), dtype=torch.float32).to(device()) * 2 - 1  # tanh's range
    generator = Generator(n_latent, width, real.shape[-1]).to(device())
    discriminator = Discriminator(width, real.shape[-1]).to(device())
    buffer = ReplayBuffer(2000, seed)
    of_generator = torch.optim.Adam(generator.parameters(), 0.003, betas=(0.0, 0.9))
    of_discriminator = torch.optim.Adam(discriminator.parameters(), 0.003, betas=(0.0, 0.9))
    generator.train(), discriminator.train()
    for _ in range(n_steps):
        rows = torch.randint(len(real), (32,))
        fake = buffer.mix(generator(torch.randn(32, n_latent).to(device())), share=0.25)
        discriminator_step(discriminator, of_discriminator, real[rows], fake)
        generator_step(generator, discriminator, of_generator, torch.randn(32, n_latent).to(device()))
    return generator.cpu()


def generate(generator: nn.Module, n: int, n_latent: int = 8, seed: int = 42) -> NDArray[np.float32]:
    """Return new pictures that a generator makes.

    Parameters
    ----------
    generator : takes and gives what a `Generator` does. It is asked in evaluation mode,
        and left in the mode that it was in.
    n : how many pictures.
    n_latent : length of a row of noise, which comes from N(0, I).
    seed : decides which pictures: the same seed draws the same ones.

    Returns
    -------
    (n, 1, side, side) float32, from 0 to 1, as the pictures that were learned from: the
    generator's -1 is 0.

    Examples
    --------
    >>> generate(Generator(), 3).shape
    (3, 1, 8, 8)
    """
    was_training = generator.training
    generator.eval()
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        pictures = (generator(z) + 1) / 2
    generator.train(was_training)
    return pictures.numpy()  # type: ignore[no-any-return]
