"""Wrong and right answers of chapter 18: semantic hashing (tf1.15.9)."""

from collections import Counter

import numpy as np
import torch
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- autoencoders


class _Hashing(nn.Module):
    """A small one; what is wrong with it is overridden."""

    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__()
        self.noise = noise
        self.body = nn.Sequential(nn.Linear(n_inputs, 80), nn.BatchNorm1d(80), nn.ReLU(), nn.Linear(80, n_bits))
        self.decoder = nn.Sequential(nn.Linear(n_bits, 80), nn.ReLU(), nn.Linear(80, n_inputs))

    def encode(self, X):
        Z = self.body(X)
        return torch.sigmoid(Z + self.noise * torch.randn_like(Z) if self.training else Z)

    def forward(self, X):
        return self.decoder(self.encode(X))


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_codings_are_between_0_and_1")
class WithoutSigmoid(_Hashing):
    """Your codings are any numbers: the coding layer needs a sigmoid, which keeps them between 0 and 1."""

    def encode(self, X):
        Z = self.body(X)
        return Z + self.noise * torch.randn_like(Z) if self.training else Z


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_codings_are_between_0_and_1")
class Rounded(_Hashing):
    """You round the codings in the network: rounding has no slope, so nothing below it learns."""

    def encode(self, X):
        return super().encode(X).round()


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_noise_goes_into_the_sigmoid")
class HashesWithNoise(_Hashing):
    """You add noise in evaluation mode, too: then a picture has another hash each time. Ask `self.training`."""

    def encode(self, X):
        Z = self.body(X)
        return torch.sigmoid(Z + self.noise * torch.randn_like(Z))


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_noise_goes_into_the_sigmoid")
class NoiseOnTheWayBackOnly(_Hashing):
    """You add noise in `forward`, and `encode` has none in training mode: let `forward` decode what `encode` gives."""

    def encode(self, X):
        return torch.sigmoid(self.body(X))

    def forward(self, X):
        Z = self.body(X)
        return self.decoder(torch.sigmoid(Z + self.noise * torch.randn_like(Z) if self.training else Z))


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_noise_goes_into_the_sigmoid")
class NoiseBehindTheSigmoid(_Hashing):
    """You add the noise to what comes out of the sigmoid: large weights can't escape it there."""

    def encode(self, X):
        codings = torch.sigmoid(self.body(X))
        return (codings + self.noise * torch.randn_like(codings)).clamp(1e-3, 0.999) if self.training else codings


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_noise_goes_into_the_sigmoid")
class NoVariance(_Hashing):
    """`noise` is a standard deviation; you take it for a variance."""

    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__(n_inputs, n_bits, noise**0.5)


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_noise_goes_into_the_sigmoid")
class OneNumberForTheBatch(_Hashing):
    """You draw one number for the whole batch: each coding of each row needs its own."""

    def encode(self, X):
        Z = self.body(X)
        return torch.sigmoid(Z + self.noise * torch.randn(1) if self.training else Z)


@mutant("tf1.15.9", replaces="HashingAutoencoder", fails="test_noise_goes_into_the_sigmoid")
class HashesWithUniformNoise(_Hashing):
    """`torch.rand` is uniform from 0 to 1: Gaussian noise around 0 is asked for."""

    def encode(self, X):
        Z = self.body(X)
        return torch.sigmoid(Z + self.noise * torch.rand_like(Z) if self.training else Z)


class _Normalised(_Hashing):
    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__(n_inputs, n_bits, noise)
        self.body.append(nn.BatchNorm1d(n_bits, affine=False))


# ---------------------------------------------------------------- training


def _fit(X, make, n_bits, noise, n_epochs, seed, *, lr=0.005, batch=50, loss=None):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X), dtype=torch.float32)
    model = make(X.shape[1], n_bits, noise)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(batch):
            found = model(X[rows])
            value = ((found - X[rows]) ** 2).mean() if loss is None else loss(found, X[rows])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
    return model.eval()


