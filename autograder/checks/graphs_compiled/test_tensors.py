"""Hidden checks of graphs and compiled functions: tensors (tf2.12.1 to tf2.12.4)."""

import numpy as np
import torch
from numpy.testing import assert_allclose
from torch import nn

from autograder.checks.graphs_compiled.inputs import all_chosen
from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen


def _wave(a, b, c, offset):
    """Probe: a function of torch's operations; a large offset takes its digits from any quotient of differences."""
    import torch

    return lambda t: a * torch.sin(b * t) + c * t**3 + offset


@check("tf2.12.1", core=True, hint="`requires_grad=True` on float64, one call of the function, and autograd.")
def test_slopes_of_a_function_that_is_handed_over(student, rng):
    """The derivative is right to nine digits at each of the points, however many there are."""
    pairs = []
    for n, reach, offset in ((1, 2, 0.0), (5, 2, 0.0), (12, 900, 1e6)):
        a, b, c = (float(value) for value in rng.uniform(0.5, 3, 3))
        c, x = c * (reach < 10), rng.uniform(-reach, reach, n)
        found = np.asarray(student.slopes(student.probe_(_wave)(a, b, c, offset), x), dtype=float)
        pairs.append((found, a * b * np.cos(b * x) + 3 * c * x**2))
    for found, wanted in pairs:
        assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


@check(
    "tf2.12.1",
    hint="Of a list of Python's numbers `torch.tensor` makes float32, of whole ones int64: say which type you want.",
)
def test_slopes_at_points_in_a_list(student, rng):
    """The derivative is as exact where the points come in a list, whole numbers among them."""
    a, b = (float(value) for value in rng.uniform(0.5, 3, 2))
    for x in (rng.uniform(-900, 900, 6), rng.integers(-900, 900, 6)):
        found = np.asarray(student.slopes(student.probe_(_wave)(a, b, 0.0, 0.0), x.tolist()), dtype=float)
        assert_allclose(found, a * b * np.cos(b * x), rtol=1e-9, atol=1e-9)


def _tables(rng):
    for shape, dim in (((4, 3), 0), ((4, 3), 1), ((2, 5, 3), -1), ((6,), 0), ((1, 4), 0)):
        yield torch.tensor(rng.normal(size=shape)), dim


@check(
    "tf2.12.2", core=True, hint="By how much do both differ for two rows, for ten, for a thousand? NumPy divides by n."
)
def test_deviations_as_numpy_has_them(student, rng):
    """The standard deviation along any dimension is NumPy's, also of a single row."""
    for t, dim in _tables(rng):
        assert_allclose(student.numpy_std(t, dim), t.numpy().std(axis=dim), rtol=1e-6, atol=1e-9)


@check("tf2.12.2", hint="Which types does `torch.std` take?")
def test_deviations_of_other_types(student, rng):
    """Whole numbers give float64, float32 stays what it is, and the values are NumPy's."""
    whole = torch.tensor(rng.integers(-9, 9, (5, 3)))
    real = torch.tensor(rng.normal(size=(5, 3)), dtype=torch.float32)
    for t, kind in ((whole, torch.float64), (real, torch.float32)):
        found = student.numpy_std(t, 0)
        assert isinstance(found, torch.Tensor) and found.dtype == kind
        assert_allclose(found, t.numpy().std(axis=0), rtol=1e-5)


SAID_OF_NUMPY = (
    "drop-in replacement",
    "from_numpy shares memory",
    "tensor shares memory",
    "tensor of an array keeps its dtype",
    "tensor of a list is float64",
)


@check("tf2.12.2", hint="Try each of them in a cell of its own.")
def test_what_is_true_of_both(student, rng):
    """What you chose is true, and all of it."""
    student.numpy_std(torch.ones(2), 0)
    chosen(student.TF2_12_2_CHOICE, SAID_OF_NUMPY, right=[SAID_OF_NUMPY[1], SAID_OF_NUMPY[3]])


