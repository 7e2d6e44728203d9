"""Hidden checks of chapter 18: a variational autoencoder (p.18.11)."""

import numpy as np
from numpy.testing import assert_allclose

from autograder.checks.ch18_generative.inputs_networks import (
    goes_on,
    joined,
    linear_decoder,
    modes_of_parts,
    slope_of_loss,
    slopes_of_draw,
    stirred,
)
from autograder.checks.ch18_generative.inputs_pictures import world
from autograder.testing import check
from autograder.testing.modules import (
    built,
    gradients_flow,
    has_two_modes,
    is_complete,
    outputs,
    repeats,
    tensor,
    weights_of,
)


def _kl(mu, logvar):
    """Of each row, in double precision."""
    return (0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)).sum(axis=1)


def _cross_entropy(logits, X):
    """Of each row, in double precision."""
    return (np.logaddexp(0, logits) - X * logits).sum(axis=1)


@check(
    "p.18.11", core=True, weight=2, hint="What is the standard deviation, if you know the logarithm of the variance?"
)
def test_codes_have_mean_and_spread(student, rng):
    """Codes are drawn with the means and the variances that are given, each independently of all others."""
    n = 4000
    mu, logvar = rng.normal(0, 2, 3), rng.permutation([-2.0, 0.3, 1.5])
    shape = (n, 3)
    z = outputs(student.reparameterize, np.broadcast_to(mu, shape), np.broadcast_to(logvar, shape), shape=shape)
    standard = (z - mu) / np.exp(logvar / 2)
    assert np.abs(standard.mean(axis=0)).max() < 0.1
    assert np.abs(standard.std(axis=0) - 1).max() < 0.08
    assert np.abs(np.corrcoef(standard.T) - np.eye(3)).max() < 0.1
    assert np.abs(np.mean(standard[1:] * standard[:-1])) < 0.06  # the next row draws its own
    assert 0.6 < np.mean(np.abs(standard) < 1) < 0.76  # as a normal distribution has


@check("p.18.11", core=True, hint="Draw noise that knows nothing of `mu` and `logvar`, and make the code of all three.")
def test_gradients_reach_mean_and_variance(student, rng):
    """A code moves with its mean, one to one, and with the logarithm of its variance by half its distance from the
    mean."""
    mu, logvar = (rng.normal(0, 1, (50, 4)).astype(np.float32) for _ in range(2))
    z, by_mu, by_logvar = (
        np.asarray(part) for part in student.probe_(slopes_of_draw)(student.reparameterize, mu, logvar)
    )
    assert_allclose(by_mu, 1, atol=1e-5)
    assert_allclose(by_logvar, (z - mu) / 2, atol=1e-4)


@check("p.18.11", hint="`torch.randn_like` draws from torch's global random numbers, which go on from draw to draw.")
def test_codes_come_from_torchs_random_numbers(student, rng):
    """`torch.manual_seed` decides which codes are drawn: the same ones after the same seed, others after another."""
    mu, logvar = (tensor(rng.normal(size=(6, 3))) for _ in range(2))

    def drawn(seed):
        return np.asarray(built(student, student.reparameterize, np.random.default_rng(seed), mu, logvar))

    repeats(drawn, tuple(int(seed) for seed in rng.permutation(1000)[:2]))


@check("p.18.11", core=True, weight=2, hint="It is never below 0, and 0 only where mu and logvar are. Over which axis?")
def test_kl_divergence(student, rng):
    """The KL divergence of each row is what the closed form gives, 0 for the standard normal distribution itself, and
    agrees with the mean over many draws of log q(z) - log p(z)."""
    for n, size in ((5, 1), (3, 4), (1, 7)):
        mu, logvar = rng.normal(0, 1.5, (n, size)), rng.normal(0, 1, (n, size))
        assert_allclose(outputs(student.kl_divergence, mu, logvar, shape=(n,)), _kl(mu, logvar), rtol=1e-4, atol=1e-5)
        nothing = np.zeros((n, size))
        assert_allclose(outputs(student.kl_divergence, nothing, nothing, shape=(n,)), 0, atol=1e-6)
    mu, logvar = rng.normal(0, 1, (1, 2)), rng.normal(0, 0.7, (1, 2))
    noise = rng.normal(size=(40_000, 2))
    z = mu + np.exp(logvar / 2) * noise
    drawn = 0.5 * (z**2 - noise**2 - logvar).sum(axis=1)
    found = float(outputs(student.kl_divergence, mu, logvar, shape=(1,))[0])
    assert abs(found - drawn.mean()) < 6 * drawn.std() / 200


