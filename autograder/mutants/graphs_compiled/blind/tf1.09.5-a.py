# %% right
# Intent: two parameters are one memory if they are one object, or begin at the same address and are of the same size.
def shared_names(one, other):
    pairs = []
    for name, p in one.named_parameters():
        for other_name, q in other.named_parameters():
            if p is q:
                pairs.append((name, other_name))
            elif p.numel() > 0 and p.data_ptr() != 0 and p.data_ptr() == q.data_ptr() and p.numel() == q.numel():
                pairs.append((name, other_name))
    return pairs

TF1_09_5_CHOICE = {
    "threads": "shared",
    "two programs": "own copy",
    "forked": "own copy",
    "share_memory_": "shared",
    "deepcopy": "own copy",
    "load_state_dict": "own copy",
    "state_dict": "shared",
}

# %% wrong: shared_names
# Misconception: parameters that hold the same numbers are the same parameters.
def shared_names(one, other):
    return [(a, b) for a, p in one.named_parameters() for b, q in other.named_parameters() if torch.equal(p, q)]

# %% wrong: shared_names
# Misconception: only one and the same Parameter object can be shared memory.
def shared_names(one, other):
    return [(a, b) for a, p in one.named_parameters() for b, q in other.named_parameters() if p is q]
