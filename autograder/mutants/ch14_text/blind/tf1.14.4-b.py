# %% right
# Intent: let torch pack a batch of zeros and read off its batch sizes; the share saved follows from them.
import torch
from torch.nn.utils.rnn import pack_padded_sequence


def alive_at_each_step(lengths):
    lengths = torch.as_tensor(list(lengths))
    padded = torch.zeros(len(lengths), int(lengths.max()), 1)
    return pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False).batch_sizes.tolist()


def saved_by_packing(lengths):
    lengths = torch.as_tensor(list(lengths))
    return 1 - int(lengths.sum()) / (len(lengths) * int(lengths.max()))


TF1_14_4_CHOICE = [
    "no work is done for padding",
    "one call for all steps, instead of Python's own time for each of them",
    "the state after each sequence's own last step comes out by itself",
]


# %% wrong: saved_by_packing
# Misconception: what is saved is compared with the work that remains, not with the work that was done with padding.
def saved_by_packing(lengths):
    lengths = torch.as_tensor(list(lengths))
    needed = int(lengths.sum())
    return (len(lengths) * int(lengths.max()) - needed) / needed


# %% wrong: TF1_14_4_CHOICE
# Misconception: a layer of the library is one layer, a loop makes a layer for each step, so it has more parameters.
TF1_14_4_CHOICE = [
    "no work is done for padding",
    "the network has fewer parameters",
    "one call for all steps, instead of Python's own time for each of them",
]
