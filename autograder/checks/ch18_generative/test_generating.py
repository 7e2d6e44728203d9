"""Hidden checks of chapter 18: questions on models that generate (p.18.6 to p.18.9)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from scipy.spatial import cKDTree
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder.testing import check
from autograder.testing.closed import ask_all, chosen

# ---------------------------------------------------------------- p.18.6


@check(
    "p.18.6",
    core=True,
    weight=2,
    hint="Which parameters has a Gaussian in several dimensions? Are the columns of codings independent?",
)
def test_draws_have_mean_and_covariance(student, rng):
    """Many new codings have the mean and the covariance of the known ones, and are Gaussian, whatever the known ones
    are like."""
    for k, m in ((2, 5), (int(rng.integers(3, 6)), 30)):  # of few rows one less is a fifth less
        known = rng.exponential(1, (m, k)) @ rng.normal(size=(k, k)) + rng.normal(0, 5, k)
        found = np.asarray(student.draw_codings(known, 20_000, seed=int(rng.integers(1_000))), dtype=float)
        assert found.shape == (20_000, k)
        spread = known.std(axis=0, ddof=1)
        assert_allclose((found.mean(axis=0) - known.mean(axis=0)) / spread, 0, atol=0.05)
        scale = np.outer(spread, spread)
        apart = known - known.mean(axis=0)
        assert_allclose(np.cov(found.T) / scale, apart.T @ apart / (m - 1) / scale, atol=0.1)
        along = (found - found.mean(axis=0)) @ rng.normal(size=k)
        assert abs(np.mean((along / along.std()) ** 4) - 3) < 0.3  # exponentials have 9


@check("p.18.6", hint="Who gets the seed?")
def test_seeds_decide_the_draws(student, rng):
    """The same seed draws the same codings, another one others, and as many as are asked for."""
    known, n = rng.normal(size=(20, 3)), int(rng.integers(2, 40))
    one, other, again = (np.asarray(student.draw_codings(known, n, seed=seed)) for seed in (1, 2, 1))
    assert one.shape == (n, 3)
    assert_allclose(one, again)
    assert not np.allclose(one, other)
    assert len(np.unique(one.round(9), axis=0)) == n


AUTOENCODERS = ["denoising autoencoder", "sparse autoencoder", "variational autoencoder", "stacked autoencoder"]


@check("p.18.6", hint="In which of them has training seen to it that random codings are sensible ones?")
def test_the_generative_one(student, rng):
    """The autoencoder is chosen that is a generative model."""
    student.draw_codings([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0]], 2)
    chosen(student.P_18_6_CHOICE, AUTOENCODERS, right=["variational autoencoder"])


# ---------------------------------------------------------------- p.18.7


@check(
    "p.18.7",
    core=True,
    weight=2,
    hint="Which target has the discriminator for made pictures, and which the generator? Of how many is the mean?",
)
def test_losses_of_both(student, rng):
    """Both losses are PyTorch's binary cross-entropies, for batches with as many made pictures as true ones, or not."""
    for n, m in ((6, 6), (int(rng.integers(2, 9)), int(rng.integers(10, 20))), (1, 4)):
        true, made = rng.normal(1, 2, n), rng.normal(-1, 2, m)
        logits = torch.tensor(np.concatenate([true, made]))
        targets = torch.tensor([1.0] * n + [0.0] * m, dtype=torch.float64)
        wanted = (
            binary_cross_entropy_with_logits(logits, targets).item(),
            binary_cross_entropy_with_logits(logits[n:], torch.ones(m, dtype=torch.float64)).item(),
        )
        assert_allclose(np.array([float(loss) for loss in student.gan_losses(true, made)]), wanted, rtol=1e-5)


@check("p.18.7", hint="exp(1000) is too large for a float. What is log(1 + exp(x)) if x is very large?")
def test_sure_discriminators_have_finite_losses(student, rng):
    """Very large logits give right losses, too."""
    found = [float(loss) for loss in student.gan_losses([900.0, -600.0], [-800.0, 1_000.0, -1_000.0])]
    assert_allclose(found, [(0 + 600 + 0 + 1_000 + 0) / 5, (800 + 0 + 1_000) / 3], rtol=1e-6)


TASKS = {letter: letter in "ACD" for letter in "ABCDEF"}


