"""Wrong and right answers of chapter 18: the schedule and the steps of diffusion (p.18.13)."""

import math
from itertools import pairwise

import numpy as np
import torch

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- schedule


def _g(n_steps, s):
    return [math.cos((t / n_steps + s) / (1 + s) * math.pi / 2) ** 2 for t in range(n_steps + 1)]


@mutant("p.18.13", replaces="cosine_schedule", fails="test_schedule")
def cosine_not_squared(n_steps, s=0.008, largest=0.5):
    """The cosine has to be squared."""
    g = [math.sqrt(value) for value in _g(n_steps, s)]
    beta = [min(1 - b / a, largest) for a, b in pairwise(g)]
    return torch.tensor([1.0, *np.cumprod(1 - np.array(beta))]).float()


@mutant("p.18.13", replaces="cosine_schedule", fails="test_schedule")
def noise_not_bounded(n_steps, s=0.008, largest=0.5):
    """You don't bound the noise of a step by `largest`, so that the last step takes all that is left."""
    g = np.array(_g(n_steps, s))
    return torch.tensor(g / g[0]).float()


@mutant("p.18.13", replaces="cosine_schedule", fails="test_schedule")
def without_the_beginning(n_steps, s=0.008, largest=0.5):
    """The entry for 0 steps, which is 1, is lacking: there are T + 1 entries."""
    g = _g(n_steps, s)
    beta = [min(1 - b / a, largest) for a, b in pairwise(g)]
    return torch.tensor(np.cumprod(1 - np.array(beta))).float()


@mutant("p.18.13", replaces="cosine_schedule", fails="test_schedule")
def noise_of_each_step(n_steps, s=0.008, largest=0.5):
    """You return the noise of each step: asked for is what is left after all steps so far, a product."""
    g = _g(n_steps, s)
    return torch.tensor([0.0, *(min(1 - b / a, largest) for a, b in pairwise(g))])


# ---------------------------------------------------------------- steps


def _left(x, t, alpha_bar):
    return alpha_bar[t].view(-1, *[1] * (x.ndim - 1))


@mutant("p.18.13", replaces="noisy", fails="test_many_steps_at_once")
def roots_forgotten(x0, t, noise, alpha_bar):
    """You multiply by the variances: their square roots are what pictures and noise are multiplied by."""
    left = _left(x0, t, alpha_bar)
    return left * x0 + (1 - left) * noise


@mutant("p.18.13", replaces="noisy", fails="test_many_steps_at_once")
def noise_as_it_is(x0, t, noise, alpha_bar):
    """You add the noise as it is: it is multiplied by sqrt(1 - alpha_bar)."""
    return _left(x0, t, alpha_bar).sqrt() * x0 + noise


@mutant("p.18.13", replaces="noisy", fails="test_many_steps_at_once")
def a_step_too_few(x0, t, noise, alpha_bar):
    """You take the entry before: `alpha_bar[t]` is what is left after t steps, since the entry 0 stands for none."""
    left = _left(x0, (t - 1).clamp(min=0), alpha_bar)
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


@mutant("p.18.13", replaces="noisy", fails="test_many_steps_at_once")
def one_t_for_all(x0, t, noise, alpha_bar):
    """You use the first picture's t for all of them."""
    left = alpha_bar[t[0]]
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


@mutant("p.18.13", replaces="denoise_step", fails="test_one_step_back")
def no_noise_comes_in(x, t, predicted, noise, alpha_bar):
    """You leave out the noise of the step back: without it pictures end up too smooth."""
    beta = 1 - alpha_bar[t] / alpha_bar[t - 1]
    return (x - beta / (1 - alpha_bar[t]).sqrt() * predicted) / (1 - beta).sqrt()


@mutant("p.18.13", replaces="denoise_step", fails="test_one_step_back")
def variance_of_the_step(x, t, predicted, noise, alpha_bar):
    """You multiply the noise by the variance: take its square root."""
    now, before = alpha_bar[t], alpha_bar[t - 1]
    beta = 1 - now / before
    mean = (x - beta / (1 - now).sqrt() * predicted) / (1 - beta).sqrt()
    return mean + beta * (1 - before) / (1 - now) * noise


@mutant("p.18.13", replaces="denoise_step", fails="test_one_step_back")
def noise_at_the_last_step(x, t, predicted, noise, alpha_bar):
    """Your variance is b itself, so that noise comes in at the last step too: it is b (1 - a(t-1)) / (1 - a(t))."""
    now, before = alpha_bar[t], alpha_bar[t - 1]
    beta = 1 - now / before
    return (x - beta / (1 - now).sqrt() * predicted) / (1 - beta).sqrt() + beta.sqrt() * noise


@mutant("p.18.13", replaces="denoise_step", fails="test_one_step_back")
def all_the_way_at_once(x, t, predicted, noise, alpha_bar):
    """You go back to the picture itself at once, by `alpha_bar`: one step takes away no more than b."""
    now, before = alpha_bar[t], alpha_bar[t - 1]
    variance = (1 - now / before) * (1 - before) / (1 - now)
    return (x - (1 - now).sqrt() * predicted) / now.sqrt() + variance.sqrt() * noise


@mutant("p.18.13", replaces="denoise_step", fails="test_one_step_back")
def not_scaled_up(x, t, predicted, noise, alpha_bar):
    """You forget to divide by sqrt(1 - b): a step there has made pictures fainter."""
    now, before = alpha_bar[t], alpha_bar[t - 1]
    beta = 1 - now / before
    return x - beta / (1 - now).sqrt() * predicted + (beta * (1 - before) / (1 - now)).sqrt() * noise


# ---------------------------------------------------------------- right


@alternative("p.18.13", replaces="cosine_schedule")
def step_by_step(n_steps, s=0.008, largest=0.5):
    """In a loop, in Python's numbers."""
    g, left = _g(n_steps, s), [1.0]
    for before, now in pairwise(g):
        left.append(left[-1] * max(now / before, 1 - largest))
    return torch.tensor(left, dtype=torch.float32)


@alternative("p.18.13", replaces="noisy")
def by_einsum(x0, t, noise, alpha_bar):
    """By Einstein's sums, in double precision."""
    left = alpha_bar.double().gather(0, t)
    parts = (torch.einsum("b,b...->b...", a, v.double()) for a, v in ((left**0.5, x0), ((1 - left) ** 0.5, noise)))
    return sum(parts).to(x0.dtype)


@alternative("p.18.13", replaces="denoise_step")
def by_the_picture(x, t, predicted, noise, alpha_bar):
    """Through the picture that the noise leaves, mixed with what is there."""
    now, before = alpha_bar[t].double(), alpha_bar[t - 1].double()
    beta = 1 - now / before
    x0 = (x - (1 - now).sqrt() * predicted) / now.sqrt()
    mean = before.sqrt() * beta / (1 - now) * x0 + (1 - beta).sqrt() * (1 - before) / (1 - now) * x
    return (mean + (beta * (1 - before) / (1 - now)).sqrt() * noise).float()
