"""Hidden checks of chapter 18: questions on autoencoders (p.18.1 to p.18.5, tf1.15.6)."""

from itertools import pairwise, permutations

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.decomposition import PCA
from torch import nn

from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen
from autograder.testing.modules import built, gradients_flow, has_parameters, outputs, weights_of

# ---------------------------------------------------------------- p.18.1


@check(
    "p.18.1",
    core=True,
    weight=2,
    hint="One error for each row. Of which rows is the limit a quantile, and of which errors?",
)
def test_rows_that_come_back_badly(student, rng):
    """Rows are flagged whose error is above that of all normal rows but the share that is given, and no others."""
    for share in (0.0, 0.1, float(rng.uniform(0.2, 0.6)), 1.0):
        d = int(rng.integers(2, 9))
        normal, X = rng.normal(size=(40, d)), rng.normal(size=(60, d))
        normal_rec = normal + rng.normal(0, rng.uniform(0.1, 1, (40, 1)), (40, d))
        X_rec = X + rng.normal(0, rng.uniform(0.1, 1.5, (60, 1)), (60, d))
        # Sorted, and read off between two of them.
        known = sorted(sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) / d
                       for pair in zip(normal.tolist(), normal_rec.tolist(), strict=True))  # fmt: skip
        place = (1 - share) * 39
        low = min(int(place), 38)
        limit = known[low] + (place - low) * (known[low + 1] - known[low])
        error = ((X - X_rec) ** 2).sum(axis=1) / d
        sure = abs(error - limit) > 1e-9
        found = np.asarray(student.flag_anomalies(X, X_rec, normal, normal_rec, share))
        assert found.shape == (60,)
        assert found.dtype.kind == "b"
        assert_array_equal(found[sure], (error > limit)[sure])


