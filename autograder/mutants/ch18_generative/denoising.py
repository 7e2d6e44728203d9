"""Wrong and right answers of chapter 18: a denoising autoencoder (p.18.10)."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import mse_loss

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- autoencoders


def _dense(n_in, n_out):
    return [nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out), nn.ReLU()]


class _Denoising(nn.Module):
    """A right one; what is wrong is overridden."""

    def __init__(self, n_inputs, n_codings=64, noise=0.5):
        super().__init__()
        self.n_inputs, self.n_codings, self.noise = n_inputs, n_codings, noise
        self.encoder = nn.Sequential(*_dense(n_inputs, 120), *_dense(120, 120), nn.Linear(120, n_codings))
        self.decoder = nn.Sequential(*_dense(n_codings, 120), nn.Linear(120, n_inputs))

    def noisy(self, X):
        return X + self.noise * torch.randn_like(X) if self.training else X

    def forward(self, X):
        return self.decoder(self.encoder(self.noisy(X)))


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_codings_and_rows")
class OnlyFewerCodings(_Denoising):
    """Your autoencoder has never more codings than inputs: it is to have as many as are asked for."""

    def __init__(self, n_inputs, n_codings=64, noise=0.5):
        super().__init__(n_inputs, min(n_inputs, n_codings), noise)


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_codings_and_rows")
class EncoderInAList(_Denoising):
    """Your decoder's layers are in a list, where PyTorch does not find them: use `nn.ModuleList` or `nn.Sequential`."""

    def __init__(self, n_inputs, n_codings=64, noise=0.5):
        super().__init__(n_inputs, n_codings, noise)
        del self.decoder
        self.layers = [nn.Linear(n_codings, 80), nn.ReLU(), nn.Linear(80, n_inputs)]

    def decoder(self, X):
        for layer in self.layers:
            X = layer(X)
        return X


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class NoiseAlways(_Denoising):
    """You add noise in evaluation mode, too: ask `self.training`."""

    def noisy(self, X):
        return X + self.noise * torch.randn_like(X)


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class NoiseElsewhere(_Denoising):
    """Your module adds no noise, even in training mode: it is to do so itself, not whoever trains it."""

    def noisy(self, X):
        return X


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class UniformNoise(_Denoising):
    """`torch.rand` is uniform from 0 to 1: Gaussian noise around 0 is asked for."""

    def noisy(self, X):
        return X + self.noise * torch.rand_like(X) if self.training else X


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class Variance(_Denoising):
    """`noise` is a standard deviation; you take it for a variance."""

    def noisy(self, X):
        return X + self.noise**0.5 * torch.randn_like(X) if self.training else X


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class CutOff(_Denoising):
    """You cut noisy rows off at 0 and 1, so that their noise is no Gaussian's any more: leave them as they are."""

    def noisy(self, X):
        return super().noisy(X).clamp(0, 1) if self.training else X


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class OneNumberForEachRow(_Denoising):
    """You draw one number for a whole row, which makes it brighter or darker: each pixel needs its own."""

    def noisy(self, X):
        return X + self.noise * torch.randn(len(X), 1) if self.training else X


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class SameNoiseInAllRows(_Denoising):
    """All rows of a batch get the same noise: draw as much of it as there are numbers, `torch.randn_like(X)`."""

    def noisy(self, X):
        return X + self.noise * torch.randn(X.shape[1]) if self.training else X


@mutant("p.18.10", replaces="DenoisingAutoencoder", fails="test_noise_in_training_mode_only")
class NoiseOnCodings(_Denoising):
    """You add the noise to the codings: it is the rows that are to be noisy."""

    def forward(self, X):
        return self.decoder(self.noisy(self.encoder(X)))


# ---------------------------------------------------------------- pretraining


def _pretrain(X, n_codings, noise, n_epochs, seed, *, lr=0.003, loss=None, make=_Denoising, batch=50):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X), dtype=torch.float32)
    model = make(X.shape[1], n_codings, noise)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(batch):
            if len(rows) > 1:
                value = mse_loss(model(X[rows]), X[rows]) if loss is None else loss(model, X[rows])
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
    return model.eval()


def _noisy_for_both(model, rows):
    noisy = model.noisy(rows)
    return mse_loss(model.decoder(model.encoder(noisy)), noisy)


