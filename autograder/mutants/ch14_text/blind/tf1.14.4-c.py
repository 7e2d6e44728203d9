# %% right
# Intent: lengths broadcast against steps give the mask; its column sums are the batches, its share of False is what is saved.
import torch


def alive_at_each_step(lengths):
    lengths = torch.as_tensor(list(lengths))
    return (lengths[:, None] > torch.arange(int(lengths.max()))).sum(dim=0).tolist()


def saved_by_packing(lengths):
    lengths = torch.as_tensor(list(lengths), dtype=torch.float64)
    return 1.0 - (lengths.mean() / lengths.max()).item()


TF1_14_4_CHOICE = [
    "no work is done for padding",
    "one call for all steps, instead of Python's own time for each of them",
    "the state after each sequence's own last step comes out by itself",
]

# %% wrong: saved_by_packing
# Misconception: the saving is measured against the real work: cells of padding for each cell that has to be computed.
def saved_by_packing(lengths):
    lengths = torch.as_tensor(list(lengths), dtype=torch.float64)
    return ((lengths.max() - lengths).sum() / lengths.sum()).item()


# %% wrong: TF1_14_4_CHOICE
# Misconception: without padding the gradient has a shorter way back, so that longer patterns are learned; the last states one has
# to fetch by oneself in any case.
TF1_14_4_CHOICE = [
    "no work is done for padding",
    "one call for all steps, instead of Python's own time for each of them",
    "it learns longer patterns from the same sequences",
]
