"""Hidden checks of chapter 10: layer normalisation (tf2.12.12)."""

# No `from __future__ import annotations`: the sources of the probes must stand alone, so they quote their types.
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.ch10_pytorch.inputs import number, used
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, has_parameters, outputs, tensor, weights_of


def _norm(student: Any, rng: np.random.Generator, n: int, eps: float = 0.001) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return a layer with a scale and a shift that were drawn, and these."""
    layer = built(student, student.MyLayerNorm, rng, n, eps=eps)
    alpha, beta = rng.uniform(0.5, 2, n).astype(np.float32), rng.normal(size=n).astype(np.float32)
    layer.load_state_dict({"alpha": torch.from_numpy(alpha), "beta": torch.from_numpy(beta)})
    return layer, alpha, beta


def _normalised(X: np.ndarray, alpha: Any, beta: Any) -> np.ndarray:
    return alpha * (X - X.mean(axis=-1, keepdims=True)) / X.std(axis=-1, keepdims=True) + beta


@check("tf2.12.12", core=True, weight=2, hint="Mean and standard deviation of each row: over which axis, divided "
       "by n or by n - 1?")  # fmt: skip
def test_rows_are_normalised(student, rng):
    """Each row has mean 0 and standard deviation 1, times alpha and plus beta, for inputs with any number of axes."""
    for shape in ((6,), (3, 4), (2, 2, 3), ()):
        n = int(rng.integers(4, 9))
        layer, alpha, beta = _norm(student, rng, n, eps=1e-6)
        X = (rng.normal(3, 5, (*shape, 1)) + rng.uniform(2, 6, (*shape, 1)) * rng.normal(size=(*shape, n))).astype("f")
        found = outputs(layer, X, shape=X.shape)
        assert_allclose(found, _normalised(X.astype(float), alpha, beta), rtol=2e-3, atol=2e-3)


@check(
    "tf2.12.12",
    core=True,
    hint="What has a new layer to do with rows that are normalised already? And what is learned?",
)
def test_alpha_and_beta_are_learned(student, rng):
    """A new layer has parameters `alpha`, all ones, and `beta`, all zeros, of the last axis's size and of float32, and
    nothing else in its state."""
    n = int(rng.integers(3, 9))
    layer = built(student, student.MyLayerNorm, rng, n)
    has_parameters(student, layer, total=2 * n)
    state = weights_of(layer)
    assert set(state) == {"alpha", "beta"}
    for name, right in (("alpha", 1.0), ("beta", 0.0)):
        assert state[name].shape == (n,) and state[name].dtype == np.float32
        assert_allclose(state[name], right)


@check("tf2.12.12", hint="The standard deviation of a row of equal values is 0. What keeps you from dividing by it?")
def test_rows_of_equal_values(student, rng):
    """A row whose values are all the same comes out as beta."""
    n = int(rng.integers(3, 9))
    layer, _, beta = _norm(student, rng, n)
    X = np.repeat(rng.integers(-5, 6, (4, 1)), n, axis=1).astype(np.float32)
    assert_allclose(outputs(layer, X, shape=(4, n)), np.tile(beta, (4, 1)), atol=1e-4)


@check("tf2.12.12", hint="Where does eps stand, and what does a large one do to a row?")
def test_eps_is_the_one_given(student, rng):
    """The eps that the layer is made with stands beside the standard deviation or the variance; without one it is
    0.001."""
    n = int(rng.integers(4, 9))
    X = rng.normal(size=(5, n)).astype(np.float32)
    for given, eps in (({"eps": 2.0}, 2.0), ({"eps": 0.5}, 0.5), ({}, 0.001)):
        layer = built(student, student.MyLayerNorm, rng, n, **given)
        size = 1.0 if given else 0.02  # so that a small eps shows
        found = outputs(layer, size * X, shape=X.shape)
        centred, variance = size * (X - X.mean(axis=1, keepdims=True)), size**2 * X.var(axis=1, keepdims=True)
        ways = [centred / (np.sqrt(variance) + eps), centred / np.sqrt(variance + eps)]
        assert any(np.allclose(found, way, rtol=1e-3, atol=1e-4) for way in ways)


@check("tf2.12.12", hint="What does one row have to do with the others?")
def test_rows_are_on_their_own(student, rng):
    """What becomes of a row depends on no other row, neither in training nor in use, and the input is left alone."""
    n = int(rng.integers(4, 9))
    layer, _, _ = _norm(student, rng, n)
    X = rng.normal(2, 3, (6, n)).astype(np.float32)
    for training in (True, False):
        layer.train(training)
        found, after = student.probe_(used)(layer, tensor(X))
        alone, _ = student.probe_(used)(layer, tensor(X[2:3]))
        assert_allclose(np.asarray(found)[2:3], np.asarray(alone), rtol=1e-4, atol=1e-5)
        assert_allclose(np.asarray(after), X)


def _slopes(layer: "Any", X: "Any", weighting: "Any") -> "Any":
    """Return the gradient of a weighted sum of a layer's outputs with respect to its inputs."""
    X = X.clone().requires_grad_()
    (layer(X) * weighting).sum().backward()
    return X.grad


@check("tf2.12.12", hint="Mean and standard deviation depend on the inputs, too: do gradients go through them?")
def test_gradients_go_through_the_norm(student, rng):
    """alpha and beta get their gradients, and the inputs those of PyTorch's own layer."""
    n = int(rng.integers(4, 9))
    layer, alpha, _ = _norm(student, rng, n, eps=1e-6)
    X, weighting = (torch.from_numpy(rng.normal(size=(6, n)).astype(np.float32)) for _ in range(2))
    gradients_flow(student, layer, X, rng=rng)
    theirs = nn.LayerNorm(n, eps=1e-6)
    theirs.weight.data = torch.from_numpy(alpha)
    found = np.asarray(student.probe_(_slopes)(layer, X, weighting))
    assert_allclose(found, _slopes(theirs, X, weighting).numpy(), rtol=0.02, atol=0.02)


def _off(n: "Any", eps: "Any", alpha: "Any", beta: "Any", by: "Any") -> "Any":
    """Return a layer like PyTorch's own whose outputs are off by so much at one place."""
    import torch
    from torch import nn

    class Off(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.alpha, self.beta = nn.Parameter(torch.tensor(alpha)), nn.Parameter(torch.tensor(beta))
            self.eps = eps

        def forward(self, X: "Any") -> "Any":
            found = nn.functional.layer_norm(X, (n,), self.alpha, self.beta, self.eps)
            return found + by * (torch.arange(found.numel()).view(found.shape) == found.numel() - 2)

    return Off()


@check("tf2.12.12", hint="Does the layer that you compare with have the same eps, scale and shift?")
def test_difference_from_pytorchs(student, rng):
    """`largest_difference` is the largest distance between the two layers' outputs, up or down."""
    for by in (0.25, -0.75, 0.0):
        n, eps = int(rng.integers(4, 9)), float(rng.uniform(0.1, 1))
        alpha, beta = rng.uniform(0.5, 2, n).tolist(), rng.normal(size=n).tolist()
        layer = student.probe_(_off)(n, eps, alpha, beta, by)
        X = torch.from_numpy(rng.normal(size=(2, 3, n)).astype(np.float32))
        assert_allclose(number(student.largest_difference(layer, X)), abs(by), atol=1e-4)
