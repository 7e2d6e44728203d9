"""Graphs and compiled functions, tensors (tf2.12.1 to tf2.12.4): wrong answers, and right ones."""

import numpy as np
import torch

from autograder.testing import alternative, mutant
from solutions.graphs_compiled.tensors import ragged_numbers, sparse_numbers

# ---------------------------------------------------------------- tf2.12.1


@mutant("tf2.12.1", replaces="slopes", fails="test_slopes_of_a_function_that_is_handed_over")
def small_differences(f, x):
    """A quotient of small differences loses half of the digits: let autograd work the derivative out."""
    t = torch.tensor(np.asarray(x), dtype=torch.float64)
    return ((f(t + 1e-5) - f(t)) / 1e-5).numpy()


@mutant("tf2.12.1", replaces="slopes", fails="test_slopes_of_a_function_that_is_handed_over")
def central_differences(f, x):
    """A quotient of differences on both sides is better, and still loses digits where the values are large."""
    t = torch.tensor(np.asarray(x), dtype=torch.float64)
    return ((f(t + 1e-5) - f(t - 1e-5)) / 2e-5).numpy()


@mutant("tf2.12.1", replaces="slopes", fails="test_slopes_of_a_function_that_is_handed_over")
def in_float32(f, x):
    """Autograd is as exact as its numbers are: make the tensor float64 before anything is computed."""
    t = torch.tensor(np.asarray(x), dtype=torch.float32, requires_grad=True)
    f(t).sum().backward()
    return t.grad.numpy().astype(float)


@mutant("tf2.12.1", replaces="slopes", fails="test_slopes_of_a_function_that_is_handed_over")
def of_the_mean(f, x):
    """You differentiate the mean, which divides each slope by their number: take the sum."""
    t = torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=True)
    f(t).mean().backward()
    return t.grad.numpy()


@mutant("tf2.12.1", replaces="slopes", fails="test_slopes_at_points_in_a_list")
def type_of_the_points(f, x):
    """You leave the type to `torch.tensor`: that of an array stays float64, of a list it makes float32."""
    t = torch.tensor(x, requires_grad=True)
    f(t).sum().backward()
    return t.grad.numpy().astype(float)


@alternative("tf2.12.1", replaces="slopes")
def point_by_point(f, x):
    """One number after the other, by forward mode, as a list."""
    points = [torch.tensor([float(value)], dtype=torch.float64) for value in x]
    return [torch.func.jvp(f, (point,), (torch.ones_like(point),))[1].item() for point in points]


# ---------------------------------------------------------------- tf2.12.2


@mutant("tf2.12.2", replaces="numpy_std", fails="test_deviations_as_numpy_has_them")
def as_torch_has_it(t, dim):
    """`torch.std` divides by n - 1 unless it is told otherwise; NumPy divides by n."""
    return t.to(torch.float64).std(dim=dim)


@mutant("tf2.12.2", replaces="numpy_std", fails="test_deviations_as_numpy_has_them")
def of_all_numbers(t, dim):
    """You take one deviation of the whole tensor: `dim` is the dimension that goes."""
    return t.to(torch.float64).std(correction=0)


@mutant("tf2.12.2", replaces="numpy_std", fails="test_deviations_of_other_types")
def only_real_numbers(t, dim):
    """`torch.std` takes no whole numbers; NumPy makes float64 of them."""
    return t.std(dim=dim, correction=0)


@mutant("tf2.12.2", replaces="numpy_std", fails="test_deviations_of_other_types")
def always_float64(t, dim):
    """float32 is to stay float32, as in NumPy."""
    return t.to(torch.float64).std(dim=dim, correction=0)


@mutant("tf2.12.2", replaces="numpy_std", fails="test_deviations_of_other_types")
def whole_to_float32(t, dim):
    """Of whole numbers you make float32: NumPy makes float64 of them."""
    return (t if t.is_floating_point() else t.float()).std(dim=dim, correction=0)


@mutant("tf2.12.2", replaces="TF2_12_2_CHOICE", fails="test_what_is_true_of_both", constant=True)
def copies_share():
    """`torch.tensor` copies; only `from_numpy` and `as_tensor` share an array's memory."""
    return ["from_numpy shares memory", "tensor shares memory", "tensor of an array keeps its dtype"]


@mutant("tf2.12.2", replaces="TF2_12_2_CHOICE", fails="test_what_is_true_of_both", constant=True)
def lists_are_float64():
    """Of Python's numbers `torch.tensor` makes float32."""
    return ["from_numpy shares memory", "tensor of an array keeps its dtype", "tensor of a list is float64"]


@alternative("tf2.12.2", replaces="numpy_std")
def through_numpy(t, dim):
    """There and back again."""
    return torch.from_numpy(np.asarray(t.numpy().std(axis=dim)))