@check("p.18.1", hint="Larger than the limit: is a row whose error is just the limit?")
def test_rows_at_the_limit_are_usual(student, rng):
    """Rows whose error is the limit itself, neither more nor less, are not flagged."""
    n, d = 2 * int(rng.integers(8, 20)) + 1, 4
    normal = rng.integers(-9, 9, (n, d)).astype(float)
    apart = rng.permutation(n) + 1  # of each row in one column, so that no two errors are the same
    normal_rec = normal + np.eye(d)[rng.integers(0, d, n)] * apart[:, None]
    for share, flagged in ((0.0, 0), (0.5, n // 2)):  # the largest of an odd number of errors, and the middle one
        found = np.asarray(student.flag_anomalies(normal, normal_rec, normal, normal_rec, share))
        assert found.shape == (n,)
        assert int(found.sum()) == flagged


def _off(rng, errors, d: int):
    """Draw differences, (n, d), whose mean squares are `errors`, (n,)."""
    apart = rng.normal(size=(len(errors), d))
    return apart * np.sqrt(errors / (apart**2).mean(axis=1))[:, None]


@check("p.18.1", hint="`np.quantile` goes from one error to the next in a straight line. Are yours mean squares?")
def test_limit_may_lie_between_two_errors(student, rng):
    """Where the limit lies between two errors of normal rows, rows just above it are flagged, and rows just below it
    are not."""
    n, d, size = int(rng.integers(5, 9)), 3, rng.uniform(0.5, 2)
    low, part = int(rng.integers(n - 1)), rng.uniform(0.3, 0.7)
    limit = size * ((1 - part) * (low + 1) ** 2 + part * (low + 2) ** 2)
    normal, X, above = rng.normal(size=(n, d)), rng.normal(size=(20, d)), rng.permutation(20) < 10
    normal_rec = normal + _off(rng, size * rng.permutation(np.arange(1.0, n + 1)) ** 2, d)
    X_rec = X + _off(rng, limit * np.where(above, 1.001, 0.999), d)
    found = np.asarray(student.flag_anomalies(X, X_rec, normal, normal_rec, 1 - (low + part) / (n - 1)))
    assert_array_equal(found, above)


# ---------------------------------------------------------------- p.18.2


def _counted(sizes, n_classes: int, n_frozen: int) -> int:
    with torch.device("meta"):
        layers = [nn.Linear(*pair) for pair in pairwise(sizes)]
        model = nn.Sequential(*layers, nn.Linear(sizes[-1], n_classes))
    for layer in layers[:n_frozen]:
        layer.requires_grad_(False)
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


@check("p.18.2", core=True, hint="Which layers are trained: those that are not frozen, and which one besides?")
def test_what_is_left_to_learn(student, rng):
    """The number of weights and biases that are trained is right, for encoders of any depth, with no, some and all
    layers frozen."""
    cases = []
    for number in range(12):
        sizes = [int(size) for size in rng.permutation(np.arange(2, 60))[: 2 + number % 4]]
        cases.append((sizes, int(rng.integers(2, 12)), number % 3 if number < 9 else len(sizes) + 1))
    agrees(student.trainable_parameters, _counted, cases)


STEPS = {"first": "C", "second": "F", "third": "A", "fourth": "D"}


@check("p.18.2", hint="What can be learned without labels? What comes of the decoder?")
def test_order_of_the_steps(student, rng):
    """The four steps that help are found, in their order."""
    student.trainable_parameters([4, 3, 2], 5, 1)
    found = student.P_18_2_CHOICE
    assert isinstance(found, dict)
    assert found.keys() == STEPS.keys()
    for step, letter in STEPS.items():
        chosen(found[step], "ABCDEF", right=[letter])


# ---------------------------------------------------------------- p.18.3


@check("p.18.3", core=True, hint="Which row is nearest? Its number is the coding.")
def test_one_coding_knows_every_row(student, rng):
    """Rows that were learned come back exactly, from a single whole number each; of several equal rows the first."""
    for d in (1, 4):
        known = rng.permutation(30 * d).reshape(30, d) / 8 - 2  # no two are equal, but for:
        known[20:25] = known[3]
        which = rng.permutation(30)
        codings = np.asarray(student.encode_by_heart(known, known[which]))
        assert codings.shape == (30,)
        assert codings.dtype.kind in "iu"
        assert_array_equal(codings, np.where((which >= 20) & (which < 25), 3, which))
        assert_array_equal(np.asarray(student.decode_by_heart(known, codings)), known[which])


@check("p.18.3", core=True, hint="How far are two rows apart? All columns count, each by its square.")
def test_new_rows_come_back_as_the_nearest(student, rng):
    """A new row becomes the one that is nearest to it of those that were learned."""
    known, X = rng.normal(size=(50, 3)), rng.normal(size=(40, 3))
    codings = np.asarray(student.encode_by_heart(known, X))
    found = np.asarray(student.decode_by_heart(known, codings), dtype=float)
    assert found.shape == X.shape
    apart = np.sqrt(((X[:, None] - known) ** 2).sum(axis=2)).min(axis=1)
    assert_allclose(np.linalg.norm(found - X, axis=1), apart, rtol=1e-4)  # in single precision, too
    assert_allclose(np.asarray(student.decode_by_heart(known, [7, 7, 0]), dtype=float), known[[7, 7, 0]], rtol=1e-6)


# ---------------------------------------------------------------- p.18.4


def _kind(sizes) -> str:
    inputs, codings = sizes[-1], sorted(enumerate(sizes), key=lambda pair: abs(pair[0] - (len(sizes) - 1) / 2))[0][1]
    return {True: "neither", False: "overcomplete" if inputs < codings else "undercomplete"}[inputs == codings]


@check("p.18.4", core=True, hint="Which layer has the codings, and with which one are they compared?")
def test_kinds_of_autoencoders(student, rng):
    """The kind is right for autoencoders of any depth, whatever the other hidden layers are."""
    cases = []
    for number in range(18):  # each kind at each depth
        inputs, *hidden = (int(size) for size in rng.integers(2, 40, 1 + number // 3 % 3))
        codings = {0: inputs, 1: inputs + int(rng.integers(1, 9)), 2: int(rng.integers(1, inputs))}[number % 3]
        half = [inputs, *hidden]
        cases.append(([*half, codings, *half[::-1]],))
    cases += [([6, 9, 3, 9, 6],), ([6, 3, 9, 3, 6],), ([6, 9, 6, 9, 6],), ([6, 3, 6, 3, 6],)]
    ask_all(student.autoencoder_kind, _kind, cases)


@check(
    "p.18.4",
    core=True,
    weight=2,
    hint="Which linear projection loses least? The biases can take the mean away and put it back.",
)
def test_least_error_of_a_linear_one(student, rng):
    """The error is what is left by the best linear projection, for any number of codings, and 0 once these are enough;
    it is a mean over rows and columns."""
    for _ in range(3):
        n, d = int(rng.integers(12, 40)), int(rng.integers(3, 8))
        X = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(0, 5, d)
        for k in (1, 2, d - 1, d, d + 3):
            pca = PCA(min(k, d)).fit(X)
            wanted = float(((pca.inverse_transform(pca.transform(X)) - X) ** 2).mean())
            assert_allclose(float(student.least_error(X, k)), wanted, rtol=1e-4, atol=1e-6)
    few = rng.normal(size=(4, 9))  # three codings are enough for four rows
    assert float(student.least_error(few, 3)) < 1e-9 < float(student.least_error(few, 2))
    assert float(student.least_error(few, 6)) < 1e-9  # more codings than rows


@check("p.18.4", hint="`X -= …` changes the array that was handed over: make a new one.")
def test_rows_are_left_alone(student, rng):
    """The rows that are handed over are the same afterwards."""
    X = rng.normal(3, 1, (9, 4))
    _, (after, _) = student.watch_("least_error", X, 2)
    assert_array_equal(after, X)


# ---------------------------------------------------------------- p.18.5


@check("p.18.5", core=True, hint="Weights once, biases for both ways. Is everything registered?")
def test_weights_are_there_once(student, rng):
    """There is one weight matrix for each layer of the encoder, biases for both ways, and nothing else to learn; all
    of it can learn."""
    for depth in (1, 2, 3):
        sizes = [int(size) for size in rng.permutation(np.arange(3, 20))[: depth + 1]]
        model = built(student, student.TiedAutoencoder, rng, sizes)
        pairs = list(pairwise(sizes))
        has_parameters(student, model, sum(n_in * n_out + n_in + n_out for n_in, n_out in pairs))
    model = built(student, student.TiedAutoencoder, rng, [9, 4])
    gradients_flow(student, model, rng.normal(size=(8, 9)), rng=rng)


def _all_other(model, rng):
    """Give a model new weights; return each of them once, also where several of its parts, and so several names, have
    it in common."""
    drawn = {name: rng.normal(0, 0.7, value.shape).astype(np.float32) for name, value in weights_of(model).items()}
    model.load_state_dict({name: torch.tensor(value) for name, value in drawn.items()})
    found = []
    for value in weights_of(model).values():
        if not any(np.array_equal(value, one) for one in found):
            found.append(value)
    return found


def _matrices(values, sizes):
    """Return the weights of each layer, (n_out, n_in), out of all that a model has."""
    found = []
    for n_in, n_out in pairwise(sizes):
        (one,) = [value for value in values if value.shape in ((n_in, n_out), (n_out, n_in))]
        found.append(one if one.shape == (n_out, n_in) else one.T)
    return found


def _passed(X, layers):
    """Return what dense layers, (weights, biases), make of rows: ReLU after all but the last."""
    for number, (W, b) in enumerate(layers):
        X = (np.maximum(X, 0) if number else X) @ W.T + b
    return X


@check("p.18.5", core=True, weight=2, hint="After which layers is there a ReLU? In which order does the way back go?")
def test_both_ways_use_the_same_weights(student, rng):
    """What `encode`, `decode` and the whole give is what its weights say: there by the matrices, back by the same ones,
    transposed, whatever the weights are."""
    sizes = [int(size) for size in rng.permutation(np.arange(3, 15))[:3]]
    model = built(student, student.TiedAutoencoder, rng, sizes).eval()
    values = _all_other(model, rng)
    X, Z = rng.normal(size=(20, sizes[0])), rng.normal(size=(20, sizes[2]))
    there, back = outputs(model.encode, X, shape=(20, sizes[2])), outputs(model.decode, Z, shape=(20, sizes[0]))
    first, second = _matrices(values, sizes)
    biases = {size: [value.ravel() for value in values if value.size == max(value.shape, default=0) == size]
              for size in sizes}  # (size,), or a row, (1, size)  # fmt: skip
    assert [len(biases[size]) for size in sizes] == [1, 2, 1]
    fits = []
    for one, other in permutations(biases[sizes[1]]):  # which of the two belongs to the encoder is up to you
        way_there = _passed(X, [(first, one), (second, biases[sizes[2]][0])])
        way_back = _passed(Z, [(second.T, other), (first.T, biases[sizes[0]][0])])
        fits.append(np.allclose(there, way_there, atol=1e-4) and np.allclose(back, way_back, atol=1e-4))
    assert any(fits)
    assert_allclose(outputs(model, X, shape=X.shape), outputs(model.decode, there, shape=X.shape), atol=1e-5)


# ---------------------------------------------------------------- tf1.15.6


def _dense(weights):
    import torch

    layer = torch.nn.Linear(weights.shape[1], weights.shape[0])
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(weights))
    return layer


@check("tf1.15.6", core=True, hint="Divide by what, so that the largest weight of a unit, of either sign, becomes 1?")
def test_weights_are_shown_as_pictures(student, rng):
    """Each unit's weights are a picture in which 0.5 is a weight of 0 and the farthest weight is black or white, for
    pictures of any shape; a unit without weights is grey."""
    for height, width in ((3, 5), (6, 2)):
        W = rng.normal(size=(4, height * width)) * rng.uniform(0.1, 9, (4, 1))
        W[2] = abs(W[2])
        W[3] = 0
        found = np.asarray(student.weight_pictures(student.probe_(_dense)(W), (height, width)), dtype=float)
        assert found.shape == (4, height, width)
        for picture, weights in zip(found, W, strict=True):
            farthest = max(weights.max(), -weights.min()) or 1.0
            assert_allclose(picture, (1 + weights.reshape(height, width) / farthest) / 2, atol=1e-5)


@check("tf1.15.6", hint="`layer.weight.data.numpy()` shares its memory with the layer.")
def test_layer_keeps_its_weights(student, rng):
    """The layer has the same weights afterwards."""
    W = rng.normal(0, 2, (3, 8)).astype(np.float32)
    layer = student.probe_(_dense)(W)
    student.weight_pictures(layer, (2, 4))
    assert_array_equal(weights_of(layer)["weight"], W)


@check("tf1.15.6", core=True, hint="Along which axis do you sort, and which end of it is the largest?")
def test_rows_that_activate_each_unit(student, rng):
    """For each unit the rows are found that activate it most, the largest activation first."""
    for n, units, k in ((20, 3, 4), (5, 7, 5), (9, 2, 1)):
        A = rng.permutation(n * units).reshape(n, units) / 7 - 3
        found = np.asarray(student.most_active(A, k))
        assert found.shape == (units, k)
        assert found.dtype.kind in "iu"
        wanted = [sorted(range(n), key=lambda row, unit=unit: A[row, unit], reverse=True)[:k] for unit in range(units)]
        assert_array_equal(found, wanted)