@naive("tf1.15.9", replaces="fit_hashing", fails="test_neighbours_share_labels")
def untrained_hashes(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """The weights never change: do you call the optimiser's `step`?"""
    torch.manual_seed(seed)
    return _Hashing(np.shape(X)[1], n_bits, noise).eval()


@naive("tf1.15.9", replaces="fit_hashing", fails="test_neighbours_share_labels")
def hashing_without_noise(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """You train without noise: then codings in the middle tell small things, and rounding destroys them. Is the model
    in training mode, and does it get the `noise` that you are given?"""
    return _fit(X, _Hashing, n_bits, 0.0, n_epochs, seed)


class _Components(nn.Module):
    def __init__(self, pca, n_bits):
        super().__init__()
        W, mean = torch.tensor(pca.components_).float(), torch.tensor(pca.mean_).float()
        self.body = nn.Linear(len(mean), n_bits)
        with torch.no_grad():
            self.body.weight.copy_(W)
            self.body.bias.copy_(-W @ mean)

    def encode(self, X):
        return torch.sigmoid(self.body(X))

    def forward(self, X):
        return torch.logit(self.encode(X)) @ self.body.weight


@naive("tf1.15.9", replaces="fit_hashing", fails="test_neighbours_share_labels")
def principal_components(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """The signs of principal components are no learned hash: the later components are mostly noise."""
    pca = PCA(min(n_bits, *np.shape(X)), random_state=seed).fit(np.asarray(X))
    return _Components(pca, len(pca.components_)).eval()


@mutant("tf1.15.9", replaces="fit_hashing", fails="test_neighbours_share_labels")
def other_rows(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """You compare what comes out with other rows: use the same order for inputs and targets."""
    return _fit(X, _Hashing, n_bits, noise, n_epochs, seed, loss=lambda found, rows: ((found - rows[torch.randperm(len(rows))]) ** 2).mean())  # noqa: E501  # fmt: skip


@mutant("tf1.15.9", replaces="fit_hashing", fails="test_codings_are_nearly_bits")
def normalised(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """You normalise what goes into the sigmoid: so it can't grow, and the codings stay in the middle."""
    return _fit(X, _Normalised, n_bits, noise, n_epochs, seed)


@mutant("tf1.15.9", replaces="fit_hashing", fails="test_hashing_is_trained_as_asked_for")
def thirty_bits_always(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """Your autoencoder always has 30 codings: hand `n_bits` on to it."""
    return _fit(X, _Hashing, 30, noise, n_epochs, seed)


@mutant("tf1.15.9", replaces="fit_hashing", fails="test_hashing_is_trained_as_asked_for")
def noise_of_four_always(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """Your autoencoder always has a noise of 4: hand `noise` on to it."""
    return _fit(X, _Hashing, n_bits, 4.0, n_epochs, seed)


@mutant("tf1.15.9", replaces="fit_hashing", fails="test_trained_hashing_is_ready_for_use")
def hashing_still_in_training_mode(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """You hand the autoencoder back in training mode, where a page has other codings each time: call `eval()`."""
    return _fit(X, _Hashing, n_bits, noise, n_epochs, seed).train()


@mutant("tf1.15.9", replaces="fit_hashing", fails="test_seeds_decide_hashes")
def one_seed_for_all_hashes(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` first."""
    return _fit(X, _Hashing, n_bits, noise, n_epochs, 42)


# ---------------------------------------------------------------- hashes


def _codings(autoencoder, X):
    with torch.no_grad():
        return autoencoder.encode(torch.tensor(np.array(X), dtype=torch.float32))


@mutant("tf1.15.9", replaces="hash_bits", fails="test_codings_are_rounded")
def hashes_in_the_mode_it_has(autoencoder, X):
    """You ask the autoencoder in the mode that it happens to be in: call `eval()` first, and put its mode back."""
    return (_codings(autoencoder, X) > 0.5).int().numpy()


@mutant("tf1.15.9", replaces="hash_bits", fails="test_codings_are_rounded")
def hashing_left_in_evaluation_mode(autoencoder, X):
    """You leave the autoencoder in evaluation mode: put it back into the mode that it was in."""
    return (_codings(autoencoder.eval(), X) > 0.5).int().numpy()


@mutant("tf1.15.9", replaces="hash_bits", fails="test_codings_are_rounded")
def half_is_one(autoencoder, X):
    """A coding of exactly 0.5 is a 0: only larger ones are a 1."""
    was, autoencoder = autoencoder.training, autoencoder.eval()
    found = (_codings(autoencoder, X) >= 0.5).int().numpy()
    autoencoder.train(was)
    return found


@mutant("tf1.15.9", replaces="hash_bits", fails="test_codings_are_rounded")
def above_the_mean(autoencoder, X):
    """You compare each coding with the mean of these rows: a row's hash must not depend on the other rows."""
    was, autoencoder = autoencoder.training, autoencoder.eval()
    codings = _codings(autoencoder, X)
    autoencoder.train(was)
    return (codings > codings.mean(dim=0)).int().numpy()


@mutant("tf1.15.9", replaces="hash_bits", fails="test_codings_are_rounded")
def codings_as_they_are(autoencoder, X):
    """You return the codings as they are: a hash is made of whole numbers, 0 and 1."""
    was, autoencoder = autoencoder.training, autoencoder.eval()
    codings = _codings(autoencoder, X)
    autoencoder.train(was)
    return codings.numpy()


@mutant("tf1.15.9", replaces="within", fails="test_hashes_within_a_radius")
def nearer_than(hashes, query, radius):
    """A hash that differs in just `radius` bits is near, too: `<=`."""
    return np.flatnonzero((np.asarray(hashes) != np.asarray(query)).sum(axis=1) < radius)


@mutant("tf1.15.9", replaces="within", fails="test_hashes_within_a_radius")
def same_number_of_ones(hashes, query, radius):
    """You compare how many ones two hashes have: what counts is in how many places they differ."""
    return np.flatnonzero(abs(np.sum(hashes, axis=1).astype(int) - int(np.sum(query))) <= radius)


@mutant("tf1.15.9", replaces="within", fails="test_hashes_may_be_small_numbers")
def difference_of_small_numbers(hashes, query, radius):
    """You subtract hashes: in uint8, 0 - 1 is 255. Compare them by `!=`, or make them larger numbers first."""
    return np.flatnonzero(abs(np.asarray(hashes) - np.asarray(query)).sum(axis=1) <= radius)


@mutant("tf1.15.9", replaces="within", fails="test_hashes_within_a_radius")
def nearest_first(hashes, query, radius):
    """You sort by distance: the indices are wanted in ascending order."""
    apart = (np.asarray(hashes) != np.asarray(query)).sum(axis=1)
    return np.argsort(apart, kind="stable")[: (apart <= radius).sum()]


def _pure(hashes, y, radius, weigh, alone=False, itself=True):
    table, y = np.asarray(hashes).astype(float), np.asarray(y)
    near = cdist(table, table, "cityblock") <= radius + 0.5
    values, weights = [], []
    for row, one in enumerate(near):
        mine = one.copy()
        mine[row] = itself
        if one.sum() > 1 or alone:
            counts = np.array(list(Counter(y[mine].tolist()).values()))
            values.append(((counts / counts.sum()) ** 2).sum())
            weights.append(weigh(one.sum()))
    return float(np.average(values, weights=weights)) if values else float("nan")


@mutant("tf1.15.9", replaces="purity", fails="test_purity_of_neighbourhoods")
def with_lonely_rows(hashes, y, radius=0):
    """You count rows that are alone, which are pure whatever they are: leave them out."""
    return _pure(hashes, y, radius, lambda n: 1, alone=True)


@mutant("tf1.15.9", replaces="purity", fails="test_purity_of_neighbourhoods")
def each_bucket_once(hashes, y, radius=0):
    """You count each bucket once, however many rows it has: the mean is over rows."""
    return _pure(hashes, y, radius, lambda n: 1 / n)


@mutant("tf1.15.9", replaces="purity", fails="test_purity_of_neighbourhoods")
def impurity(hashes, y, radius=0):
    """That is the Gini impurity: the purity is 1 minus it."""
    return 1 - _pure(hashes, y, radius, lambda n: 1)


@mutant("tf1.15.9", replaces="purity", fails="test_purity_of_neighbourhoods")
def without_the_row(hashes, y, radius=0):
    """You leave the row itself out of its neighbourhood: it is part of it."""
    return _pure(hashes, y, radius, lambda n: 1, itself=False)


@mutant("tf1.15.9", replaces="purity", fails="test_purity_of_neighbourhoods")
def same_hash_only(hashes, y, radius=0):
    """You forget the radius: rows whose hashes are nearly the same are neighbours, too."""
    return _pure(hashes, y, 0, lambda n: 1)


# ---------------------------------------------------------------- right


@alternative("tf1.15.9", replaces="HashingAutoencoder")
class OneLayerEachWay(nn.Module):
    """One layer each way; the noise is a Gaussian of `torch.normal`."""

    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__()
        self.there, self.back, self.std = nn.Linear(n_inputs, n_bits), nn.Linear(n_bits, n_inputs), noise

    def encode(self, X):
        Z = self.there(4 * X - 2)
        if self.training and self.std > 0:
            Z = Z + torch.normal(0.0, self.std, Z.shape, device=Z.device)
        return Z.sigmoid()

    def forward(self, X):
        return self.back(self.encode(X))


@alternative("tf1.15.9", replaces="fit_hashing")
def hashing_by_adam(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """Adam at one rate, small batches, a smaller network of its own."""
    return _fit(X, _Hashing, n_bits, noise, n_epochs, seed, batch=25)


@alternative("tf1.15.9", replaces="fit_hashing")
def by_cross_entropy(X, n_bits=30, noise=4.0, n_epochs=10, seed=42):
    """The binary cross-entropy of each pixel in the place of squares."""
    return _fit(X, _Hashing, n_bits, noise, n_epochs, seed, loss=binary_cross_entropy_with_logits)


@alternative("tf1.15.9", replaces="hash_bits")
def row_by_row(autoencoder, X):
    """Logits above 0, a hundred rows at a time, as lists."""
    was, found = autoencoder.training, []
    autoencoder.train(False)
    with torch.inference_mode():
        for start in range(0, len(X), 100):
            some = torch.as_tensor(np.asarray(X[start : start + 100], dtype=np.float32))
            found += torch.where(autoencoder.encode(some) > 0.5, 1, 0).tolist()
    autoencoder.train(was)
    return found


@alternative("tf1.15.9", replaces="within")
def by_whole_numbers(hashes, query, radius):
    """Each hash as one whole number, and the ones of what two have not in common."""
    one, *others = [int("".join(str(int(bit)) for bit in row), 2) for row in [query, *hashes]]
    return [row for row, other in enumerate(others) if (one ^ other).bit_count() <= radius]


@alternative("tf1.15.9", replaces="purity")
def by_matrices(hashes, y, radius=0):
    """All neighbourhoods at once, by products of matrices."""
    B, y = np.asarray(hashes, dtype=float), np.asarray(y)
    near = (radius + 0.5 >= B @ (1 - B).T + (1 - B) @ B.T).astype(float)
    counts = near @ (y[:, None] == np.unique(y)).astype(float)
    sizes = near.sum(axis=1)
    shared = sizes > 1
    return ((counts / sizes[:, None]) ** 2).sum(axis=1)[shared].mean() if shared.any() else np.nan
