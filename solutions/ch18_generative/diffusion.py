"""Chapter 18, the schedule and the steps of diffusion (p.18.13): the answers."""

import math

import torch
from torch import Tensor


def cosine_schedule(n_steps: int, s: float = 0.008, largest: float = 0.5) -> Tensor:
    r"""Return how much is left of a picture after each step of the forward process.

    After t of T steps the share of its variance that is left would be g(t) / g(0), with

        g(t) = cos²((t/T + s) / (1 + s) · π/2).

    So step t adds noise of variance b(t) = 1 - g(t) / g(t-1), but never more than
    `largest`; and what is left after step t is really the product of 1 - b(1), …,
    1 - b(t).

    Parameters
    ----------
    n_steps : T, at least 1.
    s : keeps the first steps from being too small.
    largest : keeps the last steps from taking all that is left, which a model would
        have to bring back at once.

    Returns
    -------
    (T + 1,) float32 `alpha_bar`: the entry t is what is left after t steps, and the
    entry 0 is 1.

    Examples
    --------
    >>> cosine_schedule(2, s=0.0).tolist()[:2]
    [1.0, 0.5]
    """
    t = torch.arange(n_steps + 1, dtype=torch.float64) / n_steps
    g = torch.cos((t + s) / (1 + s) * math.pi / 2).square()
    beta = (1 - g[1:] / g[:-1]).clamp(max=largest)
    return torch.cat([torch.ones(1, dtype=torch.float64), (1 - beta).cumprod(dim=0)]).float()


def noisy(x0: Tensor, t: Tensor, noise: Tensor, alpha_bar: Tensor) -> Tensor:
    """Return what pictures are after some steps of the forward process, in one go.

    Parameters
    ----------
    x0 : (B, …) the pictures, of any further dimensions.
    t : (B,) whole numbers from 0 to T, for each picture its own number of steps.
    noise : of the shape of `x0`, from N(0, I): all that has been added, so to speak.
    alpha_bar : (T + 1,) a schedule, as `cosine_schedule` gives it.

    Returns
    -------
    Of the shape of `x0`: its mean is ``sqrt(alpha_bar[t]) * x0``, its variance
    ``1 - alpha_bar[t]``.

    Examples
    --------
    >>> alpha_bar = torch.tensor([1.0, 0.64, 0.36])
    >>> t, noise = torch.tensor([2, 0, 1]), torch.zeros(3, 1)
    >>> noisy(torch.ones(3, 1), t, noise, alpha_bar).round(decimals=2).flatten()
    tensor([0.6000, 1.0000, 0.8000])
    """
    left = alpha_bar[t].reshape(-1, *[1] * (x0.ndim - 1))
    return left.sqrt() * x0 + (1 - left).sqrt() * noise


def denoise_step(x: Tensor, t: int, predicted: Tensor, noise: Tensor, alpha_bar: Tensor) -> Tensor:
    """Take one step back, from step t to step t - 1.

    With a(t) = alpha_bar[t], b = 1 - a(t) / a(t-1), it is normal, with

        mean      (x - b / sqrt(1 - a(t)) · predicted) / sqrt(1 - b)
        variance  b · (1 - a(t-1)) / (1 - a(t)),

    which is that of the true step, if `predicted` is right; at t = 1 it is 0.

    Parameters
    ----------
    x : (B, …) pictures after t steps.
    t : from 1 to T, the same for all of them.
    predicted : of the shape of `x`, the noise that a model sees in them.
    noise : of the shape of `x`, from N(0, I), fresh for this step.
    alpha_bar : (T + 1,) a schedule.

    Returns
    -------
    Of the shape of `x`.

    Examples
    --------
    >>> x, zeros = torch.ones(2, 1), torch.zeros(2, 1)
    >>> denoise_step(x, 1, zeros, zeros, torch.tensor([1.0, 0.25])).tolist()
    [[2.0], [2.0]]
    """
    now, before = alpha_bar[t], alpha_bar[t - 1]
    beta = 1 - now / before
    mean = (x - beta / (1 - now).sqrt() * predicted) / (1 - beta).sqrt()
    return mean + (beta * (1 - before) / (1 - now)).sqrt() * noise