@check("p.18.11", core=True, weight=2, hint="A sum over the pixels, the KL divergence beside it, then the mean.")
def test_loss_is_the_negative_elbo(student, rng):
    """The loss is the mean over the pictures of the binary cross entropy summed over pixels, plus beta times the KL
    divergence."""
    for n, d, size in ((6, 9, 3), (2, 20, 5)):
        logits, X = rng.normal(0, 2, (n, d)), rng.uniform(size=(n, d))
        mu, logvar = rng.normal(0, 1, (n, size)), rng.normal(0, 1, (n, size))
        sent = [tensor(value) for value in (logits, X, mu, logvar)]
        error, kl = _cross_entropy(logits, X), _kl(mu, logvar)
        found = [float(student.vae_loss(*sent)), *(float(student.vae_loss(*sent, beta=beta)) for beta in (0.0, 3.5))]
        assert_allclose(found, [(error + beta * kl).mean() for beta in (1.0, 0.0, 3.5)], rtol=1e-4)


@check("p.18.11", hint="Is there a logarithm of something that has become 0 in single precision?")
def test_loss_of_sure_decoders(student, rng):
    """The loss and its gradients are right where the decoder is very sure, and very wrong."""
    signs = rng.choice([-1.0, 1.0], (3, 8))
    logits, X = 60 * signs, (rng.permuted(np.tile([0.0, 1.0], (3, 4)), axis=1))
    zeros = np.zeros((3, 2))
    found, by_logits, *_ = (
        np.asarray(part)
        for part in student.probe_(slope_of_loss)(
            student.vae_loss, *(tensor(value) for value in (logits, X, zeros, zeros))
        )
    )
    assert_allclose(float(found), _cross_entropy(logits, X).mean(), rtol=1e-4)
    assert_allclose(by_logits, ((signs > 0) - X) / 3, atol=1e-4)


@check(
    "p.18.11", core=True, hint="Two outputs of the encoder have the length of the code; the decoder's has all pixels."
)
def test_shapes_of_the_vae(student, rng):
    """Encoder and decoder have the shapes that are asked for, for pictures and codes of any length; the decoder gives
    logits, which lie on both sides of 0, and the variance may be as small or large as it likes."""
    for d, size in ((64, 2), (int(rng.integers(10, 30)), int(rng.integers(3, 6)))):
        model = student.probe_(stirred)(built(student, student.VAE, rng, d, size, n_hidden=32), 1)
        X = rng.uniform(size=(40, d))
        mu, logvar = (np.asarray(part) for part in model.encode(tensor(X)))
        assert mu.shape == logvar.shape == (40, size)
        logits = outputs(model.decode, 5 * rng.normal(size=(40, size)), shape=(40, d))
        assert logits.min() < 0 < logits.max()
        whole = [np.asarray(part) for part in model(tensor(X))]
        assert [part.shape for part in whole] == [(40, d), (40, size), (40, size)]
    several = [student.probe_(stirred)(built(student, student.VAE, rng, 20, 3, n_hidden=32), at) for at in range(6)]
    logvars = np.array([np.asarray(model.encode(tensor(rng.uniform(size=(5, 20))))[1]) for model in several])
    assert logvars.min() < 0 < logvars.max()


@check("p.18.11", core=True, hint="`self.training` tells which mode a module is in.")
def test_draws_in_training_only(student, rng):
    """In training mode the code that is decoded is drawn anew each time; in evaluation mode it is the mean, and the
    same pictures come out each time."""
    model = built(student, student.VAE, rng, 20, 3, n_hidden=32)
    X = rng.uniform(size=(6, 20))
    has_two_modes(student.probe_(joined)(model), X)
    model.train(False)
    logits, mu, _ = (np.asarray(part) for part in model(tensor(X)))
    assert_allclose(logits, np.asarray(model.decode(tensor(mu))), atol=1e-5)
    again, *_ = model.encode(tensor(X))
    assert_allclose(np.asarray(again), mu, atol=1e-5)


@check("p.18.11", hint="Is each layer an attribute of the module, and used?")
def test_all_of_the_vae_can_learn(student, rng):
    """Every weight of the encoder and the decoder is registered, and gets a gradient."""

    def make():
        return student.probe_(joined)(built(student, student.VAE, rng, 20, 3, n_hidden=32))

    X = rng.uniform(size=(20, 20))
    gradients_flow(student, make(), X, rng=rng)
    is_complete(make, X, rng=rng)


