"""Chapter 14, loops and machines (tf1.14.4 and tf1.14.6): wrong answers, and right ones."""

import numpy as np
import torch

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf1.14.4


@mutant("tf1.14.4", replaces="alive_at_each_step", fails="test_sequences_left_at_each_step")
def one_step_late(lengths):
    """A sequence of one step has none left at the second: compare with the number of steps that are over."""
    return [sum(length >= step for length in lengths) for step in range(max(lengths))]


@mutant("tf1.14.4", replaces="alive_at_each_step", fails="test_sequences_left_at_each_step")
def all_of_them(lengths):
    """You count sequences that have ended, too: that is padding."""
    return [len(lengths)] * max(lengths)


@mutant("tf1.14.4", replaces="saved_by_packing", fails="test_share_that_is_saved")
def what_is_left(lengths):
    """You give the share that is still computed: what is saved is the rest."""
    return sum(lengths) / (len(lengths) * max(lengths))


@mutant("tf1.14.4", replaces="saved_by_packing", fails="test_share_that_is_saved")
def of_the_real_ones(lengths):
    """You divide by the number of real steps: the share is of all cells that are computed with padding."""
    return (len(lengths) * max(lengths) - sum(lengths)) / sum(lengths)


@mutant("tf1.14.4", replaces="TF1_14_4_CHOICE", fails="test_what_the_library_gains", constant=True)
def it_learns_more():
    """What is computed is the same: it takes less time, and learns no more."""
    return [
        "no work is done for padding",
        "one call for all steps, instead of Python's own time for each of them",
        "it learns longer patterns from the same sequences",
    ]


@mutant("tf1.14.4", replaces="TF1_14_4_CHOICE", fails="test_what_the_library_gains", constant=True)
def shares_weights():
    """A loop calls one and the same cell at each step, so it has the same parameters as the library's layer."""
    return [
        "no work is done for padding",
        "the network has fewer parameters",
        "one call for all steps, instead of Python's own time for each of them",
    ]


@alternative("tf1.14.4", replaces="alive_at_each_step")
def by_packing(lengths):
    """Packs a batch of nothing."""
    rows = [torch.zeros(int(n)) for n in lengths]
    return torch.nn.utils.rnn.pack_sequence(rows, enforce_sorted=False).batch_sizes


@alternative("tf1.14.4", replaces="saved_by_packing")
def mean_gap(lengths):
    """The mean share of padding in a row."""
    return np.mean(1 - np.array(lengths) / max(lengths))


@alternative("tf1.14.4", replaces="saved_by_packing")
def share_in_float32(lengths):
    """As float32."""
    lengths = torch.tensor(lengths, dtype=torch.float32)
    return 1 - lengths.mean() / lengths.max()


# ---------------------------------------------------------------- tf1.14.6


@mutant("tf1.14.6", replaces="earliest_times", fails="test_when_each_cell_can_begin")
def layer_after_layer(n_layers, n_steps):
    """You wait until a layer has read everything: the next one can begin as soon as the first step is there."""
    return [[layer * n_steps + step for step in range(n_steps)] for layer in range(n_layers)]


@mutant("tf1.14.6", replaces="earliest_times", fails="test_when_each_cell_can_begin")
def all_layers_at_once(n_layers, n_steps):
    """A layer needs what the one below says at the same step: that takes a unit of time first."""
    return [list(range(n_steps)) for _ in range(n_layers)]


@mutant("tf1.14.6", replaces="handed_over", fails="test_states_that_are_sent")
def upwards_only(gpu_of):
    """You forget that a state is needed by the next step of its own layer, too."""
    grid = np.array(gpu_of)
    return int((grid[1:] != grid[:-1]).sum())


@mutant("tf1.14.6", replaces="handed_over", fails="test_states_that_are_sent")
def onwards_only(gpu_of):
    """You forget that a state is needed by the layer above, too."""
    grid = np.array(gpu_of)
    return int((grid[:, 1:] != grid[:, :-1]).sum())


@mutant("tf1.14.6", replaces="handed_over", fails="test_states_that_are_sent")
def sent_once(gpu_of):
    """You count a state once that is sent to two places: it is sent to the next step and to the layer above."""
    grid = np.array(gpu_of)
    leaves = np.zeros(grid.shape, dtype=bool)
    leaves[:, :-1] |= grid[:, 1:] != grid[:, :-1]
    leaves[:-1] |= grid[1:] != grid[:-1]
    return int(leaves.sum())


@mutant("tf1.14.6", replaces="TF1_14_6_CHOICE", fails="test_how_to_spread_the_network", constant=True)
def each_time_step():
    """A step can't begin before the one before it has ended, so the GPUs would wait for each other."""
    return "each time step on a GPU of its own"


@alternative("tf1.14.6", replaces="earliest_times")
def from_what_is_needed(n_layers, n_steps):
    """One after the later of the two that are waited for."""
    times = np.zeros((n_layers, n_steps), dtype=int)
    for layer in range(n_layers):
        for step in range(n_steps):
            below = times[layer - 1, step] if layer else -1
            before = times[layer, step - 1] if step else -1
            times[layer, step] = 1 + max(below, before)
    return times


@alternative("tf1.14.6", replaces="handed_over")
def cell_by_cell(gpu_of):
    """For each cell, who needs it."""
    sent = 0
    for layer, row in enumerate(gpu_of):
        for step, gpu in enumerate(row):
            needed = [gpu_of[layer][step + 1]] if step + 1 < len(row) else []
            needed += [gpu_of[layer + 1][step]] if layer + 1 < len(gpu_of) else []
            sent += sum(other != gpu for other in needed)
    return sent
