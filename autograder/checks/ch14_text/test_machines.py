"""Hidden checks of chapter 14: loops and machines (tf1.14.4 and tf1.14.6)."""

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from autograder.testing import check
from autograder.testing.closed import agrees, ask_all, chosen

GAINS = (
    "no work is done for padding",
    "one call for all steps, instead of Python's own time for each of them",
    "the state after each sequence's own last step comes out by itself",
)
NO_GAINS = (
    "the network has fewer parameters",
    "it learns longer patterns from the same sequences",
    "dropout between time steps comes for free",
)
PLACES = (
    "each layer on a GPU of its own",
    "each time step on a GPU of its own",
    "each gate of a cell on a GPU of its own",
    "the embedding on one GPU and all layers on another",
)


def _lengths(rng):
    return [int(n) for n in rng.integers(1, 9, int(rng.integers(2, 7)))]


def _packed_sizes(lengths):
    padded = torch.zeros(len(lengths), max(lengths), 1)
    packed = pack_padded_sequence(padded, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    return packed.batch_sizes.tolist()


@check("tf1.14.4", core=True, hint="At the third step: which sequences have three values or more?")
def test_sequences_left_at_each_step(student, rng):
    """For batches of any lengths, the numbers are the batch sizes of PyTorch's packed sequences."""
    agrees(student.alive_at_each_step, _packed_sizes, [(_lengths(rng),) for _ in range(10)])


@check("tf1.14.4", hint="How many cells are there with padding, in all? How many of them does packing compute?")
def test_share_that_is_saved(student, rng):
    """The share of cells that packing saves is right: none if all are equally long."""
    cases = [(_lengths(rng),) for _ in range(9)] + [([4, 4, 4],)]
    agrees(student.saved_by_packing, lambda n: 1 - sum(_packed_sizes(n)) / (max(n) * len(n)), cases, rtol=1e-5)


@check("tf1.14.4", hint="Which of these are about time or convenience, and which about what the network is?")
def test_what_the_library_gains(student, rng):
    """You choose the three advantages, and no other."""
    student.alive_at_each_step([1])
    chosen(student.TF1_14_4_CHOICE, [*GAINS, *NO_GAINS], right=GAINS)


def _simulated(n_layers, n_steps):
    """By waiting for what each cell needs, one unit of time after the other."""
    begun: dict[tuple[int, int], int] = {}
    now = 0
    while len(begun) < n_layers * n_steps:
        for layer in range(n_layers):
            step = sum(1 for one, _ in begun if one == layer)
            below = layer == 0 or begun.get((layer - 1, step), now) < now
            if step < n_steps and below and begun.get((layer, step - 1), -1) < now:
                begun[layer, step] = now
        now += 1
    return [[begun[layer, step] for step in range(n_steps)] for layer in range(n_layers)]


@check("tf1.14.6", core=True, hint="When has the first cell of the second layer what it needs? And the one after it?")
def test_when_each_cell_can_begin(student, rng):
    """Each cell begins as soon as its layer is free and what it needs is there."""
    cases = [tuple(int(n) for n in rng.integers(1, 7, 2)) for _ in range(9)] + [(1, 1), (3, 5)]
    ask_all(student.earliest_times, _simulated, cases)


def _sent(gpu_of):
    grid = np.array(gpu_of)
    return int((grid[:, 1:] != grid[:, :-1]).sum() + (grid[1:] != grid[:-1]).sum())


@check("tf1.14.6", hint="Who needs a cell's state? For each of them: is it on the same GPU?")
def test_states_that_are_sent(student, rng):
    """However the cells are spread, the number of states that go from one GPU to another is right."""
    cases = []
    for _ in range(10):
        n_layers, n_steps = (int(n) for n in rng.integers(1, 6, 2))
        cases.append((rng.integers(0, 3, (n_layers, n_steps)).tolist(),))
    ask_all(student.handed_over, _sent, [*cases, ([[0] * 5, [1] * 5, [2] * 5],), ([[0, 1, 2, 3]] * 3,)])


@check("tf1.14.6", hint="For each way: how many GPUs are at work at the same time, and how much has to be sent?")
def test_how_to_spread_the_network(student, rng):
    """You choose the way in which several GPUs are at work at once, and least has to be sent."""
    student.earliest_times(1, 1)
    chosen(student.TF1_14_6_CHOICE, PLACES, right=[PLACES[0]])