@check("p.18.7", hint="Is something new to be made, for which there is no single right answer?")
def test_tasks_for_a_gan(student, rng):
    """The tasks are found for which a network that makes something is wanted."""
    student.gan_losses([0.0], [0.0])
    found = student.P_18_7_CHOICE
    assert isinstance(found, dict)
    assert found.keys() == TASKS.keys()
    for letter, fits in TASKS.items():
        chosen(
            found[letter],
            ["one for a GAN", "not one for a GAN"],
            right=["one for a GAN" if fits else "not one for a GAN"],
        )


# ---------------------------------------------------------------- p.18.8


def _played(x, y, rate, n_steps):
    """By powers of the complex number that a step multiplies x + iy by."""
    return (x + 1j * y) * (1 + 1j * rate) ** np.arange(n_steps + 1)


@check(
    "p.18.8",
    core=True,
    weight=2,
    hint="The slope of x * y in x is y. Whose old place does the second player see?",
)
def test_two_players_never_settle(student, rng):
    """The places of both players are right at the beginning and after each step, for all rates."""
    for n_steps in (0, 1, 7, 40):
        x, y, rate = rng.normal(), rng.normal(), rng.uniform(0.05, 0.6)
        found = np.asarray(student.play(x, y, rate, n_steps), dtype=float)
        assert found.shape == (n_steps + 1, 2)
        wanted = _played(x, y, rate, n_steps)
        assert_allclose(found[:, 0] + 1j * found[:, 1], wanted, rtol=1e-6, atol=1e-9 * abs(wanted).max())


@check("p.18.8", core=True, hint="Of what is it a share: of the rows, or of the kinds?")
def test_kinds_that_are_made(student, rng):
    """The share of the kinds that are made is right: all of them, some, or none, however often each is made."""

    def covered(made, centres, radius):
        return float(np.mean([bool(near) for near in cKDTree(made).query_ball_point(centres, radius)]))

    cases = []
    for number in range(12):
        d, k = int(rng.integers(1, 4)), int(rng.integers(2, 9))
        centres = 10.0 * rng.permutation(20)[:k, None] + rng.normal(size=(k, d))
        made_of = rng.permutation(k)[: 1 + number % k]
        made = centres[rng.choice(made_of, 30)] + rng.normal(0, 0.5, (30, d))
        cases.append((made, centres, float(rng.uniform(0.3, 1.5))))
    cases += [(np.zeros((5, 2)), np.array([[3.0, 4.0], [0.0, 0.0]]), 5.0), (np.zeros((5, 2)), np.ones((3, 2)), 0.5)]
    cases += [(np.zeros((5, 2)), np.array([[3.0, -4.0], [0.0, 0.0], [-4.0, 3.0]]), 4.5)]  # each coordinate is nearer
    ask_all(student.modes_covered, covered, cases)


# ---------------------------------------------------------------- p.18.9


@check(
    "p.18.9",
    core=True,
    weight=2,
    hint="Each step multiplies what was there, old noise too. Independent noises add up by their variances.",
)
def test_signal_and_noise(student, rng):
    """What is left of the picture, and how much noise there is, is right after each step, for all schedules."""
    for T in (1, 2, int(rng.integers(5, 30)), 1_000):
        betas = rng.uniform(1e-3, 0.02 if T == 1_000 else 0.6, T)
        signal, variance, wanted = 1.0, 0.0, []
        for beta in betas.tolist():
            signal, variance = (1 - beta) ** 0.5 * signal, (1 - beta) * variance + beta
            wanted.append((signal, variance**0.5))
        a, s = student.noise_levels(betas)
        found = np.stack([np.asarray(a, dtype=float), np.asarray(s, dtype=float)], axis=1)
        assert_allclose(found, wanted, rtol=1e-4)


KINDS = {"A": "diffusion", "B": "GAN", "C": "GAN", "D": "diffusion", "E": "diffusion", "F": "GAN"}


@check(
    "p.18.9", hint="How many networks are trained, what is asked of them, and how often is one called for a picture?"
)
def test_diffusion_or_gan(student, rng):
    """Each statement is given to the kind of model of which it is true."""
    student.noise_levels([0.1])
    found = student.P_18_9_CHOICE
    assert isinstance(found, dict)
    assert found.keys() == KINDS.keys()
    for letter, kind in KINDS.items():
        chosen(found[letter], ["GAN", "diffusion"], right=[kind])
