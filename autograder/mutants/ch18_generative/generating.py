"""Wrong and right answers of chapter 18: questions on models that generate (p.18.6 to p.18.9)."""

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.18.6


@mutant("p.18.6", replaces="draw_codings", fails="test_draws_have_mean_and_covariance")
def columns_apart(codings, n, seed=42):
    """You draw each coding on its own: they belong together, as the covariance says."""
    rng = np.random.default_rng(seed)
    return rng.normal(np.mean(codings, axis=0), np.std(codings, axis=0, ddof=1), (n, np.shape(codings)[1]))


@mutant("p.18.6", replaces="draw_codings", fails="test_draws_have_mean_and_covariance")
def standard_gaussian(codings, n, seed=42):
    """You draw from a standard Gaussian: that is for autoencoders whose training makes the codings look like one."""
    return np.random.default_rng(seed).normal(size=(n, np.shape(codings)[1]))


@mutant("p.18.6", replaces="draw_codings", fails="test_draws_have_mean_and_covariance")
def around_nothing(codings, n, seed=42):
    """You forget the mean of the codings."""
    k = np.shape(codings)[1]
    return np.random.default_rng(seed).multivariate_normal(np.zeros(k), np.cov(np.asarray(codings).T), n)


@mutant("p.18.6", replaces="draw_codings", fails="test_draws_have_mean_and_covariance")
def known_ones_again(codings, n, seed=42):
    """You draw from the known codings themselves, so nothing new can come of it."""
    return np.random.default_rng(seed).choice(np.asarray(codings, dtype=float), n)


@mutant("p.18.6", replaces="draw_codings", fails="test_draws_have_mean_and_covariance")
def divided_by_all_rows(codings, n, seed=42):
    """Your covariance is divided by the number of rows: `np.cov` divides by one less, which counts if they are few."""
    known = np.asarray(codings, dtype=float)
    return np.random.default_rng(seed).multivariate_normal(known.mean(axis=0), np.cov(known.T, ddof=0), n)


@mutant("p.18.6", replaces="draw_codings", fails="test_draws_have_mean_and_covariance")
def factor_not_transposed(codings, n, seed=42):
    """Rows of noise are multiplied by the Cholesky factor's transpose: `Z @ L.T` has the covariance `L @ L.T`."""
    known = np.asarray(codings, dtype=float)
    Z = np.random.default_rng(seed).normal(size=(n, known.shape[1]))
    return known.mean(axis=0) + Z @ np.linalg.cholesky(np.cov(known.T))


@mutant("p.18.6", replaces="draw_codings", fails="test_seeds_decide_the_draws")
def another_each_time(codings, n, seed=42):
    """You don't use the seed that you are given."""
    return np.random.multivariate_normal(np.mean(codings, axis=0), np.cov(np.asarray(codings).T), n)


@mutant("p.18.6", replaces="P_18_6_CHOICE", fails="test_the_generative_one", constant=True)
def denoising():
    """A denoising autoencoder repairs what it is given; what its codings look like nobody has asked for."""
    return "denoising autoencoder"


@alternative("p.18.6", replaces="draw_codings")
def mixtures_of_rows(codings, n, seed=42):
    """Sums of the known rows' deviations, with Gaussian weights."""
    known = np.asarray(codings, dtype=float)
    weights = np.random.default_rng(seed).normal(0, (len(known) - 1) ** -0.5, (n, len(known)))
    return known.mean(axis=0) + weights @ (known - known.mean(axis=0))


@alternative("p.18.6", replaces="draw_codings")
def by_cholesky(codings, n, seed=42):
    """Standard Gaussians, mixed by the Cholesky factor."""
    torch.manual_seed(seed)
    known = torch.as_tensor(np.asarray(codings, dtype=float))
    return (
        torch.randn(n, known.shape[1]).double() @ torch.linalg.cholesky(known.T.cov()).T + known.mean(dim=0)
    ).numpy()


# ---------------------------------------------------------------- p.18.7


def _losses(true, made, d_targets, g_target, weigh=True):
    true, made = (torch.as_tensor(np.asarray(values, dtype=float)) for values in (true, made))
    loss = binary_cross_entropy_with_logits
    one = loss(true, torch.full_like(true, d_targets[0]))
    other = loss(made, torch.full_like(made, d_targets[1]))
    share = len(true) / (len(true) + len(made)) if weigh else 0.5
    return (share * one + (1 - share) * other).item(), loss(made, torch.full_like(made, g_target)).item()


