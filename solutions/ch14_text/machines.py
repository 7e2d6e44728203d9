"""Chapter 14, questions on loops and machines (tf1.14.4 and tf1.14.6): the answers."""

from collections.abc import Sequence
from itertools import pairwise

# The three advantages of a layer of the library, given packed sequences, over a loop of
# your own in Python that goes over all steps of a padded batch
TF1_14_4_CHOICE = [
    "no work is done for padding",
    "one call for all steps, instead of Python's own time for each of them",
    "the state after each sequence's own last step comes out by itself",
]


def alive_at_each_step(lengths: Sequence[int]) -> list[int]:
    """Return how many sequences of a batch have a step left, for each time step: so
    large are the batches in which packed sequences are worked off.

    Parameters
    ----------
    lengths : of the sequences, 1 or more each, in any order.

    Returns
    -------
    A number for each time step up to the longest sequence's last.

    Examples
    --------
    >>> alive_at_each_step([1, 4, 2])
    [3, 2, 1, 1]
    """
    return [sum(length > step for length in lengths) for step in range(max(lengths))]


def saved_by_packing(lengths: Sequence[int]) -> float:
    """Return which share of a recurrent layer's work is saved by packing: of all cells
    that are computed with padding, one for each step of each row, those that need not
    be.

    Parameters
    ----------
    lengths : see `alive_at_each_step`.

    Examples
    --------
    >>> saved_by_packing([1, 4, 1])
    0.5
    """
    return 1 - sum(lengths) / (len(lengths) * max(lengths))


# How to spread a deep recurrent network over several GPUs
TF1_14_6_CHOICE = "each layer on a GPU of its own"


def earliest_times(n_layers: int, n_steps: int) -> list[list[int]]:
    """Return when each cell of a deep recurrent network can be computed, if each layer
    has a GPU of its own.

    A cell takes one unit of time. It needs what the same layer said a step before, and
    what the layer below says at the same step; the first cell begins at time 0, and all
    inputs are there. A GPU works on one cell at a time.

    Returns
    -------
    A list for each layer, the lowest first, of the time at which each step begins, as
    early as can be.

    Examples
    --------
    >>> earliest_times(n_layers=2, n_steps=3)
    [[0, 1, 2], [1, 2, 3]]
    """
    return [[layer + step for step in range(n_steps)] for layer in range(n_layers)]


def handed_over(gpu_of: Sequence[Sequence[int]]) -> int:
    """Return how often a state has to be sent from one GPU to another.

    Parameters
    ----------
    gpu_of : for each layer, the lowest first, the GPU on which the cell of each step is
        computed. A cell's state is needed by the next step of its layer, and by the
        same step of the layer above, if there are any; it is sent for each of the two
        that is on another GPU.

    Examples
    --------
    >>> handed_over([[0, 0, 0], [1, 1, 1]])  # each layer on a GPU of its own
    3
    >>> handed_over([[0, 1, 2], [0, 1, 2]])  # each time step on one of its own
    4
    """
    onwards = sum(a != b for layer in gpu_of for a, b in pairwise(layer))
    upwards = sum(a != b for low, high in pairwise(gpu_of) for a, b in zip(low, high, strict=True))
    return onwards + upwards
