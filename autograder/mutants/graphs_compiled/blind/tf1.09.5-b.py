# %% right
# Intent: parameters are the same memory if they begin at the same address.
import torch


def shared_names(one, other):
    return [
        (a, b)
        for a, p in one.named_parameters()
        for b, q in other.named_parameters()
        if p.numel() and p.data_ptr() == q.data_ptr()
    ]


TF1_09_5_CHOICE = {
    "threads": "shared", "two programs": "own copy", "forked": "own copy", "share_memory_": "shared",
    "deepcopy": "own copy", "load_state_dict": "own copy", "state_dict": "shared",
}

# %% wrong: shared_names
# Misconception: memory is shared exactly if the two are the same Python object.
def shared_names(one, other):
    return [(a, b) for a, p in one.named_parameters() for b, q in other.named_parameters() if p is q]

# %% wrong: shared_names
# Misconception: a parameter that is shared has the same name in both modules' state.
def shared_names(one, other):
    theirs = dict(other.named_parameters())
    short = {name.split(".")[-1]: name for name in theirs}
    return [
        (a, short[a.split(".")[-1]])
        for a, p in one.named_parameters()
        if a.split(".")[-1] in short
        and p.shape == theirs[short[a.split(".")[-1]]].shape
        and torch.equal(p, theirs[short[a.split(".")[-1]]])
    ]

# %% wrong: TF1_09_5_CHOICE
# Misconception: a state_dict is a snapshot, and a forked child works on its parent's memory.
TF1_09_5_CHOICE = {
    "threads": "shared", "two programs": "own copy", "forked": "shared", "share_memory_": "shared",
    "deepcopy": "own copy", "load_state_dict": "own copy", "state_dict": "own copy",
}