@mutant("p.18.7", replaces="gan_losses", fails="test_losses_of_both")
def generator_wants_to_be_caught(true_logits, made_logits):
    """Your generator is trained with target 0, so it learns to be found out: it has to be taken for true."""
    return _losses(true_logits, made_logits, (1.0, 0.0), 0.0)


@mutant("p.18.7", replaces="gan_losses", fails="test_losses_of_both")
def targets_swapped(true_logits, made_logits):
    """Your discriminator learns to call made pictures true: its targets are swapped."""
    return _losses(true_logits, made_logits, (0.0, 1.0), 1.0)


@mutant("p.18.7", replaces="gan_losses", fails="test_losses_of_both")
def mean_of_two_means(true_logits, made_logits):
    """You take the mean of two means: the mean over all pictures is another one, if one kind has more."""
    return _losses(true_logits, made_logits, (1.0, 0.0), 1.0, weigh=False)


@mutant("p.18.7", replaces="gan_losses", fails="test_losses_of_both")
def minus_the_others_loss(true_logits, made_logits):
    """Your generator's loss is minus the discriminator's: its own cross-entropy, with target 1, is asked for."""
    loss, _ = _losses(true_logits, made_logits, (1.0, 0.0), 1.0)
    return loss, -loss


@mutant("p.18.7", replaces="gan_losses", fails="test_sure_discriminators_have_finite_losses")
def by_the_formula(true_logits, made_logits):
    """The logarithm of a probability that is rounded to 0 is infinite: work with the logits, by `np.logaddexp`."""
    with np.errstate(all="ignore"):
        p, q = (1 / (1 + np.exp(-np.asarray(values, dtype=float))) for values in (true_logits, made_logits))
        return float(np.mean([*-np.log(p), *-np.log(1 - q)])), float(np.mean(-np.log(q)))


@mutant("p.18.7", replaces="P_18_7_CHOICE", fails="test_tasks_for_a_gan", constant=True)
def anything_with_pictures_or_songs():
    """To put songs into groups nothing has to be made: that is clustering."""
    return {
        "A": "one for a GAN", "B": "not one for a GAN", "C": "one for a GAN",
        "D": "one for a GAN", "E": "one for a GAN", "F": "not one for a GAN",
    }  # fmt: skip


@alternative("p.18.7", replaces="gan_losses")
def by_pytorch(true_logits, made_logits):
    """By PyTorch's loss, weighted."""
    return _losses(true_logits, made_logits, (1.0, 0.0), 1.0)


# ---------------------------------------------------------------- p.18.8


def _path(x, y, rate, n_steps, step):
    path = [(x, y)]
    for _ in range(n_steps):
        path.append(step(*path[-1], rate))
    return np.array(path)


@mutant("p.18.8", replaces="play", fails="test_two_players_never_settle")
def one_after_the_other(x, y, rate, n_steps):
    """Your second player sees the first one's *new* place: both move at the same time."""

    def step(x, y, rate):
        x = x - rate * y
        return x, y + rate * x

    return _path(x, y, rate, n_steps, step)


@mutant("p.18.8", replaces="play", fails="test_two_players_never_settle")
def both_want_the_same(x, y, rate, n_steps):
    """Both of your players descend x * y: the second one's loss is -x * y."""
    return _path(x, y, rate, n_steps, lambda x, y, rate: (x - rate * y, y - rate * x))


@mutant("p.18.8", replaces="play", fails="test_two_players_never_settle")
def upwards(x, y, rate, n_steps):
    """Your players climb: gradient descent subtracts the slope."""
    return _path(x, y, rate, n_steps, lambda x, y, rate: (x + rate * y, y - rate * x))


@mutant("p.18.8", replaces="play", fails="test_two_players_never_settle")
def path_without_its_beginning(x, y, rate, n_steps):
    """The place where they begin belongs to the path."""
    return _path(x, y, rate, n_steps, lambda x, y, rate: (x - rate * y, y + rate * x))[1:]