def _unsure(decode, mu, logvar, X, rng) -> float:
    """Return the negative ELBO of pictures, one draw each."""
    z = mu + np.exp(logvar / 2) * rng.normal(size=mu.shape)
    return float((_cross_entropy(np.asarray(decode(tensor(z)), dtype=float), X) + _kl(mu, logvar)).mean())


@check(
    "p.18.11",
    core=True,
    weight=3,
    at_least=True,
    hint="Print both parts of the loss. Where the KL divergence goes to 0, no picture is told from another; where "
    "nothing holds it, codes lie where no new one will be.",
)
def test_learns_a_world_of_pictures(student, rng) -> float:
    """On pictures of made-up kinds that were not learned from, your model closes {threshold:.0%} of the gap between who
    knows each pixel's mean and who knows each picture."""
    kinds = world(rng, 6)
    (X, _), (held_out, _) = kinds.some(rng, 600), kinds.some(rng, 400)
    X, held_out = X.reshape(-1, 64), held_out.reshape(-1, 64)
    model = student.fit_vae(X, n_latent=2, n_epochs=40, seed=int(rng.integers(1000)))
    model.eval()
    mu, logvar = (np.asarray(part, dtype=float) for part in model.encode(tensor(held_out)))
    assert mu.shape == logvar.shape == (400, 2)
    found = _unsure(model.decode, mu, np.minimum(logvar, 50.0), held_out, rng)
    mean, sharp = (np.clip(value, 1e-3, 1 - 1e-3) for value in (X.mean(axis=0), held_out))
    worst, best = (_cross_entropy(np.log(p / (1 - p)), held_out).mean() for p in (mean, sharp))
    return float((worst - found) / (worst - best))


@check("p.18.11", core=True, hint="Codes come from N(0, I). What makes pixels of logits?")
def test_samples_are_decoded_from_standard_codes(student, rng):
    """With a model of ours: the codes are drawn from the standard normal distribution, and pixels are what the decoder
    says of them, in evaluation mode; a model that was in training mode is in it again."""
    weight, bias = rng.normal(0, 1, (7, 3)).astype(np.float32), rng.normal(size=7).astype(np.float32)
    model = student.probe_(linear_decoder)(weight, bias)
    modes = student.probe_(modes_of_parts)
    for training in (True, False):
        model.train(training)
        before = list(modes(model))
        found = np.asarray(student.sample_vae(model, 1500, 3, seed=int(rng.integers(1000))))
        assert found.shape == (1500, 7)
        assert list(modes(model)) == before
        z = np.asarray(model.codes())[-1500:]
        assert z.shape == (1500, 3)
        assert_allclose(found, 1 / (1 + np.exp(-(z @ weight.T + bias))), atol=1e-5)
        assert np.abs(z.mean(axis=0)).max() < 0.15
        assert np.abs(np.cov(z.T) - np.eye(3)).max() < 0.2


@check("p.18.11", hint="Do `n_latent` and `n_epochs` get from `fit_vae` to where they are used?")
def test_vae_is_trained_as_asked_for(student, rng):
    """The model that is trained has codes of the length asked for, and more epochs change it further."""
    X, size, seed = rng.uniform(size=(30, 12)).astype(np.float32), int(rng.integers(3, 7)), int(rng.integers(1000))
    model = goes_on(lambda n: student.fit_vae(X, n_latent=size, n_epochs=n, n_hidden=16, seed=seed))
    assert [np.asarray(part).shape for part in model.encode(tensor(X))] == [(30, size)] * 2


@check("p.18.11", hint="Which mode is it in after the last step of training, and which one is asked for?")
def test_trained_vae_is_ready_for_use(student, rng):
    """The model that was trained is handed back in evaluation mode."""
    X = rng.uniform(size=(30, 12)).astype(np.float32)
    assert student.fit_vae(X, n_latent=2, n_epochs=1, n_hidden=16).training is False


@check("p.18.11", hint="Weights, order, codes: all of them come from chance. Is the seed set first?")
def test_seeds_decide_vae_and_samples(student, rng):
    """The same seed trains the same model and draws the same pictures, another seed others."""
    X = rng.uniform(size=(30, 12)).astype(np.float32)
    seeds = tuple(int(seed) for seed in rng.permutation(1000)[:2])
    repeats(lambda seed: weights_of(student.fit_vae(X, n_latent=2, n_epochs=1, n_hidden=16, seed=seed)), seeds)
    model = built(student, student.VAE, rng, 12, 3)
    repeats(lambda seed: np.asarray(student.sample_vae(model, 4, 3, seed=seed)), seeds)
