# %% right
# Intent: parameters are the same memory if they begin at the same address and are equally large; objects don't matter.
def shared_names(one, other):
    def key(p):
        return (p.device, p.data_ptr(), p.numel()) if p.data_ptr() else id(p)

    return [
        (name, other_name)
        for name, p in one.named_parameters()
        for other_name, q in other.named_parameters()
        if key(p) == key(q)
    ]


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
# Misconception: two parameters share memory only if they are one and the same Python object.
def shared_names(one, other):
    return [
        (name, other_name)
        for name, p in one.named_parameters()
        for other_name, q in other.named_parameters()
        if p is q
    ]


# %% wrong: TF1_09_5_CHOICE
# Misconception: load_state_dict takes over the tensors that it is given; state_dict is a snapshot.
TF1_09_5_CHOICE = {
    "threads": "shared",
    "two programs": "own copy",
    "forked": "own copy",
    "share_memory_": "shared",
    "deepcopy": "own copy",
    "load_state_dict": "shared",
    "state_dict": "own copy",
}
