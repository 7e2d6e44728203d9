"""Wrong and right answers of chapter 18: experience replay, and training a DCGAN with it (p.18.12)."""

import random
from collections import deque

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from autograder.mutants.ch18_generative.gan import _discriminator, _generator, _Resizing, _step
from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- replay


class _Buffer:
    def __init__(self, capacity, seed=42):
        self.capacity, self.rng = capacity, np.random.default_rng(seed)
        self.rows = torch.empty(0)

    def __len__(self):
        return len(self.rows)

    def push(self, pictures):
        new = pictures.detach().clone()
        self.rows = (torch.cat([self.rows, new]) if len(self.rows) else new)[-self.capacity :]

    def sample(self, n):
        return self.rows[torch.from_numpy(self.rng.permutation(len(self.rows))[:n])]

    def mix(self, pictures, share=0.5):
        pictures, old = pictures.detach().clone(), min(int(share * len(pictures)), len(self))
        found = torch.cat([self.sample(old), pictures[: len(pictures) - old]]) if old else pictures
        self.push(pictures)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_newest_pictures_are_kept")
class OldestStay(_Buffer):
    """Once your buffer is full, nothing new comes in: the oldest have to go."""

    def push(self, pictures):
        new = pictures.detach().clone()
        self.rows = (torch.cat([self.rows, new]) if len(self.rows) else new)[: self.capacity]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_newest_pictures_are_kept")
class BatchesCounted(_Buffer):
    """Your capacity counts batches: it is one of pictures."""

    def __init__(self, capacity, seed=42):
        super().__init__(capacity, seed)
        self.batches = deque(maxlen=capacity)

    def push(self, pictures):
        self.batches.append(pictures.detach().clone())
        self.rows = torch.cat(list(self.batches))


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_newest_pictures_are_kept")
class DrawnTwice(_Buffer):
    """Your draw may have the same picture twice: draw without putting back."""

    def sample(self, n):
        return self.rows[torch.from_numpy(self.rng.integers(len(self.rows), size=n))]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_pictures_are_drawn_evenly")
class NewestOnly(_Buffer):
    """You hand out the newest pictures each time: draw at random."""

    def sample(self, n):
        return self.rows[len(self.rows) - n :]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class PushedFirst(_Buffer):
    """You keep the new pictures before you draw the old ones, so that some of these are new."""

    def mix(self, pictures, share=0.5):
        self.push(pictures)
        old = min(int(share * len(pictures)), len(self))
        return torch.cat([self.sample(old), pictures.detach()[: len(pictures) - old]])


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class NewShare(_Buffer):
    """`share` is that of the old pictures; you take it for that of the new ones."""

    def mix(self, pictures, share=0.5):
        return super().mix(pictures, 1 - share)


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class LargerBatch(_Buffer):
    """The old pictures come on top of all new ones, so that the batch grows: it has as many as came."""

    def mix(self, pictures, share=0.5):
        old = min(int(share * len(pictures)), len(self))
        found = torch.cat([self.sample(old), pictures.detach().clone()]) if old else pictures.detach().clone()
        self.push(pictures)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_and_new_are_mixed")
class PushedInPart(_Buffer):
    """You keep only those new pictures that the batch has: all of them are pushed."""

    def mix(self, pictures, share=0.5):
        old = min(int(share * len(pictures)), len(self))
        new = pictures.detach().clone()[: len(pictures) - old]
        found = torch.cat([self.sample(old), new]) if old else new
        self.push(new)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_kept_pictures_are_copies")
class SharedMemory(_Buffer):
    """What you keep changes with the batch: `detach` alone shares its memory, `clone` makes a copy."""

    def push(self, pictures):
        self.parts = [*getattr(self, "parts", []), *pictures.detach()][-self.capacity :]

    def __len__(self):
        return len(getattr(self, "parts", []))

    def sample(self, n):
        return torch.stack([self.parts[row] for row in self.rng.permutation(len(self))[:n]])


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_kept_pictures_are_copies")
class WithGraph(_Buffer):
    """What you keep holds on to the graph that it was made by, and to all its memory: `detach` it."""

    def push(self, pictures):
        self.rows = (torch.cat([self.rows, pictures.clone()]) if len(self.rows) else pictures.clone())[-self.capacity :]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_old_pictures_are_drawn_evenly")
class SeedOfAll(_Buffer):
    """You set torch's global seed: whatever else is drawn changes what comes next, and so does a second buffer. Keep a
    `torch.Generator` of your own."""

    def __init__(self, capacity, seed=42):
        super().__init__(capacity, seed)
        torch.manual_seed(seed)

    def sample(self, n):
        return self.rows[torch.randperm(len(self.rows))[:n]]


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_any_old_picture_may_come_back")
class NewestComeBack(_Buffer):
    """You mix in the newest of the old pictures, which the discriminator has seen just now: draw from all of them."""

    def mix(self, pictures, share=0.5):
        new, old = pictures.detach().clone(), min(int(share * len(pictures)), len(self))
        found = torch.cat([self.rows[-old:], new[: len(new) - old]]) if old else new
        self.push(pictures)
        return found


@mutant("p.18.12", replaces="ReplayBuffer", fails="test_any_old_picture_may_come_back")
class OldestComeBack(_Buffer):
    """You mix in the oldest pictures, the same ones again and again: draw from all of them."""

    def mix(self, pictures, share=0.5):
        new, old = pictures.detach().clone(), min(int(share * len(pictures)), len(self))
        found = torch.cat([self.rows[:old], new[: len(new) - old]]) if old else new
        self.push(pictures)
        return found


@alternative("p.18.12", replaces="ReplayBuffer")
class Rows(_Buffer):
    """One tensor, NumPy's random numbers."""


@alternative("p.18.12", replaces="ReplayBuffer")
class InAQueue:
    """A queue of limited length, Python's random numbers."""

    def __init__(self, capacity, seed=42):
        self.queue, self.random = deque(maxlen=capacity), random.Random(seed)

    def __len__(self):
        return len(self.queue)

    def push(self, pictures):
        self.queue.extend(torch.tensor(picture.tolist()) for picture in pictures)

    def sample(self, n):
        return torch.stack(self.random.sample(self.queue, n))

    def mix(self, pictures, share=0.5):
        old = min(int(share * len(pictures)), len(self))
        found = [*(self.sample(old) if old else ()), *pictures.detach().clone()][: len(pictures)]
        self.push(pictures)
        return torch.stack(found)


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