@naive("p.18.10", replaces="pretrain", fails="test_takes_noise_away")
def noisy_targets(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """You ask the network for the noisy rows that it was given: the loss has to compare with the clean ones."""
    return _pretrain(X, n_codings, noise, n_epochs, seed, loss=_noisy_for_both)


@naive("p.18.10", replaces="pretrain", fails="test_takes_noise_away")
def without_noise(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """You train without noise: is the autoencoder in training mode, and does it get the `noise` that you are given?"""
    return _pretrain(X, n_codings, 0.0, n_epochs, seed)


@naive("p.18.10", replaces="pretrain", fails="test_few_labels_are_enough")
def untrained(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """The autoencoder's weights never change: do you call the optimiser's `step`?"""
    torch.manual_seed(seed)
    return _Denoising(np.shape(X)[1], n_codings, noise).eval()


@mutant("p.18.10", replaces="pretrain", fails="test_seeds_decide")
def one_seed_for_all(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` first."""
    return _pretrain(X, n_codings, noise, n_epochs, 42)


@mutant("p.18.10", replaces="pretrain", fails="test_seeds_decide")
def seed_comes_late(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """The weights are drawn before you set the seed."""
    model = _Denoising(np.shape(X)[1], n_codings, noise)
    return _pretrain(X, n_codings, noise, n_epochs, seed, make=lambda *sizes: model)


@mutant("p.18.10", replaces="pretrain", fails="test_pretraining_is_as_asked_for")
def codings_not_handed_on(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """Your autoencoder has as many codings as it comes with: hand `n_codings` on to it."""
    return _pretrain(X, 64, noise, n_epochs, seed)


@mutant("p.18.10", replaces="pretrain", fails="test_pretraining_is_as_asked_for")
def noise_not_handed_on(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """Your autoencoder makes as much noise as it comes with: hand `noise` on to it."""
    return _pretrain(X, n_codings, 0.5, n_epochs, seed)


@mutant("p.18.10", replaces="pretrain", fails="test_pretraining_is_as_asked_for")
def epochs_of_your_own(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """You train for as many epochs as you like: `n_epochs` says how many."""
    return _pretrain(X, n_codings, noise, 3, seed)


@mutant("p.18.10", replaces="pretrain", fails="test_trained_networks_are_ready_for_use")
def still_in_training_mode(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """You hand the autoencoder back in training mode, where it adds noise to whatever it is given: call `eval()`."""
    return _pretrain(X, n_codings, noise, n_epochs, seed).train()


# ---------------------------------------------------------------- top rows


def _asked(encoder, X):
    with torch.no_grad():
        return encoder(torch.tensor(np.array(X), dtype=torch.float32)).numpy()


@mutant("p.18.10", replaces="top_images", fails="test_rows_that_a_unit_likes_best")
def smallest_first(encoder, X, unit, k):
    """`argsort` sorts in ascending order: you return the rows that the unit likes least."""
    was = encoder.training
    found = np.argsort(_asked(encoder.eval(), X)[:, unit])[:k]
    encoder.train(was)
    return found


@mutant("p.18.10", replaces="top_images", fails="test_rows_that_a_unit_likes_best")
def strongest_of_either_sign(encoder, X, unit, k):
    """You go by the absolute value: a coding far below 0 is a small one."""
    was = encoder.training
    found = np.argsort(-abs(_asked(encoder.eval(), X)[:, unit]))[:k]
    encoder.train(was)
    return found


@mutant("p.18.10", replaces="top_images", fails="test_rows_that_a_unit_likes_best")
def in_the_mode_it_has(encoder, X, unit, k):
    """You ask the encoder in the mode that it happens to be in: call `eval()` first, and put its mode back."""
    return np.argsort(-_asked(encoder, X)[:, unit])[:k]


@mutant("p.18.10", replaces="top_images", fails="test_rows_that_a_unit_likes_best")
def left_in_evaluation_mode(encoder, X, unit, k):
    """You leave the encoder in evaluation mode: put it back into the mode that it was in."""
    return np.argsort(-_asked(encoder.eval(), X)[:, unit])[:k]


# ---------------------------------------------------------------- right


@alternative("p.18.10", replaces="DenoisingAutoencoder")
class NoiseInTheEncoder(nn.Module):
    """A layer of noise is part of the encoder; the decoder ends in a sigmoid."""

    class Noise(nn.Module):
        def __init__(self, std):
            super().__init__()
            self.std = std

        def forward(self, X):
            return torch.normal(X, self.std) if self.training and self.std else X

    def __init__(self, n_inputs, n_codings=64, noise=0.5):
        super().__init__()
        self.n_inputs, self.n_codings, self.noise = n_inputs, n_codings, noise
        self.encoder = nn.Sequential(self.Noise(noise), *_dense(n_inputs, 150), nn.Linear(150, n_codings))
        self.decoder = nn.Sequential(nn.ReLU(), *_dense(n_codings, 150), nn.Linear(150, n_inputs), nn.Sigmoid())

    def forward(self, X):
        return self.decoder(self.encoder(X))


@alternative("p.18.10", replaces="pretrain")
def by_adam(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """Adam at one rate, a network of its own."""
    return _pretrain(X, n_codings, noise, n_epochs, seed)


@alternative("p.18.10", replaces="pretrain")
def by_sgd(X, n_codings=64, noise=0.5, n_epochs=10, seed=42):
    """Stochastic gradient descent with momentum, and the sum of squares of each row."""
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X)).float()
    model = _Denoising(X.shape[1], n_codings, noise)
    optimizer = torch.optim.SGD(model.parameters(), 0.2, momentum=0.9, nesterov=True)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_epochs)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).chunk(max(1, len(X) // 20)):
            optimizer.zero_grad()
            (model(X[rows]) - X[rows]).square().mean().backward()
            optimizer.step()
        falling.step()
    return model.eval()


@alternative("p.18.10", replaces="top_images")
def by_topk(encoder, X, unit, k):
    """By `torch.topk`, as a list."""
    was = encoder.training
    encoder.train(False)
    with torch.inference_mode():
        found = encoder(torch.as_tensor(np.asarray(X, dtype=np.float32))).select(1, unit).topk(k).indices
    encoder.train(was)
    return found.tolist()
