"""Chapter 18's references beside PyTorch's layers and losses, scikit-learn, scipy, brute force and properties."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.spatial.distance import cdist, hamming
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier
from torch import nn
from torch.nn.functional import softplus

from solutions.ch18_generative import autoencoders, denoising, few_labels, generating, hashing
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 6)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# ---------------------------------------------------------------- autoencoders


@oracle("p.18.1", "the share of normal rows that is flagged is the one asked for (hypothesis)")
@drawn
@given(seeds, st.integers(0, 10))
def test_flag_anomalies(seed: int, tenths: int) -> None:
    rng = rng_of(seed)
    normal, found = rng.normal(size=(101, 3)), rng.normal(size=(101, 3))
    flagged = autoencoders.flag_anomalies(normal, found, normal, found, tenths / 10)
    assert abs(flagged.sum() - 10 * tenths) <= 1
    errors = np.linalg.norm(normal - found, axis=1)
    assert not flagged.any() or errors[flagged].min() > errors[~flagged].max()


@oracle("p.18.2", "the parameters of PyTorch's layers that have gradients after a step (hypothesis)")
@drawn
@given(seeds, st.integers(0, 5))
def test_trainable_parameters(seed: int, n_frozen: int) -> None:
    sizes = [int(size) for size in rng_of(seed).integers(1, 9, 4)]
    layers = [nn.Linear(*pair) for pair in zip(sizes, [*sizes[1:], 5], strict=True)]
    for layer in layers[:-1][:n_frozen]:
        layer.requires_grad_(False)
    nn.Sequential(*layers)(torch.ones(1, sizes[0])).sum().backward()
    trained = [weight for layer in layers for weight in layer.parameters() if weight.grad is not None]
    assert autoencoders.trainable_parameters(sizes, 5, n_frozen) == sum(weight.numel() for weight in trained)


@oracle("p.18.3", "scikit-learn's nearest neighbour, whose target is the row itself (hypothesis)")
@drawn
@given(seeds, small)
def test_by_heart(seed: int, d: int) -> None:
    rng = rng_of(seed)
    known, X = rng.normal(size=(30, d)), rng.normal(size=(20, d))
    found = autoencoders.decode_by_heart(known, autoencoders.encode_by_heart(known, X))
    wanted = KNeighborsRegressor(1).fit(known, known).predict(X)
    np.testing.assert_allclose(found, wanted.reshape(20, d))


@oracle("p.18.4", "PCA's reconstruction, and gradient descent on a linear autoencoder, which never gets lower")
@pytest.mark.parametrize("k", [1, 2, 4, 6])
def test_least_error(k: int) -> None:
    torch.manual_seed(k)
    X = torch.randn(40, 4) @ torch.randn(4, 4) + 3
    least = autoencoders.least_error(X.numpy(), k)
    pca = PCA(min(k, 4)).fit(X)
    assert least == pytest.approx(float(((pca.inverse_transform(pca.transform(X)) - X.numpy()) ** 2).mean()), abs=1e-6)
    model = nn.Sequential(nn.Linear(4, k), nn.Linear(k, 4))
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(600):
        loss = ((model(X) - X) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert least - 1e-5 < loss.item() < least + 0.2
    kinds = {1: "undercomplete", 2: "undercomplete", 4: "neither", 6: "overcomplete"}
    assert autoencoders.autoencoder_kind([4, k, 4]) == kinds[k]


@oracle("p.18.5", "two of PyTorch's layers that hold the matrix and its transpose")
def test_tied_weights() -> None:
    torch.manual_seed(1)
    tied = autoencoders.TiedAutoencoder([5, 3])
    there, back = nn.Linear(5, 3), nn.Linear(3, 5)
    there.load_state_dict(tied.layers[0].state_dict())
    with torch.no_grad():
        tied.biases[0].normal_()
        back.weight.copy_(there.weight.T)
        back.bias.copy_(tied.biases[0])
        X = torch.randn(9, 5)
        torch.testing.assert_close(tied(X), back(there(X)))


@oracle(
    "tf1.15.6", "the picture of a unit's own weights excites it as much as any picture of that size can (hypothesis)"
)
@drawn
@given(seeds)
def test_weight_pictures(seed: int) -> None:
    torch.manual_seed(seed)
    layer = nn.Linear(6, 4, bias=False).double()
    pictures = autoencoders.weight_pictures(layer, (2, 3))
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    signed = (pictures - 0.5).reshape(4, 6)
    others = rng_of(seed).normal(size=(50, 6))
    rows = np.concatenate([signed / np.linalg.norm(signed, axis=1, keepdims=True), others / np.linalg.norm(others, axis=1, keepdims=True)])  # noqa: E501  # fmt: skip
    with torch.no_grad():
        activations = layer(torch.tensor(rows)).numpy()
    np.testing.assert_array_equal(autoencoders.most_active(activations, 1)[:, 0], np.arange(4))


# ---------------------------------------------------------------- generating


@oracle("p.18.6", "what whitening by the known codings' Cholesky factor makes of many draws: a standard Gaussian")
def test_draw_codings() -> None:
    known = rng_of(1).normal(size=(40, 3)) @ rng_of(2).normal(size=(3, 3)) + 4
    found = generating.draw_codings(known, 50_000)
    white = np.linalg.solve(np.linalg.cholesky(np.cov(known.T)), (found - known.mean(axis=0)).T)
    np.testing.assert_allclose(white.mean(axis=1), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(white), np.eye(3), atol=0.04)


@oracle("p.18.7", "PyTorch's softplus, in double precision (hypothesis)")
@drawn
@given(seeds, small, small)
def test_gan_losses(seed: int, n: int, m: int) -> None:
    true, made = (torch.tensor(rng_of(seed).normal(0, 40, size)) for size in (n, m))
    wanted = torch.cat([softplus(-true), softplus(made)]).mean(), softplus(-made).mean()
    found = generating.gan_losses(true.numpy(), made.numpy())
    assert found == pytest.approx(tuple(float(one) for one in wanted))


@oracle("p.18.8", "the exact motion in small steps, a rotation by the matrix exponential; nearest distances by scipy")
@drawn
@given(seeds)
def test_play(seed: int) -> None:
    x, y = rng_of(seed).normal(size=2)
    path = generating.play(x, y, rate=1e-4, n_steps=10_000)
    np.testing.assert_allclose(path[-1], expm(np.array([[0.0, -1.0], [1.0, 0.0]])) @ [x, y], atol=1e-3)
    assert np.all(np.diff(np.linalg.norm(path, axis=1)) > 0)  # and with steps of any size they move away
    made, centres = rng_of(seed).normal(size=(9, 2)), rng_of(seed + 1).normal(size=(7, 2))
    assert generating.modes_covered(made, centres, 0.5) == (cdist(centres, made).min(axis=1) <= 0.5).mean()


@oracle("p.18.9", "the mean and the spread of many pictures that were made noisy step by step")
def test_noise_levels() -> None:
    rng, betas = rng_of(3), np.array([0.05, 0.3, 0.1, 0.6])
    X = np.full(200_000, 2.0)
    signal, noise = generating.noise_levels(betas)
    for t, beta in enumerate(betas):
        X = np.sqrt(1 - beta) * X + np.sqrt(beta) * rng.normal(size=X.shape)
        assert X.mean() / 2 == pytest.approx(signal[t], abs=0.01)
        assert X.std() == pytest.approx(noise[t], abs=0.01)


# ---------------------------------------------------------------- projects


@oracle("p.18.10", "the best that can be done on a line in space: noise along it stays, noise across it goes")
def test_denoising_is_a_projection() -> None:
    rng = rng_of(4)
    direction = rng.normal(size=20)
    direction /= np.linalg.norm(direction)

    def on_the_line(n: int) -> np.ndarray:
        return np.asarray(0.5 + np.outer(rng.uniform(-1, 1, n), direction), dtype=np.float32)

    model = denoising.pretrain(on_the_line(1_500), n_codings=40, noise=0.2, n_epochs=15, seed=1)
    clean = on_the_line(500)
    noisy = clean + 0.2 * rng.normal(size=clean.shape).astype(np.float32)
    with torch.no_grad():
        found = model(torch.tensor(noisy)).numpy()
    projected = 0.5 + np.outer((noisy - 0.5) @ direction, direction)
    best = ((projected - clean) ** 2).mean()
    assert ((found - clean) ** 2).mean() < 3 * best
    assert best < 0.1 * ((noisy - clean) ** 2).mean()


@oracle("p.18.10", "counts of each class (hypothesis)")
@drawn
@given(seeds, st.integers(5, 30))
def test_draw_labelled(seed: int, n: int) -> None:
    y = rng_of(seed).permutation(np.arange(60) % 5)
    rows = few_labels.draw_labelled(y, n, seed)
    counts = np.bincount(y[rows], minlength=5)
    assert len(set(rows.tolist())) == n
    assert counts.max() - counts.min() <= 1


@oracle("tf1.15.9", "scipy's Hamming distance, and scikit-learn's Gini impurity of a tree's root (hypothesis)")
@drawn
@given(seeds, st.integers(0, 4))
def test_hashes(seed: int, radius: int) -> None:
    rng = rng_of(seed)
    table, y = rng.integers(0, 2, (15, 6)), rng.integers(0, 3, 15)
    pure = []
    for row in table:
        near = hashing.within(table, row, radius)
        assert near.tolist() == [n for n, other in enumerate(table) if hamming(row, other) * 6 <= radius + 0.1]
        if len(near) > 1:
            tree = DecisionTreeClassifier(max_depth=1).fit(table[near], y[near])
            pure.append(1 - tree.tree_.impurity[0])
    if pure:
        assert hashing.purity(table, y, radius) == pytest.approx(np.mean(pure))
    else:
        assert np.isnan(hashing.purity(table, y, radius))
