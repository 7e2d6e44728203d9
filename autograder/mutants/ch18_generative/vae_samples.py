"""Wrong and right answers of chapter 18: new pictures of a variational autoencoder (p.18.11)."""

import numpy as np
import torch

from autograder.testing import alternative, mutant


def _sampled(model, n, n_latent, seed, *, spread=1.0, pixels=torch.sigmoid, noise=torch.randn):
    was, model = model.training, model.eval()
    z = spread * noise(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        found = pixels(model.decode(z)).numpy()
    model.train(was)
    return found


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def logits_returned(model, n, n_latent, seed=42):
    """You return logits: the sigmoid makes pixels of them."""
    return _sampled(model, n, n_latent, seed, pixels=lambda logits: logits)


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def logits_cut_off(model, n, n_latent, seed=42):
    """You cut logits off at 0 and 1: the sigmoid makes pixels of them."""
    return _sampled(model, n, n_latent, seed, pixels=lambda logits: logits.clamp(0, 1))


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def pixels_drawn(model, n, n_latent, seed=42):
    """You draw each pixel, black or white: asked for are the means, which the sigmoid gives."""
    return _sampled(model, n, n_latent, seed, pixels=lambda logits: torch.bernoulli(logits.sigmoid()))


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def uniform_codes(model, n, n_latent, seed=42):
    """Your codes come from `rand`, between 0 and 1: take `randn`."""
    return _sampled(model, n, n_latent, seed, noise=torch.rand)


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def dropout_left_on(model, n, n_latent, seed=42):
    """You ask the model in the mode that it happens to be in: call `eval()`, and put the mode back afterwards."""
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return model.decode(z).sigmoid().numpy()


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def mode_not_put_back(model, n, n_latent, seed=42):
    """You leave the model in evaluation mode, even if somebody is about to train it."""
    model.eval()
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return model.decode(z).sigmoid().numpy()


@mutant("p.18.11", replaces="sample_vae", fails="test_seeds_decide_vae_and_samples")
def same_samples_always(model, n, n_latent, seed=42):
    """You don't use the seed that you are given."""
    return _sampled(model, n, n_latent, 0)


@alternative("p.18.11", replaces="sample_vae")
def in_two_batches(model, n, n_latent, seed=42):
    """With a seed that is put back afterwards, in parts, and in NumPy's doubles."""
    was = model.training
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        z = torch.randn(n, n_latent)
        model.eval()
        parts = [model.decode(some).double() for some in z.split(200)]
    model.train(was)
    return 1 / (1 + np.exp(-torch.cat(parts).numpy()))
