"""Chapter 18, questions on models that generate (p.18.6 to p.18.9): the answers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

P_18_6 = """
A model that can make new rows, which look as if they came from where the training rows came from, and of which we may
often ask what they should show (a class, a text, the rest of a picture). An example among autoencoders is the
variational autoencoder: its codings are made to look like draws from a Gaussian, so that random draws from it, decoded,
are new rows. In an ordinary one nobody knows where sensible codings lie.
"""
P_18_6_RUBRIC = """
- 1 point: makes new rows that resemble the training rows
- 1 point: the variational autoencoder (a convincing other one counts, such as a GAN-like adversarial autoencoder)
"""


def draw_codings(codings: ArrayLike, n: int, seed: int = 42) -> NDArray[np.float64]:
    """Draw new codings from a Gaussian that is like those of the training rows: it has
    their mean, and their covariance, as ``np.cov`` has it.

    Parameters
    ----------
    codings : (m, k) of the training rows, with m larger than k and k 2 or more.
    n : how many new ones are drawn.
    seed : decides which: the same seed draws the same ones, another seed others.

    Returns
    -------
    (n, k)

    Examples
    --------
    >>> draw_codings([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0]], n=4).shape
    (4, 2)
    """
    known = np.asarray(codings, dtype=float)
    return np.random.default_rng(seed).multivariate_normal(known.mean(axis=0), np.cov(known, rowvar=False), n)


P_18_6_CHOICE: str = "variational autoencoder"

P_18_7 = """
Two networks that work against each other. The generator makes pictures (or whatever it is) of random numbers; the
discriminator is shown true ones and made ones, and has to tell which is which. They are trained in turn: the
discriminator to be right, the generator to make it say "true" of what was made. The better the one gets, the better the
other one has to become, until made pictures can hardly be told from true ones.