# ---------------------------------------------------------------- tf2.12.3


@mutant("tf2.12.3", replaces="compare", fails="test_pairs_are_compared")
def spread_over(one, other):
    """A row is spread over all rows before it is compared: look at the shapes first."""
    try:
        same = bool((one == other).all())
    except RuntimeError:
        return "different"
    if not same:
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"


@mutant("tf2.12.3", replaces="compare", fails="test_pairs_are_compared")
def nearly_the_same(one, other):
    """You forgive small differences: a tenth in float32 is another number than in float64."""
    if one.shape != other.shape or not torch.allclose(one.double(), other.double()):
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"


@mutant("tf2.12.3", replaces="compare", fails="test_pairs_are_compared")
def brought_to_one_type(one, other):
    """You bring one tensor to the type of the other, which rounds its numbers: compare those that were given."""
    if one.shape != other.shape or not torch.equal(one, other.to(one.dtype)):
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"


@mutant("tf2.12.3", replaces="compare", fails="test_pairs_are_compared")
def type_first(one, other):
    """Tensors of two types can hold other values besides: compare these as well."""
    if one.dtype != other.dtype:
        return "another dtype"
    return "identical" if torch.equal(one, other) else "different"


@mutant("tf2.12.3", replaces="TF2_12_3_CHOICE", fails="test_the_four_pairs", constant=True)
def as_in_tensorflow():
    """In TensorFlow whole numbers are 32 bits wide; `torch.arange` makes int64 of them, as NumPy does."""
    return {"whole": "another dtype", "real": "identical", "tenths": "another dtype", "int32": "another dtype"}


@alternative("tf2.12.3", replaces="compare")
def by_lists(one, other):
    """By Python's numbers."""
    if one.shape != other.shape or one.tolist() != other.tolist():
        return "different"
    return ["another dtype", "identical"][one.dtype == other.dtype]


# ---------------------------------------------------------------- tf2.12.4


@mutant("tf2.12.4", replaces="sparse_numbers", fails="test_numbers_in_sparse_matrices")
def one_index_each(rows, columns, n_nonzero):
    """A place in a matrix takes two indices in COO: row and column."""
    return {**sparse_numbers(rows, columns, n_nonzero), "coo": 2 * n_nonzero}


@mutant("tf2.12.4", replaces="sparse_numbers", fails="test_numbers_in_sparse_matrices")
def rows_without_an_end(rows, columns, n_nonzero):
    """CSR also says where the last row ends: that is one number more than rows."""
    return {**sparse_numbers(rows, columns, n_nonzero), "csr": rows + 2 * n_nonzero}


@mutant("tf2.12.4", replaces="ragged_numbers", fails="test_numbers_in_ragged_sequences")
def batch_sizes_by_sequence(lengths, n_features):
    """`batch_sizes` has a number for each time step, and not for each sequence."""
    return {**ragged_numbers(lengths, n_features), "packed": sum(lengths) * n_features + len(lengths)}


@mutant("tf2.12.4", replaces="ragged_numbers", fails="test_numbers_in_ragged_sequences")
def offsets_without_an_end(lengths, n_features):
    """The offsets also say where the last sequence ends."""
    return {**ragged_numbers(lengths, n_features), "jagged": sum(lengths) * n_features + len(lengths)}


@mutant("tf2.12.4", replaces="ragged_numbers", fails="test_numbers_in_ragged_sequences")
def two_offsets_each(lengths, n_features):
    """Where one sequence ends the next begins: n sequences have n + 1 offsets, and not two each."""
    return {**ragged_numbers(lengths, n_features), "jagged": sum(lengths) * n_features + 2 * len(lengths)}


@alternative("tf2.12.4", replaces="sparse_numbers")
def made_and_counted(rows, columns, n_nonzero):
    """With a matrix."""
    table = torch.zeros(rows, columns)
    table.view(-1)[:n_nonzero] = 1
    coo, csr = table.to_sparse(), table.to_sparse_csr()
    sizes = [t.numel() for t in (coo.indices(), coo.values())]
    return {
        "csr": sum(t.numel() for t in (csr.crow_indices(), csr.col_indices(), csr.values())),
        "coo": sum(sizes),
        "dense": table.numel(),
    }


@alternative("tf2.12.4", replaces="ragged_numbers")
def packed_and_counted(lengths, n_features):
    """With sequences."""
    packed = torch.nn.utils.rnn.pack_sequence([torch.zeros(n, n_features) for n in lengths], enforce_sorted=False)
    return {
        "padded": lengths[0] * len(lengths) * n_features,
        "packed": packed.data.numel() + len(packed.batch_sizes),
        "jagged": packed.data.numel() + len(lengths) + 1,
    }
