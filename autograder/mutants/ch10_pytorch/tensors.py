"""Chapter 10, tensors (p.10.1 to p.10.3): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import torch

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- p.10.1


@mutant("p.10.1", replaces="to_numpy", fails="test_values_as_an_array")
def gradients_are_in_the_way(x):
    """A tensor that requires gradients refuses `numpy()`: cut it off first, with `detach()`."""
    return x.numpy()


@mutant("p.10.1", replaces="to_numpy", fails="test_values_as_an_array")
def always_single(x):
    """You turn whole numbers and doubles into float32: only bfloat16 needs that."""
    return x.detach().cpu().float().numpy()


@mutant("p.10.1", replaces="to_numpy", fails="test_values_as_an_array")
def as_lists(x):
    """By way of lists the type is lost, and every float becomes a double."""
    return np.array(x.tolist())


@mutant("p.10.1", replaces="to_numpy", fails="test_tensor_keeps_its_record")
def record_cut_in_place(x):
    """`detach_` cuts the caller's own tensor off from its history: `detach` returns another one."""
    x = x.detach_().cpu()
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy()


@mutant("p.10.1", replaces="to_numpy", fails="test_tensor_keeps_its_record")
def gradients_switched_off(x):
    """You switch the caller's gradients off for good where it allows that: `detach` leaves its tensor alone."""
    x = x.requires_grad_(False) if x.is_leaf else x.detach()
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy()


@mutant("p.10.1", replaces="to_numpy", fails="test_a_type_that_numpy_lacks")
def bfloat16_forgotten(x):
    """NumPy has no bfloat16, so `numpy()` fails on such a tensor: turn it into float32 first."""
    return x.detach().cpu().numpy()


@mutant("p.10.1", replaces="to_numpy", fails="test_a_type_that_numpy_lacks")
def half_precision(x):
    """float16 has other exponents than bfloat16 and rounds or overflows: float32 holds all its values."""
    x = x.detach().cpu()
    return (x.half() if x.dtype == torch.bfloat16 else x).numpy()


@mutant("p.10.1", replaces="P_10_1_CHOICE", fails="test_what_is_new", constant=True)
def only_the_device():
    """A GPU is not all that PyTorch adds: who works out the gradients, and where do layers come from?"""
    return ["d"]


@mutant("p.10.1", replaces="P_10_1_CHOICE", fails="test_what_is_new", constant=True)
def broadcasting_as_well():
    """NumPy has had broadcasting and slices for long; PyTorch took them over."""
    return ["a", "b", "c", "d", "e", "g"]


@alternative("p.10.1", replaces="to_numpy")
def by_no_grad(x):
    """With numpy's own conversion, where nothing is recorded."""
    with torch.no_grad():
        x = x.to("cpu", dtype=torch.float32 if x.dtype is torch.bfloat16 else x.dtype)
        return np.array(x.clone().requires_grad_(False))


@alternative("p.10.1", replaces="to_numpy")
def by_force(x):
    """With `numpy(force=True)`."""
    return x.to(torch.float32).numpy(force=True) if x.dtype == torch.bfloat16 else x.numpy(force=True)


@alternative("p.10.1", replaces="to_numpy")
def by_types(x):
    """By lists, with the type looked up."""
    name = str(x.dtype).removeprefix("torch.").replace("bfloat16", "float32")
    return np.array(x.tolist(), dtype=np.dtype(name)).reshape(tuple(x.shape))


# ---------------------------------------------------------------- p.10.2


@mutant("p.10.2", replaces="squash", fails="test_squash_makes_a_new_tensor")
def squashed_in_place(x):
    """Without an underscore in its name, a function leaves alone what it is given."""
    return x.div_(1 + x.abs())


@mutant("p.10.2", replaces="squash", fails="test_squash_makes_a_new_tensor")
def sign_forgotten(x):
    """The divisor is 1 + |x|: for negative x yours is too small."""
    return x / (1 + x)


@mutant("p.10.2", replaces="squash_", fails="test_squash_in_place")
def renamed(x):
    """`x = x / …` makes a new tensor and gives the name x to it: the caller's stays as it is. Use `div_`."""
    x = x / (1 + x.abs())
    return x