@mutant("p.18.8", replaces="modes_covered", fails="test_kinds_that_are_made")
def share_of_good_rows(made, centres, radius):
    """That is the share of the rows that are near some kind: one kind made over and over would do."""
    apart = np.linalg.norm(np.asarray(made)[:, None] - np.asarray(centres), axis=2)
    return float((apart <= radius).any(axis=1).mean())


@mutant("p.18.8", replaces="modes_covered", fails="test_kinds_that_are_made")
def nearest_whatever_the_distance(made, centres, radius):
    """You count a kind as made if it is the nearest to some row, however far: the radius decides."""
    apart = np.linalg.norm(np.asarray(made)[:, None] - np.asarray(centres), axis=2)
    return len(set(apart.argmin(axis=1).tolist())) / len(centres)


@mutant("p.18.8", replaces="modes_covered", fails="test_kinds_that_are_made")
def each_coordinate_near(made, centres, radius):
    """You compare each coordinate with the radius: it is the Euclidean distance that must not be larger."""
    apart = abs(np.asarray(made)[:, None] - np.asarray(centres))
    return float((apart <= radius).all(axis=2).any(axis=0).mean())


@mutant("p.18.8", replaces="modes_covered", fails="test_kinds_that_are_made")
def radius_itself_too_far(made, centres, radius):
    """A row that is just as far as the radius is near enough: `<=`."""
    apart = np.linalg.norm(np.asarray(made)[:, None] - np.asarray(centres), axis=2)
    return float((apart < radius).any(axis=0).mean())


@mutant("p.18.8", replaces="modes_covered", fails="test_kinds_that_are_made")
def number_of_kinds(made, centres, radius):
    """You return how many kinds are made: the share of all kinds is asked for."""
    apart = np.linalg.norm(np.asarray(made)[:, None] - np.asarray(centres), axis=2)
    return float((apart <= radius).any(axis=0).sum())


@alternative("p.18.8", replaces="play")
def by_a_matrix(x, y, rate, n_steps):
    """By powers of the matrix of a step."""
    step = np.array([[1.0, -rate], [rate, 1.0]])
    return np.array([np.linalg.matrix_power(step, n) @ [x, y] for n in range(n_steps + 1)])


# ---------------------------------------------------------------- p.18.9


@mutant("p.18.9", replaces="noise_levels", fails="test_signal_and_noise")
def variances(betas):
    """You return shares of the variance: the factor and the standard deviation are their square roots."""
    left = np.cumprod(1 - np.asarray(betas))
    return left, 1 - left


@mutant("p.18.9", replaces="noise_levels", fails="test_signal_and_noise")
def of_one_step(betas):
    """You return what one step does: the steps before it count, too."""
    betas = np.asarray(betas, dtype=float)
    return np.sqrt(1 - betas), np.sqrt(betas)


@mutant("p.18.9", replaces="noise_levels", fails="test_signal_and_noise")
def deviations_added(betas):
    """You add up standard deviations: independent noises add up by their variances."""
    left, s, noise = np.sqrt(np.cumprod(1 - np.asarray(betas, dtype=float))), 0.0, []
    for beta in betas:
        s = np.sqrt(1 - beta) * s + np.sqrt(beta)
        noise.append(s)
    return left, np.array(noise)


@mutant("p.18.9", replaces="noise_levels", fails="test_signal_and_noise")
def sums_of_betas(betas):
    """You add up the betas: what is left is multiplied by 1 - beta in each step."""
    left = np.clip(1 - np.cumsum(betas), 0, 1)
    return np.sqrt(left), np.sqrt(1 - left)


@mutant("p.18.9", replaces="P_18_9_CHOICE", fails="test_diffusion_or_gan", constant=True)
def diffusion_is_fast():
    """A diffusion model calls its network once for each of its many steps; a GAN's generator is called once."""
    return {"A": "diffusion", "B": "diffusion", "C": "GAN", "D": "GAN", "E": "diffusion", "F": "GAN"}


@alternative("p.18.9", replaces="noise_levels")
def levels_step_by_step(betas):
    """Step by step, in two lists."""
    a, variance, found = 1.0, 0.0, ([], [])
    for beta in np.asarray(betas, dtype=float).tolist():
        a, variance = a * (1 - beta) ** 0.5, variance * (1 - beta) + beta
        found[0].append(a)
        found[1].append(variance**0.5)
    return found
