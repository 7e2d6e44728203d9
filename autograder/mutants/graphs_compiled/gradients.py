"""Graphs and compiled functions, passes for a gradient (tf1.09.11): wrong answers, and right ones."""

import numpy as np
import torch

from autograder.testing import alternative, mutant


@mutant("tf1.09.11", replaces="traversals", fails="test_walks_through_the_graph")
def always_two(mode, n_inputs, n_outputs):
    """In reverse mode each *output* takes a walk back of its own; and forward mode needs one for each input."""
    return 2


@mutant("tf1.09.11", replaces="traversals", fails="test_walks_through_the_graph")
def way_back_alone(mode, n_inputs, n_outputs):
    """Before it can go back, reverse mode has to go through the graph for the values."""
    return n_inputs if mode == "forward" else n_outputs


@mutant("tf1.09.11", replaces="traversals", fails="test_walks_through_the_graph")
def two_walks_for_each_output(mode, n_inputs, n_outputs):
    """The values are computed once: each further output takes one more walk back, and none forth."""
    return n_inputs if mode == "forward" else 2 * n_outputs


@mutant("tf1.09.11", replaces="traversals", fails="test_walks_through_the_graph")
def modes_exchanged(mode, n_inputs, n_outputs):
    """It is the other way round: forward mode follows one input, reverse mode goes back from one output."""
    return 1 + n_outputs if mode == "forward" else n_inputs


@mutant("tf1.09.11", replaces="traversals", fails="test_walks_through_the_graph")
def values_by_themselves(mode, n_inputs, n_outputs):
    """In forward mode values and derivatives are computed on the same walk: none is needed for the values alone."""
    return 1 + (n_inputs if mode == "forward" else n_outputs)


@mutant("tf1.09.11", replaces="forward_gradient", fails="test_one_call_for_each_input")
def by_backward(f, x):
    """That is reverse mode: forward mode needs no gradient of anything, and calls the function once for each input."""
    point = torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=True)
    f(point).backward()
    return point.grad.numpy()


@mutant("tf1.09.11", replaces="forward_gradient", fails="test_gradient_by_forward_mode")
def by_small_steps(f, x):
    """A quotient of differences is no derivative: let `torch.func.jvp` carry the change along exactly."""
    point = torch.tensor(np.asarray(x), dtype=torch.float64)
    steps = 1e-3 * torch.eye(len(point), dtype=torch.float64)
    return np.array([float(f(point + step) - f(point)) / 1e-3 for step in steps])


@mutant("tf1.09.11", replaces="forward_gradient", fails="test_numbers_in_a_list")
def type_of_the_numbers(f, x):
    """You leave the type to `torch.tensor`: that of an array stays float64, of a list it makes float32."""
    point = torch.tensor(x)
    directions = torch.eye(len(point), dtype=point.dtype)
    return np.array([float(torch.func.jvp(f, (point,), (direction,))[1]) for direction in directions])


@mutant("tf1.09.11", replaces="forward_gradient", fails="test_gradient_by_forward_mode")
def one_direction_for_all(f, x):
    """With all inputs changed at once you get the sum of the derivatives: change one after the other."""
    point = torch.tensor(np.asarray(x), dtype=torch.float64)
    total = float(torch.func.jvp(f, (point,), (torch.ones_like(point),))[1])
    return np.full(len(point), total)


@mutant("tf1.09.11", replaces="TF1_09_11_CHOICE", fails="test_mode_that_takes_fewer_walks", constant=True)
def reverse_is_always_better():
    """Where few numbers go in and many come out, forward mode takes fewer walks."""
    return {"loss": "reverse", "throw": "reverse", "picture": "reverse", "dial": "reverse"}


@alternative("tf1.09.11", replaces="forward_gradient")
def dual_numbers(f, x):
    """With dual numbers."""
    from torch.autograd import forward_ad

    point, found = torch.tensor(np.asarray(x), dtype=torch.float64), []
    for n in range(len(point)):
        direction = torch.zeros_like(point)
        direction[n] = 1.0
        with forward_ad.dual_level():
            found.append(forward_ad.unpack_dual(f(forward_ad.make_dual(point, direction))).tangent.item())
    return found