@mutant("p.10.2", replaces="squash_", fails="test_squash_in_place")
def divided_twice(x):
    """You change x first and take its absolute value afterwards: work out the divisor before."""
    x.div_(1 + x.abs())
    return x.div_(1 + x.abs())


@mutant("p.10.2", replaces="squash_", fails="test_squash_in_place_returns_the_tensor")
def returns_a_copy(x):
    """PyTorch's methods in place return the tensor itself, and not a copy of it."""
    return x.div_(1 + x.abs()).clone()


@mutant("p.10.2", replaces="squash_", fails="test_squash_in_place_returns_the_tensor")
def returns_nothing(x):
    """Lists' methods return None when they change the list; PyTorch's return the tensor."""
    x.div_(1 + x.abs())


@mutant("p.10.2", replaces="P_10_2_CHOICE", fails="test_sentences_on_underscores", constant=True)
def leaves_as_well():
    """A leaf that requires gradients can't be changed in place: PyTorch raises an error."""
    return ["a", "b", "c", "d"]


@alternative("p.10.2", replaces="squash")
def by_softsign(x):
    """By PyTorch's own name for it."""
    return torch.nn.functional.softsign(x)


@alternative("p.10.2", replaces="squash")
def by_what_is_left(x):
    """By the sign, and what the fraction leaves of 1: near 0 the rounding shows."""
    return x.sign() * (1 - 1 / (1 + x.abs()))


@alternative("p.10.2", replaces="squash_")
def by_copying_into(x):
    """By copying the new values into the old memory."""
    return x.copy_(torch.nn.functional.softsign(x))


@alternative("p.10.2", replaces="squash_")
def by_assignment(x):
    """By the operator that works in place."""
    x /= x.abs() + 1
    return x


# ---------------------------------------------------------------- p.10.3


@mutant("p.10.3", replaces="made_there", fails="test_made_on_the_device")
def moved_as_well(shape, value, device):
    """You make it on the CPU and move it: give the device to the function that makes it."""
    return torch.full(tuple(shape), value, dtype=torch.float32).to(device)


@mutant("p.10.3", replaces="made_there", fails="test_made_on_the_device")
def stays_on_the_cpu(shape, value, device):
    """Your tensor is on the CPU, whatever device is asked for."""
    return torch.full(tuple(shape), value, dtype=torch.float32)


@mutant("p.10.3", replaces="made_there", fails="test_made_on_the_device")
def empty(shape, value, device):
    """The value is missing: `zeros` holds zeros, and `empty` what was in memory."""
    return torch.zeros(tuple(shape), device=device)


@mutant("p.10.3", replaces="moved_there", fails="test_moved_to_the_device")
def move_is_lost(shape, value, device):
    """`to` returns the moved tensor, and leaves the first one where it is: return what it returns."""
    x = torch.full(tuple(shape), value, dtype=torch.float32)
    x.to(device)
    return x


@mutant("p.10.3", replaces="moved_there", fails="test_moved_to_the_device")
def made_there_as_well(shape, value, device):
    """That is the first way again: make it on the CPU, then move it."""
    return torch.full(tuple(shape), value, dtype=torch.float32, device=device)


@mutant("p.10.3", replaces="moved_there", fails="test_moved_to_the_device")
def as_double(shape, value, device):
    """Your tensor is of float64: the default type for floats is float32, and so it was asked for."""
    return torch.full(tuple(shape), value, dtype=torch.float64).to(device)


@alternative("p.10.3", replaces="made_there")
def by_filling(shape, value, device):
    """Empty first, and filled in place."""
    return torch.empty(*shape, device=device).fill_(value)


@alternative("p.10.3", replaces="made_there")
def by_a_block(shape, value, device):
    """In a block that has a default device."""
    with torch.device(device):
        return torch.ones(shape) * value


@alternative("p.10.3", replaces="moved_there")
def from_numpy(shape, value, device):
    """By way of NumPy, which lives on the CPU."""
    return torch.from_numpy(np.full(shape, value, dtype=np.float32)).to(device=torch.device(device))