def _alike(one, other):
    """By arrays."""
    a, b = one.numpy(), other.numpy()  # float64 holds all of their numbers
    if not np.array_equal(a, b):
        return "different"
    return "identical" if a.dtype == b.dtype else "another dtype"


@check(
    "tf2.12.3",
    core=True,
    hint="A shape can differ and still be spread over the other; a tenth has more than one value.",
)
def test_pairs_are_compared(student, rng):
    """For tensors of many shapes, types and values you say how alike they are."""
    t = torch.tensor(rng.integers(-9, 9, (3, 4)))
    changed = t.clone()
    changed[2, int(rng.integers(4))] += 1
    real = torch.tensor(rng.normal(size=5))
    rows = torch.full((2, 3), float(rng.integers(2, 9)))
    cases = [
        (t, t.clone()),
        (t, t.to(torch.float32)),
        (t.to(torch.int16), t),
        (t, changed),
        (changed.to(torch.float64), t),
        (real, real.to(torch.float32)),
        (real.to(torch.float32), real),
        (torch.zeros(0, 3), torch.zeros(0, 2)),
        (t, t + 0.25),
        (t.to(torch.float64) - 0.25, t),
        (real, real.clone()),
        (rows, rows[0]),
        (rows[:1], rows),
        (t, t.reshape(4, 3)),
        (rows, rows.clone()),
        (rows.to(torch.float64), rows),
    ]
    ask_all(student.compare, _alike, cases)


PAIRS = {"whole": "identical", "real": "another dtype", "tenths": "different", "int32": "another dtype"}


@check("tf2.12.3", hint="Make both and ask your own function.")
def test_the_four_pairs(student, rng):
    """All four pairs are as you say."""
    student.compare(torch.ones(2), torch.ones(2))
    all_chosen(student.TF2_12_3_CHOICE, PAIRS, ("identical", "another dtype", "different"))


def _sparse(rows, columns, n_nonzero):
    """By what torch makes of it."""
    full = torch.zeros(rows * columns)
    full[torch.randperm(rows * columns, generator=torch.Generator().manual_seed(0))[:n_nonzero]] = 1.0
    table = full.reshape(rows, columns)
    coo, csr = table.to_sparse_coo().coalesce(), table.to_sparse_csr()
    return {
        "dense": table.numel(),
        "coo": coo.indices().numel() + coo.values().numel(),
        "csr": csr.crow_indices().numel() + csr.col_indices().numel() + csr.values().numel(),
    }


@check("tf2.12.4", core=True, hint="How many indices has each value? Does CSR name a row for each value, too?")
def test_numbers_in_sparse_matrices(student, rng):
    """For matrices of any size, as many numbers are kept as you say, in all three forms."""
    sizes = [tuple(int(n) for n in rng.integers(2, 15, 2)) for _ in range(8)]
    cases = [(rows, columns, int(rng.integers(0, rows * columns + 1))) for rows, columns in sizes]
    agrees(student.sparse_numbers, _sparse, cases)


def _ragged(lengths, n_features):
    rows = [torch.ones(length, n_features) for length in lengths]
    packed = nn.utils.rnn.pack_sequence(rows)
    jagged = torch.nested.nested_tensor(rows, layout=torch.jagged)
    return {
        "padded": nn.utils.rnn.pad_sequence(rows).numel(),
        "packed": packed.data.numel() + packed.batch_sizes.numel(),
        "jagged": jagged.values().numel() + jagged.offsets().numel(),
    }


@check("tf2.12.4", hint="For each time step, `batch_sizes` has a number. And how many offsets does it take?")
def test_numbers_in_ragged_sequences(student, rng):
    """For sequences of any lengths, as many numbers are kept as you say, in all three forms."""
    cases = []
    for n in range(9):
        lengths = sorted((int(length) for length in rng.integers(1, 12, 1 + n % 5)), reverse=True)
        cases.append((lengths, int(rng.integers(1, 7))))
    agrees(student.ragged_numbers, _ragged, cases)