For example: to enlarge a photo with plausible details (super resolution), to colour old films, to fill a hole in a
picture or change it (an older face), to turn sketches into photos, to make faces of people who don't exist, or more
training pictures for another model.
"""
P_18_7_RUBRIC = """
- 1 point: a generator makes pictures from random numbers, a discriminator tells made ones from true ones
- 1 point: they are trained against each other, in turn
- 1 point: three tasks that a GAN does well
"""


def gan_losses(true_logits: ArrayLike, made_logits: ArrayLike) -> tuple[float, float]:
    """Return the losses of the discriminator and of the generator for a batch.

    The discriminator says how sure it is that a picture is true: it gives a logit, and
    the probability is its sigmoid. It is trained by the binary cross-entropy of all
    pictures of both kinds, with target 1 for true ones and 0 for made ones. The
    generator is trained by the binary cross-entropy of the made ones alone, with target
    1: so it is small if the discriminator is deceived.

    Parameters
    ----------
    true_logits : (n,) of true pictures.
    made_logits : (m,) of pictures that the generator has made. Logits may be as large
        as 1,000, of either sign; the losses have to be right (finite) then, too.

    Returns
    -------
    The discriminator's loss, a mean over all n + m pictures, and the generator's, a
    mean over the m made ones.

    Examples
    --------
    >>> d_loss, g_loss = gan_losses([0.0, 0.0], [0.0])
    >>> round(d_loss, 4), round(g_loss, 4)
    (0.6931, 0.6931)
    """
    true, made = np.asarray(true_logits, dtype=float), np.asarray(made_logits, dtype=float)
    # -log(sigmoid(x)) is log(1 + exp(-x)), and -log(1 - sigmoid(x)) is log(1 + exp(x)).
    of_discriminator = np.concatenate([np.logaddexp(0, -true), np.logaddexp(0, made)])
    return float(of_discriminator.mean()), float(np.logaddexp(0, -made).mean())


# For each task whether it is "one for a GAN" or "not one for a GAN".
P_18_7_CHOICE: dict[str, str] = {
    "A": "one for a GAN",
    "B": "not one for a GAN",
    "C": "one for a GAN",
    "D": "one for a GAN",
    "E": "not one for a GAN",
    "F": "not one for a GAN",
}

P_18_8 = """
Mode collapse: the generator finds a kind of picture that deceives the discriminator and makes nothing else; once the
discriminator has caught up, both move on to the next kind, and nothing ever becomes of the variety. Instability: it is
a game, not the descent of one loss, so weights may go round in circles or blow up, and small changes of a setting
(learning rates, layers) decide whether anything comes of it. Balance: if the discriminator is much better, the
generator learns nothing from it, and vice versa. And no loss tells how good the pictures are, or when to stop.
"""
P_18_8_RUBRIC = """
- 1 point: mode collapse: the generator loses its variety
- 1 point: training is unstable: both may oscillate instead of settling down, and it is very sensitive to settings
- 1 point: the two have to be kept in balance, or: losses don't tell how good the pictures are
"""


def play(x: float, y: float, rate: float, n_steps: int) -> NDArray[np.float64]:
    """Let two players descend at the same time, each its own loss.

    The first one chooses x, and its loss is x * y. The second one chooses y, and its
    loss is -x * y. In each step both go down the slope of their own loss, by gradient
    descent, both from where the other one was *before* the step.

    Parameters
    ----------
    x, y : where they begin.
    rate : the learning rate of both.
    n_steps : how many steps they take.

    Returns
    -------
    (n_steps + 1, 2), x and y at the beginning and after each step.

    Examples
    --------
    >>> play(1.0, 0.0, rate=0.5, n_steps=2).tolist()
    [[1.0, 0.0], [1.0, 0.5], [0.75, 1.0]]
    """
    path = [(x, y)]
    for _ in range(n_steps):
        x, y = x - rate * y, y + rate * x
        path.append((x, y))
    return np.array(path)


def modes_covered(made: ArrayLike, centres: ArrayLike, radius: float) -> float:
    """Return the share of the kinds of rows there are that a generator makes.

    Parameters
    ----------
    made : (n, d) rows that it has made, 1 or more.
    centres : (k, d) the middle of each kind.
    radius : a kind is made if some row lies no farther than this from its middle, by
        Euclidean distance.

    Examples
    --------
    >>> modes_covered([[0.1], [0.2]], centres=[[0.0], [5.0]], radius=1.0)
    0.5
    """
    rows, middles = np.asarray(made, dtype=float), np.asarray(centres, dtype=float)
    apart = np.linalg.norm(rows[:, None] - middles, axis=2)  # (n, k)
    return float((apart <= radius).any(axis=0).mean())


P_18_9 = """
Good at: pictures of high quality *and* great variety, more faithful to all that is in the training set than a GAN's;
training is stable, for there is one network with one plain loss (guess the noise that was added); and they are easily
told what to draw, by a class or a text. Their limit: to make a picture takes many steps, often hundreds, each a pass
through a large network, so they are slow. (Samplers such as DDIM need fewer steps, and latent diffusion takes them in a
smaller space.)
"""
P_18_9_RUBRIC = """
- 1 point: high quality and variety
- 1 point: stable, simple training (or: easily conditioned)
- 1 point: slow, since many steps are needed for one picture
"""


def noise_levels(betas: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what is left of a picture after each step of the forward process, and how
    much noise there is.

    Step t makes sqrt(1 - beta_t) * x + sqrt(beta_t) * e of x, with new standard
    Gaussian noise e in each step. So after t steps what was x_0 is a * x_0 plus
    Gaussian noise that has the standard deviation s.

    Parameters
    ----------
    betas : (T,) from 0 to 1, for the steps 1 to T.

    Returns
    -------
    a : (T,), after each of the steps.
    s : (T,), after each of the steps.

    Examples
    --------
    >>> a, s = noise_levels([0.36, 0.75])
    >>> a.round(6).tolist(), s.round(6).tolist()
    ([0.8, 0.4], [0.6, 0.916515])
    """
    left = np.cumprod(1 - np.asarray(betas, dtype=float))  # of the variance
    return np.sqrt(left), np.sqrt(1 - left)


# For each statement the kind of model of which it is true.
P_18_9_CHOICE: dict[str, str] = {
    "A": "diffusion",
    "B": "GAN",
    "C": "GAN",
    "D": "diffusion",
    "E": "diffusion",
    "F": "GAN",
}
