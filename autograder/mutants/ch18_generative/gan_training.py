"""Wrong and right answers of chapter 18: training a DCGAN with experience replay (p.18.12)."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from autograder.mutants.ch18_generative.gan import _discriminator, _generator, _Resizing, _step
from autograder.mutants.ch18_generative.gan_replay import _Buffer
from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- training


def _fit(X, n_steps, n_latent, width, seed, *, half=_generator, other=None, lr=0.003, betas=(0.0, 0.9), range_=(-1, 1)):
    torch.manual_seed(seed)
    low, high = range_
    real = low + (high - low) * torch.tensor(np.asarray(X)).float()
    side = real.shape[-1]
    generator = half(n_latent, width, side)
    discriminator = other(width, side) if other else _discriminator(width, side, nn.Flatten(0))
    optimizers = [torch.optim.Adam(part.parameters(), lr, betas=betas) for part in (generator, discriminator)]
    buffer = _Buffer(1000, seed)
    for _ in range(n_steps):
        fake = buffer.mix(generator(torch.randn(32, n_latent)), 0.2)
        some = real[torch.randint(len(real), (32,))]
        _step(optimizers[1], softplus(-discriminator(some)).mean() + softplus(discriminator(fake)).mean())
        _step(optimizers[0], softplus(-discriminator(generator(torch.randn(32, n_latent)))).mean())
    return generator


class _Fixed(nn.Module):
    """Makes pictures out of a list, by the signs of the noise."""

    def __init__(self, pictures, spread=0.0):
        super().__init__()
        self.pictures = nn.Parameter(2 * torch.as_tensor(pictures).float() - 1)
        self.spread = spread

    def forward(self, z):
        rows = (z[:, 0].abs() * 7919).long() % len(self.pictures)
        return (self.pictures[rows] + self.spread * torch.sin(917 * z[:, :1, None, None])).clamp(-1, 1)


@naive("p.18.12", replaces="fit_gan", fails="test_makes_all_kinds_of_pictures")
def mean_picture(X, n_steps=300, n_latent=8, width=16, seed=42):
    """Your generator makes the mean picture, whatever the noise."""
    return _Fixed(np.asarray(X).mean(axis=0, keepdims=True), spread=0.1)


@naive("p.18.12", replaces="fit_gan", fails="test_makes_all_kinds_of_pictures")
def copies(X, n_steps=300, n_latent=8, width=16, seed=42):
    """Your generator hands out the pictures that it has learned from: new ones are asked for."""
    return _Fixed(X)


@naive("p.18.12", replaces="fit_gan", fails="test_makes_all_kinds_of_pictures")
def one_kind_only(X, n_steps=300, n_latent=8, width=16, seed=42):
    """Your generator has collapsed: all that it makes is of one kind."""
    rows = np.asarray(X).reshape(len(X), -1)
    near = np.argsort(((rows - rows[seed % len(rows)]) ** 2).sum(axis=1))[: len(rows) // 4]
    return _Fixed(0.5 * (np.asarray(X)[near] + np.asarray(X)[near[::-1]]))


@mutant("p.18.12", replaces="fit_gan", fails="test_makes_all_kinds_of_pictures")
def generator_learns_nothing(X, n_steps=300, n_latent=8, width=16, seed=42):
    """Your generator's weights never change: does its optimiser take its steps?"""
    torch.manual_seed(seed)
    return _generator(n_latent, width, np.shape(X)[-1])


@mutant("p.18.12", replaces="fit_gan", fails="test_makes_all_kinds_of_pictures")
def not_in_the_range(X, n_steps=300, n_latent=8, width=16, seed=42):
    """You compare pictures from 0 to 1 with what tanh makes: bring real ones to -1 to 1 first."""
    return _fit(X, n_steps, n_latent, width, seed, range_=(0, 1))


@mutant("p.18.12", replaces="fit_gan", fails="test_seeds_decide_gan_and_pictures")
def one_gan_seed(X, n_steps=300, n_latent=8, width=16, seed=42):
    """You don't use the seed that you are given."""
    return _fit(X, n_steps, n_latent, width, 42)


@mutant("p.18.12", replaces="fit_gan", fails="test_gan_takes_the_steps_asked_for")
def other_number_of_steps(X, n_steps=300, n_latent=8, width=16, seed=42):
    """You take as many steps as you like: `n_steps` says how many."""
    return _fit(X, 3, n_latent, width, seed)


# ---------------------------------------------------------------- pictures


def _made(generator, n, n_latent, seed, scale=lambda X: (X + 1) / 2, noise=torch.randn):
    was, generator = generator.training, generator.eval()
    z = noise(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        found = scale(generator(z)).numpy()
    generator.train(was)
    return found


@mutant("p.18.12", replaces="generate", fails="test_generated_in_evaluation_mode")
def left_from_minus_1(generator, n, n_latent=8, seed=42):
    """You return tanh's range: bring it from -1 … 1 to 0 … 1."""
    return _made(generator, n, n_latent, seed, scale=lambda X: X)


@mutant("p.18.12", replaces="generate", fails="test_generated_in_evaluation_mode")
def cut_at_0(generator, n, n_latent=8, seed=42):
    """You cut off what is below 0: bring -1 … 1 to 0 … 1."""
    return _made(generator, n, n_latent, seed, scale=lambda X: X.clamp(0, 1))


@mutant("p.18.12", replaces="generate", fails="test_generated_in_evaluation_mode")
def uniform_noise_made_up(generator, n, n_latent=8, seed=42):
    """Your noise comes from `rand`, between 0 and 1: take `randn`."""
    return _made(generator, n, n_latent, seed, noise=torch.rand)


@mutant("p.18.12", replaces="generate", fails="test_generated_in_evaluation_mode")
def asked_in_training_mode(generator, n, n_latent=8, seed=42):
    """You ask the generator in the mode that it happens to be in: call `eval()`, and put the mode back afterwards."""
    with torch.no_grad():
        z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
        return ((generator(z) + 1) / 2).numpy()


@mutant("p.18.12", replaces="generate", fails="test_generated_in_evaluation_mode")
def generator_left_in_evaluation_mode(generator, n, n_latent=8, seed=42):
    """You leave the generator in evaluation mode, even if somebody is about to train it."""
    return _made(generator.eval(), n, n_latent, seed)


# ---------------------------------------------------------------- right


@alternative("p.18.12", replaces="fit_gan")
def with_other_rates(X, n_steps=300, n_latent=8, width=16, seed=42):
    """A buffer of 1000, somewhat larger rates."""
    return _fit(X, n_steps, n_latent, width, seed, lr=0.004)


@alternative("p.18.12", replaces="fit_gan")
def with_resizing(X, n_steps=300, n_latent=8, width=16, seed=42):
    """Enlarges maps; a generator of another kind."""
    return _fit(X, n_steps, n_latent, width, seed, half=_Resizing, lr=0.003)


@alternative("p.18.12", replaces="generate")
def a_hundred_at_a_time(generator, n, n_latent=8, seed=42):
    """A hundred at a time, with torch's global seed, which is put back."""
    was, found = generator.training, []
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        noise = torch.randn(n, n_latent)
        generator.train(False)
        found = [generator(some).mul(0.5).add(0.5) for some in noise.split(100)]
    generator.train(was)
    return torch.cat(found).numpy()
